"""Where a sliding window fits: sizes, windows, coverage and cost of a convolution (chapter 13).

The letters are those of the chapter. Along one axis,

    n         cells of the input
    f         cells of the filter
    padding   cells added on each side of the input (p), or a pair: (before it, after it), or one
              of the names "valid" (none), "same" (output size ⌈n / s⌉, as `same_padding` finds it)
              and "causal" (nothing after an output's own cell, as `causal_padding` finds it)
    stride    steps from one window to the next (s)
    dilation  steps from one cell of the filter to the next (d); 1 means none

Input cells are numbered from 0; a negative position, or one from n upwards, lies in the padding.
In two dimensions each letter is a pair (along the rows, along the columns), or one integer that
stands for both. So `padding=(1, 2)` adds 1 above and below, and 2 on the left and on the right;
`padding=((0, 1), (0, 1))` adds 1 below and on the right. What `same_padding` and `causal_padding`
return, an `Around`, and the names hold for each axis.

Every function raises a TypeError for what is not an integer and a ValueError for an integer out
of its range, or for a filter that is wider than the padded input.
"""

import operator
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:  # the formulas build on this module, too, where there is no NumPy
    import numpy as np
    from numpy.typing import NDArray

IntArray: TypeAlias = "NDArray[np.intp]"
Name: TypeAlias = Literal["valid", "same", "causal"]
Sides: TypeAlias = int | tuple[int, int]
Padding: TypeAlias = Sides | Name
Pair: TypeAlias = int | tuple[int, int]
Padding2D: TypeAlias = Padding | tuple[Padding, Padding]

_LEAST = {"padding": 0, "k": 0, "output_padding": 0}
"""The least values of arguments; it is 1 for those that are not named."""


class Around(NamedTuple):
    """Padding along one axis; unlike a plain pair, it stands for both axes where two are meant."""

    before: int
    after: int


class Sliding(NamedTuple):
    """One layer of a stack, along one axis: a convolution or a pooling."""

    f: int
    padding: Sides = 0
    stride: int = 1
    dilation: int = 1


class Field(NamedTuple):
    """What the output cells of a stack see of its input, as `receptive_field` finds it.

    Cell k sees nothing outside the `size` cells from start + k * jump on; a negative start lies
    in the padding.
    """

    size: int
    jump: int
    start: int


def span(f: int, *, dilation: int = 1) -> int:
    """Return d(f - 1) + 1, the cells from the first to the last that a dilated filter touches."""
    f, dilation = _integers(f=f, dilation=dilation)
    return dilation * (f - 1) + 1


def output_size(
    n: int, f: int, *, padding: Padding = 0, stride: int = 1, dilation: int = 1, ceil: bool = False
) -> int:
    """Return ⌊(n + 2p - d(f - 1) - 1) / s⌋ + 1, the number of windows that fit; at least 1.

    With `ceil`, as in the pooling of frameworks, one more window counts if it begins before the
    padding after the input does, though it hangs over the end.
    """
    n, stride, width = *_integers(n=n, stride=stride), span(f, dilation=dilation)
    before, after = around(padding, n, f, stride=stride, dilation=dilation)
    slack = before + n + after - width
    size, left_over = slack // stride + 1, slack % stride
    if ceil and left_over and size * stride < before + n:
        size += 1
    if size < 1:
        raise ValueError(
            f"f = {f} with dilation = {dilation} spans {width} cells, "
            f"more than the {before + n + after} of the input, n = {n} with padding = {padding}"
        )
    return size


def window(k: int, f: int, *, padding: Sides = 0, stride: int = 1, dilation: int = 1) -> IntArray:
    """Return the f input positions ks - p + dj, 0 <= j < f, that output cell k sees."""
    import numpy as np

    return np.array(_window(k, f, padding=padding, stride=stride, dilation=dilation))


def _window(k: int, f: int, *, padding: Sides = 0, stride: int = 1, dilation: int = 1) -> range:
    k, f, stride, dilation = _integers(k=k, f=f, stride=stride, dilation=dilation)
    start = k * stride - _sides(padding)[0]
    return range(start, start + dilation * f, dilation)


def window_starts(
    n: int, f: int, *, padding: Padding = 0, stride: int = 1, dilation: int = 1
) -> IntArray:
    """Return the first position of each window, ks - p, in order of the output cells."""
    import numpy as np

    size = output_size(n, f, padding=padding, stride=stride, dilation=dilation)
    before, _ = around(padding, n, f, stride=stride, dilation=dilation)
    return np.arange(size) * stride - before


