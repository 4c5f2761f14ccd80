"""Formulas read as a mathematician writes them."""

import pytest
from sympy import (
    Derivative,
    Function,
    HadamardProduct,
    IndexedBase,
    Matrix,
    Piecewise,
    Symbol,
    evaluate,
    exp,
    latex,
    symbols,
)

from backprop.symbolic import printing
from backprop.symbolic.activations import sigmoid, z

a, y = symbols("a y", real=True)
f, g = Function("f"), Function("g")

with evaluate(False):
    SPLIT = 1 / (1 + exp(-z)) - 1 / (1 + exp(-z)) ** 2

AS_WRITTEN = {
    "a sum stands behind its factors": (a * (1 - a), r"a \left(1 - a\right)"),
    "a positive term comes first": (-y + a, "a - y"),
    "all terms negative keep their order": (-y - a, "- a - y"),
    "one minus in front": (-a * z, "- a z"),
    "a minus before a sum": (-2 * a * (a - y), r"- 2 a \left(a - y\right)"),
    "a fraction keeps its denominator": (
        (a - y) / (a * (1 - a)),
        r"\frac{a - y}{a \left(1 - a\right)}",
    ),
    "an unevaluated line stays as it is": (
        SPLIT,
        r"\frac{1}{1 + e^{- z}} - \frac{1}{\left(1 + e^{- z}\right)^{2}}",
    ),
    "a named function shows its symbol": (sigmoid(z), r"\sigma{\left(z\right)}"),
    "its power stands behind the symbol": (sigmoid(z) ** 2, r"\sigma^{2}{\left(z\right)}"),
    "a product is bracketed when differentiated": (
        Derivative(f(z) * g(z), z),
        r"\frac{d}{d z} \left(f{\left(z \right)} g{\left(z \right)}\right)",
    ),
}


@pytest.mark.parametrize(("expr", "text"), AS_WRITTEN.values(), ids=AS_WRITTEN.keys())
def test_latex(expr, text):
    assert printing.latex(expr) == text


def test_what_needs_no_order_is_printed_as_sympy_does():
    cases = Piecewise((z, z > 0), (0, True))
    assert printing.latex(cases) == latex(cases)


def test_a_derivative_by_one_entry_of_many_is_partial():
    entry = IndexedBase("z", real=True)[Symbol("k", integer=True)]
    written = printing.latex(Derivative(exp(entry), entry))
    assert written == r"\frac{\partial}{\partial {z}_{k}} e^{{z}_{k}}"
    assert printing.latex(Derivative(exp(z), z)) == r"\frac{d}{d z} e^{z}"


def test_an_index_stands_below_the_number_of_the_layer():
    entry = IndexedBase("delta^[l]", real=True)[Symbol("k", integer=True)]
    assert printing.latex(entry) == r"{\delta^{[l]}_{k}}"
    assert printing.latex(entry**2) == r"{\delta^{[l]}_{k}}^{2}"


def test_an_entrywise_product_has_a_circle_with_a_dot():
    product = HadamardProduct(Matrix([[a]]), Matrix([[y]]), evaluate=False)
    assert r"\odot" in printing.latex(product)
