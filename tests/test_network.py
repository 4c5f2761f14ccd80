"""Networks: gradients against differences and torch, the laws of batches, and bad input."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop.activations import ACTIVATIONS
from backprop.gradient_check import check_network
from backprop.initialization import constant, normal, xavier_normal, zeros
from backprop.layers import Dense
from backprop.losses import LOSSES
from backprop.network import Network, dense_network

# The activations of the last layer whose values a loss allows.
OUTPUTS = {
    **{name: [loss.fuses] if loss.fuses else list(ACTIVATIONS) for name, loss in LOSSES.items()},
    "cross_entropy": ["softmax"],
    "binary_cross_entropy": ["sigmoid", "softmax"],
    "cosine_loss": [name for name in ACTIVATIONS if name != "relu"],  # which may give the vector 0
}
PAIRS = [(output, loss) for loss, outputs in OUTPUTS.items() for output in outputs]
FUSED = {"softmax_cross_entropy": "cross_entropy", "sigmoid_cross_entropy": "binary_cross_entropy"}
SMOOTH = [name for name in ACTIVATIONS if "relu" not in name]
TAME = [(output, loss) for output, loss in PAIRS if output in SMOOTH and loss != "cosine_loss"]

every_loss = pytest.mark.parametrize(
    ("output", "loss"), [(outputs[-1], loss) for loss, outputs in OUTPUTS.items()]
)


def network_of(sizes, hidden, output, loss, rng, dtype=np.float64):
    activations = [*hidden, output]
    return dense_network(
        sizes, activations, loss, weights=xavier_normal, biases=normal(0.5), rng=rng, dtype=dtype
    )


def data(network, m, rng):
    """Return admissible examples: one-hot targets, and labels -1 and 1 for the hinges."""
    first, *_, last = network.sizes
    X, Y = rng.normal(size=(first, m)), np.eye(last)[:, rng.integers(last, size=m)]
    return X, 2 * Y - 1 if "hinge" in network.loss else Y


def small(output="sigmoid", loss="squared_error", dtype=np.float64):
    """Return a 3-4-2 network with five examples."""
    rng = np.random.default_rng(0)
    network = network_of([3, 4, 2], ["tanh"], output, loss, rng, dtype)
    X, Y = data(network, 5, rng)
    return network, X.astype(dtype), Y.astype(dtype)


@st.composite
def networks(draw, hidden=tuple(ACTIVATIONS), pairs=tuple(PAIRS)):
    """Return a network of any depth, widths, activations and loss, with a batch for it."""
    output, loss = draw(st.sampled_from(pairs))
    names = draw(st.lists(st.sampled_from(hidden), max_size=3))
    sizes = draw(st.lists(st.integers(1, 5), min_size=len(names) + 2, max_size=len(names) + 2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    network = network_of(sizes, names, output, loss, rng)
    return network, *data(network, draw(st.integers(1, 5)), rng)


def near(actual, expected, rtol=1e-12):
    """Assert that two mappings hold the same names and nearly the same arrays."""
    assert list(actual) == list(expected)
    for name, array in expected.items():
        np.testing.assert_allclose(actual[name], array, rtol=rtol, atol=rtol, err_msg=str(name))


# Gradients


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_the_gradient_passes_the_check(hidden, loss):
    for output in OUTPUTS[loss]:
        rng = np.random.default_rng(1)
        network = network_of([3, 4, 3], [hidden], output, loss, rng)
        report = check_network(network, *data(network, 4, rng), tolerance=1e-5)
        assert report.passed, output


@settings(max_examples=60)
@given(networks(hidden=SMOOTH, pairs=TAME))
def test_the_gradient_passes_the_check_at_any_depth_width_and_batch(drawn):
    network, X, Y = drawn
    report = check_network(network, X, Y, entries=3, tolerance=1e-4)
    assert report.passed or not report.compared


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("hidden", ACTIVATIONS)
def test_cost_and_gradient_equal_those_of_torch(hidden, dtype):
    torch = pytest.importorskip("torch")
    functions = {
        "identity": lambda z: z,
        "softmax": lambda z: torch.softmax(z, dim=0),
        "softplus": torch.nn.functional.softplus,
        "silu": torch.nn.functional.silu,
        "gelu": torch.nn.functional.gelu,
        "leaky_relu": torch.nn.functional.leaky_relu,
    }
    g = functions[hidden] if hidden in functions else getattr(torch, hidden)
    rng = np.random.default_rng(2)
    network = network_of([5, 4, 6, 3], [hidden, "tanh"], "softmax", "softmax_cross_entropy", rng)
    network = network.with_parameters(
        {name: array.astype(dtype) for name, array in network.parameters.items()}
    )
    X, Y = data(network, 7, rng)
    theirs = {
        name: torch.tensor(array, requires_grad=True) for name, array in network.parameters.items()
    }
    a = torch.tensor(X.astype(dtype))
    for l, function in ((1, g), (2, torch.tanh), (3, lambda z: z)):
        a = function(theirs[f"W[{l}]"] @ a + theirs[f"b[{l}]"])
    cost = torch.nn.functional.cross_entropy(a.T, torch.tensor(Y.astype(dtype)).T)
    cost.backward()
    rtol = 100 * float(np.finfo(dtype).eps)
    assert network.cost(X, Y) == pytest.approx(cost.item(), rel=rtol)
    near(
        network.gradient(X, Y).parameters,
        {name: tensor.grad.numpy() for name, tensor in theirs.items()},
        rtol,
    )


@pytest.mark.parametrize(("fused", "plain"), FUSED.items())
@given(seed=st.integers(0, 1000))
def test_a_fused_loss_equals_the_loss_behind_its_activation(fused, plain, seed):
    rng = np.random.default_rng(seed)
    one = network_of([4, 5, 3], ["tanh"], LOSSES[fused].fuses, fused, rng)
    two = Network(one.layers, plain)
    X, Y = data(one, 6, rng)
    assert one.cost(X, Y) == pytest.approx(two.cost(X, Y), rel=1e-12)
    near(one.gradient(X, Y).parameters, two.gradient(X, Y).parameters)
    near(one.gradient(X, Y).delta, two.gradient(X, Y).delta)
    np.testing.assert_array_equal(one.predict(X), two.predict(X))


@pytest.mark.parametrize("loss", FUSED)
def test_the_output_delta_of_a_fused_loss_is_prediction_less_target(loss):
    network, X, Y = small(LOSSES[loss].fuses, loss)
    np.testing.assert_array_equal(network.gradient(X, Y).delta[2], network.predict(X) - Y)


def test_the_output_delta_of_the_squared_error_is_twice_the_error_times_the_slope():
    network, X, Y = small()
    a = network.predict(X)
    expected = 2 * (a - Y) * a * (1 - a)
    np.testing.assert_allclose(network.gradient(X, Y).delta[2], expected, rtol=1e-13)


def test_one_neuron_by_hand():
    network = Network(
        [Dense(np.array([[2.0, -1.0]]), np.array([0.5]), "identity")], "squared_error"
    )
    gradient = network.gradient([3, 4], [1])  # z = 2.5, so that 2(z - y) = 3
    assert network.cost([3, 4], [1]) == 1.5**2
    assert gradient.delta[1].tolist() == [[3]]
    assert gradient.W[1].tolist() == [[9, 12]]
    assert gradient.b[1].tolist() == [[3]]


# What the passes leave behind


@given(networks())
def test_forward_leaves_every_z_and_a_behind(drawn):
    network, X, _ = drawn
    trace = network.forward(X)
    assert list(trace.z) == list(range(1, len(network.layers) + 1))
    assert list(trace.a) == list(range(len(network.layers) + 1))
    np.testing.assert_array_equal(trace.a[0], X)
    for l, layer in network.layer.items():
        np.testing.assert_allclose(trace.z[l], layer.W @ trace.a[l - 1] + layer.b, rtol=1e-14)
        np.testing.assert_array_equal(trace.a[l], layer.g.function(trace.z[l]))
    np.testing.assert_array_equal(network.predict(X), trace.a[len(network.layers)])


@given(networks())
def test_a_gradient_has_the_shape_of_what_it_is_the_gradient_of(drawn):
    network, X, Y = drawn
    gradient, trace = network.gradient(X, Y), network.forward(X)
    parameters = network.parameters
    assert list(gradient.parameters) == list(parameters)
    assert all(g.shape == parameters[name].shape for name, g in gradient.parameters.items())
    assert all(gradient.delta[l].shape == z.shape for l, z in trace.z.items())


def test_parameters_are_the_arrays_themselves_by_name():
    W, b = np.ones((2, 3)), np.zeros((2, 1))
    network = Network([Dense(W, b, "tanh"), Dense(np.ones((1, 2)), [0], "tanh")], "squared_error")
    assert list(network.parameters) == ["W[1]", "b[1]", "W[2]", "b[2]"]
    assert network.parameters["W[1]"] is W
    assert np.shares_memory(network.parameters["b[1]"], b)
    assert network.sizes == (3, 2, 1)


def test_a_network_keeps_its_layers_when_the_list_changes():
    layers = [Dense([[1.0]], [0], "tanh")]
    network = Network(layers, "squared_error")
    layers.clear()
    assert network.sizes == (1, 1)


def test_other_parameters_make_another_network():
    network, X, _ = small()
    doubled = network.with_parameters({n: 2 * array for n, array in network.parameters.items()})
    near(doubled.parameters, {n: 2 * array for n, array in network.parameters.items()})
    assert not np.allclose(network.predict(X), doubled.predict(X))
    assert [layer.activation for layer in doubled.layers] == ["tanh", "sigmoid"]


# Batches


@given(networks())
def test_a_batch_is_the_mean_of_its_columns(drawn):
    network, X, Y = drawn
    batch = network.gradient(X, Y)
    each = [network.gradient(x, y) for x, y in zip(X.T, Y.T, strict=True)]
    costs = [network.cost(x, y) for x, y in zip(X.T, Y.T, strict=True)]
    assert network.cost(X, Y) == pytest.approx(np.mean(costs), rel=1e-12)
    means = {
        name: np.mean([one.parameters[name] for one in each], axis=0) for name in network.parameters
    }
    near(batch.parameters, means)
    near(batch.delta, {l: np.hstack([one.delta[l] for one in each]) for l in batch.delta})


@every_loss
def test_a_vector_is_one_column(output, loss):
    network, X, Y = small(output, loss)
    vector, column = network.gradient(X[:, 0], Y[:, 0]), network.gradient(X[:, :1], Y[:, :1])
    near(vector.parameters, column.parameters, 0)
    assert network.predict(X[:, 0]).shape == (2, 1)
    assert network.cost(X[:, 0], Y[:, 0]) == network.cost(X[:, :1], Y[:, :1])


def test_one_example_many_times_is_that_example():
    network, X, Y = small()
    many = network.gradient(np.tile(X[:, :1], 1000), np.tile(Y[:, :1], 1000))
    near(many.parameters, network.gradient(X[:, :1], Y[:, :1]).parameters)


# Nothing changes, and the same question has the same answer


@given(networks())
def test_backward_twice_gives_the_same(drawn):
    network, X, Y = drawn
    trace = network.forward(X)
    first, second = network.backward(trace, Y), network.backward(trace, Y)
    for one, two in ((first.parameters, second.parameters), (first.delta, second.delta)):
        near(one, two, 0)


@every_loss
def test_nothing_given_is_changed(output, loss):
    network, X, Y = small(output, loss)
    trace = network.forward(X)
    given = [*network.parameters.values(), *trace.z.values(), *trace.a.values(), X, Y]
    before = [array.copy() for array in given]
    network.backward(trace, Y), network.cost(X, Y), network.predict(X)
    for array, old in zip(given, before, strict=True):
        np.testing.assert_array_equal(array, old)


def test_arrays_that_may_not_be_written_to_are_enough():
    network, X, Y = small()
    for array in [*network.parameters.values(), X, Y]:
        array.flags.writeable = False
    assert check_network(network, X, Y).passed


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@every_loss
def test_everything_computed_has_the_dtype_of_the_weights(output, loss, dtype):
    network, X, Y = small(output, loss, dtype)
    X, Y = X.astype(np.float64), Y.astype(int)
    trace = network.forward(X)
    gradient = network.backward(trace, Y)
    parts = trace.z, trace.a, gradient.parameters, gradient.delta
    assert {array.dtype for part in parts for array in part.values()} == {np.dtype(dtype)}
    assert network.cost(X, Y).dtype == dtype


def test_the_biases_take_the_dtype_of_the_weights():
    assert Dense(np.ones((2, 3), np.float32), [1, 2], "tanh").b.dtype == np.float32


@pytest.mark.parametrize(
    "layout",
    [np.asfortranarray, lambda X: np.repeat(X, 2, axis=1)[:, ::2], lambda X: X.tolist()],
    ids=["columns first", "strided", "list"],
)
def test_the_layout_of_the_data_does_not_matter(layout):
    network, X, Y = small()
    actual = network.gradient(layout(X), layout(Y)).parameters
    near(actual, network.gradient(X, Y).parameters)


def test_images_of_bytes_are_numbers():
    network, _, Y = small()
    X = np.arange(15, dtype=np.uint8).reshape(3, 5) + 240
    near(network.gradient(X, Y).parameters, network.gradient(X.astype(float), Y).parameters, 0)


# Making one


def test_dense_network_draws_from_its_initialisers_in_order():
    calls = []

    def spy(shape, rng):
        calls.append(shape)
        return np.full(shape, float(len(calls)))

    network = dense_network([3, 4, 2], ["relu", "identity"], "squared_error", weights=spy)
    assert calls == [(4, 3), (2, 4)]
    assert [layer.W[0, 0] for layer in network.layers] == [1, 2]
    assert not any(layer.b.any() for layer in network.layers)


def test_the_same_seed_gives_the_same_network():
    one, two = (small()[0].parameters for _ in range(2))
    near(one, two, 0)


def test_one_activation_for_all_layers_is_not_guessed():
    with pytest.raises(ValueError, match=r"^activations must name one for each of the 4 layers, "):
        dense_network([1, 1, 1, 1, 1], "tanh", "squared_error", weights=zeros)


# Bad input


@pytest.mark.parametrize(
    "sizes", [[], [3], [3, 0], [3, -1], [3, 2.0], [3, True], [3, "2"], [3, None], "32", 3]
)
def test_sizes_that_are_not_positive_integers_are_a_value_error(sizes):
    with pytest.raises(ValueError, match=r"^sizes must be at least two positive integers, not "):
        dense_network(sizes, ["tanh"], "squared_error", weights=zeros)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"activations": ["tanh"]}, "activations must name one for each of the 2 layers, not ["),
        ({"activations": ["tanh", "swish"]}, "unknown activation 'swish'; the known ones are "),
        ({"loss": "mse"}, "unknown loss 'mse'; the known ones are "),
        (
            {"loss": "softmax_cross_entropy"},
            "the loss softmax_cross_entropy applies softmax itself",
        ),
        (
            {"loss": "sigmoid_cross_entropy"},
            "the loss sigmoid_cross_entropy applies sigmoid itself",
        ),
        ({"weights": constant(1e5)}, "W must be finite, not inf"),
        (
            {"weights": lambda shape, rng: np.zeros((4, 4))},
            "an initialiser must return the shape (4, 3), not (4, 4)",
        ),
        ({"biases": lambda shape, rng: [0]}, "an initialiser must return the shape (4, 1), not"),
        ({"dtype": int}, "dtype must be one of floats, such as float32, not int64"),
    ],
)
def test_a_bad_choice_for_a_network_is_a_value_error_that_names_it(options, message):
    choice = {
        "activations": ["tanh", "tanh"],
        "loss": "squared_error",
        "weights": zeros,
        "dtype": np.float16,
    } | options
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        dense_network([3, 4, 2], **choice)


@pytest.mark.parametrize(
    ("W", "b", "message"),
    [
        (np.ones(3), np.ones(3), "W must have shape (n, p) with at least one entry, not (3,)"),
        (np.ones((0, 3)), np.ones(0), "W must have shape (n, p) with at least one entry"),
        (np.ones((2, 3)), np.ones(3), "b must have shape (2, 1), a bias per row of W, not (3,)"),
        (np.ones((2, 3)), np.ones((1, 2)), "b must have shape (2, 1)"),
        ([[math.nan]], [0], "W must be finite, not nan"),
        ([[1.0]], [math.inf], "b must be finite, not inf"),
        (np.ones((1, 1), np.float16), [1e6], "b must be finite, not inf"),
    ],
)
def test_parameters_that_make_no_layer_are_a_value_error_that_names_them(W, b, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        Dense(W, b, "tanh")


def test_the_activation_of_a_dense_layer_is_not_guessed():
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'activation'"):
        Dense([[1.0]], [0])


def test_layers_that_do_not_join_are_a_value_error():
    layers = [
        Dense(np.ones((4, 3)), np.ones(4), "tanh"),
        Dense(np.ones((2, 3)), np.ones(2), "tanh"),
    ]
    with pytest.raises(ValueError, match=r"^layer 2 does not fit: W must have 4 columns,.* not 3$"):
        Network(layers, "squared_error")
    with pytest.raises(ValueError, match=r"^layers must hold at least one layer$"):
        Network([], "squared_error")


def test_layers_of_different_dtypes_are_a_value_error():
    layers = [Dense(np.ones((2, 2), dtype), [0, 0], "tanh") for dtype in (np.float32, np.float64)]
    with pytest.raises(ValueError, match=r"^W of layer 2 must be float32, as in layer 1, not flo"):
        Network(layers, "squared_error")


@pytest.mark.parametrize("names", [[], ["W[1]"], ["W[1]", "b[1]", "W[2]", "b[2]", "W[3]"]])
def test_parameters_by_other_names_are_a_value_error(names):
    network = small()[0]
    with pytest.raises(
        ValueError, match=r"^parameters must be W\[1\], b\[1\], W\[2\], b\[2\], not"
    ):
        network.with_parameters(dict.fromkeys(names, np.ones((1, 1))))


@pytest.mark.parametrize("shape", [(), (2,), (2, 5), (5, 3), (3, 0), (3, 5, 1)])
def test_data_of_another_shape_are_a_value_error_that_names_them(shape):
    network, X, Y = small()
    wrong = np.zeros(shape)
    for method in (network.forward, network.predict):
        with pytest.raises(
            ValueError, match=r"^X must have shape \(3, m\), a column for each of m"
        ):
            method(wrong)
    for method in (network.cost, network.gradient):
        with pytest.raises(ValueError, match=r"^X must have shape \(3, m\), "):
            method(wrong, Y)
        if shape != (2, 5):
            with pytest.raises(
                ValueError, match=r"^Y must have (shape \(2, m\)|a column for each)"
            ):
                method(X, wrong)


def test_as_many_targets_as_examples_are_needed():
    network, X, Y = small()
    with pytest.raises(ValueError, match=r"^Y must have a column for each of the 5 .*, not 4$"):
        network.backward(network.forward(X), Y[:, :4])


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_data_that_are_not_finite_are_a_value_error_that_names_them(bad):
    network, X, Y = small()
    for name, spoiled in (("X", X), ("Y", Y)):
        kept, spoiled[1, 2] = spoiled[1, 2], bad
        for method in (network.cost, network.gradient):
            with pytest.raises(ValueError, match=rf"^{name} must be finite, not {bad}$"):
                method(X, Y)
        spoiled[1, 2] = kept


@pytest.mark.parametrize("bad", [1j, None, "1"])
def test_data_that_are_no_real_numbers_are_a_type_error_that_names_them(bad):
    network, X, _ = small()
    with pytest.raises(TypeError, match=r"^X must hold real numbers, not "):
        network.predict(np.full((3, 5), bad))
    with pytest.raises(TypeError, match=r"^Y must hold real numbers, not "):
        network.gradient(X, np.full((2, 5), bad))


def test_data_too_large_for_the_dtype_are_a_value_error():
    network, X, _ = small(dtype=np.float16)
    with pytest.raises(ValueError, match=r"^X must be finite, not inf$"):
        network.predict(1e6 * np.ones((3, 5)))
    with pytest.raises(ValueError, match=r"^Y must be finite, not inf$"):
        network.cost(X, 1e6 * np.ones((2, 5)))


def test_targets_that_the_loss_does_not_allow_are_a_value_error():
    network, X, Y = small("softmax", "softmax_cross_entropy")
    for method in (network.cost, network.gradient):
        with pytest.raises(ValueError, match=r"^each column of y must sum to 1, not 2.0$"):
            method(X, np.ones_like(Y))


# Far out: these run with every warning an error.


@every_loss
def test_a_network_that_has_diverged_is_refused_by_every_method(output, loss):
    network, X, Y = small(output, loss)
    huge = {name: 1e300 * array for name, array in network.parameters.items()}
    diverged = network.with_parameters(huge)
    for call in (
        lambda: diverged.predict(1e300 * X),
        lambda: diverged.cost(1e300 * X, Y),
        lambda: diverged.gradient(1e300 * X, Y),
    ):
        with pytest.raises(ValueError, match=r"^z\[1\] must be finite, not (-?inf|nan)$"):
            call()


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_a_fused_loss_has_a_gradient_however_certain_the_prediction(output):
    loss = f"{output}_cross_entropy"
    layer = Dense(1000 * np.array([[1.0], [-1.0]]), np.zeros(2), output)
    gradient = Network([layer], loss).gradient([1], [0, 1])
    assert gradient.delta[1].ravel().tolist() == [1, -1]


def test_a_loss_that_is_not_fused_says_where_its_gradient_is_infinite():
    layer = Dense(np.array([[1000.0], [-1000.0]]), np.zeros(2), "sigmoid")
    network = Network([layer], "binary_cross_entropy")
    assert network.cost([1], [0, 1]) == math.inf
    with pytest.raises(ValueError, match=r"^the gradient of binary_cross_entropy must be finite, "):
        network.gradient([1], [0, 1])


@pytest.mark.parametrize("x", [-1, 0, 1e-200])  # a unit that sleeps gives 0 times infinity
def test_a_gradient_too_large_for_the_dtype_is_a_value_error(x):
    steep = Dense([[1e200]], [0], "identity")
    network = Network([Dense([[1.0]], [0], "relu"), steep, steep], "absolute_error")
    with pytest.raises(ValueError, match=r"^the gradient of W\[1\] must be finite, not (-inf|nan)"):
        network.gradient([x], [1e250])


def test_a_sum_of_errors_too_large_for_the_dtype_is_a_value_error():
    layers = [Dense([[1.0]], [0], "identity"), Dense([[1e308]], [0], "identity")]
    with pytest.raises(ValueError, match=r"^the gradient of b\[1\] must be finite, not -inf$"):
        Network(layers, "absolute_error").gradient([[0, 0]], [[1, 1]])


def test_a_cost_too_large_for_the_dtype_is_infinite():
    network = Network([Dense([[1e200]], [0], "identity")], "squared_error")
    assert network.cost([1], [0]) == math.inf
    assert network.gradient([1], [0]).W[1].tolist() == [[2e200]]


def test_what_is_too_small_for_the_dtype_is_0_also_where_underflow_is_an_error():
    network, X, Y = small(dtype=np.float32)
    subnormal, vanishing = (scale * X.astype(np.float64) for scale in (1e-40, 1e-60))
    with np.errstate(all="raise"):
        assert np.all(np.abs(network.gradient(subnormal, Y).W[1]) < 1e-38)
        assert np.all(network.gradient(vanishing, Y).W[1] == 0)


def test_trace_and_gradient_can_be_compared_and_hashed_as_objects():
    network, X, Y = small()
    trace = network.forward(X)
    things = {network, *network.layers, trace, network.backward(trace, Y)}
    assert len(things) == 5
    assert trace != network.forward(X)
