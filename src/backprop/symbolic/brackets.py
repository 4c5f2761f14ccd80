"""What needs brackets as a factor: derivatives, sums and limits seem to act on all that follows."""

from sympy import Derivative, Expr, Limit, Mul, Product, Sum
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE


def primes(expr: Derivative) -> str:
    """Return the primes of f'(x), f''(x), ...; none if the derivative is of another kind."""
    body, by = expr.expr, set(expr.variables)
    plain = isinstance(body, AppliedUndef) and body.args == tuple(by) and len(expr.variables) < 4
    return "'" * len(expr.variables) if plain else ""


def operates(expr: Expr) -> bool:
    """Return whether all that follows seems to be differentiated, as in d/dx u v."""
    return isinstance(expr, Derivative) and not primes(expr)


def factor(printer: LatexPrinter, expr: Expr, last: bool) -> str:
    """Return a factor in LaTeX, in brackets if what follows would seem to belong to it."""
    text = str(printer.parenthesize(expr, PRECEDENCE["Mul"], strict=True))
    parts = Mul.make_args(expr)
    reaches = any(operates(part) or isinstance(part, Sum | Product | Limit) for part in parts)
    return rf"\left({text}\right)" if reaches > last or text.startswith("-") else text
