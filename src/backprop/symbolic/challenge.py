"""A claim that a reader is to prove, and what is said of his derivation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp
from sympy import Expr
from sympy.logic.boolalg import Boolean

from backprop.symbolic.printing import condition, latex
from backprop.symbolic.proof import LATEX, Derivation
from backprop.symbolic.terms import Term


@dataclass(frozen=True)
class Challenge:
    """A claim ``start relation end``, with a derivation's ``where`` and ``given``, to be proved."""

    name: str
    start: Term
    end: Term
    steps: int = 2
    """How many lines to write at least, the end among them; the engine may need fewer."""
    relation: str = "="
    where: Boolean = sp.true
    given: Mapping[Expr, Expr] = field(default_factory=dict)


@dataclass(frozen=True)
class Judgement:
    """What is said of a derivation that is to prove the claim of a challenge."""

    challenge: Challenge
    proof: Derivation
    missing: str
    """What it still lacks; nothing if the claim is proved."""

    @property
    def verdict(self) -> str:
        """In a word or two whether the claim is proved."""
        return f"Not yet: {self.missing}" if self.missing else "Proved, the whole claim,"

    def _repr_latex_(self) -> str:
        if not self.missing:
            return self.proof._repr_latex_()
        task = self.challenge
        limits = condition(task.where, task.given, task.start, task.end)
        rows = [
            rf"& {latex(task.start)} && {limits}",
            r"=\;& \cdots && \text{your steps}",
            rf"{LATEX[task.relation]}\;& {latex(task.end)} && \text{{to be reached}}",
        ]
        return "$$\\begin{aligned}\n" + "\\\\[0.6ex]\n".join(rows) + "\n\\end{aligned}$$"

    def __repr__(self) -> str:
        if not self.missing:
            return f"{self.proof}\nproved"
        task = self.challenge
        return f"{task.start} = ... {task.relation} {task.end}    not yet: {self.missing}"


def missing(task: Challenge, proof: Derivation) -> str:
    """Say what a derivation lacks that is to prove a claim; nothing if it proves it."""
    if proof.start != task.start:
        return f"it has to start from {task.start}"
    if proof.given.items() - task.given.items() or proof.where not in {sp.true, task.where}:
        return f"it assumes more than {task.where if task.where != sp.true else 'the claim does'}"
    if proof.end != task.end:
        return f"the last line has to be {task.end}"
    if proof.result.relation != task.relation:
        return f"it shows {proof.result.relation} and not {task.relation}"
    lines = len(dict.fromkeys(proof.terms)) - 1
    return "" if lines >= task.steps else f"write {task.steps} different lines or more, not {lines}"
