"""Activations against arithmetic of 50 digits."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from backprop.activations import sigmoid, sigmoid_derivative

FUNCTIONS = [sigmoid, sigmoid_derivative]
FLOATS = [np.float16, np.float32, np.float64]


@mpmath.workdps(50)
def exact_sigmoid(z):
    return 1 / (1 + mpmath.exp(-mpmath.mpf(float(z))))


@mpmath.workdps(50)
def exact_sigmoid_derivative(z):
    e = mpmath.exp(-mpmath.mpf(float(z)))
    return e / (1 + e) ** 2


EXACT = {sigmoid: exact_sigmoid, sigmoid_derivative: exact_sigmoid_derivative}


@mpmath.workdps(50)
def ulps(actual, exact):
    """Distance from the exact value in units of the last place of the computed one."""
    spacing = float(np.spacing(np.abs(actual)))
    return float(abs(mpmath.mpf(float(actual)) - exact) / spacing)


def anywhere(dtype):
    """Finite numbers of the dtype: near 0, over the whole range of the exponential, and beyond."""
    limits = (20.0, 800.0, float(np.finfo(dtype).max))
    width = np.finfo(dtype).bits
    return st.one_of(st.floats(-limit, limit, width=width) for limit in limits).map(dtype)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("function", FUNCTIONS)
@given(data=st.data())
def test_relative_error_is_a_few_units_in_the_last_place(function, dtype, data):
    z = data.draw(anywhere(dtype))
    assert ulps(function(z), EXACT[function](z)) <= 4


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_floating_point_flag_is_raised_at_any_size(function, dtype):
    largest = np.finfo(dtype).max
    z = np.array([-np.inf, -largest, -800, -0.0, 0, 800, largest, np.inf, np.nan], dtype)
    with np.errstate(all="raise"):
        assert np.isfinite(function(z)[:-1]).all()


def test_sigmoid_reaches_its_limits():
    np.testing.assert_array_equal(sigmoid([-np.inf, -1e308, 0, 37, 1e308]), [0, 0, 0.5, 1, 1])


def test_derivative_survives_where_sigmoid_rounds_to_one():
    assert sigmoid(38.0) == 1
    assert sigmoid_derivative(38.0) == pytest.approx(float(mpmath.exp(-38)), rel=1e-15)


@given(st.floats(-700, 700))
def test_derivative_is_even_and_a_quarter_at_most(z):
    assert sigmoid_derivative(z) == sigmoid_derivative(-z)
    assert sigmoid_derivative(z) <= np.nextafter(0.25, 1) and sigmoid_derivative(0) == 0.25


@pytest.mark.parametrize("function", FUNCTIONS)
@given(hnp.arrays(st.sampled_from(FLOATS), hnp.array_shapes(min_dims=0, min_side=0)))
def test_shape_and_float_type_are_kept(function, z):
    result = function(z)
    assert (result.shape, result.dtype) == (z.shape, z.dtype)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("z", [1, True, [0, 1], [[True], [False]], np.arange(3, dtype=np.int8)])
def test_integers_and_booleans_become_float64(function, z):
    result = function(z)
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, function(np.asarray(z, np.float64)))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_scalar_gives_a_scalar(function, dtype):
    assert isinstance(function(dtype(1)), dtype)


@pytest.mark.parametrize("function", FUNCTIONS)
@given(st.floats(-50, 50))
def test_nan_spoils_only_its_own_entry(function, number):
    result = function([number, np.nan])
    assert result[0] == function(number) and np.isnan(result[1])


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("z", [1j, [1, 2j], None, [1, None], "1", 10**400, np.array([1], object)])
def test_what_is_not_a_real_number_is_a_type_error_that_names_z(function, z):
    with pytest.raises(TypeError, match="^z must hold real numbers, not "):
        function(z)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_ragged_list_is_a_value_error_that_names_z(function):
    with pytest.raises(ValueError, match="^z must have one shape"):
        function([[1, 2], [3]])


@given(hnp.arrays(np.float64, 4, elements=st.floats(-1e3, 1e3)))
def test_the_argument_is_not_changed(z):
    before = z.copy()
    sigmoid(z), sigmoid_derivative(z)
    np.testing.assert_array_equal(z, before)
