"""Claims to prove by oneself (the page *Prove it yourself*), from easy to hard.

>>> from sympy import Derivative, tanh
>>> from backprop.symbolic.activations import z
>>> judge("tanh-slope", Derivation(Derivative(tanh(z), z)))
Derivative(tanh(z), z) = ... = 1 - tanh(z)**2    not yet: the last line has to be 1 - tanh(z)**2
"""

from dataclasses import dataclass

import sympy as sp
from sympy import Derivative, Matrix, Sum, exp, log, symbols, tanh
from sympy.logic.boolalg import Boolean

from backprop._registry import Registry
from backprop.symbolic.activations import i, k, n, scores, sigmoid, softmax, z
from backprop.symbolic.printing import condition, latex
from backprop.symbolic.proof import LATEX, Derivation
from backprop.symbolic.terms import Term

u, v = symbols("u v", real=True)
"""Any two real numbers."""
w, y = symbols("w y", real=True)
"""A weight and a target."""
x, t = sp.IndexedBase("x", real=True), sp.IndexedBase("t", real=True)
"""Inputs and targets of n examples."""
A = Matrix(2, 2, symbols("a_11 a_12 a_21 a_22", real=True))
B = Matrix(2, 2, symbols("b_11 b_12 b_21 b_22", real=True))
"""Two matrices of two rows and two columns."""


@dataclass(frozen=True)
class Challenge:
    """A claim ``start relation end`` wherever ``where`` holds, to be proved line by line."""

    name: str
    start: Term
    end: Term
    steps: int = 2
    """How many lines to write at least, the end among them; the engine may need fewer."""
    relation: str = "="
    where: Boolean = sp.true


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
        limits = condition(task.where, {}, task.start, task.end)
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


def judge(name: str, proof: Derivation) -> Judgement:
    """Say whether a derivation proves the claim of the challenge with this name.

    It does if it begins and ends as the claim says and assumes no more. Its steps are proved
    already. Raises ValueError for an unknown name and TypeError for what is no derivation.
    """
    if not isinstance(proof, Derivation):
        raise TypeError(f"proof is {proof!r}; it has to be a Derivation")
    task = CHALLENGES[name]
    return Judgement(task, proof, _missing(task, proof))


def _missing(task: Challenge, proof: Derivation) -> str:
    if proof.start != task.start:
        return f"it has to start from {task.start}"
    if proof.given or proof.where not in {sp.true, task.where}:
        return f"it assumes more than {task.where if task.where != sp.true else 'the claim does'}"
    if proof.end != task.end:
        return f"the last line has to be {task.end}"
    if proof.result.relation != task.relation:
        return f"it shows {proof.result.relation} and not {task.relation}"
    lines = len(dict.fromkeys(proof.terms)) - 1
    return "" if lines >= task.steps else f"write {task.steps} different lines or more, not {lines}"


AB = A * B
LINE = Sum((w * x[k] - t[k]) ** 2, (k, 1, n))

CHALLENGES = Registry(
    "challenge",
    [
        Challenge("product-rule", Derivative(z * exp(-z), z), (1 - z) * exp(-z), steps=1),
        Challenge("tanh-slope", Derivative(tanh(z), z), 1 - tanh(z) ** 2),
        Challenge("softplus-slope", Derivative(log(1 + exp(z)), z), sigmoid(z)),
        Challenge("tanh-sigmoid", tanh(z), 2 * sigmoid(2 * z) - 1),
        Challenge("means", u * v, ((u + v) / 2) ** 2, relation="<="),
        Challenge(
            "determinants",
            AB[0, 0] * AB[1, 1] - AB[0, 1] * AB[1, 0],
            A.det() * B.det(),
        ),
        Challenge(
            "cross-entropy",
            Derivative(-y * log(sigmoid(z)) - (1 - y) * log(1 - sigmoid(z)), z),
            sigmoid(z) - y,
            steps=3,
        ),
        Challenge("line-slope", Derivative(LINE, w), 2 * Sum((w * x[k] - t[k]) * x[k], (k, 1, n))),
        Challenge(
            "softmax-logarithm",
            Derivative(log(softmax(i)), scores[k]),
            sp.KroneckerDelta(i, k) - softmax(k),
            where=sp.And(i <= n, k <= n),
        ),
        Challenge(
            "curvature",
            Derivative(sigmoid(z), z, z),
            sigmoid(z) * (1 - sigmoid(z)) * (1 - 2 * sigmoid(z)),
            steps=3,
        ),
    ],
)
