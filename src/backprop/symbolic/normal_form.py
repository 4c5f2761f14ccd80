"""Exact normal forms: equal smooth expressions become the same quotient of polynomials.

Each rewriting is an identity, so a difference whose normal form is 0 *is* 0, wherever its terms
are defined. The converse is not claimed: a normal form that is not 0 proves nothing.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import count, permutations, product, repeat
from math import lcm
from typing import ClassVar, TypeAlias

import sympy as sp
from sympy import Derivative, Dummy, Expr, Integer, KroneckerDelta, Product, Sum, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.relational import Relational
from sympy.printing.latex import LatexPrinter

Limits: TypeAlias = list[sp.Tuple]
KINKED = [sp.Abs, sp.sign, sp.Max, sp.Min, sp.Heaviside]
HYPERBOLIC = [sp.sinh, sp.cosh, sp.tanh]
VARYING = (Derivative, sp.Limit, sp.Subs)
DEFERRED = (ExprWithLimits, *VARYING)
"""What SymPy keeps as it is written until it is told to evaluate."""


class Named(sp.Function):  # type: ignore[misc]
    """A function displayed by its name; proofs see only its `definition`."""

    latex_name: ClassVar[str]

    @staticmethod
    def definition(*args: Expr) -> Expr:
        """Return what the name stands for at ``args``."""
        raise NotImplementedError

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the derivative of the definition with respect to one argument."""
        slots = [Dummy(real=True) for _ in self.args]
        slope = self.definition(*slots).diff(slots[argindex - 1])
        return slope.xreplace(dict(zip(slots, self.args, strict=True)))

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        arguments = ", ".join(printer.doprint(argument) for argument in self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"{self.latex_name}{power}{{\left({arguments}\right)}}"


class OpenFamily(ExprWithLimits):  # type: ignore[misc]
    """Numbers of which proofs know what they depend on, and no more."""

    def entry(self) -> Expr:
        """Return an entry of a family of letters: the same one for what is equal."""
        raise NotImplementedError


def unfold(expr: Expr) -> Expr:
    """Replace names by definitions, hyperbolics by exponentials, kinked functions by cases.

    Indices of sums and the like get names that no free symbol has.
    """
    while expr.has(Named):
        expr = expr.replace(lambda e: isinstance(e, Named), lambda e: e.definition(*e.args))
    expr = expr.replace(lambda e: bool(bound(e)), _renamed)
    return expr.rewrite(HYPERBOLIC, sp.exp).rewrite(KINKED, sp.Piecewise)


def bound(expr: Expr) -> set[Symbol]:
    """Return the symbols that a sum, product, integral or limit runs over, if ``expr`` is one."""
    if isinstance(expr, sp.Limit):
        return {expr.args[1]}
    return set(expr.bound_symbols) if isinstance(expr, ExprWithLimits) else set()


def evaluate(expr: Expr, eager: bool = False) -> Expr:
    """Carry out derivatives and limits, then the sums these leave behind.

    Unless ``eager``, a δ between two indices stays under its sums. Once nothing is left to be
    differentiated, a family that is left open becomes a letter with indices.
    """
    if expr.has(OpenFamily):
        expr = expr.replace(lambda e: isinstance(e, VARYING), _evaluated)
        if not any(part.has(OpenFamily) for part in expr.atoms(*VARYING)):
            expr = expr.replace(lambda e: isinstance(e, OpenFamily), lambda e: e.entry())
    for _ in range(2):
        if expr.has(*DEFERRED):
            expr = expr.replace(lambda e: isinstance(e, DEFERRED), lambda e: _evaluated(e, eager))
    return expr


def normal_form(expr: Expr) -> Expr:
    """Return ``expr`` as a quotient of expanded polynomials in independent atoms.

    The atoms are symbols, exponentials, logarithms of what does not factor, sums of symbolic
    length, floors that the symbols' signs do not decide, and derivatives of unknown functions.
    """
    expr = _canonical_sums(expr)
    expr = expr.replace(lambda e: isinstance(e, Product), _canonical_product)
    expr = expr.replace(lambda e: isinstance(e, sp.floor | sp.ceiling), _integer_part)
    atoms: dict[Expr, Symbol] = {}
    expr = expr.replace(
        lambda e: isinstance(e, DEFERRED), lambda e: atoms.setdefault(e, _opaque(e))
    )
    numerator, denominator = map(sp.expand, sp.fraction(sp.together(_exponentials(expr))))
    return numerator / denominator


def _opaque(expr: Expr) -> Symbol:
    """Return a letter for a sum or the like, so that nothing inside is taken out of its range."""
    if isinstance(expr, Sum | Product):
        term, sizes = expr.function, [high - low + 1 for _, low, high in expr.limits]
        if term.is_positive and all(size.is_positive for size in sizes):
            return Dummy("S", positive=True)
        if term.is_nonnegative and all(size.is_nonnegative for size in sizes):
            return Dummy("S", nonnegative=True)
    return Dummy("S", real=True)


class _Index(Dummy):  # type: ignore[misc]
    """What a sum or the like runs over."""


ANY = Dummy("k", integer=True)


def fresh_index(like: Symbol) -> Symbol:
    """Return a new index with the assumptions of another."""
    return _Index(like.name, **like.assumptions0)


def outer_indices(expr: Expr) -> list[Symbol]:
    """Return the indices in an expression that a sum or the like around it runs over."""
    return sorted((s for s in expr.free_symbols if isinstance(s, _Index)), key=sp.default_sort_key)


@cache
def _index(like: Symbol, number: int) -> Symbol:
    return _Index(f"{like.name}_{number}", **like.assumptions0)


def _indices(like: Symbol, inside: Expr) -> Iterator[Symbol]:
    """Yield standard names for an index, without those that a sum inside has taken."""
    taken = inside.atoms(_Index)
    return (i for i in map(_index, repeat(like), count(1)) if i not in taken)


def _renamed(binder: Expr) -> Expr:
    return binder.xreplace({symbol: next(_indices(symbol, binder)) for symbol in bound(binder)})


def _evaluated(expr: Expr, eager: bool = False) -> Expr:
    if isinstance(expr, sp.Limit) and expr.has(Relational):
        return _limit_by_sides(expr)
    if isinstance(expr, Sum) and any(d.has(*bound(expr)) for d in expr.atoms(KroneckerDelta)):
        terms = sp.Add.make_args(sp.expand(expr.function))
        return sp.Add(*(_picked(sp.Mul.make_args(x), expr.limits, eager) for x in terms))
    return expr.doit(deep=False)


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
        in_range = sp.And(ranges[k][0] <= choice[k], choice[k] <= ranges[k][1])
        if ranges.get(choice[k]) == ranges[k]:
            in_range = sp.true
        if eager or not in_range.atoms(_Index):
            chosen = [f.xreplace(choice) for f in factors if f is not delta]
            chosen.append(sp.Piecewise((1, in_range), (0, True)))
            return _picked(chosen, [x.xreplace(choice) for x in limits if x[0] != k], eager)
    return Sum(sp.Mul(*factors), *limits) if limits else sp.Mul(*factors)


def _limit_by_sides(limit: sp.Limit) -> Expr:
    """Decide the conditions in a limit on either side, or leave it; SymPy does not decide them."""
    body, h, target, direction = limit.args
    t = Dummy("t", positive=True)
    sides = set()
    for sign in {"+": [1], "-": [-1]}.get(str(direction), [1, -1]):
        near = body.subs(h, target + sign * t)
        edges = {c: (c.lhs - c.rhs).subs(t, 0) for c in near.atoms(Relational)}
        clear = {c: e for c, e in edges.items() if e.is_nonzero and not c.has(sp.floor, sp.ceiling)}
        near = near.xreplace({c: c.func(e, 0) for c, e in clear.items()})
        sides.add(limit if near.has(Relational) else sp.Limit(near, t, 0).doit(deep=False))
    return sides.pop() if len(sides) == 1 else limit


# --- exponentials and logarithms ------------------------------------------------------------


def _exponentials(expr: Expr) -> Expr:
    """Write e^(a+2b) as A B**2 with positive atoms, innermost first, and split logarithms."""
    powers: dict[Expr, Symbol] = {}
    rationals = (c.q for e in expr.atoms(sp.exp) for c in e.args[0].atoms(sp.Rational))
    scale = lcm(*rationals)
    expr = expr.xreplace(
        {sp.E: powers.setdefault(Integer(1) / scale, Dummy("E", positive=True)) ** scale}
    )
    while found := [e for e in expr.atoms(sp.exp, sp.log) if not e.args[0].has(sp.exp, sp.log)]:
        expr = expr.xreplace({e: _split(e, powers, scale) for e in found})
    return expr


def _split(expr: Expr, powers: dict[Expr, Symbol], scale: int) -> Expr:
    argument = sp.cancel(sp.together(expr.args[0]))
    if isinstance(expr, sp.log):
        return _split_log(argument, {atom: base for base, atom in powers.items()})
    product: Expr = Integer(1)
    polynomial = sp.fraction(argument)[1].is_number
    for term in sp.Add.make_args(sp.expand(argument) if polynomial else argument):
        coefficient, rest = term.as_coeff_Mul(rational=True)
        atom = powers.setdefault(rest / scale, Dummy("E", positive=True))
        product *= atom ** (scale * coefficient)
    return product


def _split_log(argument: Expr, exponents: dict[Symbol, Expr]) -> Expr:
    """log(u**p v / w) = p log u + log v - log w for positive u, v, w; log e^t = t."""
    total: Expr = Integer(0)
    for part, sign in zip(sp.fraction(sp.factor(argument)), (1, -1), strict=True):
        constant, factors = (part, []) if part.is_number else sp.factor_list(part)
        if not (constant > 0 and all(base.is_positive for base, _ in factors)):
            return _log_atom(argument)
        total += sign * _log_atom(constant)
        for base, power in factors:
            total += sign * power * exponents.get(base, _log_atom(base))
    return total


def _log_atom(argument: Expr) -> Expr:
    """Return a logarithm as an atom; that of an integer is split by its small primes first."""
    primes = sp.factorint(argument, limit=1000) if argument.is_Integer and argument > 1 else {}
    if primes and primes != {argument: 1}:
        return sp.Add(*(power * _log_atom(Integer(prime)) for prime, power in primes.items()))
    return sp.Function("log", real=True)(sp.expand(argument)) if argument != 1 else Integer(0)


# --- sums and products of symbolic length ---------------------------------------------------


def _canonical_sums(expr: Expr) -> Expr:
    """Return a combination of sums over single products, their indices in a fixed order."""
    if isinstance(expr, Sum):
        terms = sp.Add.make_args(sp.expand(expr.function))
        return sp.Add(*(_sum_of_product(term, list(expr.limits)) for term in terms))
    return expr.func(*map(_canonical_sums, expr.args)) if expr.has(Sum) else expr


def _canonical_product(total: Product) -> Expr:
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
            factors.append(_canonical_sums(factor))
    indices = {k for k, _, _ in limits}
    parts = [part.free_symbols & indices for part in (*factors, *(sp.Tuple(*x) for x in limits))]
    product = sp.Mul(*(f for f in factors if not f.free_symbols & indices))
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
    index = next(_indices(ANY, inside))
    offsets = [i - k for e in inside.atoms(sp.Indexed) for i in e.indices if (i - k).is_Integer]
    shift = min(offsets, default=Integer(0))
    inside, low, high = inside.xreplace({k: index - shift}), low + shift, high + shift
    if not low.is_Integer:
        return _evaluated(kind(inside, (index, low, high)))
    end = high - sp.floor(high.as_coeff_Add()[0])
    total = _evaluated(kind(inside, (index, 1, end)))
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
        numbered = list(zip(_indices(ANY, inside), order, strict=False))
        names = {k: index + shifts[k] for index, (k, *_) in numbered}
        ranges = [
            (index, *(end.xreplace(names) - shifts[k] for end in ends))
            for index, (k, *ends) in numbered
        ]
        yield Sum(inside.xreplace(names), *ranges)


# --- floor and ceiling ----------------------------------------------------------------------


def _integer_part(rounded: Expr) -> Expr:
    """Return the integer that a floor or ceiling equals, where the symbols' signs decide it."""
    x = sp.cancel(sp.together(rounded.args[0]))
    for k in _quotients(x):
        rest = sp.cancel(k - x if isinstance(rounded, sp.ceiling) else x - k)
        if k.is_integer and rest.is_nonnegative and sp.cancel(1 - rest).is_positive:
            return k
    return rounded.func(x)


def _quotients(x: Expr) -> Iterator[Expr]:
    numerator, denominator = sp.fraction(x)
    for symbol in sorted(x.free_symbols, key=sp.default_sort_key):
        try:
            quotient, _ = sp.div(numerator, denominator, symbol)
        except sp.PolynomialError:
            continue
        yield from (quotient + offset for offset in (0, 1, -1))
