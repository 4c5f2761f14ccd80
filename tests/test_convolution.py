"""Convolution and pooling against plain loops, torch and differences; their laws; bad input."""

import inspect
import re
import tracemalloc

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backprop import _sliding, convolution, convolution_loops
from backprop.convolution import (
    conv2d,
    conv2d_filter_gradient,
    conv2d_input_gradient,
    conv2d_matrix,
    max_pool2d,
    max_pool2d_input_gradient,
    mean_pool2d,
    mean_pool2d_input_gradient,
)
from backprop.geometry import causal_padding, output_shape, same_padding
from backprop.gradient_check import check

NAMES = [name for name in vars(convolution) if re.match(r"(conv|max_pool|mean_pool)2d", name)]
POOLS = {
    "max": (max_pool2d, lambda delta, x, *a, **o: max_pool2d_input_gradient(delta, x, *a, **o)),
    "mean": (
        mean_pool2d,
        lambda delta, x, *a, **o: mean_pool2d_input_gradient(delta, x.shape[2:], *a, **o),
    ),
}
both_pools = pytest.mark.parametrize("pool", list(POOLS))
both_dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64])

pairs = {k: st.tuples(st.integers(1, k), st.integers(1, k)) for k in (2, 3, 7)}
per_side = st.tuples(st.integers(0, 2), st.integers(0, 2))
each_side = st.tuples(per_side, per_side)
dtypes = st.sampled_from([np.float32, np.float64])


def fits(*arguments, **options):
    try:
        return output_shape(*arguments, **options)
    except ValueError:
        return None


@st.composite
def convolutions(draw, dtypes=dtypes, paddings=each_side):
    """Return delta, x, w, b and options that fit together."""
    groups, (n, q) = draw(st.integers(1, 3)), draw(pairs[2])
    size, f = draw(pairs[7]), draw(pairs[3])
    options = {"padding": draw(paddings), "stride": draw(pairs[3]), "dilation": draw(pairs[2])}
    out = fits(size, f, **options)
    assume(out is not None)
    filters = groups * draw(st.integers(1, 2))
    shapes = (n, filters, *out), (n, groups * q, *size), (filters, q, *f), (filters,)
    return *arrays(draw, shapes, draw(dtypes)), {**options, "groups": groups}


