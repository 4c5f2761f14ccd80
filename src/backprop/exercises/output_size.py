"""Exercises of the chapter on the size of a convolution's output."""

import sympy as sp
from sympy import Integer, ceiling

from backprop.exercises.exercise import Code, Exercise, Formula, Letter
from backprop.symbolic.geometry import d, f, n, output_size, p, q, r, s, slack, t

_h, _L, _o = sp.symbols("h L o", integer=True, positive=True)
_EVEN_AND_ODD = ({n: 2 * _h}, {n: 2 * _h - 1})
_BY_DIVISION = ({n: q * s + r - 2 * p + f, s: r + 1 + t},)

_input = Letter(n, "cells of the input", 1, 60)
_filter = Letter(f, "cells of the filter", 1, 7)
_padding = Letter(p, "padding per side", 0, 4)
_stride = Letter(s, "stride", 1, 5)
_dilation = Letter(d, "dilation", 1, 3)
_output = Letter(_o, "cells of the output", 1, 30)
_remainder = Letter(r, "remainder, less than s", 0, 4)
_layers = Letter(_L, "number of layers", 1, 8)


def _input_sizes(o: int, f: int, p: int, s: int) -> list[int]:
    smallest = (o - 1) * s + f - 2 * p
    return list(range(max(1, smallest), smallest + s))


EXERCISES: list[Exercise] = [
    Formula(
        "size-first-layer",
        "rows of the output",
        output_size(Integer(224), Integer(7), Integer(3), Integer(2)),
    ),
    Formula("size-same-padding", "p", d * (f - 1) / 2, (_filter, _dilation)),
    Formula("size-half", "output size", ceiling(n / 2), (_input,), cases=_EVEN_AND_ODD),
    Formula(
        "size-left-over",
        "cells left over",
        slack(n, f, p) - s * sp.floor(slack(n, f, p) / s),
        (_input, _filter, _padding, _stride),
        where=n + 2 * p >= f,
        cases=_BY_DIVISION,
    ),
    Formula(
        "size-back",
        "n",
        (_o - 1) * s + r + f - 2 * p,
        (_output, _filter, _padding, _stride, _remainder),
        where=sp.And(r < s, (_o - 1) * s + r + f - 2 * p >= 1),
    ),
    Formula(
        "size-stack",
        "output size",
        n - _L * (f - 1),
        (_input, _filter, _layers),
        where=n > _L * (f - 1),
    ),
    Code(
        "size-input-sizes", _input_sizes, ((7, 5, 1, 4), (1, 3, 0, 1), (12, 3, 1, 2), (1, 3, 2, 4))
    ),
]
