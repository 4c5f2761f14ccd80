"""The sizes of convolutions and of stacks of them as expressions (chapter 13).

The letters are those of `backprop.geometry`; F is the span d(f - 1) + 1 of a filter and o the
size of an output. Statements about a quotient rounded down are proved in the parts of a division
with remainder: `DIVISION` writes the slack as N = qs + r with 0 <= r < s, where s = r + 1 + t
with t >= 0.

In a stack, layer l has the letters `layer_F[l]`, displayed as F^{[l]}, `layer_p[l]` and
`layer_s[l]`, from l = 1 on. `layer_J[l]` is its jump, which `jump` writes out.
"""

import sympy as sp
from sympy import Expr, Integer, Product, Sum

from backprop.symbolic.quantity import PerLayer

n, f, s, d, o, F = sp.symbols("n f s d o F", integer=True, positive=True)
p, N, q, r, t = sp.symbols("p N q r t", integer=True, nonnegative=True)
i, l = sp.symbols("i l", integer=True, positive=True)

DIVISION = {N: q * s + r, s: r + 1 + t}

layer_F, layer_s, layer_J = (PerLayer(name, integer=True, positive=True) for name in "FsJ")
layer_p = PerLayer("p", integer=True, nonnegative=True)


def slack(n: Expr, f: Expr, p: Expr = Integer(0), d: Expr = Integer(1)) -> Expr:
    """Return N = n + 2p - d(f - 1) - 1, how far the first window can still move."""
    return n + 2 * p - d * (f - 1) - 1


def output_size(
    n: Expr,
    f: Expr,
    p: Expr = Integer(0),
    s: Expr = Integer(1),
    d: Expr = Integer(1),
) -> Expr:
    """Return floor(N / s) + 1, the number of windows that fit."""
    return sp.floor(slack(n, f, p, d) / s) + 1


def same_padding(n: Expr, s: Expr, F: Expr) -> Expr:
    """Return (ceil(n / s) - 1) s + F - n, the padding of both sides that makes ceil(n / s) cells.

    Where it is negative none is needed.
    """
    return (sp.ceiling(n / s) - 1) * s + F - n


def transposed_size(
    o: Expr,
    f: Expr,
    p: Expr = Integer(0),
    s: Expr = Integer(1),
    d: Expr = Integer(1),
) -> Expr:
    """Return (o - 1) s - 2p + d(f - 1) + 1, the least input whose output has o cells."""
    return (o - 1) * s - 2 * p + d * (f - 1) + 1


def jump(l: Expr) -> Expr:
    """Return the product of the strides of the layers 1, ..., l."""
    return Product(layer_s[i], (i, 1, l))


def field(l: Expr) -> Expr:
    """Return 1 + Σ (F - 1)J, how many input cells a cell of layer l sees from first to last."""
    return 1 + Sum((layer_F[i] - 1) * layer_J[i - 1], (i, 1, l))


def stack_padding(l: Expr) -> Expr:
    """Return Σ pJ, the cells on each side of the input that the paddings of l layers add."""
    return Sum(layer_p[i] * layer_J[i - 1], (i, 1, l))
