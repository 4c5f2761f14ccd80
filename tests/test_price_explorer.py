"""The explorer of prices reads them from the formulas."""

import pytest

from backprop import counting
from backprop.explorers.price import price_explorer


@pytest.fixture(scope="module")
def explorer():
    return price_explorer(inputs=20, outputs=5)


def test_it_starts_with_the_hidden_layer_of_the_classic_network(explorer):
    assert explorer.value == {"hidden_layers": 1, "units": 30}


@pytest.mark.parametrize(("hidden_layers", "units"), [(1, 30), (4, 1000)])
def test_the_sentence_has_the_price_and_the_factors(explorer, hidden_layers, units):
    explorer.hidden_layers, explorer.units = hidden_layers, units
    sizes = (20, *[units] * hidden_layers, 5)
    factor = counting.finite_differences(sizes) / counting.gradient(sizes)
    rival = counting.unit_differences(sizes) / counting.gradient(sizes)
    sentence = explorer.describe()
    assert "-".join(map(str, sizes)) in sentence
    assert f"takes {counting.gradient(sizes):,} multiplications" in sentence
    assert f"a difference per unit about {rival:,.1f} and brute" in sentence
    assert f"brute force about {factor:,.0f} times as many" in sentence
