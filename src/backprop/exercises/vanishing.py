"""Exercises of the chapter on vanishing and exploding gradients."""

import numpy as np
import sympy as sp
from sympy import Max, Min, Symbol

from backprop._arrays import FloatArray
from backprop.exercises.code import Code
from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter
from backprop.exercises.numbers import wrong_line

_n, _p, _d = sp.symbols("n p d", integer=True, positive=True)
_g, _x = sp.symbols("g x", real=True)
_t, _s = sp.symbols("T s", positive=True)
_input = Symbol("x", real=True, nonzero=True)
_near, _far = Symbol("u", nonnegative=True), Symbol("q", positive=True)

_sizes = (Letter(_n, "units of the layer, its fan-out", 1, 9), Letter(_p, "its fan-in", 1, 9))


def _shortened(g: FloatArray, t: float) -> FloatArray:
    length = np.linalg.norm(g)
    return g if length <= t else g * (t / length)


EXERCISES: list[Exercise] = [
    Formula("vanishing-factors", "the number of factors", sp.Integer(19)),
    Formula(
        "vanishing-paths",
        "the number of paths",
        _n ** (_d - 1),
        (Letter(_n, "units of a layer", 1, 9), Letter(_d, "layers to go", 1, 6)),
    ),
    Formula("vanishing-underflow", "the least d", sp.Integer(75)),
    Formula(
        "vanishing-rate",
        "α",
        1 / (2 * _input**2),
        (Letter(_input, "the input, not 0"),),
    ),
    Formula(
        "vanishing-clip",
        "what is subtracted, divided by α",
        Max(-_t, Min(_t, _g)),
        (Letter(_g, "the slope"), Letter(_t, "the threshold", 0.5, 3)),
        cases=(
            {_g: _near, _t: _near + _far},
            {_g: -_near, _t: _near + _far},
            {_g: _t + _near},
            {_g: -_t - _near},
        ),
    ),
    Formula("vanishing-uniform", "r", sp.sqrt(6 / (_n + _p)), _sizes),
    Formula(
        "vanishing-leaky",
        "v",
        2 / (_p * (1 + _s**2)),
        (Letter(_p, "fan-in", 1, 9), Letter(_s, "slope below 0", 0.1, 1)),
    ),
    Formula("vanishing-residual", "the limit", sp.exp(_x), (Letter(_x, "any real number"),)),
    Code(
        "vanishing-clip-norm",
        _shortened,
        (
            (np.array([-3.0, 4.0]), 1.0),
            (np.array([-3.0, 4.0]), 5.0),
            (np.array([[0.1, -0.2], [0.0, 0.3]]), 1.0),
            (np.zeros(3), 0.5),
            (np.array([[-1e5], [1e5]]), 2.0),
        ),
    ),
    wrong_line(
        "vanishing-bug",
        line=5,
        last=10,
        right={
            4: "pairs of neighbouring layers, the fan-in first",
            6: "a bias may start at 0: the weights are different already",
            8: "what is below 0 becomes 0, as it should",
        },
    ),
]
