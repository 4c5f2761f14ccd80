"""The functions of `convolution` as plain loops: slow, and read like the definition.

They have the same names, arguments and results. Each sum of a convolution runs over all meetings
of a cell of the filter with a cell of the image; a filter that hangs over the image meets nothing
there, which is what zeros would add. Arguments are not checked: `convolution` does that.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from backprop._arrays import FloatArray
from backprop.geometry import Pair, output_shape, window_2d

Meeting = tuple[int, int, int, int, int, int]


def conv2d(
    x: FloatArray,
    w: FloatArray,
    b: FloatArray | None = None,
    *,
    padding: Any = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
    groups: int = 1,
) -> FloatArray:
    """Return z (N, K, H', W')."""
    (N, C, *size), (K, _, *f) = x.shape, w.shape
    options = {"padding": padding, "stride": stride, "dilation": dilation}
    z = np.zeros((N, K, *output_shape(_pair(size), _pair(f), **options)), x.dtype)
    for n, (k, q, channel) in product(range(N), _channels(K, C, groups)):
        for r, c, i, j, row, column in _meetings(size, f, **options):
            z[n, k, r, c] += w[k, q, i, j] * x[n, channel, row, column]
    return z if b is None else z + b[:, np.newaxis, np.newaxis]


def conv2d_input_gradient(
    delta: FloatArray,
    w: FloatArray,
    size: Pair,
    *,
    padding: Any = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
    groups: int = 1,
) -> FloatArray:
    """Return dL/dx (N, C, H, W): each cell of x gets back what its meetings passed on."""
    (N, K, *_), (_, part, *f) = delta.shape, w.shape
    dx = np.zeros((N, part * groups, *_pair(size)), delta.dtype)
    for n, (k, q, channel) in product(range(N), _channels(K, part * groups, groups)):
        for r, c, i, j, row, column in _meetings(
            size, f, padding=padding, stride=stride, dilation=dilation
        ):
            dx[n, channel, row, column] += w[k, q, i, j] * delta[n, k, r, c]
    return dx


def conv2d_filter_gradient(
    delta: FloatArray,
    x: FloatArray,
    field: Pair,
    *,
    padding: Any = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
    groups: int = 1,
) -> FloatArray:
    """Return dL/dw (K, C / groups, f_h, f_w), summed over the examples."""
    (N, C, *size), K = x.shape, delta.shape[1]
    dw = np.zeros((K, C // groups, *_pair(field)), x.dtype)
    for n, (k, q, channel) in product(range(N), _channels(K, C, groups)):
        for r, c, i, j, row, column in _meetings(
            size, field, padding=padding, stride=stride, dilation=dilation
        ):
            dw[k, q, i, j] += delta[n, k, r, c] * x[n, channel, row, column]
    return dw


def conv2d_matrix(
    w: FloatArray,
    shape: tuple[int, int, int],
    *,
    padding: Any = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
    groups: int = 1,
) -> FloatArray:
    """Return the matrix (K H' W', C H W): where two cells meet stands the weight between them."""
    (K, _, *f), (C, *size) = w.shape, shape
    options = {"padding": padding, "stride": stride, "dilation": dilation}
    out = output_shape(_pair(size), _pair(f), **options)
    matrix = np.zeros((K, *out, C, *size), w.dtype)
    for k, q, channel in _channels(K, C, groups):
        for r, c, i, j, row, column in _meetings(size, f, **options):
            matrix[k, r, c, channel, row, column] = w[k, q, i, j]
    return matrix.reshape(K * out[0] * out[1], -1)


def max_pool2d(
    x: FloatArray, f: Pair, *, stride: Pair | None = None, padding: Any = 0
) -> FloatArray:
    """Return the largest entry of each window."""
    z = np.full(_pooled(x.shape, f, stride, padding), -np.inf, x.dtype)
    for n, q in np.ndindex(x.shape[:2]):
        for r, c, _, _, row, column in _meetings(x.shape[2:], f, padding, stride or f):
            z[n, q, r, c] = max(z[n, q, r, c], x[n, q, row, column])
    return z


def max_pool2d_input_gradient(
    delta: FloatArray, x: FloatArray, f: Pair, *, stride: Pair | None = None, padding: Any = 0
) -> FloatArray:
    """Return dL/dx: delta goes to the first cell, in reading order, that holds the largest."""
    z = max_pool2d(x, f, stride=stride, padding=padding)
    waiting, dx = np.ones(z.shape, bool), np.zeros_like(x)
    for n, q in np.ndindex(x.shape[:2]):
        for r, c, _, _, row, column in _meetings(x.shape[2:], f, padding, stride or f):
            if waiting[n, q, r, c] and x[n, q, row, column] == z[n, q, r, c]:
                dx[n, q, row, column] += delta[n, q, r, c]
                waiting[n, q, r, c] = False
    return dx


def mean_pool2d(
    x: FloatArray, f: Pair, *, stride: Pair | None = None, padding: Any = 0
) -> FloatArray:
    """Return the mean of each window, in which the padding counts as zeros."""
    z = np.zeros(_pooled(x.shape, f, stride, padding), x.dtype)
    for n, q in np.ndindex(x.shape[:2]):
        for r, c, _, _, row, column in _meetings(x.shape[2:], f, padding, stride or f):
            z[n, q, r, c] += x[n, q, row, column]
    f_h, f_w = _pair(f)
    return z / (f_h * f_w)


def mean_pool2d_input_gradient(
    delta: FloatArray, size: Pair, f: Pair, *, stride: Pair | None = None, padding: Any = 0
) -> FloatArray:
    """Return dL/dx: each cell of a window gets an equal share."""
    f_h, f_w = _pair(f)
    dx = np.zeros((*delta.shape[:2], *_pair(size)), delta.dtype)
    for n, q in np.ndindex(delta.shape[:2]):
        for r, c, _, _, row, column in _meetings(size, f, padding, stride or f):
            dx[n, q, row, column] += delta[n, q, r, c] / (f_h * f_w)
    return dx


def _meetings(
    size: Any, f: Any, padding: Any = 0, stride: Pair = 1, dilation: Pair = 1
) -> Iterator[Meeting]:
    """Yield (r, c, i, j, row, column): for z[r, c], w[i, j] meets x[row, column]."""
    (height, width), f = _pair(size), _pair(f)
    options = {"padding": padding, "stride": stride, "dilation": dilation}
    for r, c in np.ndindex(output_shape((height, width), f, **options)):
        rows, columns = window_2d((r, c), f, **options)
        for (i, row), (j, column) in product(enumerate(rows), enumerate(columns)):
            if 0 <= row < height and 0 <= column < width:
                yield r, c, i, j, row, column


def _channels(K: int, C: int, groups: int) -> Iterator[tuple[int, int, int]]:
    """Yield (k, q, channel): w[k, q] looks at this channel of x."""
    part = C // groups
    for k, q in product(range(K), range(part)):
        yield k, q, k // (K // groups) * part + q


def _pooled(shape: tuple[int, ...], f: Pair, stride: Pair | None, padding: Any) -> tuple[int, ...]:
    return *shape[:2], *output_shape(_pair(shape[2:]), f, padding=padding, stride=stride or f)


def _pair(value: Any) -> tuple[int, int]:
    first, second = value if isinstance(value, (tuple, list)) else (value, value)
    return first, second
