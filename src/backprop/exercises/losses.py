"""Exercises of the chapter on losses."""

import numpy as np
import sympy as sp
from sympy import And, Symbol, log, tanh

from backprop._arrays import FloatArray
from backprop.exercises.code import Code
from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter
from backprop.exercises.numbers import Numbers, Rule
from backprop.losses import softmax_cross_entropy
from backprop.symbolic.activations import sigmoid, z

_yhat, _y, _r = sp.symbols("yhat y r", real=True)
_a, _p = sp.symbols("a p", positive=True)
_t = Symbol("t", positive=True)
_n = Symbol("n", integer=True, positive=True)
_near, _far = Symbol("u", nonnegative=True), Symbol("d", positive=True)

_prediction = Letter(_yhat, "prediction")
_target = Letter(_y, "target")
_threshold = Letter(_t, "threshold", 0.5, 3)
_fraction = Letter(_p, "predicted probability, between 0 and 1", 0.02, 0.98, between=(0, 1))
_output = Letter(_a, "output σ(z), between 0 and 1", 0.02, 0.98, between=(0, 1))


def _class_loss(z: FloatArray, c: int) -> FloatArray:
    return softmax_cross_entropy(z, np.eye(len(z), dtype=z.dtype)[c])


EXERCISES: list[Exercise] = [
    Formula("loss-certainty", "p of the true class", sp.exp(-3)),
    Formula(
        "mean-squared-error-gradient",
        "∂L/∂ŷ₁",
        2 * (_yhat - _y) / _n,
        (_prediction, _target, Letter(_n, "entries", 1, 9)),
    ),
    Formula(
        "huber-gradient",
        "∂L/∂ŷ",
        sp.Max(-_t, sp.Min(_t, _yhat - _y)),
        (_prediction, _target, _threshold),
        cases=(
            {_yhat: _y + _near, _t: _near + _far},
            {_yhat: _y - _near, _t: _near + _far},
            {_yhat: _y + _t + _near},
            {_yhat: _y - _t - _near},
        ),
    ),
    Formula("log-cosh-gradient", "∂L/∂r", tanh(_r), (Letter(_r, "residual ŷ - y"),)),
    Formula(
        "squared-hinge-gradient",
        "∂L/∂ŷ",
        -2 * _y * sp.Max(0, 1 - _y * _yhat),
        (_prediction, Letter(_y, "label, 1 or -1", -1, 1)),
        cases=({_y: sp.Integer(1)}, {_y: sp.Integer(-1)}),
        where=And(_y**2 >= 1, _y**2 <= 1),
    ),
    Formula(
        "squared-error-of-a-sigmoid",
        "∂L/∂z",
        2 * (_a - _y) * _a * (1 - _a),
        (_output, _target),
    ),
    Formula(
        "logit-curvature",
        "∂²L/∂z²",
        sigmoid(z) * (1 - sigmoid(z)),
        (Letter(z, "logit"),),
        shorthands={"a": sigmoid(z)},
    ),
    Formula(
        "focal-loss-gradient",
        "∂L/∂p",
        2 * (1 - _p) * log(_p) - (1 - _p) ** 2 / _p,
        (_fraction,),
    ),
    Code(
        "class-loss",
        _class_loss,
        (
            (np.array([2.0, 1.0, -1.0]), 1),
            (np.array([1e4, -1e4, 0.0]), 1),
            (np.array([0.0, 3.0]), 0),
        ),
    ),
    Numbers(
        "loss-two-prices",
        "u, o",
        {"u": "the price of one too few", "o": "the price of one too many"},
        (
            Rule("u", ">", 0, "u has to be positive"),
            Rule("o", ">", 0, "o has to be positive"),
            Rule("(7o - 3u)/10", "<", 0, "from 7 to 8 the cost changes by {}, and has to fall"),
            Rule("(8o - 2u)/10", ">", 0, "from 8 to 9 the cost changes by {}, and has to rise"),
        ),
        solution=(3, 1),
    ),
]
