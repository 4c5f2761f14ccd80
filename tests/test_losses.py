"""Losses against known numbers, centred differences, and the laws they obey."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from backprop import losses
from backprop.activations import sigmoid, softmax, softmax_vjp
from backprop.gradient_check import check
from backprop.losses import LOSSES

N, M = 5, 4


def one_hot(rng):
    return np.eye(N)[:, rng.integers(N, size=M)]


# Admissible predictions and targets of N entries in M columns, away from every kink.
PAIRS = {
    "squared_error": lambda rng: rng.normal(size=(2, N, M)),
    "mean_squared_error": lambda rng: rng.normal(size=(2, N, M)),
    "absolute_error": lambda rng: rng.normal(size=(2, N, M)),
    "huber": lambda rng: 2 * rng.normal(size=(2, N, M)),
    "hinge": lambda rng: (rng.normal(size=(N, M)), rng.choice([-1.0, 1.0], (N, M))),
    "dot_product_hinge": lambda rng: (rng.normal(size=(N, M)), rng.choice([-1.0, 1.0], (N, M))),
    "binary_cross_entropy": lambda rng: rng.uniform(0.1, 0.9, (2, N, M)),
    "sigmoid_cross_entropy": lambda rng: (3 * rng.normal(size=(N, M)), rng.uniform(size=(N, M))),
    "cross_entropy": lambda rng: (softmax(rng.normal(size=(N, M))), one_hot(rng)),
    "softmax_cross_entropy": lambda rng: (3 * rng.normal(size=(N, M)), one_hot(rng)),
    "cosine_loss": lambda rng: rng.normal(size=(2, N, M)),
}
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda loss: loss.name)

column = hnp.arrays(np.float64, 4, elements=st.integers(-(10**6), 10**6)).map(lambda a: a / 1e3)


@pytest.mark.parametrize("name", [name for name in LOSSES if name != "cross_entropy"])
def test_the_gradient_passes_the_check(name):
    loss = LOSSES[name]
    for seed in range(20):
        rng = np.random.default_rng(seed)
        prediction, target = PAIRS[name](rng)
        assert check(
            lambda p, y=target: loss.function(p, y),
            lambda u, p, y=target: {"p": u * loss.gradient(p, y)},
            {"p": prediction},
            rng=rng,
        )


def test_the_gradient_of_cross_entropy_passes_the_check_where_columns_stay_distributions():
    def through_softmax(u, z):
        return {"z": softmax_vjp(z, u * losses.cross_entropy_gradient(softmax(z), y))}

    for seed in range(20):
        rng = np.random.default_rng(seed)
        z, y = rng.normal(size=(N, M)), softmax(rng.normal(size=(N, M)))
        assert check(
            lambda z, y=y: losses.cross_entropy(softmax(z), y), through_softmax, {"z": z}, rng=rng
        )


@every_loss
def test_a_batch_is_its_columns(loss):
    prediction, target = PAIRS[loss.name](np.random.default_rng(0))
    pairs = list(zip(prediction.T, target.T, strict=True))
    values = [loss.function(*pair) for pair in pairs]
    gradients = np.transpose([loss.gradient(*pair) for pair in pairs])
    assert all(np.ndim(value) == 0 for value in values)
    np.testing.assert_allclose(loss.function(prediction, target), values, rtol=1e-15)
    np.testing.assert_allclose(loss.gradient(prediction, target), gradients, rtol=1e-15)


@every_loss
def test_cost_is_the_mean_over_the_batch(loss):
    prediction, target = PAIRS[loss.name](np.random.default_rng(0))
    assert loss.cost(prediction, target) == loss.function(prediction, target).mean()
    assert loss.cost(prediction[:, 0], target[:, 0]) == loss.function(
        prediction[:, 0], target[:, 0]
    )


@every_loss
def test_cost_of_no_columns_is_a_value_error(loss):
    with pytest.raises(ValueError, match=r"the cost of a batch without columns is undefined"):
        loss.cost(np.ones((3, 0)), np.ones((3, 0)))


@every_loss
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_float_type_of_the_prediction_is_kept(loss, dtype):
    prediction, target = PAIRS[loss.name](np.random.default_rng(0))
    prediction = prediction.astype(dtype)
    assert loss.function(prediction, target).dtype == dtype
    assert loss.gradient(prediction, target).dtype == dtype


@every_loss
def test_two_numbers_are_a_column_of_one(loss):
    value, gradient = loss.function(1, 1), loss.gradient(1, 1)
    assert isinstance(value, np.float64)
    assert isinstance(gradient, np.float64)
    assert value == loss.function([1], [1])
    assert [gradient] == loss.gradient([1], [1])


@every_loss
def test_no_argument_is_changed(loss):
    prediction, target = PAIRS[loss.name](np.random.default_rng(0))
    before = np.array(prediction), np.array(target)
    loss.function(prediction, target), loss.gradient(prediction, target)
    np.testing.assert_array_equal(prediction, before[0])
    np.testing.assert_array_equal(target, before[1])


# Values and kinks


def test_squared_error_has_no_half():
    assert losses.squared_error([0, 3], [1, 1]) == 5
    assert losses.squared_error_gradient([0, 3], [1, 1]).tolist() == [-2, 4]
    assert losses.mean_squared_error([0, 3], [1, 1]) == 2.5
    assert losses.mean_squared_error_gradient([0, 3], [1, 1]).tolist() == [-1, 2]


def test_absolute_error_has_slope_zero_at_its_kink():
    assert losses.absolute_error([0, 3, 1], [1, 1, 1]) == 3
    assert losses.absolute_error_gradient([0, 3, 1], [1, 1, 1]).tolist() == [-1, 1, 0]


def test_slope_of_huber_is_the_threshold_outside():
    assert losses.huber_gradient(0, 5, threshold=3) == -3
    assert losses.huber(0, 5, threshold=3) == 3 * 5 - 9 / 2
    assert losses.huber([0, 1], [5, 1], threshold=3) == (3 * 5 - 9 / 2) / 2


@given(st.floats(0.1, 100), st.sampled_from([-1, 1]))
def test_huber_and_its_slope_are_continuous_at_the_threshold(threshold, side):
    at, outside = side * threshold, side * threshold * (1 + 1e-12)
    for function in losses.huber, losses.huber_gradient:
        inner, outer = (function(r, 0, threshold=threshold) for r in (at, outside))
        assert outer == pytest.approx(inner, rel=1e-11)


@given(column, column)
def test_huber_with_a_distant_threshold_is_half_the_mean_squared_error(yhat, y):
    half = losses.mean_squared_error(yhat, y) / 2
    assert losses.huber(yhat, y, threshold=1e5) == pytest.approx(half, rel=1e-14)


def test_the_two_hinges_differ():
    assert losses.dot_product_hinge([2, 0.5], [1, -1]) == 0
    assert losses.hinge([2, 0.5], [1, -1]) == 1.5
    assert losses.hinge_gradient([2, 0.5], [1, -1]).tolist() == [0, 1]
    assert losses.dot_product_hinge_gradient([0, 0.5], [1, -1]).tolist() == [-1, 1]


def test_slope_of_the_hinges_is_zero_at_the_kink():
    assert str(losses.hinge_gradient([1, -1], [1, -1])) == "[0. 0.]"
    assert str(losses.dot_product_hinge_gradient([0.5, -0.5], [1, -1])) == "[0. 0.]"


def test_binary_cross_entropy_of_known_predictions():
    assert losses.binary_cross_entropy(1e-4, 1) == pytest.approx(9.210340371976, abs=1e-12)
    assert losses.binary_cross_entropy(0.5, 0.5) == pytest.approx(math.log(2), rel=1e-15)
    assert losses.binary_cross_entropy_gradient(0.5, 1) == -2


@pytest.mark.parametrize("function", [losses.binary_cross_entropy, losses.cross_entropy])
def test_certainty_costs_nothing_when_right_and_infinity_when_wrong(function):
    assert function([1.0, 0.0], [1, 0]) == 0
    assert function([1.0, 0.0], [0, 1]) == math.inf


def test_gradients_at_certainty_are_the_limits():
    certain = [1.0, 0.0]
    assert losses.binary_cross_entropy_gradient(certain, [1, 0]).tolist() == [-1, 1]
    assert losses.binary_cross_entropy_gradient(certain, [0, 1]).tolist() == [math.inf, -math.inf]
    assert losses.cross_entropy_gradient(certain, [1, 0]).tolist() == [-1, 0]
    assert losses.cross_entropy_gradient(certain, [0, 1]).tolist() == [0, -math.inf]


@given(st.floats(-30, 30), st.floats(0, 1))
def test_sigmoid_cross_entropy_is_binary_cross_entropy_of_the_sigmoid(z, y):
    direct = losses.binary_cross_entropy(sigmoid(z), y)
    # 1 - σ(z) is known to 2⁻⁵³ only, which the logarithm magnifies by 1/(1 - σ(z)).
    assert losses.sigmoid_cross_entropy(z, y) == pytest.approx(direct, abs=1e-15 / sigmoid(-abs(z)))


@given(hnp.arrays(np.float64, 4, elements=st.floats(-9, 9)), st.integers(0, 3))
def test_softmax_cross_entropy_is_cross_entropy_of_the_softmax(z, label):
    y, p = np.eye(4)[label], softmax(z)
    assert losses.softmax_cross_entropy(z, y) == pytest.approx(
        losses.cross_entropy(p, y), abs=1e-13
    )
    through_jacobian = softmax_vjp(z, losses.cross_entropy_gradient(p, y))
    direct = losses.softmax_cross_entropy_gradient(z, y)
    np.testing.assert_allclose(direct, through_jacobian, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_cross_entropy_of_a_sure_prediction_is_not_rounded_to_zero(dtype):
    loss = losses.softmax_cross_entropy(np.array([0, 40], dtype), [0, 1])
    assert loss.dtype == dtype
    np.testing.assert_allclose(loss, 4.248354255291589e-18, rtol=4 * np.finfo(dtype).eps)


@given(column, st.integers(0, 3), st.integers(-1000, 1000))
def test_softmax_cross_entropy_does_not_see_a_shift(z, label, shift):
    y = np.eye(4)[label]
    loss = losses.softmax_cross_entropy(z, y)
    assert losses.softmax_cross_entropy(z + shift, y) == pytest.approx(loss, abs=1e-11)


@given(column, st.integers(0, 3))
def test_gradient_of_softmax_cross_entropy_sums_to_zero(z, label):
    gradient = losses.softmax_cross_entropy_gradient(z, np.eye(4)[label])
    assert gradient.sum() == pytest.approx(0, abs=1e-15)


nonzero = column.filter(np.any)


@given(nonzero, nonzero)
def test_gradient_of_the_cosine_is_orthogonal_to_a(a, y):
    gradient = losses.cosine_similarity_gradient(a, y)
    assert gradient @ a == pytest.approx(0, abs=1e-14)


@given(nonzero, st.floats(1e-3, 1e3))
def test_the_cosine_does_not_see_lengths(a, scale):
    assert losses.cosine_similarity(a, scale * a) == pytest.approx(1, abs=1e-15)
    assert losses.cosine_similarity(a, -scale * a) == pytest.approx(-1, abs=1e-15)


@given(nonzero, nonzero)
def test_the_cosine_stays_between_minus_one_and_one(a, y):
    assert -1 <= losses.cosine_similarity(a, y) <= 1
    assert losses.cosine_loss(a, y) == 1 - losses.cosine_similarity(a, y)


def test_cosine_with_a_one_hot_target_is_an_entry_over_the_length():
    assert losses.cosine_similarity([3, 4], [0, 1]) == pytest.approx(0.8, rel=1e-15)
    gradient = losses.cosine_similarity_gradient([3, 4], [0, 1])
    np.testing.assert_allclose(gradient, [-0.8 * 3 / 25, 1 / 5 - 0.8 * 4 / 25], rtol=1e-14)


# Extremes


@pytest.mark.parametrize("name", ["sigmoid_cross_entropy", "softmax_cross_entropy"])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_logits_of_ten_thousand_are_exact(name, dtype):
    z, y = np.array([[1e4, -1e4], [-1e4, 1e4]], dtype), np.array([[1, 1], [0, 0]])
    with np.errstate(all="raise"):
        value, gradient = LOSSES[name].function(z, y), LOSSES[name].gradient(z, y)
    np.testing.assert_array_equal(value, np.array([0, 2e4], dtype))
    np.testing.assert_array_equal(gradient, [[0, -1], [0, 1]])


def test_a_small_cost_does_not_round_to_zero():
    exactly = {"rel": 1e-15, "abs": 0}
    assert losses.sigmoid_cross_entropy(40, 1) == pytest.approx(math.exp(-40), **exactly)
    assert losses.binary_cross_entropy(1e-20, 0) == pytest.approx(1e-20, **exactly)


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_the_cosine_of_tiny_and_huge_vectors_is_right(size):
    a, y = size * np.array([3.0, 4.0]), size * np.array([0.0, 1.0])
    assert losses.cosine_similarity(a, y) == pytest.approx(0.8, rel=1e-15)
    gradient = losses.cosine_similarity_gradient(a, y)
    np.testing.assert_allclose(size * gradient, [-0.096, 0.072], rtol=1e-14)


# Bad input


@every_loss
def test_shapes_that_differ_are_a_value_error(loss):
    for function in loss.function, loss.gradient:
        with pytest.raises(ValueError, match=r"must have the same shape, not \(3, 1\) and \(3,\)$"):
            function(np.ones((3, 1)), np.ones(3))


@every_loss
def test_columns_without_entries_are_a_value_error(loss):
    for function in loss.function, loss.gradient:
        with pytest.raises(ValueError, match=r"must have at least one entry in a column$"):
            function(np.ones((0, 3)), np.ones((0, 3)))


@every_loss
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", [0, 1])
def test_what_is_not_finite_is_a_value_error(loss, bad, place):
    arguments = [np.ones(1), np.ones(1)]
    arguments[place][0] = bad
    for function in loss.function, loss.gradient:
        with pytest.raises(ValueError, match=rf"must .*(, not {bad}|)$"):
            function(*arguments)


@every_loss
@pytest.mark.parametrize("bad", [1j, None, "1"])
def test_what_is_not_a_real_number_is_a_type_error(loss, bad):
    for function in loss.function, loss.gradient:
        with pytest.raises(TypeError, match=r"^(yhat|z|a) must hold real numbers, not "):
            function(bad, 1)
        with pytest.raises(TypeError, match=r"^y must hold real numbers, not "):
            function(1, bad)


@pytest.mark.parametrize(
    ("names", "prediction", "target", "message"),
    [
        (["hinge", "dot_product_hinge"], [1, 1], [0, 1], "y must hold only the labels -1 and 1"),
        (
            ["binary_cross_entropy", "sigmoid_cross_entropy"],
            [0, 1],
            [0, 2],
            "y must lie between 0 and 1, not 2.0",
        ),
        (["binary_cross_entropy"], [-0.5, 1], [0, 1], "yhat must lie between 0 and 1, not -0.5"),
        (["cross_entropy"], [1.5, -0.5], [0, 1], "yhat must lie between 0 and 1, not 1.5"),
        (["cross_entropy"], [0.5, 0.4], [0, 1], "each column of yhat must sum to 1, not 0.9"),
        (
            ["cross_entropy", "softmax_cross_entropy"],
            [[0.5, 0.5], [0.5, 0.5]],
            [[0, 1], [1, 1]],
            "each column of y must sum to 1, not 2.0",
        ),
        (["softmax_cross_entropy"], [1, 1], [2, -1], "y must lie between 0 and 1, not 2.0"),
        (["cosine_loss"], [0, 0], [0, 1], "no column of a may be the zero vector"),
        (["cosine_loss"], [[1, 1], [1, 1]], [[1, 0], [1, 0]], "no column of y may be the zero"),
    ],
)
def test_what_a_loss_does_not_allow_is_a_value_error_that_says_what_it_does(
    names, prediction, target, message
):
    for name in names:
        for function in LOSSES[name].function, LOSSES[name].gradient:
            with pytest.raises(ValueError, match=f"^{message}"):
                function(prediction, target)


@pytest.mark.parametrize("threshold", [0, -1, math.inf, math.nan])
def test_the_threshold_of_huber_is_positive_and_finite(threshold):
    for function in losses.huber, losses.huber_gradient:
        with pytest.raises(ValueError, match=r"^threshold must lie strictly between 0 and inf"):
            function(0, 1, threshold=threshold)


def test_a_target_too_large_for_the_float_type_of_the_prediction_is_a_value_error():
    with pytest.raises(ValueError, match=r"^y must be finite, not inf$"):
        losses.squared_error(np.float32(0), 1e300)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"^unknown loss 'mse'; .* mean_squared_error, "):
        LOSSES["mse"]
