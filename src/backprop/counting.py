"""What a gradient costs: multiplications and stored numbers, as whole numbers (chapter 10).

Sizes are n⁰, ..., nᴸ, the units of each layer with the input first, as in (784, 30, 10). What is
counted is multiplications of two numbers, for one example. Additions, divisions and the calls of
an activation or a loss are not counted, nor are the squares in a loss. Every function raises a
ValueError unless sizes are at least two positive integers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from math import prod
from operator import add, mul
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop._arrays import FloatArray, columns
from backprop._structure import layer_sizes
from backprop.activations import sigmoid
from backprop.network import Network

Sizes = Sequence[int]


def weights(sizes: Sizes) -> int:
    """Return S = Σ nˡ nˡ⁻¹, the entries of the weight matrices."""
    return sum(map(prod, pairwise(layer_sizes(sizes))))


def parameters(sizes: Sizes) -> int:
    """Return P, weights and biases."""
    return weights(sizes) + sum(layer_sizes(sizes)[1:])


def forward(sizes: Sizes) -> int:
    """Return the multiplications of a forward pass: one for each weight, S."""
    return weights(sizes)


def backward(sizes: Sizes, *, output: int = 3, hidden: int = 2) -> int:
    """Return those of a backward pass: 2S - n⁰n¹, and what each unit needs for its slope.

    By default that is what the sigmoid and the squared error need: 3 in 2(a - y) a (1 - a) for an
    output unit, 2 in a (1 - a) times the weighted sum for a hidden one.
    """
    first, *between, last = layer_sizes(sizes)
    into_first = first * (*between, last)[0]
    return 2 * weights(sizes) - into_first + output * last + hidden * sum(between)


def gradient(sizes: Sizes) -> int:
    """Return those of the whole gradient: forward, then backward."""
    return forward(sizes) + backward(sizes)


def evaluations(sizes: Sizes, *, central: bool = False) -> int:
    """Return how often finite differences evaluate the cost: P + 1 times, or centred 2P times."""
    return 2 * parameters(sizes) if central else parameters(sizes) + 1


def finite_differences(sizes: Sizes, *, central: bool = False) -> int:
    """Return the multiplications of brute force: a forward pass for each evaluation."""
    return evaluations(sizes, central=central) * forward(sizes)


def behind(sizes: Sizes, l: int) -> int:
    """Return those that carry a change of one unit of layer l on to the output.

    The change multiplies one column of weights; from the second layer behind on all has changed.
    """
    after = layer_sizes(sizes)[l + 1 :]
    return sum(after[:1]) + sum(map(prod, pairwise(after)))


def weight_differences(sizes: Sizes) -> int:
    """Return those of differences that recompute only what the changed parameter changes.

    A forward pass, and for each weight h·a and the rest of the way; for each bias the way alone.
    """
    sizes = layer_sizes(sizes)
    changes = (
        n * p * (1 + behind(sizes, l)) + n * behind(sizes, l)
        for l, (p, n) in enumerate(pairwise(sizes), 1)
    )
    return forward(sizes) + sum(changes)


def unit_differences(sizes: Sizes) -> int:
    """Return those of one difference for each unit, δ, and then the products δ·a."""
    sizes = layer_sizes(sizes)
    ways = sum(n * behind(sizes, l) for l, n in enumerate(sizes[1:], 1))
    return forward(sizes) + ways + weights(sizes)


def stored_forward(sizes: Sizes) -> int:
    """Return how many activations a forward pass holds at most: those of two layers."""
    return max(map(sum, pairwise(layer_sizes(sizes))))


def stored_backward(sizes: Sizes) -> int:
    """Return how many activations the backward pass needs of the forward pass: all, Σ nˡ."""
    return sum(layer_sizes(sizes))


class Tally:
    """Numbers that count how often they are multiplied."""

    def __init__(self) -> None:
        self.multiplications = 0

    def number(self, value: float) -> "Counted":
        """Return a number whose products this tally counts."""
        return Counted(float(value), self)

    def numbers(self, values: ArrayLike) -> Any:
        """Return an array of such numbers, as nested lists."""
        return np.vectorize(self.number, otypes=[object])(values).tolist()


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of a `Tally`; products of it are numbers of the same tally, and so are sums."""

    value: float
    tally: Tally

    def __add__(self, other: "Counted | float") -> "Counted":
        return Counted(self.value + _value(other), self.tally)

    def __sub__(self, other: "Counted | float") -> "Counted":
        return Counted(self.value - _value(other), self.tally)

    def __rsub__(self, other: float) -> "Counted":
        return Counted(other - self.value, self.tally)

    def __mul__(self, other: "Counted | float") -> "Counted":
        self.tally.multiplications += 1
        return Counted(self.value * _value(other), self.tally)

    __radd__, __rmul__ = __add__, __mul__


@dataclass(frozen=True)
class Counts:
    """Multiplications that were made, and the gradient they led to, by the parameters' names."""

    forward: int
    backward: int
    gradient: Mapping[str, FloatArray]


def count(network: Network, x: ArrayLike, y: ArrayLike) -> Counts:
    """Run backpropagation for one example in plain loops, and count what is multiplied.

    Raises
    ------
    ValueError
        Unless every activation is the sigmoid and the loss the squared error, and x and y are one
        finite column for the network.
    """
    if {layer.activation for layer in network.layers} != {"sigmoid"} or (
        network.loss != "squared_error"
    ):
        raise ValueError("network must have sigmoids everywhere and the squared error as its loss")
    example, target = (
        columns(value, name, n, np.dtype(float))
        for value, name, n in ((x, "x", network.sizes[0]), (y, "y", network.sizes[-1]))
    )
    if example.shape[1] != 1 or target.shape[1] != 1:
        raise ValueError("x and y must be one example each")
    tally = Tally()
    W = {l: tally.numbers(layer.W) for l, layer in network.dense.items()}
    b = {l: tally.numbers(layer.b[:, 0]) for l, layer in network.dense.items()}
    a = _activations(W, b, tally.numbers(example[:, 0]))
    forward = tally.multiplications
    gradient = _gradients(W, a, target[:, 0].tolist())
    values = {name: np.vectorize(_value)(entries) for name, entries in gradient.items()}
    return Counts(forward, tally.multiplications - forward, values)


Vector = list[Counted]
Matrix = list[Vector]


def _activations(W: Mapping[int, Matrix], b: Mapping[int, Vector], x: Vector) -> list[Vector]:
    a = [x]
    for l in W:
        z = [_sum(map(mul, row, a[-1])) + bias for row, bias in zip(W[l], b[l], strict=True)]
        a.append([Counted(float(sigmoid(unit.value)), unit.tally) for unit in z])
    return a


def _gradients(W: Mapping[int, Matrix], a: list[Vector], y: list[float]) -> dict[str, list[Any]]:
    gradient: dict[str, list[Any]] = {}
    delta = [2 * (unit - target) * unit * (1 - unit) for unit, target in zip(a[-1], y, strict=True)]
    for l in range(len(W), 0, -1):
        gradient[f"W[{l}]"] = [[d * before for before in a[l - 1]] for d in delta]
        gradient[f"b[{l}]"] = [[d] for d in delta]
        if l > 1:
            columns = zip(*W[l], strict=True)
            sums = [_sum(map(mul, column, delta)) for column in columns]
            delta = [s * unit * (1 - unit) for s, unit in zip(sums, a[l - 1], strict=True)]
    return gradient


def _sum(numbers: Iterable[Counted]) -> Counted:
    return reduce(add, numbers)


def _value(number: Counted | float) -> float:
    return number.value if isinstance(number, Counted) else number
