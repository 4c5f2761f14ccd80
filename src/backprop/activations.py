"""Activation functions with their derivatives (chapters 2 and 3).

Every function takes a scalar, a nested list or an array of any shape and returns the same shape.
float16, float32 and float64 are kept, integers and booleans become float64, and a scalar gives a
NumPy scalar. Infinities give the limit and NaN gives NaN; nothing overflows, nothing warns, and
what is smaller than the smallest positive number of the dtype is 0. Complex numbers, text and
objects raise a TypeError that names the argument.

A network looks an activation up by name: `ACTIVATIONS["tanh"].vjp(z, upstream)`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from backprop._arrays import FloatArray, as_floats, number_between, same_shape
from backprop._registry import Registry

_quiet = np.errstate(under="ignore")
_FAR = 1e4  # e^{-_FAR} is 0 in every dtype: stopping z here keeps 0 times infinity out of products
_erfc = np.vectorize(math.erfc, otypes=[np.float64])


def identity(z: ArrayLike) -> FloatArray:
    """Return z itself, as a new array: the output layer of a regression."""
    return np.positive(as_floats(z, "z"))


def identity_derivative(z: ArrayLike) -> FloatArray:
    """Return 1 for each entry of z, whatever it is."""
    return np.ones_like(as_floats(z, "z"))[()]


@_quiet
def sigmoid(z: ArrayLike) -> FloatArray:
    """σ(z) = 1 / (1 + e^{-z}), between 0 and 1.

    Only e^{-|z|} is computed, which never overflows: below 0, σ(z) = e^z / (1 + e^z). The error is
    a few units in the last place for every z.
    """
    z = as_floats(z, "z")
    e: FloatArray = np.exp(-np.abs(z))
    return np.where(z < 0, e, 1) / (1 + e)


@_quiet
def sigmoid_derivative(z: ArrayLike) -> FloatArray:
    """σ'(z) = σ(z)(1 - σ(z)) = e^{-|z|} / (1 + e^{-|z|})², at most 1/4.

    The second form stays accurate in the right tail, where the computed σ(z) is 1 and the first
    gives 0.
    """
    e: FloatArray = np.exp(-np.abs(as_floats(z, "z")))
    return e / (1 + e) ** 2


def tanh(z: ArrayLike) -> FloatArray:
    """g(z) = (e^z - e^{-z}) / (e^z + e^{-z}) = 2σ(2z) - 1, between -1 and 1."""
    return np.tanh(as_floats(z, "z"))


@_quiet
def tanh_derivative(z: ArrayLike) -> FloatArray:
    """g'(z) = 1 - tanh²(z) = (2e^{-|z|} / (1 + e^{-2|z|}))², accurate in the tails."""
    e: FloatArray = np.exp(-np.abs(as_floats(z, "z")))
    return (2 * e / (1 + e * e)) ** 2


def relu(z: ArrayLike) -> FloatArray:
    """g(z) = max(0, z), the rectified linear unit."""
    return np.maximum(as_floats(z, "z"), 0)


def relu_derivative(z: ArrayLike) -> FloatArray:
    """g'(z) = 1 for z > 0 and 0 for z < 0; at the kink 0 is the chosen subgradient."""
    return np.heaviside(as_floats(z, "z"), 0)


@_quiet
def leaky_relu(z: ArrayLike, slope: float = 0.01) -> FloatArray:
    """g(z) = max(z, slope · z), with 0 < slope < 1."""
    z = as_floats(z, "z")
    below: FloatArray = number_between(slope, "slope", 0, 1) * z
    return np.maximum(z, below)


def leaky_relu_derivative(z: ArrayLike, slope: float = 0.01) -> FloatArray:
    """g'(z) = 1 for z > 0 and the slope for z < 0; at the kink the slope is chosen."""
    return np.maximum(relu_derivative(z), number_between(slope, "slope", 0, 1))


@_quiet
def softplus(z: ArrayLike) -> FloatArray:
    """g(z) = log(1 + e^z) = max(0, z) + log(1 + e^{-|z|}), a smooth ReLU with slope σ(z)."""
    z = as_floats(z, "z")
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


@_quiet
def silu(z: ArrayLike) -> FloatArray:
    """g(z) = z σ(z), also called swish."""
    z = np.maximum(as_floats(z, "z"), -_FAR)
    return z * sigmoid(z)


@_quiet
def silu_derivative(z: ArrayLike) -> FloatArray:
    """g'(z) = σ(z) + z σ'(z)."""
    z = np.clip(as_floats(z, "z"), -_FAR, _FAR)
    return sigmoid(z) + z * sigmoid_derivative(z)


@_quiet
def gelu(z: ArrayLike) -> FloatArray:
    """g(z) = z Φ(z), where Φ is the distribution function of the standard normal.

    Computed in float64 with the C library's erfc, one entry at a time, which is exact to a few
    units in the last place; in the left tail, where Φ falls like e^{-z²/2}, to about 2z² units.
    """
    z = as_floats(z, "z")
    wide = np.maximum(z, -_FAR).astype(np.float64)
    return (wide * _normal_cdf(wide)).astype(z.dtype)


@_quiet
def gelu_derivative(z: ArrayLike) -> FloatArray:
    """g'(z) = Φ(z) + z φ(z), where φ(z) = e^{-z²/2} / √(2π) is the density."""
    z = as_floats(z, "z")
    wide = np.clip(z, -_FAR, _FAR).astype(np.float64)
    density = np.exp(-(wide**2) / 2) / math.sqrt(2 * math.pi)
    return (_normal_cdf(wide) + wide * density).astype(z.dtype)


