"""What an exercise asks for, and how an answer to it is judged."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
import sympy as sp
from sympy import Expr, Symbol
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import Boolean

from backprop.exercises.parser import FUNCTIONS, parse
from backprop.symbolic.cases import admits, substitute
from backprop.symbolic.counterexample import Point, on_edges, sample
from backprop.symbolic.normal_form import unfold
from backprop.symbolic.proof import Claim

TOLERANCE = 1e-9  # relative, of numbers below 1 absolute; the answer box uses the same
SIMPLE_POINTS, EDGE_POINTS, RANDOM_POINTS = 8, 8, 12


@dataclass(frozen=True, repr=False)
class Verdict:
    """What is said of an answer; `right` is None where that could not be decided."""

    right: bool | None
    words: str

    def __bool__(self) -> bool:
        """Return whether the answer is right."""
        return self.right is True

    def __repr__(self) -> str:
        """Return the words alone, for a notebook shows them."""
        return self.words


@dataclass(frozen=True, eq=False)
class Exercise(ABC):
    """An entry of the registry; chapters call it by its name."""

    name: str

    @abstractmethod
    def check(self, answer: Any) -> Verdict:
        """Judge an answer, without giving the solution away."""


@dataclass(frozen=True)
class Letter:
    """A letter that an answer may use, and where it is sampled.

    The numbers are integers if the symbol is one, and obey all of its assumptions.
    """

    symbol: Symbol
    meaning: str
    low: float = -4
    high: float = 4

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
        Further letters that stand for expressions, as in ``{"a": sigmoid(z)}``.
    where
        The domain, beyond the assumptions of the symbols.
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

    @cached_property
    def points(self) -> list[Point]:
        """Where answers are compared: simple numbers first, then kinks, then seeded random ones."""
        every: Expr = sp.Add(*(letter.symbol for letter in self.letters))
        simple = list(islice(self._allowed(sample(self.solution, every, {})), SIMPLE_POINTS))
        edges = self._allowed(on_edges(self.solution, every, {}, simple))
        rng = np.random.default_rng(0)
        random = self._allowed({x.symbol: x.draw(rng) for x in self.letters} for _ in range(1000))
        found = [*simple, *islice(edges, EDGE_POINTS), *islice(random, RANDOM_POINTS)]
        return [point for k, point in enumerate(found) if point not in found[:k]]

    def _allowed(self, points: Iterable[Point]) -> Iterable[Point]:
        for point in points:
            inside = all(letter.admits(point[letter.symbol]) for letter in self.letters)
            if (
                inside
                and substitute(self.where, (point,)) != sp.false
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
        right values first; without floats in it, it is then proved right or searched for a
        counterexample. A difference is shown with both values: a reader learns more from two
        numbers than from one, and a single value does not give a formula away. Where the answer
        is itself a number, the right one is not shown.

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
            number = _number(mine, point)
            if number is None or not _close(number, value):
                return self._differs(point, number, value)
        if mine.has(sp.Float):
            return Verdict(True, "right, to nine digits")
        claims = [Claim(mine, "=", self.solution, self.where, case) for case in self.cases]
        proved = all(claim.holds() for claim in claims)
        everywhere = Claim(mine, "=", self.solution, self.where, {})
        if found := everywhere.counterexample(briefly=proved):
            sides = [None if isinstance(v, str) else float(v) for v in (found.left, found.right)]
            return self._differs(dict(found.point), *sides)
        if proved:
            return Verdict(True, "right")
        return Verdict(
            None, "undecided: equal wherever tried, but not proved; write it differently"
        )

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

    def _differs(self, point: Point, mine: float | None, right: float | None) -> Verdict:
        symbols = [letter.symbol for letter in self.letters]
        place = ", ".join(f"{s} = {float(point[s]):.6g}" for s in symbols if s in point)
        start = f"not yet: at {place} your answer" if place else "not yet: your answer"
        if not symbols and mine is not None and right is not None:
            size = "large" if mine > right else "small"
            return Verdict(False, f"{start} is {_written(mine)}, which is too {size}")
        digits = 12 if mine is not None and f"{mine:.6g}" == f"{right or 0:.6g}" else 6
        yours, ours = (
            "has no value" if value is None else f"is {_written(value, digits)}"
            for value in (mine, right)
        )
        return Verdict(False, f"{start} {yours}" + (f", the right one {ours}" if symbols else ""))


Arguments: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Code(Exercise):
    """An exercise whose answer is a function in NumPy.

    `calls` holds the arguments of the calls that are compared with those of `solution`, among
    them the extremes. Each call with float64 arrays is made in float32 too.
    """

    solution: Callable[..., Any]
    calls: tuple[Arguments, ...]

    def check(self, answer: Callable[..., Any]) -> Verdict:
        """Judge a function by its values, their shape and their dtype, or show a call that differs.

        Raises
        ------
        TypeError
            If the answer is not a function.
        """
        if not callable(answer):
            raise TypeError(f"answer must be a function, not {answer!r}")
        for call in self._all_calls():
            right = np.asarray(self.solution(*_copied(call)))
            with np.errstate(all="ignore"):
                try:
                    mine = np.asarray(answer(*_copied(call)))
                except Exception as error:
                    return _call_differs(call, f"raises {type(error).__name__}: {error}")
            if mine.shape != right.shape:
                return _call_differs(call, f"has shape {mine.shape}, not {right.shape}")
            if not _same_kind(mine, right):
                return _call_differs(call, f"has dtype {mine.dtype}, not {right.dtype}")
            rtol = 1e-5 if right.dtype == np.float32 else TOLERANCE
            if not np.allclose(mine, right, rtol=rtol, atol=0, equal_nan=True):
                return _call_differs(call, f"is {_short(mine)}, the right value {_short(right)}")
        return Verdict(True, "right")

    def _all_calls(self) -> Iterable[Arguments]:
        for call in self.calls:
            yield call
            if any(isinstance(a, np.ndarray) and a.dtype == np.float64 for a in call):
                yield tuple(a.astype(np.float32) if isinstance(a, np.ndarray) else a for a in call)


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


def _copied(call: Arguments) -> Arguments:
    return tuple(a.copy() if isinstance(a, np.ndarray) else a for a in call)


def _same_kind(mine: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> bool:
    """Return whether the dtypes are equal, or both integers."""
    return mine.dtype == right.dtype or {mine.dtype.kind, right.dtype.kind} <= {"i", "u"}


def _call_differs(call: Arguments, what: str) -> Verdict:
    given = ", ".join(_short(argument) for argument in call)
    return Verdict(False, f"not yet: for ({given}) your result {what}")


def _short(value: Any) -> str:
    if not isinstance(value, np.ndarray):
        return repr(value)
    text = np.array2string(value, precision=6, threshold=8, separator=", ")
    return f"{text} ({value.dtype})" if value.ndim else text
