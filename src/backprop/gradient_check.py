"""Gradients against differences: the check that every gradient of this package passes (chapter 8).

A function f of named arrays is made a number by a random covector u of the shape of its value:
s = Σ u f. Its gradient is what a vector-Jacobian product computes, and each entry of it is compared
with the centred difference (s(x + h) - s(x - h)) / 2h of the same entry.
"""

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backprop._arrays import (
    FloatArray,
    as_floats,
    finite,
    generator,
    number_between,
)
from backprop._structure import positive_integer
from backprop.network import Network

Entry = tuple[int, ...]


@dataclass(frozen=True, repr=False)
class Report:
    """What a check found; it counts as true if the check passed.

    Attributes
    ----------
    parameter, entry
        Where the relative error is largest.
    gradient, difference
        The two values there.
    relative_error
        |gradient - difference| / max(|gradient|, |difference|), with a floor: see `check`.
    tolerance
        The largest relative error that passes.
    compared
        How many entries were compared.
    kinks
        The entries left out because a kink lies within the step.
    """

    parameter: str
    entry: Entry
    gradient: float
    difference: float
    relative_error: float
    tolerance: float
    compared: int
    kinks: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether entries were compared, and none of them is off by more than the tolerance."""
        return self.compared > 0 and self.relative_error <= self.tolerance

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        """Say what was found, in a line or two."""
        lines = []
        if self.compared:
            lines.append(
                f"{'passed' if self.passed else 'FAILED'}, {self.compared} compared, "
                f"worst {_place(self.parameter, self.entry)}: gradient {self.gradient:.9g}, "
                f"difference {self.difference:.9g}, relative error {self.relative_error:.1e}"
            )
        if self.kinks:
            shown = ", ".join(self.kinks[:3]) + (", ..." if len(self.kinks) > 3 else "")
            lines.append(f"left out, with a kink within the step: {len(self.kinks)} ({shown})")
        return "\n".join(lines)


def check(
    function: Callable[..., ArrayLike],
    vjp: Callable[..., Mapping[str, ArrayLike]],
    arguments: Mapping[str, FloatArray],
    *,
    rng: np.random.Generator | None = None,
    entries: int | None = None,
    step: float = 1e-5,
    tolerance: float = 1e-6,
) -> Report:
    """Compare a gradient with centred differences.

    Rounding alone may put a difference wrong by some ε|s|/h. The relative error
    |gradient - difference| / max(|gradient|, |difference|, floor) has a floor, such that no more
    than 8ε(1 + Σ|u f|)/h is forgiven of an entry however small.

    Where the two differ, there may be a kink within the step. If there is none on one side, and the
    gradient is the slope of that side, or if the kink is at x itself and the gradient lies between
    the slopes of its sides, the entry is left out, and the report says so.

    Parameters
    ----------
    function
        f, called with the arguments by name; returns a number or an array.
    vjp
        Called with u and the arguments by name; returns for each name the gradient of Σ u f.
    arguments
        The arrays at which to check, in float64.
    rng
        Where u and the sample of entries come from; `default_rng(0)` if not given. A function
        whose value is a single number has u = 1.
    entries
        Compare at most so many entries of each array, drawn at random; all if not given.
    step
        h of an entry x is step · max(1, |x|).
    tolerance
        The largest relative error that passes.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a float64 array, there is no entry to compare, a gradient is missing
        or has another shape than its argument, or f is not finite.
    """
    step, tolerance = (
        number_between(value, name, 0, 1)
        for value, name in ((step, "step"), (tolerance, "tolerance"))
    )
    if entries is not None:
        positive_integer(entries, "entries")
    arguments = {name: _in_float64(array, name) for name, array in arguments.items()}
    rng = np.random.default_rng(0) if rng is None else generator(rng)
    value = _value(function, arguments)
    u = rng.normal(size=value.shape) if value.ndim else np.ones(())
    gradients = _gradients(vjp(u, **arguments), arguments)
    rounding = 8 * sys.float_info.epsilon * (1 + float(np.sum(np.abs(u * value))))

    def change_along(name: str, entry: Entry) -> Callable[[float], float]:
        """Return t -> the change of s when one entry moves by t."""

        def change(t: float) -> float:
            moved = {**arguments, name: arguments[name].copy()}
            moved[name][entry] += t
            return float(np.sum(u * (_value(function, moved) - value)))

        return change

    findings, kinks = [], []
    for name, array in arguments.items():
        for entry in _some(array.shape, entries, rng):
            change, h = change_along(name, entry), step * max(1, abs(float(array[entry])))
            gradient, difference = float(gradients[name][entry]), centred_difference(change, 0, h)
            scale = max(abs(gradient), abs(difference), rounding / (h * tolerance))
            error = abs(gradient - difference) / scale
            if error > tolerance and _is_kink(change, h, gradient, tolerance * scale):
                kinks.append(_place(name, entry))
                error = 0
            findings.append((name, entry, gradient, difference, error))
    if not findings:
        raise ValueError("arguments must hold at least one entry to compare")
    worst = max(findings, key=lambda finding: math.inf if math.isnan(finding[-1]) else finding[-1])
    return Report(*worst, tolerance, len(findings) - len(kinks), tuple(kinks))


def check_network(
    network: Network,
    X: ArrayLike,
    Y: ArrayLike,
    *,
    rng: np.random.Generator | None = None,
    entries: int | None = None,
    step: float = 1e-5,
    tolerance: float = 1e-6,
) -> Report:
    """Compare `network.gradient(X, Y)` with centred differences of the cost, see `check`.

    The parameters of the network are left as they are. Those of a float32 network are refused.
    """
    return check(
        lambda **parameters: network.with_parameters(parameters).cost(X, Y),
        lambda u, **parameters: network.with_parameters(parameters).gradient(X, Y).parameters,
        network.parameters,
        rng=rng,
        entries=entries,
        step=step,
        tolerance=tolerance,
    )


def centred_difference(function: Callable[[float], float], x: float, h: float) -> float:
    """Return (f(x + h) - f(x - h)) / 2h, which is f'(x) up to h² f'''/6 and rounding ε|f|/h."""
    return (function(x + h) - function(x - h)) / (2 * h)


def _is_kink(
    change: Callable[[float], float], h: float, gradient: float, negligible: float
) -> bool:
    """Whether a kink within h explains why a gradient is not the centred difference.

    A side without a kink has one slope, found from a step h and from h/2, with about four times the
    rounding of a centred difference. The gradient must be that slope, or lie between the two if
    both sides have one and they differ.
    """
    found = [(_slope_from(change, side), _slope_from(change, side / 2)) for side in (h, -h)]
    slopes = [whole for whole, half in found if abs(whole - half) <= 4 * negligible]
    if not slopes or (len(slopes) == 2 and abs(slopes[0] - slopes[1]) <= negligible / 4):
        return False
    return min(slopes) - negligible <= gradient <= max(slopes) + negligible


def _slope_from(change: Callable[[float], float], h: float) -> float:
    """Return the slope at 0, from values on the side of h alone, up to h² s'''/12."""
    return (4 * change(h / 2) - change(h)) / h


def _in_float64(array: FloatArray, name: str) -> FloatArray:
    if not isinstance(array, np.ndarray | np.float64) or array.dtype != np.float64:
        kind = getattr(array, "dtype", type(array).__name__)
        raise TypeError(f"{name} must be a float64 array, not {kind}: rounding hides the rest")
    finite(array, name)
    return np.asarray(array)


def _value(function: Callable[..., ArrayLike], arguments: Mapping[str, FloatArray]) -> FloatArray:
    value = as_floats(function(**arguments), "the value of function")
    finite(value, "the value of function")
    return value


def _gradients(
    found: Mapping[str, ArrayLike], arguments: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Return the gradients as arrays, one for each argument and of its shape."""
    if set(found) != set(arguments):
        raise ValueError(f"vjp must return gradients of {', '.join(arguments)}, not {list(found)}")
    gradients = {name: as_floats(found[name], f"the gradient of {name}") for name in arguments}
    for name, gradient in gradients.items():
        if gradient.shape != arguments[name].shape:
            raise ValueError(
                f"the gradient of {name} must have its shape {arguments[name].shape}, "
                f"not {gradient.shape}"
            )
    return gradients


def _some(shape: Entry, entries: int | None, rng: np.random.Generator) -> Iterator[Entry]:
    """Yield the indices of every entry, or of a random choice of them in their order."""
    size = math.prod(shape)
    chosen = np.arange(size)
    if entries is not None and entries < size:
        chosen = np.sort(rng.choice(size, entries, replace=False))
    for index in chosen:
        yield tuple(int(i) for i in np.unravel_index(index, shape))


def _place(parameter: str, entry: Entry) -> str:
    """Return how NumPy would write the entry, such as W[1][0, 2]."""
    return f"{parameter}[{', '.join(map(str, entry))}]" if entry else parameter
