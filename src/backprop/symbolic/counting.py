"""What a gradient costs, for any number of layers of any sizes (chapter 10).

`n[l]`, displayed as n^{[l]}, is the number of units of layer l, from the input n[0] to n[L].
"""

from typing import ClassVar

import sympy as sp
from sympy import Expr, Integer, Sum
from sympy.printing.latex import LatexPrinter

from backprop.symbolic.normal_form import Named
from backprop.symbolic.quantity import OfLayer, PerLayer

n = PerLayer("n", integer=True, positive=True)
L, i, j, k, l = sp.symbols("L i j k l", integer=True, positive=True)

weights = Sum(n[l] * n[l - 1], (l, 1, L))
units = Sum(n[l], (l, 1, L))
hidden = Sum(n[l], (l, 1, L - 1))

parameters = weights + units
forward = weights
backward = 2 * weights - n[0] * n[1] + 3 * n[L] + 2 * hidden
gradient = forward + backward
finite_differences = (parameters + 1) * forward

behind = n[l + 1] + Sum(n[i] * n[i - 1], (i, l + 2, L))
unit_differences = 2 * weights + Sum(n[l] * behind, (l, 1, L - 1))
weight_differences = 2 * weights + Sum(n[l] * (n[l - 1] + 1) * behind, (l, 1, L - 1))


class _Products(Named):
    """Products counted one by one, for L layers; displayed by a letter alone."""

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        return f"{self.latex_name}^{{{exp}}}" if exp else self.latex_name


class F(_Products):
    """Those of a forward pass: one for each weight."""

    latex_name: ClassVar[str] = "F"

    @staticmethod
    def definition(L: Expr) -> Expr:
        """Return the sum of ones."""
        return Sum(1, (j, 1, n[l - 1]), (k, 1, n[l]), (l, 1, L))


class B(_Products):
    """Those of a backward pass: of the output errors, the hidden errors and the gradient."""

    latex_name: ClassVar[str] = "B"

    @staticmethod
    def definition(L: Expr) -> Expr:
        """Return the sums of ones, with 3 for the slope of an output and 2 for a hidden one."""
        outputs = Sum(3, (k, 1, n[L]))
        each = Sum(1, (k, 1, n[l + 1])) + 2
        return outputs + Sum(each, (j, 1, n[l]), (l, 1, L - 1)) + F.definition(L)


class G(_Products):
    """Those of a gradient: forward, then backward."""

    latex_name: ClassVar[str] = "G"

    @staticmethod
    def definition(L: Expr) -> Expr:
        """Return the sums of both passes."""
        return F.definition(L) + B.definition(L)


def written_out(count: Expr, layers: int) -> Expr:
    """Return a count for a number of layers L, in n[0], ..., n[L]."""
    return count.subs(L, Integer(layers)).doit()


def equal_layers(count: Expr, units: Expr) -> Expr:
    """Return a count for L layers and an input that all have the same number of units."""
    return count.replace(lambda e: isinstance(e, OfLayer), lambda _: units)
