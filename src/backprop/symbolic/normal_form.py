"""Exact normal forms: equal smooth expressions become the same quotient of polynomials.

Each rewriting is an identity, so a difference whose normal form is 0 *is* 0, wherever its terms
are defined. The converse is not claimed: a normal form that is not 0 proves nothing.
"""

from collections.abc import Iterator
from math import lcm
from typing import ClassVar

import sympy as sp
from sympy import Dummy, Expr, Integer, Product, Symbol
from sympy.core.assumptions import _assume_defined
from sympy.core.cache import cacheit
from sympy.printing.latex import LatexPrinter

from backprop.symbolic.binding import BINDERS, DEFERRED, bound, renamed, stand_in
from backprop.symbolic.sums import canonical_product, canonical_sums, opaque

KINKED = [sp.Abs, sp.sign, sp.Max, sp.Min, sp.Heaviside]
HYPERBOLIC = [sp.sinh, sp.cosh, sp.tanh]


class Named(sp.Function):  # type: ignore[misc]
    """A function displayed by its name; proofs see only its `definition`."""

    latex_name: ClassVar[str]

    def __init_subclass__(cls) -> None:
        """Let a name claim nothing that its definition does not show."""
        super().__init_subclass__()
        kinds = _assume_defined - {"commutative"}
        if claims := sorted(f"is_{kind}" for kind in kinds if f"is_{kind}" in vars(cls)):
            raise TypeError(
                f"{cls.__name__} sets {', '.join(claims)}; leave that to its definition"
            )

    @staticmethod
    def definition(*args: Expr) -> Expr:
        """Return what the name stands for at ``args``."""
        raise NotImplementedError

    @property
    def opened(self) -> Expr:
        """The definition at the arguments, none of whose letters is caught by a sum in it."""
        plain = self.definition(*self.args)
        own = plain.atoms(*BINDERS) - self.atoms(*BINDERS)
        if not (caught := set().union(*map(bound, own)) & self.free_symbols):
            return plain
        fresh = {letter: stand_in(letter) for letter in caught}
        safe = self.definition(*(_renamed(argument).xreplace(fresh) for argument in self.args))
        return _renamed(safe).xreplace({dummy: letter for letter, dummy in fresh.items()})

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the derivative of the definition with respect to one argument."""
        slots = [Dummy(real=True) for _ in self.args]
        slope = self.definition(*slots).diff(slots[argindex - 1])
        return _renamed(slope).xreplace(dict(zip(slots, self.args, strict=True)))

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        arguments = ", ".join(printer.doprint(argument) for argument in self.args)
        power = f"^{{{exp}}}" if exp else ""
        return rf"{self.latex_name}{power}{{\left({arguments}\right)}}"


@cacheit  # type: ignore[untyped-decorator]  # a claim is unfolded to be judged, proved, tried
def unfold(expr: Expr) -> Expr:
    """Replace names by definitions, hyperbolics by exponentials, kinked functions by cases.

    Indices of sums and the like get names that no free symbol has.
    """
    while expr.has(Named):
        expr = expr.replace(lambda e: isinstance(e, Named), lambda e: e.opened)
    expr = _renamed(expr)
    return expr.rewrite(HYPERBOLIC, sp.exp).rewrite(KINKED, sp.Piecewise)


def _renamed(expr: Expr) -> Expr:
    """Give standard names to what sums and the like run over."""
    return expr.replace(lambda e: isinstance(e, BINDERS), renamed)


def normal_form(expr: Expr) -> Expr:
    """Return ``expr`` as a quotient of expanded polynomials in independent atoms.

    The atoms are symbols, exponentials, logarithms of what does not factor, sums of symbolic
    length, floors that the symbols' signs do not decide, and derivatives of unknown functions.
    """
    expr = canonical_sums(expr)
    expr = expr.replace(lambda e: isinstance(e, Product), canonical_product)
    expr = expr.replace(lambda e: isinstance(e, sp.floor | sp.ceiling), _integer_part)
    atoms: dict[Expr, Symbol] = {}
    expr = expr.replace(lambda e: isinstance(e, DEFERRED), lambda e: atoms.setdefault(e, opaque(e)))
    numerator, denominator = map(sp.expand, sp.fraction(sp.together(_exponentials(expr))))
    return numerator / denominator


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
        try:
            constant, factors = (part, []) if part.is_number else sp.factor_list(part)
        except sp.PolynomialError:  # no polynomial in anything
            return _log_atom(argument)
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
    return _Log(sp.expand(argument)) if argument != 1 else Integer(0)


class _Log(sp.Function):  # type: ignore[misc]
    """A logarithm that is not taken apart any more."""

    is_real = True


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
