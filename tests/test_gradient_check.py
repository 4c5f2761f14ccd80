"""The gradient check finds what is wrong, names it, and lets pass what is right."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop.activations import ACTIVATIONS, relu, relu_derivative
from backprop.gradient_check import centred_difference, check, check_network
from backprop.initialization import xavier_normal
from backprop.layers import Dense
from backprop.network import Network, dense_network


def product(A, B):
    return np.tanh(A @ B)


def product_vjp(u, A, B):
    delta = u * (1 - np.tanh(A @ B) ** 2)
    return {"A": delta @ B.T, "B": A.T @ delta}


def matrices(rng, n=3):
    return {"A": rng.normal(size=(n, n)), "B": rng.normal(size=(n, n))}


def spoiled(name, spoil):
    """The right gradient, with the part of one argument spoiled."""

    def vjp(u, **arguments):
        gradients = product_vjp(u, **arguments)
        return {**gradients, name: spoil(gradients[name])}

    return vjp


def one_entry_off(gradient):
    wrong = gradient.copy()
    wrong[1, 2] += 1e-3
    return wrong


@given(st.integers(0, 1000), st.integers(1, 4))
def test_a_right_gradient_passes_with_room_to_spare(seed, n):
    report = check(product, product_vjp, matrices(np.random.default_rng(seed), n))
    assert report.passed
    assert report.relative_error < 1e-7
    assert report.compared == 2 * n * n
    assert report.kinks == ()


@pytest.mark.parametrize("culprit", ["A", "B"])
@pytest.mark.parametrize(
    "spoil",
    [np.negative, np.transpose, one_entry_off, lambda g: 2 * g, lambda g: g / 10, lambda g: 0 * g],
    ids=["sign", "transposed", "one entry", "factor", "mean", "nothing"],
)
def test_a_wrong_gradient_is_found_and_its_culprit_named(culprit, spoil):
    report = check(product, spoiled(culprit, spoil), matrices(np.random.default_rng(0)))
    assert not report.passed
    assert report.parameter == culprit


def test_the_one_wrong_entry_is_named_with_both_values():
    arguments, vjp = matrices(np.random.default_rng(0)), spoiled("B", one_entry_off)
    report = check(product, vjp, arguments, rng=np.random.default_rng(7))
    u = np.random.default_rng(7).normal(size=(3, 3))
    assert (report.parameter, report.entry) == ("B", (1, 2))
    assert report.gradient == vjp(u, **arguments)["B"][1, 2]
    assert report.difference == pytest.approx(product_vjp(u, **arguments)["B"][1, 2], rel=1e-8)
    larger = max(abs(report.gradient), abs(report.difference))
    assert report.relative_error == abs(report.gradient - report.difference) / larger


def test_a_report_says_what_was_found():
    arguments = matrices(np.random.default_rng(0))
    assert re.fullmatch(
        r"passed, 18 compared, worst [AB]\[\d, \d\]: gradient \S+, difference \S+, "
        r"relative error \d\.\de-\d\d",
        str(check(product, product_vjp, arguments)),
    )
    wrong = repr(check(product, spoiled("A", one_entry_off), arguments))
    assert wrong.startswith("FAILED, 18 compared, worst A[1, 2]: gradient ")


def test_a_report_is_true_if_it_passed():
    arguments = matrices(np.random.default_rng(0))
    assert check(product, product_vjp, arguments)
    assert not check(product, spoiled("A", np.negative), arguments)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_gradient_that_is_not_finite_fails(bad):
    def vjp(u, z):
        return {"z": np.array([u[0], bad, u[2]])}

    report = check(lambda z: z, vjp, {"z": np.ones(3)})
    assert not report.passed
    assert (report.parameter, report.entry) == ("z", (1,))


def test_the_tolerance_decides():
    arguments = {"x": np.ones(())}

    def vjp(u, x):
        return {"x": u * 2 * x * 1.0001}

    assert check(lambda x: x**2, vjp, arguments, tolerance=1e-3).passed
    assert not check(lambda x: x**2, vjp, arguments, tolerance=1e-5).passed


def test_a_step_too_long_is_not_called_a_kink():
    report = check(lambda x: np.exp(x), lambda u, x: {"x": u}, {"x": np.zeros(())}, step=3e-3)
    assert report.compared and not report.passed


def test_a_gradient_that_is_nearly_right_is_not_excused_by_a_kink_where_there_is_none():
    report = check(lambda x: np.sin(x), lambda u, x: {"x": u * 1.000002}, {"x": np.zeros(())})
    assert report.compared and not report.passed


@given(st.floats(-1e9, 1e9), st.sampled_from([1e-6, 1.0, 1e6]))
def test_the_size_of_an_argument_and_of_a_value_does_not_matter(x, scale):
    def square(x):
        return scale * x * x

    assert check(square, lambda u, x: {"x": u * 2 * scale * x}, {"x": np.array(x)}).passed
    if abs(x) > 1e-3:
        assert not check(square, lambda u, x: {"x": u * scale * x}, {"x": np.array(x)}).passed


def test_a_slow_function_of_a_large_argument_is_checked_as_sharply():
    slow = {"x": np.array(1e6)}
    for factor, right in ((1, True), (2, False)):
        report = check(
            lambda x: np.sin(x / 1e6),
            lambda u, x, factor=factor: {"x": factor * u * np.cos(x / 1e6) / 1e6},
            slow,
        )
        assert report.passed == right


def test_a_number_has_the_covector_one():
    report = check(lambda x: np.sum(x**3), lambda u, x: {"x": u * 3 * x**2}, {"x": np.array([2.0])})
    assert report.gradient == 12


def test_a_covector_sees_what_a_plain_sum_does_not():
    softmax = ACTIVATIONS["softmax"]
    arguments = {"z": np.array([[1.0], [2.0], [4.0]])}
    assert check(lambda z: softmax.function(z), lambda u, z: {"z": softmax.vjp(z, u)}, arguments)
    assert not check(lambda z: softmax.function(z), lambda u, z: {"z": 0 * z}, arguments)


# Large arrays


def test_a_sample_of_entries_is_drawn_from_each_argument():
    calls = []

    def function(A, B):
        calls.append(None)
        return np.sum(A) + B

    arguments = {"A": np.ones((100, 100)), "B": np.ones(())}
    report = check(
        function, lambda u, A, B: {"A": u * np.ones_like(A), "B": u}, arguments, entries=5
    )
    assert report.passed
    assert report.compared == 5 + 1
    assert len(calls) <= 20


def test_the_sample_is_that_of_the_generator():
    arguments = {"x": np.arange(100.0)}
    sites = {
        seed: [
            check(
                lambda x: np.sum(x), lambda u, x: {"x": 0 * x}, arguments, entries=1, rng=generator
            ).entry
            for generator in (np.random.default_rng(seed), np.random.default_rng(seed))
        ]
        for seed in range(10)
    }
    assert all(first == second for first, second in sites.values())
    assert len({first for first, _ in sites.values()}) > 5


# Kinks


@pytest.mark.parametrize("distance", [0, 1e-9, -1e-9, 3e-6, -3e-6, 6e-6, -9e-6])
def test_a_kink_within_the_step_is_not_blamed_on_the_gradient(distance):
    z = np.array([-1.0, distance, 1.0])
    report = check(relu, lambda u, z: {"z": u * relu_derivative(z)}, {"z": z})
    assert report.passed
    assert report.kinks == ("z[1]",)
    assert report.compared == 2
    assert str(report).endswith("\nleft out, with a kink within the step: 1 (z[1])")


def test_a_kink_beyond_the_step_is_none():
    z = np.array([2e-5, -2e-5])
    report = check(relu, lambda u, z: {"z": u * relu_derivative(z)}, {"z": z})
    assert report.passed
    assert report.kinks == ()


@pytest.mark.parametrize("distance", [0, 3e-6])
@pytest.mark.parametrize("slope", [-1, 2])
def test_a_kink_is_no_excuse_for_what_no_side_explains(distance, slope):
    z = np.array([distance, 1.0])
    report = check(
        relu, lambda u, z: {"z": u * np.where(z < 1, slope, relu_derivative(z))}, {"z": z}
    )
    assert not report.passed
    assert (report.entry, report.kinks) == ((0,), ())


def bent(place, before, after):
    """Return a curved function with a kink, the first coefficients of its two sides being given."""
    return lambda x: (x - 3) ** 2 + np.where(x < place, before, after) * (x - place) * np.cos(x)


def slope_at_0(place, coefficient):
    return -6 + coefficient


# No place is 0.4 of the step, where two estimates of a slope agree by chance.
kinks = (
    st.floats(0.001, 0.99)
    .map(lambda x: x * 0.9876e-5)
    .flatmap(lambda place: st.sampled_from([place, -place]))
)


@given(kinks, st.floats(-5, 0), st.floats(0.1, 5))
def test_curvature_does_not_hide_a_kink(place, before, after):
    right = slope_at_0(place, after if place <= 0 else before)
    report = check(bent(place, before, after), lambda u, x: {"x": u * right}, {"x": np.array(0.0)})
    assert report.passed or report.kinks


@pytest.mark.parametrize("place", np.array([-9, -7, -5, -2, -1, 1, 2, 5, 7, 9]) * 1e-6)
def test_rounding_does_not_hide_a_kink(place):
    noise = 1e6 * np.finfo(float).eps
    report = check(
        lambda x: 1e6 + noise * np.sin(1e12 * x) + np.maximum(x - place, 0),
        lambda u, x: {"x": u * np.heaviside(-place, 0)},
        {"x": np.array(0.0)},
    )
    assert report.kinks == ("x",)


@given(kinks, st.floats(-5, 0), st.floats(1, 5), st.sampled_from([-1, -1e-4, 1e-4, 0.7, 2]))
def test_beside_a_kink_only_the_slope_of_its_own_side_is_right(place, before, after, share):
    own, other = (after, before) if place <= 0 else (before, after)
    wrong = slope_at_0(place, own + share * (other - own))
    report = check(bent(place, before, after), lambda u, x: {"x": u * wrong}, {"x": np.array(0.0)})
    assert report.compared and not report.passed


def test_a_kink_of_a_network_is_found_where_its_loss_is_curved():
    hidden = Dense(np.ones((2, 1)), [[1e-7], [1.0]], "relu")
    network = Network([hidden, Dense([[1, -2]], [0.5], "identity")], "squared_error")
    report = check_network(network, [0], [1])
    assert report.passed
    assert report.kinks == ("b[1][0, 0]",)


@pytest.mark.parametrize("x", [1e-6, -1e-6, 4e-6])
def test_curvature_at_a_minimum_is_no_kink(x):
    report = check(lambda x: x**2, lambda u, x: {"x": u * x}, {"x": np.array(x)})
    assert not report.passed
    assert report.kinks == ()


def test_a_check_of_kinks_alone_does_not_pass():
    report = check(relu, lambda u, z: {"z": u * relu_derivative(z)}, {"z": np.zeros(5)})
    assert not report.passed
    assert str(report) == ("left out, with a kink within the step: 5 (z[0], z[1], z[2], ...)")


def test_a_wrong_entry_beside_a_kink_is_found():
    z = np.array([0.0, 1.0])
    report = check(relu, lambda u, z: {"z": -u * relu_derivative(z)}, {"z": z})
    assert not report.passed
    assert (report.entry, report.kinks) == ((1,), ("z[0]",))


# Bad input


@pytest.mark.parametrize(
    ("z", "kind"),
    [
        (np.ones(2, np.float32), "float32"),
        (np.ones(2, int), "int64"),
        (np.ones(2, complex), "complex128"),
        ([1.0, 2.0], "list"),
        (1.0, "float"),
    ],
)
def test_an_argument_that_is_not_float64_is_a_type_error(z, kind):
    with pytest.raises(TypeError, match=rf"^z must be a float64 array, not {kind}: "):
        check(lambda z: np.sum(z), lambda u, z: {"z": u}, {"z": z})


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_an_argument_that_is_not_finite_is_a_value_error(bad):
    with pytest.raises(ValueError, match=rf"^z must be finite, not {bad}$"):
        check(lambda z: z, lambda u, z: {"z": u}, {"z": np.array([bad])})


def test_a_value_that_is_not_finite_is_a_value_error_also_within_the_step():
    for x in 0.0, 1e-6:
        with (
            np.errstate(divide="ignore", invalid="ignore"),
            pytest.raises(
                ValueError, match=r"^the value of function must be finite, not (-inf|nan)"
            ),
        ):
            check(lambda x: np.log(x), lambda u, x: {"x": u / x}, {"x": np.array(x)})


@pytest.mark.parametrize("arguments", [{}, {"x": np.ones((0, 3))}])
def test_nothing_to_compare_is_a_value_error(arguments):
    with pytest.raises(ValueError, match=r"^arguments must hold at least one entry"):
        check(lambda **_: 1.0, lambda u, **arguments: arguments, arguments)


@pytest.mark.parametrize("names", [(), ("A",), ("A", "B", "C")])
def test_gradients_by_other_names_are_a_value_error(names):
    with pytest.raises(ValueError, match=r"^vjp must return gradients of A, B, not \["):
        check(product, lambda u, **_: dict.fromkeys(names, u), matrices(np.random.default_rng(0)))


def test_a_gradient_of_another_shape_is_a_value_error_that_names_it():
    with pytest.raises(
        ValueError, match=r"^the gradient of W must have its shape \(2, 3\), not \("
    ):
        check(lambda W: W.T, lambda u, W: {"W": u}, {"W": np.ones((2, 3))})


@pytest.mark.parametrize(
    ("option", "error", "message"),
    [
        ({"step": 0}, ValueError, "step must lie strictly between 0 and 1, not 0"),
        ({"step": math.nan}, ValueError, "step must lie strictly between 0 and 1, not nan"),
        ({"tolerance": 1}, ValueError, "tolerance must lie strictly between 0 and 1, not 1"),
        ({"tolerance": "1e-6"}, TypeError, "tolerance must be a number, not '1e-6'"),
        ({"entries": 0}, ValueError, "entries must be at least 1, not 0"),
        ({"entries": 2.5}, TypeError, "entries must be an integer, not 2.5"),
        ({"rng": 0}, TypeError, "rng must be a numpy.random.Generator"),
    ],
)
def test_a_bad_option_is_named(option, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        check(product, product_vjp, matrices(np.random.default_rng(0)), **option)


# Networks


def network_and_data(dtype=np.float64):
    rng = np.random.default_rng(0)
    network = dense_network(
        [3, 4, 2], ["tanh", "sigmoid"], "squared_error", weights=xavier_normal, rng=rng, dtype=dtype
    )
    return network, rng.normal(size=(3, 5)), rng.normal(size=(2, 5))


def test_a_network_passes_in_every_parameter_and_is_not_changed():
    network, X, Y = network_and_data()
    before = {name: array.copy() for name, array in network.parameters.items()}
    report = check_network(network, X, Y)
    assert report.passed
    assert report.compared == 3 * 4 + 4 + 4 * 2 + 2
    for name, array in network.parameters.items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("culprit", ["W[1]", "b[1]", "W[2]", "b[2]"])
def test_the_wrong_parameter_of_a_network_is_named(culprit, monkeypatch):
    right = Network.gradient

    class Wrong:
        def __init__(self, gradient):
            self.parameters = gradient.parameters
            self.parameters[culprit] = -self.parameters[culprit]

    network, X, Y = network_and_data()
    monkeypatch.setattr(Network, "gradient", lambda self, X, Y: Wrong(right(self, X, Y)))
    report = check_network(network, X, Y)
    assert not report.passed
    assert report.parameter == culprit


def test_the_values_reported_of_a_network_are_those_of_its_gradient():
    network, X, Y = network_and_data()
    report = check_network(network, X, Y)
    gradient = network.gradient(X, Y).parameters
    assert report.gradient == gradient[report.parameter][report.entry]


def test_a_sample_of_a_network_is_compared():
    network, X, Y = network_and_data()
    assert check_network(network, X, Y, entries=3).compared == 3 + 3 + 3 + 2


def test_a_network_of_float32_is_refused():
    with pytest.raises(TypeError, match=r"^W\[1\] must be a float64 array, not float32: "):
        check_network(*network_and_data(np.float32))


# Centred differences


@given(st.floats(-3, 3))
def test_a_centred_difference_of_a_parabola_is_exact_up_to_rounding(x):
    assert centred_difference(lambda t: 3 * t**2 - t, x, 0.5) == pytest.approx(6 * x - 1, abs=1e-13)


def test_the_error_of_a_centred_difference_falls_with_the_square_of_the_step():
    errors = [abs(centred_difference(math.exp, 0, h) - 1) for h in (1e-1, 1e-2, 1e-3)]
    assert errors == pytest.approx([1e-2 / 6, 1e-4 / 6, 1e-6 / 6], rel=1e-3)


def test_steps_may_be_an_array():
    h = np.array([0.1, 0.2])
    np.testing.assert_allclose(centred_difference(np.exp, 0, h), np.sinh(h) / h, rtol=1e-14)
