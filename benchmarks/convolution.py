"""Convolutions and max pooling, forward and backward, for three layers (chapters 12, 15 and 16).

The plain loops convolve one example, with one filter or a few; their time is multiplied to that
of the whole batch and all filters, to which it is proportional.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backprop import convolution, convolution_loops
from benchmarks.measure import OURS, Goal, Section, installed, medians

Array = NDArray[np.floating[Any]]
Step = Callable[[], list[Array]]

LOOPS, TORCH = "plain loops, scaled up from a part", "torch, eager"
CASES = [  # x, w, options, and the most of torch's time in float64 and in float32
    ((32, 3, 32, 32), (16, 3, 3, 3), {"padding": 1}, (1.1, 1.5)),
    ((32, 16, 28, 28), (32, 16, 5, 5), {"stride": 2, "padding": 2}, (0.75, 2.3)),
    ((8, 64, 56, 56), (64, 64, 3, 3), {"padding": 1}, (0.8, 1.5)),
]
POOLED = (32, 16, 32, 32)


def run() -> list[Section]:
    """Measure each layer in both dtypes."""
    convolutions = [
        section(x, w, options, dtype, most)
        for x, w, options, goals in CASES
        for dtype, most in zip((np.float64, np.float32), goals, strict=True)
    ]
    return [*convolutions, *(pooling(dtype) for dtype in (np.float64, np.float32))]


def section(
    shape: tuple[int, ...],
    filters: tuple[int, ...],
    options: dict[str, int],
    dtype: type[np.floating[Any]],
    most: float,
) -> Section:
    """Measure z and the gradients of x, w and b for one layer."""
    rng = np.random.default_rng(0)
    x, w, b = (rng.normal(size=size).astype(dtype) for size in (shape, filters, filters[:1]))
    delta = rng.normal(size=convolution.conv2d(x, w, **options).shape).astype(dtype)
    mine = layer(convolution, x, w, b, delta, options)
    peers: dict[str, Step] = {}
    if installed("torch"):
        peers[TORCH] = in_torch(x, w, b, delta, options)
        agree(mine(), peers[TORCH]())
    seconds = medians({OURS: mine, **peers})
    seconds[LOOPS] = len(x) * loops(x[:1], w, b, delta[:1], options)
    return Section(
        f"A convolution of {by(shape)} with {by(filters)}, {said(options)}, forward and backward, "
        f"{np.dtype(dtype)}",
        seconds,
        goals=(Goal(LOOPS, 100), Goal(TORCH, round(1 / most, 2))),
        missing=() if peers else (TORCH,),
    )


def layer(module: Any, x: Array, w: Array, b: Array, delta: Array, options: dict[str, int]) -> Step:
    """Return a forward and a backward pass through one layer, by one of our two modules."""
    size, field = x.shape[2:], w.shape[2:]
    return lambda: [
        module.conv2d(x, w, b, **options),
        module.conv2d_input_gradient(delta, w, size, **options),
        module.conv2d_filter_gradient(delta, x, field, **options),
        delta.sum((0, 2, 3)),
    ]


def loops(x: Array, w: Array, b: Array, delta: Array, options: dict[str, int]) -> float:
    """Return the seconds of one pass in plain loops, from that of as many filters as go quickly."""
    few = max(1, min(len(w), 20_000_000 // (delta[0, 0].size * w[0].size * 40)))
    step = layer(convolution_loops, x, w[:few], b[:few], delta[:, :few], options)
    start = time.perf_counter()
    step()
    return (time.perf_counter() - start) * len(w) / few


def in_torch(x: Array, w: Array, b: Array, delta: Array, options: dict[str, int]) -> Step:
    """Return the same passes in torch, by autograd."""
    import torch

    torch.set_num_threads(1)
    leaves = [torch.tensor(array, requires_grad=True) for array in (x, w, b)]
    upstream = torch.tensor(delta)

    def step() -> list[Array]:
        z = torch.nn.functional.conv2d(*leaves, **options)
        gradients = torch.autograd.grad(z, leaves, upstream)
        return [array.detach().numpy() for array in (z, *gradients)]

    return step


def pooling(dtype: type[np.floating[Any]]) -> Section:
    """Measure max pooling by 2 x 2, with many ties, as after a ReLU."""
    rng = np.random.default_rng(0)
    x = np.maximum(rng.normal(size=POOLED), 0).astype(dtype)
    delta = rng.normal(size=convolution.max_pool2d(x, 2).shape).astype(dtype)

    def mine() -> list[Array]:
        dx = convolution.max_pool2d_input_gradient(delta, x, 2)
        return [convolution.max_pool2d(x, 2), dx]

    peers: dict[str, Step] = {}
    if installed("torch"):
        peers[TORCH] = pooled_in_torch(x, delta)
        agree(mine(), peers[TORCH]())
    return Section(
        f"Max pooling of {by(POOLED)} by 2 x 2, forward and backward, {np.dtype(dtype)}",
        medians({OURS: mine, **peers}),
        goals=(Goal(TORCH, 2),),
        missing=() if peers else (TORCH,),
    )


def pooled_in_torch(x: Array, delta: Array) -> Step:
    """Return the same passes in torch, by autograd."""
    import torch

    torch.set_num_threads(1)
    leaf, upstream = torch.tensor(x, requires_grad=True), torch.tensor(delta)

    def step() -> list[Array]:
        z = torch.nn.functional.max_pool2d(leaf, 2)
        (dx,) = torch.autograd.grad(z, leaf, upstream)
        return [z.detach().numpy(), dx.numpy()]

    return step


def agree(ours: Iterable[Array], theirs: Iterable[Array]) -> None:
    """Raise an AssertionError unless torch finds what we find, up to rounding."""
    for mine, other in zip(ours, theirs, strict=True):
        rounding = 1e4 * np.finfo(mine.dtype).eps * np.abs(mine).max()
        np.testing.assert_allclose(other, mine, rtol=1e-3, atol=rounding)


def by(shape: Iterable[int]) -> str:
    """Write a shape as in 32 x 3 x 32 x 32."""
    return " x ".join(map(str, shape))


def said(options: dict[str, int]) -> str:
    """Write options as in "stride 2, padding 2"."""
    return ", ".join(f"{name} {value}" for name, value in options.items())
