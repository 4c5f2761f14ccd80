import math
import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from backprop.initialization import normal
from backprop.layers import Dense
from backprop.network import Gradient, Network, dense_network
from backprop.optimization import (
    Diverged,
    clip_by_norm,
    clip_by_value,
    descend,
    gradient_descent,
    sgd,
)

RUNS = {
    "gradient_descent": gradient_descent,
    "sgd": lambda *args, **kw: sgd(
        *args, **{"batch_size": 3, "rng": np.random.default_rng(1), **kw}
    ),
}


@pytest.fixture(params=RUNS)
def train(request):
    return RUNS[request.param]


def line(w=0.0, b=0.0, dtype=np.float64):
    return Network(
        [Dense(np.array([[w]], dtype), np.array([b], dtype), "identity")], "squared_error"
    )


def five(dtype=np.float64):
    x = np.array([[1, 2, 3, 4, 6]], dtype)
    return x, x


def two_layers(m=7, dtype=np.float64):
    rng = np.random.default_rng(3)
    network = dense_network(
        [3, 4, 2],
        ["tanh", "softmax"],
        "softmax_cross_entropy",
        weights=normal(0.5),
        rng=rng,
        dtype=dtype,
    )
    X = rng.normal(size=(3, m)).astype(dtype)
    return network, X, np.eye(2, dtype=dtype)[:, rng.integers(2, size=m)]


# descend


@given(st.floats(-10, 10), st.floats(0.01, 0.9), st.integers(1, 20))
def test_each_step_on_a_parabola_multiplies_by_one_minus_the_rate(start, rate, steps):
    path = descend(lambda w: w, start, rate=rate, steps=steps)
    powers = start * (1 - rate) ** np.arange(len(path))
    np.testing.assert_allclose(path, powers, rtol=1e-12, atol=1e-300)


def test_the_path_stacks_points_of_any_shape():
    path = descend(lambda w: 2 * w, [[1.0, 2.0]], rate=0.25, steps=2)
    np.testing.assert_array_equal(path, [[[1, 2]], [[0.5, 1]], [[0.25, 0.5]]])


def test_all_coordinates_move_at_once():
    path = descend(lambda w: 2 * (w.sum() - 1) * np.ones(2), [0, 0], rate=0.25, steps=1)
    np.testing.assert_array_equal(path[-1], [0.5, 0.5])


def test_a_walk_from_a_stationary_point_stays_there():
    assert descend(lambda w: 4 * w * (w**2 - 1), 1, rate=0.1, steps=9).tolist() == [1]


def test_a_walk_ends_where_every_derivative_is_within_the_tolerance():
    path = descend(lambda w: w, [1.0, -3.0], rate=0.5, steps=99, tolerance=0.1)
    assert np.abs(path[-1]).max() <= 0.1 < np.abs(path[-2]).max()


def test_a_walk_keeps_the_precision_of_its_start_and_leaves_it_alone():
    start = np.ones(2, np.float32)
    path = descend(lambda w: np.float64(2) * w, start, rate=0.1, steps=3)
    assert path.dtype == np.float32 and start.tolist() == [1, 1]


def test_a_gradient_that_writes_into_its_argument_does_not_move_the_walk():
    def doubled(w):
        w *= 2
        return w

    start = np.ones(2)
    path = descend(doubled, start, rate=0.25, steps=2)
    assert path.tolist() == [[1, 1], [0.5, 0.5], [0.25, 0.25]] and start.tolist() == [1, 1]


def test_a_walk_that_overflows_says_at_which_step():
    with pytest.raises(Diverged, match=r"after step 2 with rate = 1e\+200 .* such as 1e\+199"):
        descend(lambda w: w, 1e100, rate=1e200, steps=9)


