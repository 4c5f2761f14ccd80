"""Convolution and pooling of images, forward and backward, in NumPy (chapters 12, 15 and 16).

Images x are (N, C, H, W): examples, channels, rows, columns. Filters w are
(K, C / groups, f_h, f_w), biases b are (K,), and delta is dL/dz, of the shape of the output. As in
every framework, a filter is not flipped: what is computed is the cross-correlation

    z[n, k, r, c] = b[k] + sum of w[k, q, i, j] x[n, q, s r + d i - p, s c + d j - p] over q, i, j,

where x is 0 in the padding. Padding, stride and dilation are those of `geometry.output_shape`. With
groups, channels and filters fall into as many equal parts, and each part of the filters sees its
own part of the channels.

All arrays of a call share one dtype, float32 or float64, which is the dtype of the result. What
holds NaN or an infinity is refused; what overflows on the way becomes infinite without a warning.

Every function raises a TypeError for an array that is neither float32 nor float64 and for a size
that is not an integer, and a ValueError for what is not finite, for shapes that do not fit
together, for different dtypes, for a size out of its range, and for a window larger than the padded
image.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from backprop._arrays import FloatArray, finite, positive_integer
from backprop.geometry import Pair, output_shape

Sides = tuple[int, int]

_passes_on = np.errstate(over="ignore", invalid="ignore", under="ignore")


@_passes_on
def conv2d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    padding: Any = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
    groups: int = 1,
) -> FloatArray:
    """Return z (N, K, H', W'), the cross-correlation of images with filters, plus the biases."""
    x, w = _images(x, "x"), _filters(w, groups)
    _same_dtype(x=x, w=w)
    _fitting_channels(x, w, groups)
    slide = _slide(x.shape[2:], w.shape[2:], padding, stride, dilation)
    windows = _split(slide.windows(x), 1, groups)
    z = np.concatenate(
        [
            np.tensordot(filters, part, ((1, 2, 3), (1, 2, 3))).swapaxes(0, 1)
            for filters, part in zip(_split(w, 0, groups), windows, strict=True)
        ],
        axis=1,
    )
    if b is not None:
        z += _biases(b, w)[:, np.newaxis, np.newaxis]
    return z


@_passes_on
def conv2d_input_gradient(
    delta: ArrayLike,
    w: ArrayLike,
    size: Pair,
    *,
    padding: Any = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
    groups: int = 1,
) -> FloatArray:
    """Return dL/dx (N, C, H, W) from delta; size = (H, W), those of x."""
    delta, w = _images(delta, "delta"), _filters(w, groups)
    _same_dtype(delta=delta, w=w)
    slide = _slide(size, w.shape[2:], padding, stride, dilation)
    slide.check(delta, len(w))
    dx = []
    for filters, part in zip(_split(w, 0, groups), _split(delta, 1, groups), strict=True):
        terms = np.tensordot(filters, part, ((0,), (1,)))  # (C / groups, f_h, f_w, N, H', W')
        dx.append(slide.scatter(np.moveaxis(terms, 3, 0)))
    return np.concatenate(dx, axis=1)


@_passes_on
def conv2d_filter_gradient(
    delta: ArrayLike,
    x: ArrayLike,
    field: Pair,
    *,
    padding: Any = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
    groups: int = 1,
) -> FloatArray:
    """Return dL/dw (K, C / groups, f_h, f_w), summed over the examples; field = (f_h, f_w)."""
    delta, x = _images(delta, "delta"), _images(x, "x")
    _same_dtype(delta=delta, x=x)
    if len(delta) != len(x):
        raise ValueError(
            f"delta must have one example for each of the {len(x)} of x, not {len(delta)}"
        )
    _divides(groups, x.shape[1], "channels of x")
    _divides(groups, delta.shape[1], "channels of delta")
    slide = _slide(x.shape[2:], field, padding, stride, dilation)
    slide.check(delta, delta.shape[1])
    windows = _split(slide.windows(x), 1, groups)
    return np.concatenate(
        [
            np.tensordot(part, d, ((0, 4, 5), (0, 2, 3))).transpose(3, 0, 1, 2)
            for part, d in zip(windows, _split(delta, 1, groups), strict=True)
        ]
    )


def conv2d_matrix(
    w: ArrayLike,
    shape: tuple[int, int, int],
    *,
    padding: Any = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
    groups: int = 1,
) -> FloatArray:
    """Return the matrix (K H' W', C H W) that takes a flattened image to its flattened z.

    Its columns are what the filters make of the images that hold a single 1; shape = (C, H, W).
    """
    w = _filters(w, groups)
    ones = np.eye(int(np.prod(shape)), dtype=w.dtype)
    z = conv2d(
        ones.reshape(-1, *shape),
        w,
        padding=padding,
        stride=stride,
        dilation=dilation,
        groups=groups,
    )
    return z.reshape(len(z), -1).T


def max_pool2d(
    x: ArrayLike, f: Pair, *, stride: Pair | None = None, padding: Any = 0
) -> FloatArray:
    """Return the largest entry of each window, (N, C, H', W'); the padding is never chosen."""
    x = _images(x, "x")
    slide = _pool(x.shape[2:], f, stride, padding)
    z: FloatArray = slide.windows(x, fill=-np.inf).max(axis=(2, 3))
    return z


def max_pool2d_input_gradient(
    delta: ArrayLike, x: ArrayLike, f: Pair, *, stride: Pair | None = None, padding: Any = 0
) -> FloatArray:
    """Return dL/dx: delta goes to the largest entry of its window, the first in reading order."""
    delta, x = _images(delta, "delta"), _images(x, "x")
    _same_dtype(delta=delta, x=x)
    slide = _pool(x.shape[2:], f, stride, padding)
    slide.check(delta, x.shape[1])
    windows = slide.windows(x, fill=-np.inf)
    n, c, rows, columns = windows.shape[:4]
    first = windows.reshape(n, c, rows * columns, *slide.out).argmax(axis=2)
    places = np.arange(rows * columns)[:, np.newaxis, np.newaxis]
    routed = np.where(first[:, :, np.newaxis] == places, delta[:, :, np.newaxis], 0)
    return slide.scatter(routed.reshape(windows.shape).astype(x.dtype))


@_passes_on
def mean_pool2d(
    x: ArrayLike, f: Pair, *, stride: Pair | None = None, padding: Any = 0
) -> FloatArray:
    """Return the mean of each window, (N, C, H', W'); the zeros of the padding count."""
    x = _images(x, "x")
    windows = _pool(x.shape[2:], f, stride, padding).windows(x)
    z: FloatArray = windows.mean(axis=(2, 3))
    return z


def mean_pool2d_input_gradient(
    delta: ArrayLike, size: Pair, f: Pair, *, stride: Pair | None = None, padding: Any = 0
) -> FloatArray:
    """Return dL/dx: each entry of a window gets an equal share of its delta; size = (H, W)."""
    delta = _images(delta, "delta")
    slide = _pool(size, f, stride, padding)
    slide.check(delta, delta.shape[1])
    rows, columns = slide.field
    share = (delta / (rows * columns))[:, :, np.newaxis, np.newaxis]
    return slide.scatter(np.broadcast_to(share, (*delta.shape[:2], rows, columns, *slide.out)))


class _Slide(NamedTuple):
    """How a window slides over an image: everything as (along the rows, along the columns)."""

    size: tuple[int, int]
    field: tuple[int, int]
    sides: tuple[Sides, Sides]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    out: tuple[int, int]

    def windows(self, x: FloatArray, fill: float = 0) -> FloatArray:
        """Return what the windows see, (N, C, f_h, f_w, H', W'), as a view of the padded images."""
        span_h, span_w = ((f - 1) * d + 1 for f, d in zip(self.field, self.dilation, strict=True))
        (s_h, s_w), (d_h, d_w) = self.stride, self.dilation
        padded = np.pad(x, ((0, 0), (0, 0), *self.sides), constant_values=fill)
        view = sliding_window_view(padded, (span_h, span_w), (2, 3))
        seen: FloatArray = view[:, :, ::s_h, ::s_w, ::d_h, ::d_w].transpose(0, 1, 4, 5, 2, 3)
        return seen

    def scatter(self, terms: FloatArray) -> FloatArray:
        """Add up what each window, (N, C, f_h, f_w, H', W'), has for each cell of the image."""
        (top, bottom), (left, right) = self.sides
        height, width = self.size
        shape = (*terms.shape[:2], height + top + bottom, width + left + right)
        padded = np.zeros(shape, terms.dtype)
        for i, j, rows, columns in self._cells():
            padded[:, :, rows, columns] += terms[:, :, i, j]
        return padded[:, :, top : top + height, left : left + width]

    def check(self, delta: FloatArray, channels: int) -> None:
        """Raise a ValueError unless delta has the shape of the output."""
        wanted = (channels, *self.out)
        if delta.shape[1:] != wanted:
            raise ValueError(
                f"delta must have the shape of the output, (N, {', '.join(map(str, wanted))}), "
                f"not {delta.shape}"
            )

    def _cells(self) -> Iterator[tuple[int, int, slice, slice]]:
        """Each cell (i, j) of the filter, with the rows and the columns that it meets."""
        axes = [
            [(k, slice(k * d, k * d + (out - 1) * s + 1, s)) for k in range(f)]
            for f, s, d, out in zip(self.field, self.stride, self.dilation, self.out, strict=True)
        ]
        for (i, rows), (j, columns) in product(*axes):
            yield i, j, rows, columns


def _slide(size: Any, field: Any, padding: Any, stride: Pair, dilation: Pair) -> _Slide:
    out = output_shape(size, field, padding=padding, stride=stride, dilation=dilation)
    rows, columns = _pair(padding)
    sides = _pair(rows), _pair(columns)
    return _Slide(_pair(size), _pair(field), sides, _pair(stride), _pair(dilation), out)


def _pool(size: Any, f: Pair, stride: Pair | None, padding: Any) -> _Slide:
    slide = _slide(size, f, padding, f if stride is None else stride, 1)
    for width, sides in zip(slide.field, slide.sides, strict=True):
        if max(sides) > width // 2:
            raise ValueError(
                f"padding must be at most half of f = {width}, {width // 2}, not {max(sides)}"
            )
    return slide


def _images(value: ArrayLike, name: str) -> FloatArray:
    """Return images or what has their rank, if they can be convolved."""
    return _array(value, name, 4, "(N, C, H, W)")


def _filters(value: ArrayLike, groups: int) -> FloatArray:
    w = _array(value, "w", 4, "(K, C / groups, f_h, f_w)")
    _divides(groups, len(w), "filters of w")
    return w


def _biases(value: ArrayLike, w: FloatArray) -> FloatArray:
    b = _array(value, "b", 1, "(K,)")
    _same_dtype(w=w, b=b)
    if len(b) != len(w):
        raise ValueError(f"b must have shape ({len(w)},), a bias for each filter, not {b.shape}")
    return b


def _array(value: ArrayLike, name: str, rank: int, shape: str) -> FloatArray:
    array: NDArray[Any] = np.asarray(value)
    if array.dtype not in (np.float32, np.float64):
        raise TypeError(f"{name} must be float32 or float64, not {array.dtype}")
    if array.ndim != rank or array.size == 0:
        raise ValueError(
            f"{name} must have shape {shape}, with no axis of size 0, not {array.shape}"
        )
    finite(array, name)
    return array


def _same_dtype(**arrays: FloatArray) -> None:
    (first, one), (second, other) = arrays.items()
    if one.dtype != other.dtype:
        raise ValueError(
            f"{first} and {second} must have the same dtype, not {one.dtype} and {other.dtype}"
        )


def _fitting_channels(x: FloatArray, w: FloatArray, groups: int) -> None:
    if x.shape[1] != groups * w.shape[1]:
        raise ValueError(
            f"x must have {groups * w.shape[1]} channels, {w.shape[1]} for each of the "
            f"groups = {groups} of w, not {x.shape[1]}"
        )


def _divides(groups: int, count: int, what: str) -> None:
    """Raise unless groups is a positive integer that divides a number of channels or filters."""
    if count % positive_integer(groups, "groups"):
        raise ValueError(f"groups = {groups} must divide the {count} {what}")


def _split(array: FloatArray, axis: int, groups: int) -> list[FloatArray]:
    return np.split(array, groups, axis)


def _pair(value: Any) -> tuple[Any, Any]:
    """Return what is given along the rows and along the columns; one for both if it is not two."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)
