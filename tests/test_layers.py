"""Layers: one protocol for all, in networks that take images as in those that take columns."""

import re
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop.activations import ACTIVATIONS
from backprop.classification import accuracy, classify
from backprop.datasets import Examples, load_digits
from backprop.gradient_check import check_network
from backprop.initialization import normal
from backprop.layers import Conv2d, Dense, Flatten, Layer, MaxPool2d, MeanPool2d
from backprop.network import Network
from backprop.optimization import Diverged, clip_by_norm, gradient_descent, sgd

ELEMENTWISE = sorted(name for name, g in ACTIVATIONS.items() if g.derivative)


def drawn(shape, seed=0, dtype=np.float64):
    return normal(0.5)(shape, np.random.default_rng(seed)).astype(dtype)


def small(activation="tanh", dtype=np.float64, pool=MaxPool2d, loss="softmax_cross_entropy"):
    """2 channels of 7 x 6; every kind of layer, with all that a convolution can be told."""
    layers = [
        Conv2d(drawn((4, 1, 3, 2), 1, dtype), drawn((4,), 2, dtype), activation, groups=2),
        pool(2, stride=1, padding=1),
        Conv2d(
            drawn((3, 4, 2, 2), 3, dtype),
            drawn((3, 1), 4, dtype),
            activation,
            padding=((0, 1), 1),
            stride=(2, 1),
            dilation=2,
        ),
        Flatten(),
        Dense(drawn((5, 54), 5, dtype), drawn((5,), 6, dtype), "softmax"),
    ]
    return Network(layers, loss)


def data(m=3, seed=0, shape=(2, 7, 6), classes=5):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(m, *shape)), np.eye(classes)[:, rng.integers(classes, size=m)]


@pytest.mark.parametrize("pool", [MaxPool2d, MeanPool2d])
@pytest.mark.parametrize("activation", ELEMENTWISE)
def test_a_network_of_all_layers_passes_the_gradient_check(activation, pool):
    report = check_network(small(activation, pool=pool), *data(), entries=25)
    assert report.passed, report


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_gradients_are_those_of_torch(dtype):
    torch = pytest.importorskip("torch")
    network = small("tanh", dtype)
    X, Y = data()
    theirs = {
        name: torch.tensor(array, requires_grad=True) for name, array in network.parameters.items()
    }
    convolved = torch.nn.functional.conv2d
    images = torch.tensor(X.astype(dtype))
    a = torch.tanh(convolved(images, theirs["W[1]"], theirs["b[1]"][:, 0], groups=2))
    a = torch.nn.functional.max_pool2d(a, 2, stride=1, padding=1)
    a = torch.nn.functional.pad(a, (1, 1, 0, 1))
    a = torch.tanh(convolved(a, theirs["W[3]"], theirs["b[3]"][:, 0], stride=(2, 1), dilation=2))
    z = theirs["W[5]"] @ a.flatten(1).T + theirs["b[5]"]
    cost = torch.nn.functional.cross_entropy(z.T, torch.tensor(Y.astype(dtype)).T)
    cost.backward()
    rtol = 100 * float(np.finfo(dtype).eps)
    gradient = network.gradient(X, Y).parameters
    assert network.cost(X, Y) == pytest.approx(cost.item(), rel=rtol)
    for name, tensor in theirs.items():
        assert gradient[name].dtype == dtype
        np.testing.assert_allclose(gradient[name], tensor.grad.numpy(), rtol, rtol)


@pytest.mark.parametrize("pool", [MaxPool2d, MeanPool2d])
def test_padding_that_is_named_and_windows_that_hang_over_keep_the_gradient_right(pool):
    layers = [
        Conv2d(drawn((2, 2, 4, 3), 1), drawn((2,), 2), "tanh", padding="same", stride=(1, 2)),
        pool(2, ceil=True),
        Conv2d(drawn((3, 2, 2, 2), 3), drawn((3,), 4), "tanh", padding=("causal", "same")),
        pool(3, stride=1, padding="same"),
        Flatten(),
        Dense(drawn((5, 24), 5), drawn((5,), 6), "softmax"),
    ]
    network, (X, Y) = Network(layers, "softmax_cross_entropy"), data()
    assert network.shapes((2, 7, 6))[1:5] == ((2, 7, 3), (2, 4, 2), (3, 4, 2), (3, 4, 2))
    assert check_network(network, X, Y, entries=25).passed


