"""The depth explorer says what the networks compute."""

import numpy as np
import pytest

from backprop.explorers.depth import depth_explorer, gradient_norms


@pytest.fixture(scope="module")
def explorer():
    return depth_explorer()


def test_sentence_gives_the_gradient_of_the_first_layer(explorer):
    explorer.depth, explorer.scale = 20, 1
    assert explorer.describe().endswith(
        f"20 layers, standard deviation 1/√30. Layer 1 gets, rounded: "
        f"sigmoid {next(gradient_norms(20, 1, 'sigmoid')):.1e}, "
        f"tanh {next(gradient_norms(20, 1, 'tanh')):.1e}, "
        f"relu {next(gradient_norms(20, 1, 'relu')):.1e}."
    )


def test_each_layer_has_its_point(explorer):
    explorer.depth, explorer.scale = 5, 2
    explorer.describe()
    for curve in explorer._figure.axes[0].get_lines():
        layers, norms = curve.get_data()
        assert list(layers) == [1, 2, 3, 4, 5]
        assert np.array_equal(norms, list(gradient_norms(5, 2, curve.get_label())))


def test_sigmoid_gradients_shrink_towards_the_first_layer():
    norms = list(gradient_norms(20, 1, "sigmoid"))
    assert (np.diff(norms[:-1]) > 0).all()


@pytest.mark.parametrize(("scale", "grows"), [(1, False), (2, True)])
def test_relu_gradients_grow_with_depth_only_above_root_two(scale, grows):
    shallow, deep = (next(gradient_norms(depth, scale, "relu")) for depth in (10, 40))
    assert (deep > shallow) is grows
