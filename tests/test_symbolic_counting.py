import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Sum

from backprop import counting
from backprop.symbolic import counting as symbolic
from backprop.symbolic.counting import L, hidden, i, j, k, l, n, written_out
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


def each_product():
    """Return the backward pass as a sum of ones, a one for each product that it forms."""
    outputs = Sum(3, (k, 1, n[L]))
    inside = Sum(2 + Sum(1, (i, 1, n[l + 1])), (k, 1, n[l]), (l, 1, L - 1))
    return outputs + inside + Sum(1, (j, 1, n[l - 1]), (k, 1, n[l]), (l, 1, L))


def test_the_backward_formula_is_proved_for_any_sizes():
    proof = Derivation(each_product()).step(symbolic.backward, because="counted")
    assert proof.end == symbolic.backward


@pytest.mark.parametrize(
    "slip", [symbolic.backward + n[0] * n[1], symbolic.backward - n[L], symbolic.backward - hidden]
)
def test_a_slip_in_the_backward_formula_is_refuted(slip):
    with pytest.raises(FalseStep):
        Derivation(each_product()).step(slip, because="a slip")


def test_sizes_are_displayed_as_the_book_writes_them():
    assert latex(n[l - 1]) == "n^{[l - 1]}"
    assert latex(3 * n[L]) == "3 n^{[L]}"
