"""The box for an answer of numbers that keep some rules, judged by the page itself."""

from typing import Any

import traitlets

from backprop.exercises import find
from backprop.exercises.numbers import Numbers
from backprop.explorers.base import front_end
from backprop.explorers.box import PARTS, Box


class NumbersBox(Box):
    """A box into which the reader types the numbers that an exercise asks for.

    The page holds the rules of the exercise and tells the first one that is broken. Raises
    ValueError for an unknown exercise and for one that asks for something else.
    """

    rules: traitlets.List[list[Any]] = traitlets.List(read_only=True).tag(sync=True)
    whole = traitlets.Bool(read_only=True).tag(sync=True)

    _esm, _css = front_end("numbers_box", parts=PARTS)
    _sign = ":"

    def __init__(self, exercise: str, answer: str = "") -> None:
        entry = find(exercise)
        if not isinstance(entry, Numbers):
            raise ValueError(f"exercise {exercise!r} does not ask for numbers that keep rules")
        super().__init__(
            exercise,
            answer,
            asks=entry.asks,
            vocabulary=entry.vocabulary,
            names=list(entry.numbers),
            rules=[[r.value, r.relation, r.bound, r.broken] for r in entry.rules],
            whole=entry.whole,
        )