@pytest.mark.parametrize(
    ("error", "message", "change"),
    [
        (ValueError, "rate must lie strictly between 0", {"rate": 0}),
        (ValueError, "rate must lie strictly between 0", {"rate": math.nan}),
        (TypeError, "rate must be a number", {"rate": "fast"}),
        (ValueError, "steps must be at least 1", {"steps": 0}),
        (TypeError, "steps must be an integer", {"steps": 2.0}),
        (ValueError, "tolerance must be 0 or a positive finite number, not -1", {"tolerance": -1}),
        (ValueError, "start must be finite", {"start": math.inf}),
        (ValueError, "value of gradient and start must have the same shape", {"start": [1, 2]}),
    ],
)
def test_a_walk_refuses_bad_input(error, message, change):
    with pytest.raises(error, match=message):
        descend(lambda w: 1.0, **{"start": 1, "rate": 0.1, "steps": 3, **change})


# gradient_descent


def test_one_epoch_of_descent_is_one_step_against_the_gradient():
    network, X, Y = two_layers()
    run = gradient_descent(network, X, Y, rate=0.3, epochs=1)
    slopes = network.gradient(X, Y).parameters
    for name, array in run.network.parameters.items():
        np.testing.assert_array_equal(array, network.parameters[name] - 0.3 * slopes[name])


def test_descent_on_a_line_is_a_power_of_a_matrix():
    hessian, start = np.array([[26.4, 6.4], [6.4, 2]]), np.array([3.0, -1.0])
    run = gradient_descent(line(*start), *five(), rate=0.01, epochs=25)
    error = np.linalg.matrix_power(np.eye(2) - 0.01 * hessian, 25) @ (start - [1, 0])
    found = [run.network.layers[0].W.item() - 1, run.network.layers[0].b.item()]
    np.testing.assert_allclose(found, error, rtol=1e-12)


def test_the_limit_of_stability_is_two_over_the_largest_eigenvalue():
    rate = 2 / np.linalg.eigvalsh([[26.4, 6.4], [6.4, 2]]).max()
    below, above = (
        gradient_descent(line(3.0), *five(), rate=rate * factor, epochs=300).costs
        for factor in (0.99, 1.01)
    )
    assert below[-1] < below[0] and above[-1] > above[0]


def test_a_run_goes_on_where_another_ended():
    network, X, Y = two_layers()
    first = gradient_descent(network, X, Y, rate=0.5, epochs=3)
    second = gradient_descent(first.network, X, Y, rate=0.5, epochs=4)
    whole = gradient_descent(network, X, Y, rate=0.5, epochs=7)
    np.testing.assert_array_equal([*first.costs, *second.costs[1:]], whole.costs)


# sgd


def peak_bytes(call):
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("layout", "copies"),
    [
        (lambda rows: rows.T, 0),
        (lambda rows: np.ascontiguousarray(rows.T), 1),
        (lambda rows: rows.T.astype(np.float64), 1),
        (lambda rows: np.ascontiguousarray(rows.T.astype(np.uint8)), 1),
    ],
    ids=["rows", "columns", "float64", "integers"],
)
def test_a_run_holds_one_copy_of_the_data_at_most_and_none_of_rows(layout, copies):
    sizes, m, size = [300, 20, 5], 4000, 1000
    rng = np.random.default_rng(0)
    network = dense_network(
        sizes, ["tanh", "identity"], "squared_error", weights=normal(0.1), rng=rng, dtype=np.float32
    )
    X, Y = (layout(rng.random((m, n), np.float32)) for n in (300, 5))
    held = peak_bytes(lambda: sgd(network, X, Y, rate=0.01, epochs=1, batch_size=size, rng=rng))
    data, batch = 4 * m * (300 + 5), 4 * size * sum(sizes)
    parameters = sum(array.nbytes for array in network.parameters.values())
    assert held <= copies * data + parameters + 3 * batch


@pytest.mark.parametrize(("size", "updates"), [(1, 28), (3, 12), (7, 4), (32, 4)])
def test_an_epoch_makes_an_update_for_each_batch_begun(size, updates):
    rng = np.random.default_rng(0)
    run = sgd(*two_layers(m=7), rate=0.1, epochs=4, batch_size=size, rng=rng)
    assert run.updates == updates and len(run.costs) == 5