def test_shapes_are_those_of_what_a_forward_pass_computes():
    network, (X, _) = small(), data()
    trace, shapes = network.forward(X), network.shapes((2, 7, 6))
    assert shapes[0] == X.shape[1:]
    for l in (1, 2, 3):
        assert trace.z[l].shape == trace.a[l].shape == (len(X), *shapes[l])
    for l in (4, 5):
        assert trace.z[l].shape == trace.a[l].shape == (*shapes[l], len(X))


def test_every_layer_has_a_delta_and_only_those_with_weights_a_gradient():
    network, (X, Y) = small(), data()
    gradient, trace = network.gradient(X, Y), network.forward(X)
    assert {l: d.shape for l, d in gradient.delta.items()} == {
        l: z.shape for l, z in trace.z.items()
    }
    assert list(gradient.parameters) == ["W[1]", "b[1]", "W[3]", "b[3]", "W[5]", "b[5]"]
    assert list(network.parameters) == list(gradient.parameters)


@given(seed=st.integers(0, 100))
def test_the_gradient_of_a_batch_is_the_mean_over_its_images(seed):
    network, (X, Y) = small(), data(4, seed)
    whole = network.gradient(X, Y).parameters
    single = [network.gradient(X[i : i + 1], Y[:, i : i + 1]).parameters for i in range(4)]
    for name, array in whole.items():
        mean = np.mean([each[name] for each in single], axis=0)
        np.testing.assert_allclose(array, mean, rtol=1e-9, atol=1e-13)


def test_flatten_writes_channel_by_channel_and_row_by_row():
    a = np.arange(24.0).reshape(2, 2, 3, 2)
    columns = Flatten().forward(a)
    np.testing.assert_array_equal(columns, [[i, i + 12] for i in range(12)])
    np.testing.assert_array_equal(Flatten().pull_back(columns, a), a)


def test_a_dense_layer_is_a_convolution_whose_filter_covers_the_image():
    X, _ = data()
    W, b = drawn((5, 84)), drawn((5,), 1)
    by_dense = Network([Flatten(), Dense(W, b, "tanh")], "squared_error")
    filters = Conv2d(W.reshape(5, 2, 7, 6), b, "tanh")
    by_filter = Network(
        [filters, Flatten(), Dense(np.eye(5), np.zeros(5), "identity")], by_dense.loss
    )
    np.testing.assert_allclose(by_filter.predict(X), by_dense.predict(X), rtol=1e-12)


def test_a_run_on_mini_batches_of_images_follows_the_gradients():
    network, (X, Y) = small(), data(5)
    run = sgd(network, X, Y, rate=0.1, epochs=1, batch_size=2, rng=np.random.default_rng(3))
    order = np.random.default_rng(3).permutation(5)
    theta = network
    for batch in (order[:2], order[2:4], order[4:]):
        gradient = theta.gradient(X[batch], Y[:, batch]).parameters
        moved = {name: array - 0.1 * gradient[name] for name, array in theta.parameters.items()}
        theta = theta.with_parameters(moved)
    for name, array in run.network.parameters.items():
        np.testing.assert_allclose(array, theta.parameters[name], rtol=1e-12)
    assert run.costs[-1] == pytest.approx(theta.cost(X, Y), rel=1e-12)


def test_full_batches_and_clipping_work_on_images():
    network, (X, Y) = small(), data(5)
    run = gradient_descent(
        network, X, Y, rate=0.2, epochs=8, clip=lambda gradient: clip_by_norm(gradient, 0.5)
    )
    assert run.costs[-1] < run.costs[0]


def test_a_run_on_images_that_overflows_has_diverged():
    network, (X, Y) = small("identity", np.float32), data(5)
    with pytest.raises(Diverged):
        gradient_descent(network, X.astype(np.float32), Y, rate=1e30, epochs=4)


