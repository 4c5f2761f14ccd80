"""Convolution and pooling of images, forward and backward, in NumPy (chapters 12, 15 and 16).

Images x are (N, C, H, W): examples, channels, rows, columns. Filters w are
(K, C / groups, f_h, f_w), biases b are (K,), and delta is ∂L/∂z, of the shape of the output. As in
PyTorch, TensorFlow and JAX, a filter is not flipped: what is computed is the cross-correlation

    z[n, k, r, c] = b[k] + Σ w[k, q, i, j] x[n, q, s r + d i - p, s c + d j - p] over q, i and j,

where x is 0 in the padding. Padding, which may be "same" or "causal", stride and dilation are those
of `geometry.output_shape`, and so is the ceil mode of pooling: of a window that hangs over the end,
only the cells inside count. With groups, channels and filters fall into as many equal parts, and
each part of the filters sees its own part of the channels.

The sums are matrix products: a filter is a row of one matrix, what a window sees is a column of the
other, where a 1 below it takes in the bias. No more than about `BLOCK` bytes of such columns are
copied at a time, for some examples; where one alone takes more, for some rows of it.

All arrays of a call share one dtype, float32 or float64, which is the dtype of the result. What
holds NaN or an infinity is refused; what overflows on the way becomes infinite without a warning.
Max pooling, which costs little more than that check, looks at what it chooses: an entry that is
less than another of its window may be -∞.

Every function raises a TypeError for an array that is neither float32 nor float64 and for a size
that is not an integer, and a ValueError for what is not finite, for shapes that do not fit
together, for different dtypes, for a size out of its range, and for a window larger than the padded
image.
"""

from collections.abc import Iterator
from functools import reduce
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backprop._arrays import FloatArray, Rule, finite
from backprop._sliding import BLOCK, Slide
from backprop._structure import positive_integer
from backprop.geometry import Padding2D, Pair, output_shape, padding_2d, pair

_IMAGES = "(N, C, H, W)"
_passes_on = np.errstate(over="ignore", invalid="ignore", under="ignore")


