"""The explorer of the softmax says what it shows."""

import pytest

from backprop.explorers.softmax import softmax_explorer


@pytest.fixture(scope="module")
def explorer():
    return softmax_explorer()


def test_with_equal_scores_two_classes_share(explorer):
    explorer.z_1 = 1
    assert "With scores 1.0, 1, 0: probabilities 0.422, 0.422, 0.155;" in explorer.describe()


def test_a_push_is_paid_for_by_the_others(explorer):
    explorer.z_1 = 0
    assert explorer.describe().endswith("slopes 0.167, −0.122, −0.045; rounded.")