def test_images_of_the_digits_flatten_to_their_columns():
    train, _ = load_digits()
    np.testing.assert_array_equal(Flatten().forward(train.images[:, np.newaxis]), train.X)


def test_accuracy_hands_images_to_a_network_that_takes_them():
    X = np.array([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
    examples = Examples(X, np.eye(2), np.array([0, 1]))
    bright = Dense(np.array([[-1.0], [1.0]]), [1.0, 0.0], "identity")
    network = Network([MeanPool2d(2), Flatten(), bright], "squared_error")
    assert classify(network, examples.images[:, np.newaxis]).tolist() == [0, 1]
    assert accuracy(network, examples) == 1


def refused(message, error=ValueError):
    return pytest.raises(error, match=f"^{re.escape(message)}")


def test_layers_that_take_something_else_are_refused():
    conv, dense = Conv2d(drawn((1, 1, 2, 2)), [0.0]), Dense(drawn((2, 4)), [0, 0], "identity")
    with refused("layer 2 takes columns, and layer 1 gives images: Flatten leads"):
        Network([conv, dense], "squared_error")
    with refused("layer 2 takes images, and layer 1 gives columns"):
        Network([dense, MaxPool2d(2)], "squared_error")
    with refused("the last layer must give columns to the loss, not images"):
        Network([conv], "squared_error")
    with refused("layers must hold at least one with weights"):
        Network([Flatten()], "squared_error")


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (None, "layers must be a sequence of them, not NoneType"),
        (Flatten(), "layers must be a sequence of them, not Flatten"),
        ([Flatten(), "relu"], "layer 2 must be an object such as Dense(W, b, g), not 'relu'"),
        ([Flatten, Dense([[1.0]], [0], "tanh")], "layer 1 must be an object such as Dense(W, b"),
    ],
)
def test_what_is_no_layer_is_refused(layers, message):
    with refused(message, TypeError):
        Network(layers, "squared_error")


def test_dense_layers_that_do_not_join_are_refused_behind_images_too():
    layers = [Flatten(), *(Dense(drawn(shape), [0, 0], "tanh") for shape in [(2, 16), (2, 3)])]
    with refused("layer 3 does not fit: W must have 2 columns, one for each unit before it, not 3"):
        Network(layers, "squared_error")


def test_half_precision_is_refused_for_images():
    layers = [MaxPool2d(2), Flatten(), Dense(drawn((2, 4), dtype=np.float16), [0, 0], "tanh")]
    with refused("W of layer 3 must be float32 or float64 for images, not float16"):
        Network(layers, "squared_error")


def test_weights_of_another_dtype_are_refused_across_layers_without_any():
    layers = [
        Conv2d(drawn((1, 1, 2, 2), dtype=np.float32), [0.0]),
        Flatten(),
        Dense(drawn((2, 4)), [0, 0], "identity"),
    ]
    with refused("W of layer 3 must be float32, as in layer 1, not float64"):
        Network(layers, "squared_error")


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, 7), "shape must be (C, H, W), as layer 1 takes it, not (2, 7)"),
        (84, "shape must be (C, H, W), as layer 1 takes it, not 84"),
        ((-2, -7, 6), "shape[0] must be at least 1, not -2"),
        ((3, 7, 6), "layer 1 does not fit: W of shape (4, 1, 3, 2) with groups = 2 takes 2 chan"),
        ((2, 2, 6), "layer 1 does not fit: f = 3 "),
        ((2, 9, 6), "layer 5 does not fit: W must have 72 columns, one for each unit before it,"),
    ],
)
def test_images_that_do_not_fit_are_refused_by_the_layer_they_do_not_fit(shape, message):
    with refused(message):
        small().shapes(shape)


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (np.ones((1, 2, 7, 6), int), TypeError, "X must hold floats, such as grey values over 255"),
        (np.ones((2, 7, 6)), ValueError, "X must have shape (m, C, H, W), m images, not (2, 7, 6)"),
        (np.ones((0, 2, 7, 6)), ValueError, "X must have shape (m, C, H, W), m images, not (0"),
        (np.full((1, 2, 7, 6), np.nan), ValueError, "X must be finite, not nan"),
        (np.ones((1, 3, 7, 6)), ValueError, "layer 1 does not fit: W of shape"),
    ],
)
def test_what_is_not_an_image_for_the_network_is_refused(X, error, message):
    with refused(message, error):
        small().forward(X)


