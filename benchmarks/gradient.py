"""One gradient of a 784-30-10 network over 1,000 examples in float64 (chapter 8)."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop.initialization import xavier_normal
from backprop.network import Network, dense_network
from benchmarks.measure import OURS, Goal, Section, installed, medians

Array = NDArray[np.floating[Any]]

EXAMPLES = 1000
LOOP, FLOOR, TORCH = "a loop over the examples", "the matrix products alone", "torch, eager"


def run() -> list[Section]:
    """Measure ours beside the loop, the floor and torch."""
    rng = np.random.default_rng(0)
    network = dense_network(
        [784, 30, 10],
        ["sigmoid", "softmax"],
        "softmax_cross_entropy",
        weights=xavier_normal,
        rng=rng,
    )
    X, Y = rng.random((784, EXAMPLES)), np.eye(10)[:, rng.integers(10, size=EXAMPLES)]
    peers: dict[str, Callable[[], list[Array]]] = {LOOP: lambda: loop(network, X, Y)}
    if installed("torch"):
        peers[TORCH] = in_torch(network, X, Y)
    for peer in peers.values():
        agree(network.gradient(X, Y).parameters.values(), peer())
    ours = {OURS: lambda: network.gradient(X, Y), FLOOR: products(network, X, Y)}
    section = Section(
        "The gradient for 784-30-10, 1,000 examples, float64",
        medians({**ours, **peers}),
        goals=(Goal(LOOP, 10), Goal(FLOOR, 0.6)),
        missing=() if TORCH in peers else (TORCH,),
    )
    return [section]


def loop(network: Network, X: Array, Y: Array) -> list[Array]:
    """Return the mean gradients of W1, b1, W2, b2, one example after the other."""
    (W1, b1), (W2, b2) = ((layer.W, layer.b[:, 0]) for layer in network.layers)
    sums = [np.zeros_like(p) for p in (W1, b1, W2, b2)]
    for x, y in zip(X.T, Y.T, strict=True):
        a1 = 1 / (1 + np.exp(-(W1 @ x + b1)))
        e = np.exp(W2 @ a1 + b2)
        delta2 = e / e.sum() - y
        delta1 = W2.T @ delta2 * a1 * (1 - a1)
        terms = np.outer(delta1, x), delta1, np.outer(delta2, a1), delta2
        for total, term in zip(sums, terms, strict=True):
            total += term
    return [total / X.shape[1] for total in sums]


def products(network: Network, X: Array, Y: Array) -> Callable[[], object]:
    """Return what does the five matrix products of a gradient and nothing else."""
    W1, W2 = (layer.W for layer in network.layers)
    trace, delta = network.forward(X), network.gradient(X, Y).delta
    a1, delta1, delta2 = trace.a[1], delta[1], delta[2]
    return lambda: (W1 @ X, W2 @ a1, delta2 @ a1.T, W2.T @ delta2, delta1 @ X.T)


def in_torch(network: Network, X: Array, Y: Array) -> Callable[[], list[Array]]:
    """Return the same gradient by torch's autograd."""
    import torch

    torch.set_num_threads(1)
    W1, b1, W2, b2 = parameters = [
        torch.tensor(array, requires_grad=True) for array in network.parameters.values()
    ]
    x, y = torch.tensor(X), torch.tensor(Y)

    def gradient() -> list[Array]:
        z = W2 @ torch.sigmoid(W1 @ x + b1) + b2
        cost = torch.nn.functional.cross_entropy(z.T, y.T)
        return [g.numpy() for g in torch.autograd.grad(cost, parameters)]

    return gradient


def agree(ours: Iterable[Array], theirs: Iterable[Array]) -> None:
    """Raise an AssertionError unless a peer finds our gradient."""
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(other.reshape(mine.shape), mine, rtol=1e-9, atol=1e-12)
