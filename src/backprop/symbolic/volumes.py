"""What a convolutional layer holds, computes and costs, as expressions (chapter 14).

A volume a of C channels, n_h rows and n_w columns goes through K filters of C channels and f by f
cells and becomes one of K channels, o_h rows and o_w columns. In g groups, each filter sees C/g
channels. Channels, filters and cells are numbered from 0. Numerical twins: `parameters` and
`multiplications` of `backprop.geometry`.
"""

import sympy as sp
from sympy import Expr, IndexedBase, Integer, Sum

from backprop.symbolic import convolution
from backprop.symbolic.convolution import i, j, u, v
from backprop.symbolic.geometry import f
from backprop.symbolic.quantity import quantity

C, K, g, n_h, n_w, o_h, o_w = sp.symbols("C K g n_h n_w o_h o_w", integer=True, positive=True)
c, k = sp.symbols("c k", integer=True, nonnegative=True)
a, w, b = (IndexedBase(name, real=True) for name in "awb")

ONE = Integer(1)
COUNTED_WEIGHTS = Sum(1, (v, 0, f - 1), (u, 0, f - 1), (c, 0, C / g - 1), (k, 0, K - 1))
COUNTED_BIASES = Sum(1, (k, 0, K - 1))
COUNTED_ENTRIES = Sum(1, (j, 0, o_w - 1), (i, 0, o_h - 1))


def weights(C: Expr, K: Expr, f: Expr, g: Expr = ONE) -> Expr:
    """Return K (C / g) f², the entries of all filters."""
    return K * C / g * f**2


def parameters(C: Expr, K: Expr, f: Expr, g: Expr = ONE) -> Expr:
    """Return K (C f² / g + 1): the entries of K filters, and a bias for each."""
    return K * (C / g * f**2 + 1)


def multiplications(C: Expr, K: Expr, f: Expr, o_h: Expr, o_w: Expr, g: Expr = ONE) -> Expr:
    """Return K o_h o_w C f² / g: for each entry of the output, those of one filter."""
    return o_h * o_w * weights(C, K, f, g)


def entry(k: Expr, i: Expr, j: Expr, C: Expr, f: Expr) -> Expr:
    """Return entry (i, j) of output channel k at stride 1, without padding."""
    slice_ = convolution.entry(lambda u, v: w[k, c, u, v], lambda r, q: a[c, r, q], i, j, f)
    return Sum(slice_, (c, 0, C - 1)) + b[k]


def position(c: Expr, i: Expr, j: Expr) -> Expr:
    """Return (c n_h + i) n_w + j, where a flattened volume holds cell (i, j) of channel c."""
    return (c * n_h + i) * n_w + j


P = quantity("P", COUNTED_WEIGHTS + COUNTED_BIASES)
"""The parameters, counted one by one."""
M = quantity("M", COUNTED_WEIGHTS * COUNTED_ENTRIES)
"""The multiplications: each weight meets one cell for each place of its filter."""
