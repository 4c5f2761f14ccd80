"""The volume explorer: one window through three channels, and the one number it makes."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from backprop._arrays import FloatArray
from backprop.convolution import conv2d
from backprop.explorers.frames import FramesExplorer

CHANNELS = {"red": "C3", "green": "C2", "blue": "C0"}


def by_channel(image: FloatArray, w: FloatArray) -> FloatArray:
    """Return what each channel of one filter (C, f, f) makes of its own: (C, H', W')."""
    sums: FloatArray = conv2d(image[np.newaxis], w[:, np.newaxis], groups=len(image))[0]
    return sums


def volume_explorer(image: FloatArray, w: FloatArray) -> FramesExplorer:
    """Return an explorer of a filter (3, f, f) on a colour image (3, H, W), both of small integers.

    The sliders move the window, which needs at least two places along each side. Each channel shows
    the factors below the window and the sum of products; the last picture is the output, without a
    bias (chapter 14). Raises a ValueError where the shapes are not of this form.
    """
    for name, array in (("image", image), ("w", w)):
        if np.ndim(array) != 3 or len(array) != len(CHANNELS):
            raise ValueError(f"{name} must have shape (3, rows, columns), not {np.shape(array)}")
    sums = by_channel(image, w)
    figure, axes = plt.subplots(2, 2, figsize=(4.3, 4.6), layout="constrained")
    *panels, last = axes.flat
    frames, factors = [], []
    for panel, colour, cells, weights in zip(panels, CHANNELS.values(), image, w, strict=True):
        _digits(panel, cells, colour, at=0.39)
        frames.append(_frame(panel, weights.shape, colour))
        factors += _factors(panel, weights)
    _digits(last, sums.sum(axis=0), "black", at=0.5)
    frames.append(_frame(last, (1, 1), "black"))

    def update(row: float, column: float) -> str:
        i, j = round(row), round(column)
        for frame in frames:
            frame.set_xy((j, i))
        for (u, v), text in factors:
            text.set_position((j + v + 0.97, i + u + 0.96))
        here = sums[:, i, j]
        words = [f"{name} {_signed(s)}" for name, s in zip(CHANNELS, here, strict=True)]
        words.append(f"together {_signed(here.sum())}")
        for panel, word in zip((*panels, last), words, strict=True):
            panel.set_title(word, fontsize=11)
        return f"Window in row {i}, column {j}: {', '.join(words)}."

    alt = (
        "Three channels of numbers with the same window on each, and the output. "
        "Small numbers in the window are the entries of the filter."
    )
    _, rows, columns = sums.shape
    return FramesExplorer(figure, update, alt=alt, row=range(rows), column=range(columns))


def _digits(panel: Axes, cells: FloatArray, colour: str, at: float) -> None:
    """Write numbers into the cells of a grid, at some fraction of each cell."""
    rows, columns = cells.shape
    panel.set(xlim=(-0.06, columns + 0.06), ylim=(rows + 0.06, -0.06), aspect="equal")
    panel.axis("off")
    panel.vlines(range(columns + 1), 0, rows, colors=colour, lw=0.6)
    panel.hlines(range(rows + 1), 0, columns, colors=colour, lw=0.6)
    for (i, j), value in np.ndenumerate(cells):
        panel.text(j + at, i + at, _signed(value), ha="center", va="center", fontsize=11)


def _frame(panel: Axes, size: tuple[int, ...], colour: str) -> Rectangle:
    """Return a tinted frame around the window."""
    frame = Rectangle((0, 0), size[1], size[0], fc=to_rgba(colour, 0.2), ec=colour, lw=2.5)
    panel.add_patch(frame)
    return frame


def _factors(panel: Axes, cells: FloatArray) -> list[tuple[tuple[int, ...], Text]]:
    """Return the entries of a filter, to be written into the corners of the cells below it."""
    style: dict[str, Any] = {"ha": "right", "va": "bottom", "size": 8, "weight": "bold"}
    return [
        (place, panel.text(0, 0, f"×{_signed(x)}", **style)) for place, x in np.ndenumerate(cells)
    ]


def _signed(value: Any) -> str:
    """Return a whole number with a minus, not a hyphen."""
    return f"{value:g}".replace("-", "−")
