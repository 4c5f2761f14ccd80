from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Integer

from backprop import geometry
from backprop.geometry import Sliding
from backprop.symbolic import geometry as symbolic
from backprop.symbolic.geometry import layer_F, layer_J, layer_p, layer_s
from backprop.symbolic.printing import latex

SETTINGS = list(product(range(1, 9), range(1, 5), range(3), range(1, 4), range(1, 4)))


@pytest.mark.parametrize(("n", "f", "p", "s", "d"), SETTINGS[::7])
def test_formulas_give_the_sizes_of_their_twins(n, f, p, s, d):
    F = geometry.span(f, dilation=d)
    letters = [Integer(value) for value in (n, f, p, s, d)]
    options = {"padding": p, "stride": s, "dilation": d}
    if n + 2 * p >= F:
        size = geometry.output_size(n, f, **options)
        assert symbolic.output_size(*letters) == size
        extra = geometry.output_padding(n, f, **options)
        assert symbolic.transposed_size(Integer(size), *letters[1:]) == n - extra
    total = symbolic.same_padding(Integer(n), Integer(s), Integer(F))
    assert max(total, 0) == sum(geometry.same_padding(n, f, stride=s, dilation=d))


layers = st.builds(
    Sliding, st.integers(1, 4), st.integers(0, 2), st.integers(1, 3), st.integers(1, 3)
)
stacks = st.lists(layers, max_size=4)


@given(stacks)
def test_sums_over_a_stack_give_its_receptive_field(stack):
    depth = Integer(len(stack))
    values = {layer_J[0]: Integer(1)}
    for number, layer in enumerate(stack, start=1):
        values[layer_F[number]] = geometry.span(layer.f, dilation=layer.dilation)
        values[layer_p[number]] = layer.padding
        values[layer_s[number]] = layer.stride
        values[layer_J[number]] = symbolic.jump(Integer(number)).doit().subs(values)
    sums = (symbolic.field(depth), symbolic.jump(depth), -symbolic.stack_padding(depth))
    found = tuple(quantity.doit().subs(values) for quantity in sums)
    assert found == geometry.receptive_field(stack)


@given(st.integers(1, 80), stacks)
def test_a_stack_has_the_size_of_one_layer(n, stack):
    size = n
    try:
        for layer in stack:
            size = geometry.output_size(size, **layer._asdict())
    except ValueError:
        return
    field = geometry.receptive_field(stack)
    assert geometry.output_size(n, field.size, padding=-field.start, stride=field.jump) == size


def test_letters_of_a_layer_carry_its_number():
    assert latex(layer_F[symbolic.l - 1]) == "F^{[l - 1]}"
