from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop import counting
from backprop.initialization import normal
from backprop.network import dense_network

SIZES = st.lists(st.integers(1, 5), min_size=2, max_size=5).map(tuple)
MNIST = (784, 30, 10)


def sigmoid_network(sizes, seed=0):
    activations = ["sigmoid"] * (len(sizes) - 1)
    rng = np.random.default_rng(seed)
    return dense_network(
        sizes, activations, "squared_error", weights=normal(1), biases=normal(1), rng=rng
    )


def example(sizes, seed=1):
    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, sizes[0]), rng.uniform(0, 1, sizes[-1])


@given(SIZES)
def test_the_formulas_are_what_plain_loops_multiply(sizes):
    counts = counting.count(sigmoid_network(sizes), *example(sizes))
    assert counts.forward == counting.forward(sizes)
    assert counts.backward == counting.backward(sizes)
    assert counts.forward + counts.backward == counting.gradient(sizes)


@given(SIZES)
def test_what_the_loops_count_is_a_gradient(sizes):
    network, (x, y) = sigmoid_network(sizes), example(sizes)
    counted = counting.count(network, x, y).gradient
    gradient = network.gradient(x, y).parameters
    assert counted.keys() == gradient.keys()
    for name, expected in gradient.items():
        np.testing.assert_allclose(counted[name], expected, rtol=1e-12, atol=1e-15)


@given(SIZES)
def test_the_parameters_are_those_of_a_network(sizes):
    entries = [array.size for array in sigmoid_network(sizes).parameters.values()]
    assert counting.parameters(sizes) == sum(entries)
    assert counting.evaluations(sizes) == 1 + sum(entries)
    assert counting.evaluations(sizes, central=True) == 2 * sum(entries)


def rest_of_the_way(W, tally, l, z, unit, change):
    """Carry a change of one z of layer l on to the output, in counted numbers; return its a."""
    L = len(W)
    changed = list(z[l])
    changed[unit] = changed[unit] + change
    a = [tally.number(np.tanh(value.value)) for value in changed]
    if l < L:
        step = a[unit] - tally.number(np.tanh(z[l][unit].value))
        column = [row[unit] * step for row in W[l + 1]]
        a = [
            tally.number(np.tanh(old.value + new.value))
            for old, new in zip(z[l + 1], column, strict=True)
        ]
    for row_of in range(l + 2, L + 1):
        products = [[w * v for w, v in zip(row, a, strict=True)] for row in W[row_of]]
        a = [tally.number(np.tanh(sum(row).value)) for row in products]
    return np.array([value.value for value in a])


def traced(W, tally, x):
    """Return every z and a of a network of tanh units without biases."""
    z, a = {}, {0: x}
    for l, matrix in W.items():
        z[l] = [sum(w * v for w, v in zip(row, a[l - 1], strict=True)) for row in matrix]
        a[l] = [tally.number(np.tanh(value.value)) for value in z[l]]
    return z, a


@settings(max_examples=30)
@given(SIZES)
def test_structured_differences_multiply_what_their_formula_says(sizes):
    rng = np.random.default_rng(2)
    tally = counting.Tally()
    matrices = {l: rng.normal(size=(n, p)) for l, (p, n) in enumerate(pairwise(sizes), 1)}
    W = {l: tally.numbers(matrix) for l, matrix in matrices.items()}
    z, a = traced(W, tally, tally.numbers(rng.normal(size=sizes[0])))
    h = 0.5
    for l, matrix in matrices.items():
        for k, j in np.ndindex(matrix.shape):
            found = rest_of_the_way(W, tally, l, z, k, h * a[l - 1][j])
            bumped = {**matrices, l: matrix.copy()}
            bumped[l][k, j] += h
            expected = np.array([[value.value] for value in a[0]])
            for factor in bumped.values():
                expected = np.tanh(factor @ expected)
            np.testing.assert_allclose(found, expected[:, 0], rtol=1e-9, atol=1e-12)
        for k in range(len(matrix)):
            rest_of_the_way(W, tally, l, z, k, h)
    assert tally.multiplications == counting.weight_differences(sizes)


