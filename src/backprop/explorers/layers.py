"""The layers explorer: the matrices of a network at scale, and its parameters (chapter 6)."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, ClassVar

import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from backprop.explorers.base import BadValue, Explorer, Whole, front_end
from backprop.explorers.png import as_png

MOST_LAYERS, MOST_UNITS = 4, 1000
_BLUE, _ORANGE = "#2f7ebc", "#d9760a"


class Sizes(traitlets.TraitType[tuple[int, ...], Any]):
    """The units of each layer, the input first: two to five integers from 1 to 1,000."""

    def __init__(self, default: tuple[int, ...]) -> None:
        super().__init__(default)
        self.tag(sync=True)

    def validate(self, obj: Any, value: Any) -> tuple[int, ...]:
        """Return Python integers."""
        numbers = list(value) if isinstance(value, Iterable) else []
        try:
            units = Whole(1, 1, MOST_UNITS)
            sizes = tuple(units.validate(obj, number) for number in numbers)
        except BadValue:
            sizes = ()
        if not 2 <= len(sizes) <= MOST_LAYERS + 1:
            raise BadValue(
                f"{self.name} must be 2 to {MOST_LAYERS + 1} integers from 1 to {MOST_UNITS}, "
                f"the input first, not {value!r}"
            )
        return sizes


class LayersExplorer(Explorer):
    """For each layer the product W a + b = z as rectangles at scale, and what it has to learn.

    The reader moves the number of layers, the units of each and of the input, `sizes`, and the
    number of examples m; a slider offers the sizes in `choices`. A value out of range raises
    `BadValue`, a ValueError.
    """

    sizes = Sizes((5, 6, 3, 1))
    m = Whole(1, 1, 32)
    choices: traitlets.List[int] = traitlets.List(read_only=True).tag(sync=True)
    presets: traitlets.List[Any] = traitlets.List(read_only=True).tag(sync=True)
    limits: traitlets.List[int] = traitlets.List(read_only=True).tag(sync=True)

    _esm, _css = front_end("layers")
    _moves = ("sizes", "m")
    _presets: ClassVar = [(3, 2, 1), (5, 6, 3, 1), (784, 30, 10)]

    @traitlets.default("choices")
    def _choices(self) -> list[int]:
        return [*range(1, 13), 16, 20, 30, 50, 64, 100, 128, 256, 512, 784, 1000]

    @traitlets.default("presets")
    def _preset_sizes(self) -> list[list[int]]:
        return [list(sizes) for sizes in self._presets]

    @traitlets.default("limits")
    def _most(self) -> list[int]:
        return [MOST_LAYERS, self.traits()["m"].most]

    @property
    def parameters(self) -> list[int]:
        """The weights and biases of each layer: n rows of p weights and a bias."""
        return [n * (p + 1) for p, n in pairwise(self.sizes)]

    @property
    def shapes(self) -> list[dict[str, tuple[int, int]]]:
        """The shapes of W, a before the layer, b, z and a after it, for each layer."""
        return [
            {"W": (n, p), "before": (p, self.m), "b": (n, 1), "z": (n, self.m), "a": (n, self.m)}
            for p, n in pairwise(self.sizes)
        ]

    def describe(self) -> str:
        """Say in a sentence what the explorer shows at its present values."""
        counts = self.parameters
        sizes = "-".join(map(str, self.sizes))
        terms = f" ({' + '.join(f'{count:,}' for count in counts)})" if len(counts) > 1 else ""
        examples = "one example" if self.m == 1 else f"{self.m} examples"
        return f"A {sizes} network for {examples} has {sum(counts):,} parameters{terms}."

    def png(self) -> bytes:
        """Draw the product of each layer, all at one scale."""
        shapes = self.shapes
        unit = _unit(shapes)
        heights = [unit * max(shape[0] for shape in layer.values()) + 0.75 for layer in shapes]
        figure = Figure(figsize=(7, sum(heights) + 0.3))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, 7), ylim=(sum(heights) + 0.3, 0))
        axes.axis("off")
        top = 0.3
        for l, (layer, height) in enumerate(zip(shapes, heights, strict=True), 1):
            _draw(axes, l, layer, unit, top)
            top += height
        axes.text(0.1, 0.12, self.describe(), va="center", fontsize=9)
        return as_png(figure)


def _unit(shapes: list[dict[str, tuple[int, int]]]) -> float:
    """Return the inches of a row or column, so that the widest and the tallest layer fit."""
    across = max(sum(shape[1] for shape in layer.values()) for layer in shapes)
    tallest = max(max(shape[0] for shape in layer.values()) for layer in shapes)
    return min(0.16, 3.2 / across, 2.6 / tallest)


def _draw(axes: Axes, l: int, layer: dict[str, tuple[int, int]], unit: float, top: float) -> None:
    """Draw W a + b = z, then a, each with its name and shape below."""
    names = {
        "W": f"W^{{[{l}]}}",
        "before": f"a^{{[{l - 1}]}}",
        "b": f"b^{{[{l}]}}",
        "z": f"z^{{[{l}]}}",
        "a": f"a^{{[{l}]}}",
    }
    signs = {"W": r"$\cdot$", "before": "+", "b": "=", "z": r"$\rightarrow$", "a": ""}
    height = unit * max(shape[0] for shape in layer.values())
    left = 0.1
    for key, (rows, columns) in layer.items():
        wide, high = max(unit * columns, 0.03), max(unit * rows, 0.03)
        room = max(wide, 0.5)
        colour = _BLUE if key in {"W", "b"} else _ORANGE
        place = (left + (room - wide) / 2, top + (height - high) / 2)
        axes.add_patch(Rectangle(place, wide, high, facecolor=colour, alpha=0.45))
        axes.add_patch(Rectangle(place, wide, high, fill=False, edgecolor=colour))
        below, middle = top + height + 0.05, left + room / 2
        axes.text(middle, below, f"${names[key]}$", ha="center", va="top", fontsize=9)
        shape = f"{rows} × {columns}"
        axes.text(middle, below + 0.2, shape, ha="center", va="top", fontsize=8)
        axes.text(left + room + 0.15, top + height / 2, signs[key], ha="center", va="center")
        left += room + 0.3
