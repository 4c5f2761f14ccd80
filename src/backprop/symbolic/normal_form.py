"""Exact normal forms: equal smooth expressions become the same quotient of polynomials.

Each rewriting is an identity, so a difference whose normal form is 0 *is* 0, wherever its terms
are defined. The converse is not claimed: a normal form that is not 0 proves nothing.
"""

from collections.abc import Iterator
from itertools import permutations
from math import lcm
from typing import ClassVar, TypeAlias

import sympy as sp
from sympy import Expr, Integer, Sum, Symbol
from sympy.printing.latex import LatexPrinter

Limits: TypeAlias = list[tuple[Symbol, Expr, Expr]]
KINKED = [sp.Abs, sp.sign, sp.Max, sp.Min, sp.Heaviside]
HYPERBOLIC = [sp.sinh, sp.cosh, sp.tanh]


class Named(sp.Function):  # type: ignore[misc]
    """A function displayed by its name; proofs see only its `definition`."""

    latex_name: ClassVar[str]

    @staticmethod
    def definition(*args: Expr) -> Expr:
        """Return what the name stands for at ``args``."""
        raise NotImplementedError

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the derivative of the definition with respect to one argument."""
        slots = [sp.Dummy(real=True) for _ in self.args]
        slope = self.definition(*slots).diff(slots[argindex - 1])
        return slope.xreplace(dict(zip(slots, self.args, strict=True)))

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        arguments = ", ".join(printer.doprint(argument) for argument in self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"{self.latex_name}{power}{{\left({arguments}\right)}}"


def unfold(expr: Expr) -> Expr:
    """Replace names by definitions, hyperbolics by exponentials, kinked functions by cases."""
    while expr.has(Named):
        expr = expr.replace(lambda e: isinstance(e, Named), lambda e: e.definition(*e.args))
    return expr.rewrite(HYPERBOLIC, sp.exp).rewrite(KINKED, sp.Piecewise)


def normal_form(expr: Expr) -> Expr:
    """Return ``expr`` as a quotient of expanded polynomials in independent atoms.

    The atoms are symbols, exponentials, logarithms of what does not factor, sums of symbolic
    length, and floors that the symbols' signs do not decide.
    """
    expr = expr.replace(lambda e: isinstance(e, Sum), _canonical_sum)
    expr = expr.replace(lambda e: isinstance(e, sp.floor | sp.ceiling), _integer_part)
    numerator, denominator = sp.fraction(sp.together(_exponentials(expr)))
    numerator = sp.expand(numerator)
    return numerator if numerator.is_zero else numerator / denominator


# --- exponentials and logarithms ------------------------------------------------------------


def _exponentials(expr: Expr) -> Expr:
    """Write e^(a+2b) as A B**2 with positive atoms, innermost first, and split logarithms."""
    powers: dict[Expr, Symbol] = {}
    rationals = (c.q for e in expr.atoms(sp.exp) for c in e.args[0].atoms(sp.Rational))
    scale = lcm(*rationals)
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
        atom = powers.setdefault(rest / scale, sp.Dummy("E", positive=True))
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
    return sp.Function("log", real=True)(sp.expand(argument)) if argument != 1 else Integer(0)


# --- sums of symbolic length ----------------------------------------------------------------


def _canonical_sum(total: Sum) -> Expr:
    """Return a combination of sums over single products, their indices in a fixed order."""
    terms = sp.Add.make_args(sp.expand(total.function))
    return sp.Add(*(_sum_of_product(term, list(total.limits)) for term in terms))


def _sum_of_product(term: Expr, limits: Limits) -> Expr:
    factors = list(sp.Mul.make_args(term))
    for inner in [f for f in factors if isinstance(f, Sum)]:
        fresh = {k: sp.Dummy(k.name, **k.assumptions0) for k, _, _ in inner.limits}
        factors[factors.index(inner)] = inner.function.xreplace(fresh)
        limits = [(fresh[k], low, high) for k, low, high in inner.limits] + limits
    bound = {k for k, _, _ in limits}
    inside = sp.Mul(*(f for f in factors if f.free_symbols & bound))
    outside = sp.Mul(*(f for f in factors if not f.free_symbols & bound))
    if len(limits) == 1:
        return outside * _standard_range(inside, *limits[0])
    return outside * min(_renamed(inside, limits), key=sp.default_sort_key)


def _standard_range(inside: Expr, k: Symbol, low: Expr, high: Expr) -> Expr:
    """Shift the index to a smallest offset of 0 and split off the ends.

    The sum then runs from 1 to a bound without a constant, so that sums of the same terms over
    ranges that differ by a few terms become comparable.
    """
    index = Symbol("k_1", integer=True)
    offsets = [i - k for e in inside.atoms(sp.Indexed) for i in e.indices if (i - k).is_Integer]
    shift = min(offsets, default=Integer(0))
    inside, low, high = inside.xreplace({k: index - shift}), low + shift, high + shift
    if not low.is_Integer:
        return Sum(inside, (index, low, high))
    end = high - sp.floor(high.as_coeff_Add()[0])
    extra = Sum(inside, (index, end + 1, high)).doit() - Sum(inside, (index, 1, low - 1)).doit()
    return Sum(inside, (index, 1, end)) + extra


def _renamed(inside: Expr, limits: Limits) -> Iterator[Expr]:
    """Yield the sum with its indices numbered in each order that its ranges allow."""
    bound = {k for k, _, _ in limits}
    triangular = any((low + high).free_symbols & bound for _, low, high in limits)
    for order in [limits] if triangular else permutations(limits):
        names = {k: Symbol(f"k_{i}", integer=True) for i, (k, _, _) in enumerate(order, 1)}
        ranges = [(names[k], low.xreplace(names), high.xreplace(names)) for k, low, high in order]
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
