"""The symbolic twin: SymPy's derivatives are the gradients that backpropagation finds."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from sympy import Derivative, Symbol

from backprop.activations import ACTIVATIONS
from backprop.losses import LOSSES
from backprop.network import dense_network
from backprop.symbolic.by_slope import g
from backprop.symbolic.network import NetworkFormula, values
from backprop.symbolic.normal_form import unfold
from backprop.symbolic.printing import latex
from backprop.symbolic.proof import Derivation, FalseStep, refute
from backprop.symbolic.quantity import chain

ARCHITECTURES = {
    "one neuron": ([1, 1], ["sigmoid"], "binary_cross_entropy"),
    "logistic regression, fused": ([4, 1], ["sigmoid"], "sigmoid_cross_entropy"),
    "softmax regression, fused": ([3, 3], ["softmax"], "softmax_cross_entropy"),
    "2-2-1": ([2, 2, 1], ["tanh", "sigmoid"], "sigmoid_cross_entropy"),
    "3-2-1": ([3, 2, 1], ["sigmoid", "sigmoid"], "squared_error"),
    "2-3-1": ([2, 3, 1], ["sigmoid", "sigmoid"], "binary_cross_entropy"),
    "two-layer relu": ([2, 3, 2], ["relu", "identity"], "mean_squared_error"),
    "relu and softmax": ([2, 2, 3], ["leaky_relu", "softmax"], "cross_entropy"),
    "2-2-2-2": ([2, 2, 2, 2], ["sigmoid"] * 3, "squared_error"),
    "smooth rectifiers": ([2, 1, 2, 1], ["softplus", "silu", "gelu"], "huber"),
    "softmax within": ([2, 2, 2, 1], ["softmax", "tanh", "tanh"], "hinge"),
    "cosine": ([2, 2, 3], ["silu", "identity"], "cosine_loss"),
    "four layers": (
        [2, 2, 1, 2, 2],
        ["tanh", "relu", "sigmoid", "softmax"],
        "softmax_cross_entropy",
    ),
    "four layers, absolute": ([1, 2, 2, 2, 1], ["tanh"] * 3 + ["identity"], "absolute_error"),
}
TARGETS = {"hinge": [-1.0], "cosine_loss": [0.5, -1.0, 2.0]}


def eighths(seed):
    """Return an initialiser of fractions that a float holds exactly, none of them 0."""
    rng = np.random.default_rng(seed)
    return lambda shape, _: rng.choice([-1, 1], shape) * rng.integers(1, 12, shape) / 8


def example(sizes, loss, seed):
    rng = np.random.default_rng(seed)
    y = np.full(sizes[-1], 1 / sizes[-1]) if sizes[-1] == 2 else np.eye(sizes[-1])[0]
    return rng.integers(-12, 13, sizes[0]) / 8, np.array(TARGETS.get(loss, y))


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_gradients_are_those_of_the_network(name):
    sizes, activations, loss = ARCHITECTURES[name]
    twin = NetworkFormula(sizes, activations, loss)
    deltas = [delta for column in twin.delta.values() for delta in column.values()]
    for seed in range(3):
        init = eighths(seed)
        network = dense_network(sizes, activations, loss, weights=init, biases=init)
        x, y = example(sizes, loss, seed)
        found = network.gradient(x, y)
        exact = values([*twin.gradient.values(), *deltas], twin.point(network.parameters, x, y))
        pieces = [*found.parameters.values(), *(found.delta[l] for l in twin.z)]
        flat = np.concatenate([piece.ravel() for piece in pieces])
        np.testing.assert_allclose(flat, np.array(exact, dtype=float), rtol=1e-12, atol=1e-13)


def test_every_activation_and_both_fused_losses_are_among_the_architectures():
    used = {g for _, activations, _ in ARCHITECTURES.values() for g in activations}
    assert used == set(ACTIVATIONS)
    fused = {name for name, entry in LOSSES.items() if entry.fuses}
    assert fused <= {loss for _, _, loss in ARCHITECTURES.values()}


@pytest.fixture(scope="module")
def twin():
    return NetworkFormula([3, 2, 1], ["sigmoid", "sigmoid"], "squared_error")


def test_symbols_are_named_as_in_the_book(twin):
    assert latex(twin.w[1][2, 3]) == "w^{[1]}_{23}"
    assert [latex(s) for s in twin.b[1].values()] == ["b^{[1]}_{1}", "b^{[1]}_{2}"]
    assert [latex(s) for s in (twin.b[2][1], twin.y[1], twin.x[3])] == ["b^{[2]}", "y", "x_{3}"]
    assert len(twin.parameters) == 11


def test_indices_of_two_digits_are_kept_apart():
    wide = NetworkFormula([1, 11], ["identity"], "squared_error")
    assert latex(wide.w[1][11, 1]) == "w^{[1]}_{11,1}"


def test_a_unit_is_displayed_by_its_name_and_is_the_whole_expression(twin):
    unit = twin.z[1][1]
    assert latex(unit**2) == r"\left(z^{[1]}_{1}\right)^{2}"
    w, x = twin.w[1], twin.x
    explicit = w[1, 1] * x[1] + w[1, 2] * x[2] + w[1, 3] * x[3] + twin.b[1][1]
    assert unfold(unit) == explicit
    assert unit.diff(x[2]) == w[1, 2]


def test_substitution_reaches_into_a_unit(twin):
    hidden = twin.z[1][1].subs({twin.w[1][1, j]: 0 for j in (1, 2, 3)})
    assert unfold(hidden) == twin.b[1][1]


def test_the_factors_along_a_path_are_proved_and_displayed_in_their_order(twin):
    w = twin.w[1][1, 2]
    product = twin.along(twin.L, twin.a[2][1], twin.z[2][1], twin.a[1][1], twin.z[1][1], w)
    proof = Derivation(Derivative(twin.L, w)).step(product, because="the only path")
    shown = proof._repr_latex_()
    names = ["L", "a^{[2]}", "z^{[2]}", "a^{[1]}_{1}", "z^{[1]}_{1}", "w^{[1]}_{12}"]
    places = [
        shown.index(rf"\frac{{\partial {top}}}{{\partial {by}}}") for top, by in pairwise(names)
    ]
    assert places == sorted(places)
    a, y = twin.a, twin.y[1]
    with pytest.raises(FalseStep):
        proof.step(chain(a[2][1] - y, a[1][1], twin.x[2]), because="not so")


def test_a_path_through_the_wrong_unit_is_refuted(twin):
    w = twin.w[1][1, 2]
    wrong = twin.along(twin.L, twin.a[2][1], twin.z[2][1], twin.a[1][1], twin.z[1][2], w)
    assert refute(wrong, Derivative(twin.L, w)).counterexample.left == 0
    assert unfold(twin.partial(twin.a[1][1], twin.z[1][2])) == 0


def test_an_activation_may_be_left_open():
    any_g = NetworkFormula([2, 2, 1], ["g", "sigmoid"], "sigmoid_cross_entropy")
    (w, z, a), y = (any_g.w, any_g.z, any_g.a), any_g.y[1]
    proof = Derivation(Derivative(any_g.L, w[1][2, 1]))
    proof.step(chain(a[2][1] - y, w[2][1, 2], g(z[1][2], 1), any_g.x[1]), because="chain rule")
    assert "g'" in proof._repr_latex_()
    refute(chain(a[2][1] - y, w[2][1, 2], g(z[1][2]), any_g.x[1]), proof.start)


def test_a_network_takes_fractions_and_gives_as_many_digits_as_asked():
    neuron = NetworkFormula([1, 1], ["identity"], "squared_error")
    parameters = {"W[1]": [[Fraction(1, 3)]], "b[1]": [0]}
    (loss,) = values([neuron.L], neuron.point(parameters, [1], [0]), digits=40)
    assert str(loss) == "0." + 40 * "1"


def test_derivatives_of_what_lies_before_are_refused(twin):
    with pytest.raises(ValueError, match="not computed from"):
        twin.partial(twin.z[1][1], twin.a[2][1])
    with pytest.raises(ValueError, match="is neither"):
        twin.partial(Symbol("u", real=True) + 1, twin.x[1])
    fused = NetworkFormula([1, 1], ["sigmoid"], "sigmoid_cross_entropy")
    with pytest.raises(ValueError, match="not computed from"):
        fused.partial(fused.L, fused.a[1][1])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([2, 1], ["relu", "relu"], "squared_error"), "one for each of the 1 layers"),
        (([2, 1], "relu", "squared_error"), "one for each of the 1 layers"),
        (([2, 1], ["rely"], "squared_error"), "unknown activation"),
        (([2, 1], ["relu"], "square"), "unknown loss"),
        (([2, 0], ["relu"], "squared_error"), "sizes must be at least two positive integers"),
        (([2, 1], ["tanh"], "sigmoid_cross_entropy"), "applies sigmoid itself"),
    ],
)
def test_a_twin_of_no_network_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        NetworkFormula(*arguments)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W[1]": np.ones((2, 2))}, r"W\[1\] must have 6 entries, not 4"),
        ({"W[1]": np.ones((3, 2))}, r"W\[1\] must have shape \(2, 3\), not \(3, 2\)"),
        ({"b[2]": [np.nan]}, r"b\[2\] must be finite, not nan"),
        ({"W[2]": [[1, np.inf]]}, r"W\[2\] must be finite, not inf"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(twin, change, message):
    fitting = {"W[1]": np.ones((2, 3)), "b[1]": [1, 1], "W[2]": [[1, 1]], "b[2]": [1]}
    with pytest.raises(ValueError, match=message):
        twin.point(fitting | change, [1, 1, 1], [1])
