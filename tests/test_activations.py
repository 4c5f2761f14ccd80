"""Activations against arithmetic of 30 digits, and their gradients against differences."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from mpmath import mpf

from backprop.activations import (
    ACTIVATIONS,
    Activation,
    leaky_relu,
    leaky_relu_derivative,
    log_softmax,
    sigmoid,
    sigmoid_derivative,
    softmax,
    softmax_jacobian,
    softmax_vjp,
    tanh,
)
from backprop.gradient_check import check

FLOATS = [np.float16, np.float32, np.float64]
ELEMENTWISE = [entry for entry in ACTIVATIONS.values() if entry.derivative]
FUNCTIONS = [entry.function for entry in ELEMENTWISE]
BOTH = list(dict.fromkeys(FUNCTIONS + [entry.derivative for entry in ELEMENTWISE]))
ALL = [*BOTH, softmax, log_softmax]

columns = hnp.arrays(np.float64, st.tuples(st.integers(1, 6)), elements=st.floats(-50, 50))
batches = hnp.arrays(
    np.float64, st.tuples(st.integers(1, 5), st.integers(1, 4)), elements=st.floats(-50, 50)
)


def exact_sigmoid(z):
    return 1 / (1 + mpmath.exp(-z))


def exact_slope_of_sigmoid(z):
    return exact_sigmoid(z) * exact_sigmoid(-z)


# name: (function, derivative), at a number of 30 digits
EXACT = {
    "identity": (lambda z: z, lambda z: mpf(1)),
    "sigmoid": (exact_sigmoid, exact_slope_of_sigmoid),
    "tanh": (mpmath.tanh, lambda z: mpmath.sech(z) ** 2),
    "relu": (lambda z: max(z, mpf(0)), lambda z: mpf(z > 0)),
    "leaky_relu": (lambda z: z if z > 0 else z * mpf(0.01), lambda z: mpf(1 if z > 0 else 0.01)),
    "softplus": (lambda z: mpmath.log1p(mpmath.exp(z)), exact_sigmoid),
    "silu": (
        lambda z: z * exact_sigmoid(z),
        lambda z: exact_sigmoid(z) + z * exact_slope_of_sigmoid(z),
    ),
    "gelu": (
        lambda z: z * mpmath.erfc(-z / mpmath.sqrt(2)) / 2,
        lambda z: mpmath.erfc(-z / mpmath.sqrt(2)) / 2 + z * mpmath.npdf(z),
    ),
}


def numbers(dtype):
    """Numbers of the dtype: near 0, over the range of the exponential, and beyond."""
    width = np.finfo(dtype).bits
    return st.one_of(st.floats(-far, far, width=width) for far in (20, 800, 30000)).map(dtype)


def error(actual, exact, z):
    """Distance from the exact value at z, in units of the last place of the computed one."""
    with mpmath.workdps(30):
        distance = abs(mpf(float(actual)) - exact(mpf(float(z))))
        return float(distance / float(np.spacing(np.abs(actual))))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", EXACT)
@settings(max_examples=30)
@given(data=st.data())
def test_values_are_right_to_a_few_units_in_the_last_place(name, dtype, data):
    z = data.draw(numbers(dtype))
    # The tails z e^z and z e^{-z²/2} multiply the last unit of e^z, or of the exponent -z²/2.
    lost = {"silu": abs(float(z)), "gelu": 2 * float(z) ** 2}.get(name, 0) if z < 0 else 0
    assert error(ACTIVATIONS[name].function(z), EXACT[name][0], z) <= 8 + lost


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", EXACT)
@settings(max_examples=30)
@given(data=st.data())
def test_slopes_are_right_to_a_few_units_in_the_last_place(name, dtype, data):
    z = data.draw(numbers(dtype))
    actual = ACTIVATIONS[name].derivative(z)
    if name in ("silu", "gelu"):  # these change sign, so that the units are those of 1
        with mpmath.workdps(30):
            assert (
                abs(mpf(float(actual)) - EXACT[name][1](mpf(float(z)))) <= 4 * np.finfo(dtype).eps
            )
    else:
        assert error(actual, EXACT[name][1], z) <= 8


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("function", BOTH)
def test_no_floating_point_flag_is_raised_at_any_size(function, dtype):
    largest = np.finfo(dtype).max
    z = np.array([-np.inf, -largest, -800, -0.0, 0, 800, largest, np.inf, np.nan], dtype)
    with np.errstate(all="raise"):
        result = function(z)
    assert not np.isnan(result[:-1]).any()
    assert np.isfinite(result[1:-2]).all()


@pytest.mark.parametrize("z", [1e308, np.inf])
@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("sigmoid", lambda z: 0, lambda z: 1),
        ("tanh", lambda z: -1, lambda z: 1),
        ("relu", lambda z: 0, lambda z: z),
        ("leaky_relu", lambda z: 0.01 * z, lambda z: z),
        ("softplus", lambda z: 0, lambda z: z),
        ("silu", lambda z: 0, lambda z: z),
        ("gelu", lambda z: 0, lambda z: z),
    ],
)
def test_the_largest_numbers_lie_on_the_asymptotes(name, left, right, z):
    activation = ACTIVATIONS[name]
    np.testing.assert_array_equal(activation.function([-z, z]), [left(-z), right(z)])
    slopes = [left(-1) - left(-2), right(2) - right(1)]
    np.testing.assert_array_equal(activation.derivative([-z, z]), slopes)


def test_sigmoid_rounds_to_one_from_37_on():
    assert sigmoid(36.0) < sigmoid(37.0) == 1


def test_slope_of_the_sigmoid_survives_where_the_sigmoid_rounds_to_one():
    assert sigmoid(38.0) == 1
    assert sigmoid_derivative(38.0) == pytest.approx(float(mpmath.exp(-38)), rel=1e-15, abs=0)


@given(st.floats(-700, 700))
def test_slope_of_the_sigmoid_is_even_and_a_quarter_at_most(z):
    assert sigmoid_derivative(z) == sigmoid_derivative(-z)
    assert sigmoid_derivative(z) <= np.nextafter(0.25, 1)
    assert sigmoid_derivative(0) == 0.25


@given(st.floats(-300, 300))
def test_tanh_is_a_stretched_sigmoid(z):
    assert tanh(z) == pytest.approx(2 * sigmoid(2 * z) - 1, abs=1e-15)


@pytest.mark.parametrize(
    ("name", "slope"), [("relu", 0), ("leaky_relu", 0.01), ("sigmoid", 0.25), ("gelu", 0.5)]
)
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_slope_at_zero_is_the_chosen_one(name, slope, zero):
    assert ACTIVATIONS[name].derivative(zero) == slope


def test_leaky_relu_takes_its_slope():
    np.testing.assert_array_equal(leaky_relu([-2, 0, 2], slope=0.25), [-0.5, 0, 2])
    np.testing.assert_array_equal(leaky_relu_derivative([-2, 0, 2], slope=0.25), [0.25, 0.25, 1])


@pytest.mark.parametrize("function", [leaky_relu, leaky_relu_derivative])
@pytest.mark.parametrize("slope", [0, 1, -0.1, 2, np.nan, np.inf])
def test_a_slope_outside_its_range_is_a_value_error(function, slope):
    with pytest.raises(ValueError, match=r"^slope must lie strictly between 0 and 1, not "):
        function(1.0, slope=slope)


@pytest.mark.parametrize("slope", ["0.1", None, True, 0.1j, [0.1]])
def test_a_slope_that_is_no_number_is_a_type_error(slope):
    with pytest.raises(TypeError, match=r"^slope must be a number, not "):
        leaky_relu(1.0, slope=slope)


@pytest.mark.parametrize("function", ALL)
@settings(max_examples=30)
@given(hnp.arrays(st.sampled_from(FLOATS), hnp.array_shapes(), elements=st.floats(-9, 9, width=16)))
def test_shape_and_float_type_are_kept_and_the_argument_is_not_changed(function, z):
    before = z.copy()
    result = function(z)
    assert (result.shape, result.dtype) == (z.shape, z.dtype)
    assert not np.shares_memory(result, z)
    np.testing.assert_array_equal(z, before)


@pytest.mark.parametrize("function", BOTH)
def test_an_empty_array_stays_empty(function):
    assert function(np.empty((0, 3), np.float32)).shape == (0, 3)


@pytest.mark.parametrize("function", ALL)
@pytest.mark.parametrize("z", [1, True, [0, 1], [[True], [False]], np.arange(3, dtype=np.int8)])
def test_integers_and_booleans_become_float64(function, z):
    result = function(z)
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, function(np.asarray(z, np.float64)))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("function", ALL)
def test_a_scalar_gives_a_scalar(function, dtype):
    assert isinstance(function(dtype(1)), dtype)


@pytest.mark.parametrize("function", [f for f in BOTH if f.__name__ != "identity_derivative"])
def test_nan_spoils_only_its_own_entry(function):
    result = function([1.0, np.nan, 2.0])
    np.testing.assert_array_equal(np.isnan(result), [False, True, False])


@pytest.mark.parametrize("function", ALL)
@pytest.mark.parametrize("z", [1j, [1, 2j], None, [1, None], "1", 10**400, np.array([1], object)])
def test_what_is_not_a_real_number_is_a_type_error_that_names_z(function, z):
    with pytest.raises(TypeError, match=r"^z must hold real numbers, not "):
        function(z)


@pytest.mark.parametrize("function", ALL)
def test_a_ragged_list_is_a_value_error_that_names_z(function):
    with pytest.raises(ValueError, match=r"^z must have one shape"):
        function([[1, 2], [3]])


@given(batches)
def test_columns_of_softmax_are_distributions(z):
    p = softmax(z)
    assert (p >= 0).all()
    np.testing.assert_allclose(p.sum(axis=0), 1, rtol=1e-15)


@given(batches, st.integers(-1000, 1000))
def test_softmax_does_not_see_a_shift(z, shift):
    np.testing.assert_allclose(softmax(z + shift), softmax(z), rtol=1e-12)


@given(st.floats(-700, 700))
def test_sigmoid_is_softmax_of_two_classes(z):
    np.testing.assert_allclose(softmax([z, 0]), [sigmoid(z), sigmoid(-z)], rtol=1e-15)


@given(batches)
def test_softmax_takes_its_axis(z):
    np.testing.assert_array_equal(softmax(z, axis=1), softmax(z.T).T)
    np.testing.assert_array_equal(log_softmax(z, axis=1), log_softmax(z.T).T)
    np.testing.assert_array_equal(softmax_vjp(z, z, axis=1), softmax_vjp(z.T, z.T).T)


@given(batches)
def test_log_softmax_is_the_logarithm(z):
    np.testing.assert_allclose(np.exp(log_softmax(z)), softmax(z), rtol=1e-13)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_log_softmax_counts_every_largest_entry(count, dtype):
    logarithms = log_softmax(np.array([0] * count + [-1], dtype))
    exact = np.array([0] * count + [-1]) - math.log(count + math.exp(-1))
    assert logarithms.dtype == dtype
    np.testing.assert_allclose(logarithms, exact, rtol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("gap", [1, 20, 40, 80])
def test_log_softmax_of_the_largest_entry_is_not_rounded_to_zero(gap, dtype):
    logarithms = log_softmax(np.array([[0, gap], [gap, 0]], dtype))
    exact = np.array([[-gap, 0], [0, -gap]]) - math.log1p(math.exp(-gap))
    np.testing.assert_allclose(logarithms, exact, rtol=4 * np.finfo(dtype).eps)


def test_log_softmax_is_finite_where_softmax_is_zero():
    np.testing.assert_array_equal(log_softmax([1e4, -1e4]), [0, -2e4])


@pytest.mark.parametrize("dtype", FLOATS)
def test_softmax_of_the_largest_numbers_raises_no_flag(dtype):
    largest = np.finfo(dtype).max
    with np.errstate(all="raise"):
        p = softmax(np.array([largest, -largest, -np.inf], dtype))
    np.testing.assert_array_equal(p, [1, 0, 0])


@pytest.mark.parametrize("z", [[np.inf, 0], [-np.inf, -np.inf]])
def test_softmax_without_a_finite_maximum_is_a_value_error(z):
    with pytest.raises(ValueError, match=r"^the largest z along axis 0 must be finite"):
        softmax(z)


@given(columns)
def test_jacobian_of_softmax_is_symmetric_with_rows_that_sum_to_zero(z):
    jacobian = softmax_jacobian(z)
    np.testing.assert_array_equal(jacobian, jacobian.T)
    np.testing.assert_allclose(jacobian.sum(axis=1), 0, atol=1e-15)


@given(columns)
def test_jacobian_of_softmax_passes_the_check(z):
    assert check(softmax, lambda u, z: {"z": u @ softmax_jacobian(z)}, {"z": z})


@given(batches)
def test_jacobian_of_a_batch_is_that_of_each_column(z):
    jacobians = np.stack([softmax_jacobian(column) for column in z.T], axis=-1)
    np.testing.assert_allclose(softmax_jacobian(z), jacobians, atol=1e-16)


@given(columns)
def test_vjp_of_softmax_is_a_product_with_its_jacobian(z):
    upstream = np.cos(np.arange(len(z)))
    np.testing.assert_allclose(
        softmax_vjp(z, upstream), softmax_jacobian(z).T @ upstream, atol=1e-15
    )


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda entry: entry.name)
def test_vjp_passes_the_check(activation):
    for seed in range(20):
        rng = np.random.default_rng(seed)
        z = 3 * rng.normal(size=(5, 4))
        assert check(
            activation.function, lambda u, z: {"z": activation.vjp(z, u)}, {"z": z}, rng=rng
        )


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda entry: entry.name)
def test_vjp_wants_upstream_in_the_shape_of_z(activation):
    with pytest.raises(ValueError, match=r"^z and upstream must have the same shape, not \(2, 3\)"):
        activation.vjp(np.ones((2, 3)), np.ones(3))


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda entry: entry.name)
def test_vjp_keeps_float32(activation):
    z = np.ones((2, 3), np.float32)
    assert activation.vjp(z, z).dtype == np.float32


def test_an_activation_of_ones_own_gets_its_vjp_from_its_derivative():
    square = Activation.elementwise("square", np.square, lambda z: 2 * z)
    np.testing.assert_array_equal(square.vjp(np.array([1.0, 2.0]), [3, 3]), [6, 12])


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"^unknown activation 'swish'; .* identity, sigmoid, "):
        ACTIVATIONS["swish"]
