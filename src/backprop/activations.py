"""Activation functions and their derivatives, entry by entry (chapters 2 and 3).

Every function takes a scalar, a nested list or an array of any shape and returns the same shape:
float16, float32 and float64 are kept, integers and booleans become float64, and a scalar gives
a NumPy scalar. NaN in gives NaN out. Complex numbers and objects raise a TypeError.
"""

import numpy as np
from numpy.typing import ArrayLike

from backprop._arrays import FloatArray, as_floats


@np.errstate(under="ignore")
def sigmoid(z: ArrayLike) -> FloatArray:
    """σ(z) = 1 / (1 + e^{-z}), with values in [0, 1] (chapter 2).

    Only e^{-|z|} is computed, which never overflows: below 0, σ(z) = e^z / (1 + e^z). The relative
    error is a few units in the last place for every z; where σ(z) is smaller than the smallest
    positive number of the dtype, the result is 0.

    Raises:
        TypeError: if z does not hold real numbers.
    """
    z = as_floats(z, "z")
    e: FloatArray = np.exp(-np.abs(z))
    return np.where(z < 0, e, 1) / (1 + e)


@np.errstate(under="ignore")
def sigmoid_derivative(z: ArrayLike) -> FloatArray:
    """σ'(z) = σ(z)(1 - σ(z)) = e^{-|z|} / (1 + e^{-|z|})², at most 1/4 (chapter 2).

    The second form stays accurate in the right tail, where σ(z) rounds to 1 and the first gives 0.

    Raises:
        TypeError: if z does not hold real numbers.
    """
    e: FloatArray = np.exp(-np.abs(as_floats(z, "z")))
    return e / (1 + e) ** 2
