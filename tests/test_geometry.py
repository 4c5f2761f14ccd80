"""Sizes, windows and coverage against windows that are really slid."""

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from backprop.geometry import (
    Field,
    Sliding,
    causal_padding,
    coverage,
    coverage_2d,
    full_padding,
    multiplications,
    output_padding,
    output_shape,
    output_size,
    padding_2d,
    pair,
    parameters,
    receptive_field,
    same_padding,
    span,
    transposed_size,
    window,
    window_2d,
    window_starts,
)


def slide(n, f, padding, stride, dilation):
    """Every window, as positions of the input; no row when the filter is too wide."""
    before, after = padding if isinstance(padding, tuple) else (padding, padding)
    cells = np.arange(-before, n + after)
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


def fits(n, f, padding, dilation):
    return n + 2 * padding >= dilation * (f - 1) + 1


def test_the_two_sides_of_the_padding_count_each_for_itself():
    for n, f, total, s, d in settings(24, largest_padding=8):
        for before in range(max(0, total - 4), min(total, 4) + 1):
            options = {"padding": (before, total - before), "stride": s, "dilation": d}
            starts = range(-before, n + total - before - d * (f - 1), s)
            if starts:
                assert output_size(n, f, **options) == len(starts)
            else:
                with pytest.raises(ValueError, match="spans"):
                    output_size(n, f, **options)


sides = st.integers(0, 2) | st.tuples(st.integers(0, 3), st.integers(0, 3))
axis = st.tuples(*(st.integers(1, m) for m in (9, 3)), sides, *[st.integers(1, 3)] * 2)


@given(axis)
def test_windows_and_coverage_know_the_padding_before_the_input(setting):
    n, f, p, s, d = setting
    options = {"padding": p, "stride": s, "dilation": d}
    windows = slide(*setting)
    assume(len(windows))
    inside = windows[(windows >= 0) & (windows < n)]
    assert np.array_equal(window_starts(n, f, **options), windows[:, 0])
    assert np.array_equal(window(len(windows) - 1, f, **options), windows[-1])
    assert np.array_equal(coverage(n, f, **options), np.bincount(inside, minlength=n))


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


def starts_in_ceil_mode(n, f, padding, stride, dilation):
    """Slide while the window fits; then once more if less than a stride of it hangs over."""
    before, after = padding
    starts, start = [], -before
    over = start + dilation * (f - 1) + 1 - (n + after)
    while over <= 0 or (over < stride and start < n):
        starts.append(start)
        start, over = start + stride, over + stride
    return starts


def test_in_ceil_mode_one_window_may_hang_over_the_end():
    for n, f, total, s, d in settings(24, largest_padding=8):
        sides = total // 2, total - total // 2
        options = {"padding": sides, "stride": s, "dilation": d, "ceil": True}
        starts = starts_in_ceil_mode(n, f, sides, s, d)
        if starts:
            assert output_size(n, f, **options) == len(starts)
        else:
            with pytest.raises(ValueError, match="spans"):
                output_size(n, f, **options)


