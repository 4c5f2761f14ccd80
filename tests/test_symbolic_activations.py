"""Each activation in its two languages: the formula is proved, and NumPy computes what it says."""

import math

import mpmath
import numpy as np
import pytest
import sympy as sp
from sympy import And, Derivative, Ne, lambdify, solveset

from backprop import activations
from backprop.symbolic.activations import ACTIVATIONS, along_z, i, k, n, scores, z
from backprop.symbolic.normal_form import unfold
from backprop.symbolic.proof import Derivation, FalseStep

ELEMENTWISE = [formula for formula in ACTIVATIONS.values() if formula.variable == z]
SMOOTH = [-1e4, -800.0, -40.0, -1e-30, 1e-30, 40.0, 800.0, 1e4]
SIZE = 3
COLUMNS = [[0.0, 0, 0], [1e4, -1e4, 0], [-800, 800, 799], [40, 0, -40], [0.5, -1, 2]]

every_activation = pytest.mark.parametrize(
    "formula", ACTIVATIONS.values(), ids=lambda formula: formula.name
)
elementwise = pytest.mark.parametrize("formula", ELEMENTWISE, ids=lambda formula: formula.name)
both_floats = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def exact(expression):
    """Return an expression in z as a function of one number, to 50 digits and more in the tails."""
    compiled = lambdify(z, unfold(expression), "mpmath")

    def value(number):
        with mpmath.workdps(50 + int(abs(number))):
            return float(mpmath.re(compiled(mpmath.mpf(float(number)))))

    return value


def points(formula):
    """Return random and extreme numbers, and every kink."""
    random = np.random.default_rng(0).normal(scale=4, size=20)
    return [*random, *SMOOTH, *map(float, formula.kinks)]


def explicit(expression, row, column=1):
    """Return entry (row, column) of an expression in i and k, at three scores."""
    return unfold(expression.subs({n: SIZE, i: row, k: column})).doit()


def exact_column(expression, numbers, shape):
    """Return the entries of an expression in i (and k) at three scores, to 50 digits."""
    entries = [scores[row] for row in range(1, SIZE + 1)]
    values = []
    with mpmath.workdps(50):
        for place in np.ndindex(*shape):
            entry = explicit(expression, *(index + 1 for index in place))
            compiled = lambdify(entries, entry, "mpmath")
            values.append(float(compiled(*map(mpmath.mpf, numbers))))
    return np.reshape(values, shape)


def test_every_activation_is_a_pair():
    assert list(ACTIVATIONS) == list(activations.ACTIVATIONS)
    assert [formula.name for formula in ACTIVATIONS.values()] == list(ACTIVATIONS)


@every_activation
def test_the_derivative_is_proved(formula):
    smooth = And(*(Ne(z, kink) for kink in formula.kinks))
    where = smooth if formula in ELEMENTWISE else And(i <= n, k <= n)
    slope = Derivation(Derivative(formula.expression, formula.variable), where=where)
    slope.step(formula.derivative, because="registered")


@pytest.mark.parametrize("name", [f.name for f in ACTIVATIONS.values() if f.kinks])
def test_there_is_no_derivative_at_a_kink(name):
    formula = ACTIVATIONS[name]
    with pytest.raises(FalseStep, match="no derivative"):
        Derivation(Derivative(formula.expression, z)).step(formula.derivative, because="hope")


@elementwise
def test_numpy_computes_the_formula(formula):
    function, value = activations.ACTIVATIONS[formula.name].function, exact(formula.expression)
    for number in points(formula):
        assert function(number) == pytest.approx(value(number), rel=1e-12, abs=1e-300)


@elementwise
def test_numpy_computes_the_slope_with_the_chosen_value_at_a_kink(formula):
    slope, value = activations.ACTIVATIONS[formula.name].derivative, exact(formula.derivative)
    for number in points(formula):
        assert slope(number) == pytest.approx(value(number), rel=1e-12, abs=1e-300)


@elementwise
def test_the_slope_of_numpy_is_the_limit_of_centred_differences(formula):
    value = lambdify(z, unfold(formula.expression), "mpmath")
    slope = activations.ACTIVATIONS[formula.name].derivative
    for number in np.random.default_rng(1).normal(scale=4, size=20):
        with mpmath.workdps(50):
            middle, h = mpmath.mpf(number), mpmath.mpf("1e-15")
            difference = (value(middle + h) - value(middle - h)) / (2 * h)
        assert slope(number) == pytest.approx(float(mpmath.re(difference)), rel=1e-12, abs=1e-13)


