"""The depth explorer: how large the gradient still is when it reaches the first layers."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np

from backprop.explorers.frames import FramesExplorer
from backprop.initialization import normal
from backprop.network import dense_network

WIDTH, EXAMPLES = 30, 20
HIDDEN = ("sigmoid", "tanh", "relu")
DEPTHS = (5, 10, 20, 40)
SCALES = (0.5, 1, 1.4, 2, 4)


def gradient_norms(depth: int, scale: float, activation: str) -> Iterator[float]:
    """Yield |∂J/∂W| of layer 1 to `depth` for random weights and 20 examples (chapter 11).

    The layers have 30 units, the weights are drawn from N(0, scale²/30), and the last layer has no
    activation; X and Y are standard normal, the loss is the squared error, and seeds are fixed.
    """
    rng = np.random.default_rng(depth)
    sizes, names = [WIDTH] * (depth + 1), [activation] * (depth - 1) + ["identity"]
    weights = normal(scale / np.sqrt(WIDTH))
    network = dense_network(sizes, names, "squared_error", weights=weights, rng=rng)
    X, Y = rng.standard_normal((2, WIDTH, EXAMPLES))
    gradient = network.gradient(X, Y)
    return (float(np.linalg.norm(gradient.W[l])) for l in range(1, depth + 1))


def depth_explorer() -> FramesExplorer:
    """Return an explorer of the gradient's norm, layer by layer, on depth and weights."""
    figure, axes = plt.subplots(figsize=(6.5, 3.8), layout="constrained")
    plt.close(figure)
    curves = {
        name: axes.semilogy([], [], style, label=name)[0]
        for name, style in zip(HIDDEN, ("-o", "-s", "-^"), strict=True)
    }
    for curve in curves.values():
        curve.set_markersize(3.5)
    axes.set(xlabel="layer", ylabel="norm of the gradient")
    axes.set(xlim=(0, 41), ylim=(1e-37, 1e40))
    axes.set_yticks([1e-30, 1e-15, 1, 1e15, 1e30], ["10⁻³⁰", "10⁻¹⁵", "1", "10¹⁵", "10³⁰"])
    axes.minorticks_off()
    axes.legend(loc="lower right", fontsize=9)

    def update(depth: float, scale: float) -> str:
        first = {}
        for name, curve in curves.items():
            norms = list(gradient_norms(round(depth), scale, name))
            curve.set_data(range(1, len(norms) + 1), norms)
            first[name] = norms[0]
        texts = ", ".join(f"{name} {norm:.1e}" for name, norm in first.items())
        return (
            f"{depth:.0f} layers, standard deviation {scale:g}/√30. Layer 1 gets, rounded: {texts}."
        )

    alt = (
        "The norm of the gradient in each layer, on a logarithmic scale, for sigmoid, tanh and "
        "ReLU units."
    )
    return FramesExplorer(figure, update, alt=alt, depth=DEPTHS, scale=SCALES)
