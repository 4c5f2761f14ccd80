"""How the parameters of a layer begin (chapters 9 and 11).

An initialiser takes a shape and a generator and returns a float64 array: `he_normal(shape, rng)`.
`constant`, `normal` and `uniform` make one for a given value or width: `normal(0.01)(shape, rng)`.
The shape is (n, p) for a matrix W, or (n, c, f, f) for n filters of depth c; fan-in is p or c f²,
fan-out is n or n f².
"""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from backprop._arrays import FloatArray, generator, number_between
from backprop._structure import positive_integers

Shape: TypeAlias = tuple[int, ...]
Generator: TypeAlias = np.random.Generator
Initializer: TypeAlias = Callable[[Shape, Generator | None], FloatArray]


def zeros(shape: Shape, rng: Generator | None = None) -> FloatArray:
    """Return zeros: right for biases, fatal for the weights of a hidden layer (chapter 9)."""
    return np.zeros(shape)


def constant(value: float) -> Initializer:
    """Return an initialiser that gives every entry the same finite value."""
    value = number_between(value, "value", -math.inf, math.inf)
    return lambda shape, rng: np.full(shape, value)


def normal(std: float) -> Initializer:
    """Return an initialiser that draws from N(0, std²), with std positive and finite."""
    std = number_between(std, "std", 0, math.inf)
    return lambda shape, rng: generator(rng).normal(0, std, shape)


def uniform(bound: float) -> Initializer:
    """Return an initialiser that draws from [-bound, bound), with bound positive and finite."""
    bound = number_between(bound, "bound", 0, math.inf)
    return lambda shape, rng: generator(rng).uniform(-bound, bound, shape)


def xavier_normal(shape: Shape, rng: Generator | None) -> FloatArray:
    """Draw from N(0, 2/(fan-in + fan-out)) (Glorot and Bengio 2010)."""
    return normal(math.sqrt(2 / sum(_fans(shape))))(shape, rng)


def xavier_uniform(shape: Shape, rng: Generator | None) -> FloatArray:
    """Draw from [-r, r) with r = √(6/(fan-in + fan-out)) (Glorot and Bengio 2010)."""
    return uniform(math.sqrt(6 / sum(_fans(shape))))(shape, rng)


def he_normal(shape: Shape, rng: Generator | None) -> FloatArray:
    """Draw from N(0, 2/fan-in), for layers with ReLU (He et al. 2015)."""
    return normal(math.sqrt(2 / _fans(shape)[0]))(shape, rng)


def he_uniform(shape: Shape, rng: Generator | None) -> FloatArray:
    """Draw from [-r, r) with r = √(6/fan-in), for layers with ReLU (He et al. 2015)."""
    return uniform(math.sqrt(6 / _fans(shape)[0]))(shape, rng)


def _fans(shape: Shape) -> tuple[int, int]:
    """Return (fan-in, fan-out)."""
    n, p, *field = positive_integers(shape, "shape")
    return p * math.prod(field), n * math.prod(field)