@settings(max_examples=30)
@given(SIZES)
def test_unit_differences_multiply_what_their_formula_says(sizes):
    rng = np.random.default_rng(3)
    tally = counting.Tally()
    W = {l: tally.numbers(rng.normal(size=(n, p))) for l, (p, n) in enumerate(pairwise(sizes), 1)}
    z, a = traced(W, tally, tally.numbers(rng.normal(size=sizes[0])))
    for l in W:
        for k in range(sizes[l]):
            (change,) = rest_of_the_way(W, tally, l, z, k, 0.5)[:1]
            for before in a[l - 1]:
                _ = before * change
    assert tally.multiplications == counting.unit_differences(sizes)


def test_the_prices_of_the_classic_network():
    assert counting.forward(MNIST) == 23_820
    assert counting.backward(MNIST) == 24_210
    assert counting.gradient(MNIST) == 48_030
    assert counting.evaluations(MNIST) == 23_861
    assert counting.evaluations(MNIST, central=True) == 47_720
    assert 60_000 * counting.finite_differences(MNIST) == 34_102_141_200_000


@given(SIZES, st.integers(0, 9), st.integers(0, 9))
def test_another_price_of_a_slope_changes_the_total_by_so_much_a_unit(sizes, output, hidden):
    free = counting.backward(sizes, output=0, hidden=0)
    total = counting.backward(sizes, output=output, hidden=hidden)
    assert total - free == output * sizes[-1] + hidden * sum(sizes[1:-1])


def test_one_layer_has_no_sum_over_the_next():
    assert counting.backward((7, 4)) == 7 * 4 + 3 * 4


@given(SIZES)
def test_what_is_stored_is_what_a_pass_leaves_behind(sizes):
    trace = sigmoid_network(sizes).forward(example(sizes)[0])
    held = [array.size for array in trace.a.values()]
    assert counting.stored_backward(sizes) == sum(held)
    assert counting.stored_forward(sizes) == max(p + n for p, n in pairwise(held))


def test_what_a_unit_changes_on_the_way_to_the_output():
    assert [counting.behind((5, 4, 3, 2), l) for l in (1, 2, 3)] == [3 + 6, 2, 0]


FUNCTIONS = [
    counting.weights,
    counting.parameters,
    counting.forward,
    counting.backward,
    counting.gradient,
    counting.evaluations,
    counting.finite_differences,
    counting.weight_differences,
    counting.unit_differences,
    counting.stored_forward,
    counting.stored_backward,
]


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1.0], [0.5], r"x must have shape \(2, m\)"),
        ([[1.0, 2.0]], [0.5], r"x must have shape \(2, m\)"),
        ([1.0, 2.0], [0.5, 1.0], r"y must have shape \(1, m\)"),
        ([1.0, np.nan], [0.5], "x must be finite, not nan"),
        (np.ones((2, 3)), np.ones((1, 3)), "x and y must be one example each"),
    ],
)
def test_one_example_that_fits_the_network_is_counted(x, y, message):
    with pytest.raises(ValueError, match=message):
        counting.count(sigmoid_network((2, 1)), x, y)


@pytest.mark.parametrize("function", [*FUNCTIONS, lambda sizes: counting.behind(sizes, 1)])
@pytest.mark.parametrize("sizes", [(), (3,), (3, 0), (3, -1, 2), (3, 2.0), (3, True)])
def test_sizes_are_at_least_two_positive_integers(function, sizes):
    with pytest.raises(ValueError, match="sizes must be at least two positive integers"):
        function(sizes)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_counts_are_whole_numbers_of_any_size(function):
    huge = (10**12, np.int32(2**31 - 1), 10**12)
    assert type(function(huge)) is int
    assert function(huge) >= 10**12


@pytest.mark.parametrize(
    ("activation", "loss"), [("tanh", "squared_error"), ("sigmoid", "binary_cross_entropy")]
)
def test_only_sigmoids_with_the_squared_error_are_counted(activation, loss):
    network = dense_network(
        (2, 1), [activation], loss, weights=normal(1), rng=np.random.default_rng(0)
    )
    with pytest.raises(ValueError, match="network must have sigmoids everywhere"):
        counting.count(network, [1.0, 2.0], [0.5])
