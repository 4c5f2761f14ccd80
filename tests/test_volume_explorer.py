"""The volume explorer says what the convolution computes."""

import numpy as np
import pytest

from backprop.convolution import conv2d
from backprop.explorers.volume import by_channel, volume_explorer

RNG = np.random.default_rng(2)
IMAGE = RNG.integers(0, 10, (3, 4, 4)).astype(float)
FILTER = RNG.integers(-3, 4, (3, 3, 3)).astype(float)
SUMS = np.einsum(
    "cijuv,cuv->cij", np.lib.stride_tricks.sliding_window_view(IMAGE, (3, 3), (1, 2)), FILTER
)


@pytest.fixture(scope="module")
def explorer():
    return volume_explorer(IMAGE, FILTER)


def test_channels_add_up_to_the_convolution():
    assert np.array_equal(by_channel(IMAGE, FILTER), SUMS)
    assert np.array_equal(conv2d(IMAGE[np.newaxis], FILTER[np.newaxis])[0, 0], SUMS.sum(axis=0))


@pytest.mark.parametrize("place", [(0, 0), (0, 1), (1, 0)])
def test_sentence_gives_the_sum_of_each_channel(explorer, place):
    explorer.row, explorer.column = place
    red, green, blue = (f"{value:g}".replace("-", "−") for value in SUMS[:, *place])
    together = f"{SUMS.sum(axis=0)[place]:g}".replace("-", "−")
    assert explorer.describe().endswith(
        f"row {place[0]}, column {place[1]}: "
        f"red {red}, green {green}, blue {blue}, together {together}."
    )


def test_the_entries_of_the_filter_lie_on_the_cells_of_the_window(explorer):
    explorer.row, explorer.column = 1, 0
    explorer.describe()
    for panel, weights in zip(explorer._figure.axes, FILTER, strict=False):
        factors = [text for text in panel.texts if text.get_text().startswith("×")]
        for factor in factors:
            column, row = np.floor(factor.get_position()).astype(int)
            shown = float(factor.get_text()[1:].replace("−", "-"))
            assert shown == weights[row - 1, column]
        assert len(factors) == weights.size