def test_each_epoch_uses_every_example_once_in_a_new_order():
    X = np.arange(1.0, 8)[np.newaxis]
    seen = []

    class Watched(Network):
        def gradient(self, X, Y):
            seen.append(X[0].tolist())
            return super().gradient(X, Y)

    watched = Watched(line().layers, "squared_error")
    sgd(watched, X, X, rate=1e-3, epochs=2, batch_size=3, rng=np.random.default_rng(0))
    first, second = ([x for batch in epoch for x in batch] for epoch in (seen[:3], seen[3:]))
    assert [len(batch) for batch in seen] == [3, 3, 1] * 2
    assert sorted(first) == sorted(second) == X[0].tolist()
    assert first != second and first != X[0].tolist()


def test_a_batch_of_all_examples_is_gradient_descent():
    network, X, Y = two_layers()
    rng = np.random.default_rng(0)
    batch = sgd(network, X, Y, rate=0.5, epochs=9, batch_size=7, rng=rng)
    full = gradient_descent(network, X, Y, rate=0.5, epochs=9)
    np.testing.assert_allclose(batch.costs, full.costs, rtol=1e-12)


def test_common_networks_are_updated_in_place(monkeypatch):
    network, X, Y = two_layers()
    monkeypatch.setattr(Network, "gradient", None)
    assert RUNS["sgd"](network, X, Y, rate=0.1, epochs=2).updates == 6


def test_a_run_that_is_not_tracked_computes_the_cost_of_its_first_examples_alone(monkeypatch):
    monkeypatch.setattr("backprop.optimization.BLOCK", 2)
    network, X, Y = two_layers()
    costs = []
    monkeypatch.setattr(Network, "cost", lambda *given: costs.append(0.5) or 0.5)
    run = RUNS["sgd"](network, X, Y, rate=0.1, epochs=3, track=False)
    assert run.costs.tolist() == [] and len(costs) == 1


@pytest.mark.parametrize("clip", [None, lambda gradient: gradient], ids=["in place", "plainly"])
def test_a_run_that_is_not_tracked_refuses_any_target_that_the_loss_does_not_allow(
    clip, monkeypatch
):
    monkeypatch.setattr("backprop.optimization.BLOCK", 2)
    network, X, Y = two_layers()
    wrong = np.concatenate([Y[:, :-1], 2 * Y[:, -1:]], axis=1)
    with pytest.raises(ValueError, match="y must lie between 0 and 1, not 2"):
        RUNS["sgd"](network, X, wrong, rate=0.1, epochs=1, track=False, clip=clip)


@pytest.mark.parametrize("clip", [None, lambda gradient: gradient], ids=["in place", "plainly"])
def test_a_start_that_overflows_has_not_diverged(clip):
    network = Network([Dense([[1e200]], [0], "identity")] * 2, "squared_error")
    with pytest.raises(ValueError, match=r"^z\[2\] must be finite, not inf$"):
        RUNS["sgd"](network, *five(), rate=0.1, epochs=1, track=False, clip=clip)


def test_a_run_can_be_watched_epoch_by_epoch():
    network, X, Y = two_layers()
    seen = []

    def watch(epoch, trained):
        seen.append((epoch, trained.cost(X, Y)))

    run = RUNS["sgd"](network, X, Y, rate=0.1, epochs=3, watch=watch)
    assert seen == list(enumerate(run.costs[1:], 1))


def test_divergence_is_seen_without_costs():
    with pytest.raises(Diverged, match="epoch 1"):
        RUNS["sgd"](line(w=9.0), *five(), rate=1e308, epochs=1, track=False)


def test_the_same_seed_gives_the_same_run():
    first, second = (
        sgd(*two_layers(), rate=0.1, epochs=3, batch_size=2, rng=np.random.default_rng(5))
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.costs, second.costs)


# both


def test_costs_begin_with_the_start_and_end_with_the_result(train):
    network, X, Y = two_layers()
    run = train(network, X, Y, rate=0.1, epochs=3)
    assert run.stopped == "epochs" and len(run.costs) == 4
    assert run.costs[0] == network.cost(X, Y) and run.costs[-1] == run.network.cost(X, Y)


