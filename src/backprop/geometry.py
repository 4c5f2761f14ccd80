"""Where a sliding window fits: sizes, windows and coverage of a convolution (chapter 13).

The letters are those of the chapter. Along one axis,

    n         cells of the input
    f         cells of the filter
    padding   cells added on each side of the input (p)
    stride    steps from one window to the next (s)
    dilation  steps from one cell of the filter to the next (d); 1 means none

Input cells are numbered from 0; a negative position, or one from n upwards, lies in the padding.
In two dimensions each letter is a pair (along the rows, along the columns), or one integer that
stands for both.

Every function raises a TypeError for what is not an integer and a ValueError for an integer out
of its range, or for a filter that is wider than the padded input.
"""

import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.intp]
Pair = int | tuple[int, int]

_LEAST = {"n": 1, "f": 1, "padding": 0, "stride": 1, "dilation": 1, "k": 0}


def span(f: int, *, dilation: int = 1) -> int:
    """Return d(f - 1) + 1, the cells from the first to the last that a dilated filter touches."""
    f, dilation = _integers(f=f, dilation=dilation)
    return dilation * (f - 1) + 1


def output_size(n: int, f: int, *, padding: int = 0, stride: int = 1, dilation: int = 1) -> int:
    """Return ⌊(n + 2p - d(f - 1) - 1) / s⌋ + 1, the number of windows that fit; at least 1."""
    n, f, padding, stride, dilation = _integers(
        n=n, f=f, padding=padding, stride=stride, dilation=dilation
    )
    room = n + 2 * padding - span(f, dilation=dilation)
    if room < 0:
        raise ValueError(
            f"f = {f} with dilation = {dilation} spans {span(f, dilation=dilation)} cells, "
            f"more than the {n + 2 * padding} of the input, n = {n} with padding = {padding}"
        )
    return room // stride + 1


def window(k: int, f: int, *, padding: int = 0, stride: int = 1, dilation: int = 1) -> IntArray:
    """Return the f input positions ks - p + dj, 0 <= j < f, that output cell k sees."""
    k, f, padding, stride, dilation = _integers(
        k=k, f=f, padding=padding, stride=stride, dilation=dilation
    )
    return k * stride - padding + dilation * np.arange(f)


def window_starts(
    n: int, f: int, *, padding: int = 0, stride: int = 1, dilation: int = 1
) -> IntArray:
    """Return the first position of each window, ks - p, in order of the output cells."""
    size = output_size(n, f, padding=padding, stride=stride, dilation=dilation)
    return np.arange(size) * stride - padding


def coverage(n: int, f: int, *, padding: int = 0, stride: int = 1, dilation: int = 1) -> IntArray:
    """Return, for each of the n input cells, how many windows see it."""
    starts = window_starts(n, f, padding=padding, stride=stride, dilation=dilation)
    seen = np.add.outer(starts, dilation * np.arange(f))
    return np.bincount(seen[(seen >= 0) & (seen < n)], minlength=n)


def output_shape(
    n: Pair, f: Pair, *, padding: Pair = 0, stride: Pair = 1, dilation: Pair = 1
) -> tuple[int, int]:
    """Return the rows and columns of the output: `output_size` along each axis."""
    rows, columns = _axes(n=n, f=f, padding=padding, stride=stride, dilation=dilation)
    return output_size(**rows), output_size(**columns)


def window_2d(
    k: Pair, f: Pair, *, padding: Pair = 0, stride: Pair = 1, dilation: Pair = 1
) -> tuple[IntArray, IntArray]:
    """Return the rows and the columns of the input that output cell k = (row, column) sees."""
    rows, columns = _axes(k=k, f=f, padding=padding, stride=stride, dilation=dilation)
    return window(**rows), window(**columns)


def coverage_2d(
    n: Pair, f: Pair, *, padding: Pair = 0, stride: Pair = 1, dilation: Pair = 1
) -> IntArray:
    """Return, in the shape of the input, how many windows see each cell.

    A window sees a cell when it sees its row and its column, so the counts multiply.
    """
    rows, columns = _axes(n=n, f=f, padding=padding, stride=stride, dilation=dilation)
    return np.outer(coverage(**rows), coverage(**columns))


def _integers(**arguments: int) -> tuple[int, ...]:
    """Return the arguments as Python integers, each of them checked against its least value."""
    return tuple(_integer(value, name, _LEAST[name]) for name, value in arguments.items())


def _integer(value: Any, name: str, least: int) -> int:
    try:
        integer = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, not {value!r}") from None
    if isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, not the boolean {value}")
    if integer < least:
        raise ValueError(f"{name} must be at least {least}, not {integer}")
    return integer


def _axes(**arguments: Pair) -> tuple[dict[str, int], dict[str, int]]:
    """Split arguments that are pairs, or integers for both axes, into those of each axis."""
    pairs = {name: _pair(value, name) for name, value in arguments.items()}
    rows, columns = ({name: pair[axis] for name, pair in pairs.items()} for axis in (0, 1))
    return rows, columns


def _pair(value: Any, name: str) -> tuple[int, int]:
    if not isinstance(value, (tuple, list)):
        return value, value
    if len(value) != 2:
        raise ValueError(f"{name} must be an integer or a pair, not {value!r}")
    along_rows, along_columns = value
    return along_rows, along_columns
