"""The explorer of losses reads value and slope from the loss that ships."""

import re

import numpy as np
import pytest

from backprop import losses
from backprop.explorers.loss import loss_explorer

GRID = np.linspace(-2, 2, 5)


def test_squared_error_at_a_prediction_and_a_target():
    explorer = loss_explorer("squared_error", r"\hat y", prediction=GRID, target=[0, 1])
    explorer.prediction, explorer.target = -1, 1
    value = float(losses.squared_error(-1.0, 1.0))
    slope = float(losses.squared_error_gradient(-1.0, 1.0))
    assert f"loss = {value:.3f}" in explorer.describe()
    assert f"slope = {slope:.3f}".replace("-", "−") in explorer.describe()


def test_huber_follows_its_threshold():
    explorer = loss_explorer("huber", r"\hat y", prediction=GRID, threshold=[0.5, 1])
    explorer.prediction, explorer.threshold = 2, 0.5
    assert f"loss = {float(losses.huber(2.0, 0.0, threshold=0.5)):.3f}" in explorer.describe()


def test_the_readout_of_the_squared_error_obeys_its_formula():
    explorer = loss_explorer(
        "squared_error", r"\hat y", prediction=np.linspace(-2, 2, 17), target=[-1, 0, 1]
    )
    for explorer.prediction in np.linspace(-2, 2, 17):
        for explorer.target in (-1, 0, 1):
            text = explorer.describe().replace("−", "-")
            at, target, value, slope = map(float, re.findall(r"-?\d+\.?\d*", text))
            assert (value, slope) == ((at - target) ** 2, 2 * (at - target))


def test_a_slope_that_is_chosen_at_a_kink_is_called_so():
    explorer = loss_explorer("absolute_error", r"\hat y", prediction=GRID, target=[0, 1])
    explorer.prediction, explorer.target = 1, 1
    assert explorer.describe().endswith("slope = 0.0000, chosen at a kink.")
    explorer.prediction = 0
    assert explorer.describe().endswith("slope = −1.0000.")


def test_unknown_loss_is_named():
    with pytest.raises(ValueError, match="squared_eror"):
        loss_explorer("squared_eror", "y", prediction=GRID, target=[0, 1])
