"""The search for a point at which a relation fails, smallest candidates first.

It shares as little as possible with the proofs: numbers are put in first, sums are written out
term by term, and a derivative on a kink is taken from both sides.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod
from random import Random
from typing import TypeAlias

import sympy as sp
from sympy import Derivative, Expr, Product, Sum
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from backprop.symbolic.binding import DEFERRED
from backprop.symbolic.cases import JUMPS, TESTS, admits, conditions, substitute
from backprop.symbolic.evaluation import evaluate
from backprop.symbolic.limits import integral
from backprop.symbolic.normal_form import unfold
from backprop.symbolic.open_function import OpenFunction

Point: TypeAlias = dict[Expr, Expr]
CANDIDATES = [sp.Rational(v) for v in ("0", "1", "-1", "2", "-2", "1/2", "-1/2", "3", "-3", "5")]
MOST_POINTS, FEW_POINTS, MANY_DRAWS = 300, 6, 100
DIGITS = 30
SHARP = (Relational, *JUMPS)
WRITTEN_OUT = (Sum, Product, OpenFunction)
NOWHERE = (sp.nan, sp.zoo, sp.oo, -sp.oo)
NEARBY = sp.Rational(1, 10**9)


class _NoValueError(ValueError):
    """An expression that has no value at a point; the message says why."""


class _UnknownError(ValueError):
    """An expression whose value at a point is not known, such as a limit that is not derived."""


@dataclass(frozen=True)
class Counterexample:
    """A point and the values there; text stands for a value that does not exist."""

    point: Mapping[Expr, Expr]
    left: Expr | str
    right: Expr | str
    entry: tuple[int, int] | None = None
    """Of two matrices, the row and the column, counted from 1, where they differ."""

    @property
    def place(self) -> str:
        """The point in words."""
        return ", ".join(f"{name} = {value}" for name, value in self.point.items()) or "all points"

    def __str__(self) -> str:
        where = f"at {self.place}" + (f", entry {self.entry}" if self.entry else "")
        return f"{where}: left {short(self.left)}, right {short(self.right)}"


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
    functions = _samples(unfold(left), unfold(right))
    plain = {unfold(name): unfold(value) for name, value in given.items()}
    stated = [_prepared(part, functions, plain) for part in (left, right, where)]
    stated += [sp.Eq(*pair) for pair in plain.items() if not pair[0].is_Symbol]
    rng = Random(0)
    for point in map(dict, points):
        numbers = tuple((name, value) for name, value in point.items() if name.is_integer)
        parts = [_written_out(part, numbers) for part in stated]
        _draw_entries(parts, point, rng)
        if any(_at(part, point) != sp.true for part in parts[2:]):
            continue
        try:
            values = [_value(part, point) for part in parts[:2]]
        except _UnknownError:
            continue
        if not _agree(values[0], values[1], relation):
            implied = {name: substitute(name, (given, point)) for name in given}
            return Counterexample({**functions, **implied, **point}, values[0], values[1])
    return None


def sample(
    left: Expr,
    right: Expr,
    given: Mapping[Expr, Expr],
    where: Boolean = sp.true,
    briefly: bool = False,
) -> Iterator[Point]:
    """Yield points of growing size, then points on the kinks and zeros of denominators."""
    names = unknowns(left, right, where, given=given)
    grids = [[v for v in CANDIDATES if admits(name, v)] for name in names]
    if prod(map(len, grids)) <= 20 * MOST_POINTS:
        ranks = sorted(product(*(range(len(grid)) for grid in grids)), key=sum)
    else:
        rng = Random(0)
        sizes = [
            2 if name.is_integer else len(grid) for name, grid in zip(names, grids, strict=True)
        ]
        ranks = [tuple(map(rng.randrange, sizes)) for _ in range(MOST_POINTS)]
    points = [
        {name: grid[rank] for name, grid, rank in zip(names, grids, place, strict=True)}
        for place in ranks[: FEW_POINTS if briefly else MOST_POINTS]
    ]
    if left.has(sp.Indexed) or right.has(sp.Indexed):  # the entries are drawn anew for each point
        points *= -(-(FEW_POINTS if briefly else MANY_DRAWS) // len(points))
    yield from points
    yield from on_edges(left, right, given, points[:FEW_POINTS])


def unknowns(*sides: Expr, given: Mapping[Expr, Expr]) -> list[Expr]:
    """Return the symbols that need a value; entries of indexed families come later."""
    parts = [substitute(unfold(side), (given,)) for side in sides]
    parts += [v for s in parts for d in s.atoms(Derivative) for v in d.variables if v.is_Indexed]
    free = set().union(*(part.free_symbols for part in parts))
    labels = {e.label for part in parts for e in part.atoms(sp.IndexedBase)}
    return sorted((s for s in free - labels if not s.is_Indexed), key=sp.default_sort_key)


def on_edges(
    left: Expr, right: Expr, given: Mapping[Expr, Expr], points: Iterable[Point]
) -> Iterator[Point]:
    """Move points onto kinks and zeros of denominators."""
    sides = [substitute(unfold(side), (given,)) for side in (left, right)]
    edges = {c.lhs - c.rhs for side in sides for c in conditions(side)}
    edges |= {p.base for s in sides for p in s.atoms(sp.Pow) if p.exp.is_negative}
    for point, edge in product(points, sorted(edges, key=sp.default_sort_key)):
        for symbol in (name for name in point if _has_zeros(edge, name)):
            rest = {name: value for name, value in point.items() if name != symbol}
            height = edge.subs(rest)
            zeros = sp.roots(height, symbol) if height.free_symbols == {symbol} else ()
            yield from ({**point, symbol: value} for value in zeros if admits(symbol, value))


@lru_cache(maxsize=1000)
def _has_zeros(edge: Expr, symbol: Expr) -> bool:
    """Return whether the zeros in a symbol are those of a polynomial."""
    return symbol in edge.free_symbols and edge.is_polynomial(symbol)


def short(value: Expr | str) -> str:
    """Return a number as one reads it: exact where it is rational and brief, else rounded."""
    if isinstance(value, str):
        return value
    return str(value) if value.is_Rational and value.q < 1000 else f"{float(value):.6g}"


def _samples(*sides: Expr) -> dict[Expr, Expr]:
    """Choose a polynomial for each function that the claim leaves open."""
    kinds = {e.func: len(e.args) for side in sides for e in side.atoms(AppliedUndef)}
    x = sp.symbols("x y u v", real=True)
    return {
        kind(*x[:size]): sum((i + 2) * u**2 - u for u in x[:size]) + i + 1
        for i, (kind, size) in enumerate(sorted(kinds.items(), key=lambda item: str(item[0])))
    }


def _prepared(expr: Expr, functions: Mapping[Expr, Expr], given: Mapping[Expr, Expr]) -> Expr:
    """Put in the functions, then take integrals, and derivatives without kinks or sums."""
    expr = unfold(expr)
    for applied, value in functions.items():
        expr = expr.replace(applied.func, sp.Lambda(applied.args, value))
    smooth = [d for d in expr.atoms(Derivative) if not d.has(*SHARP, *WRITTEN_OUT)]
    known = {d: d.doit() for d in smooth} | {e: integral(e) for e in expr.atoms(sp.Integral)}
    return substitute(expr.xreplace(known), (given,))


@lru_cache(maxsize=1000)  # a point comes again with other entries, a side in the next step
def _written_out(expr: Expr, numbers: tuple[tuple[Expr, Expr], ...]) -> Expr:
    """Put in the integers, then write out sums, term by term, products and open functions."""
    expr = expr.xreplace(dict(numbers))  # what a sum runs over has a name of its own
    while (shorter := expr.replace(lambda e: isinstance(e, WRITTEN_OUT), _terms)) != expr:
        expr = shorter
    return unfold(expr)


def _terms(total: Expr) -> Expr:
    if isinstance(total, OpenFunction):
        return total.written_out()
    *inner, (index, low, high) = total.limits
    if not (low.is_Integer and high.is_Integer):
        return total
    term = total.func(total.function, *inner) if inner else total.function
    slopes = term.atoms(OpenFunction)  # one that does not exist is no term, not even times 0
    terms = [
        sp.nan
        if any(slope.xreplace({index: i}).outside() for slope in slopes)
        else term.xreplace({index: i})
        for i in map(sp.Integer, range(int(low), int(high) + 1))
    ]
    return sp.Add(*terms) if isinstance(total, Sum) else sp.Mul(*terms)


def _draw_entries(parts: Iterable[Expr], point: Point, rng: Random) -> None:
    """Give values to the entries of indexed families, known now that their number is."""
    entries = {e for part in parts for e in part.atoms(sp.Indexed)} - set(point)
    for entry in sorted(entries, key=sp.default_sort_key):
        grid = [v for v in CANDIDATES if admits(entry, v)]
        point[entry] = rng.choice(grid)


def _value(expr: Expr, point: Point) -> Expr | str:
    try:
        return _number(
            expr.xreplace({d: _derivative(d, point) for d in expr.atoms(Derivative)}), point
        )
    except _NoValueError as reason:
        return str(reason)


def _at(expr: Expr, point: Point) -> Expr:
    """Put in a point; what is differentiated by a letter keeps it, as SymPy's `subs` knows."""
    return expr.subs(point) if expr.has(*DEFERRED) else expr.xreplace(point)