@_quiet
def softmax(z: ArrayLike, axis: int = 0) -> FloatArray:
    """p_i = e^{z_i} / Σ_j e^{z_j} along `axis`: between 0 and 1, with sum 1.

    Raises
    ------
    ValueError
        If the largest entry along the axis is infinite, for then p is undefined.
    """
    e = np.exp(_below_its_maximum(z, axis))
    return e / _sum(e, axis)


@_quiet
def log_softmax(z: ArrayLike, axis: int = 0) -> FloatArray:
    """Return log p_i = z_i - log Σ_j e^{z_j} along `axis`, finite even where p_i itself is 0.

    Raises
    ------
    ValueError
        If the largest entry along the axis is infinite, for then p is undefined.
    """
    z = _below_its_maximum(z, axis)
    below = _sum(np.where(z < 0, np.exp(z), 0), axis)
    ties = _sum((z == 0).astype(z.dtype), axis) - 1
    return z - np.log1p(ties + below)  # the 1 of a largest would round the others away


@_quiet
def softmax_jacobian(z: ArrayLike) -> FloatArray:
    """∂p_i/∂z_j = p_i(1[i=j] - p_j), entry [i, j]; its rows and columns sum to 0.

    A column z of shape (n,) gives (n, n), and a batch of columns (n, m) gives (n, n, m).
    """
    p = np.atleast_1d(softmax(z))
    diagonal = np.eye(len(p), dtype=p.dtype).reshape(len(p), len(p), *[1] * (p.ndim - 1))
    return p[:, np.newaxis] * (diagonal - p)


@_quiet
def softmax_vjp(z: ArrayLike, upstream: ArrayLike, axis: int = 0) -> FloatArray:
    """Return Σ_i u_i ∂p_i/∂z_j = p_j(u_j - Σ_i u_i p_i) without the n² entries of the Jacobian.

    Raises
    ------
    ValueError
        If `upstream` does not have the shape of z, or p is undefined as in `softmax`.
    """
    p, u = softmax(z, axis), as_floats(upstream, "upstream")
    same_shape(p, u, "z and upstream")
    return p * (u - _sum(u * p, axis))


@dataclass(frozen=True)
class Activation:
    """An activation g as a network needs it, whether it acts entry by entry or not.

    Attributes
    ----------
    name
        Its key in `ACTIVATIONS`.
    function
        z -> g(z), of the shape of z.
    vjp
        (z, upstream) -> the sum over i of upstream_i ∂g_i/∂z_j, of the shape of z. With
        upstream = ∂L/∂a this is ∂L/∂z.
    derivative
        z -> g'(z) for an activation that acts entry by entry, None for one that does not.
    """

    name: str
    function: Callable[[ArrayLike], FloatArray]
    vjp: Callable[[ArrayLike, ArrayLike], FloatArray]
    derivative: Callable[[ArrayLike], FloatArray] | None = None

    @classmethod
    def elementwise(
        cls,
        name: str,
        function: Callable[[ArrayLike], FloatArray],
        derivative: Callable[[ArrayLike], FloatArray],
    ) -> "Activation":
        """Return the activation that acts entry by entry, so that its vjp is upstream · g'(z)."""
        return cls(name, function, partial(_times_derivative, derivative), derivative)


def _normal_cdf(z: FloatArray) -> FloatArray:
    """Φ(z) in float64, by the C library's erfc, whose left tail does not cancel."""
    cdf: FloatArray = _erfc(-z / math.sqrt(2)) / 2
    return cdf


def _sum(terms: FloatArray, axis: int) -> FloatArray:
    total: FloatArray = np.sum(terms, axis=axis, keepdims=True)
    return total


@np.errstate(over="ignore")
def _below_its_maximum(z: ArrayLike, axis: int) -> FloatArray:
    """Return z less its maximum along the axis, which leaves the softmax as it is."""
    z = as_floats(z, "z")
    largest: FloatArray = np.max(z, axis=axis, keepdims=True)
    if np.isinf(largest).any():
        raise ValueError(f"the largest z along axis {axis} must be finite, not {largest}")
    return z - largest


@_quiet
def _times_derivative(
    derivative: Callable[[ArrayLike], FloatArray], z: ArrayLike, upstream: ArrayLike
) -> FloatArray:
    """Return upstream · g'(z), the vjp of an activation g that acts entry by entry."""
    slope, u = derivative(z), as_floats(upstream, "upstream")
    same_shape(slope, u, "z and upstream")
    downstream: FloatArray = slope * u
    return downstream


ACTIVATIONS = Registry(
    "activation",
    [
        Activation.elementwise("identity", identity, identity_derivative),
        Activation.elementwise("sigmoid", sigmoid, sigmoid_derivative),
        Activation.elementwise("tanh", tanh, tanh_derivative),
        Activation.elementwise("relu", relu, relu_derivative),
        Activation.elementwise("leaky_relu", leaky_relu, leaky_relu_derivative),
        Activation.elementwise("softplus", softplus, sigmoid),
        Activation.elementwise("silu", silu, silu_derivative),
        Activation.elementwise("gelu", gelu, gelu_derivative),
        Activation("softmax", softmax, softmax_vjp),
    ],
)
