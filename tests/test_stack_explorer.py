"""The stack explorer: its table is that of arrays, and other stacks are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop.convolution import conv2d, max_pool2d
from backprop.explorers import StackExplorer
from backprop.explorers.stack import PRESETS, Row, convolution, pooling

CONVOLUTIONS = st.builds(
    convolution,
    st.integers(1, 3),
    st.integers(1, 4),
    padding=st.integers(0, 2),
    stride=st.integers(1, 3),
    dilation=st.integers(1, 2),
)
STACKS = st.lists(CONVOLUTIONS | st.builds(pooling, st.integers(1, 3)), max_size=3)
NO_PADDING = {"convolution": {"padding": 0}}


def run(layer, x):
    """Return what a layer of ones makes of x, and how many numbers it holds."""
    if layer["kind"] == "pooling":
        return max_pool2d(x, layer["f"], stride=layer["stride"]), 0
    w = np.ones((layer["filters"], x.shape[1], layer["f"], layer["f"]))
    b = np.ones(layer["filters"])
    slides = {name: layer[name] for name in ("padding", "stride", "dilation")}
    return conv2d(x, w, b, **slides), w.size + b.size


@given(st.integers(1, 12), st.integers(1, 2), STACKS)
def test_shapes_and_parameters_are_those_of_arrays(n, channels, layers):
    explorer = StackExplorer(n, channels, layers)
    x = np.ones((1, channels, n, n))
    for layer, row in zip(explorer.layers, explorer.rows[1:], strict=False):
        x, count = run(layer, x)
        assert x.shape == (1, row.channels, row.size, row.size)
        assert row.parameters == count
    reached = len(explorer.rows) - 1
    if reached < len(layers):
        with pytest.raises(ValueError, match="spans"):
            run(explorer.layers[reached], x)


@settings(max_examples=30)
@given(STACKS)
def test_the_receptive_field_and_the_stride_product_are_those_of_changed_pixels(layers):
    explorer = StackExplorer(
        200, 1, [layer | NO_PADDING.get(layer["kind"], {}) for layer in layers]
    )
    field, jump = explorer.rows[-1][2:4]
    seen = np.eye(field + jump, 200)[:, None, :, None]  # a pixel is changed in each picture
    for layer in explorer.layers:
        seen = along_rows(layer, seen)
    for cell in (0, 1):
        pixels = np.flatnonzero(seen[:, 0, cell, 0])
        assert (pixels[0], pixels[-1]) == (cell * jump, cell * jump + field - 1)


def along_rows(layer, x):
    """Return whether each output cell, along one axis, sees a cell that is not 0."""
    slides = {name: (layer.get(name, 1), 1) for name in ("stride", "dilation")}
    return np.minimum(conv2d(x, np.ones((1, 1, layer["f"], 1)), **slides), 1)


def test_the_table_of_the_network_for_the_digits():
    assert StackExplorer().rows == [
        Row(8, 1, 1, 1, 0, 0),
        Row(8, 8, 3, 1, 80, 8 * 64 * 9),
        Row(4, 8, 4, 2, 0, 0),
        Row(4, 16, 8, 2, 1168, 16 * 16 * 72),
        Row(2, 16, 10, 4, 0, 0),
    ]


@pytest.mark.parametrize(("n", "products"), [(100, 2_593_080), (200, 10_585_080)])
def test_parameters_do_not_grow_with_the_picture_but_multiplications_do(n, products):
    _, row, pooled = StackExplorer(n, 3, [convolution(10, 3), pooling(2)]).rows
    assert (row.parameters, row.multiplications) == (280, products)
    assert (pooled.size, pooled.channels) == ((n - 2) // 2, 10)


@pytest.mark.parametrize(
    ("explorer", "sentence"),
    [
        (
            StackExplorer(),
            "4 layers: 8 × 8 × 1 becomes 2 × 2 × 16, receptive field 10, stride product 4; "
            "1,248 parameters, 23,040 multiplications.",
        ),
        (
            StackExplorer(5, 1, [pooling(5)]),
            "1 layer: 5 × 5 × 1 becomes 1 × 1 × 1, receptive field 5, stride product 5; "
            "0 parameters, 0 multiplications.",
        ),
        (
            StackExplorer(4, 2, [pooling(2), convolution(3, 5, padding=1)]),
            "No window fits in layer 2: it spans 5 cells, the padded input only 2 + 2·1 = 4.",
        ),
        (
            StackExplorer(4, 2, [convolution(3, 3, dilation=2)]),
            "No window fits in layer 1: it spans 5 cells, the input has only 4.",
        ),
    ],
)
def test_it_says_what_it_shows(explorer, sentence):
    assert explorer.describe() == sentence


@pytest.mark.parametrize("name", PRESETS)
def test_windows_fit_in_every_layer_of_a_preset(name):
    explorer = StackExplorer(**PRESETS[name])
    assert len(explorer.rows) == len(explorer.layers) + 1


def test_what_a_layer_is_not_given_is_filled_in():
    explorer = StackExplorer(layers=[convolution(2, 3), pooling(3)])
    assert explorer.layers == [
        {"kind": "convolution", "f": 3, "padding": 0, "stride": 1, "dilation": 1, "filters": 2},
        {"kind": "pooling", "f": 3, "stride": 3},
    ]


def test_value_and_repr_hold_what_the_reader_moves():
    explorer = StackExplorer(layers=[pooling(2)])
    explorer.n = 9
    assert repr(explorer) == (
        "StackExplorer(n=9, channels=1, layers=[{'kind': 'pooling', 'f': 2, 'stride': 2}])"
    )


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (3, "layers must be a list of at most 12, not 3"),
        ([pooling(2)] * 13, "layers must be a list of at most 12, not 13 of them"),
        ([pooling(2), 5], r"layers\[1\] must be a convolution with f, padding"),
        ([{"kind": "dense", "f": 2}], r"layers\[0\] must be a convolution"),
        ([{"kind": ["pooling"], "f": 2}], r"layers\[0\] must be a convolution"),
        ([{"kind": "pooling"}], r"layers\[0\] must be a convolution"),
        ([pooling(2, padding=1)], r"layers\[0\] must be .* a pooling with f, stride, not"),
        ([convolution(513, 3)], r"layers\[0\]\['filters'\] must be an integer from 1 to 512"),
        ([{"kind": "convolution", "f": 3}], r"\['filters'\] must be .* not None"),
        ([pooling(12)], r"layers\[0\]\['f'\] must be an integer from 1 to 11, not 12"),
        ([convolution(1, 3, stride=1.5)], r"layers\[0\]\['stride'\] must be an integer"),
    ],
)
def test_a_stack_of_another_form_is_refused(layers, message):
    explorer = StackExplorer()
    with pytest.raises(ValueError, match=message):
        explorer.layers = layers
    assert explorer.rows == StackExplorer().rows


@pytest.mark.parametrize("values", [{"n": 0}, {"n": 513}, {"channels": 0}, {"channels": True}])
def test_an_input_out_of_range_is_refused(values):
    with pytest.raises(ValueError, match="must be an integer from 1 to 512"):
        StackExplorer(**values)


def test_the_table_for_print_is_the_same_each_time_and_follows_the_stack():
    pictures = [StackExplorer(n).png() for n in (8, 8, 9, 1)]
    assert pictures[0].startswith(b"\x89PNG\r\n")
    assert pictures[0] == pictures[1]
    assert len(set(pictures)) == 3
