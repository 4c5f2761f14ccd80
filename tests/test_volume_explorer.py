"""The volume explorer says what the convolution computes."""

import numpy as np
import pytest

from backprop.convolution import conv2d
from backprop.explorers.volume import by_channel, volume_explorer

RNG = np.random.default_rng(2)
IMAGE = RNG.integers(0, 10, (3, 4, 5)).astype(float)
FILTER = RNG.integers(-3, 4, (3, 3, 2)).astype(float)
SUMS = np.einsum(
    "cijuv,cuv->cij", np.lib.stride_tricks.sliding_window_view(IMAGE, (3, 2), (1, 2)), FILTER
)


@pytest.fixture(scope="module")
def explorer():
    return volume_explorer(IMAGE, FILTER)


def test_channels_add_up_to_the_convolution():
    assert np.array_equal(by_channel(IMAGE, FILTER), SUMS)
    assert np.array_equal(conv2d(IMAGE[np.newaxis], FILTER[np.newaxis])[0, 0], SUMS.sum(axis=0))


@pytest.mark.parametrize("place", [(0, 0), (0, 3), (1, 2)])
def test_sentence_gives_the_sum_of_each_channel(explorer, place):
    explorer.row, explorer.column = place
    red, green, blue = (f"{value:g}".replace("-", "−") for value in SUMS[:, *place])
    together = f"{SUMS.sum(axis=0)[place]:g}".replace("-", "−")
    assert explorer.describe().endswith(
        f"row {place[0]}, column {place[1]}: "
        f"red {red}, green {green}, blue {blue}, together {together}."
    )


def test_the_frames_surround_the_window_and_its_sum(explorer):
    explorer.row, explorer.column = 1, 2
    explorer.describe()
    *windows, output = (panel.patches[0].get_bbox().bounds for panel in explorer._figure.axes)
    assert windows == [(2, 1, 2, 3)] * 3
    assert output == (2, 1, 1, 1)


def test_the_last_picture_shows_the_output(explorer):
    texts = [text.get_text().replace("−", "-") for text in explorer._figure.axes[-1].texts]
    assert [float(text) for text in texts] == SUMS.sum(axis=0).ravel().tolist()


@pytest.mark.parametrize(
    ("image", "w", "message"),
    [
        (IMAGE[:2], FILTER, r"image must have shape \(3, rows, columns\), not \(2, 4, 5\)"),
        (IMAGE[0], FILTER, r"image must have shape"),
        (IMAGE, FILTER[None], r"w must have shape \(3, rows, columns\), not \(1, 3, 3, 2\)"),
    ],
)
def test_shapes_of_another_form_are_refused(image, w, message):
    with pytest.raises(ValueError, match=message):
        volume_explorer(image, w)


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
