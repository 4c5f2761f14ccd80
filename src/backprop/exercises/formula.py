"""Exercises that ask for a formula or a number, and how it is judged."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
import sympy as sp
from sympy import Expr, Symbol
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import Boolean

from backprop.exercises.exercise import TOLERANCE, Exercise, Verdict
from backprop.exercises.parser import FUNCTIONS, parse
from backprop.symbolic.cases import admits, substitute
from backprop.symbolic.counterexample import Point, on_edges, sample
from backprop.symbolic.normal_form import unfold
from backprop.symbolic.proof import Claim

SIMPLE_POINTS, EDGE_POINTS, RANDOM_POINTS, FURTHER_POINTS = 8, 8, 12, 40
DIGITS = 20


@dataclass(frozen=True)
class Letter:
    """A letter that an answer may use, and where it is sampled.

    The numbers are integers if the symbol is one, and obey all of its assumptions. `between` are
    the ends of the open interval that it lies in, if it has ends beyond those assumptions.
    """

    symbol: Symbol
    meaning: str
    low: float = -4
    high: float = 4
    between: tuple[int, int] | None = None

    @property
    def domain(self) -> Boolean:
        """What `between` says of the symbol."""
        if self.between is None:
            return sp.true
        low, high = self.between
        return sp.And(low < self.symbol, self.symbol < high)

    def admits(self, value: Expr) -> bool:
        """Return whether the letter may take this value."""
        return bool(self.low <= value <= self.high) and admits(self.symbol, value)

    def draw(self, rng: np.random.Generator) -> Expr:
        """Return a random value between `low` and `high`, of two decimals if not an integer."""
        if self.symbol.is_integer:
            return sp.Integer(int(rng.integers(int(self.low), int(self.high) + 1)))
        return sp.Rational(f"{rng.uniform(self.low, self.high):.2f}")


@dataclass(frozen=True, eq=False)
class Formula(Exercise):
    """An exercise whose answer is a formula, or a number if it has no letters.

    Attributes
    ----------
    asks
        What the formula is, as in "σ″(z)"; the label of the answer box.
    solution
        The formula, in the symbols of the letters.
    letters
        What an answer may use.
    shorthands
        Further letters that stand for expressions, as in ``{"a": sigmoid(z)}``: their values are
        computed, so that an answer may use either.
    where
        The domain, beyond that of the letters.
    cases
        Substitutions under which equality is proved, one case after the other, as in `Derivation`;
        together they have to reach the whole domain.
    """

    asks: str
    solution: Expr
    letters: tuple[Letter, ...] = ()
    shorthands: Mapping[str, Expr] = field(default_factory=dict)
    where: Boolean = sp.true
    cases: tuple[Mapping[Expr, Expr], ...] = ({},)

    @property
    def names(self) -> dict[str, Expr]:
        """The letters and shorthands by name, as what they stand for."""
        return {**{letter.symbol.name: letter.symbol for letter in self.letters}, **self.shorthands}

    @property
    def vocabulary(self) -> list[str]:
        """A phrase for each letter and shorthand."""
        letters = [f"{letter.symbol.name} ({letter.meaning})" for letter in self.letters]
        return letters + [f"{name} = {value}" for name, value in self.shorthands.items()]

    @property
    def domain(self) -> Boolean:
        """Where the formula has to be right, beyond the assumptions of the symbols."""
        return sp.And(self.where, *(letter.domain for letter in self.letters))

    @cached_property
    def points(self) -> list[Point]:
        """Where answers are compared: simple numbers first, then kinks, then seeded random ones."""
        every: Expr = sp.Add(*(letter.symbol for letter in self.letters))
        simple = list(islice(self._allowed(sample(self.solution, every, {})), SIMPLE_POINTS))
        edges = self._allowed(on_edges(self.solution, every, {}, simple))
        found = [*simple, *islice(edges, EDGE_POINTS), *self._drawn(0, RANDOM_POINTS)]
        return [point for k, point in enumerate(found) if point not in found[:k]]

    def _drawn(self, seed: int, count: int) -> Iterator[Point]:
        rng = np.random.default_rng(seed)
        points = ({x.symbol: x.draw(rng) for x in self.letters} for _ in range(1000))
        return islice(self._allowed(points), count)

    def _allowed(self, points: Iterable[Point]) -> Iterator[Point]:
        for point in points:
            inside = all(letter.admits(point[letter.symbol]) for letter in self.letters)
            if (
                inside
                and substitute(self.domain, (point,)) != sp.false
                and _number(self.solution, point) is not None
            ):
                yield point

    @cached_property
    def values(self) -> list[float]:
        """The right values at `points`."""
        return [float(_number(self.solution, point) or 0) for point in self.points]

    def check(self, answer: Expr | float | str) -> Verdict:
        """Judge a SymPy expression, a number, or a text as one types it into the answer box.

        Symbols count by their names, whatever their assumptions. The answer is compared with the
        right values first, just as the answer box does; without decimals in it, it is then
        proved right, or searched for a difference: in vain, and it is right wherever tried. A
        difference is shown with both values: a reader learns more from two numbers than from one,
        and a single value does not give a formula away. Where the answer is itself a number, the
        right one is not shown, but how many digits are right, if it is rounded.

        Raises
        ------
        ValueError
            If the answer uses a letter or a function that the exercise does not name, or is a
            text that is no formula.
        TypeError
            If the answer is not an expression.
        """
        mine = self._read(answer)
        for point, value in zip(self.points, self.values, strict=True):
            number = self._value(answer, mine, point)
            if number is None or not _close(number, value):
                return self._differs(point, number, value, rounded=mine.has(sp.Float))
        if mine.has(sp.Float):
            return Verdict(True, "right, to nine digits")
        proved = self._proved(mine)
        everywhere = Claim(mine, "=", self.solution, self.domain, {})
        if found := everywhere.counterexample(briefly=proved):
            left, right = (
                None if isinstance(v, str) else float(v) for v in (found.left, found.right)
            )
            return self._differs(dict(found.point), left, right)
        return Verdict(True, "right") if proved else self._tried(mine)

    def _proved(self, mine: Expr) -> bool:
        claims = (Claim(mine, "=", self.solution, self.domain, case) for case in self.cases)
        try:
            return all(claim.holds() for claim in claims)
        except sp.PolynomialError:  # a form that SymPy cannot take apart
            return False

    def _value(self, answer: Any, mine: Expr, point: Point) -> float | None:
        """Return the value of an answer; a text is computed as it stands, not simplified first."""
        if not isinstance(answer, str):
            return _number(mine, point)
        values = {name: meaning.subs(point) for name, meaning in self.names.items()}
        return _number(parse(answer, values), {})

    def _tried(self, mine: Expr) -> Verdict:
        """Compare what is not proved to `DIGITS` digits, at further points too."""
        points = [*self.points, *self._drawn(1, FURTHER_POINTS)]
        for point in points:
            left, right = (_digits(side, point) for side in (mine, self.solution))
            if (abs(left - right) <= sp.Float(10) ** -DIGITS * (1 + abs(right))) != sp.true:
                return self._differs(point, _number(mine, point), _number(self.solution, point))
        return Verdict(True, f"right, to {DIGITS} digits at {len(points)} points; not proved")

    def _read(self, answer: Any) -> Expr:
        if isinstance(answer, str):
            return parse(answer, self.names)
        try:
            expr = sp.sympify(answer, strict=True)
        except sp.SympifyError:
            expr = None
        if not isinstance(expr, Expr) or expr.is_Matrix:
            raise TypeError(f"answer must be an expression, not {answer!r}")
        expr = expr.doit()
        for applied in expr.atoms(AppliedUndef):
            if applied.func.__name__ not in FUNCTIONS:
                allowed = ", ".join(FUNCTIONS)
                raise ValueError(f"answer uses {applied.func}; the functions are {allowed}")
            expr = expr.xreplace({applied: FUNCTIONS[applied.func.__name__](*applied.args)})
        unknown = sorted(s.name for s in expr.free_symbols if s.name not in self.names)
        if unknown:
            allowed = "; ".join(self.vocabulary) or "none, it is a number"
            raise ValueError(f"answer uses {', '.join(unknown)}; its letters are: {allowed}")
        return expr.xreplace({s: self.names[s.name] for s in expr.free_symbols})

    def _differs(
        self, point: Point, mine: float | None, right: float | None, rounded: bool = False
    ) -> Verdict:
        symbols = [letter.symbol for letter in self.letters]
        place = ", ".join(f"{s} = {float(point[s]):.6g}" for s in symbols if s in point)
        start = f"not yet: at {place} your answer" if place else "not yet: your answer"
        if not symbols and mine is not None and right is not None:
            digits = _right_digits(mine, right) if rounded and not right.is_integer() else 0
            if digits < 2:
                size = "large" if mine > right else "small"
                return Verdict(False, f"{start} is {_written(mine)}, which is too {size}")
            so_far = f"is {_written(mine, 12)}, right to {digits} digits"
            wanted = "the exact number is wanted, or nine digits of it"
            return Verdict(False, f"{start} {so_far}; {wanted}")
        digits = 12 if mine is not None and f"{mine:.6g}" == f"{right or 0:.6g}" else 6
        yours, ours = (
            "has no value" if value is None else f"is {_written(value, digits)}"
            for value in (mine, right)
        )
        return Verdict(False, f"{start} {yours}" + (f", the right one {ours}" if symbols else ""))


def _right_digits(mine: float, right: float) -> int:
    """Return to how many digits a number is right: it is off by at most half of one in the last."""
    first = math.floor(math.log10(abs(right)))
    return math.floor(first + 1 - math.log10(2 * abs(mine - right)) + 1e-9)


def _digits(expr: Expr, point: Point) -> Expr:
    return sp.N(unfold(expr).xreplace(point), 2 * DIGITS)


def _number(expr: Expr, point: Point) -> float | None:
    """Return the value at a point, None where there is none or it is too large for a float."""
    value = sp.N(unfold(expr).xreplace(point), 30)  # all at once, or 0/0 could become 0
    number = float(value) if value.is_real else math.nan
    return number if math.isfinite(number) else None


def _written(value: float, digits: int = 6) -> str:
    """Return a number rounded to some digits, without a power of ten where it is only large."""
    text = f"{value:.{digits}g}"
    return f"{float(text):.0f}" if "e+" in text and abs(value) < 1e16 else text


def _close(mine: float, right: float) -> bool:
    return abs(mine - right) <= TOLERANCE * max(1, abs(right))
