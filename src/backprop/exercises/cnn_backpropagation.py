"""Exercises of the chapter on backpropagation through a CNN."""

import numpy as np
import sympy as sp
from sympy import Integer, Symbol

from backprop._arrays import FloatArray
from backprop.convolution import (
    conv2d_filter_gradient,
    conv2d_input_gradient,
    max_pool2d_input_gradient,
)
from backprop.exercises.code import Code
from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter
from backprop.exercises.numbers import wrong_line
from backprop.symbolic.geometry import d, f, p, s

_o = Symbol("o", integer=True, positive=True)
_i, _u = sp.symbols("i u", integer=True, nonnegative=True)
_h, _t = sp.symbols("h t", positive=True)


def _bias_gradient(delta: FloatArray) -> FloatArray:
    mean: FloatArray = np.sum(delta, axis=(0, 2, 3)) / len(delta)
    return mean


def _filter_gradient(delta: FloatArray, a: FloatArray) -> FloatArray:
    field = tuple(np.subtract(a.shape, delta.shape) + 1)
    dw: FloatArray = conv2d_filter_gradient(delta[None, None], a[None, None], field)[0, 0]
    return dw


def _input_gradient(delta: FloatArray, w: FloatArray, n: int, s: int) -> FloatArray:
    da: FloatArray = conv2d_input_gradient(
        delta[None, None, None], w[None, None, None], (1, n), stride=(1, s)
    )[0, 0, 0]
    return da


def _route(delta: FloatArray, a: FloatArray) -> FloatArray:
    da: FloatArray = max_pool2d_input_gradient(delta[None, None], a[None, None], 2)[0, 0]
    return da


def _normal(*shape: int) -> FloatArray:
    return np.random.default_rng(sum(shape)).normal(size=shape)


_ties = np.array([[0.0, 2.0, 1.0, 1.0], [2.0, 0.0, 1.0, 1.0]])

EXERCISES: list[Exercise] = [
    Formula("cnn-by-hand", "∂L/∂a₁", Integer(7)),
    Formula(
        "cnn-spread",
        "rows of the full correlation",
        s * (_o - 1) + f,
        (
            Letter(_o, "cells along a side of the output", 1, 9),
            Letter(f, "cells along a side of the filter", 1, 7),
            Letter(s, "stride", 1, 5),
        ),
    ),
    Formula(
        "cnn-dilation",
        "row of the image",
        _i * s + d * _u - p,
        (
            Letter(_i, "row of the output", 0, 9),
            Letter(_u, "row of the filter", 0, 6),
            Letter(s, "stride", 1, 5),
            Letter(d, "dilation", 1, 3),
            Letter(p, "padding", 0, 4),
        ),
    ),
    Formula(
        "cnn-near-tie",
        "the quotient",
        (_h - _t) / (2 * _h),
        (Letter(_h, "step", 0.5, 4), Letter(_t, "what the entry lacks", 0.02, 4)),
        where=_t < _h,
    ),
    Code("cnn-bias-code", _bias_gradient, ((_normal(4, 3, 5, 6),), (_normal(1, 2, 1, 1),))),
    Code(
        "cnn-filter-code",
        _filter_gradient,
        ((_normal(3, 4), _normal(5, 7)), (_normal(1, 1), _normal(2, 3))),
    ),
    Code(
        "cnn-input-code",
        _input_gradient,
        (
            (_normal(4), _normal(3), 6, 1),
            (_normal(3), _normal(3), 8, 2),
            (_normal(2), _normal(2), 6, 3),
        ),
    ),
    Code(
        "cnn-route-code",
        _route,
        ((_normal(2, 3), _normal(4, 6)), (_normal(1, 2), _ties)),
    ),
    wrong_line(
        "cnn-bug",
        line=11,
        last=12,
        right={
            7: "weight (u, v) meets each error with the cell that it was laid on",
            8: "full correlation needs f - 1 zeros on each side",
            10: "the images here are square",
        },
    ),
]
