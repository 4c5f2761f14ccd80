"""Exercises of the chapter on the chain rule through a network."""

import numpy as np
import sympy as sp

from backprop._arrays import FloatArray
from backprop.activations import sigmoid
from backprop.exercises.code import Code
from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter

_y, _v, _w, _x, _p, _q, _r, _s = sp.symbols("y v w x p q r s", real=True)
_a, _h = sp.symbols("a h", real=True)
_squashed = sp.tanh(_w * _x)

_output = Letter(_a, "prediction, between 0 and 1", 0.02, 0.98, between=(0, 1))
_target = Letter(_y, "target, 0 to 1", 0, 1)
_weight = Letter(_v, "weight from that unit to the output")
_input = Letter(_x, "input")
_tanh = Letter(_h, "activation of unit 2, between -1 and 1", -0.98, 0.98, between=(-1, 1))
_sigmoid = Letter(_h, "activation of unit 3, between 0 and 1", 0.02, 0.98, between=(0, 1))


def _first_layer(
    x: FloatArray, y: FloatArray, W1: FloatArray, b1: FloatArray, W2: FloatArray, b2: FloatArray
) -> FloatArray:
    a1 = sigmoid(W1 @ x + b1)
    a2 = sigmoid(W2 @ a1 + b2)
    delta2 = 2 * (a2 - y) * a2 * (1 - a2)
    return (W2.T @ delta2) * a1 * (1 - a1) @ x.T


def _drawn(seed: int, p: int, n: int, q: int) -> tuple[FloatArray, ...]:
    rng = np.random.default_rng(seed)
    shapes = [(p, 1), (q, 1), (n, p), (n, 1), (q, n), (q, 1)]
    return tuple(rng.normal(size=shape) for shape in shapes)


EXERCISES: list[Exercise] = [
    Formula("chain-paths", "number of paths", sp.Integer(15)),
    Formula(
        "chain-tanh-weight",
        "the gradient by w of layer 1, from input 1 to unit 2",
        (_a - _y) * _v * (1 - _h**2) * _x,
        (_output, _target, _weight, _tanh, _input),
    ),
    Formula(
        "chain-three-hidden",
        "the gradient by the bias of unit 3",
        (_a - _y) * _v * _h * (1 - _h),
        (_output, _target, _weight, _sigmoid),
    ),
    Formula(
        "chain-input",
        "∂L/∂x₁",
        _p * _v + _q * _w,
        (
            Letter(_p, "error of hidden unit 1"),
            Letter(_q, "error of hidden unit 2"),
            Letter(_v, "weight from input 1 to unit 1"),
            Letter(_w, "weight from input 1 to unit 2"),
        ),
    ),
    Formula(
        "chain-skip",
        "∂L/∂x",
        2 * (_r * _squashed + _s * _x - _y) * (_r * (1 - _squashed**2) * _w + _s),
        (
            Letter(_x, "input"),
            Letter(_y, "target"),
            Letter(_w, "first weight"),
            Letter(_r, "second weight"),
            Letter(_s, "weight of the shortcut"),
        ),
        shorthands={"h": _squashed},
    ),
    Formula(
        "chain-shared",
        "∂L/∂w",
        2 * (_w * _squashed - _y) * (_squashed + _w * (1 - _squashed**2) * _x),
        (
            Letter(_x, "input"),
            Letter(_y, "target"),
            Letter(_w, "the weight"),
        ),
        shorthands={"h": _squashed},
    ),
    Code(
        "chain-first-layer",
        _first_layer,
        (_drawn(0, 3, 2, 1), _drawn(1, 2, 3, 1), _drawn(2, 1, 1, 1), _drawn(3, 4, 3, 2)),
    ),
]
