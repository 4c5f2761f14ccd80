import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Sum

from backprop import counting
from backprop.symbolic import counting as symbolic
from backprop.symbolic.counting import B, F, G, L, equal_layers, hidden, k, l, n, written_out
from backprop.symbolic.printing import latex
from backprop.symbolic.proof import Derivation, FalseStep

SIZES = st.lists(st.integers(1, 1000), min_size=2, max_size=6)
PAIRS = {
    "weights": counting.weights,
    "parameters": counting.parameters,
    "forward": counting.forward,
    "backward": counting.backward,
    "gradient": counting.gradient,
    "finite_differences": counting.finite_differences,
    "unit_differences": counting.unit_differences,
    "weight_differences": counting.weight_differences,
}


@pytest.mark.parametrize("name", PAIRS)
@settings(max_examples=20)
@given(SIZES)
def test_a_formula_gives_the_whole_number_of_its_twin(name, sizes):
    formula = written_out(getattr(symbolic, name), len(sizes) - 1)
    values = {n[number]: size for number, size in enumerate(sizes)}
    assert formula.subs(values) == PAIRS[name](sizes)


@pytest.mark.parametrize(
    ("products", "formula"),
    [(F, symbolic.forward), (B, symbolic.backward), (G, symbolic.gradient)],
)
def test_a_formula_is_proved_from_its_products_for_any_sizes(products, formula):
    assert Derivation(products(L)).step(formula, because="counted").end == formula


@pytest.mark.parametrize(
    "slip", [symbolic.backward + n[0] * n[1], symbolic.backward - n[L], symbolic.backward - hidden]
)
def test_a_slip_in_the_backward_formula_is_refuted(slip):
    with pytest.raises(FalseStep):
        Derivation(B(L)).step(slip, because="a slip")


def test_layers_of_equal_sizes_get_one_letter():
    assert equal_layers(n[0] * n[L] + Sum(n[l - 1], (l, 1, L)), k) == k**2 + Sum(k, (l, 1, L))


def test_sizes_are_displayed_as_the_book_writes_them():
    assert latex(n[l - 1]) == "n^{[l - 1]}"
    assert latex(3 * n[L]) == "3 n^{[L]}"
    assert latex(2 * G(L)) == "2 G"