def test_a_run_lowers_the_cost_and_changes_nothing_it_was_given(train):
    network, X, Y = two_layers()
    given = [X, Y, *network.parameters.values()]
    copies = [array.copy() for array in given]
    run = train(network, X, Y, rate=0.5, epochs=30)
    assert run.costs[-1] < 0.5 * run.costs[0]
    for array, copy in zip(given, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_single_precision_stays_single(train):
    network, X, Y = two_layers(dtype=np.float32)
    run = train(network, X.astype(np.float64), Y.astype(np.float64), rate=0.5, epochs=2)
    assert {array.dtype for array in run.network.parameters.values()} == {np.dtype(np.float32)}


def test_a_run_from_the_solution_stops_at_once(train):
    run = train(line(w=1.0), *five(), rate=0.01, epochs=50)
    assert run.stopped == "tolerance" and len(run.costs) == 2


def test_a_run_stops_when_the_gradient_is_within_the_tolerance(train):
    run = train(line(w=2.0), *five(), rate=0.01, epochs=5000, tolerance=1e-3)
    slopes = run.network.gradient(*five()).parameters.values()
    assert run.stopped == "tolerance" and max(map(np.max, map(np.abs, slopes))) < 2e-3
    assert len(run.costs) > 10


@pytest.mark.parametrize(("factor", "stopped"), [(0.99, "epochs"), (1.01, "tolerance")])
def test_the_tolerance_is_compared_with_the_mean_gradient_of_an_epoch(factor, stopped):
    rate, tolerance = 1e-9, factor * 26.4  # 2 times the mean of x (z - y) with z = 2x and y = x
    run = sgd(
        line(w=2.0),
        *five(),
        rate=rate,
        epochs=1,
        batch_size=1,
        rng=np.random.default_rng(0),
        tolerance=tolerance,
    )
    assert run.stopped == stopped


def test_a_small_rate_does_not_pass_for_a_small_gradient(train):
    run = train(line(w=2.0), *five(), rate=1e-9, epochs=4, tolerance=1e-3)
    assert run.stopped == "epochs"


def test_the_gradient_is_clipped_before_it_is_used(train):
    run = train(line(w=9.0), *five(), rate=1.0, epochs=1, clip=lambda g: clip_by_value(g, 0.25))
    assert run.network.layers[0].W.item() == 9 - 0.25 * run.updates


@pytest.mark.filterwarnings("error")
def test_a_run_that_diverges_says_when_and_what_to_try(train):
    with pytest.raises(
        Diverged, match=r"after epoch \d+ with rate = 10 .* smaller rate, such as 1$"
    ):
        train(line(w=3.0), *five(), rate=10.0, epochs=1000)


def test_what_underflows_is_not_called_divergence(train):
    network, X, Y = two_layers(dtype=np.float32)
    with np.errstate(all="raise"):
        assert train(network, 1e-30 * X, Y, rate=1e-30, epochs=2).updates


def test_a_clipped_gradient_without_a_parameter_is_not_ignored(train):
    with pytest.raises(KeyError, match="W"):
        train(line(w=9.0), *five(), rate=1.0, epochs=1, clip=lambda g: Gradient({}, {}, {}))


def test_an_infinite_weight_is_not_hidden_by_a_finite_cost(train):
    def explode(gradient):  # the unit falls asleep, and what it says is 0
        zero = np.zeros((1, 1))
        return Gradient({1: np.full((1, 1), 1e308), 2: zero}, {1: zero, 2: zero}, {})

    layers = [Dense([[1.0]], [0], "relu"), Dense([[1.0]], [0], "identity")]
    with pytest.raises(Diverged, match="epoch 1"):
        train(Network(layers, "squared_error"), *five(), rate=1e308, epochs=1, clip=explode)


@pytest.mark.parametrize(
    ("error", "message", "change"),
    [
        (ValueError, "rate must lie strictly between 0", {"rate": -0.1}),
        (ValueError, "rate must lie strictly between 0", {"rate": math.inf}),
        (ValueError, "epochs must be at least 1", {"epochs": 0}),
        (TypeError, "epochs must be an integer", {"epochs": 1.5}),
        (ValueError, "tolerance must be 0 or a positive", {"tolerance": math.nan}),
        (ValueError, "X must be finite, not nan", {"X": [[1, 2, 3, 4, math.nan]]}),
        (ValueError, "X must have shape", {"X": np.ones((2, 5))}),
        (ValueError, "Y must be finite, not inf", {"Y": [[1, 2, 3, 4, math.inf]]}),
        (ValueError, "Y must have a column for each of the 5 examples", {"Y": [[1, 2, 3]]}),
        (ValueError, "the cost must be finite", {"Y": [[1, 2, 3, 4, 1e200]]}),
    ],
)
def test_a_run_refuses_bad_input(train, error, message, change):
    data = dict(zip("XY", five(), strict=True))
    with pytest.raises(error, match=message):
        train(line(), **{**data, "rate": 0.01, "epochs": 3, **change})


@pytest.mark.parametrize(
    ("error", "message", "change"),
    [
        (ValueError, "batch_size must be at least 1", {"batch_size": 0}),
        (TypeError, "batch_size must be an integer", {"batch_size": None}),
        (TypeError, "rng must be a numpy.random.Generator", {"rng": 0}),
    ],
)
def test_batches_refuse_bad_input(error, message, change):
    with pytest.raises(error, match=message):
        RUNS["sgd"](line(), *five(), rate=0.01, epochs=3, **change)


def test_what_clip_refuses_is_not_called_divergence(train):
    with pytest.raises(ValueError, match="threshold"):
        train(line(w=3.0), *five(), rate=0.01, epochs=1, clip=lambda g: clip_by_norm(g, -1))


def test_what_a_layer_of_ones_own_refuses_is_not_called_divergence(train):
    class Faulty(Dense):
        def gradient(self, delta, a):
            raise ValueError("these shapes do not fit")

    network = Network([Faulty([[1.0]], [0], "identity")], "squared_error")
    with pytest.raises(ValueError, match="^these shapes do not fit$"):
        train(network, *five(), rate=0.01, epochs=1)


def test_a_run_that_diverges_says_what_is_not_finite(train):
    with pytest.raises(Diverged) as raised:
        train(line(w=3.0), *five(), rate=10.0, epochs=1000)
    assert "must be finite, not" in str(raised.value.__cause__)


def test_a_bar_is_shown_only_when_asked_for(train, capsys, monkeypatch):
    monkeypatch.setattr("backprop.optimization.BAR_AFTER", 0)
    train(line(w=3.0), *five(), rate=0.01, epochs=3)
    assert capsys.readouterr() == ("", "")
    train(line(w=3.0), *five(), rate=0.01, epochs=3, progress=True)
    assert "3/3" in capsys.readouterr().err


# weight decay


def decayed(network, X, Y, rate, decay, clip=lambda gradient: gradient):
    """Return the parameters after one update on all examples, from the formula."""
    slopes = clip(network.gradient(X, Y)).parameters
    moved = {name: p - rate * slopes[name] for name, p in network.parameters.items()}
    weights = [name for name in moved if name.startswith("W")]
    return moved | {name: moved[name] - rate * decay * network.parameters[name] for name in weights}


@pytest.mark.parametrize("clip", [None, lambda gradient: clip_by_value(gradient, 0.01)])
def test_weight_decay_adds_to_the_gradient_of_weights_but_not_of_biases(train, clip):
    network, X, Y = two_layers()
    size = {} if train is gradient_descent else {"batch_size": 7}
    run = train(network, X, Y, rate=0.5, epochs=1, weight_decay=0.3, clip=clip, **size)
    expected = decayed(network, X, Y, 0.5, 0.3, *([clip] if clip else []))
    for name, array in run.network.parameters.items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-12, atol=1e-14)


