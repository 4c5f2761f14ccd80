"""Exercises of the chapter on the price of a gradient."""

from collections.abc import Sequence
from itertools import pairwise

import sympy as sp
from sympy import Integer, sqrt

from backprop.exercises.code import Code
from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter

_p, _q, _r, _n, _L, _S = sp.symbols("p q r n L S", integer=True, positive=True)

_inputs = Letter(_p, "inputs", 1, 40)
_hidden = Letter(_q, "hidden units", 1, 20)
_outputs = Letter(_r, "outputs", 1, 10)
_width = Letter(_n, "units of every layer, the input included", 1, 40)
_depth = Letter(_L, "layers", 1, 30)
_weights = Letter(_S, "weights", 1, 500)


def _gradient_price(sizes: Sequence[int]) -> int:
    products = [p * n for p, n in pairwise(sizes)]
    return 3 * sum(products) - products[0] + 3 * sizes[-1] + 2 * sum(sizes[1:-1])


EXERCISES: list[Exercise] = [
    Formula("price-digits", "multiplications for the whole gradient", Integer(4830)),
    Formula(
        "price-one-hidden-layer",
        "multiplications for the whole gradient",
        2 * _p * _q + 3 * _q * _r + 2 * _q + 3 * _r,
        (_inputs, _hidden, _outputs),
    ),
    Formula(
        "price-relu-softmax",
        "multiplications of the backward pass",
        _p * _q + 2 * _q * _r,
        (_inputs, _hidden, _outputs),
    ),
    Formula(
        "price-equal-widths",
        "multiplications for the whole gradient",
        (3 * _L - 1) * _n**2 + (2 * _L + 1) * _n,
        (_width, _depth),
    ),
    Formula(
        "price-centred",
        "evaluations of the cost",
        2 * (_q * (_p + 1) + _r * (_q + 1)),
        (_inputs, _hidden, _outputs),
    ),
    Formula(
        "price-jacobian",
        "multiplications by the weights",
        sp.Min(_p, _r) * _S,
        (_inputs, _outputs, _weights),
    ),
    Formula("price-checkpoints", "least number of stored layers", 2 * sqrt(_L), (_depth,)),
    Code(
        "price-gradient",
        _gradient_price,
        (((784, 30, 10),), ((4, 3, 2, 1),), ((7, 4),), ((5, 5, 5, 5, 5),)),
    ),
]
