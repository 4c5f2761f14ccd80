"""The computational graph of a small network: what is in it, and where it lies.

The names of places are those of `backprop_steps`. Lengths are pixels of the explorer's SVG, and y
runs downwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backprop._arrays import FloatArray
from backprop.explorers.backprop_tex import short, symbol
from backprop.losses import LOSSES
from backprop.network import Network

LINE = 19  # from line to line in a box
PAD = 5  # above the first line of a box, and below the last
LABEL = 13  # from line to line on an edge

_STEP = 22  # from z to a, and from a to the loss
_MARGIN, _HEADING = 4, 24
_UNIT = 106  # the width of a z and of an a
_WIDE, _TALL = 102, 113  # from unit to unit in a graph that runs to the right, or down


@dataclass(frozen=True)
class Box:
    """A node: its lines, each a place and its name in TeX, the last of them below a rule."""

    name: str
    column: int
    unit: int
    width: int
    lines: tuple[tuple[str, str], ...]
    below: int = 0

    @property
    def height(self) -> int:
        """Of all lines together."""
        return LINE * len(self.lines) + 2 * PAD


@dataclass(frozen=True)
class Edge:
    """A line between boxes; if it is a weight, from unit j of p to unit k of n, from 1."""

    name: str
    start: str
    end: str
    weight: tuple[int, int, int, int] | None = None


class Graph:
    """Boxes and edges, and two layouts of them: wide, and tall for a phone."""

    def __init__(self, network: Network, x: FloatArray, y: FloatArray) -> None:
        self.sizes, self.L = network.sizes, len(network.layers)
        self.given = {f"x{j}": short(value) for j, value in enumerate(x[:, 0], 1)}
        self.given |= {f"y{k}": short(value) for k, value in enumerate(y[:, 0], 1)}
        self.boxes = [Box(f"x{j}", 0, j, 68, ((f"x{j}", symbol("x", 0, j)),)) for j in self._of(0)]
        self.edges: list[Edge] = []
        for l in network.layer:
            self._add_layer(network, l)
        targets = tuple((f"y{k}", f"y_{{{k}}}") for k in self._of(self.L))
        self.boxes.append(Box("L", 2 * self.L + 1, 1, 72, (("L", "L"), *targets), len(targets)))
        self.edges += [Edge(f"l{k}", f"a{self.L}.{k}", "L") for k in self._of(self.L)]

    def _of(self, l: int) -> range:
        return range(1, self.sizes[l] + 1)

    def _add_layer(self, network: Network, l: int) -> None:
        layer = network.dense[l]
        fused = l == self.L and LOSSES[network.loss].fuses
        for k in self._of(l):
            at = f"{l}.{k}"
            z = (
                (f"z{at}", symbol("z", l, k)),
                (f"d{at}", symbol(r"\delta", l, k)),
                (f"b{at}", symbol("b", l, k)),
                (f"db{at}", r"\partial L/\partial b"),
            )
            a = (
                (f"a{at}", symbol("a", l, k)),
                (f"da{at}", r"\partial L/\partial a"),
                (f"g{at}", "g'(z)"),
            )
            self.boxes.append(Box(f"z{at}", 2 * l - 1, k, _UNIT, z, 2))
            self.boxes.append(Box(f"a{at}", 2 * l, k, _UNIT, a[:1] if fused else a))
            self.given[f"b{at}"] = short(layer.b[k - 1, 0])
            for j in self._of(l - 1):
                start = f"a{l - 1}.{j}" if l > 1 else f"x{j}"
                among = (k, self.sizes[l], j, self.sizes[l - 1])
                self.edges.append(Edge(f"w{at}.{j}", start, f"z{at}", among))
                self.given[f"w{at}.{j}"] = short(layer.W[k - 1, j - 1])
            for i in self._of(l) if layer.activation == "softmax" else [k]:
                self.edges.append(Edge(f"g{at}.{i}", f"z{l}.{i}", f"a{at}"))

    def state(self) -> dict[str, Any]:
        """Return what the browser needs to draw."""
        return {
            "line": LINE,
            "pad": PAD,
            "label": LABEL,
            "given": self.given,
            "sizes": self.sizes,
            "boxes": [[b.name, b.width, b.height, b.below, b.lines] for b in self.boxes],
            "wide": self.layout(tall=False),
            "tall": self.layout(tall=True),
        }

    def layout(self, *, tall: bool) -> dict[str, Any]:
        """Return the size of the picture, and the places of its parts.

        A box has [x, y] of its upper left corner, an edge [x, y, x, y] of its ends; the label of
        a weight has [x, y] of its middle and whether there is room for it at all times.
        """
        boxes, heads, size = self._place(tall=tall)
        edges = {edge.name: self._ends(edge, boxes, tall=tall) for edge in self.edges}
        return {
            "size": size,
            "boxes": boxes,
            "edges": edges,
            "labels": {
                e.name: _label(e.weight, edges[e.name], tall=tall) for e in self.edges if e.weight
            },
            "heads": heads,
        }

    def _place(self, *, tall: bool) -> tuple[dict[str, list[float]], list[Any], list[float]]:
        """Return the places of the boxes, the headings of a wide graph, and the whole size."""
        columns = [[b for b in self.boxes if b.column == c] for c in range(2 * self.L + 2)]
        unit, head = (_TALL, 0) if tall else (_WIDE, _HEADING)
        along = [c[0].height if tall else c[0].width for c in columns]
        across = [c[0].width if tall else c[0].height for c in columns]
        breadth = max(unit * (len(c) - 1) + side for c, side in zip(columns, across, strict=True))
        boxes: dict[str, list[float]] = {}
        starts: list[float] = []
        at = _MARGIN
        for c, column in enumerate(columns):
            starts.append(at)
            for box in column:
                middle = breadth / 2 + unit * (box.unit - (len(column) + 1) / 2)
                side = middle - across[c] / 2 + _MARGIN + head
                boxes[box.name] = [side, at] if tall else [at, side]
            at += along[c] + self._gap(c, tall=tall)
        sides: list[float] = [starts[-1] + along[-1] + _MARGIN, breadth + 2 * _MARGIN + head]
        heads = [] if tall else self._heads(starts, along)
        return boxes, heads, sides[::-1] if tall else sides

    def _gap(self, column: int, *, tall: bool) -> int:
        """Return the room after a column; weights need some."""
        if column % 2 or column >= 2 * self.L:
            return _STEP
        fan = min(self.sizes[column // 2 : column // 2 + 2])
        if tall:
            return {1: 60, 2: 108}.get(fan, 80)
        return {1: 68, 2: 92, 3: 116}.get(fan, 96)

    def _ends(self, edge: Edge, boxes: Mapping[str, list[float]], *, tall: bool) -> list[float]:
        by_name = {box.name: box for box in self.boxes}
        start, end = by_name[edge.start], by_name[edge.end]
        (x, y), (u, v) = boxes[edge.start], boxes[edge.end]
        if tall:
            return [x + start.width / 2, y + start.height, u + end.width / 2, v]
        return [x + start.width, y + start.height / 2, u, v + end.height / 2]

    def _heads(self, starts: Sequence[float], widths: Sequence[int]) -> list[tuple[float, str]]:
        """Return the middle of each layer, and its name."""
        middles = [starts[0] + widths[0] / 2]
        for l in range(1, self.L + 1):
            middles.append((starts[2 * l - 1] + starts[2 * l] + widths[2 * l]) / 2)
        middles.append(starts[-1] + widths[-1] / 2)
        names = ["input", *(f"layer {l}" for l in range(1, self.L + 1)), "loss"]
        return list(zip(middles, names, strict=True))


def _label(
    weight: tuple[int, int, int, int], ends: Sequence[float], *, tall: bool
) -> tuple[float, float, bool]:
    """Return where on its edge the label of a weight lies, so that labels keep apart.

    Side by side, the labels of edges that leave one unit lie at one distance from it: at 1/(n + 1)
    of the way they are evenly spaced. One below the other, those of each unit have their own row.
    """
    k, n, j, p = weight
    few, mine, turned = (n, k, False) if n <= p else (p, j, True)
    roomy = few <= (2 if tall else 3)
    part = (mine / (2 * few) if tall else 1 / (few + 1)) if roomy else 0.5
    t = 1 - part if turned else part
    x, y, u, v = ends
    return x + t * (u - x), y + t * (v - y), roomy
