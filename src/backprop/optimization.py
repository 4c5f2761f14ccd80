"""Gradient descent, from a function of one number to a network and its batches (chapters 5 and 9).

Every update is simultaneous: all partial derivatives are taken before anything moves. What is
handed in is never changed, and what does not allow a run is refused before its first step.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from tqdm import tqdm

from backprop._arrays import (
    FloatArray,
    NotFinite,
    Order,
    as_floats,
    finite,
    generator,
    not_negative,
    number_between,
    same_shape,
    targets,
)
from backprop._batch_step import BatchStep, together
from backprop._structure import positive_integer
from backprop.losses import LOSSES
from backprop.network import Gradient, Network

Clip: TypeAlias = Callable[[Gradient], Gradient]
Batch: TypeAlias = Any  # what picks examples: a slice, or an array of their numbers
Arrays: TypeAlias = Mapping[str, FloatArray]
Update: TypeAlias = Callable[[Batch], None]
Watch: TypeAlias = Callable[[int, Network], object]

BAR_AFTER = 1.0  # seconds
BLOCK = 1000  # examples whose activations are held at once to compute a cost
_overflow_is_seen_later = np.errstate(over="ignore", invalid="ignore", under="ignore")


class Diverged(ArithmeticError):
    """A descent that left the range of the floats; the message says when, and what to try."""

    def __init__(self, when: str, rate: float) -> None:
        super().__init__(
            f"the run diverged: after {when} with rate = {rate:g} not everything is finite; "
            f"try a smaller rate, such as {rate / 10:g}"
        )


@dataclass(frozen=True, eq=False)
class Run:
    """What a training run leaves behind.

    Attributes
    ----------
    network
        The trained network.
    costs
        J over all examples: costs[0] at the start, costs[e] after epoch e. Empty if the run was
        told not to track it.
    updates
        How often the parameters were changed.
    stopped
        Why the run ended: all "epochs" were done, or the mean gradient of one, as seen in what
        moved, was within the "tolerance".
    """

    network: Network
    costs: FloatArray
    updates: int
    stopped: Literal["epochs", "tolerance"]


@_overflow_is_seen_later
def descend(
    gradient: Callable[[FloatArray], ArrayLike],
    start: ArrayLike,
    *,
    rate: float,
    steps: int,
    tolerance: float = 0.0,
) -> FloatArray:
    """Walk downhill on a function of numbers: w := w - rate · gradient(w), `steps` times.

    The walk ends early where no partial derivative is beyond the tolerance; with a tolerance of 0,
    that is a point where all of them are exactly 0.

    Parameters
    ----------
    gradient
        Takes w and returns the partial derivatives, in the shape of w.
    start
        The first w: a number, or an array of any shape.
    rate
        The learning rate α, positive.

    Returns
    -------
    path
        The points visited, stacked: `path[0]` is the start and `path[-1]` the end.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as said here.
    Diverged
        If a point is no longer finite.
    """
    w = as_floats(start, "start")
    finite(w, "start")
    rate, tolerance = _settings(rate, tolerance)
    path = [w]
    for step in range(1, positive_integer(steps, "steps") + 1):
        slope = as_floats(gradient(w.copy()), "the value of gradient").astype(w.dtype, copy=False)
        same_shape(slope, w, "the value of gradient and start")
        if np.all(np.abs(slope) <= tolerance):
            break
        w = w - rate * slope
        if not np.all(np.isfinite(w)):
            raise Diverged(f"step {step}", rate)
        path.append(w)
    return np.array(path)


def gradient_descent(
    network: Network,
    X: ArrayLike,
    Y: ArrayLike,
    *,
    rate: float,
    epochs: int,
    tolerance: float = 0.0,
    clip: Clip | None = None,
    weight_decay: float = 0.0,
    progress: bool = False,
) -> Run:
    """Train on all examples at once: one update an epoch. See `sgd` for what is common to both."""
    return _train(network, X, Y, None, rate, epochs, tolerance, clip, weight_decay, progress)


def sgd(
    network: Network,
    X: ArrayLike,
    Y: ArrayLike,
    *,
    rate: float,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    tolerance: float = 0.0,
    clip: Clip | None = None,
    weight_decay: float = 0.0,
    progress: bool = False,
    track: bool = True,
    watch: Watch | None = None,
) -> Run:
    """Train on mini-batches: each epoch shuffles the m examples and updates ⌈m / batch_size⌉ times.

    Common activations and losses are computed in place, which is several times faster. It is
    fastest, and X is not copied, if each example lies together in memory, as in `rows.T` for an
    array with an example in each row.

    Parameters
    ----------
    network
        Where to start from; it is not changed.
    X, Y
        Inputs (n⁰, m), or images (m, C, H, W), and targets (nᴸ, m).
    rate
        The learning rate α, positive.
    epochs
        How many passes over the examples to make at most.
    batch_size
        The examples of a batch; the last one of an epoch holds what is left.
    rng
        The generator that shuffles.
    tolerance
        Stop after an epoch whose mean gradient, as the parameters have moved, has no entry beyond
        this; with 0, after an epoch that has moved none of them.
    clip
        What to do with each gradient before it is used, such as
        `lambda gradient: clip_by_norm(gradient, 1)`.
    weight_decay
        λ, not negative: descend on J + λ/2 · (the sum of the squares of all weights, not of the
        biases). Its λW is added to what `clip` returns. The costs of the run are J alone.
    progress
        Whether to show a bar, on standard error, if the run takes longer than a second.
    track
        Whether to compute the cost over all examples, at the start and after each epoch. Without
        it, the first block of examples and all targets are tried at the start, to refuse what does
        not fit.
    watch
        Called after each epoch with its number and the network, which the next epoch changes.

    Raises
    ------
    ValueError, TypeError
        If an argument is not as said here or does not fit the network; nothing has been done then.
    Diverged
        If the cost or a parameter is no longer finite.
    """
    batch_size, rng = positive_integer(batch_size, "batch_size"), generator(rng)

    def shuffled(m: int) -> Iterable[Batch]:
        order = rng.permutation(m)
        return [order[start : start + batch_size] for start in range(0, m, batch_size)]

    return _train(
        network, X, Y, shuffled, rate, epochs, tolerance, clip, weight_decay, progress, track, watch
    )


@_overflow_is_seen_later
def clip_by_value(gradient: Gradient, threshold: float) -> Gradient:
    """Limit each entry of ∂J/∂W and ∂J/∂b to [-threshold, threshold]; its sign stays.

    The direction of the gradient may change. δ, which nobody adds to a parameter, is left alone.

    Raises
    ------
    TypeError, ValueError
        If the threshold is not positive and finite, or an entry of the gradient is not finite.
    """
    t = number_between(threshold, "threshold", 0, math.inf)
    _require_finite(gradient.parameters, "the gradient of ")
    return _each(gradient, lambda array: np.clip(array, -t, t))


@_overflow_is_seen_later
def clip_by_norm(gradient: Gradient, threshold: float) -> Gradient:
    """Shorten ∂J/∂W and ∂J/∂b together to the norm `threshold`, if it is longer.

    The norm is the root of the sum of all squares; the direction of the gradient stays, and δ is
    left alone.

    Raises
    ------
    TypeError, ValueError
        If the threshold is not positive and finite, or an entry of the gradient is not finite.
    """
    threshold = number_between(threshold, "threshold", 0, math.inf)
    _require_finite(gradient.parameters, "the gradient of ")
    length = _norm(gradient.parameters)
    return gradient if length <= threshold else _each(gradient, lambda g: g * (threshold / length))


@_overflow_is_seen_later
def _train(
    network: Network,
    X: ArrayLike,
    Y: ArrayLike,
    shuffled: Callable[[int], Iterable[Batch]] | None,
    rate: float,
    epochs: int,
    tolerance: float,
    clip: Clip | None,
    weight_decay: float,
    progress: bool,
    track: bool = True,
    watch: Watch | None = None,
) -> Run:
    """Update a copy of the network with each of the batches `shuffled(m)`, or else with all."""
    rate, tolerance = _settings(rate, tolerance)
    decay = not_negative(weight_decay, "weight_decay")
    rounds = range(1, positive_integer(epochs, "epochs") + 1)
    theta, parameters = together(network.parameters)
    network = network.with_parameters(parameters)
    in_place = shuffled is not None and clip is None and BatchStep.can(network)
    X, Y = _checked(network, X, Y, "F" if in_place else "K")
    start = partial(_in_place, theta=theta) if in_place else partial(_plainly, clip=clip)
    update = start(network, X, Y, rate, decay)
    costs, updates = [_cost(network, X, Y)] if track else _tried(network, X, Y), 0
    for epoch in tqdm(rounds, unit="epoch", delay=BAR_AFTER, disable=not progress):
        before, first = _copies(network.parameters), updates
        try:
            for batch in shuffled(Y.shape[1]) if shuffled else [slice(None)]:
                update(batch)
                updates += 1
            _require_finite(network.parameters)
            costs += [_cost(network, X, Y)] if track else []
        except NotFinite as error:
            raise Diverged(f"epoch {epoch}", rate) from error
        if watch:
            watch(epoch, network)
        if _largest_move(before, network.parameters) <= tolerance * rate * (updates - first):
            return Run(network, np.array(costs), updates, "tolerance")
    return Run(network, np.array(costs), updates, "epochs")


def _plainly(
    network: Network, X: FloatArray, Y: FloatArray, rate: float, decay: float, clip: Clip | None
) -> Update:
    """Return what updates the network, in its arrays, from a batch of the examples."""

    def update(batch: Batch) -> None:
        gradient = network.gradient(network.pick(X, batch), Y[:, batch])
        slopes = (clip(gradient) if clip else gradient).parameters
        for name, array in network.parameters.items():
            if decay and name.startswith("W"):
                array *= 1 - rate * decay
            array -= rate * slopes[name]

    return update


def _in_place(
    network: Network, X: FloatArray, Y: FloatArray, rate: float, decay: float, theta: FloatArray
) -> Update:
    """Return what does the same without making new arrays."""
    rows, wanted = X.T, Y.T

    @cache
    def step_for(m: int) -> BatchStep:
        return BatchStep(network, theta, m, rate, decay)

    def update(batch: Batch) -> None:
        step = step_for(len(batch))
        rows.take(batch, 0, step.x, "clip")
        wanted.take(batch, 0, step.y, "clip")
        step()

    return update


def _checked(
    network: Network, X: ArrayLike, Y: ArrayLike, order: Order
) -> tuple[FloatArray, FloatArray]:
    """Return X and Y as the network takes them, with as many columns."""
    X = network.read(X, order)
    (outputs,) = network.shapes(network.pick(X, 0).shape)[-1]
    return X, targets(Y, outputs, network.count(X), network.dtype, order)


def _tried(network: Network, X: FloatArray, Y: FloatArray) -> list[float]:
    """Return no cost, if neither the first examples nor any target are refused."""
    _cost(network, network.pick(X, slice(BLOCK)), Y[:, :BLOCK])
    one = network.predict(network.pick(X, slice(1)))
    for block in _blocks(Y):
        LOSSES[network.loss].cost(np.broadcast_to(one, Y[:, block].shape), Y[:, block])
    return []


def _cost(network: Network, X: FloatArray, Y: FloatArray) -> float:
    """Return J, computed in blocks to save memory; a ValueError if it is not finite."""
    sums = [network.cost(network.pick(X, b), Y[:, b]) * Y[:, b].shape[1] for b in _blocks(Y)]
    cost = np.asarray(sum(sums) / Y.shape[1])
    finite(cost, "the cost")
    return float(cost)


def _blocks(Y: FloatArray) -> list[slice]:
    return [slice(start, start + BLOCK) for start in range(0, Y.shape[1], BLOCK)]


def _require_finite(arrays: Arrays, kind: str = "") -> None:
    for name, array in arrays.items():
        finite(array, kind + name)


def _settings(rate: float, tolerance: float) -> tuple[float, float]:
    return number_between(rate, "rate", 0, math.inf), not_negative(tolerance, "tolerance")


def _copies(parameters: Arrays) -> dict[str, FloatArray]:
    return {name: array.copy() for name, array in parameters.items()}


def _largest_move(before: Arrays, after: Arrays) -> float:
    return max(float(np.max(np.abs(after[name] - before[name]))) for name in before)


def _each(gradient: Gradient, change: Callable[[FloatArray], FloatArray]) -> Gradient:
    """Return the gradient with its W and its b changed."""
    W, b = ({l: change(g) for l, g in arrays.items()} for arrays in (gradient.W, gradient.b))
    return replace(gradient, W=W, b=b)


def _norm(arrays: Arrays) -> float:
    """Return the root of the sum of all squares, none of which overflows or vanishes."""
    largest = max(float(np.max(np.abs(array))) for array in arrays.values())
    if largest == 0:
        return 0.0
    return largest * math.sqrt(sum(float(np.sum((g / largest) ** 2)) for g in arrays.values()))
