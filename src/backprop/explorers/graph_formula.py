"""A typed formula as a graph of `reverse_mode` nodes, and where its nodes lie."""

from collections.abc import Mapping
from functools import reduce
from typing import Any

from backprop.exercises.parser import CONSTANTS, Mistake, Parser
from backprop.reverse_mode import Node, exp, in_order, log, maximum, relu, sigmoid, tanh

LETTERS = (*"xyzwbuvac", "w0", "w1", "w2", "x0", "x1", "x2")
MOST_GATES = 16
FUNCTIONS: Mapping[str, Any] = {
    "exp": exp,
    "log": log,
    "ln": log,
    "tanh": tanh,
    "sigma": sigmoid,
    "sigmoid": sigmoid,
    "relu": relu,
    "sqrt": lambda x: x**0.5,
    "max": lambda *values: reduce(_larger, values),
}


def _larger(one: Any, other: Any) -> Any:
    """Return a gate, or of two numbers the larger one."""
    nodes = isinstance(one, Node) or isinstance(other, Node)
    return maximum(one, other) if nodes else max(one, other)


class _Graph(Parser):
    """Makes nodes of letters, and floats of numbers."""

    def __init__(self, text: str, letters: Mapping[str, Any]) -> None:
        super().__init__(text, letters)
        self.known = {name: float(value) for name, value in CONSTANTS.items()} | dict(letters)

    def constant(self, word: str) -> Any:
        return float(word)

    def call(self, name: str, *values: Any) -> Any:
        if name not in FUNCTIONS:
            raise Mistake(f"there is no gate for {name} here", self.text, 0)
        made = FUNCTIONS[name](*values)
        return made if any(isinstance(value, Node) for value in values) else float(made.value)


def graph(text: str, values: Mapping[str, float]) -> tuple[Node, dict[str, Node]]:
    """Return the output of a formula, and the nodes of the letters that it uses.

    Raises
    ------
    ValueError
        If the text is no formula of gates, or has a value that is not finite.
    """
    letters = {name: Node(float(values[name])) for name in LETTERS}
    try:
        output: Any = _Graph(text, letters).formula()
    except (ZeroDivisionError, OverflowError) as error:
        raise ValueError(f"expression has no value: {error}") from None
    if not isinstance(output, Node):
        raise Mistake("a letter is missing", text, 0)
    order = in_order(output)
    gates = sum(node.gate != "" for node in order)
    if not gates:
        raise Mistake("a gate is missing, as in x + y", text, 0)
    if gates > MOST_GATES:
        raise Mistake(f"there is room for {MOST_GATES} gates only", text, 0)
    return output, {name: node for name, node in letters.items() if node in order}
