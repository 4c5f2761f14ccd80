"""The answer box: an exercise that the page itself can judge (all chapters)."""

from typing import Any

import traitlets

from backprop.exercises import find
from backprop.exercises.formula import Formula
from backprop.explorers.base import front_end
from backprop.explorers.box import PARTS, Box


class AnswerBox(Box):
    """A box into which the reader types the formula that an exercise asks for.

    In the page, the formula is compared with the right values at the points of the exercise. The
    page knows these values, not the solution; a right answer can be proved there as well. Raises
    ValueError for an unknown exercise and for one that asks for something else.
    """

    points: traitlets.List[list[float]] = traitlets.List(read_only=True).tag(sync=True)
    values: traitlets.List[float] = traitlets.List(read_only=True).tag(sync=True)

    _esm, _css = front_end("answer", parts=PARTS)

    def __init__(self, exercise: str, answer: str = "") -> None:
        entry = find(exercise)
        if not isinstance(entry, Formula):
            raise ValueError(
                f"exercise {exercise!r} does not ask for a formula: answer it with check"
            )
        super().__init__(
            exercise,
            answer,
            asks=entry.asks,
            vocabulary=entry.vocabulary,
            names=list(entry.names),
            points=[_row(entry, point) for point in entry.points],
            values=[_short(value, 12) for value in entry.values],
        )


def _row(entry: Formula, point: dict[Any, Any]) -> list[float]:
    """Return the letters and shorthands at a point, in the order of their names."""
    return [_short(meaning.subs(point), 16) for meaning in entry.names.values()]


def _short(value: Any, digits: int) -> float:
    number = float(f"{float(value):.{digits}g}")
    return int(number) if number.is_integer() else number
