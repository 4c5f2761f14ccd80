"""Still pictures of windows along a line and in a plane, and of what a stack sees (chapter 13)."""

from collections.abc import Sequence
from itertools import product, zip_longest
from math import ceil

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from backprop.geometry import Field, Sliding, receptive_field, window, window_starts

_BLUE, _ORANGE, _GREY = "C0", "C1", "0.7"
_TEXT = 13  # points: legible where the picture is half as wide, on a phone


def draw_windows(
    n: int, windows: Sequence[ArrayLike], before: int = 0, after: int = 0, *, apart: int = 1
) -> None:
    """Draw n cells in their padding and, below them, the cells that each window reads.

    Every ``apart``-th of the n is a cell of the input, and the others are zeros, drawn as padding
    is. A window that hangs over the end is orange and dashed.
    """
    height = 0.9 + 0.2 * len(windows)
    _, axes = plt.subplots(figsize=(7, height), layout="constrained")
    for cell in range(-before, n + after):
        inside = 0 <= cell < n and cell % apart == 0
        hatch = None if inside else "////"
        axes.add_patch(Rectangle((cell, 0), 1, 0.8, fill=False, ec="0.5", hatch=hatch))
        if inside:
            axes.text(cell + 0.5, 0.4, str(cell // apart), ha="center", va="center", fontsize=_TEXT)
    for k, positions in enumerate(map(np.asarray, windows)):
        y, fits = -0.35 - 0.3 * k, positions[-1] < n + after
        colour, line = (_BLUE, "-") if fits else (_ORANGE, "--")
        axes.plot(positions + 0.5, 0 * positions + y, line, color=colour, marker="s")
        axes.text(positions[-1] + 0.75, y, f"k = {k}", va="center", fontsize=_TEXT)
    axes.set(xlim=(-before - 0.2, n + after + 3), ylim=(-0.3 - 0.3 * len(windows), 0.9))
    axes.axis("off")
    plt.show()


def draw_planes(n: int, layers: Sequence[Sliding]) -> None:
    """Draw n x n cells in their padding for each layer, the same along both axes; three in a row.

    What the first window reads is blue, and a dot stands where each window begins.
    """
    rows = ceil(len(layers) / 3)
    _, panels = plt.subplots(rows, 3, figsize=(7, 2.6 * rows), layout="constrained", squeeze=False)
    for axes, layer in zip_longest(panels.flat, layers):
        axes.axis("off")
        if layer:
            _draw_plane(axes, n, layer)
    plt.show()


def _draw_plane(axes: Axes, n: int, layer: Sliding) -> None:
    slide, padding = layer._asdict(), layer.padding
    before, after = padding if isinstance(padding, tuple) else (padding, padding)
    reads, starts = window(0, **slide), window_starts(n, **slide)
    for y, x in product(range(-before, n + after), repeat=2):
        colour = _BLUE if x in reads and y in reads else "none"
        hatch = None if 0 <= x < n and 0 <= y < n else "////"
        axes.add_patch(Rectangle((x, y), 1, 1, fc=colour, ec="0.5", hatch=hatch))
    down, right = np.meshgrid(starts, starts)
    axes.scatter(right + 0.5, down + 0.5, s=30, color=_ORANGE, zorder=2)
    sizes = f"p = {padding}, s = {layer.stride}, d = {layer.dilation}"
    axes.set_title(f"{sizes}\n{len(starts)} × {len(starts)}", fontsize=_TEXT)
    low, high = -before - 0.1, n + after + 0.1
    axes.set(xlim=(low, high), ylim=(high, low), aspect="equal")


def draw_stack(n: int, layers: Sequence[Sliding]) -> None:
    """Draw the cells of each layer above n cells of the input, and what the first of the top sees.

    The layers are without padding.
    """
    _, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
    fields = [receptive_field(layers[:depth]) for depth in range(len(layers) + 1)]
    seen = {0}
    for depth in reversed(range(len(fields))):
        _draw_cells(axes, depth, fields[depth], n, seen)
        if depth:
            reads = {k: window(k, **layers[depth - 1]._asdict()) for k in seen}
            for k, cells in reads.items():
                for cell in cells:
                    ends = [_centre(fields[depth], k), _centre(fields[depth - 1], cell)]
                    axes.plot(ends, [depth, depth - 1], color=_BLUE, lw=1, zorder=1)
            seen = {int(cell) for cells in reads.values() for cell in cells}
    axes.set(xlim=(-0.6, n + 3.7), ylim=(-0.4, len(layers) + 0.4))
    axes.axis("off")
    plt.show()


def _draw_cells(axes: Axes, depth: int, field: Field, n: int, seen: set[int]) -> None:
    count = (n - field.size) // field.jump + 1
    centres = [_centre(field, k) for k in range(count)]
    colours = [_BLUE if k in seen else _GREY for k in range(count)]
    axes.scatter(centres, [depth] * count, 300, colours, marker="s", zorder=2)
    name = f"layer {depth}: R = {field.size}, J = {field.jump}" if depth else "input"
    axes.text(n, depth, name, va="center", fontsize=_TEXT)


def _centre(field: Field, k: int) -> float:
    """Return the middle of what cell k sees."""
    return field.start + k * field.jump + (field.size - 1) / 2
