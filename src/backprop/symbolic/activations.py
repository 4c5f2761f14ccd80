"""The activations as expressions (chapters 2 and 3)."""

import sympy as sp
from sympy import Expr, Symbol

from backprop.symbolic.normal_form import Named

z = Symbol("z", real=True)


class sigmoid(Named):  # noqa: N801 (SymPy's functions are lower case)
    """σ(z) = 1 / (1 + e^{-z})."""

    latex_name = r"\sigma"

    @staticmethod
    def definition(z: Expr) -> Expr:
        """Return 1 / (1 + e^{-z})."""
        return 1 / (1 + sp.exp(-z))
