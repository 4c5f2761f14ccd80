"""Exercises of the chapter on the δ recurrence."""

import numpy as np
import sympy as sp
from sympy import Rational, Symbol

from backprop._arrays import FloatArray
from backprop.activations import ACTIVATIONS
from backprop.exercises.code import Code
from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter
from backprop.exercises.numbers import wrong_line

_m = Symbol("m", integer=True, positive=True)
_a, _p, _T, _A, _B = sp.symbols("a p T A B", positive=True)
_w, _s, _u, _v, _x, _y, _delta, _c = sp.symbols("w s u v x y delta c", real=True)


def _step_back(W: FloatArray, delta: FloatArray, z: FloatArray) -> FloatArray:
    return ACTIVATIONS["tanh"].vjp(z, W.T @ delta)


def _bias_gradient(delta: FloatArray) -> FloatArray:
    mean: FloatArray = np.mean(delta, axis=1, keepdims=True)
    return mean


def _weight_gradient(delta: FloatArray, a: FloatArray) -> FloatArray:
    mean: FloatArray = delta @ a.T / delta.shape[1]
    return mean


_rng = np.random.default_rng(0)
_errors, _inputs = _rng.normal(size=(2, 5)), _rng.normal(size=(3, 5))

EXERCISES: list[Exercise] = [
    Formula("delta-entries", "entries of Δ⁽¹⁾", 30 * _m, (Letter(_m, "examples", 1, 64),)),
    Formula("delta-by-hand", "δ₁ of the hidden layer", Rational(8, 25)),
    Formula(
        "delta-weight-decay",
        "∂/∂w of L + (c/2) Σ w²",
        _delta * _a + _c * _w,
        (
            Letter(_delta, "error of the target"),
            Letter(_a, "activation of the source", 0.02, 4),
            Letter(_c, "strength of the decay"),
            Letter(_w, "the weight"),
        ),
    ),
    Formula(
        "delta-temperature",
        "∂L/∂z",
        (_p - _y) / _T,
        (
            Letter(_p, "probability, between 0 and 1", 0.02, 0.98, between=(0, 1)),
            Letter(_y, "target, 0 to 1", 0, 1),
            Letter(_T, "temperature", 0.5, 4),
        ),
    ),
    Formula(
        "delta-shared-weight",
        "∂L/∂w",
        _u * _x + _v * _a,
        (
            Letter(_u, "error of layer 1"),
            Letter(_v, "error of layer 2"),
            Letter(_x, "input"),
            Letter(_a, "activation of layer 1", 0.02, 4),
        ),
    ),
    Formula(
        "delta-skip",
        "∂L/∂x",
        _u * (1 + _w * _s),
        (
            Letter(_u, "∂L/∂a"),
            Letter(_w, "the weight"),
            Letter(_s, "slope g′(z)"),
        ),
    ),
    Formula(
        "delta-forward-step",
        "the best h",
        sp.sqrt(_B / _A),
        (Letter(_A, "factor of h", 0.5, 4), Letter(_B, "factor of 1/h", 0.5, 4)),
    ),
    Code(
        "delta-weight-gradient",
        _weight_gradient,
        ((_errors, _inputs), (_errors[:, :1], _inputs[:, :1])),
    ),
    Code("delta-bias-gradient", _bias_gradient, ((_errors,), (_errors[:, :1],))),
    Code(
        "delta-step-back",
        _step_back,
        (
            (_rng.normal(size=(2, 3)), _errors, _inputs),
            (np.eye(3), _inputs, np.zeros((3, 5))),
            (_rng.normal(size=(1, 3)), _errors[:1, :1], _inputs[:, :1]),
        ),
    ),
    wrong_line(
        "delta-bug",
        line=7,
        last=14,
        right={
            6: "with cross-entropy the slope of the output's sigmoid cancels",
            8: "the weights are transposed, and the slope goes in entry by entry",
            10: "error of the target times activation of the source, and the mean",
            11: "it sums over the examples, the columns",
            12: "the source of the first layer is X",
        },
    ),
]
