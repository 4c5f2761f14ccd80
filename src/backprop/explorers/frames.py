"""The frames explorer: any Matplotlib figure as a function of one or two sliders."""

import base64
import gzip
import itertools
import json
import math
import numbers
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import traitlets
from matplotlib.figure import Figure

from backprop.explorers.base import BadValue, Explorer, front_end
from backprop.explorers.kept_axes import KeptAxes
from backprop.explorers.png import as_png
from backprop.explorers.svg import page_svg

_MOST_FRAMES = 1000
_HYPHEN = re.compile(r"(?<!\S)-(?=[\d.])")  # written for a minus


class Choice(traitlets.TraitType[float, Any]):
    """One of the increasing `values` of a slider; a number between them takes the nearest."""

    def __init__(self, values: list[float]) -> None:
        super().__init__(values[len(values) // 2])
        self.values = values
        self.tag(sync=True)

    def validate(self, obj: Any, value: Any) -> float:
        """Return the nearest of the values."""
        low, high = self.values[0], self.values[-1]
        real = isinstance(value, numbers.Real) and not isinstance(value, bool)
        if not real or not low <= value <= high:
            raise BadValue(f"{self.name} must be a number from {low} to {high}, not {value!r}")
        return min(self.values, key=lambda choice: abs(choice - value))


class FramesExplorer(Explorer):
    """A Matplotlib figure that follows one or two sliders.

    `update` gets the value of each slider by its name, changes the artists of `figure`, and
    returns the sentence that says what is now to be seen: it stands below the picture and is what
    a screen reader speaks. `alt` says what the figure shows at all. Each further argument names a
    slider and gives its values, at least two increasing numbers. The trait of that name starts at
    the middle value; a number set to it is rounded to the nearest value.

        point, = axes.plot([0], [0.5], "o")

        def update(z):
            point.set_data([z], [sigmoid(z)])
            return f"At z = {z:.1f}, sigma is {sigmoid(z):.3f}."

        FramesExplorer(figure, update, alt="The sigmoid and a point on it.", z=range(-6, 7))

    All combinations, at most 1,000, are drawn once, here; the page swaps the pictures. Raises a
    ValueError that names the argument where the sliders or the sentences are not of this form.
    """

    alt = traitlets.Unicode(read_only=True).tag(sync=True)
    sliders: traitlets.List[Any] = traitlets.List(read_only=True).tag(sync=True)
    sentences: traitlets.List[str] = traitlets.List(read_only=True).tag(sync=True)
    frames = traitlets.Unicode(read_only=True).tag(sync=True)
    size: traitlets.List[float] = traitlets.List(read_only=True).tag(sync=True)

    _esm, _css = front_end("frames")

    def __init__(
        self,
        figure: Figure,
        update: Callable[..., str],
        *,
        alt: str,
        **sliders: Iterable[float],
    ) -> None:
        if not isinstance(figure, Figure):
            raise TypeError(f"figure must be a Matplotlib figure, not {figure!r}")
        alt = _sentence(alt, "alt")
        values = _checked(sliders)
        self.add_traits(**{name: Choice(choices) for name, choices in values.items()})
        self._moves = tuple(values)
        super().__init__()
        self._figure, self._update = figure, update
        pictures, sentences = self._draw_all(values)
        self.set_trait("alt", alt)
        self.set_trait("sliders", [_slider(name, choices) for name, choices in values.items()])
        self.set_trait("sentences", sentences)
        self.set_trait("frames", _pack(pictures))
        self.set_trait("size", figure.get_size_inches().tolist())

    def _draw_all(self, values: Mapping[str, list[float]]) -> tuple[list[str], list[str]]:
        plt.close(self._figure)  # or the notebook shows it a second time
        axes = KeptAxes(self._figure)
        pictures: list[str] = []
        sentences: list[str] = []
        for combination in itertools.product(*values.values()):
            at = dict(zip(values, combination, strict=True))
            with axes.watched():
                sentence = self._update(**at)
            sentences.append(_sentence(sentence, f"what update returns at {at}"))
            if not pictures:  # lay out once, so that nothing jumps from frame to frame
                self._figure.draw_without_rendering()
                self._figure.set_layout_engine("none")
            with axes:
                pictures.append(page_svg(self._figure))
        return pictures, sentences

    def describe(self) -> str:
        """Return the alternative text and the sentence of the present frame."""
        return f"{self.alt} {_sentence(self._update(**self.value), 'what update returns')}"

    def png(self) -> bytes:
        """Draw the present frame."""
        self._update(**self.value)
        return as_png(self._figure)


def _checked(sliders: Mapping[str, Iterable[float]]) -> dict[str, list[float]]:
    if not 1 <= len(sliders) <= 2:
        raise ValueError(f"sliders: one or two are allowed, not {len(sliders)} {list(sliders)}")
    values = {name: _choices(name, choices) for name, choices in sliders.items()}
    frames = math.prod(len(choices) for choices in values.values())
    if frames > _MOST_FRAMES:
        raise ValueError(f"sliders: at most {_MOST_FRAMES} frames are allowed, not {frames}")
    return values


def _choices(name: str, values: Iterable[float]) -> list[float]:
    if hasattr(FramesExplorer, name):
        raise ValueError(f"{name} cannot name a slider, since every explorer has a {name}")
    array = np.asarray(list(values) if isinstance(values, Iterable) else values)
    if array.ndim != 1 or len(array) < 2 or array.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be at least two numbers, not {values!r}")
    if not np.isfinite(array).all() or not (np.diff(array) > 0).all():
        raise ValueError(f"{name} must be finite numbers that increase, not {values!r}")
    return list(array.tolist())


def _sentence(text: Any, what: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{what} must be a sentence, not {text!r}")
    return _HYPHEN.sub("−", text)


def _slider(name: str, values: list[float]) -> dict[str, Any]:
    """Return what the browser needs; the texts are right to a fiftieth of the smallest step."""
    error = min(np.diff(values)) / 50
    decimals = next(
        k for k in itertools.count() if np.allclose(np.round(values, k), values, rtol=0, atol=error)
    )
    texts = [f"{value:.{decimals}f}".replace("-", "−") for value in values]
    return {"name": name, "label": name.replace("_", " "), "values": values, "texts": texts}


def _pack(pictures: list[str]) -> str:
    """Compress pictures that have most lines in common: each line once, each picture as indices."""
    lines = {line: None for picture in pictures for line in picture.split("\n")}
    index = {line: k for k, line in enumerate(lines)}
    rows = [[index[line] for line in picture.split("\n")] for picture in pictures]
    packed = gzip.compress(json.dumps([list(lines), rows], separators=(",", ":")).encode(), mtime=0)
    return base64.b64encode(packed).decode()
