"""How parameters begin: moments, ranges, fans, seeds and bad input."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop.initialization import (
    constant,
    he_normal,
    he_uniform,
    normal,
    uniform,
    xavier_normal,
    xavier_uniform,
    zeros,
)

RANDOM = {
    "normal": normal(0.3),
    "uniform": uniform(0.3),
    "xavier_normal": xavier_normal,
    "xavier_uniform": xavier_uniform,
    "he_normal": he_normal,
    "he_uniform": he_uniform,
}
SCALED = {name: RANDOM[name] for name in RANDOM if "_" in name}

# (shape, fan-in, fan-out): a layer of 300 units after 100, and 60 filters of 5 x 4 x 3
SHAPES = [((300, 100), 100, 300), ((60, 5, 4, 3), 60, 720)]

every_random = pytest.mark.parametrize("initialiser", RANDOM.values(), ids=RANDOM)
every_scaled = pytest.mark.parametrize("initialiser", SCALED.values(), ids=SCALED)


def generator(seed=0):
    return np.random.default_rng(seed)


def std(name, fan_in, fan_out):
    """The standard deviation that a name promises."""
    return {
        "normal": 0.3,
        "uniform": 0.3 / math.sqrt(3),
        "xavier": math.sqrt(2 / (fan_in + fan_out)),
        "he": math.sqrt(2 / fan_in),
    }[name.split("_")[0]]


@pytest.mark.parametrize(("shape", "fan_in", "fan_out"), SHAPES, ids=["dense", "filters"])
@pytest.mark.parametrize("name", RANDOM)
def test_the_moments_are_those_promised(name, shape, fan_in, fan_out):
    draws = np.concatenate([RANDOM[name](shape, generator(seed)).ravel() for seed in range(20)])
    spread = std(name, fan_in, fan_out)
    assert abs(draws.mean()) < 4 * spread / math.sqrt(draws.size)
    assert draws.std() == pytest.approx(spread, rel=4 / math.sqrt(2 * draws.size))


@pytest.mark.parametrize(("shape", "fan_in", "fan_out"), SHAPES, ids=["dense", "filters"])
@pytest.mark.parametrize("name", [name for name in RANDOM if "uniform" in name])
def test_uniform_draws_fill_their_range(name, shape, fan_in, fan_out):
    draws, bound = RANDOM[name](shape, generator()), math.sqrt(3) * std(name, fan_in, fan_out)
    assert draws.min() == pytest.approx(-bound, rel=1e-2)
    assert draws.max() == pytest.approx(bound, rel=1e-2)
    assert -bound <= draws.min() and draws.max() < bound


@pytest.mark.parametrize("name", [name for name in RANDOM if "normal" in name])
def test_normal_draws_have_normal_tails(name):
    draws = RANDOM[name]((300, 100), generator()) / std(name, 100, 300)
    shares = [np.mean(np.abs(draws) < k) for k in (1, 2, 3)]
    assert shares == pytest.approx([0.6827, 0.9545, 0.9973], abs=0.01)


def test_he_sees_fan_in_alone_and_xavier_both():
    wide, narrow = (500, 100), (20, 100)
    spreads = {
        name: [initialiser(shape, generator()).std() for shape in (wide, narrow)]
        for name, initialiser in SCALED.items()
    }
    for name in "he_normal", "he_uniform":
        assert spreads[name][0] == pytest.approx(spreads[name][1], rel=0.05)
    for name in "xavier_normal", "xavier_uniform":
        assert spreads[name][0] == pytest.approx(spreads[name][1] / math.sqrt(5), rel=0.05)


@every_random
@given(st.integers(0, 2**32 - 1))
def test_a_seed_gives_the_same_draw_and_the_next_draw_is_another(initialiser, seed):
    rng = generator(seed)
    first, second = initialiser((3, 2), rng), initialiser((3, 2), rng)
    np.testing.assert_array_equal(first, initialiser((3, 2), generator(seed)))
    assert not np.array_equal(first, second)


@every_random
def test_the_global_generator_is_left_alone(initialiser):
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    initialiser((3, 2), generator())
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize("initialiser", [zeros, constant(2), *RANDOM.values()])
@pytest.mark.parametrize("shape", [(4, 3), (1, 1), (6, 2, 3, 3)])
def test_a_draw_is_a_new_float64_array_of_the_shape(initialiser, shape):
    first, second = (initialiser(shape, generator()) for _ in range(2))
    assert (first.shape, first.dtype) == (shape, np.float64)
    assert first.flags.writeable
    assert not np.shares_memory(first, second)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_constant_is_everywhere_and_needs_no_generator(value):
    assert (constant(value)((3, 1), None) == value).all()
    assert not zeros((3, 1)).any()


# Bad input


@every_random
@pytest.mark.parametrize("rng", [None, 0, np.random.RandomState(0), np.random])
def test_what_is_no_generator_is_a_type_error_that_names_rng(initialiser, rng):
    with pytest.raises(TypeError, match=r"^rng must be a numpy.random.Generator, such as default"):
        initialiser((3, 2), rng)


@every_scaled
@pytest.mark.parametrize(
    "shape", [(), (3,), (3, 0), (0, 3), (3, -1), (3, 2, 0, 2), (3, 2.0), (3, True), 3, "32"]
)
def test_a_shape_without_fans_is_a_value_error_that_names_it(initialiser, shape):
    message = f"shape must be at least two positive integers, not {shape!r}"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        initialiser(shape, generator())


@pytest.mark.parametrize(("make", "name"), [(normal, "std"), (uniform, "bound")])
@pytest.mark.parametrize("bad", [0, -1, math.inf, math.nan])
def test_a_width_that_is_not_positive_and_finite_is_a_value_error(make, name, bad):
    with pytest.raises(ValueError, match=rf"^{name} must lie strictly between 0 and inf, not "):
        make(bad)


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan])
def test_a_constant_that_is_not_finite_is_a_value_error(bad):
    with pytest.raises(ValueError, match=r"^value must lie strictly between -inf and inf, not "):
        constant(bad)


@pytest.mark.parametrize("make", [normal, uniform, constant])
@pytest.mark.parametrize("bad", ["1", None, True, 1j, [1]])
def test_a_width_that_is_no_number_is_a_type_error(make, bad):
    with pytest.raises(TypeError, match=r"^(std|bound|value) must be a number, not "):
        make(bad)
