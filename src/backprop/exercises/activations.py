"""Exercises of the chapter on activations."""

import numpy as np
import sympy as sp
from sympy import Rational, Symbol, exp

from backprop.activations import softmax_vjp
from backprop.exercises.code import Code
from backprop.exercises.conditions import no_overflow
from backprop.exercises.exercise import Exercise
from backprop.exercises.formula import Formula, Letter
from backprop.exercises.numbers import Numbers, Rule
from backprop.symbolic.activations import sigmoid, z

_a = Symbol("a", real=True)
_tanh = Letter(_a, "output tanh z, between -1 and 1", -0.98, 0.98, between=(-1, 1))
_beta = Symbol("beta", real=True)
_u, _v = sp.symbols("u v", real=True)
_T = Symbol("T", positive=True)
_coldness, _alpha = sp.symbols("w alpha", positive=True)
_cooled = sigmoid((_u - _v) / _T)

EXERCISES: list[Exercise] = [
    Formula("tanh-value", "tanh′(ln 2)", Rational(16, 25)),
    Formula("tanh-second-derivative", "tanh″(z)", -2 * _a * (1 - _a**2), (_tanh,)),
    Formula(
        "elu-derivative",
        "elu′(z)",
        _alpha * exp(z),
        (
            Letter(z, "any negative number", -4, -0.02),
            Letter(_alpha, "height, positive", 0.2, 3),
        ),
        shorthands={"a": _alpha * (exp(z) - 1)},
        where=z < 0,
    ),
    Formula("silu-slope", "silu′(ln 3)", Rational(3, 4) + Rational(3, 16) * sp.log(3)),
    Formula(
        "swish-beta",
        "∂/∂β zσ(βz)",
        z**2 * sigmoid(_beta * z) * (1 - sigmoid(_beta * z)),
        (Letter(z, "any real number"), Letter(_beta, "steepness")),
    ),
    Formula("softmax-entry", "∂p₁/∂z₂", Rational(-1, 6)),
    Formula(
        "softmax-temperature",
        "∂p₁/∂T",
        -(_u - _v) / _T**2 * _cooled * (1 - _cooled),
        (
            Letter(_u, "first score"),
            Letter(_v, "second score"),
            Letter(_T, "temperature, positive", 0.5, 4),
        ),
        shorthands={"p": _cooled},
        cases=({_T: 1 / _coldness},),
    ),
    Code(
        "softmax-vjp",
        softmax_vjp,
        (
            (np.array([1.0, 2.0, 3.0]), np.array([0.5, -1.0, 2.0])),
            (np.array([1e4, -1e4, 0.0]), np.array([1.0, 2.0, 3.0])),
            (np.array([[0.0, 700.0], [1.0, 710.0]]), np.array([[1.0, 2.0], [-1.0, 0.5]])),
        ),
        conditions=(no_overflow,),
    ),
    Numbers(
        "activations-stretched",
        "A, B, C",
        {"A": "the factor in front", "B": "the factor of z", "C": "what is added"},
        (
            Rule("A/2 + C", "=", 0, "g(0) is {}, not 0"),
            Rule("A*B/4", "=", 1, "the slope at 0 is {}, not 1"),
            Rule("max(C, A + C)", "<=", 1, "g comes as close to {} as you like, above 1"),
        ),
        solution=(1, 4, -0.5),
    ),
]
