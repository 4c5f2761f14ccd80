"""A network as plain data, with its forward and its backward pass (chapters 6 to 8).

Layers are numbered from 1 to L, the input is layer 0, and every dictionary here is keyed by these
numbers: `trace.a[l - 1]` enters layer l. Examples are columns: X is (n⁰, m) and Y is (nᴸ, m); a
vector is read as one column. Everything computed has the dtype of the weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from backprop._arrays import (
    FloatArray,
    as_floats,
    columns,
    finite,
    float_dtype,
    positive_integers,
    targets,
)
from backprop.activations import ACTIVATIONS, Activation
from backprop.initialization import Initializer, zeros
from backprop.losses import LOSSES

_passes_on = np.errstate(over="ignore", invalid="ignore", under="ignore")  # refused later on


@dataclass(frozen=True, eq=False)
class Dense:
    """A layer that joins each of its n units to each of the p units before it.

    Attributes
    ----------
    W
        Weights (n, p): row k holds what enters unit k.
    b
        Biases (n, 1), also accepted as (n,).
    activation
        The name of g in `ACTIVATIONS`.

    Raises
    ------
    ValueError
        If the shapes do not fit, an entry is not finite, or the activation is unknown.
    """

    W: FloatArray
    b: FloatArray
    activation: str

    @_passes_on
    def __post_init__(self) -> None:
        W, b = as_floats(self.W, "W"), as_floats(self.b, "b")
        if W.ndim != 2 or 0 in W.shape:
            raise ValueError(f"W must be a matrix with at least one entry, not of shape {W.shape}")
        if b.shape not in {(len(W),), (len(W), 1)}:
            raise ValueError(f"b must have shape ({len(W)}, 1), a bias per row of W, not {b.shape}")
        b = b.reshape(-1, 1).astype(W.dtype, copy=False)
        finite(W, "W")
        finite(b, "b")
        object.__setattr__(self, "W", W)
        object.__setattr__(self, "b", b)
        ACTIVATIONS[self.activation]

    @property
    def g(self) -> Activation:
        """The activation itself."""
        return ACTIVATIONS[self.activation]

    def read(self, x: ArrayLike, name: str) -> FloatArray:
        """Return x as columns (p, m) that may enter the layer; a ValueError if they may not."""
        return columns(x, name, self.W.shape[1], self.W.dtype)

    def linear(self, a: FloatArray) -> FloatArray:
        """Return z = W a + b: (n, p) times (p, m), plus one bias per row."""
        z: FloatArray = self.W @ a
        z += self.b
        return z

    def pull_back(self, delta: FloatArray) -> FloatArray:
        """Return ∂L/∂a = Wᵀ δ: (p, n) times (n, m)."""
        return self.W.T @ delta

    def gradient(self, delta: FloatArray, a: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return ∂J/∂W = (1/m) δ aᵀ, (n, m) times (m, p), and ∂J/∂b, the mean column of δ."""
        m = delta.shape[1]
        return delta @ a.T / m, np.sum(delta, axis=1, keepdims=True) / m


@dataclass(frozen=True, eq=False)
class Trace:
    """What a forward pass leaves behind: z[1] to z[L] and a[0] to a[L], each (nˡ, m)."""

    z: Mapping[int, FloatArray]
    a: Mapping[int, FloatArray]


@dataclass(frozen=True, eq=False)
class Gradient:
    """What a backward pass finds, keyed by the layer from 1 to L.

    Attributes
    ----------
    W, b
        ∂J/∂W and ∂J/∂b, of the shapes of W and b: averages over the m examples.
    delta
        ∂L/∂z, (nˡ, m): one column per example, not averaged.
    """

    W: Mapping[int, FloatArray]
    b: Mapping[int, FloatArray]
    delta: Mapping[int, FloatArray]

    @property
    def parameters(self) -> dict[str, FloatArray]:
        """The gradients by the names that the network gives its parameters."""
        return _by_name(self.W, self.b)


