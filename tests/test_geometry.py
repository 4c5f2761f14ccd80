"""Sizes, windows and coverage against windows that are really slid."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from backprop.geometry import (
    coverage,
    coverage_2d,
    output_shape,
    output_size,
    span,
    window,
    window_2d,
    window_starts,
)


def slide(n, f, padding, stride, dilation):
    """Every window, as positions of the input; no row when the filter is too wide."""
    cells = np.arange(-padding, n + padding)
    width = sum(dilation for _ in range(f - 1)) + 1
    if width > len(cells):
        return np.empty((0, f), int)
    return sliding_window_view(cells, width)[::stride, ::dilation]


def settings(largest_n, largest_f=7, largest_padding=4, largest_stride=5, largest_dilation=3):
    return product(
        range(1, largest_n + 1),
        range(1, largest_f + 1),
        range(largest_padding + 1),
        range(1, largest_stride + 1),
        range(1, largest_dilation + 1),
    )


def test_every_small_setting_agrees_with_sliding_the_window():
    for n, f, p, s, d in settings(24):
        options = {"padding": p, "stride": s, "dilation": d}
        windows = slide(n, f, p, s, d)
        if not len(windows):
            with pytest.raises(ValueError, match="spans"):
                output_size(n, f, **options)
            continue
        inside = windows[(windows >= 0) & (windows < n)]
        assert output_size(n, f, **options) == len(windows)
        assert np.array_equal(window_starts(n, f, **options), windows[:, 0])
        assert np.array_equal(window(len(windows) - 1, f, **options), windows[-1])
        assert np.array_equal(coverage(n, f, **options), np.bincount(inside, minlength=n))


axis = st.tuples(*(st.integers(1, m) for m in (9, 3)), st.integers(0, 2), *[st.integers(1, 3)] * 2)


@given(axis, axis)
def test_two_dimensions_agree_with_marking_each_window_on_a_grid(rows, columns):
    n, f, p, s, d = zip(rows, columns, strict=True)
    options = {"padding": p, "stride": s, "dilation": d}
    windows = [slide(*rows), slide(*columns)]
    if not all(map(len, windows)):
        with pytest.raises(ValueError, match="spans"):
            output_shape(n, f, **options)
        return
    seen = np.zeros(n, int)
    for k in np.ndindex(output_shape(n, f, **options)):
        i, j = window_2d(k, f, **options)
        assert np.array_equal(i, windows[0][k[0]])
        assert np.array_equal(j, windows[1][k[1]])
        seen[np.ix_(i[(i >= 0) & (i < n[0])], j[(j >= 0) & (j < n[1])])] += 1
    assert output_shape(n, f, **options) == (len(windows[0]), len(windows[1]))
    assert np.array_equal(coverage_2d(n, f, **options), seen)


def test_one_integer_stands_for_both_axes():
    assert output_shape(6, 3, stride=2) == output_shape((6, 6), (3, 3), stride=(2, 2)) == (2, 2)


def test_the_corner_is_seen_once_and_the_middle_nine_times():
    counts = coverage_2d(6, 3)
    assert counts[[0, 1, 2, 4, 5, 5], [1, 3, 2, 1, 3, 5]].tolist() == [2, 6, 9, 4, 3, 1]
    assert coverage_2d(6, 3, padding=1)[0, 0] == 4
    assert (coverage_2d(6, 3, padding=2) == 9).all()


def test_stride_four_keeps_the_window_that_starts_at_forty():
    assert output_size(44, 3, stride=4) == 11
    assert window_starts(44, 3, stride=4)[-1] == 40


def test_a_window_may_lie_in_the_padding():
    assert window(0, 3, padding=2).tolist() == [-2, -1, 0]


@given(st.integers(10**17, 10**30))
def test_sizes_are_exact_for_integers_of_any_length(n):
    assert output_size(n, 1, stride=7) == -(-n // 7)


def test_numpy_integers_count_as_integers():
    assert repr(output_size(np.uint8(200), np.int64(3), padding=np.uint8(100))) == "398"


ONE_AXIS = [output_size, window_starts, coverage]
TWO_AXES = [output_shape, coverage_2d]
GOOD = {"n": 6, "f": 3, "padding": 0, "stride": 1, "dilation": 1}


@pytest.mark.parametrize("function", ONE_AXIS + TWO_AXES)
@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("value", [1.0, True, np.True_, "3", None, np.array([3]), 2 + 0j])
def test_what_is_not_an_integer_is_a_type_error_that_names_it(function, name, value):
    with pytest.raises(TypeError, match=f"^{name} must be an integer, not "):
        function(**GOOD | {name: value})


@pytest.mark.parametrize("function", ONE_AXIS + TWO_AXES)
@pytest.mark.parametrize(
    ("name", "value", "least"),
    [("n", -6, 1), ("n", 0, 1), ("f", 0, 1), ("padding", -1, 0), ("stride", 0, 1)],
)
def test_what_is_too_small_is_a_value_error_with_the_numbers(function, name, value, least):
    with pytest.raises(ValueError, match=f"^{name} must be at least {least}, not {value}$"):
        function(**GOOD | {name: value})


@pytest.mark.parametrize("function", ONE_AXIS + TWO_AXES)
def test_a_filter_wider_than_the_padded_input_is_never_size_zero(function):
    message = (
        "^f = 4 with dilation = 2 spans 7 cells, "
        "more than the 6 of the input, n = 4 with padding = 1$"
    )
    with pytest.raises(ValueError, match=message):
        function(4, 4, padding=1, dilation=2)


@pytest.mark.parametrize(("function", "pair"), [(window, (-1, 3)), (window_2d, ((0, -1), 3))])
def test_output_cells_are_numbered_from_zero(function, pair):
    with pytest.raises(ValueError, match=r"^k must be at least 0, not -1$"):
        function(*pair)


def test_both_axes_are_checked():
    with pytest.raises(ValueError, match=r"^stride must be at least 1, not 0$"):
        output_shape((6, 6), (3, 3), stride=(1, 0))
    with pytest.raises(ValueError, match=r"^f = 3 .* n = 2"):
        output_shape((6, 2), (3, 3))


@pytest.mark.parametrize("value", [(), (3,), (3, 3, 3)])
def test_a_pair_has_two_entries(value):
    with pytest.raises(ValueError, match=r"^f must be an integer or a pair, not "):
        output_shape((6, 6), value)


def test_span_counts_the_gaps_of_dilation():
    assert [span(3, dilation=d) for d in (1, 2, 3)] == [3, 5, 7]
    with pytest.raises(ValueError, match=r"^dilation must be at least 1, not 0$"):
        span(3, dilation=0)
