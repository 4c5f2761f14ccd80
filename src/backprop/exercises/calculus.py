"""Exercises of the chapter on calculus."""

import sympy as sp
from sympy import Symbol, exp, log

from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter

_x, _w, _r = sp.symbols("x w r", real=True)
_positive = Symbol("x", positive=True)
_any = "any real number"

EXERCISES: list[Exercise] = [
    Formula("calculus-reciprocal", "dy/dx", -2 * _x / (1 + _x**2) ** 2, (Letter(_x, _any),)),
    Formula("calculus-bell", "dy/dx", -_x * exp(-(_x**2) / 2), (Letter(_x, _any),)),
    Formula(
        "calculus-power",
        "dy/dx",
        _positive**_positive * (1 + log(_positive)),
        (Letter(_positive, "above 0", 0.05, 3),),
    ),
    Formula("calculus-flat", "dJ/dw", 4 * _w**3 - 4 * _w, (Letter(_w, _any),)),
    Formula(
        "calculus-matrix",
        "∂L/∂w in row k, column j",
        2 * _r * _x,
        (Letter(_r, "the k-th entry of Wx − y"), Letter(_x, "the j-th entry of x")),
    ),
]
