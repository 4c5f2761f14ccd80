"""Convolution and pooling of symbolic images (chapters 12, 15 and 16).

Two forms of the same formula. Cells are numbered from 0, as in `backprop.geometry`.

Explicit: images and filters are matrices of a definite size, `image("a", 6, 6)` and
`image("w", 3, 3)`, and `cross_correlation`, `true_convolution`, `max_pool` and `mean_pool` write
each entry of the result out. Matrices are compared entry by entry; derivatives are those of
entries, `cross_correlation(a, w)[0, 0].diff(w[1, 1])`.

Indexed: `entry(w, a, i, j, f)` is output cell (i, j) for sizes that are letters,

    Sum(w[u, v]*a[i*s + d*u - p, j*s + d*v - p], (v, 0, f - 1), (u, 0, f - 1)),

in the letters of `backprop.symbolic.geometry`. Here a[r, c] is 0 for a cell (r, c) in the padding.
A loss L reaches the filter and the image through the outputs z only, so its gradient is that of

    total = Sum(delta[i, j]*entry(w, a, i, j, f), (j, 0, m - 1), (i, 0, n - 1)),

where delta[i, j] = dL/dz[i, j] is held fixed. The proof engine differentiates it by an entry:

- `Derivative(total, w[k, l])`, where (k <= f - 1) & (l <= f - 1), keeps the windows and loses the
  sum over the filter: Sum(delta[i, j]*a[i*s + d*k - p, j*s + d*l - p], ...).
- `Derivative(total, a[r, c])` puts, in the place of the image,
  KroneckerDelta(i*s + d*u - p, r)*KroneckerDelta(j*s + d*v - p, c):
  one term for each window and filter cell that meet at (r, c).

Free indices such as k, l, r and c are integer symbols, nonnegative as the cells are. Channels are
one sum more: `Sum(entry(lambda u, v: w[k, c, u, v], lambda r, q: a[c, r, q], i, j, f), (c, ...))`.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import sympy as sp
from sympy import Expr, ImmutableMatrix, IndexedBase, Sum, Symbol

from backprop import geometry
from backprop.geometry import Pair

Entries: TypeAlias = IndexedBase | Callable[[Expr, Expr], Expr]
"""What has an entry for each pair of indices: a family of symbols, or a function of the pair."""

Sizes: TypeAlias = Any
"""An integer, a letter, or a pair of them: along the rows, along the columns."""

i, j, u, v = sp.symbols("i j u v", integer=True, nonnegative=True)


def image(name: str, rows: int, columns: int) -> ImmutableMatrix:
    """Return a matrix of the real symbols name[0, 0], ..., name[rows - 1, columns - 1]."""
    family = IndexedBase(name, real=True)
    return ImmutableMatrix(rows, columns, lambda r, c: family[r, c])


def flip(w: Any) -> ImmutableMatrix:
    """Return a filter turned by half a turn: its rows and its columns in reverse order."""
    return ImmutableMatrix(_matrix(w, "w")[::-1, ::-1])


def cross_correlation(
    a: Any, w: Any, *, padding: Any = 0, stride: Pair = 1, dilation: Pair = 1
) -> ImmutableMatrix:
    """Return the cross-correlation of an image with a filter, each entry written out.

    Parameters
    ----------
    a, w
        Matrices, or lists of rows. The padding is of zeros.
    padding, stride, dilation
        As for `backprop.geometry.output_shape`, whose errors are raised.

    Raises
    ------
    TypeError
        If a or w is not a matrix.
    ValueError
        If the filter does not fit into the padded image.
    """
    a, w = _matrix(a, "a"), _matrix(w, "w")
    steps: dict[str, Any] = {"stride": stride, "dilation": dilation}
    sizes: dict[str, Any] = {
        "padding": geometry.padding_2d(padding, a.shape, w.shape, **steps),
        **steps,
    }

    def sum_of_products(k: int, l: int) -> Expr:
        rows, columns = geometry.window_ranges((k, l), w.shape, **sizes)
        products = [w[u, v] * a[r, c] for u, v, r, c in _inside(rows, columns, a.shape)]
        return sp.Add(*products)

    return ImmutableMatrix(*geometry.output_shape(a.shape, w.shape, **sizes), sum_of_products)


def true_convolution(
    a: Any, w: Any, *, padding: Any = 0, stride: Pair = 1, dilation: Pair = 1
) -> ImmutableMatrix:
    """Return the true convolution: the cross-correlation with the flipped filter.

    With padding f - 1, or `backprop.geometry.full_padding(f)`, it is the full one, which commutes.
    """
    return cross_correlation(a, flip(w), padding=padding, stride=stride, dilation=dilation)


def max_pool(a: Any, f: Pair, *, stride: Pair | None = None, padding: Any = 0) -> ImmutableMatrix:
    """Return the largest entry of each f x f window; a stride of None is f.

    Cells in the padding do not take part. Raises what `backprop.geometry.output_shape` raises, and
    ValueError for a padding above f/2, with which a window might see padding only.
    """
    return _pool(a, f, stride, padding, lambda cells, _: sp.Max(*cells))


def mean_pool(a: Any, f: Pair, *, stride: Pair | None = None, padding: Any = 0) -> ImmutableMatrix:
    """Return the mean of each f x f window, in which the zeros of the padding count.

    A stride of None is f. Raises what `max_pool` raises.
    """
    return _pool(a, f, stride, padding, lambda cells, size: sp.Add(*cells) / size)


def entry(
    w: Entries,
    a: Entries,
    i: Expr,
    j: Expr,
    f: Sizes,
    *,
    padding: Sizes = 0,
    stride: Sizes = 1,
    dilation: Sizes = 1,
    over: tuple[Symbol, Symbol] = (u, v),
) -> Sum:
    """Return output cell (i, j) of a cross-correlation as a sum over the cells of the filter.

    Each size is an integer, a letter, or a pair of them (along the rows, along the columns). The
    sum runs over the symbols ``over``; the layer below, put in the place of a, needs two others.
    """
    (f_h, f_w), p, s, d = (_pair(size) for size in (f, padding, stride, dilation))
    row = i * s[0] + d[0] * over[0] - p[0]
    column = j * s[1] + d[1] * over[1] - p[1]
    limits = (over[1], 0, f_w - 1), (over[0], 0, f_h - 1)
    return Sum(_at(w, *over) * _at(a, row, column), *limits)


def _pool(
    a: Any,
    f: Pair,
    stride: Pair | None,
    padding: Any,
    reduce: Callable[[list[Expr], int], Expr],
) -> ImmutableMatrix:
    a = _matrix(a, "a")
    steps: dict[str, Any] = {"stride": f if stride is None else stride}
    sizes: dict[str, Any] = {"padding": geometry.padding_2d(padding, a.shape, f, **steps), **steps}
    shape = geometry.output_shape(a.shape, f, **sizes)
    for sides, most in zip(sizes["padding"], _pair(f), strict=True):
        if 2 * max(sides) > most:
            raise ValueError(f"padding must be at most f/2 = {most}/2, not {max(sides)}")

    def reduced(k: int, l: int) -> Expr:
        rows, columns = geometry.window_ranges((k, l), f, **sizes)
        cells = [a[r, c] for _, _, r, c in _inside(rows, columns, a.shape)]
        return reduce(cells, len(rows) * len(columns))

    return ImmutableMatrix(*shape, reduced)


def _inside(rows: Any, columns: Any, shape: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Return (u, v, r, c) for each cell (u, v) of a window that lies on cell (r, c) of an image."""
    height, width = shape
    return [
        (u, v, int(r), int(c))
        for u, r in enumerate(rows)
        for v, c in enumerate(columns)
        if 0 <= r < height and 0 <= c < width
    ]


def _matrix(value: Any, name: str) -> ImmutableMatrix:
    try:
        return ImmutableMatrix(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a matrix or a list of rows, not {value!r}") from None


def _pair(size: Sizes) -> tuple[Expr, Expr]:
    rows, columns = size if isinstance(size, tuple | list) else (size, size)
    return sp.sympify(rows), sp.sympify(columns)


def _at(entries: Entries, row: Expr, column: Expr) -> Expr:
    return entries(row, column) if callable(entries) else entries[row, column]
