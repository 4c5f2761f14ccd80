"""The explorers of slopes say what they show."""

import numpy as np

from backprop import activations
from backprop.explorers.tangent import secant_explorer, tangent_explorer


def test_secant_explorer_names_the_slope_of_the_secant():
    explorer = secant_explorer()
    explorer.h = 1
    assert explorer.describe().endswith("With h = 1.00 the secant has slope 2 + h = 3.00.")


def test_tangent_explorer_reads_value_and_slope_from_its_functions():
    explorer = tangent_explorer(np.sin, np.cos, "sine", r"\sin")
    explorer.z = 0
    assert explorer.describe().endswith("At z = 0.00: sine = 0.000, slope = 1.000.")


def test_tangent_explorer_reaches_six_on_either_side():
    explorer = tangent_explorer(
        activations.sigmoid, activations.sigmoid_derivative, "sigmoid", r"\sigma"
    )
    explorer.z = -6
    assert explorer.describe().endswith("At z = −6.00: sigmoid ≈ 0.002, slope ≈ 0.002.")


def test_tangent_explorer_shows_the_curves_whole():
    upper, lower = tangent_explorer(np.sin, np.cos, "sine", r"\sin")._figure.axes
    for axes in (upper, lower):
        (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
        assert left <= -6 < 6 <= right
        assert bottom <= -1 < 1 <= top


def test_a_slope_that_is_chosen_at_a_kink_is_called_so():
    explorer = tangent_explorer(activations.relu, activations.relu_derivative, "ReLU", "g")
    explorer.z = 0
    assert explorer.describe().endswith("slope = 0.000, chosen at a kink.")
    explorer.z = 0.25
    assert explorer.describe().endswith("slope = 1.000.")


def test_what_rounds_to_0_has_no_sign():
    explorer = tangent_explorer(activations.gelu, activations.gelu_derivative, "GELU", "g")
    explorer.z = -6
    assert explorer.describe().endswith("At z = −6.00: GELU ≈ 0.000, slope ≈ 0.000.")