def coverage(
    n: int, f: int, *, padding: Padding = 0, stride: int = 1, dilation: int = 1
) -> IntArray:
    """Return, for each of the n input cells, how many windows see it."""
    import numpy as np

    starts = window_starts(n, f, padding=padding, stride=stride, dilation=dilation)
    seen = np.add.outer(starts, dilation * np.arange(f))
    return np.bincount(seen[(seen >= 0) & (seen < n)], minlength=n)


def around(padding: Padding, n: int, f: int, *, stride: int = 1, dilation: int = 1) -> Around:
    """Return the padding (before, after) that a number, a pair or a name stands for."""
    if not isinstance(padding, str):
        return _sides(padding)
    if padding == "valid":
        return Around(0, 0)
    if padding == "same":
        return same_padding(n, f, stride=stride, dilation=dilation)
    if padding == "causal":
        return causal_padding(f, dilation=dilation)
    raise ValueError(
        f'padding must be an integer, a pair, "valid", "same" or "causal", not {padding!r}'
    )


def same_padding(n: int, f: int, *, stride: int = 1, dilation: int = 1) -> Around:
    """Return the padding (before, after) that makes the output size ⌈n / s⌉.

    It is the least that does. Where it is odd, the odd cell goes after the input, as in the
    "same" of JAX for every stride and in that of PyTorch for stride 1.
    """
    n, stride, width = *_integers(n=n, stride=stride), span(f, dilation=dilation)
    total = max((n - 1) // stride * stride + width - n, 0)
    return Around(total // 2, total - total // 2)


def full_padding(f: int, *, dilation: int = 1) -> int:
    """Return d(f - 1), the padding per side that lets each cell of the filter see each input."""
    return span(f, dilation=dilation) - 1


def causal_padding(f: int, *, dilation: int = 1) -> Around:
    """Return (d(f - 1), 0): output cell k sees input cell ks and cells before it, none after."""
    return Around(span(f, dilation=dilation) - 1, 0)


def transposed_size(
    n: int,
    f: int,
    *,
    padding: Sides = 0,
    stride: int = 1,
    dilation: int = 1,
    output_padding: int = 0,
) -> int:
    """Return (n - 1)s - 2p + d(f - 1) + 1 + output_padding, the size a convolution made n from.

    The letters are those of the convolution that is transposed, but for n, its output. Raises a
    ValueError also if the result would be less than 1, and unless the output padding is smaller
    than the stride or the dilation.
    """
    n, stride, extra = _integers(n=n, stride=stride, output_padding=output_padding)
    width = span(f, dilation=dilation)
    if extra >= max(stride, dilation):
        raise ValueError(
            f"output_padding must be smaller than the stride or the dilation, "
            f"not {extra} with stride = {stride} and dilation = {dilation}"
        )
    made = (n - 1) * stride + width + extra
    size = made - sum(_sides(padding))
    if size < 1:
        raise ValueError(
            f"padding = {padding} leaves nothing of the {made} cells that n = {n} makes with "
            f"f = {f}, stride = {stride}, dilation = {dilation}, output_padding = {extra}"
        )
    return size


def output_padding(
    n: int, f: int, *, padding: Padding = 0, stride: int = 1, dilation: int = 1
) -> int:
    """Return what `transposed_size` has to be given to get from the output size back to n.

    It is the remainder of the slack n + 2p - d(f - 1) - 1 on division by s.
    """
    size = output_size(n, f, padding=padding, stride=stride, dilation=dilation)
    n, stride = _integers(n=n, stride=stride)
    sides = around(padding, n, f, stride=stride, dilation=dilation)
    return n + sum(sides) - span(f, dilation=dilation) - (size - 1) * stride


def receptive_field(layers: Iterable[Sliding]) -> Field:
    """Return what the last output of a stack of layers sees of the first layer's input.

    The size is 1 + Σ d(f - 1)j over the layers and the start -Σ pj, with the padding p before the
    input of each layer and its jump j, the product of the strides below it.
    """
    size, jump, start = 1, 1, 0
    for layer in layers:
        if not isinstance(layer, Sliding):
            raise TypeError(f"layers must hold instances of Sliding, not {layer!r}")
        (stride,) = _integers(stride=layer.stride)
        size += (span(layer.f, dilation=layer.dilation) - 1) * jump
        start -= _sides(layer.padding)[0] * jump
        jump *= stride
    return Field(size, jump, start)


def output_shape(
    n: Pair,
    f: Pair,
    *,
    padding: Padding2D = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
    ceil: bool = False,
) -> tuple[int, int]:
    """Return the rows and columns of the output: `output_size` along each axis."""
    rows, columns = _axes(n=n, f=f, padding=padding, stride=stride, dilation=dilation, ceil=ceil)
    return output_size(**rows), output_size(**columns)


def window_2d(
    k: Pair,
    f: Pair,
    *,
    padding: Sides | tuple[Sides, Sides] = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
) -> tuple[IntArray, IntArray]:
    """Return the rows and the columns of the input that output cell k = (row, column) sees."""
    rows, columns = _axes(k=k, f=f, padding=padding, stride=stride, dilation=dilation)
    return window(**rows), window(**columns)


def window_ranges(
    k: Pair,
    f: Pair,
    *,
    padding: Sides | tuple[Sides, Sides] = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
) -> tuple[range, range]:
    """Return what `window_2d` does, without arrays."""
    rows, columns = _axes(k=k, f=f, padding=padding, stride=stride, dilation=dilation)
    return _window(**rows), _window(**columns)


def coverage_2d(
    n: Pair, f: Pair, *, padding: Padding2D = 0, stride: Pair = 1, dilation: Pair = 1
) -> IntArray:
    """Return, in the shape of the input, how many windows see each cell.

    A window sees a cell when it sees its row and its column, so the counts multiply.
    """
    import numpy as np

    rows, columns = _axes(n=n, f=f, padding=padding, stride=stride, dilation=dilation)
    return np.outer(coverage(**rows), coverage(**columns))


def padding_2d(
    padding: Padding2D, n: Pair, f: Pair, *, stride: Pair = 1, dilation: Pair = 1
) -> tuple[Around, Around]:
    """Return the padding as ((above, below), (left, right))."""
    rows, columns = _axes(n=n, f=f, padding=padding, stride=stride, dilation=dilation)
    return around(**rows), around(**columns)


def pair(value: Pair, name: str) -> tuple[int, int]:
    """Return an argument as (along the rows, along the columns), two integers in its range."""
    along_rows, along_columns = _pair(value, name)
    return _integers(**{name: along_rows})[0], _integers(**{name: along_columns})[0]


def parameters(channels: int, filters: int, f: Pair, *, groups: int = 1, bias: bool = True) -> int:
    """Return K(C/g · f_h · f_w + 1), the numbers that a layer with K filters learns (chapter 14).

    Without `bias` the + 1 is dropped. The groups have to divide both the channels and the filters.
    """
    (filters,) = _integers(filters=filters)
    return filters * (_weights(channels, filters, f, groups) + bool(bias))


def multiplications(
    shape: tuple[int, int, int],
    filters: int,
    f: Pair,
    *,
    padding: Padding2D = 0,
    stride: Pair = 1,
    dilation: Pair = 1,
    groups: int = 1,
) -> int:
    """Return the products that a layer forms for one image of `shape` (C, H, W) (chapter 14).

    Each of the K · H' · W' entries of the output takes C/g · f_h · f_w of them; those with the
    zeros of the padding count.
    """
    if not isinstance(shape, (tuple, list)) or len(shape) != 3:
        raise ValueError(f"shape must be (channels, rows, columns), not {shape!r}")
    channels, *n = (_integer(value, f"shape[{k}]", 1) for k, value in enumerate(shape))
    (filters,) = _integers(filters=filters)
    rows, columns = output_shape((n[0], n[1]), f, padding=padding, stride=stride, dilation=dilation)
    return filters * rows * columns * _weights(channels, filters, f, groups)


def _weights(channels: int, filters: int, f: Pair, groups: int) -> int:
    """Return the weights of one filter."""
    channels, groups = _integers(channels=channels, groups=groups)
    for name, value in (("channels", channels), ("filters", filters)):
        if value % groups:
            raise ValueError(f"groups must divide {name} = {value}, not be {groups}")
    rows, columns = pair(f, "f")
    return channels // groups * rows * columns


def _integers(**arguments: int) -> tuple[int, ...]:
    """Return the arguments as Python integers, each of them checked against its least value."""
    return tuple(_integer(value, name, _LEAST.get(name, 1)) for name, value in arguments.items())


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


def _sides(padding: Any) -> Around:
    """Return the padding along one axis as (before, after)."""
    if isinstance(padding, str):
        raise TypeError(f"padding must be an integer or a pair here, not {padding!r}")
    before, after = padding if isinstance(padding, Around) else _pair(padding, "padding")
    return Around(_integer(before, "padding", 0), _integer(after, "padding", 0))


def _axes(**arguments: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split arguments that are pairs, or integers for both axes, into those of each axis."""
    pairs = {name: _pair(value, name) for name, value in arguments.items()}
    rows, columns = ({name: both[axis] for name, both in pairs.items()} for axis in (0, 1))
    return rows, columns


def _pair(value: Any, name: str) -> tuple[Any, Any]:
    if isinstance(value, Around) or not isinstance(value, (tuple, list)):
        return value, value
    if len(value) != 2:
        raise ValueError(f"{name} must be an integer or a pair, not {value!r}")
    first, second = value
    return first, second