@_passes_on
def conv2d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    padding: Padding2D = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
    groups: int = 1,
) -> FloatArray:
    """Return z (N, K, H', W'), the cross-correlation of images with filters, plus the biases."""
    x, w = _array(x, "x", _IMAGES), _filters(w, groups)
    _same_dtype(x=x, w=w)
    if x.shape[1] != groups * w.shape[1]:
        raise ValueError(
            f"x must have {groups * w.shape[1]} channels, as w has {w.shape[1]} in each of "
            f"groups = {groups}, not {x.shape[1]}"
        )
    slide = _slide(x.shape[2:], w.shape[2:], padding, stride, dilation)
    biases = np.zeros(len(w), w.dtype) if b is None else _biases(b, w)
    matrix = np.column_stack([w.reshape(len(w), -1), biases]).reshape(groups, len(w) // groups, -1)
    z = np.empty((len(x), groups, len(w) // groups, prod(slide.out)), x.dtype)
    for some, windows, seen in slide.windows(x, groups):
        np.matmul(matrix, seen, out=z[some, ..., windows])
    return z.reshape(len(x), len(w), *slide.out)


@_passes_on
def conv2d_input_gradient(
    delta: ArrayLike,
    w: ArrayLike,
    size: Pair,
    *,
    padding: Padding2D = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
    groups: int = 1,
) -> FloatArray:
    """Return ∂L/∂x (N, C, H, W) from delta; size = (H, W), those of x.

    Each window gives its delta, times the filter, back to what it saw. A cell of the filter gives
    for all windows at once: its product with delta, shifted, is added to the images, of which, with
    a stride s, it meets every s-th cell.
    """
    delta, w = _array(delta, "delta", _IMAGES), _filters(w, groups)
    _same_dtype(delta=delta, w=w)
    slide = _slide(pair(size, "size"), w.shape[2:], padding, stride, dilation)
    slide.check(delta, len(w))
    dx = np.empty((len(delta), groups * w.shape[1], *slide.size), delta.dtype)
    for some, planes in slide.back(delta, w, groups):
        slide.join(planes, dx[some])
    return dx


@_passes_on
def conv2d_filter_gradient(
    delta: ArrayLike,
    x: ArrayLike,
    field: Pair,
    *,
    padding: Padding2D = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
    groups: int = 1,
) -> FloatArray:
    """Return ∂L/∂w (K, C / groups, f_h, f_w), summed over the examples; field = (f_h, f_w).

    It is the correlation of x with delta: each entry of a filter gets all it met, times delta.
    """
    delta, x = _array(delta, "delta", _IMAGES), _array(x, "x", _IMAGES)
    _same_dtype(delta=delta, x=x)
    (N, C), K = x.shape[:2], delta.shape[1]
    _divides(groups, C, "channels of x")
    _divides(groups, K, "channels of delta")
    slide = _slide(x.shape[2:], pair(field, "field"), padding, stride, dilation)
    slide.check(delta, K, N)
    dw = np.zeros((groups, C // groups * prod(slide.field), K // groups), x.dtype)
    columns = delta.reshape(N, groups, K // groups, -1).swapaxes(2, 3)
    for some, windows, seen in slide.windows(x, groups, dw.nbytes):
        dw += np.add.reduce(seen[:, :, :-1] @ columns[some, :, windows])
    return dw.swapaxes(1, 2).reshape(K, C // groups, *slide.field)


def conv2d_matrix(
    w: ArrayLike,
    shape: tuple[int, int, int],
    *,
    padding: Padding2D = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
    groups: int = 1,
) -> FloatArray:
    """Return the matrix (K H' W', C H W) that takes a flattened image to its flattened z.

    Its columns are what the filters make of the images that hold a single 1; shape = (C, H, W).
    """
    w = _filters(w, groups)
    if not isinstance(shape, (tuple, list)) or len(shape) != 3:
        raise ValueError(f"shape must be (channels, rows, columns), not {shape!r}")
    shape = (positive_integer(shape[0], "shape[0]"), *pair((shape[1], shape[2]), "shape"))
    single = np.eye(prod(shape), dtype=w.dtype).reshape(-1, *shape)
    z = conv2d(single, w, padding=padding, stride=stride, dilation=dilation, groups=groups)
    return np.ascontiguousarray(z.reshape(len(z), -1).T)


def max_pool2d(
    x: ArrayLike,
    f: Pair,
    *,
    stride: Pair | None = None,
    padding: Padding2D = 0,
    ceil: bool = False,
) -> FloatArray:
    """Return the largest entry of each window, (N, C, H', W'); the padding is never chosen."""
    x = _array(x, "x", _IMAGES, rule=None)
    slide = _pool(x.shape[2:], f, stride, padding, ceil)
    z = _pooled(slide.pad(x, -np.inf), slide, np.maximum)
    finite(z, "x")
    return z


@_passes_on
def max_pool2d_input_gradient(
    delta: ArrayLike,
    x: ArrayLike,
    f: Pair,
    *,
    stride: Pair | None = None,
    padding: Padding2D = 0,
    ceil: bool = False,
) -> FloatArray:
    """Return ∂L/∂x: delta goes to the largest entry of its window, the first in reading order.

    The first is in the first row that holds the largest entry, and there in the first column.
    """
    delta, x = _array(delta, "delta", _IMAGES), _array(x, "x", _IMAGES, rule=None)
    _same_dtype(delta=delta, x=x)
    slide = _pool(x.shape[2:], f, stride, padding, ceil)
    slide.check(delta, x.shape[1], len(x))
    x = slide.pad(x, -np.inf)
    dx = _room(x, slide, 1)
    for some in _pieces(x):
        columns = slide.met(x[some], 1)
        columns[:-1] = [column.copy() for column in columns[:-1]]
        of_rows = reduce(np.maximum, columns)
        rows = slide.met(of_rows, 0)
        largest = reduce(np.maximum, rows)
        finite(largest, "x")
        to_row = _room(of_rows, slide, 0)
        _to_first(delta[some], rows, largest, slide.met(to_row, 0), slide.tiles(0))
        _to_first(to_row, columns, of_rows, slide.met(dx[some], 1), slide.tiles(1))
    return np.ascontiguousarray(slide.crop(dx))


@_passes_on
def mean_pool2d(
    x: ArrayLike,
    f: Pair,
    *,
    stride: Pair | None = None,
    padding: Padding2D = 0,
    ceil: bool = False,
) -> FloatArray:
    """Return the mean of each window, (N, C, H', W'); the zeros of the padding count."""
    x = _array(x, "x", _IMAGES)
    slide = _pool(x.shape[2:], f, stride, padding, ceil)
    return _pooled(slide.pad(x), slide, np.add) / slide.cells.astype(x.dtype)


@_passes_on
def mean_pool2d_input_gradient(
    delta: ArrayLike,
    size: Pair,
    f: Pair,
    *,
    stride: Pair | None = None,
    padding: Padding2D = 0,
    ceil: bool = False,
) -> FloatArray:
    """Return ∂L/∂x: each entry of a window gets an equal share of its delta; size = (H, W)."""
    delta = _array(delta, "delta", _IMAGES)
    slide = _pool(pair(size, "size"), f, stride, padding, ceil)
    slide.check(delta, delta.shape[1])
    share = delta / slide.cells.astype(delta.dtype)
    height, width = slide.padded_size
    to_rows = np.zeros((*delta.shape[:2], height, slide.out[1]), delta.dtype)
    for rows in slide.met(to_rows, 0):
        rows += share
    dx = np.zeros((*delta.shape[:2], height, width), delta.dtype)
    for columns in slide.met(dx, 1):
        columns += to_rows
    return np.ascontiguousarray(slide.crop(dx))


def _pieces(x: FloatArray) -> Iterator[slice]:
    """Yield examples that fit the cache with what is computed of them, which takes more room."""
    examples = max(BLOCK // (2 * x[0].nbytes), 1)
    for n in range(0, len(x), examples):
        yield slice(n, n + examples)


def _pooled(x: FloatArray, slide: Slide, combine: np.ufunc) -> FloatArray:
    """Combine the columns of each window of padded images, then its rows."""
    z = np.empty((*x.shape[:2], *slide.out), x.dtype)
    for some in _pieces(x):
        first, *others = slide.met(x[some], 1)
        of_rows = first.copy()
        for column in others:
            combine(of_rows, column, out=of_rows)
        z[some] = reduce(combine, slide.met(of_rows, 0))
    return z


def _room(x: FloatArray, slide: Slide, axis: int) -> FloatArray:
    """Return an array like x, of zeros unless `_to_first` overwrites them all."""
    return np.empty_like(x) if slide.tiles(axis) else np.zeros_like(x)


def _to_first(
    delta: FloatArray,
    cells: list[FloatArray],
    largest: FloatArray,
    dx: list[FloatArray],
    tiles: bool,
) -> None:
    """Give each delta to that of dx whose cell is the first to hold the largest, 0 to the others.

    Unless the windows tile dx, what they give is added.
    """
    for cell, gradient in zip(cells[:-1], dx, strict=False):
        taken = delta * (cell == largest)
        gradient[...] = taken if tiles else gradient + taken
        delta = np.subtract(delta, taken, out=taken)
    dx[-1][...] = delta if tiles else dx[-1] + delta


def _slide(
    size: Any,
    field: Any,
    padding: Padding2D,
    stride: Pair,
    dilation: Pair = 1,
    ceil: bool = False,
) -> Slide:
    steps: dict[str, Any] = {"stride": stride, "dilation": dilation}
    out = output_shape(size, field, padding=padding, **steps, ceil=ceil)
    sides = padding_2d(padding, size, field, **steps)
    return Slide(size, field, sides, pair(stride, "stride"), pair(dilation, "dilation"), out)


def _pool(size: Any, f: Pair, stride: Pair | None, padding: Padding2D, ceil: bool) -> Slide:
    f = pair(f, "f")
    slide = _slide(size, f, padding, f if stride is None else stride, ceil=ceil)
    for width, sides in zip(f, slide.sides, strict=True):
        if max(sides) > width // 2:
            raise ValueError(
                f"padding must be at most {width // 2}, half of f = {width}, not {max(sides)}"
            )
    ends = [s * (out - 1) + width for s, out, width in zip(slide.stride, slide.out, f, strict=True)]
    down, along = (max(end - n, 0) for end, n in zip(ends, slide.padded_size, strict=True))
    (above, below), (left, right) = slide.sides
    return slide._replace(sides=((above, below + down), (left, right + along)), over=(down, along))


def _biases(b: ArrayLike, w: FloatArray) -> FloatArray:
    """Return biases (K,), one for each filter of w."""
    b = _array(b, "b", "(K,)")
    _same_dtype(w=w, b=b)
    if len(b) != len(w):
        raise ValueError(f"b must have shape ({len(w)},), a bias for each filter, not {b.shape}")
    return b


def _filters(value: ArrayLike, groups: int) -> FloatArray:
    w = _array(value, "w", "(K, C / groups, f_h, f_w)")
    _divides(groups, len(w), "filters of w")
    return w


def _array(value: ArrayLike, name: str, shape: str, rule: Rule | None = finite) -> FloatArray:
    """Return an array of floats whose shape reads like "(K,)" or "(N, C, H, W)"."""
    array: NDArray[Any] = np.asarray(value)
    if array.dtype not in (np.float32, np.float64):
        raise TypeError(f"{name} must be float32 or float64, not {array.dtype}")
    if array.ndim != len(shape.strip("(,)").split(",")) or array.size == 0:
        raise ValueError(f"{name} must have shape {shape}, no axis of size 0, not {array.shape}")
    if rule:
        rule(array, name)
    return array


def _same_dtype(**arrays: FloatArray) -> None:
    (first, one), (second, other) = arrays.items()
    if one.dtype != other.dtype:
        raise ValueError(
            f"{first} and {second} must have the same dtype, not {one.dtype} and {other.dtype}"
        )


def _divides(groups: int, count: int, what: str) -> None:
    """Raise unless groups is a positive integer that divides a number of channels or filters."""
    if count % positive_integer(groups, "groups"):
        raise ValueError(f"groups = {groups} must divide the {count} {what}")
