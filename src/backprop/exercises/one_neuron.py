"""Exercises of the chapter on one neuron."""

import numpy as np
import sympy as sp
from sympy import Rational, Symbol

from backprop._arrays import FloatArray
from backprop.activations import sigmoid
from backprop.exercises.code import Code
from backprop.exercises.conditions import no_loop, no_overflow
from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter
from backprop.exercises.numbers import wrong_line

_c, _steep, _flat = sp.symbols("c s f", positive=True)
_fraction = Symbol("p", positive=True)
_a, _y, _x = sp.symbols("a y x", real=True)


def _gradient(W: FloatArray, b: FloatArray, X: FloatArray, Y: FloatArray) -> FloatArray:
    """Return the row ∂J/∂W, followed by ∂J/∂b."""
    residual = sigmoid(W @ X + b) - Y
    m = X.shape[1]
    row: FloatArray = np.hstack([residual @ X.T, residual.sum(axis=1, keepdims=True)]) / m
    return row


_rng = np.random.default_rng(0)
_ROW, _BIAS = _rng.normal(size=(1, 3)), np.array([[0.5]])
_COLUMNS, _LABELS = _rng.normal(size=(3, 6)), np.array([[0.0, 1, 1, 0, 1, 0]])

EXERCISES: list[Exercise] = [
    Formula("neuron-updates", "updates", sp.Integer(80)),
    Formula("neuron-first-step", "w after one step", Rational(33, 125)),
    Formula(
        "neuron-limit",
        "the limit of α",
        1 / _c,
        (Letter(_c, "the factor in front of w², positive", 0.1, 9),),
    ),
    Formula(
        "neuron-best-rate",
        "the best α",
        2 / (_steep + _flat),
        (
            Letter(_steep, "the larger eigenvalue", 0.1, 9),
            Letter(_flat, "the smaller eigenvalue, positive", 0.1, 9),
        ),
        where=_steep >= _flat,
    ),
    Formula("neuron-centred", "the limit of α", Rational(25, 74)),
    Formula(
        "neuron-lowest-cost",
        "the lowest cost",
        _fraction * (1 - _fraction),
        (Letter(_fraction, "the fraction of targets 1", 0.02, 0.98, between=(0, 1)),),
    ),
    Formula(
        "neuron-squared-error",
        "∂L/∂w_j",
        2 * (_a - _y) * _a * (1 - _a) * _x,
        (
            Letter(_a, "output σ(z), between 0 and 1", 0.02, 0.98, between=(0, 1)),
            Letter(_y, "target"),
            Letter(_x, "the input x_j"),
        ),
    ),
    Code(
        "neuron-gradient",
        _gradient,
        (
            (_ROW, _BIAS, _COLUMNS, _LABELS),
            (_ROW, _BIAS, _COLUMNS[:, :1], _LABELS[:, :1]),
            (900 * _ROW, _BIAS, _COLUMNS, _LABELS),
        ),
        conditions=(no_loop, no_overflow),
    ),
    wrong_line(
        "neuron-bug",
        line=8,
        last=13,
        right={
            5: "a slice may reach past the last column, and then stops there",
            7: "the sigmoid of the weighted sum, for all examples at once",
            9: "with cross-entropy the slope of the sigmoid cancels; it sums over the examples",
            10: "it sums over the examples, the columns",
            11: "dW and db are both there before W changes",
        },
    ),
]
