"""How a window slides over images, and what it sees there (for `convolution`)."""

from collections.abc import Iterator
from math import gcd, prod
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from backprop._arrays import FloatArray
from backprop.geometry import span

BLOCK = 2**20
"""Bytes of what windows see that are copied at a time, or those of one row if that is more.

So little stays in the cache of a core, where a product finds it faster than in memory.
"""


_Seen = tuple[slice, slice, FloatArray]
_Cells = tuple[slice, slice]


class Slide(NamedTuple):
    """How a window slides over images: everything as (along the rows, along the columns).

    The sides are the padding; below and on the right they include what hangs over it in ceil mode.
    """

    size: tuple[int, int]
    field: tuple[int, int]
    sides: tuple[tuple[int, int], tuple[int, int]]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    out: tuple[int, int]
    over: tuple[int, int] = (0, 0)

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

    def tiles(self, axis: int) -> bool:
        """Whether, along an axis, each cell of the padded images lies in exactly one window."""
        f, s, out = self.field[axis], self.stride[axis], self.out[axis]
        return f == s and out * s == self.padded_size[axis]

    @property
    def cells(self) -> NDArray[np.intp]:
        """Of each window without dilation, how many cells do not hang over: (H', W') or (1, 1)."""
        if self.over == (0, 0):
            return np.full((1, 1), prod(self.field))
        inside = zip(self.padded_size, self.over, self.field, self.stride, self.out, strict=True)
        rows, columns = (
            np.minimum(padded - over - s * np.arange(out), f) for padded, over, f, s, out in inside
        )
        return np.outer(rows, columns)

    def met(self, x: FloatArray, axis: int) -> list[FloatArray]:
        """Return, for each cell of the window along an axis, what it meets of padded images."""
        d, s, last = self.dilation[axis], self.stride[axis], self.out[axis] - 1
        cells = [slice(d * k, d * k + s * last + 1, s) for k in range(self.field[axis])]
        return [x[:, :, cell] if axis == 0 else x[..., cell] for cell in cells]

    def pad(self, x: FloatArray, value: float = 0) -> FloatArray:
        """Return images with their padding, cut where it is negative; x itself if there is none."""
        if self.sides == ((0, 0), (0, 0)):
            return x
        (height, width), ((above, below), (left, right)) = self.size, self.sides
        x = x[:, :, max(-above, 0) : max(height + min(below, 0), 0)]
        x = x[..., max(-left, 0) : max(width + min(right, 0), 0)]
        padded = np.full((*x.shape[:2], *self.padded_size), value, x.dtype)
        inner = padded[:, :, max(above, 0) :, max(left, 0) :]
        inner[:, :, : x.shape[2], : x.shape[3]] = x
        return padded

    def crop(self, padded: FloatArray) -> FloatArray:
        """Return images without their padding, as a view."""
        (height, width), ((above, _), (left, _)) = self.size, self.sides
        return padded[:, :, above : above + height, left : left + width]

    def windows(self, x: FloatArray, groups: int) -> Iterator[_Seen]:
        """Yield examples, rows of the output, and matrices of all that their windows see.

        The matrices are (groups, count, f_h C / groups f_w, windows): one for each row of the
        output, with windows of all the examples. Where not even one example fits `BLOCK`, it is a
        single one, with windows of some rows of one example.
        """
        row = x[0, :, 0, 0].nbytes * self.field[1] * self.out[1]
        examples = BLOCK // (row * self.padded_size[0])
        rows = max(BLOCK // (row * self.field[0]), 1)
        for n in range(0, len(x), max(examples, 1)):
            some = slice(n, n + max(examples, 1))
            strips = self._strips(x[some], groups)
            if examples:
                yield some, slice(None), _matrices(self._down(strips.copy()))
                continue
            down = self._down(strips).swapaxes(1, 5)  # a single example, and the rows beside W'
            for r in range(0, self.out[0], rows):
                yield some, slice(r, r + rows), _matrices(down[..., r : r + rows, :])

    def _strips(self, x: FloatArray, groups: int) -> FloatArray:
        """Return a view of images, padded: groups, rows, C / groups, f_w, N, W'."""
        images = self.pad(x).reshape(len(x), groups, -1, *self.padded_size)
        along = _slid(images, 4, self.field[1], self.dilation[1], self.stride[1])
        return along.transpose(1, 3, 2, 5, 0, 4)

    def _down(self, strips: FloatArray) -> FloatArray:
        """Return a view of what windows see of strips: groups, H', f_h, C / groups, f_w, N, W'."""
        return _slid(strips, 1, self.field[0], self.dilation[0], self.stride[0])

    def backwards(self) -> Iterator[tuple[_Cells, _Cells, "Slide"]]:
        """Yield cells of the input, a part of the flipped filter, and its slide over the output.

        Of a window at every s-th cell, those that reach a cell of the input do so with every s-th
        cell of the filter: the same for every s-th cell of the input.
        """
        for rows, part, down in self._phases(0):
            for columns, other, along in self._phases(1):
                yield (rows, columns), (part, other), Slide(*zip(down, along, strict=True))

    def _phases(self, axis: int) -> Iterator[tuple[slice, slice, tuple[Any, ...]]]:
        n, f, out, before = self.size[axis], self.field[axis], self.out[axis], self.sides[axis][0]
        s, d = self.stride[axis], self.dilation[axis]
        step, apart = s // gcd(s, d), d // gcd(s, d)
        for first in range(min(s, n)):
            taps = [i for i in range(f) if (first + before - d * i) % s == 0]
            if taps:
                reached, count = (first + before - d * taps[0]) // s, len(range(first, n, s))
                sides = apart * (len(taps) - 1) - reached, reached + count - out
                part = slice((f - 1 - taps[0]) % step, None, step)
                yield slice(first, None, s), part, (out, len(taps), sides, 1, apart, count)


def _matrices(seen: FloatArray) -> FloatArray:
    """Return (groups, count, f_h C / groups f_w, windows); a view where their rows overlap."""
    return seen.reshape(*seen.shape[:2], prod(seen.shape[2:5]), -1)


def _slid(x: FloatArray, axis: int, f: int, dilation: int, stride: int) -> FloatArray:
    """Return windows along an axis, which then counts them, as a view; their cells come after it.

    `sliding_window_view` does this as well, but takes as long as a small product.
    """
    count = (x.shape[axis] - span(f, dilation=dilation)) // stride + 1
    shape = (*x.shape[:axis], count, f, *x.shape[axis + 1 :])
    step = x.strides[axis]
    strides = (*x.strides[:axis], stride * step, dilation * step, *x.strides[axis + 1 :])
    return as_strided(x, shape, strides, writeable=False)
