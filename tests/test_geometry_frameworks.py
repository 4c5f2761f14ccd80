"""What the frameworks do, line by line of the table in chapter 13, wherever they are installed."""

from functools import partial
from itertools import product

import numpy as np
import pytest

from backprop.geometry import (
    output_padding,
    output_shape,
    output_size,
    padding_2d,
    same_padding,
    span,
    transposed_size,
)


@pytest.fixture(scope="module")
def torch():
    """PyTorch on one thread: so small a convolution is held up by a second one."""
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield torch
    torch.set_num_threads(threads)


def settings(largest_n=24, largest_padding=4, largest_stride=5):
    return product(
        range(1, largest_n + 1),
        range(1, 8),
        range(largest_padding + 1),
        range(1, largest_stride + 1),
        range(1, 4),
    )


def test_torch_rounds_the_size_of_a_convolution_down(torch):
    for n, f, p, s, d in settings():
        options = {"padding": p, "stride": s, "dilation": d}
        x, w = torch.zeros(1, 1, n), torch.zeros(1, 1, f)
        if span(f, dilation=d) > n + 2 * p:
            with pytest.raises(RuntimeError, match="Kernel size can't be greater"):
                torch.conv1d(x, w, **options)
        else:
            assert output_size(n, f, **options) == torch.conv1d(x, w, **options).shape[-1]


def test_a_pair_in_torch_is_one_padding_for_the_rows_and_one_for_the_columns(torch):
    x, w = torch.empty(1, 1, 6, 7), torch.empty(1, 1, 3, 3)
    assert torch.conv2d(x, w, padding=(1, 2)).shape[2:] == output_shape((6, 7), 3, padding=(1, 2))


def test_pad_in_torch_takes_both_sides_of_the_last_axis_first(torch):
    (above, below), (left, right) = padding_2d(((1, 2), (3, 4)), 5, 3)
    x = torch.nn.functional.pad(torch.ones(1, 1, 5, 5), (left, right, above, below))
    assert output_shape(5, 3, padding=((1, 2), (3, 4))) == (x.shape[2] - 2, x.shape[3] - 2)
    assert x[0, 0, above, left] == 1 and x[0, 0, : above + 1].sum() == 5


@pytest.mark.filterwarnings("ignore:Using padding='same' with even")
def test_same_in_torch_is_for_stride_one_and_puts_the_odd_cell_after(torch):
    for n, f, _, _, d in settings(largest_padding=0, largest_stride=1):
        x, w = torch.arange(1.0, n + 1)[None, None], torch.arange(1.0, f + 1)[None, None]
        padded = torch.nn.functional.pad(x, same_padding(n, f, dilation=d))
        same = torch.nn.functional.conv1d(x, w, padding="same", dilation=d)
        assert torch.equal(same, torch.nn.functional.conv1d(padded, w, dilation=d))
    with pytest.raises(ValueError, match="not supported for strided"):
        torch.nn.Conv1d(1, 1, 3, stride=2, padding="same")


def test_same_in_jax_is_for_every_stride_and_puts_the_odd_cell_after():
    lax = pytest.importorskip("jax.lax")
    for n, f, _, s, d in settings(largest_padding=0):
        sides = lax.padtype_to_pads((n,), (span(f, dilation=d),), (s,), "SAME")
        assert [same_padding(n, f, stride=s, dilation=d)] == sides


def test_same_in_numpy_puts_the_odd_cell_before():
    rng = np.random.default_rng(0)
    for n, f in product(range(7, 13), range(1, 8)):
        x, w = rng.normal(size=n), rng.normal(size=f)
        after, before = same_padding(n, f)
        padded = np.correlate(np.pad(x, (before, after)), w, "valid")
        assert np.allclose(np.correlate(x, w, "same"), padded)
        assert np.allclose(np.convolve(x, w[::-1], "same"), padded)


