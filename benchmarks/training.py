"""One epoch of 784-30-10 on 50,000 images in float32, for three sizes of a batch (chapter 9).

The images are random, of MNIST's shape: no rival is faster or slower for what they show. Each
rival starts from the same parameters and goes through the same batches. Our time is that of a run,
with its checks at the start, divided by its epochs.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop._batch_step import product
from backprop.initialization import xavier_normal
from backprop.network import Network, dense_network
from backprop.optimization import sgd
from benchmarks.measure import OURS, Goal, Section, installed, medians

Array = NDArray[np.floating[Any]]
Epoch = Callable[[], list[Array]]

EXAMPLES, RATE, EPOCHS = 50_000, 3.0, 20
LOOP, FLOOR = "a loop over the examples", "gathering and the matrix products alone"
TORCH, JAX, SKLEARN = "torch, eager", "JAX, one jitted scan", "scikit-learn's MLPClassifier"
GOALS = {
    10: {LOOP: 15, FLOOR: 0.55, TORCH: 8, JAX: 1 / 1.15},
    32: {FLOOR: 0.7, TORCH: 5},
    128: {FLOOR: 0.7, TORCH: 2, JAX: 1},
}


def run() -> list[Section]:
    """Measure an epoch at each size of a batch."""
    rng = np.random.default_rng(0)
    rows = rng.random((EXAMPLES, 784), np.float32)
    targets = np.eye(10, dtype=np.float32)[rng.integers(10, size=EXAMPLES)]
    return [section(rows, targets, size) for size in GOALS]


def section(rows: Array, targets: Array, size: int) -> Section:
    """Measure an epoch of batches of one size."""
    network = dense_network(
        [784, 30, 10],
        ["sigmoid", "sigmoid"],
        "squared_error",
        weights=xavier_normal,
        rng=np.random.default_rng(1),
        dtype=np.float32,
    )
    order = np.random.default_rng(2).permutation(EXAMPLES)
    batches = np.split(order, range(size, EXAMPLES, size))
    peers: dict[str, Epoch] = {LOOP: lambda: loop(network, rows, targets, batches)}
    if installed("torch"):
        peers[TORCH] = in_torch(network, rows, targets, batches)
    if installed("jax"):
        peers[JAX] = in_jax(network, rows, targets, batches)
    check(network, rows, targets, size, peers)
    rivals: dict[str, Callable[[], object]] = {
        OURS: lambda: ours(network, rows, targets, size, EPOCHS),
        FLOOR: lambda: floor(network, rows, targets, batches),
        **peers,
    }
    if installed("sklearn"):
        rivals[SKLEARN] = in_sklearn(rows, targets, size)
    seconds = medians(rivals, rounds=7)
    seconds[OURS] /= EPOCHS
    return Section(
        f"An epoch of 784-30-10 on 50,000 images in batches of {size}, float32",
        seconds,
        goals=tuple(Goal(rival, ratio) for rival, ratio in GOALS[size].items()),
        missing=tuple(name for name in (TORCH, JAX, SKLEARN) if name not in rivals),
    )


def ours(network: Network, rows: Array, targets: Array, size: int, epochs: int) -> list[Array]:
    """Train with the book's own function and return the parameters."""
    trained = sgd(
        network,
        rows.T,
        targets.T,
        rate=RATE,
        epochs=epochs,
        batch_size=size,
        rng=np.random.default_rng(2),
        track=False,
    )
    return list(trained.network.parameters.values())


def check(
    network: Network, rows: Array, targets: Array, size: int, peers: dict[str, Epoch]
) -> None:
    """Raise an AssertionError unless every peer ends its epoch where ours does."""
    mine = ours(network, rows, targets, size, 1)
    for peer in peers.values():
        for ours_, theirs in zip(mine, peer(), strict=True):
            np.testing.assert_allclose(theirs.reshape(ours_.shape), ours_, rtol=0.02, atol=0.02)


def loop(
    network: Network, rows: Array, targets: Array, batches: list[NDArray[np.intp]]
) -> list[Array]:
    """Update from each batch after one forward and one backward pass per example."""
    W1, b1, W2, b2 = (array.copy() for array in network.parameters.values())
    for batch in batches:
        sums = [np.zeros_like(p) for p in (W1, b1, W2, b2)]
        for example in batch:
            x, y = rows[example][:, np.newaxis], targets[example][:, np.newaxis]
            a1 = 1 / (1 + np.exp(-(W1 @ x + b1)))
            a2 = 1 / (1 + np.exp(-(W2 @ a1 + b2)))
            delta2 = 2 * (a2 - y) * a2 * (1 - a2)
            delta1 = W2.T @ delta2 * a1 * (1 - a1)
            terms = delta1 @ x.T, delta1, delta2 @ a1.T, delta2
            for total, term in zip(sums, terms, strict=True):
                total += term
        for parameter, total in zip((W1, b1, W2, b2), sums, strict=True):
            parameter -= RATE / len(batch) * total
    return [W1, b1, W2, b2]