def test_targets_that_do_not_fit_are_refused_before_a_run():
    X, _ = data()
    with refused("Y must have a column for each of the 3 examples, not 2"):
        gradient_descent(small(), X, np.eye(5)[:, :2], rate=1, epochs=1)


@pytest.mark.parametrize(
    ("W", "b", "options", "message"),
    [
        (np.ones((3, 3)), [0, 0, 0], {}, "W must have shape (K, C / groups, f, f) with at least"),
        (np.ones((2, 1, 3, 3)), [0.0], {}, "b must have shape (2, 1), a bias per row of W, not"),
        (np.ones((1, 1, 1, 1)), [0.0], {"activation": "softmax"}, "activation must act entry by"),
        (np.ones((1, 1, 1, 1)), [0.0], {"activation": "step"}, "unknown activation 'step'"),
        (np.ones((4, 1, 2, 2)), [0.0] * 4, {"groups": 3}, "groups = 3 must divide the 4 filters"),
        (np.ones((1, 1, 1, 1)), [0.0], {"groups": 0}, "groups must be at least 1, not 0"),
        (np.ones((1, 1, 1, 1)), [0.0], {"padding": (0, -1)}, "padding must be at least 0, not -1"),
        (np.ones((1, 1, 1, 1)), [0.0], {"stride": 0}, "stride must be at least 1, not 0"),
        (np.ones((1, 1, 1, 1)), [0.0], {"dilation": (1, 0)}, "dilation must be at least 1, not 0"),
    ],
)
def test_parameters_that_make_no_convolution_are_refused(W, b, options, message):
    with refused(message):
        Conv2d(W, b, **options)


@pytest.mark.parametrize("pool", [MaxPool2d, MeanPool2d])
@pytest.mark.parametrize(
    ("f", "options", "message"),
    [
        (0, {}, "f must be at least 1, not 0"),
        ((2, 2, 2), {}, "f must be an integer or a pair, not (2, 2, 2)"),
        (2, {"stride": 0}, "stride must be at least 1, not 0"),
        (2, {"padding": 2}, "padding must be at most 1, half of f = 2, not 2"),
    ],
)
def test_numbers_that_make_no_pooling_are_refused(pool, f, options, message):
    with refused(message):
        pool(f, **options)


def test_a_network_of_images_has_no_sizes():
    with refused("network must have dense layers only"):
        _ = small().sizes


class Negate(Layer):
    takes, gives = "columns", "columns"

    def shape_after(self, shape):
        return shape

    def forward(self, a):
        return -a

    def pull_back(self, delta, a):
        return -delta


def test_a_layer_of_ones_own_takes_part():
    layers = [Dense(drawn((3, 2)), [0, 0, 0], "tanh"), Negate(), Dense(drawn((1, 3)), [0], "tanh")]
    X, Y = drawn((2, 4), 7), drawn((1, 4), 8)
    assert check_network(Network(layers, "squared_error"), X, Y).passed


def test_a_layer_of_ones_own_may_be_the_first():
    network = Network([Negate(), Dense(drawn((1, 2)), [0], "tanh")], "squared_error")
    assert check_network(network, drawn((2, 4), 7), drawn((1, 4), 8)).passed
    with refused("layer 2 does not fit: W must have 3 columns, one for each unit before it, not 2"):
        network.predict(np.ones((3, 4)))
    with refused("X must have shape (n, m), a column for each of m examples, not (3, 4, 1)"):
        network.predict(np.ones((3, 4, 1)))


def test_a_layer_keeps_fields_of_its_own_when_its_parameters_change():
    @dataclass(frozen=True, eq=False)
    class Scaled(Dense):
        scale: float

        def forward(self, a):
            return self.scale * super().forward(a)

    network = Network([Scaled([[2.0]], [0], "identity", 10.0)], "squared_error")
    changed = network.with_parameters({name: -p for name, p in network.parameters.items()})
    assert changed.predict([3]) == [[-60]]
