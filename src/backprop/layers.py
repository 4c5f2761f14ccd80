"""The layers that a network is made of (chapters 6, 8 and 12 to 16).

A layer takes what the layer before it gives: columns (n, m), an example in each, or images
(m, C, H, W), an example in each. It computes z from that, and a = g(z) by its activation; a layer
that has none is given the identity. `Flatten` leads from images to columns.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from backprop._arrays import (
    FloatArray,
    Order,
    as_floats,
    columns,
    finite,
    images,
)
from backprop._structure import positive_integer
from backprop.activations import ACTIVATIONS, Activation
from backprop.convolution import (
    conv2d,
    conv2d_filter_gradient,
    conv2d_input_gradient,
    max_pool2d,
    max_pool2d_input_gradient,
    mean_pool2d,
    mean_pool2d_input_gradient,
)
from backprop.geometry import Padding2D, Pair, output_shape, padding_2d, pair

Shape: TypeAlias = tuple[int, ...]
Kind: TypeAlias = Literal["columns", "images"]

_passes_on = np.errstate(over="ignore", invalid="ignore", under="ignore")  # refused later on


class Layer(ABC):
    """What a network asks of a layer; with a shape, that of one example is meant."""

    takes: ClassVar[Kind]
    gives: ClassVar[Kind]
    activation: str = "identity"

    @property
    def g(self) -> Activation:
        """The activation itself."""
        return ACTIVATIONS[self.activation]

    def read(self, x: ArrayLike, name: str, dtype: np.dtype[Any], order: Order = "K") -> FloatArray:
        """Return x in a dtype if it may enter the layer; a ValueError or TypeError if not."""
        if self.takes == "images":
            return images(x, name, dtype)
        return columns(x, name, None, dtype, order)

    @abstractmethod
    def shape_after(self, shape: Shape) -> Shape:
        """Return the shape that one of this shape becomes; a ValueError if it does not fit."""

    @abstractmethod
    def forward(self, a: FloatArray) -> FloatArray:
        """Return z, computed from what enters the layer."""

    @abstractmethod
    def pull_back(self, delta: FloatArray, a: FloatArray) -> FloatArray:
        """Return ∂L/∂a, in the shape of a, from δ = ∂L/∂z and the a that entered the layer."""


@dataclass(frozen=True, eq=False)
class Weighted(Layer):
    """A layer with weights W and a bias b for each of their rows, its units or its filters."""

    W: FloatArray
    b: FloatArray

    _shape: ClassVar[str]

    @_passes_on
    def __post_init__(self) -> None:
        W, b = as_floats(self.W, "W"), as_floats(self.b, "b")
        if W.ndim != self._shape.count(",") + 1 or 0 in W.shape:
            raise ValueError(
                f"W must have shape {self._shape} with at least one entry, not {W.shape}"
            )
        if b.shape not in {(len(W),), (len(W), 1)}:
            raise ValueError(f"b must have shape ({len(W)}, 1), a bias per row of W, not {b.shape}")
        b = b.reshape(-1, 1).astype(W.dtype, copy=False)
        finite(W, "W")
        finite(b, "b")
        object.__setattr__(self, "W", W)
        object.__setattr__(self, "b", b)
        ACTIVATIONS[self.activation]

    @abstractmethod
    def gradient(self, delta: FloatArray, a: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return ∂J/∂W and ∂J/∂b, averages over the examples."""