def test_same_padding_is_the_least_that_rounds_up_n_over_s():
    for n, f, _, s, d in settings(24, largest_padding=0):
        before, after = same_padding(n, f, stride=s, dilation=d)
        assert after - before in (0, 1)
        assert output_size(n, f, padding=(before, after), stride=s, dilation=d) == -(-n // s)
        if after:
            less = len(slide(n, f, (before, after - 1), s, d))
            assert less < -(-n // s)


def test_full_padding_shows_every_cell_to_every_cell_of_the_filter():
    for n, f, _, _, d in settings(24, largest_padding=0, largest_stride=1):
        p = full_padding(f, dilation=d)
        assert (coverage(n, f, padding=p, dilation=d) == f).all()
        if p:
            assert 0 not in slide(n, f, p - 1, 1, d)[:, -1]  # the filter's last cell misses cell 0


def test_causal_padding_shows_nothing_after_the_cell_itself():
    for n, f, _, s, d in settings(24, largest_padding=0):
        p = causal_padding(f, dilation=d)
        windows = slide(n, f, p, s, d)
        assert len(windows) == output_size(n, f, padding=p, stride=s, dilation=d) == -(-n // s)
        assert np.array_equal(windows[:, -1], np.arange(len(windows)) * s)


def test_a_transposed_size_is_the_least_input_of_that_output_size():
    for _, f, p, s, d in settings(1):
        options = {"padding": p, "stride": s, "dilation": d}
        made = {}
        for n in range(1, 25):
            if fits(n, f, p, d):
                made.setdefault(output_size(n, f, **options), []).append(n)
        made.pop(max(made))  # its inputs may go on beyond 24
        for size, inputs in made.items():
            extras = [output_padding(n, f, **options) for n in inputs]
            assert extras == list(range(s))[-len(inputs) :]  # fewer than s where n would be < 1
            if extras[0] == 0:
                assert transposed_size(size, f, **options) == inputs[0]


def test_a_transposed_size_is_what_the_windows_cover_less_the_padding():
    for n, f, p, s, d in settings(24):
        options = {"padding": p, "stride": s, "dilation": d}
        last = max(s * k + d * j for k in (0, n - 1) for j in (0, f - 1))
        for extra in range(max(s, d)):
            left = len(range(last + 1 + extra)[p : max(0, last + 1 + extra - p)])
            if left:
                assert transposed_size(n, f, **options, output_padding=extra) == left
            else:
                with pytest.raises(ValueError, match="leaves nothing"):
                    transposed_size(n, f, **options, output_padding=extra)


def test_the_way_back_ends_where_it_began():
    for n, f, p, s, d in settings(24):
        if fits(n, f, p, d):
            options = {"padding": p, "stride": s, "dilation": d}
            extra = output_padding(n, f, **options)
            there = output_size(n, f, **options)
            assert transposed_size(there, f, **options, output_padding=extra) == n


@given(axis)
def test_the_way_back_knows_both_sides_of_the_padding(setting):
    n, f, p, s, d = setting
    options = {"padding": p, "stride": s, "dilation": d}
    assume(len(slide(*setting)))
    extra = output_padding(n, f, **options)
    assert 0 <= extra < s
    there = output_size(n, f, **options)
    assert transposed_size(there, f, **options, output_padding=extra) == n


stacks = st.lists(
    st.builds(
        Sliding,
        st.integers(1, 4),
        st.integers(0, 2) | st.tuples(st.integers(0, 3), st.integers(0, 3)),
        st.integers(1, 3),
        st.integers(1, 3),
    ),
    max_size=4,
)


def connections(n, layers):
    """A 0/1 matrix: which output cells of the stack see which cells of the input."""
    seen = np.eye(n, dtype=bool)
    for layer in layers:
        windows = slide(len(seen), *layer)
        matrix = np.zeros((len(windows), len(seen)), bool)
        row, column = np.nonzero((windows >= 0) & (windows < len(seen)))
        matrix[row, windows[row, column]] = True
        seen = matrix @ seen
    return seen


@given(stacks)
def test_the_receptive_field_is_what_the_windows_of_a_stack_reach(layers):
    n = 70
    field, seen = receptive_field(layers), connections(n, layers)
    assert field.jump == np.prod([layer.stride for layer in layers], dtype=int)
    for k, row in enumerate(seen):
        cells = np.flatnonzero(row)
        first = field.start + k * field.jump
        last = first + field.size - 1
        assert not len(cells) or first <= cells[0] <= cells[-1] <= last
        if first >= 0 and last < n:
            assert (cells[0], cells[-1]) == (first, last)


def test_the_field_of_one_layer_is_its_window():
    for _, f, p, s, d in settings(1):
        windows = slide(50, f, p, s, d)
        size, jump = windows[0, -1] - windows[0, 0] + 1, windows[1, 0] - windows[0, 0]
        assert receptive_field([Sliding(f, p, s, d)]) == (size, jump, windows[0, 0])


def test_some_output_cell_sees_its_whole_field():
    layers = [Sliding(3, 1, 2), Sliding(3, (0, 2), 1, 2), Sliding(2, 0, 2)]
    seen = connections(40, layers)
    assert receptive_field(layers) == Field(13, 4, -1)
    assert np.flatnonzero(seen[1])[[0, -1]].tolist() == [3, 15]


def test_without_layers_a_cell_sees_itself():
    assert receptive_field([]) == Field(1, 1, 0)


@given(stacks, stacks)
def test_fields_of_two_stacks_compose(lower, upper):
    size, jump, start = receptive_field(lower)
    above = receptive_field(upper)
    assert receptive_field(lower + upper) == (
        size + (above.size - 1) * jump,
        jump * above.jump,
        start + above.start * jump,
    )


def test_parameters_do_not_depend_on_the_size_of_the_image():
    assert parameters(3, 10, 3) == 280
    assert parameters(3, 4, 3) == 112
    assert parameters(1, 1, 3) == 9 + 1
    assert parameters(3, 10, (3, 5), bias=False) == 450


def test_groups_divide_the_weights():
    assert parameters(6, 4, 3, groups=2) == 4 * (3 * 9 + 1)
    assert parameters(6, 6, 3, groups=6) == 6 * (9 + 1)


def test_multiplications_are_those_of_sliding_each_filter():
    assert multiplications((3, 6, 6), 1, 3) == 16 * 27
    assert multiplications((3, 100, 100), 10, 3) == 2_593_080
    assert multiplications((3, 200, 200), 10, 3) == 10_585_080


@given(axis, axis, st.integers(1, 2), st.integers(1, 2), st.integers(1, 2))
def test_multiplications_are_counted(rows, columns, channels, filters, groups):
    n, f, p, s, d = zip(rows, columns, strict=True)
    entries = [slide(*rows).size, slide(*columns).size]
    assume(all(entries))
    shape = (channels * groups, *n)
    count = multiplications(
        shape, filters * groups, f, padding=p, stride=s, dilation=d, groups=groups
    )
    assert count == sum(
        1 for _ in product(range(filters * groups * channels), *map(range, entries))
    )


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
    n, f, p, s = np.uint8(200), np.uint8(3), np.uint8(100), np.uint8(200)
    assert repr(output_size(n, f, padding=p)) == "398"
    assert repr(output_padding(n, f, padding=p, stride=s)) == "197"
    assert repr(transposed_size(n, f, padding=p, stride=s)) == "39603"
    assert repr(same_padding(n, f, dilation=p)) == "Around(before=100, after=100)"
    assert repr(receptive_field([Sliding(f, p, s, p)] * 2)) == str(
        Field(200 + 200 * 200 + 1, 200 * 200, -100 - 100 * 200)
    )
    assert repr(parameters(n, s, f)) == "360200"
    assert repr(multiplications((n, n, n), s, f)) == "14113440000"


def test_padding_2d_tells_the_four_sides_apart():
    assert padding_2d(1, 7, 3) == ((1, 1), (1, 1))
    assert padding_2d((1, 2), 7, 3) == ((1, 1), (2, 2))
    assert padding_2d(((0, 1), np.int64(2)), 7, 3) == ((0, 1), (2, 2))
    assert repr(pair((np.uint8(3), 4), "stride")) == "(3, 4)"


def test_what_a_helper_returns_is_no_pair_of_rows_and_columns():
    for sides in (same_padding(7, 4), causal_padding(4)):
        assert padding_2d(sides, 7, 4) == (sides, sides) != padding_2d(tuple(sides), 7, 4)
        assert padding_2d((sides, 1), 7, 4) == (sides, (1, 1))
    assert output_shape(7, 4, padding=same_padding(7, 4)) == (7, 7)


@given(st.tuples(*[st.tuples(st.integers(1, 9), st.integers(1, 4))] * 3), st.integers(1, 3))
def test_a_name_stands_for_its_padding_along_each_axis(letters, d):
    n, f, s = letters
    options = {"stride": s, "dilation": d}
    same, causal, valid = (
        padding_2d(name, n, f, **options) for name in ("same", "causal", "valid")
    )
    for axis in (0, 1):
        assert same[axis] == same_padding(n[axis], f[axis], stride=s[axis], dilation=d)
        assert causal[axis] == causal_padding(f[axis], dilation=d)
        assert valid[axis] == (0, 0)
    rounded_up = tuple(-(-size // step) for size, step in zip(n, s, strict=True))
    assert output_shape(n, f, padding="same", **options) == rounded_up
    assert output_shape(n, f, padding="causal", **options) == rounded_up
    assert padding_2d(("causal", "valid"), n, f, **options) == (causal[0], valid[1])
    assert (coverage_2d(n, f, padding="same", **options)).shape == n


def test_a_padding_that_is_no_name_is_told_the_names():
    with pytest.raises(ValueError, match='a pair, "valid", "same" or "causal", not \'sane\''):
        output_shape(7, 3, padding="sane")
    with pytest.raises(TypeError, match="padding must be an integer or a pair here, not 'same'"):
        window(0, 3, padding="same")


ONE_AXIS = [output_size, window_starts, coverage]
TWO_AXES = [output_shape, coverage_2d]
GOOD = {"n": 6, "f": 3, "padding": 0, "stride": 1, "dilation": 1}


@pytest.mark.parametrize("function", ONE_AXIS + TWO_AXES)
@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("value", [1.0, True, np.True_, "3", None, np.array([3]), 2 + 0j])
def test_what_is_not_an_integer_is_a_type_error_that_names_it(function, name, value):
    error = ValueError if (name, value) == ("padding", "3") else TypeError  # no name of a padding
    with pytest.raises(error, match=f"^{name} must be an integer, "):
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


@pytest.mark.parametrize("function", ONE_AXIS + TWO_AXES)
@pytest.mark.parametrize(
    ("padding", "error", "message"),
    [
        ((1, 1.5), TypeError, "^padding must be an integer, not 1.5$"),
        ((1, -1), ValueError, "^padding must be at least 0, not -1$"),
        ((1, 2, 3), ValueError, r"^padding must be an integer or a pair, not \(1, 2, 3\)$"),
    ],
)
def test_either_side_of_the_padding_is_checked(function, padding, error, message):
    with pytest.raises(error, match=message):
        function(6, 3, padding=padding)


def test_a_filter_that_is_too_wide_is_told_of_both_sides():
    with pytest.raises(ValueError, match=r"the 7 of the input, n = 6 with padding = \(0, 1\)$"):
        output_size(6, 8, padding=(0, 1))


def test_no_window_may_hang_over_by_a_stride():
    assert output_size(3, 4, stride=2, ceil=True) == 1
    with pytest.raises(ValueError, match="spans 5 cells, more than the 3 of the input"):
        output_size(3, 5, stride=2, ceil=True)


def test_a_transposed_size_is_never_zero():
    with pytest.raises(
        ValueError, match=r"^padding = 2 leaves nothing of the 4 cells that n = 1 makes with f = 4"
    ):
        transposed_size(1, 4, padding=2)


@pytest.mark.parametrize(("stride", "dilation"), [(2, 1), (1, 2), (2, 2)])
def test_an_output_padding_is_smaller_than_stride_or_dilation(stride, dilation):
    options = {"stride": stride, "dilation": dilation}
    one = transposed_size(3, 2, **options, output_padding=1)
    assert one == transposed_size(3, 2, **options) + 1
    with pytest.raises(ValueError, match=r"^output_padding must be smaller than .* not 2 with"):
        transposed_size(3, 2, **options, output_padding=2)
    with pytest.raises(ValueError, match=r"^output_padding must be at least 0, not -1$"):
        transposed_size(3, 2, **options, output_padding=-1)


@pytest.mark.parametrize(
    ("layers", "error", "message"),
    [
        ([3], TypeError, "^layers must hold instances of Sliding, not 3$"),
        ([Sliding(0)], ValueError, "^f must be at least 1, not 0$"),
        ([Sliding(3, -1)], ValueError, "^padding must be at least 0, not -1$"),
        ([Sliding(3, 0, 0)], ValueError, "^stride must be at least 1, not 0$"),
        ([Sliding(3, 0, 1, 1.5)], TypeError, "^dilation must be an integer, not 1.5$"),
    ],
)
def test_each_layer_of_a_stack_is_checked(layers, error, message):
    with pytest.raises(error, match=message):
        receptive_field(layers)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"groups": 2}, "^groups must divide channels = 3, not be 2$"),
        ({"groups": 3}, "^groups must divide filters = 5, not be 3$"),
        ({"groups": 0}, "^groups must be at least 1, not 0$"),
        ({"filters": 0}, "^filters must be at least 1, not 0$"),
        ({"f": (3, 0)}, "^f must be at least 1, not 0$"),
    ],
)
def test_costs_check_their_arguments(arguments, message):
    arguments = {"filters": 5, "f": 3, **arguments}
    with pytest.raises(ValueError, match=message):
        parameters(3, **arguments)
    with pytest.raises(ValueError, match=message):
        multiplications((3, 9, 9), **arguments)


@pytest.mark.parametrize("shape", [6, (6, 6), (1, 3, 6, 6)])
def test_the_shape_of_an_image_has_three_entries(shape):
    with pytest.raises(ValueError, match=r"^shape must be \(channels, rows, columns\), not "):
        multiplications(shape, 1, 3)


def test_entries_of_a_shape_are_called_by_their_place():
    with pytest.raises(ValueError, match=r"^shape\[1\] must be at least 1, not 0$"):
        multiplications((3, 0, 6), 1, 3)
