"""Partial derivatives, and gradients and Jacobians of explicit ones, displayed by name (chapter 1).

A gradient has the shape of what it is the gradient of; a Jacobian is in numerator layout.
"""

from collections.abc import Sequence

from sympy import (
    Derivative,
    Dummy,
    Expr,
    ImmutableMatrix,
    Integer,
    MatrixBase,
    MatrixExpr,
    Symbol,
    Tuple,
)
from sympy.core.symbol import Str
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

from backprop.symbolic.normal_form import unfold
from backprop.symbolic.quantity import Quantity, Slope, quantity


class _Named(MatrixExpr):  # type: ignore[misc]
    """A matrix of derivatives that is written as the derivative of one name by another."""

    def _latex(self, printer: LatexPrinter) -> str:
        top, bottom = self.args[-1]
        return rf"\frac{{\partial {top}}}{{\partial {bottom}}}"

    def _sympystr(self, printer: StrPrinter) -> str:
        top, bottom = self.args[-1]
        return f"{type(self).__name__}({top}, {bottom})"


class Gradient(_Named):
    """The derivatives of a scalar with respect to each entry of a matrix, in its shape."""

    def __new__(cls, scalar: Expr, by: MatrixBase, names: tuple[str, str]) -> MatrixExpr:
        """Keep the scalar, the matrix and how the two are called in LaTeX, as ("L", "W")."""
        return super().__new__(cls, scalar, ImmutableMatrix(by), Tuple(*map(Str, names)))

    @property
    def shape(self) -> tuple[Integer, Integer]:
        """The shape of the matrix that is differentiated by."""
        rows, columns = self.args[1].shape
        return rows, columns

    def _entry(self, i: Expr, j: Expr, **_: object) -> Expr:
        return Derivative(self.args[0], self.args[1][i, j])


class Jacobian(_Named):
    """The derivatives of each entry of a column (the row) by each entry of a column."""

    def __new__(
        cls, vector: Sequence[Expr], by: Sequence[Expr], names: tuple[str, str]
    ) -> MatrixExpr:
        """Keep the two columns and how they are called in LaTeX, as ("z", "x")."""
        columns = (ImmutableMatrix(vector), ImmutableMatrix(by))
        return super().__new__(cls, *columns, Tuple(*map(Str, names)))

    @property
    def shape(self) -> tuple[Integer, Integer]:
        """One row for each entry of the first column, one column for each of the second."""
        return self.args[0].rows, self.args[1].rows

    def _entry(self, i: Expr, j: Expr, **_: object) -> Expr:
        return Derivative(self.args[0][i], self.args[1][j])


def partial(top: Quantity, bottom: Quantity | Symbol) -> Slope:
    """Return ∂top/∂bottom, displayed so: the derivative of top's formula by what it calls bottom.

    What else stands in the formula is held fixed.

    Raises
    ------
    ValueError
        If bottom does not occur in the formula.
    """
    formula, letters = top.value, dict[tuple[str, Expr], Dummy]()
    fixed = {
        q: letters.setdefault((str(q), unfold(q)), Dummy(real=True))
        for q in formula.atoms(Quantity)
    }
    opened, by = formula.xreplace(fixed), letters.get((str(bottom), unfold(bottom)), bottom)
    if not opened.has(by):
        raise ValueError(f"bottom is {bottom}, and the formula of {top} does not hold it")
    slope = opened.diff(by).xreplace({letter: q for q, letter in fixed.items()})
    return Slope(*quantity(rf"\frac{{\partial {top}}}{{\partial {bottom}}}", slope).args)
