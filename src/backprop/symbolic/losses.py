"""The losses as formulas (chapter 4): one entry for each of `backprop.losses.LOSSES`.

A column has n entries, and n stays a symbol: sums run over i or j from 1 to n, and k is the entry
by which a gradient is taken. `LossFormula.column` writes a formula out for a given length.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import sympy as sp
from sympy import Abs, And, Expr, ImmutableMatrix, IndexedBase, Max, Ne, Piecewise, Sum, Symbol
from sympy.logic.boolalg import Boolean
from sympy.printing.latex import LatexPrinter

from backprop._registry import Registry
from backprop.symbolic.activations import i, j, k, n, sigmoid, softmax
from backprop.symbolic.normal_form import Named

t = Symbol("t", positive=True)
yhat, y, z, a = (IndexedBase(name, real=True) for name in ("yhat", "y", "z", "a"))
label = IndexedBase("y", real=True, nonzero=True)  # ±1, of which proofs need only that it is not 0


class Domain(Enum):
    """The columns that a loss allows; the values say which, in LaTeX."""

    REALS = r"\mathbb{R}^n"
    SIGNS = r"\{-1, 1\}^n"
    FRACTIONS = r"[0, 1]^n"
    DISTRIBUTIONS = r"\{p \in [0, 1]^n : \textstyle\sum_i p_i = 1\}"
    DIRECTIONS = r"\mathbb{R}^n \setminus \{0\}"


@dataclass(frozen=True)
class LossFormula:
    """The formula of a loss and of its gradient.

    Attributes
    ----------
    name
        The key of the pair, here and in `backprop.losses.LOSSES`.
    prediction, target
        The two columns.
    predictions, targets
        Which of them are allowed.
    expression
        L.
    gradient
        ∂L/∂prediction[k], with the chosen subgradient at a kink.
    kinks
        What vanishes where L has no derivative by prediction[k].
    keywords
        The symbols of further arguments, by the names these have in NumPy.
    """

    name: str
    prediction: IndexedBase
    predictions: Domain
    target: IndexedBase
    targets: Domain
    expression: Expr
    gradient: Expr
    kinks: tuple[Expr, ...] = ()
    keywords: Mapping[str, Symbol] = field(default_factory=dict)

    @property
    def smooth(self) -> Boolean:
        """The condition under which the gradient is a derivative."""
        return And(*(Ne(kink, 0) for kink in self.kinks))

    def column(self, size: int) -> tuple[Expr, ImmutableMatrix]:
        """Return L and its gradient for columns of `size` entries, with entries [1] to [size]."""
        entries = [self.entry(self.gradient, row, size) for row in range(1, size + 1)]
        return self.expression.subs(n, size).doit(), ImmutableMatrix(entries)

    @staticmethod
    def entry(formula: Expr, row: int, size: int) -> Expr:
        """Return a formula in k at k = row, for columns of `size` entries."""
        return formula.subs(n, size).doit().subs(k, row)


def total(term: Expr, index: Symbol = i, size: Expr = n) -> Sum:
    """Sum over the entries of a column."""
    return Sum(term, (index, 1, size))


class dot(Named):
    """a · y = Σ_i a_i y_i."""

    def __new__(cls, a: IndexedBase, y: IndexedBase, size: Expr = n) -> "dot":
        """Keep two columns and their length."""
        product: dot = super().__new__(cls, a, y, size)
        return product

    @staticmethod
    def definition(a: IndexedBase, y: IndexedBase, size: Expr) -> Expr:
        """Return the sum."""
        return total(a[i] * y[i], size=size)

    def _eval_derivative(self, by: Expr) -> Expr:
        return self.opened.diff(by)

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        left, right = (printer.doprint(column) for column in self.args[:2])
        return _power(rf"\left({left} \cdot {right}\right)", exp)


class norm(Named):
    """|a| = √(Σ_i a_i²)."""

    def __new__(cls, a: IndexedBase, size: Expr = n) -> "norm":
        """Keep a column and its length."""
        euclidean: norm = super().__new__(cls, a, size)
        return euclidean

    @staticmethod
    def definition(a: IndexedBase, size: Expr) -> Expr:
        """Return the root of the sum of squares."""
        return sp.sqrt(total(a[i] ** 2, size=size))

    def _eval_derivative(self, by: Expr) -> Expr:
        return self.opened.diff(by)

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        return _power(rf"\left|{printer.doprint(self.args[0])}\right|", exp)


def _power(base: str, exp: str | None) -> str:
    return base if exp is None else f"{base}^{{{exp}}}"


def huber(residual: Expr) -> Expr:
    """One entry of the Huber loss: a parabola up to the threshold t, straight lines beyond."""
    far = t * Abs(residual) - t**2 / 2
    return Piecewise((residual**2 / 2, Abs(residual) <= t), (far, True))


def huber_slope(residual: Expr) -> Expr:
    """Its derivative: the residual, or the threshold with the sign of the residual."""
    return Piecewise((residual, Abs(residual) <= t), (t * sp.sign(residual), True))


margin = total(label[i] * yhat[i])
cosine = dot(a, y) / (norm(a) * norm(y))

_REALS = (yhat, Domain.REALS, y, Domain.REALS)
_LABELS = (yhat, Domain.REALS, label, Domain.SIGNS)

LOSSES = Registry(
    "loss",
    [
        LossFormula(
            "squared_error",
            *_REALS,
            expression=total((yhat[i] - y[i]) ** 2),
            gradient=sp.Mul(2, yhat[k] - y[k], evaluate=False),  # undistributed, to be shown
        ),
        LossFormula(
            "mean_squared_error",
            *_REALS,
            expression=total((yhat[i] - y[i]) ** 2) / n,
            gradient=2 / n * (yhat[k] - y[k]),
        ),
        LossFormula(
            "absolute_error",
            *_REALS,
            expression=total(Abs(yhat[i] - y[i])),
            gradient=sp.sign(yhat[k] - y[k]),
            kinks=(yhat[k] - y[k],),
        ),
        LossFormula(
            "huber",
            *_REALS,
            expression=total(huber(yhat[i] - y[i])) / n,
            gradient=huber_slope(yhat[k] - y[k]) / n,
            keywords={"threshold": t},
        ),
        LossFormula(
            "hinge",
            *_LABELS,
            expression=total(Max(0, 1 - label[i] * yhat[i])),
            gradient=Piecewise((-label[k], label[k] * yhat[k] < 1), (0, True)),
            kinks=(label[k] * yhat[k] - 1,),
        ),
        LossFormula(
            "dot_product_hinge",
            *_LABELS,
            expression=Max(0, 1 - margin),
            gradient=Piecewise((-label[k], margin < 1), (0, True)),
            kinks=(margin - 1,),
        ),
        LossFormula(
            "binary_cross_entropy",
            yhat,
            Domain.FRACTIONS,
            y,
            Domain.FRACTIONS,
            expression=-total(y[i] * sp.log(yhat[i]) + (1 - y[i]) * sp.log(1 - yhat[i])),
            gradient=(1 - y[k]) / (1 - yhat[k]) - y[k] / yhat[k],
        ),
        LossFormula(
            "sigmoid_cross_entropy",
            z,
            Domain.REALS,
            y,
            Domain.FRACTIONS,
            expression=total(sp.log(1 + sp.exp(z[i])) - y[i] * z[i]),
            gradient=sigmoid(z[k]) - y[k],
        ),
        LossFormula(
            "cross_entropy",
            yhat,
            Domain.DISTRIBUTIONS,
            y,
            Domain.DISTRIBUTIONS,
            expression=-total(y[i] * sp.log(yhat[i])),
            gradient=-y[k] / yhat[k],
        ),
        LossFormula(
            "softmax_cross_entropy",
            z,
            Domain.REALS,
            y,
            Domain.DISTRIBUTIONS,
            expression=sp.log(total(sp.exp(z[j]), j)) - total(y[i] * z[i]),
            gradient=softmax(k, z, n) - y[k],
        ),
        LossFormula(
            "cosine_loss",
            a,
            Domain.DIRECTIONS,
            y,
            Domain.DIRECTIONS,
            expression=1 - cosine,
            gradient=cosine * a[k] / norm(a) ** 2 - y[k] / (norm(a) * norm(y)),
        ),
    ],
)
