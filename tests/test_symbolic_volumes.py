import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import And, Indexed, Integer, Symbol, floor

from backprop import geometry
from backprop.convolution import conv2d
from backprop.symbolic import volumes
from backprop.symbolic.proof import Derivation, FalseStep
from backprop.symbolic.volumes import C, K, M, P, c, f, g, i, j, n_h, n_w, o_h, o_w

LAYERS = st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 5), st.integers(1, 3))


@given(LAYERS)
def test_the_parameters_are_those_of_the_twin(layer):
    channels, filters, field, groups = layer
    channels, filters = channels * groups, filters * groups
    formula = volumes.parameters(channels, filters, field, groups)
    assert formula == geometry.parameters(channels, filters, field, groups=groups)


@given(LAYERS, st.integers(0, 6), st.integers(1, 3))
def test_the_multiplications_are_those_of_the_twin(layer, slack, stride):
    channels, filters, field, groups = layer
    channels, filters = channels * groups, filters * groups
    shape = (channels, field + slack, field + 2 * slack)
    rows, columns = geometry.output_shape(shape[1:], field, stride=stride)
    counted = geometry.multiplications(shape, filters, field, stride=stride, groups=groups)
    formula = volumes.multiplications(channels, filters, field, rows, columns, groups)
    assert formula == counted


@pytest.mark.parametrize(
    ("counted", "formula"),
    [
        (P.value, volumes.parameters(C, K, f, g)),
        (M.value, volumes.multiplications(C, K, f, o_h, o_w, g)),
        (volumes.COUNTED_WEIGHTS, volumes.weights(C, K, f, g)),
    ],
)
def test_a_formula_is_proved_from_what_it_counts(counted, formula):
    whole = {C: g * Symbol("h", integer=True, positive=True)}
    assert Derivation(counted, given=whole).step(formula, because="counted").end == formula


@pytest.mark.parametrize(
    "slip", [K * (f**2 + 1), K * (C * f**2 + o_h * o_w), n_h * n_w * K * (C * f**2 + 1)]
)
def test_a_slip_in_the_parameters_is_refuted(slip):
    with pytest.raises(FalseStep):
        Derivation(P.subs(g, 1).value).step(slip, because="a slip")


@settings(max_examples=20)
@given(st.tuples(*[st.integers(1, 5)] * 3))
def test_the_position_is_that_of_the_ravelled_array(shape):
    cells = np.arange(np.prod(shape)).reshape(shape)
    values = {n_h: shape[1], n_w: shape[2]}
    assert all(volumes.position(*cell).subs(values) == cells[cell] for cell in np.ndindex(*shape))


def test_an_entry_is_that_of_the_convolution():
    rng = np.random.default_rng(0)
    shapes = {"a": (2, 4, 5), "w": (3, 2, 2, 2), "b": (3,)}
    numbers = {name: rng.integers(-3, 4, size=shape) for name, shape in shapes.items()}

    def number(base, *indices):
        return Integer(numbers[str(base)][tuple(map(int, indices))])

    images, filters, biases = (array.astype(float) for array in numbers.values())
    z = conv2d(images[None], filters, biases)[0]
    for place in np.ndindex(z.shape):
        formula = volumes.entry(*place, C=2, f=2).doit()
        assert formula.replace(Indexed, number) == int(z[place])


def test_a_position_gives_back_its_channel_and_row():
    inside = And(i < n_h, j < n_w)
    rows = Derivation(floor(volumes.position(c, i, j) / n_w), where=inside)
    assert rows.step(c * n_h + i, because="the column is rounded away")
    channels = Derivation(floor((c * n_h + i) / n_h), where=inside)
    assert channels.step(c, because="the row is rounded away")
