"""Exercises of the chapter on the size of a convolution's output."""

import sympy as sp
from sympy import Integer, ceiling

from backprop.exercises.code import Code
from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter
from backprop.exercises.numbers import Numbers, Rule
from backprop.geometry import Sliding, receptive_field
from backprop.symbolic.geometry import d, f, n, o, output_size, p, q, r, s, same_padding, slack, t

_h, _L = sp.symbols("h L", integer=True, positive=True)
_EVEN_AND_ODD = ({n: 2 * _h}, {n: 2 * _h - 1})
_BY_DIVISION = ({n: q * s + r - 2 * p + f, s: r + 1 + t},)

_input = Letter(n, "cells of the input", 1, 60)
_filter = Letter(f, "cells of the filter", 1, 7)
_padding = Letter(p, "padding per side", 0, 4)
_stride = Letter(s, "stride", 1, 5)
_dilation = Letter(d, "dilation", 1, 3)
_output = Letter(o, "cells of the output", 1, 30)
_remainder = Letter(r, "remainder, less than s", 0, 4)
_layers = Letter(_L, "number of layers", 1, 20)


def _input_sizes(o: int, f: int, p: int, s: int) -> list[int]:
    smallest = (o - 1) * s + f - 2 * p
    return list(range(max(1, smallest), smallest + s))


def _receptive(layers: list[tuple[int, int]]) -> int:
    return receptive_field(Sliding(f, stride=s) for f, s in layers).size


_VGG = [
    layer
    for convolutions in (2, 2, 3, 3, 3)
    for layer in [*[Sliding(3, padding=1)] * convolutions, Sliding(2, stride=2)]
]

_SLACK_1 = "32 + 2p1 - f1"
_SLACK_2 = f"({_SLACK_1})/s1 + 1 + 2p2 - f2"

EXERCISES: list[Exercise] = [
    Formula(
        "size-first-layer",
        "rows of the output",
        output_size(Integer(224), Integer(7), Integer(3), Integer(2)),
    ),
    Formula(
        "size-same-padding",
        "p",
        d * (f - 1) / 2,
        (_filter, _dilation),
        shorthands={"F": d * (f - 1) + 1},
    ),
    Formula("size-same-total", "total padding", same_padding(Integer(224), Integer(2), Integer(7))),
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
        (o - 1) * s + r + f - 2 * p,
        (_output, _filter, _padding, _stride, _remainder),
        where=sp.And(r < s, (o - 1) * s + r + f - 2 * p >= 1),
    ),
    Formula("size-enlarge", "p", s / 2, (Letter(s, "stride", 1, 20),)),
    Formula("size-vgg-field", "rows seen", Integer(receptive_field(_VGG).size)),
    Formula("size-doubling", "moments seen", 2**_L, (_layers,)),
    Code("size-field", _receptive, (([],), ([(1, 3)],), ([(5, 1), (2, 2)] * 2,), ([(3, 2)] * 20,))),
    Code(
        "size-input-sizes", _input_sizes, ((7, 5, 1, 4), (1, 3, 0, 1), (12, 3, 1, 2), (1, 3, 2, 4))
    ),
    Numbers(
        "size-two-layers",
        "f₁, p₁, s₁, f₂, p₂, s₂",
        {
            f"{letter}{layer}": f"{word} of layer {layer}"
            for layer in (1, 2)
            for letter, word in (("f", "filter"), ("p", "padding"), ("s", "stride"))
        },
        (
            *(
                Rule(f"{letter}{layer}", ">=", least, f"{letter}{layer} has to be at least {least}")
                for layer in (1, 2)
                for letter, least in (("f", 1), ("p", 0), ("s", 1))
            ),
            Rule(_SLACK_1, ">=", 0, "filter 1 is wider than the padded input"),
            Rule(f"{_SLACK_1} - s1*floor(({_SLACK_1})/s1)", "=", 0, "layer 1 leaves {} cells over"),
            Rule(_SLACK_2, ">=", 0, "filter 2 is wider than the padded input"),
            Rule(f"{_SLACK_2} - s2*floor(({_SLACK_2})/s2)", "=", 0, "layer 2 leaves {} cells over"),
            Rule(f"({_SLACK_2})/s2 + 1", "=", 8, "the output has {} cells, not 8"),
            Rule("f1 + f2", "<=", 8, "the filters have {} cells together, more than 8"),
            Rule("f1 + (f2 - 1)*s1", ">=", 12, "an output sees {} cells, fewer than 12"),
        ),
        solution=(4, 0, 4, 3, 1, 1),
        whole=True,
    ),
]
