"""The search for a point at which a relation fails, smallest candidates first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import numpy as np
import sympy as sp
from sympy import Derivative, Expr
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import Boolean

from backprop.symbolic.cases import TESTS, conditions, settle, substitute
from backprop.symbolic.normal_form import unfold

Point: TypeAlias = dict[Expr, Expr]
CANDIDATES = [sp.Rational(v) for v in ("0", "1", "-1", "2", "-2", "1/2", "-1/2", "3", "-3", "5")]
MOST_POINTS = 300
DIGITS = 30


@dataclass(frozen=True)
class Counterexample:
    """A point and the values there; text stands for a value that does not exist."""

    point: Mapping[Expr, Expr]
    left: Expr | str
    right: Expr | str

    @property
    def place(self) -> str:
        """The point in words."""
        return ", ".join(f"{name} = {value}" for name, value in self.point.items()) or "all points"

    def __str__(self) -> str:
        return f"at {self.place}: left {short(self.left)}, right {short(self.right)}"


def find(
    left: Expr,
    right: Expr,
    relation: str,
    where: Boolean,
    given: Mapping[Expr, Expr],
    points: Iterable[Point],
) -> Counterexample | None:
    """Return the first point at which ``left relation right`` fails, or None if none is found.

    A side without a value where the other has one is a failure too.
    """
    left, right = unfold(left), unfold(right)
    functions = _samples(left, right)
    sides = [_replace_functions(side, functions) for side in (left, right)]
    for point in points:
        if substitute(where, (given, point)) == sp.false:
            continue
        point = dict(point)
        values = [_value(side, point, given) for side in sides]
        if not _agree(*values, relation):
            implied = {name: substitute(name, (given, point)) for name in given}
            return Counterexample({**functions, **implied, **point}, *values)
    return None


def sample(
    left: Expr, right: Expr, given: Mapping[Expr, Expr], only_edges: bool = False
) -> Iterator[Point]:
    """Yield points of growing size, then points on the kinks and zeros of denominators."""
    symbols = _symbols(substitute(left, (given,)), substitute(right, (given,)))
    grids = [[v for v in CANDIDATES if admits(symbol, v)] for symbol in symbols]
    if np.prod([float(len(grid)) for grid in grids]) <= 20 * MOST_POINTS:
        ranks = sorted(product(*(range(len(grid)) for grid in grids)), key=sum)
    else:
        rng = np.random.default_rng(0)
        ranks = [tuple(int(rng.integers(len(grid))) for grid in grids) for _ in range(MOST_POINTS)]
    points = [
        {symbol: grid[rank] for symbol, grid, rank in zip(symbols, grids, place, strict=True)}
        for place in ranks[:MOST_POINTS]
    ]
    if not only_edges:
        yield from points
    yield from on_edges(left, right, given, points[:8])


def on_edges(
    left: Expr, right: Expr, given: Mapping[Expr, Expr], points: Iterable[Point]
) -> Iterator[Point]:
    """Move points onto kinks and zeros of denominators."""
    sides = [unfold(substitute(side, (given,))) for side in (left, right)]
    edges = {c.lhs - c.rhs for side in sides for c in conditions(side)}
    edges |= {p.base for s in sides for p in s.doit().atoms(sp.Pow) if p.exp.is_negative}
    for point, edge in product(points, sorted(edges, key=sp.default_sort_key)):
        for symbol in point:
            rest = {name: value for name, value in point.items() if name != symbol}
            height = edge.subs(rest)
            slope = height.diff(symbol)
            if slope.is_number and slope != 0:
                value = -height.subs(symbol, 0) / slope
                if admits(symbol, value):
                    yield {**point, symbol: value}


def admits(symbol: Expr, value: Expr) -> bool:
    """Return whether a value satisfies the assumptions a symbol was created with."""
    label = symbol.base.label if symbol.is_Indexed else symbol
    return all(getattr(value, f"is_{k}") is v for k, v in label.assumptions0.items() if k in KINDS)


KINDS = ("real", "integer", "positive", "negative", "nonnegative", "nonpositive", "nonzero")


def short(value: Expr | str) -> str:
    """Return a number as one reads it: exact where it is rational and brief, else rounded."""
    if isinstance(value, str):
        return value
    return str(value) if value.is_Rational and value.q < 1000 else f"{float(value):.6g}"


def _symbols(*sides: Expr) -> list[Expr]:
    free = set().union(*(side.free_symbols for side in sides))
    labels = {e.base.label for side in sides for e in side.atoms(sp.Indexed)}
    return sorted((s for s in free - labels if not s.is_Indexed), key=sp.default_sort_key)


def _samples(*sides: Expr) -> dict[Expr, Expr]:
    """Choose a polynomial for each function that the claim leaves open."""
    kinds = {e.func: len(e.args) for side in sides for e in side.atoms(AppliedUndef)}
    x = sp.symbols("x y u v", real=True)
    return {
        kind(*x[:size]): sum((i + 2) * u**2 - u for u in x[:size]) + i + 1
        for i, (kind, size) in enumerate(sorted(kinds.items(), key=lambda item: str(item[0])))
    }


def _replace_functions(expr: Expr, functions: Mapping[Expr, Expr]) -> Expr:
    for applied, value in functions.items():
        expr = expr.replace(applied.func, sp.Lambda(applied.args, value))
    return expr


def _value(expr: Expr, point: Point, given: Mapping[Expr, Expr]) -> Expr | str:
    """Return the value at a point; a derivative on a kink needs equal slopes from both sides.

    Entries of indexed families that only appear once their number is known join the point.
    """
    across = [d for d in expr.atoms(Derivative)]
    edges = {c.lhs - c.rhs for d in across for c in conditions(d)}
    kinks = [edge for edge in edges if substitute(edge, (given, point)) == 0]
    below, above = (_number(expr, kinks, side, point, given) for side in (-1, 1))
    if _agree(below, above, "="):
        return below
    return f"no derivative (slopes {short(below)} and {short(above)})"


def _number(
    expr: Expr, kinks: list[Expr], side: int, point: Point, given: Mapping[Expr, Expr]
) -> Expr | str:
    for edge in kinks:
        expr = settle(expr, edge, side, 0)
    value = substitute(expr.doit(), (given, point)).doit()
    fresh = sorted(value.atoms(sp.Indexed) - set(point), key=sp.default_sort_key)
    rng = np.random.default_rng(len(point))
    for entry in fresh:
        grid = [v for v in CANDIDATES[1:] if admits(entry, v)]
        point[entry] = grid[int(rng.integers(len(grid)))]
    value = value.subs(point).doit()
    exact = value if value.is_Rational else sp.N(value, DIGITS)
    return exact if exact.is_real and exact.is_finite else "no value"


def _agree(left: Expr | str, right: Expr | str, relation: str) -> bool:
    if isinstance(left, str) or isinstance(right, str):
        return isinstance(left, str) and isinstance(right, str)
    gap = left - right
    if abs(gap) <= sp.Float(10) ** (10 - DIGITS) * (1 + abs(left)):
        gap = sp.Integer(0)
    return bool(TESTS[relation](gap))
