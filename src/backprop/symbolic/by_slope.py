"""Activations of which proofs use the slope alone: σ' = σ(1 - σ), tanh' = 1 - tanh², or any g'.

Exponentials within exponentials would make the proofs about a network of two layers slow; what
stands here for the sigmoid is a letter to them, with the slope that chapter 2 proves.
"""

from functools import cache
from math import ceil

import sympy as sp
from sympy import Dummy, Expr
from sympy.core.cache import cacheit
from sympy.printing.latex import LatexPrinter

from backprop.symbolic.activations import sigmoid
from backprop.symbolic.normal_form import Named

ANY = Dummy("z", real=True)


class BySlope(sp.Function):  # type: ignore[misc]
    """A function that proofs know by its slope alone, which keeps them short."""

    is_real = True

    @cacheit  # type: ignore[untyped-decorator]  # a unit occurs many times in a gradient
    def _eval_evalf(self, precision: int) -> Expr:
        digits = 50 * ceil(precision / 150)  # over 3 bits each; few sizes, for the cache
        z, *order = self.args
        return self.formula(z.evalf(digits), *order).evalf(digits)


class _Sigmoid(BySlope):
    is_positive = True
    formula = staticmethod(sigmoid.definition)

    def fdiff(self, argindex: int = 1) -> Expr:
        return self * (1 - self)


class _Tanh(BySlope):
    formula = staticmethod(sp.tanh)

    def fdiff(self, argindex: int = 1) -> Expr:
        return 1 - self**2


@cache
def _tanh_derivative(order: int) -> Expr:
    return sp.tanh(ANY).diff(ANY, order)


class g(BySlope):
    """An activation left open, or its derivative of a given order: g(z), g(z, 1), ...

    Proofs hold for any function that has the derivatives in them; where numbers are needed, in a
    counterexample, g is tanh.
    """

    def __new__(cls, z: Expr, order: int = 0) -> "g":
        """Keep the argument and the order."""
        applied: g = super().__new__(cls, z, order)
        return applied

    def fdiff(self, argindex: int = 1) -> Expr:
        """Return the next derivative."""
        return g(self.args[0], self.args[1] + 1)

    @staticmethod
    def formula(z: Expr, order: Expr) -> Expr:
        """Return what stands in for the function."""
        return _tanh_derivative(order).xreplace({ANY: z})

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        primes = "'" * int(self.args[1])
        applied = rf"g{primes}\left({printer.doprint(self.args[0])}\right)"
        return rf"\left({applied}\right)^{{{exp}}}" if exp else applied


def by_slope(expr: Expr) -> Expr:
    """Unfold an activation down to sigmoids and hyperbolic tangents, which stay as they are."""
    while True:
        expr = expr.replace(sigmoid, _Sigmoid).replace(sp.tanh, _Tanh)
        if not expr.has(Named):
            return expr
        expr = expr.replace(lambda e: isinstance(e, Named), lambda e: e.definition(*e.args))


def explicit(expr: Expr) -> Expr:
    """Return an expression with the formulas in place."""
    return expr.replace(lambda e: isinstance(e, BySlope), lambda e: e.formula(*e.args))
