"""Reverse-mode differentiation of any computation: values forward, then slopes back (chapter 0).

>>> x, y, z = Node(-2.0), Node(5.0), Node(-4.0)
>>> f = (x + y) * z
>>> slopes = backward(f)
>>> print(f.value, slopes[x], slopes[y], slopes[z])
-12.0 -4.0 -4.0 3.0

A node holds a number or an array of any shape; shapes are matched as NumPy does it. Everything has
the dtype that NumPy gives it, and a slope has the shape and the dtype of what it is the slope by.
"""

import operator
from collections.abc import Callable
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop import activations
from backprop._arrays import FloatArray, as_floats, finite

Pull = Callable[..., Any]
Operand = Any  # a node, or anything that `Node` takes
_built = count()


class Node:
    """A wire of the graph: what stands on it, and how a slope gets from it to where it came from.

    Attributes
    ----------
    value
        The number or the array, not to be changed in place while the graph is in use.
    gate
        The name of the gate that has computed it, "" if none has.
    inputs
        For each operand of that gate, a node or a constant, also the function that pulls a slope
        back through the gate, to that operand.
    """

    __array_ufunc__ = None  # array + node is for the node to compute

    def __init__(
        self, value: ArrayLike, gate: str = "", inputs: tuple[tuple[Operand, Pull], ...] = ()
    ) -> None:
        self.value = as_floats(value, "value")
        finite(self.value, gate or "value")
        self.gate, self.inputs, self.number = gate, inputs, next(_built)

    def __repr__(self) -> str:
        return f"Node({self.value}{self.gate and f' from {self.gate}'})"

    def __add__(self, other: Operand) -> "Node":
        return add(self, other)

    __radd__ = __add__

    def __mul__(self, other: Operand) -> "Node":
        return multiply(self, other)

    __rmul__ = __mul__

    def __neg__(self) -> "Node":
        return multiply(self, -1)

    def __sub__(self, other: Operand) -> "Node":
        return subtract(self, other)

    def __rsub__(self, other: Operand) -> "Node":
        return subtract(other, self)

    def __truediv__(self, other: Operand) -> "Node":
        return divide(self, other)

    def __rtruediv__(self, other: Operand) -> "Node":
        return divide(other, self)

    def __matmul__(self, other: Operand) -> "Node":
        return matmul(self, other)

    def __rmatmul__(self, other: Operand) -> "Node":
        return matmul(other, self)

    def __pow__(self, other: Operand) -> "Node":
        return power(self, other)

    def __rpow__(self, other: Operand) -> "Node":
        return power(other, self)

    def sum(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> "Node":
        """Return the sum along axes, or of everything; its slope goes to each summand."""

        def spread(s: FloatArray, f: FloatArray, x: FloatArray) -> FloatArray:
            along = s if keepdims or axis is None else np.expand_dims(s, axis)
            return np.broadcast_to(along, x.shape)

        return Gate("sum", lambda x: x.sum(axis, keepdims=keepdims), spread)(self)

    @property
    def T(self) -> "Node":
        """The transpose."""
        return Gate("transpose", np.transpose, lambda s, f, x: s.T)(self)


class Gate:
    """A function that knows its own slope, and nothing of the graph around it.

    Attributes
    ----------
    name, function
        What it computes, from as many arrays as it has inputs.
    pulls
        For each input, the slope by that input, from `s`, the slope by what the gate has computed,
        `f`, which is that, and all inputs.
    """

    def __init__(self, name: str, function: Callable[..., Any], *pulls: Pull) -> None:
        self.name, self.function, self.pulls = name, function, pulls

    def __call__(self, *operands: Operand) -> Node:
        """Compute, and remember the way back; what is no node is a constant.

        Raises
        ------
        TypeError
            If an operand holds anything but real numbers.
        ValueError
            If the shapes do not fit, or the result is not finite.
        """
        dtypes = [node.value.dtype for node in operands if isinstance(node, Node)]
        inputs = [_value(operand, *dtypes[:1]) for operand in operands]
        try:
            with np.errstate(all="ignore"):
                f = self.function(*inputs)
        except ValueError as error:
            shapes = " and ".join(str(x.shape) for x in inputs)
            raise ValueError(f"{self.name} cannot take the shapes {shapes}: {error}") from None
        back = (_bound(pull, f, inputs) for pull in self.pulls)
        return Node(f, self.name, tuple(zip(operands, back, strict=True)))


def backward(output: Node) -> "Slopes":
    """Return the slope of `output` by every node: `backward(loss)[w]`.

    Raises
    ------
    TypeError
        If `output` is no node.
    ValueError
        If it is more than one number, or if a slope is not finite.
    """
    if not isinstance(output, Node):
        raise TypeError(f"output must be a Node, not {output!r}")
    if output.value.size != 1:
        shape = output.value.shape
        raise ValueError(f"output must be one number, such as a sum, not of shape {shape}")
    slopes = Slopes({output: np.ones_like(output.value)})
    for node in reversed(in_order(output)):
        for source, pull in node.inputs:
            if not isinstance(source, Node):
                continue
            with np.errstate(all="ignore"):
                slope = _fitted(pull(slopes[node]), source.value)
            finite(slope, f"a slope behind {node.gate}")
            slopes[source] = slopes[source] + slope  # a fork adds
    return slopes


class Slopes(dict[Node, FloatArray]):
    """The slopes of a number by the nodes; 0 by those that do not lead to it."""

    def __missing__(self, node: Node) -> FloatArray:
        if not isinstance(node, Node):
            raise TypeError(f"there are slopes by nodes, not by {node!r}")
        return np.zeros_like(node.value)


def in_order(output: Node) -> list[Node]:
    """Return the nodes that lead to an output, each behind those that it is computed from."""
    found, waiting = {output}, [output]
    while waiting:
        nodes = (source for source, _ in waiting.pop().inputs if isinstance(source, Node))
        new = set(nodes) - found
        found |= new
        waiting += new
    return sorted(found, key=lambda node: node.number)


def _fitted(slope: FloatArray, value: FloatArray) -> FloatArray:
    """Add the slopes of all copies that broadcasting has made of a value: it is a fork, too."""
    new = slope.ndim - value.ndim
    copied = (*range(new), *(new + k for k, n in enumerate(value.shape) if n == 1))
    added: FloatArray = slope.sum(copied).reshape(value.shape)
    return added.astype(value.dtype, copy=False)


def _value(operand: Operand, dtype: Any = np.float64) -> FloatArray:
    """Return the array in an operand; a plain number gets the dtype of the node beside it."""
    if isinstance(operand, Node):
        return operand.value
    plain = isinstance(operand, int | float)
    return as_floats(np.asarray(operand, dtype) if plain else operand, "an operand")


def _bound(pull: Pull, f: FloatArray, inputs: list[FloatArray]) -> Pull:
    """Return the pull with everything given but the slope."""
    return lambda s: pull(s, f, *inputs)


def _product(x: FloatArray, y: FloatArray) -> FloatArray:
    if min(x.ndim, y.ndim) < 2:
        raise ValueError("it multiplies matrices; a column of n numbers has the shape (n, 1)")
    if x.shape[-1] != y.shape[-2]:
        raise ValueError("the first needs as many columns as the second has rows")
    return x @ y


# s is the slope that arrives, f what the gate has computed, x and y what it reads.
add = Gate("+", np.add, lambda s, f, x, y: s, lambda s, f, x, y: s)
subtract = Gate("-", np.subtract, lambda s, f, x, y: s, lambda s, f, x, y: -s)
multiply = Gate("*", np.multiply, lambda s, f, x, y: s * y, lambda s, f, x, y: s * x)
divide = Gate("/", np.divide, lambda s, f, x, y: s / y, lambda s, f, x, y: -s * f / y)
power = Gate(
    "^",
    operator.pow,
    lambda s, f, x, n: s * n * x ** np.where(n == 0, 1, n - 1),
    lambda s, f, x, n: s * f * np.log(x),
)
matmul = Gate(
    "@",
    _product,
    lambda s, f, x, y: s @ np.swapaxes(y, -1, -2),
    lambda s, f, x, y: np.swapaxes(x, -1, -2) @ s,
)
maximum = Gate(  # routes; of equal inputs the first one gets it, so that relu'(0) is 0
    "max", np.maximum, lambda s, f, x, y: s * (x >= y), lambda s, f, x, y: s * (x < y)
)
exp = Gate("exp", np.exp, lambda s, f, x: s * f)
log = Gate("log", np.log, lambda s, f, x: s / x)
tanh = Gate("tanh", np.tanh, lambda s, f, x: s * (1 - f**2))
sigmoid = Gate("sigmoid", activations.sigmoid, lambda s, f, x: s * f * (1 - f))


def relu(x: Operand) -> Node:
    """Return max(0, x)."""
    return maximum(0, x)