def test_weight_decay_descends_on_the_cost_and_its_penalty():
    network, X, Y = two_layers()
    rate, decay, h = 1e-3, 0.7, 1e-5

    def penalised(entry, change):
        moved = {name: p.copy() for name, p in network.parameters.items()}
        moved["W[2]"][entry] += change
        squares = sum(np.sum(moved[name] ** 2) for name in ("W[1]", "W[2]"))
        return network.with_parameters(moved).cost(X, Y) + decay / 2 * squares

    run = gradient_descent(network, X, Y, rate=rate, epochs=1, weight_decay=decay)
    slopes = (network.layer[2].W - run.network.layer[2].W) / rate
    for entry in np.ndindex(slopes.shape):
        difference = (penalised(entry, h) - penalised(entry, -h)) / (2 * h)
        assert slopes[entry] == pytest.approx(difference, rel=1e-6)


def test_the_costs_of_a_run_with_weight_decay_are_those_without_the_penalty(train):
    network, X, Y = two_layers()
    run = train(network, X, Y, rate=0.1, epochs=2, weight_decay=1.0)
    assert run.costs[-1] == pytest.approx(run.network.cost(X, Y))


def test_weight_decay_keeps_the_precision(train):
    network, X, Y = two_layers(dtype=np.float32)
    run = train(network, X, Y, rate=0.1, epochs=2, weight_decay=0.1)
    assert {p.dtype for p in run.network.parameters.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("bad", [-0.1, math.nan, math.inf])
def test_a_weight_decay_that_is_none_is_refused(train, bad):
    with pytest.raises(ValueError, match="^weight_decay must be 0 or a positive finite number"):
        train(line(), *five(), rate=0.01, epochs=1, weight_decay=bad)


# clipping

entries = arrays(float, (2, 3), elements=st.floats(-1e300, 1e300))
thresholds = st.floats(1e-3, 1e3)


def gradient(W, b=0.0):
    return Gradient({1: W}, {1: np.array([[b]])}, {1: np.full((1, 4), 9.0)})


@given(entries, thresholds)
def test_clipping_by_value_keeps_signs_and_small_entries(W, t):
    clipped = clip_by_value(gradient(W), t).W[1]
    assert np.all(np.abs(clipped) <= t) and np.all(np.sign(clipped) == np.sign(W))
    np.testing.assert_array_equal(clipped[np.abs(W) <= t], W[np.abs(W) <= t])


@given(entries, st.floats(-1e300, 1e300), thresholds)
def test_clipping_by_norm_shortens_and_keeps_the_direction(W, b, t):
    clipped = clip_by_norm(gradient(W, b), t).parameters
    before, after = (np.append(p["W[1]"], p["b[1]"]) for p in (gradient(W, b).parameters, clipped))
    length = math.hypot(*before)
    expected = before if length <= t else before / length * t
    np.testing.assert_allclose(after, expected, rtol=1e-9, atol=1e-300)


def test_a_gradient_within_the_norm_stays_as_it_is():
    small = gradient(np.array([[3.0]]), 4.0)
    assert clip_by_norm(small, 5) is small
    assert clip_by_norm(small, 2.5).parameters == {"W[1]": [[1.5]], "b[1]": [[2.0]]}


@pytest.mark.parametrize("clip", [clip_by_value, clip_by_norm])
def test_clipping_keeps_the_precision_and_leaves_the_rest_alone(clip):
    W = np.full((2, 3), 1e30, np.float32)
    with warnings.catch_warnings(action="error"):
        clipped = clip(gradient(W), 1.0)
    assert clipped.W[1].dtype == np.float32 and np.all(np.isfinite(clipped.W[1]))
    assert np.all(clipped.W[1] > 0) and np.ptp(W) == 0
    assert np.all(clipped.delta[1] == 9)


@pytest.mark.parametrize("clip", [clip_by_value, clip_by_norm])
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_not_clipped(clip, bad):
    with pytest.raises(ValueError, match=rf"^the gradient of b\[1\] must be finite, not {bad}"):
        clip(gradient(np.ones((2, 3)), bad), 1.0)


@pytest.mark.parametrize("clip", [clip_by_value, clip_by_norm])
def test_a_threshold_beyond_the_dtype_clips_nothing(clip):
    W = np.full((2, 3), 1e4, np.float16)
    assert np.all(clip(gradient(W), 1e9).W[1] == W)


@pytest.mark.parametrize("clip", [clip_by_value, clip_by_norm])
@pytest.mark.parametrize("threshold", [0, -1, math.nan, math.inf])
def test_a_threshold_is_positive_and_finite(clip, threshold):
    with pytest.raises(ValueError, match="threshold must lie"):
        clip(gradient(np.ones((2, 3))), threshold)
