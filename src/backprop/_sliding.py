"""How a window slides over images, and what it sees there (for `convolution`)."""

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from backprop._arrays import FloatArray

BLOCK = 2**21
"""Bytes of what windows see that are copied at a time, or those of one row if that is more.

So little stays in the cache of a core, where a product finds it faster than in memory.
"""

_Seen = tuple[slice, slice, FloatArray]
_Given = tuple[slice, FloatArray]


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
        """Return images with their padding; x itself if there is none."""
        if self.sides == ((0, 0), (0, 0)):
            return x
        padded = np.full((*x.shape[:2], *self.padded_size), value, x.dtype)
        self.crop(padded)[...] = x
        return padded

    def crop(self, padded: FloatArray) -> FloatArray:
        """Return images without their padding, as a view."""
        (height, width), ((above, _), (left, _)) = self.size, self.sides
        return padded[:, :, above : above + height, left : left + width]

    def windows(self, x: FloatArray, groups: int, result: int = 0) -> Iterator[_Seen]:
        """Yield examples, windows, counted row by row, and matrices of all that these see.

        The matrices are (examples, groups, C / groups f_h f_w + 1, windows), the last row ones that
        meet a bias: all windows of as many examples as fit `BLOCK`, as must the result of each, in
        bytes; or else, of some rows of one. They lie where those before them lay: what the cache
        holds is written several times faster.
        """
        row = x[0, :, 0, 0].nbytes * prod(self.field) * self.out[1]
        examples = min(max(BLOCK // max(row * self.out[0], result), 1), len(x))
        rows = min(max(BLOCK // row, 1), self.out[0])
        padded = np.zeros((examples, x.shape[1], *self.padded_size), x.dtype)
        height = x.shape[1] // groups * prod(self.field)
        memory = np.empty(examples * groups * (height + 1) * rows * self.out[1], x.dtype)
        for n in range(0, len(x), examples):
            some = slice(n, n + examples)
            images = padded[: len(x[some])]
            self.crop(images)[...] = x[some]
            seen = self._seen(images, groups)
            for r in range(0, self.out[0], rows):
                part = seen[..., r : r + rows, :]
                shape = (*part.shape[:2], height + 1, part.shape[5] * part.shape[6])
                matrices = memory[: prod(shape)].reshape(shape)
                matrices[:, :, :-1].reshape(part.shape, copy=False)[...] = part
                matrices[:, :, -1] = 1
                windows = slice(r * self.out[1], (r + rows) * self.out[1])
                yield some, windows, matrices

    def _seen(self, x: FloatArray, groups: int) -> FloatArray:
        """Return a view of padded images: N, groups, C / groups, f_h, f_w, H', W'.

        `sliding_window_view` does this as well, but takes as long as a small product.
        """
        n, channel, *steps = x.strides
        along = [d * step for d, step in zip(self.dilation, steps, strict=True)]
        apart = [s * step for s, step in zip(self.stride, steps, strict=True)]
        shape = (len(x), groups, x.shape[1] // groups, *self.field, *self.out)
        strides = (n, x.shape[1] // groups * channel, channel, *along, *apart)
        return as_strided(x, shape, strides, writeable=False)

    @property
    def plane(self) -> tuple[int, int]:
        """Rows and columns of the padded images if every s-th is taken, from the first one on."""
        (height, width), (down, along) = self.padded_size, self.stride
        return -(-height // down), -(-width // along)

    def shifts(self) -> Iterator[tuple[int, int, int]]:
        """Yield, for each cell of the window, a and b, and how far it lies along their plane.

        The cells in rows a, a + s_h, ... and columns b, b + s_w, ... of padded images make a plane.
        What a cell of the window meets lies in one of them, shifted alike for all windows.
        """
        (f_h, f_w), (d_h, d_w), (s_h, s_w) = self.field, self.dilation, self.stride
        for i in range(f_h):
            for j in range(f_w):
                down, a = divmod(d_h * i, s_h)
                along, b = divmod(d_w * j, s_w)
                yield a, b, down * self.plane[1] + along

    def join(self, planes: FloatArray, x: FloatArray) -> None:
        """Write into images, without padding, their planes (s_h, s_w, C, N, rows, columns)."""
        (s_h, s_w), ((above, _), (left, _)) = self.stride, self.sides
        for a in range(s_h):
            for b in range(s_w):
                top, beside = max(-((a - above) // s_h), 0), max(-((b - left) // s_w), 0)
                cells = x[:, :, a + s_h * top - above :: s_h, b + s_w * beside - left :: s_w]
                inside = planes[a, b, :, : len(x), top:, beside:].swapaxes(0, 1)
                cells[...] = inside[..., : cells.shape[2], : cells.shape[3]]

    def back(self, delta: FloatArray, w: FloatArray, groups: int) -> Iterator[_Given]:
        """Yield examples, and the planes that `join` takes, of what delta gives through filters.

        Delta lies in planes of the same size, with zeros below it and on its right. So a product is
        shifted as one run of numbers: what passes from a row, or an image, to the next is zeros.
        """
        (N, K), C, (rows, columns) = delta.shape[:2], w.shape[1], self.out
        cells, plane = list(self.shifts()), groups * C * prod(self.plane) * delta.itemsize
        examples = min(max(BLOCK // (plane * len(cells)), 1), N)
        at_once = 1 if groups > 1 else max(BLOCK // (plane * examples), 1)
        of_cell = w.reshape(groups, K // groups, C, -1).transpose(3, 0, 2, 1)
        spread = np.zeros((K, examples, *self.plane), delta.dtype)
        planes = np.empty((*self.stride, groups * C, examples, *self.plane), delta.dtype)
        products = np.empty((min(at_once, len(cells)), planes[0, 0].size), delta.dtype)
        times = np.multiply if groups == K else np.matmul  # no sum, if there is a single filter
        for n in range(0, N, examples):
            here = delta[n : n + examples].swapaxes(0, 1)
            spread[:, : here.shape[1], :rows, :columns] = here
            planes.fill(0)
            for k in range(0, len(cells), at_once):
                some, given = of_cell[k : k + at_once], products[: len(cells) - k]
                matrix = some.reshape(groups, -1, K // groups)
                out = given.reshape(*matrix.shape[:2], -1)
                times(matrix, spread.reshape(groups, K // groups, -1), out=out)
                for (a, b, shift), one in zip(cells[k : k + at_once], given, strict=True):
                    shifted = planes[a, b].reshape(-1)[shift:]
                    shifted += one[: len(shifted)]
            yield slice(n, n + examples), planes
