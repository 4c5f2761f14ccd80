"""Exercises of the chapter on convolution."""

import numpy as np
import sympy as sp
from sympy import Integer

from backprop._arrays import FloatArray
from backprop.convolution import conv2d
from backprop.exercises.code import Code
from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter
from backprop.exercises.numbers import Numbers, Rule
from backprop.symbolic.geometry import f, n

_g, _h, _b, _c, _S = sp.symbols("g h b c S", real=True)

_input = Letter(n, "rows and columns of the image", 1, 20)
_filter = Letter(f, "rows and columns of the filter", 1, 7)


def _true_convolution(x: FloatArray, w: FloatArray) -> FloatArray:
    rows, columns = w.shape
    padding = rows - 1, columns - 1
    z: FloatArray = conv2d(x[None, None], w[None, None, ::-1, ::-1], padding=padding)[0, 0]
    return z


def _whole(shape: tuple[int, int], seed: int) -> FloatArray:
    """Return random whole numbers as floats, so that no order of summation changes a result."""
    return np.random.default_rng(seed).integers(-5, 6, shape).astype(np.float64)


EXERCISES: list[Exercise] = [
    Formula("conv-entry", "the entry", Integer(16)),
    Formula(
        "conv-ramp",
        "every entry of z",
        -6 * _g,
        (Letter(_g, "rise from column to column"), Letter(_h, "rise from row to row")),
    ),
    Formula(
        "conv-looks",
        "sum of the counts",
        f**2 * (n - f + 1) ** 2,
        (_input, _filter),
        where=n >= f,
    ),
    Formula("conv-share", "share of the entries", f**2 / n**2, (_input, _filter), where=n >= f),
    Formula(
        "conv-merged-bias",
        "bias of the single layer",
        _c + _b * _S,
        (
            Letter(_b, "bias of the first layer"),
            Letter(_c, "bias of the second layer"),
            Letter(_S, "sum of the second filter's entries"),
        ),
    ),
    Code(
        "conv-true",
        _true_convolution,
        (
            (_whole((3, 3), 1), _whole((2, 2), 2)),
            (_whole((4, 6), 3), _whole((3, 1), 4)),
            (_whole((2, 2), 5), _whole((3, 4), 6)),
            (_whole((1, 1), 7), _whole((1, 1), 8)),
        ),
    ),
    Numbers(
        "conv-sharpen",
        "The nine entries, row by row",
        {f"w{u}{v}": "" for u in range(3) for v in range(3)},
        (
            Rule(
                "w00 + w01 + w02 + w10 + w11 + w12 + w20 + w21 + w22",
                "=",
                1,
                "an image of ones becomes {}, not 1",
            ),
            Rule(
                "w02 + w12 + w22 - w00 - w10 - w20",
                "=",
                0,
                "an image that rises by 1 from column to column is off by {}",
            ),
            Rule(
                "w20 + w21 + w22 - w00 - w01 - w02",
                "=",
                0,
                "an image that rises by 1 from row to row is off by {}",
            ),
            Rule("w11", ">", 1, "a lone 1 becomes {} in its own place, which is not larger"),
        ),
        solution=(0, -1, 0, -1, 5, -1, 0, -1, 0),
    ),
]
