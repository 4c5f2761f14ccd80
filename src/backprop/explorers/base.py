"""What every explorer shares: its front end, its checked traits, its picture for print."""

import base64
import math
import operator
from pathlib import Path
from typing import Any

import anywidget
import traitlets

_FOLDER = Path(__file__).parent


def front_end(
    name: str, folder: Path = _FOLDER, parts: tuple[str, ...] = ("common",)
) -> tuple[str, str]:
    """Return the module and the style sheet of an explorer: the shared parts, then its own.

    `folder` holds `name`.js, which exports `default {render}` and may use what the `parts` beside
    `common.js` declare. Each may have a style sheet beside it.
    """
    stems = [*(_FOLDER / part for part in parts), folder / name]
    module = [stem.with_suffix(".js").read_text(encoding="utf-8") for stem in stems]
    sheets = [stem.with_suffix(".css") for stem in stems]
    styles = [sheet.read_text(encoding="utf-8") for sheet in sheets if sheet.exists()]
    return "\n".join(module), "\n".join(styles)


class BadValue(traitlets.TraitError, ValueError):
    """A trait was given what it does not allow."""


class Whole(traitlets.TraitType[int, Any]):
    """An integer trait from `least` to `most` that the reader moves; refuses with `BadValue`."""

    def __init__(self, default: int, least: int, most: float = math.inf) -> None:
        super().__init__(default)
        self.least, self.most = least, most
        self.tag(sync=True)

    def validate(self, obj: Any, value: Any) -> int:
        """Return the value as a Python integer."""
        try:
            number = operator.index(value)
        except TypeError:
            number = None
        if number is None or isinstance(value, bool) or not self.least <= number <= self.most:
            upper = "up" if self.most == math.inf else f"to {self.most}"
            raise BadValue(
                f"{self.name} must be an integer from {self.least} {upper}, not {value!r}"
            )
        return number


class Explorer(anywidget.AnyWidget):
    """A widget that draws in the browser, with words and a PNG for where there is none.

    A subclass sets `_esm, _css = front_end(...)`, names in `_moves` the traits that the reader
    moves, and defines `describe` and `png`. Those traits together are `value`, so that
    `interactive_output` and `observe(..., "value")` work as on any other ipywidget.
    """

    value: "traitlets.Dict[str, Any]" = traitlets.Dict(read_only=True)

    _moves: tuple[str, ...] = ()

    def __init__(self, **values: Any) -> None:
        for name in values:
            if not self.has_trait(name):
                raise TypeError(f"{name} is not one of {', '.join(self._moves)}")
        super().__init__(**values)
        self._collect()
        self.observe(self._collect, names=list(self._moves))

    def _collect(self, _change: Any = None) -> None:
        self.set_trait("value", {name: getattr(self, name) for name in self._moves})

    def describe(self) -> str:
        """Say in a sentence what the explorer shows at its present values."""
        raise NotImplementedError

    def png(self) -> bytes:
        """Draw the present state for print; the same state gives the same bytes."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """Return the values that the reader moves, and no address."""
        values = ", ".join(f"{name}={value!r}" for name, value in self.value.items())
        return f"{type(self).__name__}({values})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        words = {"text/plain": self.describe(), "image/png": base64.b64encode(self.png()).decode()}
        return data | words, metadata
