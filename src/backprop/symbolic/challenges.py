"""Claims to prove by oneself (the page *Prove it yourself*), from easy to hard.

>>> from sympy import Derivative, tanh
>>> from backprop.symbolic.activations import z
>>> judge("tanh-slope", Derivation(Derivative(tanh(z), z)))
Derivative(tanh(z), z) = ... = 1 - tanh(z)**2    not yet: the last line has to be 1 - tanh(z)**2
"""

import sympy as sp
from sympy import Derivative, Matrix, Sum, exp, log, symbols, tanh

from backprop._registry import Registry
from backprop.symbolic.activations import i, k, n, scores, sigmoid, softmax, z
from backprop.symbolic.challenge import Challenge, Judgement, missing
from backprop.symbolic.chapter_challenges import CHAPTER_CHALLENGES
from backprop.symbolic.proof import Derivation

u, v = symbols("u v", real=True)
"""Any two real numbers."""
w, y = symbols("w y", real=True)
"""A weight and a target."""
x, t = sp.IndexedBase("x", real=True), sp.IndexedBase("t", real=True)
"""Inputs and targets of n examples."""
A = Matrix(2, 2, symbols("a_11 a_12 a_21 a_22", real=True))
B = Matrix(2, 2, symbols("b_11 b_12 b_21 b_22", real=True))
"""Two matrices of two rows and two columns."""


def judge(name: str, proof: Derivation) -> Judgement:
    """Say whether a derivation proves the claim of the challenge with this name.

    It does if it begins and ends as the claim says and assumes no more. Its steps are proved
    already. Raises ValueError for an unknown name and TypeError for what is no derivation.
    """
    if not isinstance(proof, Derivation):
        raise TypeError(f"proof is {proof!r}; it has to be a Derivation")
    task = CHAPTER_CHALLENGES.get(name) or CHALLENGES[name]
    return Judgement(task, proof, missing(task, proof))


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
