"""The steps of a forward and a backward pass through a network, with formulas and numbers.

Each place in the graph has a name: `x1`, `z1.2` and `a1.2` (unit 2 of layer 1), the loss `L`, the
weight `w1.2.3` from unit 3 to unit 2, the bias `b1.2`, the target `y1`; `da1.2` is ∂L/∂a, `g1.2`
is g'(z), `d1.2` is δ; `dw1.2.3` and `db1.2` are gradients. Between z and a runs the edge
`g1.2.2`, to the loss the edge `l1`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from backprop._arrays import FloatArray
from backprop.explorers.backprop_tex import (
    ACTIVATIONS,
    added,
    factor,
    loss,
    loss_slope,
    relation,
    short,
    slope,
    softmax,
    symbol,
    tex,
)
from backprop.losses import LOSSES
from backprop.network import Network


@dataclass(frozen=True)
class Step:
    """One step of the walk.

    Attributes
    ----------
    phase
        "start", "forward" or "backward".
    formula, numbers, result
        In TeX: the formula in letters; the same in numbers, empty where nothing is to be worked
        out; the result. The last two begin with = or ≈, and are right to six significant digits.
        At the start x and y stand in the place of the first two.
    says
        A sentence.
    lit
        The nodes and edges of the path that leads to the result.
    slot, text
        The place in the graph that the step fills, and what stands there from then on.
    """

    phase: str
    formula: str
    numbers: str
    result: str
    says: str
    lit: tuple[str, ...]
    slot: str
    text: str


def walk(network: Network, x: FloatArray, y: FloatArray) -> list[Step]:
    """Return the steps for one example, in the order in which a person would compute."""
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return _Walk(network, x, y).steps()


class _Walk:
    def __init__(self, network: Network, x: FloatArray, y: FloatArray) -> None:
        self.network, self.L = network, len(network.layers)
        self.loss = LOSSES[network.loss]
        self.x, self.y = x[:, 0].tolist(), y[:, 0].tolist()
        self.trace = network.forward(x)
        self.gradient = network.backward(self.trace, y)
        self.cost = float(network.cost(x, y))
        if not math.isfinite(self.cost):
            raise ValueError(f"x and y must give a finite loss, not {self.cost}")
        layer, delta = network.layer, self.gradient.delta
        self.upstream = {
            l: layer[l + 1].pull_back(delta[l + 1], self.trace.a[l]) for l in range(1, self.L)
        }
        if not self.loss.fuses:
            self.upstream[self.L] = self.loss.gradient(self.trace.a[self.L], y)

    def steps(self) -> list[Step]:
        """Return the start, the steps forward, the loss, and the steps backward."""
        layers = range(1, self.L + 1)
        forward = [step for l in layers for step in self._forward(l)]
        backward = [step for l in reversed(layers) for step in self._backward(l)]
        count = sum(array.size for array in self.gradient.parameters.values())
        last = replace(backward[-1], says=f"{backward[-1].says} All {count} gradients are found.")
        return [self._start(), *forward, self._loss(), *backward[:-1], last]

    def _units(self, l: int) -> range:
        return range(1, self.network.sizes[l] + 1)

    def _start(self) -> Step:
        x, y = (", ".join(map(tex, vector)) for vector in (self.x, self.y))
        sizes = "-".join(map(str, self.network.sizes))
        says = f"A {sizes} network, an example x and its target y. Nothing is computed yet."
        return Step("start", f"x = ({x})", f"y = ({y})", "", says, (), "", "")

    # Forward

    def _forward(self, l: int) -> Iterator[Step]:
        if self.network.layer[l].activation == "softmax":  # each a needs every z
            yield from (self._z(l, k) for k in self._units(l))
            yield from (self._share(l, k) for k in self._units(l))
        else:
            for k in self._units(l):
                yield self._z(l, k)
                yield self._a(l, k)

    def _z(self, l: int, k: int) -> Step:
        before = self._units(l - 1)
        layer = self.network.dense[l]
        weights, bias = layer.W[k - 1], layer.b[k - 1, 0]
        inputs = self.trace.a[l - 1][:, 0]
        letters = [f"{symbol('w', l, k, j)} {symbol('a', l - 1, j)}" for j in before]
        return _step(
            "forward",
            symbol("z", l, k),
            " + ".join([*letters, symbol("b", l, k)]),
            added([*map(_product, weights, inputs), tex(bias)]),
            self.trace.z[l][k - 1, 0],
            f"Unit {k} of layer {l} weighs what comes in and adds its bias: z {{}}.",
            [_node(l - 1, j) for j in before] + [f"w{l}.{k}.{j}" for j in before],
            f"z{l}.{k}",
            exact=[*weights, *inputs, bias],
        )

    def _a(self, l: int, k: int) -> Step:
        name, z = self.network.layer[l].activation, self.trace.z[l][k - 1, 0]
        write = ACTIVATIONS[name][0]
        return _step(
            "forward",
            symbol("a", l, k),
            write(symbol("z", l, k)),
            write(tex(z)),
            self.trace.a[l][k - 1, 0],
            f"Unit {k} of layer {l} passes on the {_words(name)} of its z: a {{}}.",
            [f"z{l}.{k}", f"g{l}.{k}.{k}"],
            f"a{l}.{k}",
            exact=[z],
        )

    def _share(self, l: int, k: int) -> Step:
        z = self.trace.z[l][:, 0]
        return _step(
            "forward",
            symbol("a", l, k),
            softmax(k - 1, [symbol("z", l, i) for i in self._units(l)]),
            softmax(k - 1, [tex(value) for value in z]),
            self.trace.a[l][k - 1, 0],
            f"Unit {k} of layer {l} passes on its share of the softmax: a {{}}.",
            [name for i in self._units(l) for name in (f"z{l}.{i}", f"g{l}.{k}.{i}")],
            f"a{l}.{k}",
            exact=[*z],
        )

    def _loss(self) -> Step:
        letter = "z" if self.network.loss == "sigmoid_cross_entropy" else "a"
        values = (self.trace.z if letter == "z" else self.trace.a)[self.L][:, 0]
        symbols = [symbol(letter, self.L, k) for k in self._units(self.L)]
        name, targets = self.network.loss, [f"y_{{{k}}}" for k in self._units(self.L)]
        return _step(
            "forward",
            "L",
            loss(name, symbols, targets),
            loss(name, [tex(v) for v in values], [tex(v) for v in self.y]),
            self.cost,
            f"The {_words(name)} compares the output with the target: L {{}}.",
            [name for k in self._units(self.L) for name in (f"{letter}{self.L}.{k}", f"l{k}")],
            "L",
            exact=[*values, *self.y],
        )

    # Backward

    def _backward(self, l: int) -> Iterator[Step]:
        fused = l == self.L and self.loss.fuses
        for k in self._units(l):
            if fused:
                yield self._fused_delta(k)
            else:
                yield self._output_slope(k) if l == self.L else self._sent_back(l, k)
                yield self._own_slope(l, k)
                yield self._delta(l, k)
        for k in self._units(l):
            yield from (self._weight(l, k, j) for j in self._units(l - 1))
            yield self._bias(l, k)

    def _fused_delta(self, k: int) -> Step:
        a, y, delta = symbol("a", self.L, k), f"y_{{{k}}}", symbol(r"\delta", self.L, k)
        value, target = self.trace.a[self.L][k - 1, 0], self.y[k - 1]
        n, name = self.network.sizes[-1], self.network.loss
        return _step(
            "backward",
            rf"{delta} = {slope(symbol('z', self.L, k))}",
            loss_slope(name, n, a, y),
            loss_slope(name, n, tex(value), tex(target)),
            self.gradient.delta[self.L][k - 1, 0],
            f"The {self.loss.fuses} and its loss are one: δ of output {k} is a − y {{}}.",
            ["L", f"l{k}", f"a{self.L}.{k}", f"g{self.L}.{k}.{k}"],
            f"d{self.L}.{k}",
            exact=[value, target],
        )

    def _output_slope(self, k: int) -> Step:
        a, y = self.trace.a[self.L][k - 1, 0], self.y[k - 1]
        n, name = self.network.sizes[-1], self.network.loss
        return _step(
            "backward",
            slope(symbol("a", self.L, k)),
            loss_slope(name, n, symbol("a", self.L, k), f"y_{{{k}}}"),
            loss_slope(name, n, tex(a), tex(y)),
            self.upstream[self.L][k - 1, 0],
            f"How fast the loss changes with output {k}: ∂L/∂a {{}}.",
            ["L", f"l{k}"],
            f"da{self.L}.{k}",
            exact=[a, y],
        )

    def _sent_back(self, l: int, k: int) -> Step:
        after = self._units(l + 1)
        weights, deltas = self.network.dense[l + 1].W[:, k - 1], self.gradient.delta[l + 1][:, 0]
        letters = [
            f"{symbol('w', l + 1, i, k)} {symbol(chr(92) + 'delta', l + 1, i)}" for i in after
        ]
        who = "each unit that it feeds" if len(after) > 1 else "the one unit that it feeds"
        return _step(
            "backward",
            slope(symbol("a", l, k)),
            " + ".join(letters),
            added(list(map(_product, weights, deltas))),
            self.upstream[l][k - 1, 0],
            f"From {who}, unit {k} of layer {l} gets back weight times δ: ∂L/∂a {{}}.",
            [name for i in after for name in (f"z{l + 1}.{i}", f"w{l + 1}.{i}.{k}")],
            f"da{l}.{k}",
            exact=[*weights, *deltas],
        )

    def _own_slope(self, l: int, k: int) -> Step:
        layer, z, a = self.network.layer[l], self.trace.z[l][k - 1, 0], self.trace.a[l][k - 1, 0]
        assert layer.g.derivative is not None  # a softmax is fused
        write = ACTIVATIONS[layer.activation][1]
        return _step(
            "backward",
            f"g'({symbol('z', l, k)})",
            write(symbol("z", l, k), symbol("a", l, k)),
            write(tex(z), tex(a)),
            layer.g.derivative(self.trace.z[l])[k - 1, 0],
            f"How fast unit {k} of layer {l} answers to its z: g′(z) {{}}.",
            [f"z{l}.{k}"],
            f"g{l}.{k}",
            exact=[z, a],
        )

    def _delta(self, l: int, k: int) -> Step:
        layer, upstream = self.network.layer[l], self.upstream[l][k - 1, 0]
        assert layer.g.derivative is not None
        own = layer.g.derivative(self.trace.z[l])[k - 1, 0]
        return _step(
            "backward",
            symbol(r"\delta", l, k),
            rf"{slope(symbol('a', l, k))} \cdot g'({symbol('z', l, k)})",
            _product(upstream, own),
            self.gradient.delta[l][k - 1, 0],
            f"Their product is the error of unit {k} of layer {l}: δ {{}}.",
            [f"a{l}.{k}", f"g{l}.{k}.{k}"],
            f"d{l}.{k}",
            exact=[upstream, own],
        )

    def _weight(self, l: int, k: int, j: int) -> Step:
        delta, a = self.gradient.delta[l][k - 1, 0], self.trace.a[l - 1][j - 1, 0]
        start = f"input {j}" if l == 1 else f"unit {j} of layer {l - 1}"
        return _step(
            "backward",
            slope(symbol("w", l, k, j)),
            f"{symbol(chr(92) + 'delta', l, k)} {symbol('a', l - 1, j)}",
            _product(delta, a),
            self.gradient.W[l][k - 1, j - 1],
            f"The weight from {start} to unit {k} of layer {l}: "
            "δ at its end times the value at its start, ∂L/∂w {}.",
            [f"z{l}.{k}", _node(l - 1, j), f"w{l}.{k}.{j}"],
            f"dw{l}.{k}.{j}",
            exact=[delta, a],
        )

    def _bias(self, l: int, k: int) -> Step:
        return _step(
            "backward",
            slope(symbol("b", l, k)),
            symbol(r"\delta", l, k),
            "",
            self.gradient.b[l][k - 1, 0],
            f"The bias of unit {k} of layer {l} adds to z as it is: its gradient is δ {{}}.",
            [f"z{l}.{k}"],
            f"db{l}.{k}",
        )


def _step(
    phase: str,
    left: str,
    letters: str,
    numbers: str,
    value: float,
    says: str,
    lit: Sequence[str],
    slot: str,
    exact: Sequence[float] = (),
) -> Step:
    """Write a step; `exact` are the numbers in `numbers`, `says` has {} for = or ≈ and value."""
    written = tex(value)
    worked = numbers if numbers != written else ""
    return Step(
        phase,
        left if letters in {"", written} else f"{left} = {letters}",
        f"{relation(*exact)} {worked}" if worked else "",
        f"{relation(value)} {written}",
        says.format(_spoken(value)),
        tuple(lit),
        slot,
        short(value),
    )


def _spoken(value: float) -> str:
    """Write = or ≈ and a number for a sentence."""
    number = f"{value:.6g}".replace("-", "−").replace("e−0", "e−")
    return f"{'=' if relation(value) == '=' else '≈'} {number}"


def _product(one: float, other: float) -> str:
    return rf"{factor(tex(one))} \cdot {factor(tex(other))}"


def _node(l: int, k: int) -> str:
    return f"a{l}.{k}" if l else f"x{k}"


def _words(name: str) -> str:
    return name.replace("_", " ")
