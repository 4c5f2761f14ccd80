"""What the page "If you come from ..." says about PyTorch, wherever it is installed."""

import numpy as np
import pytest

from backprop import losses
from backprop.convolution import conv2d
from backprop.initialization import normal
from backprop.network import dense_network

OUTPUTS, EXAMPLES = 3, 5


@pytest.fixture(scope="module")
def torch():
    torch = pytest.importorskip("torch")
    torch.set_default_dtype(torch.float64)
    yield torch
    torch.set_default_dtype(torch.float32)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def layer(torch, rng):
    """Return our network of one sigmoid layer, torch's, and the examples in rows."""
    ours = dense_network(
        (4, OUTPUTS), ["sigmoid"], "mean_squared_error", weights=normal(1), rng=rng
    )
    theirs = torch.nn.Linear(4, OUTPUTS)
    theirs.weight.data = torch.tensor(ours.layer[1].W)
    theirs.bias.data = torch.tensor(ours.layer[1].b.ravel())
    rows = rng.normal(size=(EXAMPLES, 4)), rng.uniform(size=(EXAMPLES, OUTPUTS))
    return ours, theirs, *rows


def test_torch_keeps_target_by_source_and_examples_in_rows(torch, layer):
    ours, theirs, x, _ = layer
    z = theirs(torch.tensor(x)).detach().numpy()
    W, b = theirs.weight.detach().numpy(), theirs.bias.detach().numpy()
    assert np.allclose(z, x @ W.T + b)
    assert np.allclose(z.T, ours.forward(x.T).z[1])


def test_slope_by_z_in_torch_is_the_error_divided_by_the_number_of_examples(torch, layer):
    ours, theirs, x, y = layer
    z = theirs(torch.tensor(x))
    z.retain_grad()
    torch.nn.MSELoss()(torch.sigmoid(z), torch.tensor(y)).backward()
    found = ours.gradient(x.T, y.T)
    assert np.allclose(z.grad.T, found.delta[1] / EXAMPLES)
    assert np.allclose(theirs.weight.grad, found.W[1])
    assert np.allclose(theirs.bias.grad, found.b[1].ravel())


def test_gradients_in_torch_add_up_until_they_are_cleared(torch, layer):
    _, theirs, x, _ = layer
    theirs(torch.tensor(x)).sum().backward()
    once = theirs.weight.grad.clone()
    theirs(torch.tensor(x)).sum().backward()
    assert torch.allclose(theirs.weight.grad, 2 * once)


def test_mse_loss_is_a_mean_over_all_entries(torch, rng):
    a, y = rng.normal(size=(2, EXAMPLES, OUTPUTS))
    loss = torch.nn.MSELoss()(torch.tensor(a), torch.tensor(y))
    assert np.isclose(loss, np.sum((a - y) ** 2) / (EXAMPLES * OUTPUTS))


def test_cross_entropy_loss_takes_scores_and_is_a_mean_over_the_examples(torch, rng):
    z, classes = rng.normal(size=(EXAMPLES, OUTPUTS)), np.array([0, 2, 1, 1, 0])
    ours = losses.softmax_cross_entropy(z.T, np.eye(OUTPUTS)[classes].T)
    mean = torch.nn.CrossEntropyLoss()(torch.tensor(z), torch.tensor(classes))
    total = torch.nn.CrossEntropyLoss(reduction="sum")(torch.tensor(z), torch.tensor(classes))
    assert np.isclose(mean, np.mean(ours))
    assert np.isclose(total, EXAMPLES * np.mean(ours))


def test_bce_losses_are_means_over_all_entries_of_scores_and_of_probabilities(torch, rng):
    z, y = rng.normal(size=(EXAMPLES, OUTPUTS)), rng.integers(0, 2, (EXAMPLES, OUTPUTS))
    mean = np.mean(losses.sigmoid_cross_entropy(z.T, y.T)) / OUTPUTS
    scores, targets = torch.tensor(z), torch.tensor(y, dtype=torch.float64)
    assert np.isclose(torch.nn.BCEWithLogitsLoss()(scores, targets), mean)
    assert np.isclose(torch.nn.BCELoss()(torch.sigmoid(scores), targets), mean)


def test_weight_decay_in_torch_adds_its_share_of_the_parameter_and_of_biases_too(torch):
    w = torch.nn.Parameter(torch.tensor([2.0, -3.0]))
    w.grad = torch.tensor([1.0, 1.0])
    torch.optim.SGD([w], lr=0.1, weight_decay=0.5).step()
    assert torch.allclose(w.data, torch.tensor([2 - 0.1 * (1 + 1), -3 - 0.1 * (1 - 1.5)]))
    layer = torch.nn.Linear(1, 1)
    assert len(torch.optim.SGD(layer.parameters(), lr=1).param_groups[0]["params"]) == 2


@pytest.mark.parametrize("groups", [1, 2])
def test_conv2d_in_torch_has_our_axes(torch, rng, groups):
    theirs = torch.nn.Conv2d(4, 6, (3, 2), groups=groups)
    w, b = theirs.weight.detach().numpy(), theirs.bias.detach().numpy()
    x = rng.normal(size=(2, 4, 7, 8))
    assert w.shape == (6, 4 // groups, 3, 2)
    assert np.allclose(theirs(torch.tensor(x)).detach(), conv2d(x, w, b, groups=groups))
