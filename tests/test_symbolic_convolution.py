"""Symbolic convolutions: equal to NumPy's on numbers, and fit for proofs."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Derivative, IndexedBase, KroneckerDelta, Matrix, Sum

from backprop import convolution_loops, geometry
from backprop.symbolic import convolution
from backprop.symbolic.convolution import (
    cross_correlation,
    entry,
    flip,
    image,
    max_pool,
    mean_pool,
)
from backprop.symbolic.geometry import d, f, p, s
from backprop.symbolic.proof import Derivation, FalseStep

i, j, u, v = convolution.i, convolution.j, convolution.u, convolution.v
k, l, r, c = sp.symbols("k l r c", integer=True, nonnegative=True)
n, m = sp.symbols("n m", integer=True, positive=True)
a, w, delta = (IndexedBase(name, real=True) for name in ("a", "w", "delta"))


def array(shape, seed):
    return np.random.default_rng(seed).standard_normal(shape)


def values(formula, *pairs):
    """Evaluate a matrix of formulas, with arrays in the place of images."""
    numbers = {
        s: sp.Float(x) for image_, array in pairs for s, x in zip(image_, array.flat, strict=True)
    }
    return np.array(formula.xreplace(numbers), dtype=float)


shapes = st.tuples(st.integers(3, 5), st.integers(3, 5))
fields = st.tuples(st.integers(1, 3), st.integers(1, 3))
pairs = st.tuples(st.integers(1, 2), st.integers(1, 2))


@given(shapes, fields, st.tuples(st.integers(1, 2), st.integers(1, 2)), pairs, pairs)
@settings(max_examples=25, deadline=None)
def test_cross_correlation_has_the_values_of_the_loops(shape, field, padding, stride, dilation):
    sizes = {"padding": padding, "stride": stride, "dilation": dilation}
    symbols, filter_ = image("a", *shape), image("w", *field)
    x, y = array(shape, 1), array(field, 2)
    expected = convolution_loops.conv2d(x[None, None], y[None, None], **sizes)[0, 0]
    formula = cross_correlation(symbols, filter_, **sizes)
    np.testing.assert_allclose(values(formula, (symbols, x), (filter_, y)), expected)


@pytest.mark.parametrize("pool", ["max_pool", "mean_pool"])
@pytest.mark.parametrize("sizes", [{}, {"stride": 1}, {"stride": (2, 1), "padding": (1, 0)}])
def test_pooling_has_the_values_of_the_loops(pool, sizes):
    symbols, x = image("a", 4, 5), array((4, 5), 3)
    expected = getattr(convolution_loops, pool + "2d")(x[None, None], (2, 2), **sizes)[0, 0]
    formula = getattr(convolution, pool)(symbols, (2, 2), **sizes)
    np.testing.assert_allclose(values(formula, (symbols, x)), expected)


def test_indexed_form_written_out_is_the_explicit_form():
    sizes = {"stride": 2, "dilation": 2}
    explicit = cross_correlation(image("a", 7, 7), image("w", 2, 2), **sizes)
    for row in range(3):
        for column in range(3):
            assert entry(w, a, row, column, 2, **sizes).doit() == explicit[row, column]


def test_indexed_form_takes_a_size_for_each_axis():
    sizes = {"padding": (1, 0), "stride": (1, 2), "dilation": (2, 1)}
    total = entry(w, a, 1, 1, (2, 3), **sizes).doit()
    rows, columns = geometry.window_2d((1, 1), (2, 3), **sizes)
    assert total.atoms(sp.Indexed) >= {a[int(r), int(c)] for r in rows for c in columns}


def test_convolution_is_polynomial_multiplication():
    x, y = sp.symbols("x y")
    image_, filter_ = image("a", 3, 3), image("w", 2, 2)

    def polynomial(matrix):
        return sum(matrix[r, c] * x**r * y**c for r, c in np.ndindex(matrix.shape))

    full = convolution.true_convolution(image_, filter_, padding=1)
    product = polynomial(image_) * polynomial(filter_)
    assert sp.expand(product - polynomial(full)) == 0


def test_flip_is_half_a_turn_and_its_own_inverse():
    assert flip([[1, 2, 3], [4, 5, 6]]) == Matrix([[6, 5, 4], [3, 2, 1]])
    assert flip(flip(image("w", 2, 3))) == image("w", 2, 3)


def test_padding_does_not_take_part_in_a_maximum():
    assert max_pool([[-1, -2], [-3, -4]], 2, padding=1) == Matrix([[-1, -2], [-3, -4]])


def test_zeros_of_the_padding_count_in_a_mean():
    assert mean_pool([[4]], 2, padding=1) == Matrix([[1]])


def windows(inside):
    return Sum(inside, (j, 0, m - 1), (i, 0, n - 1))


SIZES = {"padding": p, "stride": s, "dilation": d}
TOTAL = windows(delta[i, j] * entry(w, a, i, j, f, **SIZES))


def test_gradient_of_a_filter_is_proved_in_the_indexed_form():
    shown = windows(delta[i, j] * a[i * s + d * k - p, j * s + d * l - p])
    slope = Derivation(Derivative(TOTAL, w[k, l]), where=(k <= f - 1) & (l <= f - 1))
    assert slope.step(shown, because="one cell of the filter").end == shown


def test_gradient_of_an_image_is_proved_in_the_indexed_form():
    meets = KroneckerDelta(i * s + d * u - p, r) * KroneckerDelta(j * s + d * v - p, c)
    shown = windows(delta[i, j] * Sum(w[u, v] * meets, (v, 0, f - 1), (u, 0, f - 1)))
    assert Derivation(Derivative(TOTAL, a[r, c])).step(shown, because="").end == shown


def test_gradient_of_a_filter_that_forgets_the_stride_is_refused():
    wrong = windows(delta[i, j] * a[i + k, j + l])
    unpadded = windows(delta[i, j] * entry(w, a, i, j, f, stride=s))
    with pytest.raises(FalseStep):
        Derivation(Derivative(unpadded, w[k, l]), where=(k <= f - 1) & (l <= f - 1)).step(wrong, "")


def test_layers_compose_under_indices_of_their_own():
    lower = lambda row, column: entry(w, a, row, column, f)  # noqa: E731
    upper = entry(delta, lower, i, j, n, over=(k, l))
    merged = Sum(
        delta[k, l] * w[u, v] * a[i + k + u, j + l + v],
        (v, 0, f - 1), (u, 0, f - 1), (l, 0, n - 1), (k, 0, n - 1),
    )  # fmt: skip
    assert Derivation(upper).step(merged, because="distribute").end == merged


@pytest.mark.parametrize("bad", ["a", 3, [[1, 2], [3]]])
def test_what_is_no_matrix_is_named(bad):
    with pytest.raises(TypeError, match="a must be a matrix"):
        cross_correlation(bad, [[1]])


def test_filter_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="f = 3"):
        cross_correlation(image("a", 2, 2), image("w", 3, 3))


@pytest.mark.parametrize("pool", [max_pool, mean_pool])
def test_padding_above_half_a_window_is_refused(pool):
    with pytest.raises(ValueError, match="padding must be at most f/2 = 3/2, not 2"):
        pool(image("a", 3, 3), 3, padding=2)
