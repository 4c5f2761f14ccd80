"""The explorer of losses reads value and slope from the loss that ships."""

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
    assert f"the loss is {value:.3f}" in explorer.describe()
    assert f"slope {slope:.3f}".replace("-", "−") in explorer.describe()


def test_huber_follows_its_threshold():
    explorer = loss_explorer("huber", r"\hat y", prediction=GRID, threshold=[0.5, 1])
    explorer.prediction, explorer.threshold = 2, 0.5
    assert f"the loss is {float(losses.huber(2.0, 0.0, threshold=0.5)):.3f}" in explorer.describe()


def test_unknown_loss_is_named():
    with pytest.raises(ValueError, match="squared_eror"):
        loss_explorer("squared_eror", "y", prediction=GRID, target=[0, 1])
