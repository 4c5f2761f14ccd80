"""Sums and products of symbolic length: closed forms, and one order among equal ones.

Each rewriting holds for every range from `low` to `high` with high >= low - 1, and it holds for
shorter ranges too if Σ over them means -Σ over high + 1, ..., low - 1, as it does between here and
the end of a proof. `conventional` sees to it that a claim is about sums for which this is the same
as what the book means: a sum over no terms, or with its ends the wrong way round, is 0.
"""

from collections.abc import Iterable, Iterator
from itertools import permutations, product
from typing import TypeAlias

import sympy as sp
from sympy import Dummy, Expr, Integer, KroneckerDelta, Product, Sum, Symbol
from sympy.core.function import AppliedUndef

from backprop.symbolic.binding import ANY, Index, bound, fresh_index, indices

Limits: TypeAlias = list[sp.Tuple]
FEW_TERMS = 100


def opaque(expr: Expr) -> Symbol:
    """Return a letter for a sum or the like, so that nothing inside is taken out of its range."""
    if isinstance(expr, Sum | Product):
        term, sizes = expr.function, [high - low + 1 for _, low, high in expr.limits]
        if term.is_positive and all(size.is_positive for size in sizes):
            return Dummy("S", positive=True)
        if term.is_nonnegative and all(size.is_nonnegative for size in sizes):
            return Dummy("S", nonnegative=True)
    return Dummy("S", real=True)


# --- ranges that may hold no term -----------------------------------------------------------


def conventional(expr: Expr, *outside: sp.Tuple) -> Expr:
    """Say of each sum whose ends may be the wrong way round that it is 0 there, of a product 1.

    ``outside`` are the ranges of the sums around it.
    """
    if not expr.has(Sum, Product):
        return expr
    if not isinstance(expr, Sum | Product):
        parts = tuple(conventional(part, *outside) for part in expr.args)
        return expr if parts == expr.args else expr.func(*parts)
    whole = conventional(expr.function, *expr.limits, *outside)
    nothing = Integer(0) if isinstance(expr, Sum) else Integer(1)
    inner: Limits = []
    for place, (k, low, high) in enumerate(expr.limits):
        inner.append((k, low, high))
        if not ordered(low - 1, high, [*expr.limits[place + 1 :], *outside]):
            whole = sp.Piecewise((expr.func(whole, *inner), high >= low - 1), (nothing, True))
            inner = []
    return expr.func(whole, *inner) if inner else whole


def ordered(low: Expr, high: Expr, outside: Iterable[sp.Tuple]) -> bool:
    """Return whether low <= high is plain, wherever the indices of the sums outside are."""
    gaps = [sp.expand(high - low)]
    for k, first, last in outside:
        t = Dummy("t", integer=True, nonnegative=True)
        ends = (first + t, last - t)
        gaps += [sp.expand(gap.xreplace({k: end})) for gap in gaps if gap.has(k) for end in ends]
    return any(gap.is_nonnegative for gap in gaps)


# --- closed forms ---------------------------------------------------------------------------


def evaluated(total: Expr, eager: bool = False) -> Expr:
    """Return a sum or product with its terms written out, or in closed form, where there is one.

    Unless ``eager``, a δ between two indices stays.
    """
    if any(d.has(*bound(total)) for d in total.atoms(KroneckerDelta)):
        if isinstance(total, Product):
            return total
        terms = sp.Add.make_args(sp.expand(total.function))
        return sp.Add(*(_picked(sp.Mul.make_args(x), total.limits, eager) for x in terms))
    body, limits = total.function, list(total.limits)
    closed = _closed_sum if isinstance(total, Sum) else _closed_product
    while limits:
        shorter = closed(body, *limits[0])
        if shorter is None:
            return total.func(body, *limits)
        body = shorter
        del limits[0]
    return body


