"""Exercises of the opening chapter."""

import numpy as np
import sympy as sp

from backprop._arrays import FloatArray
from backprop.exercises.code import Code
from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter

_x, _y, _z, _u = sp.symbols("x y z u", real=True)
_a = sp.Symbol("a", positive=True)
_any = "any real number"


def _slopes(x: float, y: float, z: float) -> FloatArray:
    inner = x * y + z
    return np.stack([2 * inner * y, 2 * inner * x, 2 * inner])


def _drawn(seed: int) -> tuple[FloatArray, ...]:
    return tuple(np.random.default_rng(seed).normal(size=(3,)))


EXERCISES: list[Exercise] = [
    Formula("sitting-fork", "∂f/∂x", _y + 1, (Letter(_x, _any), Letter(_y, _any))),
    Formula(
        "sitting-square-root",
        "the slope by x",
        _u / (2 * _a),
        (Letter(_u, "slope that arrives"), Letter(_a, "value of the gate, above 0", 0.1, 3)),
    ),
    Formula(
        "sitting-max",
        "∂f/∂y",
        _z + 1,
        (Letter(_y, "the larger input"), Letter(_z, _any)),
    ),
    Code("sitting-slopes", _slopes, tuple(_drawn(seed) for seed in range(4))),
]
