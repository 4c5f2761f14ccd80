"""Matplotlib's SVG, made fit to live inside a page of the book."""

import io
import re
from functools import lru_cache
from typing import Any

import matplotlib
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.textpath import text_to_path

_Renderer: Any = RendererSVG  # Matplotlib declares no types for it
_COLOURS = {  # of text, background, grids and the edges of legends
    "#000000": "currentColor",
    "#ffffff": "var(--ex-surface)",
    "#b0b0b0": "var(--ex-line)",
    "#cccccc": "var(--ex-line)",
}
_REMEMBERED = 4096  # lines that the frames of an explorer have in common
_NUMBER = re.compile(r"-?\d+\.\d+")
_COORDINATES = re.compile(r'(?<= )(?:d|x|y)="[^"]*"|translate\([^)]*\)')
_NOT_DRAWN = re.compile(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", re.DOTALL)
_STYLE = re.compile(r' style="([^"]*)"')
_REFERENCE = re.compile(r'(url\(|href=")#([^)"]+)')
_DEFINITIONS = re.compile(r"<defs>\n((?:<path [^>]*/>\n)*)</defs>\n")


def page_svg(figure: Figure) -> str:
    """Return the figure as an SVG element, one tag a line, that takes its colours from the page.

    Black becomes the colour of the page's text, white that of its background, and the grey of
    grids that of its lines. Every id begins
    with `@`, which the page replaces by a prefix of its own. The same figure gives the same text.
    """
    head, body = re.split(r"(?<=version=\"1.1\">)", _svg(figure), maxsplit=1)
    box = re.findall(r'viewBox="[^"]*"', head)[0]
    body = _STYLE.sub(lambda m: _attributes(m[1]), _own_ids(_NOT_DRAWN.sub("", body)))
    for colour, of_the_page in _COLOURS.items():
        body = body.replace(colour, of_the_page)
    body = _COORDINATES.sub(lambda m: _rounded(m[0]), body)
    lines = re.sub(r"\s+", " ", body).replace("> <", ">\n<").strip()
    return f'<svg {box} fill="currentColor" stroke-linejoin="round">\n{_defined_once(lines)}'


def _defined_once(lines: str) -> str:
    """Put the definitions of letters and markers first, each once: kept axes bring their own."""
    found = "".join(_DEFINITIONS.findall(lines)).splitlines(keepends=True)
    return f"<defs>\n{''.join(dict.fromkeys(found))}</defs>\n{_DEFINITIONS.sub('', lines)}"


def _svg(figure: Figure) -> str:
    """Return what `savefig` writes, in half the time: that draws twice, and forgets its texts."""
    with matplotlib.rc_context({"svg.hashsalt": "backprop", "svg.fonttype": "path"}):
        file, dpi = io.StringIO(), figure.dpi
        try:
            figure.dpi = 72
            width, height = figure.get_size_inches() * 72
            renderer = _Renderer(width, height, file, image_dpi=dpi, metadata={"Date": None})
            renderer._text2path = text_to_path  # knows the formulas that it has read
            renderer.file = file  # for axes that are kept
            figure.draw(renderer)
            renderer.finalize()
        finally:
            figure.dpi = dpi
    return file.getvalue()


def _own_ids(svg: str) -> str:
    """Mark the ids that something refers to, and drop the others."""
    used = {target for _, target in _REFERENCE.findall(svg)}
    svg = re.sub(r' id="([^"]*)"', lambda m: f' id="@{m[1]}"' if m[1] in used else "", svg)
    return _REFERENCE.sub(r"\1#@\2", svg).replace("xlink:href", "href")


@lru_cache(_REMEMBERED)
def _attributes(style: str) -> str:
    """Write a style as attributes, which a server that forbids styles in the page lets pass."""
    pairs = (part.split(":", 1) for part in style.split(";") if part.strip())
    values = {name.strip(): value.strip() for name, value in pairs}
    return "".join(f' {name}="{value}"' for name, value in values.items())


@lru_cache(_REMEMBERED)
def _rounded(coordinates: str) -> str:
    """Round to hundredths of a point, which no eye sees; scales and colours stay exact."""
    return _NUMBER.sub(lambda m: f"{float(m[0]):.2f}".rstrip("0").rstrip("."), coordinates)
