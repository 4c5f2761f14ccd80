"""What every array function does first: read its arguments as numbers, or say why it cannot."""

import math
import numbers
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

FloatArray = NDArray[np.floating[Any]]
Rule = Callable[[FloatArray, str], None]
Order = Literal["F", "K"]


class NotFinite(ValueError):
    """NaN or an infinity, where neither may be."""


def as_floats(value: ArrayLike, name: str) -> FloatArray:
    """Return `value` as a float array, of its own dtype if it has one and of float64 if not.

    Raises
    ------
    TypeError
        If `value` holds anything but real numbers (complex numbers, text, objects).
    ValueError
        If `value` is nested unevenly, so that it has no shape.
    """
    array = _real(value, name)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def columns(
    value: ArrayLike, name: str, rows: int | None, dtype: np.dtype[Any], order: Order = "K"
) -> FloatArray:
    """Return examples as (rows, m) of a dtype, of any number of rows if None; a vector is a column.

    They are copied only if they have another dtype, or for order "F" if a column does not lie
    together in memory.

    Raises
    ------
    TypeError
        If they are not real numbers.
    ValueError
        If they have another shape, nothing in them, or one of them is not finite.
    """
    array = _real(value, name)
    matrix = array[:, np.newaxis] if array.ndim == 1 else array
    if matrix.ndim != 2 or 0 in matrix.shape or rows not in {None, len(matrix)}:
        raise ValueError(
            f"{name} must have shape ({rows or 'n'}, m), a column for each of m examples, "
            f"not {array.shape}"
        )
    with np.errstate(over="ignore", under="ignore"):
        floats: FloatArray = matrix.astype(dtype, order, copy=False)
    finite(floats, name)
    return floats


def images(value: ArrayLike, name: str, dtype: np.dtype[Any]) -> FloatArray:
    """Return examples as (m, C, H, W) of a dtype, copied only if they have another one.

    Raises
    ------
    TypeError
        If they are not floats: whole numbers may be grey values that nobody has scaled.
    ValueError
        If they have another shape, nothing in them, or one of them is not finite.
    """
    array = _real(value, name)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} must hold floats, such as grey values over 255, not {array.dtype}")
    if array.ndim != 4 or 0 in array.shape:
        raise ValueError(f"{name} must have shape (m, C, H, W), m images, not {array.shape}")
    with np.errstate(over="ignore", under="ignore"):
        floats: FloatArray = array.astype(dtype, copy=False)
    finite(floats, name)
    return floats


def targets(
    value: ArrayLike, rows: int, examples: int, dtype: np.dtype[Any], order: Order = "K"
) -> FloatArray:
    """Return Y as `columns` does, if it has a column for each example; a ValueError if not."""
    Y = columns(value, "Y", rows, dtype, order)
    if Y.shape[1] != examples:
        raise ValueError(
            f"Y must have a column for each of the {examples} examples, not {Y.shape[1]}"
        )
    return Y


def class_numbers(value: ArrayLike, name: str, classes: int) -> NDArray[np.integer[Any]]:
    """Return the numbers of classes as an array of integers.

    Raises
    ------
    TypeError
        If they are not integers.
    ValueError
        If one of them lies outside 0 to classes - 1.
    """
    numbers = np.asarray(value)
    if numbers.dtype.kind not in "iu":
        raise TypeError(f"{name} must be integers, not {numbers.dtype}")
    outside = numbers[(numbers < 0) | (numbers >= classes)]
    if outside.size:
        raise ValueError(f"{name} must lie between 0 and {classes - 1}, not {outside[0]}")
    return numbers


def float_dtype(dtype: DTypeLike) -> np.dtype[Any]:
    """Return a dtype of floats, or raise a ValueError for another one."""
    chosen = np.dtype(dtype)
    if chosen.kind != "f":
        raise ValueError(f"dtype must be one of floats, such as float32, not {chosen}")
    return chosen


