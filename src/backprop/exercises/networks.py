"""Exercises of the chapter on networks and their dimensions."""

import numpy as np
import sympy as sp
from sympy import Integer

from backprop._arrays import FloatArray
from backprop.exercises.code import Code
from backprop.exercises.conditions import one_product
from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter
from backprop.exercises.numbers import Numbers, Rule

_layers, _units = sp.symbols("L n", integer=True, positive=True)
_v, _b, _c, _w, _y = sp.symbols("v b c w y", real=True)
_above, _below = sp.symbols("u d", nonnegative=True)

_W = np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]])
_X = np.array([[1.0, 0.0, 2.0, -1.0], [0.0, 1.0, -3.0, 2.0], [4.0, 0.5, 0.0, 1.0]])


def _absorbed(W: FloatArray, b: FloatArray, X: FloatArray) -> FloatArray:
    ones = np.ones((1, X.shape[1]), X.dtype)
    z: FloatArray = np.hstack([W, b.reshape(-1, 1)]) @ np.vstack([X, ones])
    return z


def _melted(weights: tuple[FloatArray, ...], biases: tuple[FloatArray, ...]) -> FloatArray:
    W, b = weights[0], biases[0]
    for V, c in zip(weights[1:], biases[1:], strict=True):
        W, b = V @ W, V @ b + c
    return np.hstack([W, b])


EXERCISES: list[Exercise] = [
    Formula("network-count", "parameters", Integer(130)),
    Formula("network-budget", "K", Integer(125)),
    Formula(
        "network-equal-layers",
        "parameters",
        _layers * _units * (_units + 1),
        (Letter(_layers, "number of layers", 1, 9), Letter(_units, "units of each", 1, 30)),
    ),
    Formula(
        "network-collapsed-bias",
        "bias",
        _v * _b + _c,
        (
            Letter(_w, "first weight"),
            Letter(_b, "first bias"),
            Letter(_v, "second weight"),
            Letter(_c, "second bias"),
        ),
    ),
    Formula("network-xor-affine", "f(1, 1)", Integer(2)),
    Formula("network-xor-weight", "v", Integer(2)),
    Formula(
        "network-relu-floor",
        "smallest loss",
        sp.Min(0, _y) ** 2,
        (Letter(_y, "target"),),
        cases=({_y: _above}, {_y: -_below}),
    ),
    Formula("network-orders", "orders", Integer(4320)),
    Code(
        "network-absorbed",
        _absorbed,
        (
            (_W, np.array([[10.0], [20.0]]), _X),
            (_W, np.array([10.0, 20.0]), _X[:, :1]),
            (_W, np.array([10.0, 20.0]), _X[:, :2]),
        ),
        conditions=(one_product,),
    ),
    Code(
        "network-melted",
        _melted,
        (
            ((_W,), (np.array([[1.0], [2.0]]),)),
            ((_W, np.array([[2.0, -1.0]])), (np.array([[1.0], [2.0]]), np.array([[5.0]]))),
            (
                (_X, _W, np.array([[2.0, -1.0], [0.5, 3.0]])),
                (np.ones((3, 1)), np.array([[1.0], [2.0]]), np.array([[0.0], [7.0]])),
            ),
        ),
    ),
    Numbers(
        "network-agree",
        "The parameters",
        {
            **{name: "into unit 1" for name in ("w11", "w12", "b1")},
            **{name: "into unit 2" for name in ("w21", "w22", "b2")},
            **{name: "into the output" for name in ("v1", "v2", "c")},
        },
        tuple(
            Rule(
                f"v1 max(0, w11*{x1} + w12*{x2} + b1) + v2 max(0, w21*{x1} + w22*{x2} + b2) + c",
                "=",
                int(x1 == x2),
                f"for ({x1}, {x2}) the network says {{}}, not {int(x1 == x2)}",
            )
            for x1 in (0, 1)
            for x2 in (0, 1)
        ),
        solution=(1, 1, 0, 1, 1, -1, -1, 2, 1),
    ),
]