def _closed_sum(body: Expr, k: Symbol, low: Expr, high: Expr) -> Expr | None:
    size = high - low + 1
    if size.is_Integer and abs(size) <= FEW_TERMS:
        signed = [sign * body.xreplace({k: place}) for place, sign in _places(low, high)]
        return sp.Add(*signed)
    if not body.has(k):
        return size * body
    if any(
        part.has(k) for part in body.atoms(sp.Indexed, AppliedUndef, Sum, Product, sp.Piecewise)
    ):
        return None
    powers = [p.as_base_exp()[1] for p in body.atoms(sp.Pow, sp.exp)]
    if any(power.has(k) for power in powers):
        return _geometric(body, k, low, high)
    try:
        coefficients = sp.Poly(body, k).all_coeffs()[::-1]
    except sp.PolynomialError:
        return None
    return sp.Add(*(c * _powers(p, low, high) for p, c in enumerate(coefficients)))


def _closed_product(body: Expr, k: Symbol, low: Expr, high: Expr) -> Expr | None:
    size = high - low + 1
    if size.is_Integer and abs(size) <= FEW_TERMS:
        return sp.Mul(*(body.xreplace({k: place}) ** sign for place, sign in _places(low, high)))
    return None if body.has(k) else body**size


def _places(low: Expr, high: Expr) -> Iterator[tuple[Expr, int]]:
    """Yield what a sum runs over, with 1; if its ends are the wrong way round, with -1."""
    size = int(high - low + 1)
    yield from ((low + i, 1) for i in range(size))
    yield from ((high + 1 + i, -1) for i in range(-size))


def _powers(p: int, low: Expr, high: Expr) -> Expr:
    """Return the sum of k**p: the Bernoulli polynomial rises by (p + 1) x**p from x to x + 1."""
    after, before = (sp.bernoulli(p + 1, x) for x in (high + 1, low))
    return (after - before) / (p + 1)


def _geometric(body: Expr, k: Symbol, low: Expr, high: Expr) -> Expr | None:
    """Return the sum of terms with one ratio: (1 - ratio) Σ is the first less the one after all."""
    ratio = sp.powsimp(sp.expand(body.subs(k, k + 1)) / body)
    if ratio.has(k):
        return None
    first, after = body.subs(k, low), body.subs(k, high + 1)
    one = sp.Eq(ratio, 1)
    return sp.Piecewise(((high - low + 1) * first, one), ((first - after) / (1 - ratio), True))


def _picked(factors: Iterable[Expr], limits: Limits, eager: bool) -> Expr:
    """Sum a product in which a δ picks one term: where it is in range, and once it is known.

    SymPy does the same, but sums δ(2k, j) over k as if j were even.
    """
    ranges = {k: tuple(ends) for k, *ends in limits}
    for delta, k in product(factors, ranges):
        gap = delta.args[0] - delta.args[1] if isinstance(delta, KroneckerDelta) else Integer(0)
        if gap.diff(k) not in (-1, 1):
            continue
        choice = {k: sp.expand(k - gap / gap.diff(k))}
        if any(sp.Tuple(*ends).has(k) and choice[k].has(i) for i, ends in ranges.items()):
            continue
        in_range = sp.And(ranges[k][0] <= choice[k], choice[k] <= ranges[k][1])
        if ranges.get(choice[k]) == ranges[k]:
            in_range = sp.true
        if eager or not in_range.atoms(Index):
            chosen = [f.xreplace(choice) for f in factors if f is not delta]
            chosen.append(sp.Piecewise((1, in_range), (0, True)))
            return _picked(chosen, [x.xreplace(choice) for x in limits if x[0] != k], eager)
    return Sum(sp.Mul(*factors), *limits) if limits else sp.Mul(*factors)


# --- one order among equal sums -------------------------------------------------------------


def canonical_sums(expr: Expr) -> Expr:
    """Return a combination of sums over single products, their indices in a fixed order."""
    if isinstance(expr, Sum):
        terms = sp.Add.make_args(sp.expand(expr.function))
        return sp.Add(*(_sum_of_product(term, list(expr.limits)) for term in terms))
    return expr.func(*map(canonical_sums, expr.args)) if expr.has(Sum) else expr


def canonical_product(total: Product) -> Expr:
    """Return a product of products over single factors."""
    if len(total.limits) > 1:
        return total
    factors = sp.Mul.make_args(total.function)
    return sp.Mul(*(_standard_range(Product, factor, *total.limits[0]) for factor in factors))


