"""The filter explorer: nine numbers slide over a small picture (chapter 12)."""

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from backprop._arrays import FloatArray, as_floats
from backprop.convolution import conv2d
from backprop.datasets import load_digits
from backprop.explorers.base import BadValue, Explorer, Whole, front_end
from backprop.explorers.png import as_png
from backprop.geometry import output_shape

Rows = tuple[tuple[float, ...], ...]

MOST_VALUE, MOST_WEIGHT, LEAST_SIDE, MOST_SIDE, MOST_NUMBERED = 10**6, 100, 3, 24, 12

FILTERS: dict[str, Rows] = {
    "identity": ((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "mean": ((1 / 9,) * 3,) * 3,
    "vertical edges": ((1, 0, -1),) * 3,
    "horizontal edges": ((1, 1, 1), (0, 0, 0), (-1, -1, -1)),
    "Sobel vertical": ((1, 0, -1), (2, 0, -2), (1, 0, -1)),
    "Sobel horizontal": ((1, 2, 1), (0, 0, 0), (-1, -2, -1)),
    "Laplacian": ((0, 1, 0), (1, -4, 1), (0, 1, 0)),
    "sharpen": ((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
}

_SIGNED = LinearSegmentedColormap.from_list("signed", ["#d9760a", "white", "#2f7ebc"])
_GREY = LinearSegmentedColormap.from_list("grey", ["#d9760a", "black", "white"])


class Grid(traitlets.TraitType[Rows, Any]):
    """Rows of finite numbers that a rule allows; `allowed` says in words which those are."""

    def __init__(self, rule: Callable[[FloatArray], bool], allowed: str) -> None:
        super().__init__()
        self._rule, self._allowed = rule, allowed
        self.tag(sync=True)

    def validate(self, obj: Any, value: Any) -> Rows:
        """Return floats."""
        try:
            numbers = as_floats(value, str(self.name)).astype(np.float64)
        except (TypeError, ValueError):
            raise self._refusal(repr(value)) from None
        if not np.isfinite(numbers).all():
            raise self._refusal("infinite or NaN")
        if not self._rule(numbers):
            largest = f", up to {np.abs(numbers).max():g} in size" if numbers.size else ""
            raise self._refusal(f"an array of shape {numbers.shape}{largest}")
        return tuple(map(tuple, numbers.tolist()))

    def _refusal(self, given: str) -> BadValue:
        return BadValue(f"{self.name} must be {self._allowed}, not {given}")


class Named(Grid):
    """The same, or the name of one of `FILTERS`."""

    def validate(self, obj: Any, value: Any) -> Rows:
        """Return floats."""
        return super().validate(obj, FILTERS.get(value, value) if isinstance(value, str) else value)


class Flag(traitlets.TraitType[bool, Any]):
    """True or False."""

    def validate(self, obj: Any, value: Any) -> bool:
        """Return the value."""
        if not isinstance(value, bool):
            raise BadValue(f"{self.name} must be True or False, not {value!r}")
        return value


def _is_filter(numbers: FloatArray) -> bool:
    return numbers.shape == (3, 3) and bool(np.abs(numbers).max() <= MOST_WEIGHT)


def _is_picture(numbers: FloatArray) -> bool:
    sides = numbers.shape
    fits = len(sides) == 2 and min(sides) >= LEAST_SIDE and max(sides) <= MOST_SIDE
    return fits and bool(np.abs(numbers).max() <= MOST_VALUE)


class FilterExplorer(Explorer):
    """A 3 x 3 filter on a small picture: input, output, and the nine products of an output cell.

    Parameters
    ----------
    image
        2-D, with 3 to 24 rows and columns of numbers from -1e6 to 1e6; by default a handwritten 0,
        8 x 8, of whole numbers from 0 to 16.
    filter
        The name of one of `FILTERS`, or 3 x 3 numbers from -100 to 100.
    padding
        0, or 1 for a border of zeros.
    flipped
        False for cross-correlation, True for true convolution, which turns the filter by 180°.
    row, column
        The output cell, from 0, whose products are shown.

    A value outside its range raises `BadValue`, a ValueError.
    """

    image = Grid(
        _is_picture,
        f"numbers up to {MOST_VALUE:,} in size, in {LEAST_SIDE} to {MOST_SIDE} rows and columns",
    )
    filter = Named(
        _is_filter,
        f"3 x 3 numbers from -{MOST_WEIGHT} to {MOST_WEIGHT}, or one of {', '.join(FILTERS)}",
    )
    padding = Whole(0, 0, 1)
    flipped = Flag(False).tag(sync=True)
    row = Whole(0, 0)
    column = Whole(0, 0)
    presets: traitlets.List[Any] = traitlets.List(read_only=True).tag(sync=True)
    most = traitlets.Int(MOST_WEIGHT, read_only=True).tag(sync=True)

    _esm, _css = front_end("filter")
    _moves = ("filter", "padding", "flipped", "row", "column")

    def __init__(
        self,
        image: ArrayLike | None = None,
        filter: str | ArrayLike = "vertical edges",
        **values: Any,
    ) -> None:
        if image is None:
            image = np.round(16 * load_digits()[0].images[0])
        super().__init__(image=image, filter=filter, **values)

    @property
    def output(self) -> FloatArray:
        """What `backprop.convolution.conv2d` makes of the image."""
        w = np.array(self.filter)[:: -1 if self.flipped else 1, :: -1 if self.flipped else 1]
        x = np.array(self.image)
        z: FloatArray = conv2d(x[None, None], w[None, None], padding=self.padding)[0, 0]
        return z

    def describe(self) -> str:
        """Say in a sentence what the explorer shows at its present values."""
        result = self.output
        names = [name for name, rows in FILTERS.items() if np.array_equal(rows, self.filter)]
        numbers = "; ".join(" ".join(f"{weight:g}" for weight in row) for row in self.filter)
        name = f"“{names[0]}”" if names else f"[{numbers}]"
        operation = "true convolution" if self.flipped else "cross-correlation"
        return (
            f"The filter {name} by {operation} with padding {self.padding}: "
            f"input {_by(np.shape(self.image))}, output {_by(result.shape)} with "
            f"values from {result.min():.4g} to {result.max():.4g}. "
            f"Output ({self.row}, {self.column}) is {result[self.row, self.column]:.4g}."
        )

    def png(self) -> bytes:
        """Draw input and output side by side, the chosen cell and its window."""
        picture, result = np.pad(self.image, self.padding), self.output
        columns = picture.shape[1], result.shape[1]
        figure = Figure(figsize=(7, 7 * len(picture) / sum(columns) + 0.4), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=columns)
        grey = max(np.shape(self.image)) > MOST_NUMBERED
        _draw(left, picture, f"input {_by(np.shape(self.image))}", self.padding, grey)
        _draw(right, result, f"output {_by(result.shape)}", 0, grey)
        border: dict[str, Any] = {
            "fill": False,
            "lw": 2.5,
            "edgecolor": "#4a97d6" if grey else "black",
        }
        corner = self.column - 0.5 - self.padding, self.row - 0.5 - self.padding
        left.add_patch(Rectangle(corner, 3, 3, **border))
        right.add_patch(Rectangle((self.column - 0.5, self.row - 0.5), 1, 1, **border))
        return as_png(figure, bbox_inches="tight")

    @traitlets.default("presets")
    def _presets(self) -> list[dict[str, Any]]:
        return [{"name": name, "filter": rows} for name, rows in FILTERS.items()]

    @traitlets.validate("row", "column")
    def _inside(self, proposal: Any) -> int:
        name = proposal["trait"].name
        size = self._shape[name == "column"]
        if proposal["value"] >= size:
            raise BadValue(
                f"{name} must be less than {size}, the {name}s of the output, "
                f"not {proposal['value']}"
            )
        return int(proposal["value"])

    @traitlets.observe("image", "padding")
    def _stay_inside(self, _change: Any) -> None:
        rows, columns = self._shape
        with self.hold_sync():
            self.row, self.column = min(self.row, rows - 1), min(self.column, columns - 1)

    @property
    def _shape(self) -> tuple[int, int]:
        """The rows and columns of the output."""
        return output_shape(np.shape(self.image), 3, padding=self.padding)


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def _draw(axes: Axes, values: FloatArray, title: str, padding: int, grey: bool) -> None:
    """Colour the cells by sign and size, and in colour write their numbers into them."""
    rows, columns = values.shape
    first = -padding - 0.5
    most = np.abs(values).max() or 1
    extent = (first, first + columns, first + rows, first)
    axes.imshow(values, cmap=_GREY if grey else _SIGNED, vmin=-most, vmax=most, extent=extent)
    axes.set(xticks=[], yticks=[], title=title)
    if not grey:
        for (row, column), value in np.ndenumerate(values):
            place = column - padding, row - padding
            axes.text(*place, f"{value:.3g}", ha="center", va="center", fontsize=7)
