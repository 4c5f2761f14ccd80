"""Losses with their gradients (chapter 4).

A loss compares a prediction with a target of the same shape: one column (n,), a batch of columns
(n, m), or two numbers. It gives one value per column: a scalar, (m,), or a scalar. The gradient
is taken with respect to the prediction and has its shape; both have its dtype, whatever the dtype
of the target. A sum runs over the n entries of a column; the mean squared error and Huber's loss
divide it by n. Losses are not averaged over the batch: `Loss.cost` does that.

The prediction is called yhat, or z where the loss applies the last activation itself, or a where
any vector will do. Everything must be finite, and each loss says what else it asks for. Bad values
and shapes raise a ValueError, what is not a real number raises a TypeError; both name the argument.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop._arrays import (
    FloatArray,
    checked,
    directions,
    distributions,
    fractions,
    number_between,
    signs,
)
from backprop._registry import Registry
from backprop._structure import FUSED
from backprop.activations import log_softmax, sigmoid, softmax, softplus

_infinity_is_meant = np.errstate(divide="ignore")


def squared_error(yhat: ArrayLike, y: ArrayLike) -> FloatArray:
    """L = Σ_i (ŷ_i - y_i)², with no factor 1/2."""
    yhat, y = checked(yhat=yhat, y=y)
    return _sum((yhat - y) ** 2)


def squared_error_gradient(yhat: ArrayLike, y: ArrayLike) -> FloatArray:
    """∂L/∂ŷ_i = 2(ŷ_i - y_i)."""
    yhat, y = checked(yhat=yhat, y=y)
    return 2 * (yhat - y)


def mean_squared_error(yhat: ArrayLike, y: ArrayLike) -> FloatArray:
    """L = (1/n) Σ_i (ŷ_i - y_i)²."""
    yhat, y = checked(yhat=yhat, y=y)
    return _sum((yhat - y) ** 2) / _entries(yhat)


def mean_squared_error_gradient(yhat: ArrayLike, y: ArrayLike) -> FloatArray:
    """∂L/∂ŷ_i = (2/n)(ŷ_i - y_i)."""
    yhat, y = checked(yhat=yhat, y=y)
    return 2 * (yhat - y) / _entries(yhat)


def absolute_error(yhat: ArrayLike, y: ArrayLike) -> FloatArray:
    """L = Σ_i |ŷ_i - y_i|."""
    yhat, y = checked(yhat=yhat, y=y)
    return _sum(np.abs(yhat - y))


def absolute_error_gradient(yhat: ArrayLike, y: ArrayLike) -> FloatArray:
    """∂L/∂ŷ_i = sign(ŷ_i - y_i); at the kink ŷ_i = y_i, 0 is the chosen subgradient."""
    yhat, y = checked(yhat=yhat, y=y)
    return np.sign(yhat - y)


def huber(yhat: ArrayLike, y: ArrayLike, threshold: float = 1.0) -> FloatArray:
    """L = (1/n) Σ_i of r²/2 where |r| ≤ t and of t|r| - t²/2 elsewhere, with r = ŷ_i - y_i.

    The threshold t is positive and finite. With c = r clipped to [-t, t] both cases are c(r - c/2).
    """
    yhat, y = checked(yhat=yhat, y=y)
    r, c = yhat - y, _clipped(yhat - y, threshold)
    return _sum(c * (r - c / 2)) / _entries(yhat)


def huber_gradient(yhat: ArrayLike, y: ArrayLike, threshold: float = 1.0) -> FloatArray:
    """∂L/∂ŷ_i = (1/n) times r where |r| ≤ t and t sign(r) elsewhere, with r = ŷ_i - y_i."""
    yhat, y = checked(yhat=yhat, y=y)
    return _clipped(yhat - y, threshold) / _entries(yhat)


def hinge(yhat: ArrayLike, y: ArrayLike) -> FloatArray:
    """L = Σ_i max(0, 1 - y_i ŷ_i), with labels y_i = -1 or 1."""
    yhat, y = checked(signs, yhat=yhat, y=y)
    return _sum(np.maximum(1 - y * yhat, 0))


def hinge_gradient(yhat: ArrayLike, y: ArrayLike) -> FloatArray:
    """∂L/∂ŷ_i = -y_i where y_i ŷ_i < 1 and 0 elsewhere, by choice also at the kink."""
    yhat, y = checked(signs, yhat=yhat, y=y)
    return _below_margin(y * yhat, y)


def dot_product_hinge(yhat: ArrayLike, y: ArrayLike) -> FloatArray:
    """L = max(0, 1 - Σ_i y_i ŷ_i), with labels y_i = -1 or 1: one margin for the whole column."""
    yhat, y = checked(signs, yhat=yhat, y=y)
    return np.maximum(1 - _sum(y * yhat), 0)


def dot_product_hinge_gradient(yhat: ArrayLike, y: ArrayLike) -> FloatArray:
    """∂L/∂ŷ_i = -y_i where Σ_j y_j ŷ_j < 1 and 0 elsewhere, by choice also at the kink."""
    yhat, y = checked(signs, yhat=yhat, y=y)
    return _below_margin(_sum(y * yhat), y)


@_infinity_is_meant
def binary_cross_entropy(yhat: ArrayLike, y: ArrayLike) -> FloatArray:
    """L = -Σ_i (y_i log ŷ_i + (1 - y_i) log(1 - ŷ_i)), with ŷ_i and y_i in [0, 1].

    0 log 0 is its limit 0: certainty costs nothing when it is right and ∞ when it is wrong.
    """
    yhat, y = checked(fractions, fractions, yhat=yhat, y=y)
    return _sum(
        _unless_zero(np.multiply, -y, np.log(yhat))
        + _unless_zero(np.multiply, y - 1, np.log1p(-yhat))
    )


@_infinity_is_meant
def binary_cross_entropy_gradient(yhat: ArrayLike, y: ArrayLike) -> FloatArray:
    """∂L/∂ŷ_i = (1 - y_i)/(1 - ŷ_i) - y_i/ŷ_i, where 0/0 counts as 0, as in the loss."""
    yhat, y = checked(fractions, fractions, yhat=yhat, y=y)
    return _unless_zero(np.divide, 1 - y, 1 - yhat) - _unless_zero(np.divide, y, yhat)


def sigmoid_cross_entropy(z: ArrayLike, y: ArrayLike) -> FloatArray:
    """L = Σ_i (log(1 + e^{z_i}) - y_i z_i), with y_i in [0, 1].

    This is the binary cross-entropy of ŷ = σ(z), finite for every z.
    """
    z, y = checked(fractions, z=z, y=y)
    return _sum(np.maximum(z, 0) - y * z + softplus(-np.abs(z)))


def sigmoid_cross_entropy_gradient(z: ArrayLike, y: ArrayLike) -> FloatArray:
    """∂L/∂z_i = σ(z_i) - y_i."""
    z, y = checked(fractions, z=z, y=y)
    return sigmoid(z) - y


@_infinity_is_meant
def cross_entropy(yhat: ArrayLike, y: ArrayLike) -> FloatArray:
    """L = -Σ_i y_i log ŷ_i, where the columns of ŷ and y are distributions, y often one-hot.

    0 log 0 is its limit 0, and a class that happens though ŷ excludes it costs ∞.
    """
    yhat, y = checked(distributions, distributions, yhat=yhat, y=y)
    return _sum(_unless_zero(np.multiply, -y, np.log(yhat)))


@_infinity_is_meant
def cross_entropy_gradient(yhat: ArrayLike, y: ArrayLike) -> FloatArray:
    """∂L/∂ŷ_i = -y_i/ŷ_i, where 0/0 counts as 0, as in the loss."""
    yhat, y = checked(distributions, distributions, yhat=yhat, y=y)
    return _unless_zero(np.divide, -y, yhat)


def softmax_cross_entropy(z: ArrayLike, y: ArrayLike) -> FloatArray:
    """L = log Σ_j e^{z_j} - Σ_i y_i z_i, where the columns of y are distributions, often one-hot.

    This is the cross-entropy of ŷ = softmax(z), without the logarithm of a rounded 0.
    """
    z, y = checked(distributions, z=z, y=y)
    return _sum(_unless_zero(np.multiply, -y, log_softmax(z)))


def softmax_cross_entropy_gradient(z: ArrayLike, y: ArrayLike) -> FloatArray:
    """∂L/∂z_i = softmax(z)_i - y_i; a column of it sums to 0."""
    z, y = checked(distributions, z=z, y=y)
    return softmax(z) - y


def cosine_similarity(a: ArrayLike, y: ArrayLike) -> FloatArray:
    """cos(a, y) = a · y / (|a||y|), between -1 and 1; neither vector may be 0."""
    a, y = checked(directions, directions, a=a, y=y)
    return np.clip(_sum(_unit(a) * _unit(y)), -1, 1)


def cosine_similarity_gradient(a: ArrayLike, y: ArrayLike) -> FloatArray:
    """∂cos/∂a_i = y_i/(|a||y|) - cos(a, y) a_i/|a|²; it is orthogonal to a."""
    a, y = checked(directions, directions, a=a, y=y)
    u, v = _unit(a), _unit(y)
    return (v - _sum(u * v) * u) / _sum(u * a)


def cosine_loss(a: ArrayLike, y: ArrayLike) -> FloatArray:
    """L = 1 - cos(a, y), between 0 and 2; neither vector may be 0."""
    return 1 - cosine_similarity(a, y)


def cosine_loss_gradient(a: ArrayLike, y: ArrayLike) -> FloatArray:
    """∂L/∂a_i = -∂cos/∂a_i."""
    return -cosine_similarity_gradient(a, y)


@dataclass(frozen=True)
class Loss:
    """A loss as a network needs it.

    Attributes
    ----------
    name
        Its key in `LOSSES`.
    function
        (prediction, target) -> one value per column.
    gradient
        (prediction, target) -> ∂L/∂prediction, of the shape of the prediction.
    fuses
        The name of the activation that the loss applies itself, whose input is then the
        prediction; None where the prediction is what the network says.
    """

    name: str
    function: Callable[[ArrayLike, ArrayLike], FloatArray]
    gradient: Callable[[ArrayLike, ArrayLike], FloatArray]
    fuses: str | None = None

    def cost(self, prediction: ArrayLike, target: ArrayLike) -> np.floating[Any]:
        """J = (1/m) Σ of the losses of the m columns; a batch without columns is a ValueError."""
        losses = self.function(prediction, target)
        if losses.size == 0:
            raise ValueError("the cost of a batch without columns is undefined")
        return np.mean(losses)


def _sum(terms: FloatArray) -> FloatArray:
    """Sum over the entries of each column."""
    total: FloatArray = np.sum(terms, axis=0)
    return total


def _entries(prediction: FloatArray) -> int:
    """Return n, the number of entries of a column."""
    return prediction.shape[0] if prediction.ndim else 1


def _clipped(r: FloatArray, threshold: float) -> FloatArray:
    t = number_between(threshold, "threshold", 0, math.inf)
    return np.clip(r, -t, t)


def _below_margin(margin: FloatArray, y: FloatArray) -> FloatArray:
    return np.where(margin < 1, -y, 0)[()]


def _unless_zero(operation: np.ufunc, weight: FloatArray, value: FloatArray) -> FloatArray:
    """Return operation(weight, value), but 0 where the weight is 0, whatever the value."""
    result: FloatArray = operation(weight, value, where=weight != 0, out=np.zeros_like(value))
    return result[()]


def _unit(a: FloatArray) -> FloatArray:
    """Return a / |a|, with squares that neither overflow nor vanish."""
    a = a / np.max(np.abs(a), axis=0)
    return a / np.sqrt(_sum(a * a))


LOSSES = Registry(
    "loss",
    [
        Loss("squared_error", squared_error, squared_error_gradient),
        Loss("mean_squared_error", mean_squared_error, mean_squared_error_gradient),
        Loss("absolute_error", absolute_error, absolute_error_gradient),
        Loss("huber", huber, huber_gradient),
        Loss("hinge", hinge, hinge_gradient),
        Loss("dot_product_hinge", dot_product_hinge, dot_product_hinge_gradient),
        Loss("binary_cross_entropy", binary_cross_entropy, binary_cross_entropy_gradient),
        Loss(
            "sigmoid_cross_entropy",
            sigmoid_cross_entropy,
            sigmoid_cross_entropy_gradient,
            fuses=FUSED["sigmoid_cross_entropy"],
        ),
        Loss("cross_entropy", cross_entropy, cross_entropy_gradient),
        Loss(
            "softmax_cross_entropy",
            softmax_cross_entropy,
            softmax_cross_entropy_gradient,
            fuses=FUSED["softmax_cross_entropy"],
        ),
        Loss("cosine_loss", cosine_loss, cosine_loss_gradient),
    ],
)
