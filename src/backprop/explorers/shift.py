"""The shift explorer: a picture slides over the blocks of a pooling (chapter 15)."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LinearSegmentedColormap, to_rgba

from backprop._arrays import FloatArray
from backprop.convolution import max_pool2d, mean_pool2d
from backprop.explorers.frames import FramesExplorer

BLOCK, LONGEST = 2, 4  # the size of a block, and how far the picture slides
INK = LinearSegmentedColormap.from_list("ink", [to_rgba("C0", 0), to_rgba("C0", 1)])


def shift_explorer(picture: FloatArray) -> FramesExplorer:
    """Return an explorer that slides a picture 0 to 4 cells to the right, and pools it by 2.

    The picture (rows, columns) has values from 0 to 1; four columns of zeros are added behind it.
    Raises a ValueError unless its sides are even, so that blocks fill it.
    """
    if np.ndim(picture) != 2 or any(side % BLOCK for side in np.shape(picture)):
        raise ValueError(f"picture must have two even sides, not shape {np.shape(picture)}")
    start = np.pad(picture, ((0, 0), (0, LONGEST)))
    figure = plt.figure(figsize=(5, 2.5), layout="constrained")
    plt.close(figure)
    names = figure.subplot_mosaic([["picture", "max"], ["picture", "mean"]], width_ratios=[2, 1])
    views = _views(start)
    meshes = {name: _drawn(names[name], name, views[name]) for name in names}
    rows, columns = start.shape
    names["picture"].vlines(range(0, columns + 1, BLOCK), 0, rows, "C1", linewidth=1)
    names["picture"].hlines(range(0, rows + 1, BLOCK), 0, columns, "C1", linewidth=1)

    def update(shift: float) -> str:
        now = _views(np.roll(start, round(shift), axis=1))
        for name, mesh in meshes.items():
            mesh.set_array(now[name])
        moved, rest = divmod(round(shift), BLOCK)
        cells = "cell" if moved == 1 else "cells"
        whole = f" Both outputs have moved by {moved} {cells}." if moved and not rest else ""
        inked = (now["max"] > 0) | (views["max"] > 0)
        kept = {name: np.sum(inked & (now[name] == views[name])) for name in ("max", "mean")}
        return (
            f"Shifted by {shift:.0f}: of {np.sum(inked)} cells of an output with ink before or "
            f"after, {kept['max']} of the maxima and {kept['mean']} of the means "
            f"keep their value.{whole}"
        )

    alt = "A picture under a grid of 2 × 2 blocks; beside it the blocks' maxima and means."
    explorer = FramesExplorer(figure, update, alt=alt, shift=range(LONGEST + 1))
    explorer.shift = 0
    return explorer


def _views(picture: FloatArray) -> dict[str, FloatArray]:
    """Return the picture and its two pooled versions, by name."""
    image = picture[np.newaxis, np.newaxis]
    pooled = {"max": max_pool2d(image, BLOCK)[0, 0], "mean": mean_pool2d(image, BLOCK)[0, 0]}
    return {"picture": picture, **pooled}


def _drawn(axes: Axes, title: str, cells: FloatArray) -> QuadMesh:
    axes.set(title=title, aspect="equal", xticks=[], yticks=[])
    axes.invert_yaxis()
    return axes.pcolormesh(cells, cmap=INK, vmin=0, vmax=1, edgecolors="#b0b0b0", linewidth=0.4)