@pytest.mark.parametrize("pool", ["max_pool1d", "avg_pool1d"])
def test_ceil_mode_in_torch_drops_a_window_that_begins_in_the_padding(torch, pool):
    pooling = getattr(torch.nn.functional, pool)
    for n, f, p, s, d in settings(largest_padding=3):
        if pool == "avg_pool1d" and d > 1:
            continue
        options = {"padding": p, "stride": s}
        dilation = {"dilation": d} if d > 1 else {}
        x = torch.zeros(1, 1, n)
        if 2 * p > f:
            with pytest.raises(RuntimeError, match="at most half"):
                pooling(x, f, **options)
            continue
        for ceil in (False, True):
            try:
                size = output_size(n, f, **options, **dilation, ceil=ceil)
            except ValueError:
                with pytest.raises(RuntimeError, match="(?i)output size"):
                    pooling(x, f, **options, **dilation, ceil_mode=ceil)
            else:
                theirs = pooling(x, f, **options, **dilation, ceil_mode=ceil)
                assert size == theirs.shape[-1]


def test_torch_is_told_the_output_padding_of_a_transposed_convolution(torch):
    for n, f, p, s, d in settings(largest_n=8):
        x, w = torch.zeros(1, 1, n), torch.zeros(1, 1, f)
        for extra in range(max(s, d) + 1):
            options = {"padding": p, "stride": s, "dilation": d, "output_padding": extra}
            try:
                size = transposed_size(n, f, **options)
            except ValueError:
                with pytest.raises(RuntimeError, match="output padding must be|too small"):
                    torch.conv_transpose1d(x, w, **options)
            else:
                assert size == torch.conv_transpose1d(x, w, **options).shape[-1]


def test_the_output_padding_brings_torch_back_to_where_it_began(torch):
    for n, f, p, s, d in settings():
        options = {"padding": p, "stride": s, "dilation": d}
        if span(f, dilation=d) > n + 2 * p:
            continue
        x, w = torch.zeros(1, 1, n), torch.zeros(1, 1, f)
        there = torch.conv1d(x, w, **options)
        extra = output_padding(n, f, **options)
        back = torch.conv_transpose1d(there, w, **options, output_padding=extra)
        assert back.shape[-1] == n


@pytest.fixture(scope="module")
def jax():
    return pytest.importorskip("jax")


def shape_in_jax(jax, function, *shapes):
    inputs = [jax.ShapeDtypeStruct(shape, "float32") for shape in shapes]
    return jax.eval_shape(function, *inputs).shape


def test_jax_rounds_down_and_makes_nothing_of_a_filter_too_wide(jax):
    for n, f, s in product(range(1, 13), range(1, 8), range(1, 6)):
        conv = partial(jax.lax.conv, window_strides=(s,), padding="VALID")
        size = shape_in_jax(jax, conv, (1, 1, n), (1, 1, f))[-1]
        assert size == (output_size(n, f, stride=s) if f <= n else 0)


def test_jax_takes_a_pair_for_each_axis_and_nothing_shorter(jax):
    pads = ((1, 2), (3, 4))
    conv = partial(jax.lax.conv_general_dilated, window_strides=(1, 1))
    shape = shape_in_jax(jax, partial(conv, padding=pads), (1, 1, 6, 7), (1, 1, 3, 3))
    assert shape[2:] == output_shape((6, 7), 3, padding=pads)
    for padding in (1, (1, 2)):
        with pytest.raises((TypeError, ValueError)):
            shape_in_jax(jax, partial(conv, padding=padding), (1, 1, 6, 7), (1, 1, 3, 3))


def test_pooling_in_jax_rounds_up_by_same(jax):
    for n, f, s in product(range(1, 13), range(1, 5), range(1, 5)):
        pool = partial(
            jax.lax.reduce_window,
            init_value=-np.inf,
            computation=jax.lax.max,
            window_dimensions=(f,),
            window_strides=(s,),
            padding="SAME",
        )
        assert shape_in_jax(jax, pool, (n,)) == (-(-n // s),)


def test_a_transposed_convolution_in_jax_multiplies_the_size_by_the_stride(jax):
    for n, f, s in product(range(1, 9), range(1, 8), range(1, 6)):
        transposed = partial(
            jax.lax.conv_transpose,
            strides=(s,),
            padding="SAME",
            dimension_numbers=("NHC", "HIO", "NHC"),
        )
        assert shape_in_jax(jax, transposed, (1, n, 1), (f, 1, 1))[1] == n * s


def test_numpy_slides_the_shorter_array_along_the_longer_one():
    x, w = np.arange(3.0), np.arange(1.0, 6.0)
    assert len(np.correlate(x, w, "valid")) == output_size(5, 3)
