"""What a convolutional layer holds and costs, as expressions (chapter 14).

A volume of C channels, n_h rows and n_w columns goes through K filters of C channels and f by f
cells and becomes one of K channels, o_h rows and o_w columns. In g groups, each filter sees C/g
channels. Numerical twins: `parameters` and `multiplications` of `backprop.geometry`.
"""

import sympy as sp
from sympy import Expr, IndexedBase, Integer, Sum

from backprop.symbolic.quantity import quantity

C, K, f, g, n, n_h, n_w = sp.symbols("C K f g n n_h n_w", integer=True, positive=True)
o_h, o_w = sp.symbols("o_h o_w", integer=True, positive=True)
c, i, j, k, u, v = sp.symbols("c i j k u v", integer=True, positive=True)
channel, row, column = sp.symbols("c i j", integer=True, nonnegative=True)  # counted from 0
x, w, b = (IndexedBase(name, real=True) for name in "xwb")

ONE = Integer(1)
COUNTED_WEIGHTS = Sum(1, (v, 1, f), (u, 1, f), (c, 1, C / g), (k, 1, K))
COUNTED_BIASES = Sum(1, (k, 1, K))
COUNTED_ENTRIES = Sum(1, (j, 1, o_w), (i, 1, o_h), (k, 1, K))


def weights(C: Expr, K: Expr, f: Expr, g: Expr = ONE) -> Expr:
    """Return K (C / g) f², the entries of all filters."""
    return K * C / g * f**2


def parameters(C: Expr, K: Expr, f: Expr, g: Expr = ONE) -> Expr:
    """Return K (C f² / g + 1): the entries of K filters, and a bias for each."""
    return K * (C / g * f**2 + 1)


def multiplications(C: Expr, K: Expr, f: Expr, o_h: Expr, o_w: Expr, g: Expr = ONE) -> Expr:
    """Return K o_h o_w C f² / g: for each entry of the output, those of one filter."""
    return K * o_h * o_w * C / g * f**2


def dense_parameters(inputs: Expr, units: Expr) -> Expr:
    """Return the weights and biases of a dense layer."""
    return units * (inputs + 1)


def window_product(k: Expr, c: Expr, i: Expr, j: Expr) -> Expr:
    """Return what channel c adds to entry (i, j) of filter k at stride 1, without padding."""
    return Sum(w[k, c, u, v] * x[c, i + u - 1, j + v - 1], (v, 1, f), (u, 1, f))


def entry(k: Expr, i: Expr, j: Expr) -> Expr:
    """Return entry (i, j) of output channel k at stride 1, without padding: all counted from 1."""
    return Sum(window_product(k, c, i, j), (c, 1, C)) + b[k]


def position(channel: Expr, row: Expr, column: Expr) -> Expr:
    """Return (c n_h + i) n_w + j, where a flattened volume holds the cell; all counted from 0."""
    return (channel * n_h + row) * n_w + column


P = quantity("P", COUNTED_WEIGHTS + COUNTED_BIASES)
"""The parameters, counted one by one."""
M = quantity("M", COUNTED_ENTRIES * Sum(1, (v, 1, f), (u, 1, f), (c, 1, C / g)))
"""The multiplications, counted one by one."""
