"""The axes of a figure that moves: drawn once, and again only where they have changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.figure import Figure

_DEFINED = ("_glyph_map", "_markers", "_clipd")  # where a renderer notes what it has defined


class KeptAxes:
    """The axes of a figure, which take four fifths of the time in which `page_svg` draws it.

    In it as a context, `page_svg` writes them as in the time before where nothing has changed. What
    changes the figure has to happen in the context `watched`. Plots that are not plane rectangles
    are left alone: what theirs show depends on more than themselves.
    """

    def __init__(self, figure: Figure) -> None:
        plots = [axes for axes in figure.axes if axes.name == "rectilinear"]
        self._kept = [_Kept(axis) for axes in plots for axis in (axes.xaxis, axes.yaxis)]

    def __enter__(self) -> "KeptAxes":
        for kept in self._kept:
            kept.axis.draw = kept.draw
        return self

    def __exit__(self, *_: object) -> None:
        for kept in self._kept:
            del kept.axis.draw

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Notice which axes change inside."""
        for kept in self._kept:
            for artist in kept.parts:
                artist.stale = False
        yield
        for kept in self._kept:
            kept.changed |= any(artist.stale for artist in kept.parts)


class _Kept:
    """An axis and what it has written."""

    def __init__(self, axis: Any) -> None:
        self.axis = axis
        self.parts: list[Any] = []  # itself, its ticks, labels and lines
        self.changed = True
        self._draw = axis.draw
        self._place: object = None
        self._text = ""
        self._defined: dict[str, dict[Any, Any]] = {}

    def draw(self, renderer: Any) -> None:
        """Stand for the `draw` of the axis."""
        place = self.axis.axes.bbox.bounds, tuple(self.axis.get_view_interval())
        renderer.writer.comment("axis")  # closes what is open, so that a text begins here
        if self.changed or place != self._place:
            self._write(renderer)
            self.changed, self._place = False, place
        else:
            renderer.file.write(self._text)
        for name, new in self._defined.items():
            getattr(renderer, name).update(new)

    def _write(self, renderer: Any) -> None:
        """Draw the axis as if nothing had been defined before it, and keep what it writes."""
        before = {name: getattr(renderer, name) for name in _DEFINED}
        vars(renderer).update({name: {} for name in _DEFINED})
        start = renderer.file.tell()
        self._draw(renderer)
        self._text = renderer.file.getvalue()[start:]
        self._defined = {name: getattr(renderer, name) for name in _DEFINED}
        vars(renderer).update(before)
        self.parts = self.axis.findobj()