@dataclass(frozen=True, eq=False)
class Network:
    """Layers in a row, and a loss for what the last one says.

    Attributes
    ----------
    layers
        Layer 1 to layer L.
    loss
        The name of L in `LOSSES`. A loss that fuses an activation, such as
        `softmax_cross_entropy`, works on z of the last layer, which must have that activation.

    Raises
    ------
    ValueError
        If a layer does not fit the one before it or has another dtype, or the loss is unknown or
        does not fit.
    """

    layers: Sequence[Dense]
    loss: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers:
            raise ValueError("layers must hold at least one layer")
        for l, (before, layer) in enumerate(pairwise(self.layers), 2):
            if layer.W.shape[1] != len(before.W):
                raise ValueError(
                    f"W of layer {l} must have {len(before.W)} columns, one for each unit of "
                    f"layer {l - 1}, not {layer.W.shape[1]}"
                )
            if layer.W.dtype != before.W.dtype:
                raise ValueError(
                    f"W of layer {l} must be {before.W.dtype}, as in layer {l - 1}, "
                    f"not {layer.W.dtype}"
                )
        fused_activation(self.loss, self.layers[-1].activation)

    @property
    def layer(self) -> dict[int, Dense]:
        """The layers by their number, from 1 to L."""
        return dict(enumerate(self.layers, 1))

    @property
    def sizes(self) -> tuple[int, ...]:
        """The units n⁰, ..., nᴸ, the input among them."""
        return (self.layers[0].W.shape[1], *(len(layer.W) for layer in self.layers))

    @property
    def parameters(self) -> dict[str, FloatArray]:
        """The arrays themselves, by name: "W[1]", "b[1]", "W[2]", ..."""
        layers = self.layer.items()
        return _by_name({l: layer.W for l, layer in layers}, {l: layer.b for l, layer in layers})

    def with_parameters(self, parameters: Mapping[str, FloatArray]) -> "Network":
        """Return the same network with other parameters, given by their names.

        Raises
        ------
        ValueError
            If the names are not those of this network, or the layers do not fit.
        """
        if set(parameters) != set(self.parameters):
            names = ", ".join(self.parameters)
            raise ValueError(f"parameters must be {names}, not {', '.join(parameters)}")
        layers = [
            replace(layer, W=parameters[f"W[{l}]"], b=parameters[f"b[{l}]"])
            for l, layer in self.layer.items()
        ]
        return replace(self, layers=layers)

    @_passes_on
    def forward(self, X: ArrayLike) -> Trace:
        """Compute every z and every a, from layer 1 to layer L.

        Raises
        ------
        ValueError
            If X is not (n⁰, m) with m at least 1 or holds NaN or an infinity, or a z overflows.
        """
        z, a = {}, {0: self.layers[0].read(X, "X")}
        for l, layer in self.layer.items():
            z[l] = layer.linear(a[l - 1])
            finite(z[l], f"z[{l}]")
            a[l] = layer.g.function(z[l])
        return Trace(z, a)

    @_passes_on
    def backward(self, trace: Trace, Y: ArrayLike) -> Gradient:
        """Compute every δ and every gradient, from layer L to layer 1.

        Raises
        ------
        ValueError
            If Y does not have the shape of the prediction or is not what the loss allows, or a
            gradient overflows, or is infinite, as where ŷ = σ(z) has rounded to 1 and y = 0.
        """
        layer, L = self.layer, len(self.layers)
        W, b, delta = {}, {}, {L: self._output_delta(trace, Y)}
        for l in range(L, 0, -1):
            W[l], b[l] = layer[l].gradient(delta[l], trace.a[l - 1])
            finite(W[l], f"the gradient of W[{l}]")
            finite(b[l], f"the gradient of b[{l}]")
            if l > 1:
                upstream = layer[l].pull_back(delta[l])
                delta[l - 1] = layer[l - 1].g.vjp(trace.z[l - 1], upstream)
        return Gradient(W, b, delta)

    def predict(self, X: ArrayLike) -> FloatArray:
        """Return what the last layer says, (nᴸ, m)."""
        return self.forward(X).a[len(self.layers)]

    @_passes_on
    def cost(self, X: ArrayLike, Y: ArrayLike) -> np.floating[Any]:
        """J = (1/m) Σ L, the mean loss over the m examples."""
        prediction, target = self._compared(self.forward(X), Y)
        return LOSSES[self.loss].cost(prediction, target)

    def gradient(self, X: ArrayLike, Y: ArrayLike) -> Gradient:
        """Run forward, then backward."""
        return self.backward(self.forward(X), Y)

    def _compared(self, trace: Trace, Y: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return what the loss takes: z of the last layer if it fuses the activation, or a."""
        L = len(self.layers)
        prediction = trace.z[L] if LOSSES[self.loss].fuses else trace.a[L]
        n, m = prediction.shape
        return prediction, targets(Y, n, m, prediction.dtype)

    def _output_delta(self, trace: Trace, Y: ArrayLike) -> FloatArray:
        """∂L/∂z of the last layer."""
        loss, L = LOSSES[self.loss], len(self.layers)
        upstream = loss.gradient(*self._compared(trace, Y))
        finite(upstream, f"the gradient of {self.loss}")
        return upstream if loss.fuses else self.layer[L].g.vjp(trace.z[L], upstream)


def dense_network(
    sizes: Sequence[int],
    activations: Sequence[str],
    loss: str,
    *,
    weights: Initializer,
    biases: Initializer = zeros,
    rng: np.random.Generator | None = None,
    dtype: DTypeLike = np.float64,
) -> Network:
    """Return a network of dense layers whose parameters come from two initialisers.

    Raises
    ------
    ValueError
        If sizes are not at least two positive integers, there is not one activation for each
        layer, a name is unknown, dtype is not one of floats, or an initialiser returns an array
        of another shape than it was given, or what is not finite in this dtype.
    """
    sizes, dtype = layer_sizes(sizes), float_dtype(dtype)
    layers = [
        Dense(_drawn(weights, (n, p), rng, dtype), _drawn(biases, (n, 1), rng, dtype), g)
        for (p, n), g in zip(pairwise(sizes), layer_activations(sizes, activations), strict=True)
    ]
    return Network(layers, loss)


def layer_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the units n⁰, ..., nᴸ of a network as Python integers.

    Raises
    ------
    ValueError
        Unless they are at least two positive integers.
    """
    return positive_integers(sizes, "sizes")


def layer_activations(sizes: Sequence[int], activations: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the activations; a ValueError unless there is one for each layer."""
    if isinstance(activations, str) or len(activations) != len(sizes) - 1:
        raise ValueError(
            f"activations must name one for each of the {len(sizes) - 1} layers, "
            f"not {activations!r}"
        )
    return tuple(activations)


def fused_activation(loss: str, last: str) -> str | None:
    """Return the activation that a loss applies itself, or None if it applies none.

    Raises
    ------
    ValueError
        If the loss is unknown, or `last`, the activation of the last layer, is another one.
    """
    fused = LOSSES[loss].fuses
    if fused not in {None, last}:
        raise ValueError(
            f"the loss {loss} applies {fused} itself: the activation of the last layer "
            f"must be {fused}, not {last}"
        )
    return fused


@_passes_on
def _drawn(
    initialiser: Initializer,
    shape: tuple[int, int],
    rng: np.random.Generator | None,
    dtype: np.dtype[Any],
) -> FloatArray:
    """Return parameters as an initialiser gives them, in a dtype."""
    array = as_floats(initialiser(shape, rng), "what an initialiser returns")
    if array.shape != shape:
        raise ValueError(f"an initialiser must return the shape {shape}, not {array.shape}")
    return array.astype(dtype)


def _by_name(W: Mapping[int, FloatArray], b: Mapping[int, FloatArray]) -> dict[str, FloatArray]:
    """Return arrays keyed by layer as a dictionary keyed "W[1]", "b[1]", "W[2]", ..."""
    return {f"{name}[{l}]": array[l] for l in sorted(W) for name, array in (("W", W), ("b", b))}
