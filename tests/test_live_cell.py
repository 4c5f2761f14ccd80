"""What a page runs and shows, run here: the same Python as in the browser."""

import json

import pytest

from _ext.live.cell import answer, run

SET_UP = """
from sympy import Derivative, Symbol
from backprop.symbolic.proof import Derivation, refute
x = Symbol("x", real=True)
square = Derivation(Derivative(x**2, x))
"""
STEP = "square.step(2 * x, because='power rule')"


def error(source, *cells):
    told = run("page", list(cells), source)["error"]
    return told["kind"], told["line"]


def test_a_proof_is_shown_in_lines_and_called_proved():
    shown = run("page", [SET_UP], STEP)
    assert shown["verdict"] == "Proved" and shown["error"] is None
    (lines,) = shown["shown"]
    assert lines["kind"] == "lines" and ["reason", [(False, "power rule")]] in map(
        list, lines["parts"]
    )


def test_a_cell_that_changes_what_it_found_finds_it_unchanged_the_next_time():
    first, second = (run("page", [SET_UP], STEP) for _ in range(2))
    assert first == second


def test_another_page_finds_nothing_of_the_one_before():
    run("page", [SET_UP], STEP)
    assert error("square", "y = 1") == ("error", 1)


def test_a_name_bound_anew_is_forgotten():
    assert run("page", ["a = 1\ndef f():\n    return a", ""], "a = 2\nf()")["shown"] == [
        {"kind": "text", "text": "2"}
    ]
    assert run("page", ["a = 1\ndef f():\n    return a", ""], "f()")["shown"] == [
        {"kind": "text", "text": "1"}
    ]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("square.step(\n    3 * x, because='')", ("false", 1)),
        ("1 / 0", ("error", 1)),
        ("x = 1\nx +", ("error", 2)),
        ("refute(x, x)", ("error", 1)),
    ],
)
def test_what_goes_wrong_is_told_with_its_line(source, told):
    assert error(source, SET_UP) == told


def test_a_counterexample_is_shown_with_both_lines():
    (lines,) = run("page", [SET_UP], "square.step(-2 * x, because='')")["error"]["shown"]
    words = [text for _, pieces in lines["parts"] for _, text in pieces]
    assert {"line before", "this line"} <= set(words)


def test_what_is_printed_and_displayed_is_shown_in_order():
    shown = run("page", [SET_UP], "print('a')\ndisplay(x)\nx + 1")["shown"]
    assert [block["kind"] for block in shown] == ["text", "math", "math"]


def test_an_answer_is_json():
    request = {"page": "page", "cells": [], "source": "1 + 1"}
    assert json.loads(answer(json.dumps(request)))["shown"] == [{"kind": "text", "text": "2"}]
