"""A network as plain data, with its forward and its backward pass (chapters 6 to 8 and 16).

Layers are numbered from 1 to L, the input is layer 0, and every dictionary here is keyed by these
numbers: `trace.a[l - 1]` enters layer l. Examples are columns: X is (n⁰, m) and Y is (nᴸ, m); a
vector is read as one column. Only where the first layer takes images, X is (m, C, H, W). Everything
computed has the dtype of the weights.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from backprop._arrays import (
    FloatArray,
    Order,
    as_floats,
    finite,
    float_dtype,
    targets,
)
from backprop._structure import (
    fused_activation,
    layer_activations,
    layer_sizes,
    positive_integer,
)
from backprop.initialization import Initializer, zeros
from backprop.layers import Dense, Kind, Layer, Shape, Weighted
from backprop.losses import LOSSES

_EXAMPLES = {"columns": (1, "(n,)"), "images": (3, "(C, H, W)")}  # the axes of one, and how named
_passes_on = np.errstate(over="ignore", invalid="ignore", under="ignore")  # refused later on


@dataclass(frozen=True, eq=False)
class Trace:
    """What a forward pass leaves behind: z[1] to z[L] and a[0] to a[L], columns or images."""

    z: Mapping[int, FloatArray]
    a: Mapping[int, FloatArray]


@dataclass(frozen=True, eq=False)
class Gradient:
    """What a backward pass finds, keyed by the layer from 1 to L.

    Attributes
    ----------
    W, b
        ∂J/∂W and ∂J/∂b, of the shapes of W and b: averages over the m examples. Layers that have
        none are left out.
    delta
        ∂L/∂z, in the shape of z: one column or image per example, not averaged.
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
        If a layer does not fit the one before it or has another dtype, none has weights, the last
        one gives images, or the loss is unknown or does not fit. Sizes of images, and what they
        make of the first dense layer, are checked where they are known, in `shapes` and `forward`.
    TypeError
        If one of the layers is none.
    """

    layers: Sequence[Layer]
    loss: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", _sequence(self.layers))
        _check_kinds(self.layers)
        _check_dtypes(self._weighted, self.takes)
        for l, layer in self.layer.items():
            if isinstance(layer, Dense):
                self._shapes_from(l, (layer.W.shape[1],))
                break
        fused_activation(LOSSES[self.loss].name, self.layers[-1].activation)

    @property
    def layer(self) -> dict[int, Layer]:
        """The layers by their number, from 1 to L."""
        return dict(enumerate(self.layers, 1))

    @property
    def takes(self) -> Kind:
        """What X holds: "columns" (n⁰, m) or "images" (m, C, H, W)."""
        return self.layers[0].takes

    @property
    def dense(self) -> dict[int, Dense]:
        """The layers by their number; a ValueError unless all of them are dense."""
        dense = {l: layer for l, layer in self.layer.items() if isinstance(layer, Dense)}
        if len(dense) < len(self.layers):
            raise ValueError("network must have dense layers only")
        return dense

    @property
    def sizes(self) -> tuple[int, ...]:
        """The units n⁰, ..., nᴸ, the input among them; a ValueError as in `dense`."""
        dense = self.dense
        return (dense[1].W.shape[1], *(len(layer.W) for layer in dense.values()))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the weights, and of all that is computed."""
        return next(iter(self._weighted.values())).W.dtype

    def shapes(self, shape: Shape) -> tuple[Shape, ...]:
        """Return the shape of one example as it enters and after each layer.

        Raises
        ------
        ValueError
            If it is not (n⁰,), or (C, H, W) for images, or a layer cannot take what reaches it.
        TypeError
            If it is not made of integers.
        """
        rank, text = _EXAMPLES[self.takes]
        if not isinstance(shape, Sequence) or len(shape) != rank:
            raise ValueError(f"shape must be {text}, as layer 1 takes it, not {shape!r}")
        return self._shapes_from(
            1, tuple(positive_integer(n, f"shape[{k}]") for k, n in enumerate(shape))
        )

    def _shapes_from(self, first: int, shape: Shape) -> tuple[Shape, ...]:
        """Return the shape of one example as it enters a layer, and after it and each later one."""
        shapes = [shape]
        for l, layer in enumerate(self.layers[first - 1 :], first):
            try:
                shapes.append(layer.shape_after(shapes[-1]))
            except ValueError as error:
                raise ValueError(f"layer {l} does not fit: {error}") from None
        return tuple(shapes)

    def read(self, X: ArrayLike, order: Order = "K") -> FloatArray:
        """Return examples as they may enter the network.

        Raises
        ------
        TypeError
            If they are not real numbers, or images are not floats.
        ValueError
            If they are not (n⁰, m), or (m, C, H, W) for images, with m at least 1, do not fit the
            layers, or hold NaN or an infinity.
        """
        examples = self.layers[0].read(X, "X", self.dtype, order)
        self.shapes(self.pick(examples, 0).shape)
        return examples

    def pick(self, X: FloatArray, which: Any) -> FloatArray:
        """Return some of the examples of an input, by a slice or an array of their numbers."""
        picked: FloatArray = X[:, which] if self._axis else X[which]
        return picked

    def count(self, X: FloatArray) -> int:
        """Return m, the number of examples of an input."""
        count: int = X.shape[self._axis]
        return count

    @property
    def parameters(self) -> dict[str, FloatArray]:
        """The arrays themselves, by name: "W[1]", "b[1]", "W[2]", ..."""
        layers = self._weighted.items()
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
        layers = self.layer
        for l, layer in self._weighted.items():
            layers[l] = replace(layer, W=parameters[f"W[{l}]"], b=parameters[f"b[{l}]"])
        return replace(self, layers=tuple(layers.values()))

    @_passes_on
    def forward(self, X: ArrayLike) -> Trace:
        """Compute every z and every a, from layer 1 to layer L.

        Raises
        ------
        ValueError, TypeError
            If X is not as `read` takes it, or a z overflows.
        """
        z, a = {}, {0: self.read(X)}
        for l, layer in self.layer.items():
            z[l] = layer.forward(a[l - 1])
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
        layers, L = self.layer, len(self.layers)
        W, b, delta = {}, {}, {L: self._output_delta(trace, Y)}
        for l in range(L, 0, -1):
            layer, a = layers[l], trace.a[l - 1]
            if isinstance(layer, Weighted):
                W[l], b[l] = layer.gradient(delta[l], a)
                finite(W[l], f"the gradient of W[{l}]")
                finite(b[l], f"the gradient of b[{l}]")
            if l > 1:
                upstream = layer.pull_back(delta[l], a)
                delta[l - 1] = layers[l - 1].g.vjp(trace.z[l - 1], upstream)
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

    @property
    def _weighted(self) -> dict[int, Weighted]:
        return {l: layer for l, layer in self.layer.items() if isinstance(layer, Weighted)}

    @property
    def _axis(self) -> int:
        """Along which axis the examples of an input are numbered."""
        return 1 if self.takes == "columns" else 0

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


