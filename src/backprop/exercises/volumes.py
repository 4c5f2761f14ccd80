"""Exercises of the chapter on volumes, channels and parameters."""

import numpy as np
import sympy as sp
from sympy import Integer

from backprop._arrays import FloatArray
from backprop.exercises.code import Code
from backprop.exercises.conditions import no_loop, without
from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter
from backprop.symbolic.geometry import f
from backprop.symbolic.volumes import C, K, multiplications, parameters

_B, _h = sp.symbols("B h", integer=True, positive=True)

_channels = Letter(C, "channels", 1, 64)
_filters = Letter(K, "filters", 1, 64)
_side = Letter(f, "side of a filter", 1, 7)
CONVOLUTIONS = "conv2d", "Conv2d", "convolve", "correlate", "cross_correlation"
_FIRST = (Integer(3), Integer(96), Integer(11))
_rng = np.random.default_rng(14)


def _cell(t: int, n_h: int, n_w: int) -> tuple[int, int, int]:
    return t // (n_h * n_w), t // n_w % n_h, t % n_w


def _pointwise(a: FloatArray, w: FloatArray, b: FloatArray) -> FloatArray:
    z: FloatArray = np.einsum("kc,nchw->nkhw", w, a) + b[:, np.newaxis, np.newaxis]
    return z


def _layer(n: int, c: int, k: int, rows: int, columns: int) -> tuple[FloatArray, ...]:
    shapes = ((n, c, rows, columns), (k, c), (k,))
    return tuple(_rng.standard_normal(shape) for shape in shapes)


EXERCISES: list[Exercise] = [
    Formula(
        "volumes-colours",
        "values of a pixel",
        2 ** (_B * C),
        (Letter(_B, "bits for each channel", 1, 12), Letter(C, "channels", 1, 4)),
    ),
    Formula("volumes-alexnet-parameters", "parameters", parameters(*_FIRST)),
    Formula(
        "volumes-alexnet-multiplications",
        "multiplications",
        multiplications(*_FIRST, Integer(55), Integer(55)),
    ),
    Formula("volumes-small-network", "parameters", Integer(80 + 1168 + 7850)),
    Formula(
        "volumes-bottleneck",
        "weights",
        2 * C * _B + f**2 * _B**2,
        (_channels, Letter(_B, "channels of the bottleneck", 1, 64), _side),
    ),
    Formula("volumes-stack", "ratio", 9 * _h / (2 * _h + 1) ** 2, (Letter(_h, "layers", 1, 30),)),
    Formula(
        "volumes-separable",
        "parameters",
        parameters(C, C, f, C) + parameters(C, K, Integer(1)),
        (_channels, _filters, _side),
    ),
    Code("volumes-cell", _cell, ((0, 6, 6), (107, 6, 6), (41, 6, 6), (23, 2, 5), (5, 4, 1))),
    Code(
        "volumes-pointwise",
        _pointwise,
        (_layer(2, 3, 4, 5, 6), _layer(1, 1, 2, 1, 3)),
        conditions=(no_loop, without(*CONVOLUTIONS)),
    ),
]