def _number(expr: Expr, point: Point) -> Expr:
    value = evaluate(_at(expr, point))
    if value.has(sp.Limit, sp.Integral):
        raise _UnknownError
    exact = value if value.is_Rational else sp.N(value, DIGITS)
    if exact.is_number and exact.is_real and exact.is_finite:
        return exact
    raise _NoValueError("no value")


def _derivative(d: Derivative, point: Point) -> Expr:
    """Return a derivative, or of something with kinks its value, if it has one.

    Nothing that is differentiated may jump: a value is the same on the point and on both sides.
    """
    if not d.has(*SHARP):
        return _put_in(d, point).doit()
    variables = sorted(set(d.variables) & set(point), key=sp.default_sort_key)
    moves = product((-NEARBY, NEARBY), repeat=len(variables))
    sides = [
        _decided(d.expr, point, {v: point[v] + by for v, by in zip(variables, move, strict=True)})
        for move in moves
    ]
    for order in range(len(d.variables) + 1):
        slopes = [_number(s.diff(*d.variables[:order]) if order else s, point) for s in sides]
        if not all(_agree(slope, slopes[0], "=") for slope in slopes):
            found = " and ".join(dict.fromkeys(map(short, slopes)))
            raise _NoValueError(f"no derivative (slopes {found})")
        if not (order or _agree(_number(_decided(d.expr, point, point), point), slopes[0], "=")):
            raise _NoValueError("no derivative (a jump)")
    return slopes[0]


