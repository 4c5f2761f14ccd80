"""Exercises of the chapter on training a network."""

import numpy as np
import sympy as sp
from sympy import log

from backprop._arrays import FloatArray
from backprop.activations import ACTIVATIONS
from backprop.exercises.code import Code
from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter
from backprop.exercises.numbers import wrong_line

_alpha, _p = sp.symbols("alpha p", positive=True)
_B, _n = sp.symbols("B n", integer=True, positive=True)
_a, _delta = sp.symbols("a delta", real=True)


def _accuracy(outputs: FloatArray, targets: FloatArray) -> float:
    return float(np.mean(np.argmax(outputs, axis=0) == np.argmax(targets, axis=0)))


def _recall(table: FloatArray) -> FloatArray:
    share: FloatArray = np.diag(table) / np.sum(table, axis=1)
    return share


def _new_first_weights(
    W1: FloatArray, W2: FloatArray, X: FloatArray, Y: FloatArray, rate: float
) -> FloatArray:
    z = W1 @ X
    output_delta = 2 * (W2 @ np.tanh(z) - Y)
    hidden_delta = ACTIVATIONS["tanh"].vjp(z, W2.T @ output_delta)
    moved: FloatArray = W1 - rate * (hidden_delta @ X.T / X.shape[1])
    return moved


_rng = np.random.default_rng(0)
_OUTPUTS, _TARGETS = _rng.normal(size=(4, 12)), np.eye(4)[:, _rng.integers(4, size=12)]
# All of one sign, and the targets out of reach: nothing cancels, so that float32 has its digits.
_W1, _W2 = _rng.uniform(0.2, 1, (3, 2)), _rng.uniform(0.2, 1, (2, 3))
_X, _Y = _rng.uniform(0.2, 1, (2, 5)), _rng.uniform(4, 5, (2, 5))

EXERCISES: list[Exercise] = [
    Formula("training-updates", "updates", sp.Integer(180_000)),
    Formula(
        "training-sum",
        "the rate for sums",
        _alpha / _B,
        (
            Letter(_alpha, "the rate for means, positive", 0.01, 4),
            Letter(_B, "examples in a batch", 1, 64),
        ),
    ),
    Formula(
        "training-clones",
        "the change of u",
        -_n * _alpha * _delta * _a,
        (
            Letter(_n, "how many clones", 1, 30),
            Letter(_alpha, "the rate, positive", 0.01, 4),
            Letter(_delta, "error of the output unit"),
            Letter(_a, "activation of a clone"),
        ),
    ),
    Formula(
        "training-bias-alone",
        "the lowest cost",
        -_p * log(_p) - (1 - _p) * log(1 - _p),
        (Letter(_p, "the fraction of class 1", 0.02, 0.98, between=(0, 1)),),
    ),
    Formula("training-two-labels", "the lowest cost", log(2)),
    Code(
        "training-accuracy",
        _accuracy,
        (
            (_OUTPUTS, _TARGETS),
            (_TARGETS, _TARGETS),
            (100 * _OUTPUTS[:, :1], _TARGETS[:, :1]),
        ),
    ),
    Code(
        "training-recall",
        _recall,
        ((np.array([[5, 1, 0], [2, 7, 1], [0, 0, 4]]),), (np.array([[3, 1], [0, 2]]),)),
    ),
    Code(
        "training-order",
        _new_first_weights,
        (
            (_W1, _W2, _X, _Y, 0.1),
            (_W1, _W2, _X[:, :1], _Y[:, :1], 2.0),
            (_W1[:1], _W2[:, :1], _X, _Y, 1.0),
        ),
    ),
    wrong_line(
        "training-bug",
        line=4,
        last=13,
        right={
            6: "the last slice may be shorter, and the gradient is the mean over it",
            7: "the gradient of the batch at the present parameters",
            9: "a step downhill, with the gradient of the same parameter",
            12: "each batch has moved it",
        },
    ),
]
