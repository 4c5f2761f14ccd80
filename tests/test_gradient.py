"""Gradients have the shape of their argument, Jacobians are in numerator layout."""

import pytest
from sympy import Derivative, ImmutableMatrix, Matrix, symbols

from backprop.symbolic.gradient import Gradient, Jacobian, partial
from backprop.symbolic.printing import latex
from backprop.symbolic.proof import Derivation, FalseStep
from backprop.symbolic.quantity import chain, quantity

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


U = quantity("u", x[0] * x[1])
F = quantity("f", U**3 + U * x[0])


def test_partial_derivative_is_displayed_by_name_and_holds_the_rest_fixed():
    assert latex(partial(F, U)) == r"\frac{\partial f}{\partial u}"
    Derivation(partial(F, U)).step(3 * U**2 + x[0], because="power rule")
    Derivation(partial(F, x[0])).step(U, because="u is held fixed")


def test_partial_derivatives_along_all_paths_make_the_derivative():
    paths = chain(partial(F, U), partial(U, x[0])) + partial(F, x[0])
    Derivation(Derivative(F, x[0])).step(paths, because="two paths")
    with pytest.raises(FalseStep):
        Derivation(Derivative(F, x[0])).step(partial(F, x[0]), because="one path forgotten")


def test_partial_derivative_by_what_the_formula_does_not_hold_is_refused():
    with pytest.raises(ValueError, match="x_3"):
        partial(F, x[2])
