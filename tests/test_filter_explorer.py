"""The filter explorer: what it computes and says, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop import convolution_loops
from backprop.datasets import load_digits
from backprop.explorers import FilterExplorer
from backprop.explorers.filter import FILTERS

A = [
    [5, 3, 6, 8, 9, 1],
    [1, 6, 8, 3, 2, 1],
    [9, 9, 3, 2, 1, -1],
    [1, 1, 8, 4, 6, 5],
    [9, 3, 4, 0, 0, 1],
    [0, 1, 2, 3, 4, 3],
]
EDGES = [[-2, 5, 5, 12], [-8, 7, 10, 4], [4, 7, 8, 1], [-4, -2, 4, -2]]

WEIGHTS = st.lists(st.lists(st.integers(-9, 9), min_size=3, max_size=3), min_size=3, max_size=3)


def test_the_filter_for_vertical_edges_finds_those_of_the_worked_example():
    assert FilterExplorer(A).output.tolist() == EDGES


def test_a_true_convolution_with_that_filter_changes_the_signs():
    assert FilterExplorer(A, flipped=True).output.tolist() == (-np.array(EDGES)).tolist()


@given(WEIGHTS, st.sampled_from([0, 1]), st.booleans())
def test_the_output_is_that_of_the_loops(weights, padding, flipped):
    explorer = FilterExplorer(A, weights, padding=padding, flipped=flipped)
    w = np.array(weights, dtype=float)
    x = np.array(A, dtype=float)[None, None]
    w = (np.flip(w) if flipped else w)[None, None]
    expected = convolution_loops.conv2d(x, w, padding=padding)[0, 0]
    assert np.array_equal(explorer.output, expected)


def test_a_horizontal_filter_is_a_vertical_one_transposed():
    pairs = [("vertical edges", "horizontal edges"), ("Sobel vertical", "Sobel horizontal")]
    for vertical, horizontal in pairs:
        assert np.array_equal(np.transpose(FILTERS[vertical]), FILTERS[horizontal])


def test_sharpening_takes_the_laplacian_from_the_picture():
    difference = np.subtract(FILTERS["identity"], FILTERS["Laplacian"])
    assert np.array_equal(FILTERS["sharpen"], difference)


def test_the_first_picture_is_the_first_zero_of_the_digits():
    train, _ = load_digits()
    assert train.labels[0] == 0
    assert np.array_equal(np.array(FilterExplorer().image) / 16, train.images[0])


def test_it_says_what_it_shows():
    assert FilterExplorer(A, row=0, column=3).describe() == (
        "The filter “vertical edges” by cross-correlation with padding 0: input 6 x 6, output "
        "4 x 4 with values from -8 to 12. Output (0, 3) is 12."
    )
    own = FilterExplorer(A, [[0, 0, 0], [0, 2.5, 0], [0, 0, 0]], padding=1, flipped=True).describe()
    assert own.startswith(
        "The filter [0 0 0; 0 2.5 0; 0 0 0] by true convolution with padding 1: "
        "input 6 x 6, output 6 x 6"
    )


def test_value_and_repr_hold_what_the_reader_moves():
    explorer = FilterExplorer(A, "identity", padding=1)
    assert repr(explorer) == (
        "FilterExplorer(filter=((0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 0.0)), "
        "padding=1, flipped=False, row=0, column=0)"
    )
    explorer.flipped = True
    assert explorer.value["flipped"] is True


def test_the_chosen_cell_stays_inside_a_shrinking_output():
    explorer = FilterExplorer(A, padding=1, row=5, column=4)
    explorer.padding = 0
    assert (explorer.row, explorer.column) == (3, 3)
    explorer.image = np.ones((3, 4))
    assert (explorer.row, explorer.column) == (0, 1)


@pytest.mark.parametrize(
    "image",
    [
        np.ones((2, 3)),
        np.ones((25, 3)),
        np.ones(9),
        np.ones((1, 3, 3)),
        np.ones((0, 3)),
        np.full((3, 3), np.nan),
        np.full((3, 3), -1000001),
        [[1, 2, 3], [4]],
        np.ones((3, 3)) * 1j,
        "picture",
        7,
    ],
)
def test_a_picture_of_another_form_is_refused(image):
    with pytest.raises(ValueError, match=r"image must be numbers up to 1,000,000 in size, in 3"):
        FilterExplorer(image)


def test_a_number_out_of_range_is_said():
    with pytest.raises(ValueError, match=r"not an array of shape \(3, 3\), up to 101 in size$"):
        FilterExplorer(A, np.full((3, 3), -101))


@pytest.mark.parametrize(
    "weights", ["sobel", np.ones((2, 2)), np.full((3, 3), 101), [[np.inf] * 3] * 3, None, 1]
)
def test_a_filter_of_another_form_is_refused(weights):
    explorer = FilterExplorer(A)
    with pytest.raises(ValueError, match=r"filter must be 3 x 3 numbers from -100 to 100"):
        explorer.filter = weights
    assert explorer.output.tolist() == EDGES


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("padding", 2, "0 to 1"),
        ("flipped", 1, "True or False"),
        ("row", 4, "less than 4, the rows"),
        ("column", 4, "less than 4, the columns"),
        ("row", -1, "from 0"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(name, value, allowed):
    with pytest.raises(ValueError, match=rf"{name} must be .*{allowed}.*not {value!r}"):
        FilterExplorer(A, **{name: value})


def test_an_unknown_argument_is_refused():
    with pytest.raises(TypeError, match="stride is not one of filter, padding"):
        FilterExplorer(stride=2)


@pytest.mark.parametrize("image", [A, np.zeros((24, 3))])
def test_the_picture_for_print_is_the_same_each_time_and_follows_the_filter(image):
    filters = ["mean", "mean", "identity"]
    pictures = [FilterExplorer(image, name, padding=1).png() for name in filters]
    assert pictures[0].startswith(b"\x89PNG\r\n")
    assert pictures[0] == pictures[1]
    assert np.any(image) == (pictures[1] != pictures[2])
