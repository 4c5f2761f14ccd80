"""The answer box: an exercise that the page itself can judge (all chapters)."""

import io
from typing import Any

import traitlets
from matplotlib.figure import Figure

from backprop.exercises import check, find
from backprop.exercises.exercise import Verdict
from backprop.exercises.formula import Formula
from backprop.exercises.hints import HINTS
from backprop.exercises.parser import LONGEST
from backprop.explorers.base import BadValue, Explorer, front_end


class AnswerBox(Explorer):
    """A box into which the reader types the formula that an exercise asks for.

    In the page, the formula is compared with the right values at the points of the exercise. The
    page knows these values, not the solution; a right answer can be proved there as well. With a
    kernel, `verdict` is what `check` says of what was typed. Raises ValueError for an unknown
    exercise and for one that asks for code.
    """

    answer = traitlets.Unicode().tag(sync=True)
    exercise = traitlets.Unicode(read_only=True).tag(sync=True)
    asks = traitlets.Unicode(read_only=True).tag(sync=True)
    vocabulary: traitlets.List[str] = traitlets.List(read_only=True).tag(sync=True)
    hints: traitlets.List[str] = traitlets.List(read_only=True).tag(sync=True)
    names: traitlets.List[str] = traitlets.List(read_only=True).tag(sync=True)
    points: traitlets.List[list[float]] = traitlets.List(read_only=True).tag(sync=True)
    values: traitlets.List[float] = traitlets.List(read_only=True).tag(sync=True)

    _moves = ("answer",)
    _esm, _css = front_end("answer", parts=("common", "formula", "written", "kept", "hints"))

    def __init__(self, exercise: str, answer: str = "") -> None:
        entry = find(exercise)
        if not isinstance(entry, Formula):
            raise ValueError(f"exercise {exercise!r} asks for code: answer it with check")
        super().__init__(answer=answer)
        self.set_trait("exercise", exercise)
        self.set_trait("asks", entry.asks)
        self.set_trait("vocabulary", entry.vocabulary)
        self.set_trait("hints", list(HINTS.get(exercise, ())))
        self.set_trait("names", list(entry.names))
        self.set_trait("points", [_row(entry, point) for point in entry.points])
        self.set_trait("values", [_short(value, 12) for value in entry.values])

    @property
    def verdict(self) -> Verdict:
        """What `check` says of the answer."""
        return check(self.exercise, self.answer)

    def describe(self) -> str:
        """Say what is asked for, and what the answer may use."""
        letters = "; ".join(self.vocabulary) or "a number"
        return f"Your answer: {self.asks} = {self.answer or '…'} ({letters})"

    def png(self) -> bytes:
        """Draw a line to write on."""
        figure = Figure(figsize=(6, 0.5))
        figure.text(0.01, 0.4, f"{self.asks} =  {self.answer or '.' * 60}", fontsize=12)
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=150, metadata={"Software": None})
        return file.getvalue()

    @traitlets.validate("answer")
    def _bounded(self, proposal: Any) -> str:
        if len(proposal["value"]) > LONGEST:
            raise BadValue(f"answer must have at most {LONGEST} characters")
        return str(proposal["value"])


def _row(entry: Formula, point: dict[Any, Any]) -> list[float]:
    """Return the letters and shorthands at a point, in the order of their names."""
    return [_short(meaning.subs(point), 16) for meaning in entry.names.values()]


def _short(value: Any, digits: int) -> float:
    number = float(f"{float(value):.{digits}g}")
    return int(number) if number.is_integer() else number
