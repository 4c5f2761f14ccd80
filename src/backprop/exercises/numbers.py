"""Exercises that ask for numbers with certain properties, of which there may be many."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Expr

from backprop.exercises.exercise import TOLERANCE, Exercise, Verdict
from backprop.exercises.parser import Mistake, parse

RELATIONS: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda gap, tolerance: abs(gap) <= tolerance,
    "!=": lambda gap, tolerance: abs(gap) > tolerance,
    "<=": lambda gap, tolerance: gap <= tolerance,
    ">=": lambda gap, tolerance: gap >= -tolerance,
    "<": lambda gap, tolerance: gap < -tolerance,
    ">": lambda gap, tolerance: gap > tolerance,
}
"""Each as a condition on value - bound; the box has the same."""


@dataclass(frozen=True)
class Rule:
    """A property ``value relation bound`` that the numbers have to have.

    Attributes
    ----------
    value
        A formula in the names of the numbers, as one types it into an answer box.
    relation
        One of `RELATIONS`.
    bound
        What the value is compared with.
    broken
        What is said where the rule does not hold, with ``{}`` for the value.
    """

    value: str
    relation: str
    bound: float
    broken: str

    def holds(self, value: float) -> bool:
        """Return whether a value, or one that differs by rounding only, keeps the rule."""
        gap, tolerance = value - self.bound, TOLERANCE * max(1, abs(self.bound))
        return math.isfinite(value) and RELATIONS[self.relation](gap, tolerance)


@dataclass(frozen=True, eq=False)
class Numbers(Exercise):
    """An exercise whose answer is one or more numbers, right if they keep all the rules.

    Attributes
    ----------
    asks
        What the numbers are; the label of the box.
    numbers
        Each number's name, and what it is, where that needs words.
    rules
        What is asked of them; the first one that is broken is told.
    solution
        Numbers that keep all of them.
    whole
        Whether they have to be integers.
    """

    asks: str
    numbers: Mapping[str, str]
    rules: tuple[Rule, ...]
    solution: tuple[float, ...]
    whole: bool = False

    @property
    def vocabulary(self) -> list[str]:
        """A phrase for each number."""
        return [f"{name} ({text})" if text else name for name, text in self.numbers.items()]

    def check(self, answer: str | float | Sequence[float]) -> Verdict:
        """Judge numbers, or a text that lists them with commas, by the rules.

        Raises
        ------
        ValueError
            If the text holds what is no number.
        TypeError
            If the answer is neither a text nor made of numbers.
        """
        values = _numbers(answer)
        if len(values) != len(self.numbers):
            few = "one number is" if len(self.numbers) == 1 else f"{len(self.numbers)} numbers are"
            return _not_yet(f"{few} asked for: {', '.join(self.numbers)}; you gave {len(values)}")
        by_name = dict(zip(self.numbers, values, strict=True))
        for name, value in by_name.items():
            if self.whole and not float(value).is_integer():
                return _not_yet(f"{name} has to be a whole number")
        for rule in self.rules:
            value = _float(parse(rule.value, by_name))
            if not rule.holds(value):
                words = f"{value:.6g}" if math.isfinite(value) else "no number"
                return _not_yet(rule.broken.replace("{}", words))
        return Verdict(True, "right")


def wrong_line(name: str, line: int, last: int, right: Mapping[int, str]) -> Numbers:
    """Return the exercise to find the wrong one of the lines 1 to `last`.

    `right` says why some of the others, which may look wrong, are right.
    """
    outside = "the lines are numbered from 1 to " + str(last)
    return Numbers(
        name,
        "The wrong line",
        {"line": "its number"},
        (
            Rule("line", ">=", 1, outside),
            Rule("line", "<=", last, outside),
            *(Rule("line", "!=", n, f"line {n} is right: {why}") for n, why in right.items()),
            Rule("line", "=", line, "line {} does what it should"),
        ),
        solution=(line,),
        whole=True,
    )


def _not_yet(words: str) -> Verdict:
    return Verdict(False, f"not yet: {words}")


def _numbers(answer: Any) -> list[Expr]:
    if isinstance(answer, str):
        parts = answer.translate(str.maketrans(";", ",", "[]")).split(",")
        return [_parsed(part, count) for count, part in enumerate(parts, start=1)]
    try:
        several = answer if hasattr(answer, "__iter__") else [answer]
        found = [sp.sympify(x, strict=True) for x in several]
    except (sp.SympifyError, TypeError):
        found = [None]
    if not all(isinstance(x, Expr) and x.is_number and x.is_real for x in found):
        raise TypeError(f"answer must be numbers, or a text that lists them, not {answer!r}")
    return found


def _parsed(part: str, count: int) -> Expr:
    try:
        number = parse(part, {})
    except Mistake as mistake:
        raise ValueError(f"number {count} of the answer: {mistake}") from None
    if not math.isfinite(_float(number)):
        raise ValueError(f"number {count} of the answer has no value")
    return number


def _float(value: Expr) -> float:
    number = sp.N(value, 30)
    return float(number) if number.is_real else math.nan