@st.composite
def poolings(draw, dtypes=dtypes, symmetric=False):
    """Return delta, x of few values, so that there are ties, f and options."""
    size, f, (n, q) = draw(pairs[7]), draw(pairs[3]), draw(pairs[2])
    within = [st.integers(0, k // 2) for k in f]
    padding = draw(st.tuples(*(k if symmetric else st.tuples(k, k) for k in within)))
    options = {
        "padding": padding,
        "stride": draw(st.none() | pairs[3]),
        "ceil": draw(st.booleans()),
    }
    out = fits(size, f, padding=padding, stride=options["stride"] or f, ceil=options["ceil"])
    assume(out is not None)
    delta, x = arrays(draw, [(n, q, *out), (n, q, *size)], draw(dtypes))
    return delta, np.round(x), f, options


def arrays(draw, shapes, dtype):
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


def example(dtype=np.float64, groups=1):
    """Return delta, x, w and b of a convolution at stride 2 with padding 1."""
    rng = np.random.default_rng(0)
    shapes = (3, 4, 3, 4), (3, 2, 5, 7), (4, 2 // groups, 3, 3), (4,)
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


def close(actual, desired):
    """Assert equal shapes and dtypes, and values equal but for rounding."""
    eps = np.finfo(desired.dtype).eps
    assert actual.dtype == desired.dtype
    np.testing.assert_allclose(
        actual, desired, rtol=100 * eps, atol=1000 * eps * (1 + abs(desired).max()), strict=True
    )


# Values


def test_the_six_by_six_example_with_the_vertical_edge_filter():
    A = [[5, 3, 6, 8, 9, 1], [1, 6, 8, 3, 2, 1], [9, 9, 3, 2, 1, -1]]
    A += [[1, 1, 8, 4, 6, 5], [9, 3, 4, 0, 0, 1], [0, 1, 2, 3, 4, 3]]
    x, w = np.array(A, float).reshape(1, 1, 6, 6), np.tile([1.0, 0, -1], (1, 1, 3, 1))
    z = [[-2, 5, 5, 12], [-8, 7, 10, 4], [4, 7, 8, 1], [-4, -2, 4, -2]]
    assert conv2d(x, w)[0, 0].tolist() == z
    assert conv2d(x, w, stride=2)[0, 0].tolist() == [[-2, 5], [4, 8]]


def test_the_four_by_four_example_of_pooling():
    x = np.array([[8.0, 4, 2, 1], [9, 3, 2, 8], [1, 5, 7, 1], [2, 0, 3, 7]]).reshape(1, 1, 4, 4)
    assert max_pool2d(x, 2)[0, 0].tolist() == [[9, 8], [5, 7]]
    assert mean_pool2d(x, 2)[0, 0].tolist() == [[6, 3.25], [2, 4.5]]


@given(convolutions())
def test_a_convolution_agrees_with_the_loops_in_value_and_gradients(drawn):
    delta, x, w, b, options = drawn
    calls = {
        "conv2d": (x, w, b),
        "conv2d_input_gradient": (delta, w, x.shape[2:]),
        "conv2d_filter_gradient": (delta, x, w.shape[2:]),
        "conv2d_matrix": (w, x.shape[1:]),
    }
    for name, arguments in calls.items():
        actual, desired = (
            getattr(module, name)(*arguments, **options)
            for module in (convolution, convolution_loops)
        )
        close(actual, desired)


@given(poolings())
def test_pooling_agrees_with_the_loops_in_value_and_gradient(drawn):
    delta, x, f, options = drawn
    calls = {
        "max_pool2d": (x, f),
        "max_pool2d_input_gradient": (delta, x, f),
        "mean_pool2d": (x, f),
        "mean_pool2d_input_gradient": (delta, x.shape[2:], f),
    }
    for name, arguments in calls.items():
        actual, desired = (
            getattr(module, name)(*arguments, **options)
            for module in (convolution, convolution_loops)
        )
        close(actual, desired)


@given(convolutions(paddings=per_side))
def test_a_convolution_agrees_with_torch_in_value_and_gradients(drawn):
    torch = pytest.importorskip("torch")
    delta, x, w, b, options = drawn
    theirs = [torch.tensor(array, requires_grad=True) for array in (x, w, b)]
    z = torch.nn.functional.conv2d(*theirs, **options)
    dx, dw, _ = torch.autograd.grad(z, theirs, torch.tensor(delta))
    close(conv2d(x, w, b, **options), z.detach().numpy())
    close(conv2d_input_gradient(delta, w, x.shape[2:], **options), dx.numpy())
    close(conv2d_filter_gradient(delta, x, w.shape[2:], **options), dw.numpy())


@both_pools
@given(data=st.data())
def test_pooling_agrees_with_torch_ties_included(pool, data):
    torch = pytest.importorskip("torch")
    delta, x, f, options = data.draw(poolings(symmetric=True))
    functional = torch.nn.functional
    theirs = torch.tensor(x, requires_grad=True)
    pooled = {"max": functional.max_pool2d, "mean": functional.avg_pool2d}[pool]
    z = pooled(theirs, f, options["stride"], options["padding"], ceil_mode=options["ceil"])
    (dx,) = torch.autograd.grad(z, theirs, torch.tensor(delta))
    forward, backward = POOLS[pool]
    close(forward(x, f, **options), z.detach().numpy())
    close(backward(delta, x, f, **options), dx.numpy())


@given(pairs[7], pairs[3], pairs[3], pairs[2])
def test_same_is_that_of_torch_at_stride_one_and_that_of_jax_at_any(size, f, stride, dilation):
    """Both share out their padding as `same_padding` does; the geometry tests hold that."""
    x, w = np.ones((1, 1, *size)), np.ones((2, 1, *f))
    options = {"stride": stride, "dilation": dilation}
    letters = list(zip(size, f, stride, dilation, strict=True))
    same = tuple(same_padding(n, k, stride=s, dilation=d) for n, k, s, d in letters)
    z = conv2d(x, w, padding="same", **options)
    assert z.shape[2:] == tuple(-(-n // s) for n, _, s, _ in letters)
    np.testing.assert_array_equal(z, conv2d(x, w, padding=same, **options))
    causal = tuple(causal_padding(k, dilation=d) for _, k, _, d in letters)
    np.testing.assert_array_equal(
        conv2d(x, w, padding="causal", **options), conv2d(x, w, padding=causal, **options)
    )
    for pool in (max_pool2d, mean_pool2d):
        assert pool(x, f, stride=stride, padding="same").shape[2:] == z.shape[2:]


def test_the_padding_of_a_helper_is_read_along_both_axes():
    x, w = np.arange(49.0).reshape(1, 1, 7, 7), np.ones((1, 1, 4, 4))
    z = conv2d(x, w, padding=same_padding(7, 4))
    assert z.shape == (1, 1, 7, 7)
    np.testing.assert_array_equal(z, conv2d(x, w, padding="same"))
    np.testing.assert_array_equal(
        conv2d(x, w, padding=causal_padding(4)), conv2d(x, w, padding="causal")
    )


def test_a_causal_convolution_sees_nothing_below_or_on_the_right():
    x, w = np.random.default_rng(0).normal(size=(1, 1, 6, 7)), np.ones((1, 1, 3, 2))
    z = conv2d(x, w, padding="causal", dilation=2)
    x[:, :, 4:], x[..., 5:] = 9, 9
    after = conv2d(x, w, padding="causal", dilation=2)
    np.testing.assert_array_equal(after[..., :4, :5], z[..., :4, :5])
    assert (after[..., 4:, :] != z[..., 4:, :]).all()


def test_a_mean_in_ceil_mode_counts_the_cells_of_the_padded_image_alone():
    x = np.arange(1.0, 6).reshape(1, 1, 1, 5)
    assert mean_pool2d(x, (1, 2), ceil=True).ravel().tolist() == [1.5, 3.5, 5]
    padded = {"stride": (1, 3), "padding": (0, 1), "ceil": True}
    assert mean_pool2d(x, (1, 3), **padded).ravel().tolist() == [1, 4]
    assert max_pool2d(-x, (1, 2), ceil=True).ravel().tolist() == [-1, -3, -5]
    delta = np.array([[[[2.0, 4, 8]]]])
    shares = mean_pool2d_input_gradient(delta, (1, 5), (1, 2), ceil=True)
    assert shares.ravel().tolist() == [1, 1, 2, 2, 8]


def test_the_loops_have_the_same_names_and_signatures():
    for name in NAMES:
        ours, loops = (getattr(m, name) for m in (convolution, convolution_loops))
        assert list(inspect.signature(ours).parameters) == list(inspect.signature(loops).parameters)


# Gradients


@settings(max_examples=20)
@given(convolutions(dtypes=st.just(np.float64)))
def test_the_gradients_of_a_convolution_pass_the_gradient_check(drawn):
    _, x, w, b, options = drawn

    def vjp(u, x, w, b):
        return {
            "x": conv2d_input_gradient(u, w, x.shape[2:], **options),
            "w": conv2d_filter_gradient(u, x, w.shape[2:], **options),
            "b": u.sum((0, 2, 3)),
        }

    assert check(
        lambda x, w, b: conv2d(x, w, b, **options), vjp, {"x": x, "w": w, "b": b}, entries=10
    )


@both_pools
@settings(max_examples=20)
@given(data=st.data())
def test_the_gradients_of_pooling_pass_the_gradient_check(pool, data):
    _, x, f, options = data.draw(poolings(dtypes=st.just(np.float64)))
    x = np.random.default_rng(0).permutation(x.size).reshape(x.shape) / 10
    forward, backward = POOLS[pool]
    assert check(
        lambda x: forward(x, f, **options),
        lambda u, x: {"x": backward(u, x, f, **options)},
        {"x": x},
        entries=10,
    )


@given(convolutions(dtypes=st.just(np.float64)))
def test_the_input_gradient_is_the_adjoint(drawn):
    delta, x, w, _, options = drawn
    there = np.vdot(conv2d(x, w, **options), delta)
    back = np.vdot(x, conv2d_input_gradient(delta, w, x.shape[2:], **options))
    assert there == pytest.approx(back, rel=1e-10, abs=1e-10)


@given(convolutions())
def test_the_matrix_convolves_flattened_images_and_its_transpose_leads_back(drawn):
    delta, x, w, _, options = drawn
    matrix = conv2d_matrix(w, x.shape[1:], **options)
    z, dx = conv2d(x, w, **options), conv2d_input_gradient(delta, w, x.shape[2:], **options)
    close((x.reshape(len(x), -1) @ matrix.T).reshape(z.shape), z)
    close((delta.reshape(len(x), -1) @ matrix).reshape(x.shape), dx)


def test_cells_that_no_window_reaches_have_no_gradient():
    x, w = np.ones((1, 1, 6, 7)), np.ones((1, 1, 2, 2))
    dx = conv2d_input_gradient(np.ones((1, 1, 2, 2)), w, (6, 7), stride=(3, 4))
    seen = np.outer([1, 1, 0, 1, 1, 0], [1, 1, 0, 0, 1, 1, 0])
    assert np.array_equal(dx[0, 0], seen)
    pooled = max_pool2d_input_gradient(np.ones((1, 1, 2, 3)), x, 2, stride=(4, 2))
    assert not pooled[:, :, 2:4].any() and not pooled[..., 6].any()


def test_a_tie_goes_to_the_first_in_reading_order():
    x = np.array([[0.0, 3, 1, 1], [3, 3, 1, 1], [2, 0, 0, 0], [0, 2, 7, 7]]).reshape(1, 1, 4, 4)
    dx = max_pool2d_input_gradient(np.array([[[[1.0, 2], [3, 4]]]]), x, 2)
    assert dx[0, 0].tolist() == [[0, 1, 2, 0], [0, 0, 0, 0], [3, 0, 0, 0], [0, 0, 4, 0]]


def test_a_negative_maximum_is_not_beaten_by_the_padding():
    x = np.full((1, 1, 2, 2), -5.0)
    assert (max_pool2d(x, 2, padding=1) == -5).all()
    assert max_pool2d_input_gradient(np.ones((1, 1, 2, 2)), x, 2, padding=1).sum() == 4


# Arrays


@pytest.mark.parametrize("block", [1, 500, 5_000])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("filters", [2, 6])
def test_blocks_of_examples_and_rows_change_nothing(block, stride, filters, monkeypatch):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(5, 4, 6, 8)), rng.normal(size=(filters, 2, 3, 3))
    options = {"padding": 1, "stride": stride, "groups": 2}
    delta = rng.normal(size=conv2d(x, w, **options).shape)

    def results():
        yield conv2d(x, w, **options)
        yield conv2d_input_gradient(delta, w, (6, 8), **options)
        yield conv2d_filter_gradient(delta, x, (3, 3), **options)

    whole = list(results())
    monkeypatch.setattr(_sliding, "BLOCK", block)
    for in_blocks, at_once in zip(results(), whole, strict=True):
        close(in_blocks, at_once)


@both_dtypes
@pytest.mark.parametrize("stride", [1, 2])
def test_memory_stays_below_the_matrix_of_windows(stride, dtype):
    rng = np.random.default_rng(0)
    x, w = rng.random((64, 8, 40, 40), dtype), rng.random((4, 8, 5, 5), dtype)
    options = {"padding": 2, "stride": stride}
    z = conv2d(x, w, **options)
    windows = z[:, 0].size * w[0].size * x.itemsize
    for call in (
        lambda: conv2d(x, w, **options),
        lambda: conv2d_input_gradient(z, w, (40, 40), **options),
        lambda: conv2d_filter_gradient(z, x, (5, 5), **options),
    ):
        tracemalloc.start()
        call()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 3 * x.nbytes + 4 * _sliding.BLOCK < windows


@both_dtypes
def test_the_dtype_is_kept(dtype):
    delta, x, w, b = example(dtype)
    options = {"padding": 1, "stride": 2}
    results = [
        conv2d(x, w, b, **options),
        conv2d_input_gradient(delta, w, (5, 7), **options),
        conv2d_filter_gradient(delta, x, 3, **options),
        conv2d_matrix(w, (2, 5, 7)),
        max_pool2d(x, 2),
        max_pool2d_input_gradient(x, x, 1),
        mean_pool2d(x, 2),
        mean_pool2d_input_gradient(x, (5, 7), 1),
    ]
    assert {result.dtype for result in results} == {np.dtype(dtype)}


def test_inputs_are_not_modified_and_results_share_no_memory_with_them():
    delta, x, w, b = given_ = example()
    pixel = np.ones((1, 2, 1, 1))
    before = [array.copy() for array in given_]
    options = {"padding": 1, "stride": 2}
    results = [
        conv2d(x, w, b, **options),
        conv2d(x, pixel),
        conv2d_input_gradient(delta, w, (5, 7), **options),
        conv2d_filter_gradient(delta, x, 3, **options),
        *(forward(x, f) for forward, _ in POOLS.values() for f in (1, 2, (2, 1))),
        *(backward(x, x, 1) for _, backward in POOLS.values()),
    ]
    for result in results:
        result += 1
    for array, copy in zip(given_, before, strict=True):
        assert np.array_equal(array, copy)


def test_arrays_need_not_be_contiguous():
    _, x, w, _ = example()
    options = {"padding": 1, "stride": 2}
    scattered = [np.repeat(a, 2, axis=-1)[..., ::2].transpose(3, 2, 1, 0).copy().T for a in (x, w)]
    close(conv2d(*scattered, **options), conv2d(x, w, **options))
    close(max_pool2d(scattered[0], 2), max_pool2d(x, 2))


def test_what_overflows_becomes_infinite_without_a_warning():
    x = np.full((1, 1, 2, 2), 1e300)
    assert np.isposinf(conv2d(x, x)).all()
    assert np.isposinf(mean_pool2d(np.full((1, 1, 2, 2), np.finfo(float).max), 2)).all()


# Bad input

DELTA, X, W, B = example()
INT = X.astype(int)
CONV, BACK = {"padding": 1, "stride": 2}, {"size": (5, 7), "padding": 1, "stride": 2}
REFUSED = {
    "integer images": (
        lambda: conv2d(INT, W),
        (TypeError, "x must be float32 or float64, not int64"),
    ),
    "half precision": (lambda: conv2d(X, W.astype(np.float16)), (TypeError, "w must be float32")),
    "rank of x": (lambda: conv2d(X[0], W), "x must have shape (N, C, H, W), .* not (2, 5, 7)"),
    "rank of w": (lambda: conv2d(X, W[0]), "w must have shape (K, C / groups, f_h, f_w)"),
    "rank of b": (lambda: conv2d(X, W, B[:, None]), "b must have shape (K,), .* not (4, 1)"),
    "length of b": (lambda: conv2d(X, W, B[:3]), "b must have shape (4,), .* not (3,)"),
    "an empty batch": (lambda: conv2d(X[:0], W), "x must have shape .* not (0, 2, 5, 7)"),
    "no filter": (lambda: conv2d(X, W[:0]), "w must have shape .* not (0, 2, 3, 3)"),
    "channels": (lambda: conv2d(X[:, :1], W), "x must have 2 channels, .* groups = 1, not 1"),
    "groups and channels": (lambda: conv2d(X, W, groups=2), "x must have 4 channels"),
    "groups and filters": (lambda: conv2d(X, W, groups=3), "groups = 3 must divide the 4 filters"),
    "no groups": (lambda: conv2d(X, W, groups=0), "groups must be at least 1, not 0"),
    "half a group": (lambda: conv2d(X, W, groups=1.5), (TypeError, "groups must be an integer")),
    "a large filter": (lambda: conv2d(X[..., :2], W), "f = 3 .* spans 3 cells, more than the 2"),
    "a dilated filter": (lambda: conv2d(X, W, dilation=(1, 4)), "spans 9 cells, more than the 7"),
    "padding": (lambda: conv2d(X, W, padding=-1), "padding must be at least 0, not -1"),
    "stride": (lambda: conv2d(X, W, stride=0), "stride must be at least 1, not 0"),
    "a stride of 1.5": (lambda: conv2d(X, W, stride=1.5), (TypeError, "stride must be an integer")),
    "dtypes": (lambda: conv2d(X, W.astype("f4")), "x and w must have the same dtype, not float64"),
    "dtype of b": (lambda: conv2d(X, W, B.astype("f4")), "w and b must have the same dtype"),
    "NaN": (lambda: conv2d(X * np.nan, W), "x must be finite, not nan"),
    "infinity": (lambda: conv2d(X, W / 0), "w must be finite, not"),
    "delta": (
        lambda: conv2d_input_gradient(DELTA[..., 1:], W, **BACK),
        "delta must have the shape (3, 4, 3, 4) of the output, not (3, 4, 3, 3)",
    ),
    "channels of delta": (
        lambda: conv2d_input_gradient(DELTA[:, 1:], W, **BACK),
        "delta must have the shape (3, 4, 3, 4) of the output, not (3, 3, 3, 4)",
    ),
    "size": (
        lambda: conv2d_input_gradient(DELTA, W, (0, 7)),
        "size must be at least 1, not 0",
    ),
    "examples of delta": (
        lambda: conv2d_filter_gradient(DELTA[1:], X, 3, **CONV),
        "delta must have the shape (3, 4, 3, 4) of the output, not (2, 4, 3, 4)",
    ),
    "groups of a gradient": (
        lambda: conv2d_filter_gradient(DELTA, X, 3, **CONV, groups=4),
        "groups = 4 must divide the 2 channels of x",
    ),
    "field": (
        lambda: conv2d_filter_gradient(DELTA, X, (3, 3, 3), **CONV),
        "field must be an integer or a pair, not (3, 3, 3)",
    ),
    "dtype of delta": (
        lambda: conv2d_filter_gradient(DELTA.astype("f4"), X, 3, **CONV),
        "delta and x must have the same dtype, not float32 and float64",
    ),
    "shape of the matrix": (
        lambda: conv2d_matrix(W, (5, 7)),
        "shape must be (channels, rows, columns), not (5, 7)",
    ),
    "images to pool": (lambda: max_pool2d(INT, 2), (TypeError, "x must be float32 or float64")),
    "a large window": (lambda: mean_pool2d(X, 6), "f = 6 .* spans 6 cells, more than the 5"),
    "no window": (lambda: max_pool2d(X, 0), "f must be at least 1, not 0"),
    "no stride": (lambda: max_pool2d(X, 2, stride=0), "stride must be at least 1, not 0"),
    "padding of a pool": (
        lambda: max_pool2d(X, (2, 3), padding=((0, 0), (0, 2))),
        "padding must be at most 1, half of f = 3, not 2",
    ),
    "causal padding of a pool": (
        lambda: max_pool2d(X, 3, padding="causal"),
        "padding must be at most 1, half of f = 3, not 2",
    ),
    "no padding": (
        lambda: conv2d(X, W, padding="SAME"),
        'padding must be an integer, a pair, "valid", "same" or "causal", not \'SAME\'',
    ),
    "padding of a mean": (lambda: mean_pool2d(X, 1, padding=1), "padding must be at most 0"),
    "delta of a pool": (
        lambda: max_pool2d_input_gradient(X, X, 2),
        "delta must have the shape (3, 2, 2, 3) of the output, not (3, 2, 5, 7)",
    ),
    "delta of a mean": (
        lambda: mean_pool2d_input_gradient(X, (5, 7), 2),
        "delta must have the shape (3, 2, 2, 3) of the output, not (3, 2, 5, 7)",
    ),
    "NaN in a pool": (lambda: max_pool2d(X * np.nan, 2), "x must be finite, not nan"),
}


@pytest.mark.parametrize("case", list(REFUSED))
def test_bad_input_is_refused_by_name(case):
    call, expected = REFUSED[case]
    error, message = expected if isinstance(expected, tuple) else (ValueError, expected)
    pattern = re.escape(message).replace(r"\.\*", ".*")
    with np.errstate(divide="ignore"), pytest.raises(error, match=pattern):
        call()