@dataclass(frozen=True, eq=False)
class Dense(Weighted):
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

    activation: str = field()  # to be given: not the identity of a layer that has none

    takes, gives = "columns", "columns"
    _shape = "(n, p)"

    def read(self, x: ArrayLike, name: str, dtype: np.dtype[Any], order: Order = "K") -> FloatArray:
        """Return x as columns (p, m) that may enter the layer; a ValueError if they may not."""
        return columns(x, name, self.W.shape[1], dtype, order)

    def shape_after(self, shape: Shape) -> Shape:
        """Return (n,), if the shape is (p,)."""
        n, p = self.W.shape
        if shape != (p,):
            raise ValueError(
                f"W must have {shape[0]} columns, one for each unit before it, not {p}"
            )
        return (n,)

    def forward(self, a: FloatArray) -> FloatArray:
        """Return z = W a + b: (n, p) times (p, m), plus one bias per row."""
        z: FloatArray = self.W @ a
        z += self.b
        return z

    def pull_back(self, delta: FloatArray, a: FloatArray) -> FloatArray:
        """Return ∂L/∂a = Wᵀ δ: (p, n) times (n, m)."""
        return self.W.T @ delta

    def gradient(self, delta: FloatArray, a: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return ∂J/∂W = (1/m) δ aᵀ, (n, m) times (m, p), and ∂J/∂b, the mean column of δ."""
        m = delta.shape[1]
        return delta @ a.T / m, np.sum(delta, axis=1, keepdims=True) / m


@dataclass(frozen=True, eq=False)
class Conv2d(Weighted):
    """A layer that slides each of its K filters over all places of an image (chapter 12).

    Attributes
    ----------
    W
        Filters (K, C / groups, f, f), or of f rows and another number of columns.
    b
        Biases (K, 1), also accepted as (K,): one for all entries that a filter computes.
    activation
        The name of g in `ACTIVATIONS`, which must act entry by entry.
    padding, stride, dilation, groups
        As in `backprop.convolution.conv2d`; the groups divide K.

    Raises
    ------
    ValueError
        If the shapes do not fit, an entry is not finite, a number is out of its range, or the
        activation is unknown or does not act entry by entry.
    TypeError
        If a number is not an integer.
    """

    activation: str = "identity"
    _: KW_ONLY
    padding: Padding2D = 0
    stride: Pair = 1
    dilation: Pair = 1
    groups: int = 1

    takes, gives = "images", "images"
    _shape = "(K, C / groups, f, f)"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.g.derivative is None:
            raise ValueError(f"activation must act entry by entry, as {self.activation} does not")
        pair(self.stride, "stride"), pair(self.dilation, "dilation")
        padding_2d(self.padding, 1, self.W.shape[2:])  # refuses what is out of range
        if len(self.W) % positive_integer(self.groups, "groups"):
            raise ValueError(f"groups = {self.groups} must divide the {len(self.W)} filters of W")

    def shape_after(self, shape: Shape) -> Shape:
        """Return (K, H', W'), if the shape is (C, H, W) and a window fits."""
        channels, rows, columns = shape
        if channels != self.W.shape[1] * self.groups:
            raise ValueError(
                f"W of shape {self.W.shape} with groups = {self.groups} takes "
                f"{self.W.shape[1] * self.groups} channels, not {channels}"
            )
        size = output_shape(
            (rows, columns),
            self.W.shape[2:],
            padding=self.padding,
            stride=self.stride,
            dilation=self.dilation,
        )
        return (len(self.W), *size)

    def forward(self, a: FloatArray) -> FloatArray:
        """Return z, the convolution of each image with each filter, plus its bias."""
        return conv2d(a, self.W, self.b[:, 0], **self._slides)

    def pull_back(self, delta: FloatArray, a: FloatArray) -> FloatArray:
        """Return ∂L/∂a: each δ goes back through the filter to the cells that it came from."""
        return conv2d_input_gradient(delta, self.W, a.shape[2:], **self._slides)

    def gradient(self, delta: FloatArray, a: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return ∂J/∂W, the convolution of a with δ, and ∂J/∂b, the sum of δ, both over m."""
        m = len(delta)
        dW = conv2d_filter_gradient(delta, a, self.W.shape[2:], **self._slides)
        return dW / m, np.sum(delta, axis=(0, 2, 3))[:, np.newaxis] / m

    @property
    def _slides(self) -> dict[str, Any]:
        names = ("padding", "stride", "dilation", "groups")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, eq=False)
class _Pool2d(Layer):
    """A layer that sums up each window of each channel in one number; it has no parameters.

    Attributes
    ----------
    f
        Cells of the window along each side, or a pair (rows, columns).
    stride
        Cells from one window to the next; as None it is f, and windows lie side by side.
    padding
        Cells around the image, at most half of f, or "same".
    ceil
        Whether windows may hang over the end, if they begin in the image or before it.

    Raises
    ------
    ValueError, TypeError
        If one of them is out of its range or not made of integers.
    """

    f: Pair
    _: KW_ONLY
    stride: Pair | None = None
    padding: Padding2D = 0
    ceil: bool = False

    takes, gives = "images", "images"

    def __post_init__(self) -> None:
        self.forward(np.zeros((1, 1, *pair(self.f, "f"))))  # refuses what is out of range

    def shape_after(self, shape: Shape) -> Shape:
        """Return (C, H', W'), if a window fits in an image (C, H, W)."""
        channels, rows, columns = shape
        stride = self.f if self.stride is None else self.stride
        options: dict[str, Any] = {"padding": self.padding, "stride": stride, "ceil": self.ceil}
        return (channels, *output_shape((rows, columns), self.f, **options))

    @property
    def _slides(self) -> dict[str, Any]:
        return {"stride": self.stride, "padding": self.padding, "ceil": self.ceil}


class MaxPool2d(_Pool2d):
    """A layer that keeps the largest entry of each window (chapter 15).

    Its numbers are those of `backprop.convolution.max_pool2d`, and refused as there.
    """

    def forward(self, a: FloatArray) -> FloatArray:
        """Return the largest entry of each window."""
        return max_pool2d(a, self.f, **self._slides)

    def pull_back(self, delta: FloatArray, a: FloatArray) -> FloatArray:
        """Return ∂L/∂a: each δ goes to the cell that was largest, the first of several."""
        return max_pool2d_input_gradient(delta, a, self.f, **self._slides)


class MeanPool2d(_Pool2d):
    """A layer that takes the mean of each window, the zeros of the padding included (chapter 15).

    Its numbers are those of `backprop.convolution.mean_pool2d`, and refused as there.
    """

    def forward(self, a: FloatArray) -> FloatArray:
        """Return the mean of each window."""
        return mean_pool2d(a, self.f, **self._slides)

    def pull_back(self, delta: FloatArray, a: FloatArray) -> FloatArray:
        """Return ∂L/∂a: each δ is shared equally by the cells of its window."""
        return mean_pool2d_input_gradient(delta, a.shape[2:], self.f, **self._slides)


@dataclass(frozen=True, eq=False)
class Flatten(Layer):
    """A layer that writes each image in a column: channel by channel, row by row."""

    takes, gives = "images", "columns"

    def shape_after(self, shape: Shape) -> Shape:
        """Return (C H W,)."""
        return (math.prod(shape),)

    def forward(self, a: FloatArray) -> FloatArray:
        """Return the columns (C H W, m) of images (m, C, H, W)."""
        return a.reshape(len(a), -1).T

    def pull_back(self, delta: FloatArray, a: FloatArray) -> FloatArray:
        """Return ∂L/∂a: δ in the shape that a had."""
        return delta.T.reshape(a.shape)
