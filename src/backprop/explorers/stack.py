"""The stack explorer: what each layer of a convolutional network makes and costs (chapter 13)."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import traitlets
from matplotlib.figure import Figure

from backprop.explorers.base import BadValue, Explorer, Whole, front_end
from backprop.explorers.png import as_png
from backprop.geometry import (
    Sliding,
    multiplications,
    output_size,
    parameters,
    receptive_field,
    span,
)

Layer = dict[str, Any]

MOST_LAYERS, MOST_SIZE, MOST_CHANNELS = 12, 512, 512
RANGES = {
    "f": (1, 11),
    "padding": (0, 5),
    "stride": (1, 5),
    "dilation": (1, 4),
    "filters": (1, MOST_CHANNELS),
}
FIELDS = {"convolution": tuple(RANGES), "pooling": ("f", "stride")}
"""What a layer of each kind is given; a pooling that is not given its stride has f."""

_DEFAULTS = {"padding": 0, "stride": 1, "dilation": 1}


def convolution(filters: int, f: int, **more: int) -> Layer:
    """Return a convolution for a stack: K filters f x f, and perhaps padding, stride, dilation."""
    return {"kind": "convolution", "f": f, "filters": filters, **more}


def pooling(f: int, **more: int) -> Layer:
    """Return a pooling f x f for a stack, whose stride is f unless another one is given."""
    return {"kind": "pooling", "f": f, **more}


_VGG = [
    layer
    for filters, count in ((64, 2), (128, 2), (256, 3))
    for layer in [*[convolution(filters, 3, padding=1)] * count, pooling(2)]
]
PRESETS: dict[str, dict[str, Any]] = {
    "digits": {
        "n": 8,
        "channels": 1,
        "layers": [
            convolution(8, 3, padding=1),
            pooling(2),
            convolution(16, 3, padding=1),
            pooling(2),
        ],
    },
    "like LeNet-5": {
        "n": 32,
        "channels": 1,
        "layers": [
            convolution(6, 5),
            pooling(2),
            convolution(16, 5),
            pooling(2),
            convolution(120, 5),
        ],
    },
    "like VGG": {"n": 224, "channels": 3, "layers": _VGG},
}


class Row(NamedTuple):
    """What stands after a layer, along each of two equal axes, and what the layer costs."""

    size: int
    channels: int
    field: int
    jump: int
    parameters: int
    multiplications: int


class Layers(traitlets.TraitType[list[Layer], Any]):
    """Up to twelve layers, each a mapping as `convolution` and `pooling` make it."""

    def __init__(self) -> None:
        super().__init__([])
        self.tag(sync=True)

    def validate(self, obj: Any, value: Any) -> list[Layer]:
        """Return complete layers, their numbers Python integers."""
        if not isinstance(value, (list, tuple)) or len(value) > MOST_LAYERS:
            given = f"{len(value)} of them" if isinstance(value, (list, tuple)) else repr(value)
            raise BadValue(f"{self.name} must be a list of at most {MOST_LAYERS}, not {given}")
        return [_layer(obj, f"{self.name}[{k}]", layer) for k, layer in enumerate(value)]


def _layer(obj: Any, name: str, layer: Any) -> Layer:
    kind = layer.get("kind") if isinstance(layer, Mapping) else None
    fields = FIELDS.get(str(kind), ())
    if not fields or "f" not in layer or not {"kind", *fields} >= set(layer):
        raise BadValue(
            f"{name} must be a convolution with {', '.join(FIELDS['convolution'])} or a pooling "
            f"with {', '.join(FIELDS['pooling'])}, not {layer!r}"
        )
    defaults = _DEFAULTS | ({"stride": layer["f"]} if kind == "pooling" else {})
    complete = {"kind": kind}
    for field in fields:
        trait = Whole(0, *RANGES[field])
        trait.name = f"{name}[{field!r}]"
        complete[field] = trait.validate(obj, layer.get(field, defaults.get(field)))
    return complete


class StackExplorer(Explorer):
    """A stack of convolutions and poolings on an n x n image, and a table of what each layer does.

    Parameters
    ----------
    n, channels
        The rows, which are also the columns, and the channels of the input, each from 1 to 512.
    layers
        At most twelve, made by `convolution` and `pooling`; f from 1 to 11, padding to 5, stride
        from 1 to 5, dilation to 4, filters to 512. By default the small network for the digits.
        `StackExplorer(**PRESETS["like VGG"])` starts with another of `PRESETS`.

    A layer into which no window fits ends the table, and the explorer says why. What is not such
    a layer, or a number outside its range, raises `BadValue`, a ValueError.
    """

    n = Whole(8, 1, MOST_SIZE)
    channels = Whole(1, 1, MOST_CHANNELS)
    layers = Layers()
    presets: traitlets.List[Any] = traitlets.List(read_only=True).tag(sync=True)
    limits: "traitlets.Dict[str, Any]" = traitlets.Dict(read_only=True).tag(sync=True)

    _esm, _css = front_end("stack")
    _moves = ("n", "channels", "layers")

    def __init__(self, n: int = 8, channels: int = 1, layers: Sequence[Layer] | None = None):
        if layers is None:
            layers = PRESETS["digits"]["layers"]
        super().__init__(n=n, channels=channels, layers=layers)

    @property
    def rows(self) -> list[Row]:
        """What stands in the table: the input, then each layer until no window fits."""
        rows, slides = [Row(self.n, self.channels, 1, 1, 0, 0)], []
        for layer in self.layers:
            below = rows[-1]
            slide = {name: layer.get(name, _DEFAULTS[name]) for name in _DEFAULTS}
            if _too_wide(layer["f"], below.size, slide):
                break
            slides.append(Sliding(layer["f"], **slide))
            field = receptive_field(slides)
            size = output_size(below.size, layer["f"], **slide)
            if layer["kind"] == "pooling":
                rows.append(Row(size, below.channels, field.size, field.jump, 0, 0))
                continue
            K, shape = layer["filters"], (below.channels, below.size, below.size)
            learned = parameters(below.channels, K, layer["f"])
            products = multiplications(shape, K, layer["f"], **slide)
            rows.append(Row(size, K, field.size, field.jump, learned, products))
        return rows

    def describe(self) -> str:
        """Say in a sentence what the explorer shows at its present values."""
        rows = self.rows
        last, reached = rows[-1], len(rows) - 1
        if reached < len(self.layers):
            return _misfit(reached + 1, self.layers[reached], last.size)
        learned, products = (sum(row[k] for row in rows) for k in (4, 5))
        return (
            f"{_many(reached, 'layer')}: {_volume(rows[0])} becomes {_volume(last)}, receptive "
            f"field {last.field}, stride product {last.jump}; {_many(learned, 'parameter')}, "
            f"{_many(products, 'multiplication')}."
        )

    def png(self) -> bytes:
        """Draw the table."""
        rows = self.rows
        figure = Figure(figsize=(7, 0.25 * (len(rows) + 3)))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, 7), ylim=(len(rows) + 2, -1))
        axes.axis("off")
        names = ["input", *[f"{k} {layer['kind']}" for k, layer in enumerate(self.layers, 1)]]
        lines = [["layer", "output", "field", "stride product", "parameters", "multiplications"]]
        for name, row in zip(names, rows, strict=False):
            lines.append([name, _volume(row), *(f"{number:,}" for number in row[2:])])
        for k, line in enumerate(lines):
            weight = "normal" if k else "bold"
            for place, text in zip((0.1, 2.6, 3.2, 4.4, 5.4, 6.9), line, strict=True):
                side = "left" if text == line[0] else "right"
                axes.text(place, k - 0.4, text, ha=side, weight=weight, fontsize=8)
        words = textwrap.fill(self.describe(), 90)
        axes.text(0.1, len(lines) - 0.2, words, va="top", fontsize=8)
        return as_png(figure)

    @traitlets.default("presets")
    def _presets(self) -> list[dict[str, Any]]:
        layers = self.traits()["layers"]
        return [
            {"name": name, **preset, "layers": layers.validate(self, preset["layers"])}
            for name, preset in PRESETS.items()
        ]

    @traitlets.default("limits")
    def _limits(self) -> dict[str, Any]:
        """Hand the ranges to the browser, so that they are written once."""
        sizes = {"n": (1, MOST_SIZE), "channels": (1, MOST_CHANNELS)}
        return {"layers": MOST_LAYERS, "fields": FIELDS, "ranges": {**sizes, **RANGES}}


def _too_wide(f: int, n: int, slide: dict[str, int]) -> bool:
    return span(f, dilation=slide["dilation"]) > n + 2 * slide["padding"]


def _misfit(number: int, layer: Layer, n: int) -> str:
    """Say why no window fits, with the numbers."""
    wide, p = span(layer["f"], dilation=layer.get("dilation", 1)), layer.get("padding", 0)
    room = f"padded input only {n} + 2·{p} = {n + 2 * p}" if p else f"input has only {n}"
    return f"No window fits in layer {number}: it spans {_many(wide, 'cell')}, the {room}."


def _volume(row: Row) -> str:
    return f"{row.size} × {row.size} × {row.channels}"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
