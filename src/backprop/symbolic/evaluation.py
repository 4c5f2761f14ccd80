"""What SymPy keeps as it is written, carried out: derivatives, limits, integrals, sums."""

import sympy as sp
from sympy import Derivative, Expr, Product, Sum

from backprop.symbolic import limits, sums
from backprop.symbolic.binding import DEFERRED, VARYING, OpenFamily


def evaluate(expr: Expr, eager: bool = False) -> Expr:
    """Carry out derivatives, limits and integrals, then the sums these leave behind.

    Unless ``eager``, a δ between two indices stays under its sums. Derivatives are SymPy's, and so
    is what it knows of antiderivatives; limits are derived, and what cannot be is left. Once
    nothing is left to be differentiated, a family that is left open becomes a letter with indices.
    """
    if expr.has(OpenFamily):
        expr = expr.replace(lambda e: isinstance(e, VARYING), lambda e: _evaluated(e, eager))
        if not any(part.has(OpenFamily) for part in expr.atoms(*VARYING)):
            expr = expr.replace(lambda e: isinstance(e, OpenFamily), lambda e: e.entry())
    for _ in range(2):
        if expr.has(*DEFERRED):
            expr = expr.replace(lambda e: isinstance(e, DEFERRED), lambda e: _evaluated(e, eager))
    return expr


def _evaluated(expr: Expr, eager: bool) -> Expr:
    if isinstance(expr, sp.Limit):
        return limits.limit(expr)
    if isinstance(expr, sp.Integral):
        return limits.integral(expr)
    if isinstance(expr, Sum | Product):
        return sums.evaluated(expr, eager)
    if isinstance(expr, Derivative) and expr.expr.has(sp.Limit, sp.Integral):
        return expr
    return expr.doit(deep=False)
