"""The convolution explorer: where a filter's windows fall (chapter 13)."""

from typing import Any, ClassVar

import numpy as np
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from backprop.explorers.base import BadValue, Explorer, Whole, front_end
from backprop.explorers.png import as_png
from backprop.geometry import coverage_2d, output_size, span, window

_BLUE, _ORANGE = "#2f7ebc", "#d9760a"


class ConvExplorer(Explorer):
    """The windows of an f x f filter on a padded n x n input, and the output that they make.

    The reader moves n, f, padding, stride and dilation, and chooses the output cell (row, column),
    numbered from 0, whose window is shown. Where no window fits, the explorer says so. A value
    outside its range, or a cell outside the output, raises `BadValue`, a ValueError.
    """

    n = Whole(6, 1, 12)
    f = Whole(3, 1, 7)
    padding = Whole(0, 0, 4)
    stride = Whole(1, 1, 5)
    dilation = Whole(1, 1, 3)
    row = Whole(0, 0)
    column = Whole(0, 0)
    sliders: traitlets.List[Any] = traitlets.List(read_only=True).tag(sync=True)

    _esm, _css = front_end("conv")
    _labels: ClassVar = {
        "n": "input size n",
        "f": "filter size f",
        "padding": "padding p",
        "stride": "stride s",
        "dilation": "dilation d",
    }
    _moves = (*_labels, "row", "column")

    @property
    def geometry(self) -> dict[str, Any]:
        """The keyword arguments of `backprop.geometry.output_size`."""
        return {name: getattr(self, name) for name in self._labels}

    @property
    def size(self) -> int | None:
        """The rows and columns of the output; None where no window fits."""
        fits = span(self.f, dilation=self.dilation) <= self.n + 2 * self.padding
        return output_size(**self.geometry) if fits else None

    def describe(self) -> str:
        """Say in a sentence what the explorer shows at its present values."""
        result = f"a {self.size} x {self.size} output" if self.size else "no output: no window fits"
        return (
            f"A {self.n} x {self.n} input with padding {self.padding} and a {self.f} x {self.f} "
            f"filter with stride {self.stride} and dilation {self.dilation} give {result}."
        )

    def png(self) -> bytes:
        """Draw both grids, the counts of the windows, and the chosen window."""
        size, padded = self.size or 0, self.n + 2 * self.padding
        ratio = padded / (padded + max(size, 1) + 1)
        figure = Figure(figsize=(7, 7 * ratio + 0.6), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(padded, max(size, 1)))
        self._draw_input(left)
        if size:
            _grid(right, 0, size, f"output {size} × {size}")
            right.add_patch(Rectangle((self.column, self.row), 1, 1, color=_ORANGE))
        else:
            right.set(frame_on=False, xticks=[], yticks=[], title="no window fits")
        return as_png(figure, bbox_inches="tight")

    def _draw_input(self, axes: Axes) -> None:
        first, padded = -self.padding, self.n + 2 * self.padding
        _grid(axes, first, first + padded, f"input {self.n} × {self.n}, padding {self.padding}")
        hatch = Rectangle((first, first), padded, padded, fill=False, hatch="///", edgecolor="0.8")
        axes.add_patch(hatch)
        axes.add_patch(Rectangle((0, 0), self.n, self.n, facecolor="white", edgecolor="black"))
        if self.size is None:
            return
        counts = coverage_2d(**self.geometry)
        for (row, column), count in np.ndenumerate(counts):
            shade = 0.55 * count / max(counts.max(), 1)
            axes.add_patch(Rectangle((column, row), 1, 1, color=_BLUE, alpha=shade, linewidth=0))
            axes.text(column + 0.5, row + 0.5, str(count), ha="center", va="center")
        filters = {name: getattr(self, name) for name in ("f", "padding", "stride", "dilation")}
        for row in window(self.row, **filters):
            for column in window(self.column, **filters):
                axes.add_patch(
                    Rectangle((column, row), 1, 1, fill=False, edgecolor=_ORANGE, lw=3, zorder=3)
                )

    @traitlets.default("sliders")
    def _ranges(self) -> list[dict[str, Any]]:
        """Hand the ranges of the traits to the browser, so that they are written once."""
        traits = self.traits()
        return [
            {"name": name, "label": label, "min": traits[name].least, "max": traits[name].most}
            for name, label in self._labels.items()
        ]

    @traitlets.validate("row", "column")
    def _inside(self, proposal: Any) -> int:
        if proposal["value"] >= (self.size or 1):
            raise BadValue(
                f"{proposal['trait'].name} must be less than {self.size or 1}, "
                f"the size of the output, not {proposal['value']}"
            )
        return int(proposal["value"])

    @traitlets.observe(*_labels)
    def _stay_inside(self, _change: Any) -> None:
        last = (self.size or 1) - 1
        with self.hold_sync():
            self.row, self.column = min(self.row, last), min(self.column, last)


def _grid(axes: Axes, first: int, stop: int, title: str) -> None:
    """Rule a square of cells numbered from `first` to `stop` - 1, with row 0 on top."""
    axes.set(xlim=(first, stop), ylim=(stop, first), aspect="equal", title=title)
    axes.set_xticks(range(first, stop + 1), labels=[])
    axes.set_yticks(range(first, stop + 1), labels=[])
    axes.grid(color="0.8")
    axes.tick_params(length=0)
