"""What the boxes for answers share: what the reader types, and what is said of it."""

from typing import Any

import traitlets
from matplotlib.figure import Figure

from backprop.exercises import check
from backprop.exercises.exercise import Verdict
from backprop.exercises.hints import HINTS
from backprop.exercises.parser import LONGEST
from backprop.explorers.base import BadValue, Explorer
from backprop.explorers.png import as_png

PARTS = ("common", "formula", "written", "kept", "hints", "box")
"""What the front end of a box builds on."""


class Box(Explorer):
    """A box into which the reader types the answer to an exercise, for the page to judge.

    With a kernel, `verdict` is what `check` says of what was typed.
    """

    answer = traitlets.Unicode().tag(sync=True)
    exercise = traitlets.Unicode(read_only=True).tag(sync=True)
    asks = traitlets.Unicode(read_only=True).tag(sync=True)
    vocabulary: traitlets.List[str] = traitlets.List(read_only=True).tag(sync=True)
    hints: traitlets.List[str] = traitlets.List(read_only=True).tag(sync=True)
    names: traitlets.List[str] = traitlets.List(read_only=True).tag(sync=True)

    _moves = ("answer",)
    _sign = " ="
    """What stands between what is asked for and the answer."""

    def __init__(self, exercise: str, answer: str, **told: Any) -> None:
        super().__init__(answer=answer)
        told |= {"exercise": exercise, "hints": list(HINTS.get(exercise, ()))}
        for name, value in told.items():
            self.set_trait(name, value)

    @property
    def verdict(self) -> Verdict:
        """What `check` says of the answer."""
        return check(self.exercise, self.answer)

    def describe(self) -> str:
        """Say what is asked for, and what the answer may use."""
        letters = "; ".join(self.vocabulary) or "a number"
        return f"Your answer: {self.asks}{self._sign} {self.answer or '…'} ({letters})"

    def png(self) -> bytes:
        """Draw a line to write on."""
        figure = Figure(figsize=(6, 0.5))
        figure.text(0.01, 0.4, f"{self.asks}{self._sign}  {self.answer or '.' * 60}", fontsize=12)
        return as_png(figure)

    @traitlets.validate("answer")
    def _bounded(self, proposal: Any) -> str:
        if len(proposal["value"]) > LONGEST:
            raise BadValue(f"answer must have at most {LONGEST} characters")
        return str(proposal["value"])
