"""The size of a convolution's output as expressions (chapter 13).

The letters are those of `backprop.geometry`. Statements about a quotient rounded down are proved
in the parts of a division with remainder: `DIVISION` writes the slack as N = qs + r with
0 <= r < s, where s = r + 1 + t with t >= 0.
"""

import sympy as sp
from sympy import Expr

n, f, s, d = sp.symbols("n f s d", integer=True, positive=True)
p, N, q, r, t = sp.symbols("p N q r t", integer=True, nonnegative=True)

DIVISION = {N: q * s + r, s: r + 1 + t}


def slack(n: Expr, f: Expr, p: Expr = sp.Integer(0), d: Expr = sp.Integer(1)) -> Expr:
    """Return N = n + 2p - d(f - 1) - 1, how far the first window can still move."""
    return n + 2 * p - d * (f - 1) - 1


def output_size(
    n: Expr,
    f: Expr,
    p: Expr = sp.Integer(0),
    s: Expr = sp.Integer(1),
    d: Expr = sp.Integer(1),
) -> Expr:
    """Return floor(N / s) + 1, the number of windows that fit."""
    return sp.floor(slack(n, f, p, d) / s) + 1
