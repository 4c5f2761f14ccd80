"""The layers explorer: shapes and counts are those of a network, and bad sizes are refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop.explorers import LayersExplorer
from backprop.initialization import constant
from backprop.network import dense_network

SIZES = st.lists(st.integers(1, 40), min_size=2, max_size=5)


def network(sizes):
    activations = ["tanh"] * (len(sizes) - 1)
    return dense_network(sizes, activations, "squared_error", weights=constant(0))


@given(SIZES)
def test_the_parameters_are_those_of_a_network(sizes):
    layers = network(sizes).layers
    explorer = LayersExplorer(sizes=sizes)
    assert explorer.parameters == [layer.W.size + layer.b.size for layer in layers]


@given(SIZES, st.integers(1, 32))
def test_the_shapes_are_those_of_a_forward_pass(sizes, m):
    net = network(sizes)
    trace = net.forward(np.zeros((sizes[0], m)))
    for l, shapes in enumerate(LayersExplorer(sizes=sizes, m=m).shapes, 1):
        layer = net.layer[l]
        arrays = {"W": layer.W, "before": trace.a[l - 1], "b": layer.b}
        arrays |= {"z": trace.z[l], "a": trace.a[l]}
        assert shapes == {name: array.shape for name, array in arrays.items()}


@pytest.mark.parametrize(
    ("sizes", "sentence"),
    [
        ((5, 6, 3, 1), "A 5-6-3-1 network for one example has 61 parameters (36 + 21 + 4)."),
        (
            (784, 30, 10),
            "A 784-30-10 network for one example has 23,860 parameters (23,550 + 310).",
        ),
        ((1, 1), "A 1-1 network for one example has 2 parameters."),
    ],
)
def test_it_says_how_many_parameters_there_are(sizes, sentence):
    assert LayersExplorer(sizes=sizes).describe() == sentence


def test_more_examples_need_no_more_parameters():
    explorer = LayersExplorer(m=8)
    assert explorer.parameters == LayersExplorer().parameters
    assert "for 8 examples" in explorer.describe()


@pytest.mark.parametrize(
    "sizes", [(5,), (1,) * 6, (), 3, "56", (5, 0), (5, 1001), (5, 2.5), (5, True), (5, "6"), None]
)
def test_sizes_of_another_form_are_refused(sizes):
    explorer = LayersExplorer()
    with pytest.raises(ValueError, match="sizes must be 2 to 5 integers from 1 to 1000"):
        explorer.sizes = sizes
    assert explorer.sizes == (5, 6, 3, 1)


@pytest.mark.parametrize("m", [0, 33, 1.5, True])
def test_a_number_of_examples_out_of_range_is_refused(m):
    with pytest.raises(ValueError, match="m must be an integer from 1 to 32"):
        LayersExplorer(m=m)


def test_numpy_integers_are_integers():
    assert LayersExplorer(sizes=np.array([2, 3])).sizes == (2, 3)


def test_presets_and_the_first_sizes_can_be_set_with_the_sliders():
    explorer = LayersExplorer()
    for sizes in [*explorer.presets, explorer.sizes]:
        assert set(sizes) <= set(explorer.choices)
        assert LayersExplorer(sizes=sizes).sizes == tuple(sizes)


def test_value_follows_what_the_reader_moves():
    explorer = LayersExplorer()
    explorer.sizes = [3, 2, 1]
    assert explorer.value == {"sizes": (3, 2, 1), "m": 1}
    assert repr(explorer) == "LayersExplorer(sizes=(3, 2, 1), m=1)"


def test_the_picture_is_the_same_each_time_and_follows_the_sizes():
    pictures = [LayersExplorer(sizes=sizes).png() for sizes in [(2, 1), (2, 1), (784, 30, 10)]]
    assert pictures[0].startswith(b"\x89PNG\r\n")
    assert pictures[0] == pictures[1] != pictures[2]