def _sequence(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return the layers as a tuple, or raise unless there are some and nothing else."""
    if not isinstance(layers, Iterable):
        raise TypeError(f"layers must be a sequence of them, not {type(layers).__name__}")
    layers = tuple(layers)
    for l, layer in enumerate(layers, 1):
        if not isinstance(layer, Layer):
            raise TypeError(f"layer {l} must be an object such as Dense(W, b, g), not {layer!r}")
    if not layers:
        raise ValueError("layers must hold at least one layer")
    return layers


def _check_kinds(layers: Sequence[Layer]) -> None:
    """Raise a ValueError unless each layer takes what comes, and the loss gets columns."""
    for l, (before, layer) in enumerate(pairwise(layers), 2):
        if layer.takes != before.gives:
            raise ValueError(
                f"layer {l} takes {layer.takes}, and layer {l - 1} gives {before.gives}: "
                "Flatten leads from images to columns, and nothing leads back"
            )
    if layers[-1].gives != "columns":
        raise ValueError(f"the last layer must give columns to the loss, not {layers[-1].gives}")


def _check_dtypes(layers: Mapping[int, Weighted], takes: Kind) -> None:
    """Raise a ValueError unless there are weights, and all have one dtype, which images allow."""
    if not layers:
        raise ValueError("layers must hold at least one with weights")
    l, dtype = next((l, layer.W.dtype) for l, layer in layers.items())
    if takes == "images" and dtype not in (np.float32, np.float64):
        raise ValueError(f"W of layer {l} must be float32 or float64 for images, not {dtype}")
    for (k, before), (l, layer) in pairwise(layers.items()):
        if layer.W.dtype != before.W.dtype:
            raise ValueError(
                f"W of layer {l} must be {before.W.dtype}, as in layer {k}, not {layer.W.dtype}"
            )


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