def same_shape(first: FloatArray, second: FloatArray, names: str) -> None:
    """Raise a ValueError unless two arrays, named like "z and upstream", have the same shape."""
    if first.shape != second.shape:
        raise ValueError(f"{names} must have the same shape, not {first.shape} and {second.shape}")


def number_between(value: float, name: str, low: float, high: float) -> float:
    """Return `value` as a Python float, which leaves the dtype of what it multiplies alone.

    Raises
    ------
    TypeError
        If `value` is not a real number.
    ValueError
        Unless low < value < high.
    """
    number = _plain(value, name)
    if not low < number < high:
        raise ValueError(f"{name} must lie strictly between {low} and {high}, not {value}")
    return number


def not_negative(value: float, name: str) -> float:
    """Return `value` as a Python float; raise as `number_between` does unless 0 <= value < inf."""
    number = _plain(value, name)
    if not 0 <= number < math.inf:
        raise ValueError(f"{name} must be 0 or a positive finite number, not {value}")
    return number


def _plain(value: float, name: str) -> float:
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, not {value!r}")
    return float(value)


def generator(rng: object) -> np.random.Generator:
    """Return `rng` if it is a generator, or raise a TypeError."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a numpy.random.Generator, such as default_rng(0), not {rng!r}"
        )
    return rng


def finite(array: FloatArray, name: str) -> None:
    """Rule: neither NaN nor infinity, which shows in the extremes without another array.

    What breaks it is a `NotFinite`, a ValueError by which overflow is told from other bad input.
    """
    if array.size and not (np.isfinite(array.min()) and np.isfinite(array.max())):
        raise NotFinite(f"{name} must be finite, not {array[~np.isfinite(array)][0]}")


def signs(array: FloatArray, name: str) -> None:
    """Rule: the labels -1 and 1."""
    _require(np.abs(array) == 1, array, f"{name} must hold only the labels -1 and 1")


def fractions(array: FloatArray, name: str) -> None:
    """Rule: between 0 and 1, both included."""
    _require((array >= 0) & (array <= 1), array, f"{name} must lie between 0 and 1")


def distributions(array: FloatArray, name: str) -> None:
    """Rule: each column holds fractions that sum to 1, up to the root of the dtype's precision."""
    fractions(array, name)
    total = np.asarray(np.sum(array, axis=0))
    rounding = np.sqrt(np.finfo(array.dtype).eps)
    _require(np.abs(total - 1) <= rounding, total, f"each column of {name} must sum to 1")


def directions(array: FloatArray, name: str) -> None:
    """Rule: finite, and no column is the zero vector."""
    finite(array, name)
    if not np.all(np.any(array, axis=0)):
        raise ValueError(f"no column of {name} may be the zero vector")


def checked(
    target_rule: Rule = finite, prediction_rule: Rule = finite, /, **arguments: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Read a prediction and a target, given by name in this order, and hold them to their rules.

    The target gets the dtype of the prediction.

    Raises
    ------
    TypeError
        If one of them holds anything but real numbers.
    ValueError
        If they differ in shape, have no entries in a column, or break their rule.
    """
    (prediction_name, prediction), (target_name, target) = arguments.items()
    p, y = as_floats(prediction, prediction_name), as_floats(target, target_name)
    same_shape(p, y, f"{prediction_name} and {target_name}")
    if p.ndim and len(p) == 0:
        raise ValueError(f"{prediction_name} must have at least one entry in a column")
    with np.errstate(over="ignore", under="ignore"):
        y = y.astype(p.dtype, copy=False)
    prediction_rule(p, prediction_name)
    target_rule(y, target_name)
    return p, y


def _real(value: ArrayLike, name: str) -> NDArray[Any]:
    """Return `value` as an array of real numbers, or raise as `as_floats` says."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must have one shape: {error}") from None
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, not {array.dtype}")
    return array


def _require(good: NDArray[np.bool_], array: FloatArray, message: str) -> None:
    if not np.all(good):
        raise ValueError(f"{message}, not {array[~good].flat[0]}")
