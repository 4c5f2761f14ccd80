"""The computational graph at one step, drawn for print."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from backprop.explorers.backprop_graph import LABEL, LINE, PAD, Box, Graph
from backprop.explorers.png import as_png

BLUE, ORANGE, GREY, LIGHT = "#2f7ebc", "#9a4f00", "#5f6b7a", "#c3cad3"
_TEXT: dict[str, Any] = {"va": "center", "fontsize": 7.5, "zorder": 6}
_INSET, _ROUND = 6, 4


def picture(graph: Graph, steps: Sequence[Mapping[str, Any]], now: int) -> bytes:
    """Return a PNG of the wide layout as it stands after some steps, and the last one's formula."""
    step = steps[now]
    lines = [_large(step[part]) for part in ("formula", "numbers", "result") if step[part]]
    width, height = (side / 72 for side in graph.layout(tall=False)["size"])
    below = 0.5 * len(lines)
    figure = Figure(figsize=(width, height + below))
    axes = figure.add_axes((0, below / (height + below), 1, height / (height + below)))
    _draw(axes, graph, {past["slot"]: past["text"] for past in steps[1 : now + 1]}, step)
    for row, line in enumerate(reversed(lines)):
        middle = (0.5 * row + 0.25) / (height + below)
        figure.text(0.5, middle, line, ha="center", va="center", fontsize=11)
    return as_png(figure, bbox_inches="tight")


def _large(tex: str) -> str:
    """Write a line of a formula for Matplotlib: large fractions, and a leading minus as a sign."""
    line = re.sub(r"^(=|\\approx) -", r"\1 {-}", tex)
    return f"${line.replace('frac', 'dfrac')}$"


def _draw(axes: Axes, graph: Graph, found: dict[str, str], step: Mapping[str, Any]) -> None:
    """Draw the graph with what was found; the path of the step and where it leads glow."""
    layout, texts, lit = graph.layout(tall=False), graph.given | found, step["lit"]
    glow = ORANGE if step["phase"] == "backward" else BLUE
    width, height = layout["size"]
    axes.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    axes.axis("off")
    for x, name in layout["heads"]:
        axes.text(x, 12, name, ha="center", color=GREY, **_TEXT)
    for name, (x, y, u, v) in layout["edges"].items():
        on = name in lit
        axes.plot([x, u], [y, v], color=glow if on else LIGHT, lw=1 + on, zorder=1 + on)
    for name, (x, y, roomy) in layout["labels"].items():
        if roomy or name in lit:
            _draw_label(axes, x, y, texts[name], texts.get(f"d{name}"))
    for box in graph.boxes:
        here = step["slot"] in dict(box.lines)
        colour = glow if here or box.name in lit else GREY
        _draw_box(axes, box, layout["boxes"][box.name], colour, 2.4 if here else 1)
        _write(axes, box, layout["boxes"][box.name], texts)


def _draw_label(axes: Axes, x: float, y: float, weight: str, gradient: str | None) -> None:
    ground = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    style = _TEXT | {"ha": "center", "bbox": ground, "zorder": 3}
    axes.text(x, y - (LABEL / 2 if gradient else 0), weight, **style)
    if gradient:
        axes.text(x, y + LABEL / 2, gradient, color=ORANGE, **style)


def _draw_box(axes: Axes, box: Box, place: tuple[float, float], colour: str, line: float) -> None:
    x, y = place
    patch = FancyBboxPatch(
        (x + _ROUND, y + _ROUND),
        box.width - 2 * _ROUND,
        box.height - 2 * _ROUND,
        boxstyle=f"round,pad={_ROUND}",
        facecolor="white",
        edgecolor=colour,
        linewidth=line,
        zorder=4,
    )
    axes.add_patch(patch)
    if box.below:
        rule = y + PAD + LINE * (len(box.lines) - box.below)
        ends = [x + _INSET, x + box.width - _INSET]
        axes.plot(ends, [rule, rule], ":", color=GREY, lw=0.8, zorder=5)


def _write(axes: Axes, box: Box, place: tuple[float, float], texts: Mapping[str, str]) -> None:
    """Write the lines of a box; the name of a derivative waits until there is one."""
    x, y = place
    for row, (slot, name) in enumerate(box.lines):
        middle = y + PAD + LINE * (row + 0.5)
        derivative = slot.startswith(("d", "g"))
        ink = ORANGE if derivative else "black"
        if slot in texts or not derivative:
            axes.text(x + _INSET, middle, f"${name}$", color=ink, **_TEXT)
        right = x + box.width - _INSET
        axes.text(right, middle, texts.get(slot, ""), ha="right", color=ink, **_TEXT)
