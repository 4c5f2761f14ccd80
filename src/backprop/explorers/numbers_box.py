"""The box for an answer of numbers that keep some rules, judged by the page itself."""

import io
from typing import Any

import traitlets
from matplotlib.figure import Figure

from backprop.exercises import check, find
from backprop.exercises.exercise import Verdict
from backprop.exercises.hints import HINTS
from backprop.exercises.numbers import Numbers
from backprop.exercises.parser import LONGEST
from backprop.explorers.base import BadValue, Explorer, front_end


class NumbersBox(Explorer):
    """A box into which the reader types the numbers that an exercise asks for.

    The page holds the rules of the exercise and tells the first one that is broken. With a kernel,
    `verdict` is what `check` says of what was typed. Raises ValueError for an unknown exercise and
    for one that asks for something else.
    """

    answer = traitlets.Unicode().tag(sync=True)
    exercise = traitlets.Unicode(read_only=True).tag(sync=True)
    asks = traitlets.Unicode(read_only=True).tag(sync=True)
    vocabulary: traitlets.List[str] = traitlets.List(read_only=True).tag(sync=True)
    hints: traitlets.List[str] = traitlets.List(read_only=True).tag(sync=True)
    names: traitlets.List[str] = traitlets.List(read_only=True).tag(sync=True)
    rules: traitlets.List[list[Any]] = traitlets.List(read_only=True).tag(sync=True)
    whole = traitlets.Bool(read_only=True).tag(sync=True)

    _moves = ("answer",)
    _esm = front_end("numbers_box", parts=("common", "formula", "written", "kept", "hints"))[0]
    _css = front_end("answer")[1]

    def __init__(self, exercise: str, answer: str = "") -> None:
        entry = find(exercise)
        if not isinstance(entry, Numbers):
            raise ValueError(f"exercise {exercise!r} does not ask for numbers that keep rules")
        super().__init__(answer=answer)
        self.set_trait("exercise", exercise)
        self.set_trait("asks", entry.asks)
        self.set_trait("vocabulary", entry.vocabulary)
        self.set_trait("hints", list(HINTS.get(exercise, ())))
        self.set_trait("names", list(entry.numbers))
        self.set_trait("rules", [[r.value, r.relation, r.bound, r.broken] for r in entry.rules])
        self.set_trait("whole", entry.whole)

    @property
    def verdict(self) -> Verdict:
        """What `check` says of the answer."""
        return check(self.exercise, self.answer)

    def describe(self) -> str:
        """Say what is asked for."""
        return f"Your answer: {self.asks}: {self.answer or '…'} ({'; '.join(self.vocabulary)})"

    def png(self) -> bytes:
        """Draw a line to write on."""
        figure = Figure(figsize=(6, 0.5))
        figure.text(0.01, 0.4, f"{self.asks}:  {self.answer or '.' * 60}", fontsize=12)
        file = io.BytesIO()
        figure.savefig(file, format="png", dpi=150, metadata={"Software": None})
        return file.getvalue()

    @traitlets.validate("answer")
    def _bounded(self, proposal: Any) -> str:
        if len(proposal["value"]) > LONGEST:
            raise BadValue(f"answer must have at most {LONGEST} characters")
        return str(proposal["value"])
