"""What is typed in a call is shown in that order, and only if it is what is proved."""

import pytest
from sympy import (
    Abs,
    And,
    Derivative,
    Function,
    IndexedBase,
    Limit,
    Rational,
    Sum,
    exp,
    sqrt,
    symbols,
)

from backprop.symbolic.activations import sigmoid
from backprop.symbolic.printing import latex
from backprop.symbolic.proof import Derivation, FalseStep, refute
from backprop.symbolic.quantity import chain as product
from backprop.symbolic.written import Written, valued

x, h, y, z = symbols("x h y z", real=True)
k, n = symbols("k n", integer=True, positive=True)
A, B = symbols("A B", positive=True)
U = symbols("U", real=True, nonzero=True)
a = IndexedBase("a", real=True)
f = Function("f", real=True)
ASSIGNED = y * y + x
TOTAL = Sum(a[k], (k, 1, n))


def shown(derivation):
    return str(derivation).splitlines()[0]


@pytest.mark.parametrize(
    ("derivation", "text"),
    [
        (Derivation(2 * x + h), "2*x + h"),
        (Derivation(y - x), "y - x"),
        (Derivation(y - (x - h)), "y - (x - h)"),
        (Derivation(y - (-x)), "y - (-x)"),
        (Derivation(-x * y), "-x*y"),
        (Derivation(-(x + y) / h), "-(x + y)/h"),
        (Derivation(exp(x) * exp(x)), "exp(x)*exp(x)"),
        (Derivation((x + h) * (x - h)), "(x + h)*(x - h)"),
        (Derivation(x * (1 + exp(-z)) ** (-2)), "x*(1 + exp(-z))**(-2)"),
        (Derivation(2 * (3 * x)), "2*(3*x)"),
        (Derivation(x / (y / z)), "x/(y/z)"),
        (Derivation(Rational(1, 2) * x), "1/2*x"),
        (Derivation(sqrt(y + x)), "sqrt(y + x)"),
        (Derivation(sigmoid(y + x) * (1 - sigmoid(y + x))), "sigmoid(y + x)*(1 - sigmoid(y + x))"),
        (Derivation(Derivative(f(y + x) * 2, x)), "Derivative(f(y + x)*2, x)"),
        (Derivation(Limit((y + x) / h, h, 1)), "Limit((y + x)/h, h, 1, dir='+')"),
        (Derivation(start=y + x), "y + x"),
        (Derivation(Sum(a[k] * y, *[(k, 1, n)])), "Sum(a[k]*y, (k, 1, n))"),
    ],
)
def test_text_keeps_the_order(derivation, text):
    assert shown(derivation) == text


@pytest.mark.parametrize(
    ("derivation", "tex"),
    [
        (Derivation(2 * x + h), "2 x + h"),
        (Derivation(x * 2), r"x \cdot 2"),
        (Derivation(y * (-x)), r"y \left(- x\right)"),
        (Derivation(y + (-x)), r"y + \left(- x\right)"),
        (Derivation(Sum(a[k], (k, 1, n)) * x), r"\left(\sum_{k=1}^{n} {a}_{k}\right) x"),
        (Derivation(Sum(a[k] + 1, (k, 1, n))), r"\sum_{k=1}^{n} \left({a}_{k} + 1\right)"),
        (Derivation(x * Sum(a[k], (k, 1, n)) * y), r"x \left(\sum_{k=1}^{n} {a}_{k}\right) y"),
        (Derivation(Derivative(x**2, x) * y), r"\left(\frac{d}{d x} x^{2}\right) y"),
        (Derivation(Derivative(f(x), x) * f(y)), r"f'\left(x\right) f{\left(y \right)}"),
        (Derivation(-x / y), r"- \frac{x}{y}"),
        (Derivation(Derivative(product(2, x), x)), r"\frac{d}{d x} \left(2 \, x\right)"),
        (Derivation(product(TOTAL, x)), r"\left(\sum_{k=1}^{n} {a}_{k}\right) \, x"),
        (Derivation(product(x, TOTAL)), r"x \, \sum_{k=1}^{n} {a}_{k}"),
        (Derivation(product(x, -y)), r"x \, \left(- y\right)"),
        (Derivation(product(1 / y, x)), r"\frac{1}{y} \, x"),
        (Derivation(-2 * x / y), r"- \frac{2 x}{y}"),
        (Derivation(x ** (-2)), "x^{-2}"),
        (Derivation((y - x) ** 2), r"\left(y - x\right)^{2}"),
    ],
)  # fmt: skip
def test_latex_keeps_the_order(derivation, tex):
    assert latex(derivation._shown[0]) == tex


def test_a_name_stands_for_what_was_assigned_to_it():
    assert shown(Derivation(ASSIGNED)) == "y*y + x"


def test_a_name_that_was_assigned_something_else_since_is_shown_as_it_is():
    local = ASSIGNED + 1
    assert shown(Derivation(local)) == str(local)


def test_steps_and_results_keep_the_order():
    chain = Derivation((x + h) ** 2 - x**2).step(h * (2 * x + h), because="factor")
    assert str(chain).splitlines()[1].startswith("  = h*(2*x + h)")
    assert str(chain.result) == "(x + h)**2 - x**2 = h*(2*x + h)"


def test_a_refuted_claim_is_shown_with_its_slip():
    wrong = refute(exp(x) * exp(x) * 1, exp(x))
    assert "e^{x} e^{x} \\cdot 1" in wrong._repr_latex_()


def test_what_is_proved_is_the_value_and_not_the_order():
    chain = Derivation(2 * x + h)
    assert not chain.start.has(Written)
    with pytest.raises(FalseStep):
        chain.step(h + 3 * x, because="a slip")


def test_the_value_of_a_written_term_is_what_sympy_makes_of_it():
    term = Written("+", y, x, value=x + y)
    assert valued(exp(term) * term) == exp(x + y) * (x + y)


def test_a_call_without_source_is_shown_in_the_order_of_sympy():
    chain = eval("Derivation(y + x)", {"Derivation": Derivation, "x": x, "y": y})
    assert shown(chain) == str(x + y)


def end(derivation):
    return derivation.result._repr_latex_().partition(r"\qquad ")[2]


@pytest.mark.parametrize(
    ("derivation", "conditions"),
    [
        (Derivation(A * x + B), "(A, B > 0)$$"),
        (Derivation(A * x, where=A < 1), "(0 < A < 1)$$"),
        (Derivation(x, where=And(x > -1, x < 1)), "(-1 < x < 1)$$"),
        (Derivation(a[k], where=k <= n), r"(1 \le k \leq n)$$"),
        (Derivation(x * U, where=U < 1), r"(U < 1,\; U \ne 0)$$"),
        (Derivation(x, where=A <= 2 * B), r"(0 < A \leq 2 B,\; B > 0)$$"),
        (Derivation(x, where=Abs(x) <= A), r"(\left|{x}\right| \leq A,\; A > 0)$$"),
        (Derivation(Sum(a[k], (k, 1, n))), ""),
        (Derivation(x, given={x: A + y}), "(A > 0,\\; x = A + y)$$"),
    ],
)
def test_what_a_result_rests_on_is_displayed(derivation, conditions):
    assert end(derivation) == conditions
