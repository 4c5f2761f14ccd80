"""What every exercise is, and what is said of an answer to it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

TOLERANCE = 1e-9  # relative, of numbers below 1 absolute; the answer box uses the same


@dataclass(frozen=True, repr=False)
class Verdict:
    """What is said of an answer."""

    right: bool
    words: str

    def __bool__(self) -> bool:
        """Return whether the answer is right."""
        return self.right

    def __repr__(self) -> str:
        """Return the words alone, for a notebook shows them."""
        return self.words


@dataclass(frozen=True, eq=False)
class Exercise(ABC):
    """An entry of the registry; chapters call it by its name."""

    name: str

    @abstractmethod
    def check(self, answer: Any) -> Verdict:
        """Judge an answer, without giving the solution away."""
