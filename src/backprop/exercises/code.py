"""Exercises that ask for a function in NumPy, and how it is judged."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from backprop.exercises.conditions import Arguments, Condition
from backprop.exercises.exercise import TOLERANCE, Exercise, Verdict

SINGLE = 1e-4
"""The tolerance for float32, in which a right formula may round a good deal."""


@dataclass(frozen=True, eq=False)
class Code(Exercise):
    """An exercise whose answer is a function in NumPy.

    Attributes
    ----------
    solution
        A function with the right values.
    calls
        The arguments of the calls that are compared, among them the extremes. Each call with
        float64 arrays is made in float32 too.
    conditions
        What the exercise asks for beside the values.
    every_digit
        Whether each entry of a result has to have its digits, however small it is beside the
        largest; else rounding errors of the size of the largest entry's do not count.
    """

    solution: Callable[..., Any]
    calls: tuple[Arguments, ...]
    conditions: tuple[Condition, ...] = ()
    every_digit: bool = False

    def check(self, answer: Callable[..., Any]) -> Verdict:
        """Judge a function by its values, their shape and their dtype, or show a call that differs.

        Raises
        ------
        TypeError
            If the answer is not a function.
        """
        if not callable(answer):
            raise TypeError(f"answer must be a function, not {answer!r}")
        for call in self._all_calls():
            right = np.asarray(self.solution(*_copied(call)))
            exact = np.asarray(self.solution(*_copied(call, np.float64)))
            with np.errstate(all="ignore"):
                try:
                    returned = answer(*_copied(call))
                    mine = np.asarray(returned)
                except Exception as error:
                    return _call_differs(call, f"raises {type(error).__name__}: {error}")
            if returned is None:
                return Verdict(False, "not yet: your function returns nothing so far")
            if mine.shape != right.shape:
                return _call_differs(call, f"has shape {mine.shape}, not {right.shape}")
            if not _same_kind(mine, right):
                return _call_differs(call, f"has dtype {mine.dtype}, not {right.dtype}")
            if not self._close(mine, exact, SINGLE if right.dtype == np.float32 else TOLERANCE):
                return _call_differs(call, f"is {_short(mine)}, the right value {_short(right)}")
        for condition in self.conditions:
            if broken := condition(answer, map(_copied, self._all_calls())):
                return Verdict(False, f"not yet: the values are right, but your function {broken}")
        return Verdict(True, "right")

    def _close(self, mine: Any, right: Any, tolerance: float) -> bool:
        largest = np.max(np.abs(right), where=np.isfinite(right), initial=0)
        rtol, atol = (tolerance, 0) if self.every_digit else (0, tolerance * largest)
        return np.allclose(mine, right, rtol=rtol, atol=atol, equal_nan=True)

    def _all_calls(self) -> Iterator[Arguments]:
        for call in self.calls:
            yield call
            if any(isinstance(a, np.ndarray) and a.dtype == np.float64 for a in call):
                yield _copied(call, np.float32)


def _copied(call: Arguments, floats: type[Any] | None = None) -> Arguments:
    """Return the arguments with arrays that are new, those of floats of another dtype if asked."""
    return tuple(_copy(a, floats) if isinstance(a, np.ndarray) else a for a in call)


def _copy(array: np.ndarray[Any, Any], floats: type[Any] | None) -> np.ndarray[Any, Any]:
    return array.astype(floats if floats and array.dtype.kind == "f" else array.dtype)


def _same_kind(mine: np.ndarray[Any, Any], right: np.ndarray[Any, Any]) -> bool:
    """Return whether the dtypes are equal, or both integers."""
    return mine.dtype == right.dtype or {mine.dtype.kind, right.dtype.kind} <= {"i", "u"}


def _call_differs(call: Arguments, what: str) -> Verdict:
    given = ", ".join(_short(argument) for argument in call)
    return Verdict(False, f"not yet: for ({given}) your result {what}")


def _short(value: Any) -> str:
    if not isinstance(value, np.ndarray):
        return repr(value)
    text = np.array2string(value, precision=6, threshold=8, separator=", ")
    return f"{text} ({value.dtype})" if value.ndim else text
