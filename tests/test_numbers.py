"""Exercises that ask for numbers with certain properties: designs, and wrong lines of code."""

import re

import numpy as np
import pytest
import sympy as sp

from backprop.exercises import EXERCISES, check
from backprop.exercises.numbers import Numbers, Rule
from backprop.explorers.numbers_box import NumbersBox
from tests.answers import NUMBERS

NAMES = [name for name, entry in EXERCISES.items() if isinstance(entry, Numbers)]
BUGS = [name for name in NAMES if name.endswith("-bug")]

PAIR = Numbers(
    "test",
    "a, b",
    {"a": "a divisor", "b": "what is divided"},
    (Rule("b/a", ">=", 2, "the quotient is {}, less than 2"),),
    solution=(1, 2),
)


def test_each_of_them_has_answers_to_try():
    assert sorted(NUMBERS) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_what_keeps_all_rules_is_right_and_what_breaks_one_is_told_which(name):
    right, wrong = NUMBERS[name]
    assert check(name, EXERCISES[name].solution)
    assert [answer for answer in right if repr(check(name, answer)) != "right"] == []
    assert [answer for answer in wrong if not repr(check(name, answer)).startswith("not")] == []


def test_a_broken_rule_shows_the_value():
    assert repr(PAIR.check("2, 3")) == "not yet: the quotient is 1.5, less than 2"
    assert repr(PAIR.check("0, 3")) == "not yet: the quotient is no number, less than 2"


def test_numbers_may_come_as_python_has_them():
    assert PAIR.check([1, sp.Rational(5, 2)])
    assert PAIR.check(np.array([1.0, 2.0]))
    assert not PAIR.check(7)


def test_too_few_numbers_are_told_what_is_asked_for():
    assert repr(PAIR.check("2")) == "not yet: 2 numbers are asked for: a, b; you gave 1"


@pytest.mark.parametrize("answer", [None, [None], [sp.Symbol("x")], [sp.I], print])
def test_what_is_no_number_is_refused(answer):
    with pytest.raises(TypeError, match="answer must be numbers, or a text"):
        PAIR.check(answer)


@pytest.mark.parametrize(
    ("text", "words"), [("1, x", "number 2"), ("1/0, 1", "number 1"), ("", "1")]
)
def test_what_cannot_be_read_is_pointed_at(text, words):
    with pytest.raises(ValueError, match=words):
        PAIR.check(text)


@pytest.mark.parametrize("name", BUGS)
def test_the_lines_of_a_bug_are_those_of_its_cell(name, root):
    texts = [path.read_text(encoding="utf-8") for path in (root / "chapters").glob("*.md")]
    (text,) = (text for text in texts if f'NumbersBox("{name}")' in text)
    before = text[: text.index(f'NumbersBox("{name}")')]
    cell = re.findall(r":  number_source_lines: true\n\n(.*?)\n```", before, re.S)[-1]
    last = len(cell.splitlines())
    assert f"from 1 to {last}" in repr(check(name, last + 1))
    assert f"from 1 to {last}" not in repr(check(name, last))


def test_a_box_is_for_numbers_and_says_what_they_are():
    with pytest.raises(ValueError, match="'sigmoid-value' does not ask for numbers"):
        NumbersBox("sigmoid-value")
    box = NumbersBox("loss-two-prices", answer="3, 1")
    assert "u, o: 3, 1 (u (the price of one too few); o" in box.describe()
    assert box.verdict
    assert box.png().startswith(b"\x89PNG\r\n")


def test_a_long_answer_is_refused():
    with pytest.raises(ValueError, match="answer must have at most 300 characters"):
        NumbersBox("loss-two-prices").answer = "1" * 301
