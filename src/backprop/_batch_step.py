"""One update from one mini-batch, in arrays that are made once: what `sgd` runs where it can.

It does what `Network.gradient` and an update do for the activations and losses that can be computed
in place; `tests/test_batch_step.py` holds the two together. Slopes are computed from a, as in
a(1 - a): where a has rounded to 1 they are 0, not the tiny number of `activations.py`.

All calls of a step are listed beforehand, each with its arguments, and a step runs through the
list: for small batches, looking things up would take as long as computing with them.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from backprop._arrays import FloatArray
from backprop.layers import Dense
from backprop.losses import LOSSES
from backprop.network import Network

Call: TypeAlias = tuple[Any, ...]  # a function and its arguments, the result's array among them


class InPlace(NamedTuple):
    """The calls that turn z into a, and those that multiply δ by g', given a and δ."""

    activate: Callable[[FloatArray], list[Call]]
    times_slope: Callable[[FloatArray, FloatArray], list[Call]]


def _number(value: float, like: FloatArray) -> FloatArray:
    """Return a number as an array, which NumPy reads faster than one of Python's."""
    return np.array(value, like.dtype)


def _sigmoid(z: FloatArray) -> list[Call]:
    one = _number(1, z)
    return [(np.negative, z, z), (np.exp, z, z), (np.add, z, one, z), (np.reciprocal, z, z)]


def _times_sigmoid_slope(a: FloatArray, delta: FloatArray) -> list[Call]:
    slope = np.empty_like(a)
    return [
        (np.subtract, _number(1, a), a, slope),
        (np.multiply, slope, a, slope),
        (np.multiply, delta, slope, delta),
    ]


def _tanh(z: FloatArray) -> list[Call]:
    return [(np.tanh, z, z)]


def _times_tanh_slope(a: FloatArray, delta: FloatArray) -> list[Call]:
    slope = np.empty_like(a)
    return [
        (np.multiply, a, a, slope),
        (np.subtract, _number(1, a), slope, slope),
        (np.multiply, delta, slope, delta),
    ]


def _relu(z: FloatArray) -> list[Call]:
    return [(partial(np.maximum, out=z), z, _number(0, z))]


def _times_relu_slope(a: FloatArray, delta: FloatArray) -> list[Call]:
    slope = np.empty_like(a)
    return [(np.greater, a, _number(0, a), slope), (np.multiply, delta, slope, delta)]


def _softmax(z: FloatArray) -> list[Call]:
    of_row = np.empty((len(z), 1), z.dtype)
    return [
        (np.maximum.reduce, z, 1, None, of_row, True),
        (np.subtract, z, of_row, z),
        (np.exp, z, z),
        (np.add.reduce, z, 1, None, of_row, True),
        (np.divide, z, of_row, z),
    ]


def _nothing(*_: FloatArray) -> list[Call]:
    return []


ACTIVATIONS = {
    "sigmoid": InPlace(_sigmoid, _times_sigmoid_slope),
    "tanh": InPlace(_tanh, _times_tanh_slope),
    "relu": InPlace(_relu, _times_relu_slope),
    "identity": InPlace(_nothing, _nothing),
}
FUSED_SOFTMAX = InPlace(_softmax, _nothing)
FACTORS: dict[str, Callable[[int], float]] = {
    "squared_error": lambda n: 2,
    "mean_squared_error": lambda n: 2 / n,
    "sigmoid_cross_entropy": lambda n: 1,
    "softmax_cross_entropy": lambda n: 1,
}
"""What (a - y) is multiplied by, for n outputs, and by g' too unless the loss fuses g."""


class BatchStep:
    """θ := θ - rate · gradient, in place in the arrays of a network, for m examples at a time.

    An example is a row here, in x, in y and in all that follows from them: rows are gathered fast.
    """

    def __init__(self, network: Network, m: int, rate: float) -> None:
        layers, dtype = list(network.dense.values()), network.dtype
        g = [ACTIVATIONS.get(layer.activation, FUSED_SOFTMAX) for layer in layers]
        a = [np.empty((m, width), dtype) for width in network.sizes]
        self.x, self.y = a[0], np.empty_like(a[-1])
        calls: list[Call] = []
        for l, layer in enumerate(layers):
            calls += product(a[l], layer.W.T, a[l + 1])
            calls += [(np.add, a[l + 1], layer.b.T, a[l + 1])]
            calls += g[l].activate(a[l + 1])
        delta, ones = np.empty_like(a[-1]), np.ones((m, 1), dtype)  # δ times rate / m
        factor = _number(rate / m * FACTORS[network.loss](delta.shape[1]), delta)
        calls += [(np.subtract, a[-1], self.y, delta), (np.multiply, delta, factor, delta)]
        if not LOSSES[network.loss].fuses:
            calls += g[-1].times_slope(a[-1], delta)
        updates: list[Call] = []
        for l in range(len(layers) - 1, -1, -1):
            W, b = layers[l].W, layers[l].b
            dW, db = np.empty_like(W), np.empty_like(b)
            updates += [(delta.T.dot, a[l], dW), (np.subtract, W, dW, W)]
            updates += [(delta.T.dot, ones, db), (np.subtract, b, db, b)]
            if l:
                delta_after, delta = delta, np.empty_like(a[l])
                calls += [(delta_after.dot, W, delta), *g[l - 1].times_slope(a[l], delta)]
        self._calls = [partial(f, *arguments) for f, *arguments in calls + updates]

    @staticmethod
    def can(network: Network) -> bool:
        """Whether all that the network is made of can be computed in place."""
        *hidden, last = (layer.activation for layer in network.layers)
        known = last in ACTIVATIONS or LOSSES[network.loss].fuses == last
        dense = all(isinstance(layer, Dense) for layer in network.layers)
        in_place = known and all(g in ACTIVATIONS for g in hidden)
        return dense and network.loss in FACTORS and in_place

    def __call__(self) -> None:
        """Update the network from the examples in the rows of x and y."""
        for call in self._calls:
            call()


def product(x: FloatArray, WT: FloatArray, z: FloatArray) -> list[Call]:
    """Return what computes z = x Wᵀ, (m, p) times (p, n), for many rows in bands.

    With AVX-512, OpenBLAS multiplies at once if it finds the work small, in these limits; else it
    rearranges x first, which takes as long again where many inputs meet few units.
    """
    p, n = WT.shape
    band = int(min(1200 / n, 1e6 / (n * p)))
    if band < 32 or p < 4 * n:
        band = len(x)
    return [(x[k : k + band].dot, WT, z[k : k + band]) for k in range(0, len(x), band)]
