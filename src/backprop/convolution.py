"""Convolution and pooling of images, forward and backward, in NumPy (chapters 12, 15 and 16).

Images x are (N, C, H, W): examples, channels, rows, columns. Filters w are
(K, C / groups, f_h, f_w), biases b are (K,), and delta is ∂L/∂z, of the shape of the output. As in
every framework, a filter is not flipped: what is computed is the cross-correlation

    z[n, k, r, c] = b[k] + Σ w[k, q, i, j] x[n, q, s r + d i - p, s c + d j - p] over q, i and j,

where x is 0 in the padding. Padding, stride and dilation are those of `geometry.output_shape`. With
groups, channels and filters fall into as many equal parts, and each part of the filters sees its
own part of the channels.

The sums are matrix products: a filter is a row of one matrix, a window is a column of the other.
That one holds a pixel once for each window that sees it, so no more than `BLOCK` bytes of it are
made at a time: the windows of some examples, or of some rows of one.

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
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from backprop._arrays import FloatArray, Rule, finite, positive_integer
from backprop.geometry import Pair, Sides2D, output_shape, padding_2d, pair, span

BLOCK = 2**20
"""Bytes of the matrix of windows made at a time, or one row if that is more.

So little stays in the cache of a core, where a product finds it faster than in memory.
"""

_IMAGES = "(N, C, H, W)"
_passes_on = np.errstate(over="ignore", invalid="ignore", under="ignore")


@_passes_on
def conv2d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    padding: Sides2D = 0,
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
    if b is None:
        return _correlate(x, w, slide, groups)
    b = _array(b, "b", "(K,)")
    _same_dtype(w=w, b=b)
    if len(b) != len(w):
        raise ValueError(f"b must have shape ({len(w)},), a bias for each filter, not {b.shape}")
    z = _correlate(x, w, slide, groups)
    z += b[:, np.newaxis, np.newaxis]
    return z


@_passes_on
def conv2d_input_gradient(
    delta: ArrayLike,
    w: ArrayLike,
    size: Pair,
    *,
    padding: Sides2D = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
    groups: int = 1,
) -> FloatArray:
    """Return ∂L/∂x (N, C, H, W) from delta; size = (H, W), those of x.

    It is the full correlation of delta, its entries spread out by the stride, with the flipped
    filters. At stride 1 that is computed as it stands where delta has no more channels than x.
    Otherwise each delta is multiplied by its filter and added where the filter lay.
    """
    delta, w = _array(delta, "delta", _IMAGES), _filters(w, groups)
    _same_dtype(delta=delta, w=w)
    slide = _slide(pair(size, "size"), w.shape[2:], padding, stride, dilation)
    slide.check(delta, len(w))
    back = slide.backwards()
    if back is not None and len(w) <= groups * w.shape[1]:
        return _correlate(delta, _flipped(w, groups), back, groups)
    return _spread(delta, w, slide, groups)


@_passes_on
def conv2d_filter_gradient(
    delta: ArrayLike,
    x: ArrayLike,
    field: Pair,
    *,
    padding: Sides2D = 0,
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
    windows = slide.windows(x)
    dw = np.zeros((groups, C // groups * prod(slide.field), K // groups), x.dtype)
    for some, rows in slide.blocks(x):
        seen = windows[:, :, :, some, rows].reshape(*dw.shape[:2], -1)
        dw += seen @ _columns(delta[some, :, rows], groups).swapaxes(1, 2)
    return dw.swapaxes(1, 2).reshape(K, C // groups, *slide.field)


def conv2d_matrix(
    w: ArrayLike,
    shape: tuple[int, int, int],
    *,
    padding: Sides2D = 0,
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
    x: ArrayLike, f: Pair, *, stride: Pair | None = None, padding: Sides2D = 0
) -> FloatArray:
    """Return the largest entry of each window, (N, C, H', W'); the padding is never chosen."""
    x = _array(x, "x", _IMAGES, rule=None)
    slide = _pool(x.shape[2:], f, stride, padding)
    z = _pooled(slide.pad(x, -np.inf), slide, np.maximum)
    finite(z, "x")
    return z


@_passes_on
def max_pool2d_input_gradient(
    delta: ArrayLike, x: ArrayLike, f: Pair, *, stride: Pair | None = None, padding: Sides2D = 0
) -> FloatArray:
    """Return ∂L/∂x: delta goes to the largest entry of its window, the first in reading order.

    The first is in the first row that holds the largest entry, and there in the first column.
    """
    delta, x = _array(delta, "delta", _IMAGES), _array(x, "x", _IMAGES, rule=None)
    _same_dtype(delta=delta, x=x)
    slide = _pool(x.shape[2:], f, stride, padding)
    slide.check(delta, x.shape[1], len(x))
    x = slide.pad(x, -np.inf)
    dx = np.zeros_like(x)
    overlap = [s < width for s, width in zip(slide.stride, slide.field, strict=True)]
    for some in _pieces(x):
        columns = slide.met(x[some], 1, copy=True)
        of_rows = reduce(np.maximum, columns)
        rows = slide.met(of_rows, 0)
        largest = reduce(np.maximum, rows)
        finite(largest, "x")
        to_row = np.zeros_like(of_rows)
        _to_first(delta[some], rows, largest, slide.met(to_row, 0), overlap[0])
        _to_first(to_row, columns, of_rows, slide.met(dx[some], 1), overlap[1])
    return np.ascontiguousarray(slide.crop(dx))


@_passes_on
def mean_pool2d(
    x: ArrayLike, f: Pair, *, stride: Pair | None = None, padding: Sides2D = 0
) -> FloatArray:
    """Return the mean of each window, (N, C, H', W'); the zeros of the padding count."""
    x = _array(x, "x", _IMAGES)
    slide = _pool(x.shape[2:], f, stride, padding)
    return _pooled(slide.pad(x), slide, np.add) / prod(slide.field)


@_passes_on
def mean_pool2d_input_gradient(
    delta: ArrayLike, size: Pair, f: Pair, *, stride: Pair | None = None, padding: Sides2D = 0
) -> FloatArray:
    """Return ∂L/∂x: each entry of a window gets an equal share of its delta; size = (H, W)."""
    delta = _array(delta, "delta", _IMAGES)
    slide = _pool(pair(size, "size"), f, stride, padding)
    slide.check(delta, delta.shape[1])
    share = delta / prod(slide.field)
    height, width = slide.padded_size
    to_rows = np.zeros((*delta.shape[:2], height, slide.out[1]), delta.dtype)
    for rows in slide.met(to_rows, 0):
        rows += share
    dx = np.zeros((*delta.shape[:2], height, width), delta.dtype)
    for columns in slide.met(dx, 1):
        columns += to_rows
    return np.ascontiguousarray(slide.crop(dx))


class _Slide(NamedTuple):
    """How a window slides over images: everything as (along the rows, along the columns)."""

    size: tuple[int, int]
    field: tuple[int, int]
    sides: tuple[tuple[int, int], tuple[int, int]]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    out: tuple[int, int]

    @property
    def padded_size(self) -> tuple[int, int]:
        """The size of the images with their padding."""
        (above, below), (left, right) = self.sides
        return above + self.size[0] + below, left + self.size[1] + right

    def check(self, delta: FloatArray, channels: int, examples: int | None = None) -> None:
        """Raise a ValueError unless delta has the shape of the output."""
        wanted = (len(delta) if examples is None else examples, channels, *self.out)
        if delta.shape != wanted:
            raise ValueError(f"delta must have the shape {wanted} of the output, not {delta.shape}")

    def backwards(self) -> "_Slide | None":
        """Return how the filter slides back over the output at stride 1, to give the input."""
        full = [span(f, dilation=d) - 1 for f, d in zip(self.field, self.dilation, strict=True)]
        (above, below), (left, right) = self.sides
        sides = (full[0] - above, full[0] - below), (full[1] - left, full[1] - right)
        if self.stride != (1, 1) or min(map(min, sides)) < 0:
            return None
        return _Slide(self.out, self.field, sides, self.stride, self.dilation, self.size)

    def cells(self, axis: int) -> list[slice]:
        """For each cell of the window along an axis, what it meets of the padded images."""
        d, s, last = self.dilation[axis], self.stride[axis], self.out[axis] - 1
        return [slice(d * k, d * k + s * last + 1, s) for k in range(self.field[axis])]

    def met(self, x: FloatArray, axis: int, copy: bool = False) -> list[FloatArray]:
        """Return, for each cell of the window along an axis, what it meets of padded images."""
        met = [x[:, :, cell] if axis == 0 else x[..., cell] for cell in self.cells(axis)]
        return [part.copy() for part in met] if copy else met

    def pad(self, x: FloatArray, value: float = 0) -> FloatArray:
        """Return images with their padding; x itself if there is none."""
        if self.padded_size == self.size:
            return x
        padded = np.full((*x.shape[:2], *self.padded_size), value, x.dtype)
        self.crop(padded)[...] = x
        return padded

    def crop(self, padded: FloatArray) -> FloatArray:
        """Return images without their padding, as a view."""
        (height, width), ((above, _), (left, _)) = self.size, self.sides
        return padded[:, :, above : above + height, left : left + width]

    def windows(self, x: FloatArray) -> FloatArray:
        """Return what the windows see, (C, f_h, f_w, N, H', W'), a view of the padded images."""
        (d_h, d_w), (s_h, s_w) = self.dilation, self.stride
        spans = tuple(span(f, dilation=d) for f, d in zip(self.field, self.dilation, strict=True))
        view: FloatArray = sliding_window_view(self.pad(x), spans, (2, 3))
        return view[:, :, ::s_h, ::s_w, ::d_h, ::d_w].transpose(1, 4, 5, 0, 2, 3)

    def blocks(self, x: FloatArray) -> Iterator[tuple[slice, slice]]:
        """Yield examples and rows of the output whose windows together take `BLOCK` bytes."""
        rows = min(max(BLOCK // self.row(x), 1), self.out[0])
        examples = max(BLOCK // (self.row(x) * self.out[0]), 1)
        for n in range(0, len(x), examples):
            for r in range(0, self.out[0], rows):
                yield slice(n, n + examples), slice(r, r + rows)

    def fold(self, sums: FloatArray) -> FloatArray:
        """Add up the columns of the window, (groups, rows, f_w, C, N, W'), to padded images."""
        groups, _, _, channels, examples, _ = sums.shape
        padded = np.zeros((examples, groups, channels, *self.padded_size), sums.dtype)
        for j, columns in enumerate(self.cells(1)):
            padded[..., columns] += sums[:, :, j].transpose(3, 0, 2, 1, 4)
        return padded.reshape(examples, groups * channels, *self.padded_size)

    def row(self, x: FloatArray) -> int:
        """Return the bytes that the windows of a row of the output take, for one example."""
        return prod((x.shape[1], *self.field, self.out[1])) * x.itemsize


def _correlate(x: FloatArray, w: FloatArray, slide: _Slide, groups: int) -> FloatArray:
    """Return the cross-correlation of images with filters."""
    windows, matrix = slide.windows(x), w.reshape(groups, len(w) // groups, -1)
    z = np.empty((len(x), len(w), *slide.out), x.dtype)
    for some, rows in slide.blocks(x):
        seen = windows[:, :, :, some, rows]
        product = matrix @ seen.reshape(groups, matrix.shape[2], -1)
        z[some, :, rows] = product.reshape(len(w), *seen.shape[3:]).swapaxes(0, 1)
    return z


def _spread(delta: FloatArray, w: FloatArray, slide: _Slide, groups: int) -> FloatArray:
    """Return images to which each delta has added its filter, where the filter lay.

    First the rows of the filters are added up, with their columns apart, then the columns.
    """
    matrix = w.transpose(0, 2, 3, 1).reshape(groups, len(w) // groups, -1).swapaxes(1, 2)
    x = np.empty((len(delta), groups * w.shape[1], *slide.size), delta.dtype)
    examples = max(BLOCK // 4 // slide.row(x), 1)  # what is added to needs the cache as well
    for n in range(0, len(x), examples):
        some = slice(n, n + examples)
        x[some] = slide.crop(slide.fold(_row_sums(delta[some], matrix, slide)))
    return x


def _row_sums(delta: FloatArray, matrix: FloatArray, slide: _Slide) -> FloatArray:
    """Return what `_Slide.fold` takes, from delta and filters (groups, f_h f_w C, K)."""
    groups, K = len(matrix), matrix.shape[2]
    (f_h, f_w), (N, _, rows, columns) = slide.field, delta.shape
    d, s = slide.dilation[0], slide.stride[0]
    channels = matrix.shape[1] // (f_h * f_w)
    sums = np.zeros((groups, slide.padded_size[0], f_w, channels, N, columns), delta.dtype)
    by_row = delta.transpose(2, 1, 0, 3).reshape(rows, groups, K, N * columns)
    for r, row in enumerate(by_row):
        seen = slice(s * r, s * r + span(f_h, dilation=d), d)
        sums[:, seen] += (matrix @ row).reshape(groups, f_h, *sums.shape[2:])
    return sums


def _flipped(w: FloatArray, groups: int) -> FloatArray:
    """Return the filters (C, K / groups, f_h, f_w) that lead back, turned by half a turn."""
    by_group = w.reshape(groups, -1, *w.shape[1:]).swapaxes(1, 2)[..., ::-1, ::-1]
    return by_group.reshape(-1, *by_group.shape[2:])


def _columns(delta: FloatArray, groups: int) -> FloatArray:
    """Return delta as columns (groups, K / groups, N H' W')."""
    return delta.swapaxes(0, 1).reshape(groups, delta.shape[1] // groups, -1)


def _pieces(x: FloatArray) -> Iterator[slice]:
    """Yield examples that fit the cache with all that is computed of them."""
    examples = max(BLOCK // x[0].nbytes, 1)
    for n in range(0, len(x), examples):
        yield slice(n, n + examples)


def _pooled(x: FloatArray, slide: _Slide, combine: np.ufunc) -> FloatArray:
    """Combine the columns of each window of padded images, then its rows."""
    z = np.empty((*x.shape[:2], *slide.out), x.dtype)
    for some in _pieces(x):
        of_rows = reduce(combine, slide.met(x[some], 1, copy=True))
        z[some] = reduce(combine, slide.met(of_rows, 0))
    return z


def _to_first(
    delta: FloatArray,
    cells: list[FloatArray],
    largest: FloatArray,
    dx: list[FloatArray],
    overlap: bool,
) -> None:
    """Give each delta to that of dx, 0 before, whose cell is the first to hold the largest.

    Where windows overlap, what they give adds up.
    """
    for cell, gradient in zip(cells[:-1], dx, strict=False):
        taken = (cell == largest).astype(delta.dtype)
        taken *= delta
        delta = delta - taken
        gradient[...] = gradient + taken if overlap else taken
    dx[-1][...] = dx[-1] + delta if overlap else delta


def _slide(size: Any, field: Any, padding: Sides2D, stride: Pair, dilation: Pair) -> _Slide:
    out = output_shape(size, field, padding=padding, stride=stride, dilation=dilation)
    return _Slide(
        size, field, padding_2d(padding), pair(stride, "stride"), pair(dilation, "dilation"), out
    )


def _pool(size: Any, f: Pair, stride: Pair | None, padding: Sides2D) -> _Slide:
    f = pair(f, "f")
    slide = _slide(size, f, padding, f if stride is None else stride, 1)
    for width, sides in zip(f, slide.sides, strict=True):
        if max(sides) > width // 2:
            raise ValueError(
                f"padding must be at most {width // 2}, half of f = {width}, not {max(sides)}"
            )
    return slide


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