def _sum_of_product(term: Expr, limits: Limits) -> Expr:
    """Draw inner sums together with the outer ones, then part what shares no index."""
    factors: list[Expr] = []
    for factor in sp.Mul.make_args(term):
        if isinstance(factor, Sum):
            fresh = {k: fresh_index(k) for k in bound(factor)}
            limits = [limit.xreplace(fresh) for limit in factor.limits] + limits
            factors += sp.Mul.make_args(factor.function.xreplace(fresh))
        else:
            factors.append(canonical_sums(factor))
    own = {k for k, _, _ in limits}
    parts = [part.free_symbols & own for part in (*factors, *(sp.Tuple(*x) for x in limits))]
    product = sp.Mul(*(f for f in factors if not f.free_symbols & own))
    for group in _linked(parts):
        inside = sp.Mul(*(f for f in factors if f.free_symbols & group))
        product *= _one_sum(inside, [limit for limit in limits if limit[0] in group])
    return product


def _linked(sets: Iterable[set[Symbol]]) -> list[set[Symbol]]:
    """Merge the sets that overlap."""
    groups: list[set[Symbol]] = []
    for new in filter(None, sets):
        merged = new.union(*(group for group in groups if group & new))
        groups = [group for group in groups if not group & new] + [merged]
    return groups


def _one_sum(inside: Expr, limits: Limits) -> Expr:
    if len(limits) > 1:
        return min(_reordered(inside, limits), key=sp.default_sort_key)
    k, low, high = limits[0]
    both_ways = [inside, inside.xreplace({k: low + high - k})]
    return _standard_range(Sum, min(both_ways, key=lambda e: _backwards(e, k)), k, low, high)


def _backwards(inside: Expr, k: Symbol) -> tuple[object, ...]:
    """Count the indices and ends of ranges that fall as ``k`` rises; break ties by length."""
    places = [place for entry in inside.atoms(sp.Indexed) for place in entry.indices]
    places += [end for e in inside.atoms(Sum, Product) for _, *ends in e.limits for end in ends]
    falling = sum(place.diff(k).could_extract_minus_sign() for place in places)
    return (falling, inside.count_ops(), sp.default_sort_key(inside)) if falling else (0,)


def _standard_range(
    kind: type[Sum] | type[Product], inside: Expr, k: Symbol, low: Expr, high: Expr
) -> Expr:
    """Shift the index to a smallest offset of 0 and split off the ends.

    The range then runs from 1 to a bound without a constant, so that sums of the same terms over
    ranges that differ by a few terms become comparable.
    """
    index = next(indices(ANY, inside))
    offsets = [i - k for e in inside.atoms(sp.Indexed) for i in e.indices if (i - k).is_Integer]
    shift = min(offsets, default=Integer(0))
    inside, low, high = inside.xreplace({k: index - shift}), low + shift, high + shift
    if not low.is_Integer:
        return evaluated(kind(inside, (index, low, high)))
    end = high - sp.floor(high.as_coeff_Add()[0])
    if max(abs(low - 1), abs(high - end)) > FEW_TERMS:
        return evaluated(kind(inside, (index, low, high)))
    total = evaluated(kind(inside, (index, 1, end)))
    for first, last, sign in ((end, high, 1), (Integer(0), low - 1, -1)):
        steps = int(last - first)
        power = sign if steps > 0 else -sign
        for i in range(min(steps, 0), max(steps, 0)):
            term = inside.xreplace({index: first + 1 + i})
            total = total + power * term if kind is Sum else total * term**power
    return total


def _reordered(inside: Expr, limits: Limits) -> Iterator[Expr]:
    """Yield the sum with its indices, all from 0, numbered in each order that its ranges allow."""
    own = {k for k, _, _ in limits}
    nested = any((low + high).free_symbols & own for _, low, high in limits)
    shifts = {k: Integer(0) if low.free_symbols & own else low for k, low, _ in limits}
    for order in [limits] if nested else permutations(limits):
        numbered = list(zip(indices(ANY, inside), order, strict=False))
        names = {k: index + shifts[k] for index, (k, *_) in numbered}
        ranges = [
            (index, *(end.xreplace(names) - shifts[k] for end in ends))
            for index, (k, *ends) in numbered
        ]
        yield Sum(inside.xreplace(names), *ranges)
