"""What an exercise may ask of a function beside its values: no loop, no overflow, one product."""

import dis
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any, TypeAlias

import numpy as np

Function: TypeAlias = Callable[..., Any]
Arguments: TypeAlias = tuple[Any, ...]
Condition: TypeAlias = Callable[[Function, Iterable[Arguments]], str]
"""What a function of these calls does that it must not; empty if it keeps the condition."""

LOOPING = {"map", "vectorize", "apply_along_axis", "apply_over_axes", "fromiter", "nditer"}
PRODUCTS = {"matmul", "dot", "inner", "tensordot", "einsum", "vecdot", "matvec"}
SUMS = {"add", "subtract", "sum"}


def no_loop(function: Function, calls: Iterable[Arguments]) -> str:
    """Run no loop, neither in the function nor in those beside it that it calls."""
    for code in _codes(function):
        jumps = (
            i.opname == "FOR_ITER" or "BACKWARD" in i.opname for i in dis.get_instructions(code)
        )
        if any(jumps) or LOOPING & set(code.co_names):
            return f"loops, in {code.co_name}; work on whole arrays"
    return ""


def without(*names: str) -> Condition:
    """Return the condition that none of these functions is called."""

    def condition(function: Function, calls: Iterable[Arguments]) -> str:
        used = {name for code in _codes(function) for name in code.co_names} & set(names)
        return f"calls {min(used)}" if used else ""

    return condition


def no_overflow(function: Function, calls: Iterable[Arguments]) -> str:
    """Let nothing overflow on the way, even if the result is right all the same."""
    for call in calls:
        with np.errstate(all="ignore", over="raise"):
            try:
                function(*call)
            except FloatingPointError as error:
                return f"meets an {error}"
    return ""


def one_product(function: Function, calls: Iterable[Arguments]) -> str:
    """Multiply matrices once, and add nothing to the product."""
    for call in calls:
        _Watched.done.clear()
        function(*(a.view(_Watched) if isinstance(a, np.ndarray) else a for a in call))
        products = sum(name in PRODUCTS for name in _Watched.done)
        if products != 1:
            return f"makes {products or 'no'} matrix products, not one"
        if SUMS & set(_Watched.done):
            return "adds; one matrix product can do it all"
    return ""


class _Watched(np.ndarray[Any, Any]):
    """An array that notes what NumPy does with it."""

    done: list[str] = []  # noqa: RUF012  (one list for all)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        self.done.append(ufunc.__name__)
        if "out" in options:
            options["out"] = tuple(map(_plain, options["out"]))
        result = getattr(ufunc, method)(*map(_plain, inputs), **options)
        return result.view(_Watched) if isinstance(result, np.ndarray) else result

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        self.done.append(function.__name__)
        result = super().__array_function__(function, types, args, options)
        return result.view(_Watched) if isinstance(result, np.ndarray) else result


def _plain(value: Any) -> Any:
    return value.view(np.ndarray) if isinstance(value, _Watched) else value


def _codes(function: Any, seen: set[CodeType] | None = None) -> Iterator[CodeType]:
    """Yield the code of a function, of those inside it, and of those of its module it calls."""
    seen = set() if seen is None else seen
    waiting = [function.__code__] if isinstance(function, FunctionType) else []
    while waiting:
        code = waiting.pop()
        if code in seen:
            continue
        seen.add(code)
        yield code
        waiting += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        for name in code.co_names:
            called = function.__globals__.get(name)
            if isinstance(called, FunctionType) and called.__module__ == function.__module__:
                waiting.append(called.__code__)
