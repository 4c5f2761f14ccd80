"""The shift explorer pools what it shows, and says what has stayed."""

import numpy as np
import pytest

from backprop.convolution_loops import max_pool2d, mean_pool2d
from backprop.datasets import load_digits
from backprop.explorers.shift import shift_explorer

POOLS = {"max": max_pool2d, "mean": mean_pool2d}
PICTURE = load_digits()[0].images[4]
CANVAS = np.pad(PICTURE, ((0, 0), (0, 4)))


@pytest.fixture(scope="module")
def explorer():
    return shift_explorer(PICTURE)


def drawn(explorer, shift):
    """Return the cells of each panel, by its title."""
    explorer.shift = shift
    explorer.describe()
    axes = explorer._figure.axes
    return {a.get_title(): np.asarray(a.collections[0].get_array()) for a in axes}


def pooled(name, shift):
    return POOLS[name](np.roll(CANVAS, shift, axis=1)[np.newaxis, np.newaxis], 2)[0, 0]


@pytest.mark.parametrize("shift", range(5))
def test_panels_show_the_picture_and_what_it_is_pooled_to(explorer, shift):
    panels = drawn(explorer, shift)
    assert np.array_equal(panels["picture"], np.roll(CANVAS, shift, axis=1))
    for name in POOLS:
        assert np.allclose(panels[name], pooled(name, shift), rtol=1e-15)


@pytest.mark.parametrize("shift", range(5))
def test_sentence_counts_the_inked_cells_that_stay(explorer, shift):
    counts = {}
    for name in POOLS:
        before, now = pooled(name, 0), pooled(name, shift)
        inked = (before != 0) | (now != 0)
        counts[name] = np.sum((before == now)[inked])
    assert explorer.sentences[shift].startswith(
        f"Shifted by {shift}: of {inked.sum()} cells of an output with ink before or after, "
        f"{counts['max']} of the maxima and {counts['mean']} of the means keep their value."
    )


@pytest.mark.parametrize(("shift", "words"), [(2, "1 cell."), (4, "2 cells.")])
@pytest.mark.parametrize("name", POOLS)
def test_outputs_have_moved_by_as_many_cells_as_it_says(explorer, name, shift, words):
    assert explorer.sentences[shift].endswith(f"Both outputs have moved by {words}")
    panel, start = drawn(explorer, shift)[name], drawn(explorer, 0)[name]
    assert np.array_equal(panel, np.roll(start, shift // 2, axis=1))


@pytest.mark.parametrize("shift", [0, 1, 3])
def test_it_claims_no_move_for_other_shifts(explorer, shift):
    assert "moved" not in explorer.sentences[shift]


def test_it_starts_where_the_picture_is():
    assert shift_explorer(PICTURE).value == {"shift": 0}


@pytest.mark.parametrize("shape", [(8, 7), (8,), (2, 8, 8)])
def test_picture_that_blocks_do_not_fill_is_refused(shape):
    with pytest.raises(ValueError, match="picture must have two even sides"):
        shift_explorer(np.zeros(shape))
