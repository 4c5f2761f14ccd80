"""Each loss in its two languages: the formula is proved, and NumPy computes what it says."""

from itertools import product

import mpmath
import numpy as np
import pytest
from sympy import Derivative, Rational, lambdify

from backprop import losses
from backprop.symbolic.cases import conditions
from backprop.symbolic.losses import LOSSES, Domain, k, n
from backprop.symbolic.normal_form import unfold
from backprop.symbolic.proof import Derivation

SIZE = 2
RANDOM = {
    Domain.REALS: lambda rng: 3 * rng.normal(size=SIZE),
    Domain.SIGNS: lambda rng: rng.choice([-1.0, 1.0], SIZE),
    Domain.FRACTIONS: lambda rng: rng.uniform(0.01, 0.99, SIZE),
    Domain.DISTRIBUTIONS: lambda rng: rng.dirichlet(np.ones(SIZE)),
    Domain.DIRECTIONS: lambda rng: rng.normal(size=SIZE),
}
EXTREME = {
    Domain.REALS: [[1e4, -1e4], [-1e4, 40.0], [0.0, 1e-30]],
    Domain.SIGNS: [[1.0, -1.0], [-1.0, -1.0]],
    Domain.FRACTIONS: [[2.0**-24, 1 - 2.0**-24], [0.5, 1e-30]],
    Domain.DISTRIBUTIONS: [[2.0**-24, 1 - 2.0**-24], [0.5, 0.5]],
    Domain.DIRECTIONS: [[1e12, -1e-12], [3e-15, 4e-15]],
}
EVERY_KEYWORD = {"threshold": [1.0, 0.5, 3.0]}

every_loss = pytest.mark.parametrize("formula", LOSSES.values(), ids=lambda formula: formula.name)
both_floats = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def entries(column):
    return [column[row + 1] for row in range(SIZE)]


def keyword_choices(formula):
    names = list(formula.keywords)
    values = product(*(EVERY_KEYWORD[name] for name in names))
    return [dict(zip(names, choice, strict=True)) for choice in values]


def exact(formula, expression):
    """Return an expression as a function of prediction, target and keywords, to 50 digits."""
    symbols = [*entries(formula.prediction), *entries(formula.target), *formula.keywords.values()]
    compiled = lambdify(symbols, unfold(expression).doit(), "mpmath")

    def value(prediction, target, **keywords):
        numbers = [*prediction.tolist(), *target.tolist(), *keywords.values()]
        with mpmath.workdps(50):
            return compiled(*map(mpmath.mpf, numbers))

    return value


def random_pairs(formula, count=10):
    for seed in range(count):
        rng = np.random.default_rng(seed)
        yield RANDOM[formula.predictions](rng), RANDOM[formula.targets](rng)


def extreme_pairs(formula):
    extremes = EXTREME[formula.predictions], EXTREME[formula.targets]
    return [tuple(map(np.array, pair)) for pair in product(*extremes)]


def pairs_on_edges(formula, keywords):
    """Move an entry of a prediction to where one case of the formula meets the next."""
    edges = [c.lhs - c.rhs for c in conditions(unfold(formula.column(SIZE)[0]))]
    symbols = [*entries(formula.prediction), *entries(formula.target), *formula.keywords.values()]
    targets = [[1.0, -1.0], [-1.0, -1.0], [1.0, 1.0]]  # with these, edges are met exactly
    for target, edge, row in product(targets, edges, range(SIZE)):
        prediction = np.array([0.5, 0.75])
        values = map(Rational, [*prediction, *target, *keywords.values()])
        point = dict(zip(symbols, values, strict=True))
        moved = symbols[row]
        del point[moved]
        height = edge.subs(point)
        if height.has(moved):
            prediction[row] = -height.subs(moved, 0) / height.diff(moved)
            yield prediction, np.array(target)


def all_points(formula):
    """Yield predictions, targets and keywords: random, extreme, and on every edge."""
    for keywords in keyword_choices(formula):
        on_edges = pairs_on_edges(formula, keywords)
        for pair in [*random_pairs(formula), *extreme_pairs(formula), *on_edges]:
            yield *pair, keywords


def test_every_loss_is_a_pair():
    assert list(LOSSES) == list(losses.LOSSES)


