"""The graph explorer: a formula as gates, values forward and slopes back (chapter 0)."""

from numbers import Real
from typing import Any

import traitlets

from backprop._arrays import NotFinite
from backprop.explorers.base import BadValue, Explorer, Whole, front_end
from backprop.explorers.graph_formula import LETTERS, graph
from backprop.explorers.graph_picture import Drawing, graph_figure, short
from backprop.reverse_mode import Node, backward, in_order

MOST = 100
_GIVEN = [2, -1, 3, 0.5]


class GraphExplorer(Explorer):
    """The computational graph of a formula that the reader types, filled in gate by gate.

    Values go forward first; then 1 is put on the output, and each gate pulls its slope back.

    Parameters
    ----------
    expression
        A formula as the parser of the exercises reads it, in `LETTERS`, of sums, products,
        quotients, powers, max, exp, log, sqrt, tanh, sigma and relu.
    step
        Where the walk stands, from 0, where only the letters are known.
    values
        What letters stand for, from -100 to 100.

    Raises
    ------
    ValueError
        If the text is no formula of this kind, or a value is out of range.
    """

    expression = traitlets.Unicode().tag(sync=True)
    values: "traitlets.Dict[str, float]" = traitlets.Dict().tag(sync=True)
    step = Whole(0, 0)
    given: "traitlets.Dict[str, float]" = traitlets.Dict(read_only=True).tag(sync=True)
    letters: traitlets.List[str] = traitlets.List(list(LETTERS), read_only=True).tag(sync=True)
    presets: traitlets.List[Any] = traitlets.List(read_only=True).tag(sync=True)

    _moves = ("expression", "values", "step")
    _esm, _css = front_end("graph", parts=("common", "formula", "walk"))

    def __init__(self, expression: str = "(x + y) z", *, step: int = 0, **values: float) -> None:
        super().__init__(expression=expression, values=values, step=step)

    @traitlets.default("given")
    def _unless_set(self) -> dict[str, float]:
        return {name: _GIVEN[k % len(_GIVEN)] for k, name in enumerate(LETTERS)}

    @traitlets.default("presets")
    def _examples(self) -> list[Any]:
        return [
            ["(x + y) z", {"x": -2, "y": 5, "z": -4}],
            ["1/(1 + exp(-(w x + b)))", {"w": 2, "x": -1, "b": 3}],
            ["(x + σ(y))/(σ(x) + (x + y)^2)", {"x": 3, "y": -4}],
            ["max(x, y) z", {"x": 4, "y": 2, "z": 3}],
        ]

    @property
    def last(self) -> int:
        """The number of the last step: the gates forward, 1 at the output, the gates back."""
        return 2 * sum(node.gate != "" for node in in_order(self._graph()[0])) + 1

    def _graph(self) -> tuple[Node, dict[str, Node]]:
        return graph(self.expression, self.given | self.values)

    def describe(self) -> str:
        """Say what the formula is at the present values, and what its slopes are."""
        try:
            output, letters = self._graph()
            slopes = backward(output)
        except NotFinite as error:
            return f"f = {self.expression} has no value or no slope here: {error}."
        given = ", ".join(f"{name} = {short(node.value)}" for name, node in letters.items())
        found = ", ".join(f"{short(slopes[node])} by {name}" for name, node in letters.items())
        value = short(output.value)
        return f"f = {self.expression} with {given} is {value}; its slopes are {found}."

    def png(self) -> bytes:
        """Draw the graph with all values and slopes."""
        try:
            output, letters = self._graph()
            figure = graph_figure(output, letters, backward(output))
        except NotFinite:
            figure = Drawing(figsize=(6, 0.5))
            figure.text(0.01, 0.4, self.describe())
        return figure._repr_png_()

    @traitlets.validate("expression")
    def _is_formula(self, proposal: Any) -> str:
        text = str(proposal["value"])
        try:
            graph(text, dict.fromkeys(LETTERS, 1.0))
        except NotFinite:
            pass
        except ValueError as error:
            raise BadValue(f"expression must be a formula of gates: {error}") from None
        return text

    @traitlets.validate("values")
    def _in_range(self, proposal: Any) -> dict[str, float]:
        values = proposal["value"]
        for name, value in values.items():
            if name not in LETTERS:
                raise BadValue(f"{name} is not one of the letters {', '.join(LETTERS)}")
            real = isinstance(value, Real) and not isinstance(value, bool)
            if not (real and -MOST <= value <= MOST):
                raise BadValue(f"{name} must be a number from -{MOST} to {MOST}, not {value!r}")
        return {name: float(value) for name, value in values.items()}