@elementwise
def test_a_chosen_slope_lies_between_the_one_sided_ones(formula):
    activation = activations.ACTIVATIONS[formula.name]
    for kink in map(float, formula.kinks):
        sides = [activation.derivative(np.nextafter(kink, side)) for side in (-math.inf, math.inf)]
        assert sides[0] <= activation.derivative(kink) <= sides[1]
        assert sides[0] != sides[1]


@pytest.mark.parametrize("numbers", COLUMNS)
def test_numpy_computes_the_softmax_and_its_jacobian(numbers):
    formula = ACTIVATIONS["softmax"]
    p = exact_column(formula.expression, numbers, (SIZE,))
    jacobian = exact_column(formula.derivative, numbers, (SIZE, SIZE))
    near = {"rtol": 1e-12, "atol": 1e-15}
    np.testing.assert_allclose(activations.softmax(numbers), p, **near)
    np.testing.assert_allclose(activations.softmax_jacobian(numbers), jacobian, **near)
    for upstream in np.eye(SIZE):
        vjp = activations.softmax_vjp(numbers, upstream)
        np.testing.assert_allclose(vjp, upstream @ jacobian, **near)


@every_activation
def test_the_range_is_as_wide_as_the_values(formula):
    grid = np.concatenate([[-1e4], np.linspace(-30, 30, 6001), [1e4]])
    two_scores = np.stack([grid, np.zeros_like(grid)])  # all that a softmax of two can give
    values = activations.ACTIVATIONS[formula.name].function(two_scores)[0]
    low, high = float(formula.range.start), float(formula.range.end)
    assert low - 1e-15 <= values.min() <= max(low + 1e-4, -50)
    assert min(high - 1e-4, 50) <= values.max() <= high


@every_activation
def test_an_end_belongs_to_the_range_where_it_is_a_value(formula):
    ends = {
        formula.range.start: formula.range.left_open,
        formula.range.end: formula.range.right_open,
    }
    for end, is_open in ends.items():
        if end.is_finite and not end.has(sp.LambertW, sp.Float):
            attained = solveset(along_z(formula.formula) - end, z, sp.S.Reals)
            assert is_open == (attained == sp.S.EmptySet)


@every_activation
def test_the_slopes_far_out_are_their_limits(formula):
    value = exact(along_z(formula.derivative))
    assert [value(-1e3), value(1e3)] == pytest.approx([float(s) for s in formula.end_slopes])


def test_saturation_is_named_by_its_sides():
    sides = {name: formula.saturated for name, formula in ACTIVATIONS.items()}
    assert sides["sigmoid"] == sides["tanh"] == sides["softmax"] == "both sides"
    assert sides["relu"] == sides["softplus"] == sides["silu"] == sides["gelu"] == "left"
    assert sides["identity"] == sides["leaky_relu"] == "never"


@both_floats
@every_activation
def test_torch_agrees_in_value_and_gradient_kinks_included(formula, dtype):
    torch = pytest.importorskip("torch")
    activation, peer = activations.ACTIVATIONS[formula.name], torch_activation(torch, formula.name)
    numbers = COLUMNS if formula not in ELEMENTWISE else [points(formula)]
    for column in numbers:
        column = np.array(column, dtype)
        upstream = np.linspace(-1, 2, len(column), dtype=dtype)
        tensor = torch.tensor(column, requires_grad=True)
        value = peer(tensor)
        value.backward(torch.tensor(upstream))
        near = {"rtol": 30 * np.finfo(dtype).eps, "atol": 30 * np.finfo(dtype).eps}
        np.testing.assert_allclose(activation.function(column), value.detach(), **near)
        np.testing.assert_allclose(activation.vjp(column, upstream), tensor.grad, **near)


def torch_activation(torch, name):
    return {
        "identity": lambda z: z.clone(),
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "leaky_relu": torch.nn.functional.leaky_relu,
        "softplus": lambda z: torch.nn.functional.softplus(z, threshold=50),
        "silu": torch.nn.functional.silu,
        "gelu": torch.nn.functional.gelu,
        "softmax": lambda z: torch.softmax(z, dim=0),
    }[name]