@every_loss
def test_the_gradient_is_the_derivative(formula):
    if next(conditions(unfold(formula.column(1)[0])), None) is None:
        derivative = Derivative(formula.expression, formula.prediction[k])
        Derivation(derivative, where=k <= n).step(formula.gradient, because="for every length")
    expression, gradient = formula.column(SIZE)
    for row, entry in enumerate(gradient, start=1):
        derivative = Derivative(expression, formula.prediction[row])
        smooth = formula.entry(formula.smooth, row, SIZE)
        Derivation(derivative, where=smooth).step(entry, because="away from kinks")


@every_loss
def test_numpy_computes_the_formula(formula):
    function, value = losses.LOSSES[formula.name].function, exact(formula, formula.column(SIZE)[0])
    for *pair, keywords in all_points(formula):
        expected = float(value(*pair, **keywords))
        assert function(*pair, **keywords) == pytest.approx(expected, rel=1e-12, abs=1e-13)


@every_loss
def test_numpy_computes_the_gradient_with_the_chosen_subgradient(formula):
    gradient = losses.LOSSES[formula.name].gradient
    rows = [exact(formula, row) for row in formula.column(SIZE)[1]]
    for *pair, keywords in all_points(formula):
        expected = [float(row(*pair, **keywords)) for row in rows]
        assert gradient(*pair, **keywords) == pytest.approx(expected, rel=1e-12, abs=1e-13)


@every_loss
def test_the_gradient_of_numpy_is_the_limit_of_centred_differences(formula):
    gradient = losses.LOSSES[formula.name].gradient
    value = exact(formula, formula.column(SIZE)[0])
    h = mpmath.mpf("1e-15")
    for keywords, pair in product(keyword_choices(formula), random_pairs(formula)):
        with mpmath.workdps(50):
            ahead, behind = (
                [value(pair[0] + step, pair[1], **keywords) for step in side * h * np.eye(SIZE)]
                for side in (1, -1)
            )
            slopes = [float((f - b) / (2 * h)) for f, b in zip(ahead, behind, strict=True)]
        assert gradient(*pair, **keywords) == pytest.approx(slopes, rel=1e-12, abs=1e-13)


@pytest.mark.parametrize("name", [formula.name for formula in LOSSES.values() if formula.kinks])
def test_at_a_kink_the_gradient_is_a_subgradient(name):
    formula = LOSSES[name]
    loss, rng = losses.LOSSES[name], np.random.default_rng(0)
    for prediction, target in pairs_on_edges(formula, {}):
        value, slope = loss.function(prediction, target), loss.gradient(prediction, target)
        for step in rng.normal(size=(20, SIZE)):
            assert loss.function(prediction + step, target) >= value + slope @ step - 1e-12


@both_floats
@every_loss
def test_torch_agrees_on_the_edges_too(formula, dtype):
    torch = pytest.importorskip("torch")
    loss, peer = losses.LOSSES[formula.name], torch_losses(torch.nn.functional)[formula.name]
    near = {"rtol": 30 * np.finfo(dtype).eps, "atol": 30 * np.finfo(dtype).eps}
    for keywords in keyword_choices(formula):
        for pair in [*random_pairs(formula), *pairs_on_edges(formula, keywords)]:
            prediction, target = (column.astype(dtype) for column in pair)
            tensor = torch.tensor(prediction, requires_grad=True)
            value = peer(tensor, torch.tensor(target), **keywords)
            value.backward()
            found = (f(prediction, target, **keywords) for f in (loss.function, loss.gradient))
            for mine, theirs in zip(found, (value.detach(), tensor.grad), strict=True):
                np.testing.assert_allclose(mine, theirs, **near)


def torch_losses(torch):
    """Return torch's losses by our names; what it does not have is left to its autograd."""
    return {
        "squared_error": lambda p, y: torch.mse_loss(p, y, reduction="sum"),
        "mean_squared_error": torch.mse_loss,
        "absolute_error": lambda p, y: torch.l1_loss(p, y, reduction="sum"),
        "huber": lambda p, y, threshold: torch.huber_loss(p, y, delta=threshold),
        "hinge": lambda p, y: torch.relu(1 - y * p).sum(),
        "dot_product_hinge": lambda p, y: torch.relu(1 - y @ p),
        "binary_cross_entropy": lambda p, y: torch.binary_cross_entropy(p, y, reduction="sum"),
        "sigmoid_cross_entropy": lambda z, y: torch.binary_cross_entropy_with_logits(
            z, y, reduction="sum"
        ),
        "cross_entropy": lambda p, y: -(y * p.log()).sum(),
        "softmax_cross_entropy": torch.cross_entropy,
        "cosine_loss": lambda a, y: 1 - torch.cosine_similarity(a, y, dim=0),
    }
