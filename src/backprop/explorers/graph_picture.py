"""A graph of `reverse_mode` nodes, laid out and drawn; `graph.js` does the same in the browser."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import fmean
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path

from backprop.explorers.png import as_png
from backprop.reverse_mode import Node, Slopes, in_order

BLUE, ORANGE, GREY = "#1f5f99", "#9a4f00", "#5f6b7a"
WIRES = "pqrstghklmnoijd"  # names of what lies between the letters and the output f
_WRITTEN = {
    "": "{}",
    "+": "{} + {}",
    "-": "{} − {}",
    "*": "{} · {}",
    "/": "{} / {}",
    "^": "{}^{}",
    "@": "{} {}",
    "max": "max({}, {})",
    "sigmoid": "σ({})",
}
_SWEEPS = 24  # the first half may change the order, too
_ALONG, _ACROSS, _WIDTH, _HEIGHT = 1.36, 0.82, 1.04, 0.66  # inches


class Drawing(Figure):
    """A figure that a notebook shows as it stands; the same one gives the same bytes."""

    def _repr_png_(self) -> bytes:
        return as_png(self, dpi=110)


@dataclass(eq=False)
class Place:
    """A node, or a bend of a wire, in its level; `next` holds what it is joined to."""

    node: Node | None
    level: int
    across: float = 0.0
    next: "list[Place]" = field(default_factory=list)


@dataclass(frozen=True)
class Layout:
    """The place of each node, and for each wire its places from end to end and its operand."""

    places: Mapping[Node, Place]
    wires: list[tuple[list[Place], int]]


def layout(output: Node) -> Layout:
    """Return where the nodes lie: in levels from the inputs on, each as near as may be to others.

    Inputs stand one level before the first gate that reads them. Within a level, places are at
    least 1 apart; the least place across is 0.
    """
    nodes = sorted(in_order(output), key=lambda node: (node.gate != "", node.number))
    wires = [
        (source, node, k)
        for node in nodes
        for k, (source, _) in enumerate(node.inputs)
        if isinstance(source, Node)
    ]
    level = dict.fromkeys(nodes, 0)
    for source, node, _ in wires:
        level[node] = max(level[node], level[source] + 1)
    for node in nodes:
        if not node.gate:
            level[node] = min(level[end] for start, end, _ in wires if start is node) - 1
    places = {node: Place(node, level[node]) for node in nodes}
    rows: list[list[Place]] = [[] for _ in range(level[output] + 1)]
    chains = _chains(output, wires, places, rows)
    for chain, _ in chains:
        for one, other in pairwise(chain):
            one.next.append(other)
            other.next.append(one)
    _settle(rows)
    return Layout(places, chains)


def _chains(
    output: Node,
    wires: list[tuple[Node, Node, int]],
    places: Mapping[Node, Place],
    rows: list[list[Place]],
) -> list[tuple[list[Place], int]]:
    """Fill the rows in the order in which a walk back from the output meets nodes and bends."""
    bends: dict[tuple[Node, int], list[Place]] = {}
    seen = set()

    def visit(node: Node) -> None:
        seen.add(node)
        rows[places[node].level].append(places[node])
        for source, k in [(source, k) for source, end, k in wires if end is node]:
            between = range(places[source].level + 1, places[node].level)
            bends[node, k] = [Place(None, level) for level in between]
            for bend in bends[node, k]:
                rows[bend.level].append(bend)
            if source not in seen:
                visit(source)

    visit(output)
    return [([places[source], *bends[node, k], places[node]], k) for source, node, k in wires]


def _settle(rows: list[list[Place]]) -> None:
    """Move each place towards what it is joined to, with at least 1 between neighbours."""
    for row in rows:
        for k, place in enumerate(row):
            place.across = k - (len(row) - 1) / 2
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 else rows[::-1]:
            wishes = {id(place): fmean(other.across for other in place.next) for place in row}
            if sweep < _SWEEPS / 2:
                row.sort(key=lambda place: wishes[id(place)])
            _spread(row, [wishes[id(place)] - k for k, place in enumerate(row)])
    least = min(place.across for row in rows for place in row)
    for row in rows:
        for place in row:
            place.across -= least


def _spread(row: list[Place], wishes: Iterable[float]) -> None:
    """Give each place its wish, or share the want of room among those that are too close."""
    groups: list[list[float]] = []
    for wish in wishes:
        groups.append([wish])
        while len(groups) > 1 and fmean(groups[-1]) < fmean(groups[-2]):
            last = groups.pop()
            groups[-1] += last
    shares = [fmean(group) for group in groups for _ in group]
    for k, (place, share) in enumerate(zip(row, shares, strict=True)):
        place.across = k + share


def named(output: Node, inputs: Mapping[str, Node]) -> dict[Node, str]:
    """Return the names of all nodes: those given, f for the output, letters for the others."""
    given = {node: name for name, node in inputs.items()}
    free = iter(name for name in WIRES if name not in inputs)
    inner = [node for node in in_order(output) if node.gate and node not in given]
    return {**{node: next(free) for node in inner[: len(WIRES)]}, output: "f", **given}


def graph_figure(
    output: Node,
    inputs: Mapping[str, Node],
    slopes: Slopes | None = None,
    *,
    values: bool = True,
) -> Drawing:
    """Draw a graph: in each box what it computes, its value, and its slope.

    Parameters
    ----------
    output
        The node to which all leads.
    inputs
        Nodes by their names; other gates are named by letters, and the output is f.
    slopes
        What `backward` says of the output; without it no slopes are drawn.
    values
        Whether values are drawn.
    """
    laid, names = layout(output), named(output, inputs)
    breadth = max(place.across for chain, _ in laid.wires for place in chain)
    width = laid.places[output].level * _ALONG + _WIDTH
    height = breadth * _ACROSS + _HEIGHT
    figure = Drawing(figsize=(width + 0.1, height + 0.1))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-0.05, width + 0.05), ylim=(height + 0.05, -0.05))
    axes.axis("off")
    for chain, k in laid.wires:
        _draw_wire(axes, chain, k)
    for node, place in laid.places.items():
        lines = [(_definition(node, names), "black")]
        lines += [(short(node.value), BLUE)] if values else []
        lines += [(short(slopes[node]), ORANGE)] if slopes is not None else []
        _draw_box(axes, place, lines)
    return figure


def short(number: Any) -> str:
    """Return a number in few digits, or the shape of an array."""
    if number.size > 1:
        return " × ".join(map(str, number.shape))
    return f"{float(number) + 0.0:.4g}".replace("-", "−")


def _definition(node: Node, names: Mapping[Node, str]) -> str:
    if not node.gate:
        return names.get(node, "")
    operands = [
        names.get(operand, "") if isinstance(operand, Node) else short(np.asarray(operand))
        for operand, _ in node.inputs
    ]
    form = _WRITTEN.get(node.gate, node.gate + "({})")
    if node.gate == "^" and operands[1] == "2":
        form = "{}²"
    return f"{names.get(node, '')} = {form.format(*operands)}"


def _draw_wire(axes: Axes, chain: list[Place], k: int) -> None:
    """Draw a curve from the right of a box through its bends to the left of another."""
    end = chain[-1].node
    ports = sum(isinstance(source, Node) for source, _ in end.inputs) if end else 1
    points = [(chain[0].level * _ALONG + _WIDTH, _middle(chain[0]))]
    for bend in chain[1:-1]:
        left = bend.level * _ALONG
        points += [(left, _middle(bend)), (left + _WIDTH, _middle(bend))]
    port = (k - 0.5) * 0.2 if ports > 1 else 0
    points.append((chain[-1].level * _ALONG, _middle(chain[-1]) + port))
    corners, codes = [points[0]], [Path.MOVETO]
    for (a, b), (c, d) in pairwise(points):
        corners += [((a + c) / 2, b), ((a + c) / 2, d), (c, d)]
        codes += [Path.CURVE4] * 3
    axes.add_patch(PathPatch(Path(corners, codes), fill=False, edgecolor=GREY, linewidth=1.1))
    x, y = points[-1]
    axes.add_patch(Polygon([(x, y), (x - 0.1, y - 0.05), (x - 0.1, y + 0.05)], color=GREY))


def _middle(place: Place) -> float:
    return place.across * _ACROSS + _HEIGHT / 2


def _draw_box(axes: Axes, place: Place, lines: list[tuple[str, str]]) -> None:
    left, top = place.level * _ALONG, place.across * _ACROSS
    corner = 0.09 if place.node and place.node.gate else 0.25
    style = f"round,pad=0,rounding_size={corner}"
    box = FancyBboxPatch(
        (left, top), _WIDTH, _HEIGHT, style, facecolor="white", edgecolor=GREY, linewidth=1.1
    )
    axes.add_patch(box)
    for row, (text, colour) in enumerate(lines):
        y = top + _HEIGHT * (row + 0.75) / (len(lines) + 0.5)
        axes.text(left + _WIDTH / 2, y, text, color=colour, ha="center", va="center", fontsize=12)
