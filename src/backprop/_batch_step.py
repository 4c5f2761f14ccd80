"""One update from one mini-batch, in arrays that are made once: what `sgd` runs where it can.

It does what `Network.gradient` and an update do for the activations and losses that can be computed
in place; `tests/test_batch_step.py` holds the two together. Slopes are computed from a, not from z:
where the sigmoid has rounded to 0, or tanh to -1 or 1, they are 0, not the tiny number of
`activations.py`.

All calls of a step are listed beforehand, each with its arguments, and a step runs through the
list: for small batches, looking things up would take as long as computing with them.
"""

from collections.abc import Callable, Mapping
from functools import partial
from math import inf
from typing import Any, TypeAlias

import numpy as np

from backprop._arrays import FloatArray
from backprop.layers import Dense
from backprop.losses import LOSSES
from backprop.network import Network

Call: TypeAlias = tuple[Any, ...]  # a function and its arguments, the result's array among them
InPlace: TypeAlias = Callable[[FloatArray, FloatArray], tuple[list[Call], list[Call]]]


def _number(value: float, like: FloatArray) -> FloatArray:
    """Return a number as an array, which NumPy reads faster than one of Python's."""
    return np.array(value, like.dtype)


def _sigmoid(a: FloatArray, delta: FloatArray) -> tuple[list[Call], list[Call]]:
    one, rest = _number(1, a), np.empty_like(a)  # the rest is 1 - a = 1 / (1 + exp(z))
    return [
        (np.exp, a, rest),
        (np.add, rest, one, rest),
        (np.reciprocal, rest, rest),
        (np.subtract, one, rest, a),
    ], [(np.multiply, rest, a, rest), (np.multiply, delta, rest, delta)]


def _tanh(a: FloatArray, delta: FloatArray) -> tuple[list[Call], list[Call]]:
    slope = np.empty_like(a)
    return [(np.tanh, a, a)], [
        (np.multiply, a, a, slope),
        (np.subtract, _number(1, a), slope, slope),
        (np.multiply, delta, slope, delta),
    ]


def _relu(a: FloatArray, delta: FloatArray) -> tuple[list[Call], list[Call]]:
    zero, slope = _number(0, a), np.empty_like(a)
    return [(partial(np.maximum, out=a), a, zero)], [
        (np.greater, a, zero, slope),
        (np.multiply, delta, slope, delta),
    ]


def _identity(a: FloatArray, delta: FloatArray) -> tuple[list[Call], list[Call]]:
    return [], []


def _softmax(a: FloatArray, delta: FloatArray) -> tuple[list[Call], list[Call]]:
    """Do it for a loss that fuses it, whose δ needs no slope."""
    of_row = np.empty((len(a), 1), a.dtype)
    return [
        (np.maximum.reduce, a, 1, None, of_row, True),
        (np.subtract, a, of_row, a),
        (np.exp, a, a),
        (np.add.reduce, a, 1, None, of_row, True),
        (np.divide, a, of_row, a),
    ], []


ACTIVATIONS: dict[str, InPlace] = {
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "relu": _relu,
    "identity": _identity,
}
"""The calls that turn z, in the array of a, into a, and those that multiply δ by g'."""

FACTORS: dict[str, Callable[[int], float]] = {
    "squared_error": lambda n: 2,
    "mean_squared_error": lambda n: 2 / n,
    "sigmoid_cross_entropy": lambda n: 1,
    "softmax_cross_entropy": lambda n: 1,
}
"""What (a - y) is multiplied by, for n outputs, and by g' too unless the loss fuses g."""


