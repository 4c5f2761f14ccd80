"""What a network is made of, in whole numbers and names: read alike for arrays and for formulas."""

import numbers
from collections.abc import Iterable, Sequence

FUSED = {"sigmoid_cross_entropy": "sigmoid", "softmax_cross_entropy": "softmax"}
"""The losses that apply an activation themselves, each with its activation."""


def positive_integer(value: int, name: str) -> int:
    """Return `value` as a Python integer.

    Raises
    ------
    TypeError
        If `value` is not an integer.
    ValueError
        If it is less than 1.
    """
    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, not {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, not {value}")
    return int(value)


def positive_integers(values: Iterable[int], name: str) -> tuple[int, ...]:
    """Return `values` as Python integers; a ValueError unless they are two or more, from 1 on."""
    integers = tuple(values) if isinstance(values, Iterable) else ()
    whole = all(isinstance(n, numbers.Integral) and not isinstance(n, bool) for n in integers)
    if len(integers) < 2 or not whole or min(integers) < 1:
        raise ValueError(f"{name} must be at least two positive integers, not {values!r}")
    return tuple(map(int, integers))


def layer_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the units n⁰, ..., nᴸ of a network as Python integers.

    Raises
    ------
    ValueError
        Unless they are at least two positive integers.
    """
    return positive_integers(sizes, "sizes")


def layer_activations(sizes: Sequence[int], activations: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the activations; a ValueError unless there is one for each layer."""
    if isinstance(activations, str) or len(activations) != len(sizes) - 1:
        raise ValueError(
            f"activations must name one for each of the {len(sizes) - 1} layers, "
            f"not {activations!r}"
        )
    return tuple(activations)


def fused_activation(loss: str, last: str) -> str | None:
    """Return the activation that a loss applies itself, or None if it applies none.

    Raises
    ------
    ValueError
        If `last`, the activation of the last layer, is another one.
    """
    fused = FUSED.get(loss)
    if fused not in {None, last}:
        raise ValueError(
            f"the loss {loss} applies {fused} itself: the activation of the last layer "
            f"must be {fused}, not {last}"
        )
    return fused
