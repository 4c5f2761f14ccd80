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
from backprop.geometry import Pair, output_shape, padding_2d, pair, window_2d

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
    (N, C), K, size, f = x.shape[:2], len(w), x.shape[2:], w.shape[2:]
    options = {"padding": padding, "stride": stride, "dilation": dilation}
    z = np.zeros((N, K, *output_shape(size, f, **options)), x.dtype)
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
    dx = np.zeros((N, part * groups, *pair(size, "size")), delta.dtype)
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
    dw = np.zeros((K, C // groups, *pair(field, "field")), x.dtype)
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
    K, C, size, f = len(w), shape[0], shape[1:], w.shape[2:]
    options = {"padding": padding, "stride": stride, "dilation": dilation}
    out = output_shape(size, f, **options)
    matrix = np.zeros((K, *out, C, *size), w.dtype)
    for k, q, channel in _channels(K, C, groups):
        for r, c, i, j, row, column in _meetings(size, f, **options):
            matrix[k, r, c, channel, row, column] = w[k, q, i, j]
    return matrix.reshape(K * out[0] * out[1], -1)


def max_pool2d(
    x: FloatArray,
    f: Pair,
    *,
    stride: Pair | None = None,
    padding: Any = 0,
    ceil: bool = False,
) -> FloatArray:
    """Return the largest entry of each window."""
    options = {"padding": padding, "stride": stride or f, "ceil": ceil}
    z = np.full((*x.shape[:2], *output_shape(x.shape[2:], f, **options)), -np.inf, x.dtype)
    for n, q in np.ndindex(x.shape[:2]):
        for r, c, _, _, row, column in _meetings(x.shape[2:], f, **options):
            z[n, q, r, c] = max(z[n, q, r, c], x[n, q, row, column])
    return z


def max_pool2d_input_gradient(
    delta: FloatArray,
    x: FloatArray,
    f: Pair,
    *,
    stride: Pair | None = None,
    padding: Any = 0,
    ceil: bool = False,
) -> FloatArray:
    """Return dL/dx: delta goes to the first cell, in reading order, that holds the largest."""
    options = {"padding": padding, "stride": stride or f, "ceil": ceil}
    z = max_pool2d(x, f, **options)
    waiting, dx = np.ones(z.shape, bool), np.zeros_like(x)
    for n, q in np.ndindex(x.shape[:2]):
        for r, c, _, _, row, column in _meetings(x.shape[2:], f, **options):
            if waiting[n, q, r, c] and x[n, q, row, column] == z[n, q, r, c]:
                dx[n, q, row, column] += delta[n, q, r, c]
                waiting[n, q, r, c] = False
    return dx


def mean_pool2d(
    x: FloatArray,
    f: Pair,
    *,
    stride: Pair | None = None,
    padding: Any = 0,
    ceil: bool = False,
) -> FloatArray:
    """Return the mean of each window, in which the padding counts as zeros."""
    options = {"padding": padding, "stride": stride or f, "ceil": ceil}
    cells = _cells(x.shape[2:], f, **options)
    z = np.zeros((*x.shape[:2], *cells.shape), x.dtype)
    for n, q in np.ndindex(x.shape[:2]):
        for r, c, _, _, row, column in _meetings(x.shape[2:], f, **options):
            z[n, q, r, c] += x[n, q, row, column] / cells[r, c]
    return z


def mean_pool2d_input_gradient(
    delta: FloatArray,
    size: Pair,
    f: Pair,
    *,
    stride: Pair | None = None,
    padding: Any = 0,
    ceil: bool = False,
) -> FloatArray:
    """Return dL/dx: each cell of a window gets an equal share."""
    options = {"padding": padding, "stride": stride or f, "ceil": ceil}
    cells = _cells(size, f, **options)
    dx = np.zeros((*delta.shape[:2], *pair(size, "size")), delta.dtype)
    for n, q in np.ndindex(delta.shape[:2]):
        for r, c, _, _, row, column in _meetings(size, f, **options):
            dx[n, q, row, column] += delta[n, q, r, c] / cells[r, c]
    return dx


def _meetings(
    size: Any, f: Any, padding: Any = 0, stride: Pair = 1, dilation: Pair = 1, ceil: bool = False
) -> Iterator[Meeting]:
    """Yield (r, c, i, j, row, column): for z[r, c], w[i, j] meets x[row, column]."""
    (height, width), f = pair(size, "size"), pair(f, "f")
    options = {"stride": stride, "dilation": dilation}
    sides = padding_2d(padding, size, f, **options)
    for r, c in np.ndindex(output_shape(size, f, padding=padding, ceil=ceil, **options)):
        rows, columns = window_2d((r, c), f, padding=sides, **options)
        for (i, row), (j, column) in product(enumerate(rows), enumerate(columns)):
            if 0 <= row < height and 0 <= column < width:
                yield r, c, i, j, row, column


def _cells(size: Any, f: Pair, padding: Any, stride: Pair, ceil: bool) -> FloatArray:
    """Return how many cells of each window lie in the image or in its padding."""
    (height, width), sides = pair(size, "size"), padding_2d(padding, size, f, stride=stride)
    (above, below), (left, right) = sides
    cells = np.zeros(output_shape(size, f, padding=padding, stride=stride, ceil=ceil))
    for r, c in np.ndindex(cells.shape):
        rows, columns = window_2d((r, c), f, padding=sides, stride=stride)
        for row, column in product(rows, columns):
            cells[r, c] += -above <= row < height + below and -left <= column < width + right
    return cells


def _channels(K: int, C: int, groups: int) -> Iterator[tuple[int, int, int]]:
    """Yield (k, q, channel): w[k, q] looks at this channel of x."""
    part = C // groups
    for k, q in product(range(K), range(part)):
        yield k, q, k // (K // groups) * part + q