def together(parameters: Mapping[str, FloatArray]) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Return copies of parameters in one vector, and as views of it in their own shapes."""
    arrays = parameters.values()
    vector = np.concatenate([array.ravel() for array in arrays])
    pieces = np.split(vector, np.cumsum([array.size for array in arrays])[:-1])
    shaped = (piece.reshape(array.shape) for piece, array in zip(pieces, arrays, strict=True))
    return vector, dict(zip(parameters, shaped, strict=True))


class BatchStep:
    """θ := θ - rate · gradient, in place in the arrays of a network, for m examples at a time.

    With a weight decay λ, the gradient is that of J + λ/2 · (the sum of all squared weights).

    These arrays are views of θ, as `together` makes them, so that one subtraction moves them all.

    An example is a row here, in x, in y and in all that follows from them: rows are gathered fast.
    """

    def __init__(
        self, network: Network, theta: FloatArray, m: int, rate: float, decay: float = 0.0
    ) -> None:
        layers, L = network.dense, len(network.dense)
        a = [np.empty((m, n), network.dtype) for n in network.sizes]
        delta = {l: np.empty_like(a[l]) for l in layers}  # δ times rate / m
        self.x, self.y = a[0], np.empty_like(a[L])
        factor = _number(rate / m * FACTORS[network.loss](a[L].shape[1]), a[L])
        calls: list[Call] = []
        times_slope: dict[int, list[Call]] = {}
        for l, layer in layers.items():
            in_place = ACTIVATIONS.get(layer.activation, _softmax)
            activate, times_slope[l] = in_place(a[l], delta[l])
            calls += [*_linear(layer, a[l - 1], a[l]), *activate]
        calls += [(np.subtract, a[L], self.y, delta[L]), (np.multiply, delta[L], factor, delta[L])]
        if not LOSSES[network.loss].fuses:
            calls += times_slope[L]
        for l in range(L - 1, 0, -1):
            calls += [(delta[l + 1].dot, layers[l + 1].W, delta[l]), *times_slope[l]]
        change, d = together(network.parameters)
        for l in layers:
            calls += _gradient(a[l - 1], delta[l], d[f"W[{l}]"], d[f"b[{l}]"])
        keep = _number(1 - rate * decay, theta)
        calls += [(np.multiply, layer.W, keep, layer.W) for layer in layers.values() if decay]
        calls += [(np.subtract, theta, change, theta)]
        self._calls = [partial(function, *arguments) for function, *arguments in calls]

    @staticmethod
    def can(network: Network) -> bool:
        """Whether all that the network is made of can be computed in place.

        A subclass cannot: what it computes may be its own.
        """
        dense = all(type(layer) is Dense for layer in network.layers)
        if type(network) is not Network or not dense:
            return False
        *hidden, last = (layer.activation for layer in network.layers)
        known = last in ACTIVATIONS or LOSSES[network.loss].fuses == last
        return network.loss in FACTORS and known and all(g in ACTIVATIONS for g in hidden)

    def __call__(self) -> None:
        """Update the network from the examples in the rows of x and y."""
        for call in self._calls:
            call()


def _linear(layer: Dense, before: FloatArray, z: FloatArray) -> list[Call]:
    return [*product(before, layer.W.T, z, 1200), (np.add, z, layer.b.T, z)]


def _gradient(a: FloatArray, delta: FloatArray, dW: FloatArray, db: FloatArray) -> list[Call]:
    ones = np.ones((len(delta), 1), delta.dtype)
    return [*product(a.T, delta, dW.T), (delta.T.dot, ones, db)]


def product(A: FloatArray, B: FloatArray, out: FloatArray, entries: float = inf) -> list[Call]:
    """Return what computes A B, in bands of rows where A is large and B is thin.

    With AVX-512, OpenBLAS multiplies at once up to 1e6 multiplications and, if B is transposed,
    1200 entries; beyond, it first rearranges A, which a thin B does not repay. Without AVX-512,
    bands take up to a fifth longer.
    """
    p, n = B.shape
    band = int(min(entries, 1e6 / p) / n)
    if 32 <= band < len(A) and A.size > 1000 * n:
        rows = [slice(k, k + band) for k in range(0, len(A), band)]
        return [(np.matmul, A[k], B, out[k]) for k in rows]
    return [(A.dot, B, out)] if out.flags.c_contiguous else [(B.T.dot, A.T, out.T)]
