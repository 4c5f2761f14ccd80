"""The update in place is the plain one, up to the last few bits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop._batch_step import ACTIVATIONS, FACTORS, BatchStep, product, together
from backprop.initialization import normal
from backprop.layers import Dense
from backprop.losses import LOSSES
from backprop.network import Network, dense_network
from backprop.optimization import sgd


def problem(hidden, last, loss, dtype, m=7):
    rng = np.random.default_rng(3)
    activations = [*hidden, last]
    sizes = (4, *(5 for _ in hidden), 3)
    network = dense_network(
        sizes, activations, loss, weights=normal(0.7), biases=normal(0.3), rng=rng, dtype=dtype
    )
    X = rng.normal(size=(4, m)).astype(dtype)
    return network, X, np.eye(3, dtype=dtype)[:, rng.integers(3, size=m)]


def stepping(network, m):
    """Return the network with its parameters together, and a step at a rate of 0.5."""
    theta, parameters = together(network.parameters)
    network = network.with_parameters(parameters)
    return network, BatchStep(network, theta, m, 0.5)


def updated(network, gradient, rate):
    return {n: p - rate * gradient.parameters[n] for n, p in network.parameters.items()}


def test_parameters_together_are_copies_and_views_of_one_vector():
    apart = {"W": np.arange(6.0).reshape(2, 3).T, "b": np.array([[7.0]])}
    theta, parameters = together(apart)
    theta += 1
    for name, array in parameters.items():
        np.testing.assert_array_equal(array, apart[name] + 1)
    assert theta.size == 7


hidden_layers = st.lists(st.sampled_from(sorted(ACTIVATIONS)), max_size=3)


@given(hidden_layers, st.sampled_from(sorted(FACTORS)), st.sampled_from(sorted(ACTIVATIONS)))
def test_a_step_is_the_gradient_times_the_rate(hidden, loss, last):
    last = LOSSES[loss].fuses or last
    network, X, Y = problem(hidden, last, loss, np.float64)
    expected = updated(network, network.gradient(X, Y), 0.5)
    network, step = stepping(network, X.shape[1])
    step.x[...], step.y[...] = X.T, Y.T
    step()
    for name, array in network.parameters.items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_step_keeps_the_dtype(dtype):
    network, X, Y = problem(["tanh"], "softmax", "softmax_cross_entropy", dtype)
    network, step = stepping(network, X.shape[1])
    step.x[...], step.y[...] = X.T, Y.T
    step()
    assert {array.dtype for array in network.parameters.values()} == {np.dtype(dtype)}


def test_a_softmax_of_large_scores_does_not_overflow():
    network, X, Y = problem([], "softmax", "softmax_cross_entropy", np.float32)
    network, step = stepping(network, X.shape[1])
    step.x[...], step.y[...] = 1e4 * X.T, Y.T
    with np.errstate(over="raise", invalid="raise"):
        step()
    assert np.all(np.isfinite(network.layers[0].W))


@pytest.mark.parametrize(
    ("m", "p", "n", "bands"),
    [(10, 784, 30, 1), (100, 784, 30, 3), (100, 100, 30, 1), (800, 8, 10, 1)],
)
@pytest.mark.parametrize("turned", [False, True])
def test_a_product_comes_in_bands_where_one_factor_is_large_and_one_thin(m, p, n, bands, turned):
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(m, p)), rng.normal(size=(p, n))
    out = np.empty((n, m)).T if turned else np.empty((m, n))
    calls = product(A, B, out, 1200)
    for function, *arguments in calls:
        function(*arguments)
    assert len(calls) == bands
    np.testing.assert_allclose(out, A @ B, atol=1e-12)


@pytest.mark.parametrize(
    ("hidden", "last", "loss"),
    [
        (["gelu"], "sigmoid", "squared_error"),
        (["tanh"], "softmax", "squared_error"),
        (["softmax"], "softmax", "softmax_cross_entropy"),
        (["tanh"], "sigmoid", "binary_cross_entropy"),
    ],
)
def test_what_cannot_be_done_in_place_is_left_to_the_plain_code(hidden, last, loss):
    network, X, Y = problem(hidden, last, loss, np.float64)
    assert not BatchStep.can(network)
    sgd(network, X, Y, rate=0.1, epochs=1, batch_size=3, rng=np.random.default_rng(0))


class Still(Dense):
    def gradient(self, delta, a):
        dW, db = super().gradient(delta, a)
        return 0 * dW, 0 * db


class Asleep(Network):
    def gradient(self, X, Y):
        return Network([Still(**vars(layer)) for layer in self.layers], self.loss).gradient(X, Y)


def of_still_layers(layers, loss):
    return Network([Still(**vars(layer)) for layer in layers], loss)


@pytest.mark.parametrize("make", [of_still_layers, Asleep])
def test_a_subclass_is_trained_by_what_it_computes_itself(make):
    network, X, Y = problem(["tanh"], "softmax", "softmax_cross_entropy", np.float64)
    own = make(network.layers, network.loss)
    run = sgd(own, X, Y, rate=0.1, epochs=1, batch_size=3, rng=np.random.default_rng(0))
    for name, array in run.network.parameters.items():
        np.testing.assert_array_equal(array, network.parameters[name])
