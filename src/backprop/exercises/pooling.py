"""Exercises of the chapter on pooling."""

import numpy as np
import sympy as sp
from sympy import Integer

from backprop._arrays import FloatArray
from backprop.exercises.code import Code
from backprop.exercises.conditions import no_loop
from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter
from backprop.symbolic.activations import sigmoid
from backprop.symbolic.geometry import f, output_size, s

_a, _b = sp.symbols("a b", real=True)
_q = sp.Symbol("q", positive=True)
_t = sp.Symbol("t", integer=True, positive=True)
_h, _C, _H, _W, _K = sp.symbols("h C H W K", integer=True, positive=True)

_block = Letter(f, "cells along a side of a block", 1, 9)


def _blocks(x: FloatArray, f: int) -> FloatArray:
    n, c, rows, columns = x.shape
    largest: FloatArray = x.reshape(n, c, rows // f, f, columns // f, f).max(axis=(3, 5))
    return largest


EXERCISES: list[Exercise] = [
    Formula(
        "pooling-size",
        "rows of the output",
        output_size(Integer(112), Integer(3), Integer(1), Integer(2)),
    ),
    Formula(
        "pooling-head",
        "parameters saved",
        _K * _C * (_H * _W - 1),
        (
            Letter(_K, "classes", 1, 20),
            Letter(_C, "channels", 1, 20),
            Letter(_H, "rows", 1, 20),
            Letter(_W, "columns", 1, 20),
        ),
    ),
    Formula(
        "pooling-survives",
        "probability",
        (f - _t) ** 2 / (2 * f**2 - (f - _t) ** 2),
        (_block, Letter(_t, "cells of the shift, at most f", 1, 9)),
        where=_t <= f,
    ),
    Formula(
        "pooling-merged",
        "side of the one filter",
        f + s * _h - 1,
        (
            Letter(f, "side of the first filter", 1, 7),
            Letter(s, "side and stride of the pooling", 1, 5),
            Letter(_h, "side of the last filter", 1, 7),
        ),
    ),
    Formula(
        "pooling-soft-routing",
        "∂z/∂a",
        sigmoid(_q * (_a - _b)),
        (
            Letter(_a, "first entry"),
            Letter(_b, "second entry"),
            Letter(_q, "sharpness, positive", 0.1, 4),
        ),
        shorthands={"z": sp.log((sp.exp(_q * _a) + sp.exp(_q * _b)) / 2) / _q},
    ),
    Code(
        "pooling-blocks",
        _blocks,
        (
            (np.array([[[[8.0, 4, 2, 1], [9, 3, 2, 8], [1, 5, 7, 1], [2, 0, 3, 7]]]]), 2),
            (-np.arange(1.0, 73).reshape(2, 3, 2, 6), 2),
            (np.sin(np.arange(108.0)).reshape(1, 2, 6, 9), 3),
            (np.cos(np.arange(12.0)).reshape(1, 1, 3, 4), 1),
        ),
        conditions=(no_loop,),
    ),
]