def _put_in(d: Derivative, point: Point) -> Derivative:
    """Put in all letters but those by which is differentiated, where each has a name of its own."""
    if any(set(name.free_symbols) & set(point) - {name} for name in d.variables):
        return d  # an index is a letter
    known = d.expr.xreplace({name: v for name, v in point.items() if name not in d.variables})
    return d if known.has(*NOWHERE) else d.func(known, *d.variable_count)


def _decided(expr: Expr, point: Point, nearby: Point) -> Expr:
    """Put in what conditions and roundings are at a point; if it lies on an edge, at one nearby."""
    truth = {}
    for condition in conditions(expr):
        edge = condition.lhs - condition.rhs
        truth[condition] = condition.func(edge.subs(point) or edge.subs({**point, **nearby}), 0)
    expr = expr.xreplace(truth)
    steps = expr.atoms(*JUMPS)
    return expr.xreplace({step: step.subs({**point, **nearby}) for step in steps})


def _agree(left: Expr | str, right: Expr | str, relation: str) -> bool:
    if isinstance(left, str) or isinstance(right, str):
        return isinstance(left, str) and isinstance(right, str)
    gap = left - right
    if not gap.is_Rational and abs(gap) <= sp.Float(10) ** (10 - DIGITS) * (1 + abs(left)):
        return True  # equal, as far as the digits tell, and if not, not the counterexample to show
    return bool(TESTS[relation](gap))
