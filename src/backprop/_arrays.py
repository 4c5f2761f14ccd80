"""What every array function of the package does first: read its argument as floats, or say why not."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.floating[Any]]


def as_floats(value: ArrayLike, name: str) -> FloatArray:
    """Return `value` as a float array.

    A float array keeps its dtype; integers and booleans become float64.

    Raises:
        TypeError: if `value` holds anything but real numbers (complex, text, objects).
        ValueError: if `value` is nested unevenly, so that it has no shape.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must have one shape: {error}") from None
    if array.dtype.kind in "biu":
        return array.astype(np.float64)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} must hold real numbers, not {array.dtype}")
    return array