def floor(network: Network, rows: Array, targets: Array, batches: list[NDArray[np.intp]]) -> None:
    """Gather each batch and do the five matrix products as our code does, into arrays made once."""
    W1, W2 = (layer.W for layer in network.dense.values())
    dtype, size = W1.dtype, len(batches[0])
    x, y = np.empty((size, 784), dtype), np.empty((size, 10), dtype)
    a1, a2 = np.empty((size, 30), dtype), np.empty((size, 10), dtype)
    delta1, delta2 = np.ones_like(a1), np.ones_like(a2)
    dW1, dW2 = np.empty_like(W1), np.empty_like(W2)
    forward = [partial(f, *given) for f, *given in product(x, W1.T, a1, 1200)]
    backward = [partial(f, *given) for f, *given in product(x.T, delta1, dW1.T)]
    for batch in batches:
        if len(batch) == size:
            rows.take(batch, 0, x, "clip")
            targets.take(batch, 0, y, "clip")
            for band in forward:
                band()
            a1.dot(W2.T, a2)
            delta2.T.dot(a1, dW2)
            delta2.dot(W2, delta1)
            for band in backward:
                band()


def in_torch(
    network: Network, rows: Array, targets: Array, batches: list[NDArray[np.intp]]
) -> Epoch:
    """Return an epoch in torch as its tutorials write it: a module, autograd and an optimiser."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    x, y = torch.from_numpy(rows), torch.from_numpy(targets)
    indices = [torch.from_numpy(batch) for batch in batches]

    def epoch() -> list[Array]:
        model = nn.Sequential(nn.Linear(784, 30), nn.Sigmoid(), nn.Linear(30, 10), nn.Sigmoid())
        with torch.no_grad():
            for parameter, array in zip(
                model.parameters(), network.parameters.values(), strict=True
            ):
                parameter.copy_(torch.from_numpy(array).reshape(parameter.shape))
        optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
        for batch in indices:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x[batch]), y[batch], reduction="sum") / len(batch)
            loss.backward()
            optimizer.step()
        return [parameter.detach().numpy() for parameter in model.parameters()]

    return epoch


def in_jax(network: Network, rows: Array, targets: Array, batches: list[NDArray[np.intp]]) -> Epoch:
    """Return an epoch in JAX: one compiled scan over the full batches, then what is left."""
    import jax
    import jax.numpy as jnp

    x, y = jnp.asarray(rows), jnp.asarray(targets)
    full = [batch for batch in batches if len(batch) == len(batches[0])]
    order, start = jnp.asarray(np.array(full)), list(network.parameters.values())

    def cost(parameters: list[Any], x: Any, y: Any) -> Any:
        W1, b1, W2, b2 = parameters
        yhat = jax.nn.sigmoid(W2 @ jax.nn.sigmoid(W1 @ x.T + b1) + b2)
        return jnp.sum((yhat - y.T) ** 2) / len(x)

    def step(parameters: list[Any], batch: Any) -> tuple[list[Any], None]:
        gradient = jax.grad(cost)(parameters, x[batch], y[batch])
        return [p - RATE * g for p, g in zip(parameters, gradient, strict=True)], None

    scan = jax.jit(lambda parameters: jax.lax.scan(step, parameters, order)[0])
    last = jax.jit(lambda parameters: step(parameters, jnp.asarray(batches[-1]))[0])

    def epoch() -> list[Array]:
        parameters = scan(start)
        if len(full) < len(batches):
            parameters = last(parameters)
        return [np.asarray(p) for p in parameters]

    return epoch


def in_sklearn(rows: Array, targets: Array, size: int) -> Callable[[], object]:
    """Return an epoch of scikit-learn's network, which ends in softmax and cross-entropy."""
    from sklearn.neural_network import MLPClassifier

    labels = targets.argmax(1)
    model = MLPClassifier(
        [30], activation="logistic", solver="sgd", batch_size=size, learning_rate_init=0.1
    )
    return lambda: model.partial_fit(rows, labels, classes=range(10))
