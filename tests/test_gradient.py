"""Gradients have the shape of their argument, Jacobians are in numerator layout."""

import pytest
from sympy import ImmutableMatrix, Matrix, symbols

from backprop.symbolic.gradient import Gradient, Jacobian
from backprop.symbolic.printing import latex
from backprop.symbolic.proof import Derivation, FalseStep

W = Matrix(2, 3, symbols("w_(1:3)(1:4)", real=True))
x = Matrix(symbols("x_1:4", real=True))
c = Matrix(symbols("c_1:3", real=True))
LOSS = (c.T * W * x)[0]


def test_gradient_has_the_shape_of_its_argument():
    assert Gradient(LOSS, W, names=("L", "W")).shape == (2, 3)
    assert Gradient(LOSS, x, names=("L", "x")).shape == (3, 1)


def test_gradient_by_a_matrix():
    explicit = Gradient(LOSS, W, names=("L", "W")).as_explicit().doit()
    assert explicit == ImmutableMatrix(c * x.T)


def test_jacobian_of_a_linear_map_is_its_matrix():
    explicit = Jacobian(W * x, x, names=("z", "x")).as_explicit().doit()
    assert explicit == ImmutableMatrix(W)


def test_derivation_from_a_gradient_is_proved_entry_by_entry():
    with pytest.raises(FalseStep):
        Derivation(Gradient(LOSS, x, names=("L", "x"))).step(2 * W.T * c, because="a factor 2")


def test_display_is_the_derivative_of_one_name_by_another():
    gradient = Gradient(LOSS, W, names=("L", "W"))
    assert latex(gradient) == r"\frac{\partial L}{\partial W}"
    assert str(gradient) == "Gradient(L, W)"
