"""One update from one mini-batch, in arrays that are made once: what `sgd` runs where it can.

It does what `Network.gradient` and an update do for the activations and losses that can be computed
in place; `tests/test_batch_step.py` holds the two together. Slopes are computed from a, as in
a(1 - a): where a has rounded to 1 they are 0, not the tiny number of `activations.py`.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from backprop._arrays import FloatArray
from backprop.layers import Dense
from backprop.losses import LOSSES
from backprop.network import Network

InPlace: TypeAlias = Callable[[FloatArray], object]
Slope: TypeAlias = Callable[[FloatArray, FloatArray], object]


@cache
def _one(dtype: np.dtype[Any]) -> FloatArray:
    """Return 1 as an array, which NumPy reads faster than a number of Python's."""
    return np.ones((), dtype)


def _sigmoid(z: FloatArray) -> None:
    np.negative(z, z)
    np.exp(z, z)
    np.add(z, _one(z.dtype), z)
    np.reciprocal(z, z)


def _sigmoid_slope(a: FloatArray, slope: FloatArray) -> None:
    np.subtract(_one(a.dtype), a, slope)
    np.multiply(slope, a, slope)


def _tanh(z: FloatArray) -> None:
    np.tanh(z, z)


def _tanh_slope(a: FloatArray, slope: FloatArray) -> None:
    np.multiply(a, a, slope)
    np.subtract(_one(a.dtype), slope, slope)


def _relu(z: FloatArray) -> None:
    np.maximum(z, 0, out=z)


def _relu_slope(a: FloatArray, slope: FloatArray) -> None:
    np.greater(a, 0, slope)


def _identity(z: FloatArray) -> None:
    pass


def _identity_slope(a: FloatArray, slope: FloatArray) -> None:
    slope.fill(1)


def _softmax(z: FloatArray) -> None:
    np.subtract(z, z.max(0), z)
    np.exp(z, z)
    np.divide(z, z.sum(0), z)


ACTIVATIONS: dict[str, tuple[InPlace, Slope]] = {
    "sigmoid": (_sigmoid, _sigmoid_slope),
    "tanh": (_tanh, _tanh_slope),
    "relu": (_relu, _relu_slope),
    "identity": (_identity, _identity_slope),
}
FACTORS: dict[str, Callable[[int], float]] = {
    "squared_error": lambda n: 2,
    "mean_squared_error": lambda n: 2 / n,
    "sigmoid_cross_entropy": lambda n: 1,
    "softmax_cross_entropy": lambda n: 1,
}
"""What (a - y) is multiplied by, for n outputs, and by g' too unless the loss fuses g."""


class _Layer(NamedTuple):
    """The arrays of a layer and views of them; `before` is what enters it."""

    W: FloatArray
    WT: FloatArray
    b: FloatArray
    activate: InPlace
    slope_of: Slope
    before: FloatArray
    beforeT: FloatArray
    a: FloatArray
    slope: FloatArray
    delta: FloatArray
    dW: FloatArray
    db: FloatArray


class BatchStep:
    """θ := θ - rate · gradient, in place in the arrays of a network, for m examples at a time."""

    def __init__(self, network: Network, m: int, rate: float) -> None:
        n, dtype = network.sizes, network.dtype
        self.x = np.empty((m, n[0]), dtype)  # an example is a row here: rows are gathered fast
        self.y = np.empty((m, n[-1]), dtype)
        self._layers: list[_Layer] = []
        before: FloatArray = self.x.T
        for layer in network.dense.values():
            W, b = layer.W, layer.b
            a, slope, delta = (np.empty((len(W), m), dtype) for _ in range(3))
            g = ACTIVATIONS.get(layer.activation, (_softmax, _identity_slope))
            arrays = a, slope, delta, np.empty_like(W), np.empty_like(b)
            self._layers.append(_Layer(W, W.T, b, *g, before, before.T, *arrays))
            before = a
        self._target = self.y.T
        self._fused = LOSSES[network.loss].fuses is not None
        self._factor = np.array(rate / m * FACTORS[network.loss](n[-1]), dtype)
        self._ones = np.ones((m, 1), dtype)

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
        for layer in self._layers:
            np.matmul(layer.W, layer.before, layer.a)
            np.add(layer.a, layer.b, layer.a)
            layer.activate(layer.a)
        self._output_delta(self._layers[-1])
        for l in range(len(self._layers) - 1, -1, -1):
            layer = self._layers[l]
            if l:
                before = self._layers[l - 1]
                np.matmul(layer.WT, layer.delta, before.delta)
                _times_slope(before)
            np.matmul(layer.delta, layer.beforeT, layer.dW)
            np.matmul(layer.delta, self._ones, layer.db)
            np.subtract(layer.W, layer.dW, layer.W)
            np.subtract(layer.b, layer.db, layer.b)

    def _output_delta(self, last: _Layer) -> None:
        """Compute δ of the last layer, already multiplied by rate / m."""
        np.subtract(last.a, self._target, last.delta)
        np.multiply(last.delta, self._factor, last.delta)
        if not self._fused:
            _times_slope(last)


def _times_slope(layer: _Layer) -> None:
    layer.slope_of(layer.a, layer.slope)
    np.multiply(layer.delta, layer.slope, layer.delta)
