"""Exercises of the chapter on the sigmoid."""

import numpy as np
import sympy as sp
from sympy import Rational, Symbol, log

from backprop._arrays import FloatArray
from backprop.exercises.code import Code
from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter
from backprop.symbolic.activations import sigmoid, z

_a = Symbol("a", positive=True)
_odds = Symbol("w", positive=True)
_ODDS = ({_a: _odds / (1 + _odds)},)  # so that SymPy sees that 1 - a is positive
_u, _v = sp.symbols("u v", real=True)
_fraction = Letter(_a, "between 0 and 1", 0.02, 0.98, between=(0, 1))


def _log_sigmoid(z: FloatArray) -> FloatArray:
    return np.negative(np.logaddexp(np.zeros_like(z), -z))


EXERCISES: list[Exercise] = [
    Formula("sigmoid-value", "σ′(ln 3)", Rational(3, 16)),
    Formula("sigmoid-from-output", "σ′(z)", _a * (1 - _a), (_fraction,), cases=_ODDS),
    Formula(
        "sigmoid-second-derivative",
        "σ″(z)",
        sigmoid(z) * (1 - sigmoid(z)) * (1 - 2 * sigmoid(z)),
        (Letter(z, "any real number"),),
        shorthands={"a": sigmoid(z)},
    ),
    Formula("sigmoid-inverse", "z", log(_a / (1 - _a)), (_fraction,), cases=_ODDS),
    Formula(
        "sigmoid-inverse-slope",
        "dz/da",
        1 / (_a * (1 - _a)),
        (_fraction,),
        cases=_ODDS,
    ),
    Formula(
        "sigmoid-two-classes",
        "z",
        _u - _v,
        (Letter(_u, "score of the first class"), Letter(_v, "score of the second class")),
    ),
    Code(
        "sigmoid-logarithm",
        _log_sigmoid,
        (
            (np.linspace(-5, 5, 11),),
            (np.array([[-1000.0, -40.0], [40.0, 1000.0]]),),
        ),
        every_digit=True,
    ),
]
