"""Means by the rules against means over all cases, and variances against what is drawn."""

import math
from itertools import product
from operator import mul

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, Sum

from backprop import initialization
from backprop.symbolic.evaluation import evaluate
from backprop.symbolic.initialization import SECOND, VARIANCES, A, D, E, Var, a, delta, n, p, v, w
from backprop.symbolic.normal_form import unfold
from backprop.symbolic.proof import Derivation, FalseStep

i, j, k = sp.symbols("i j k", integer=True, positive=True)
numbers = st.integers(-4, 4).map(lambda x: Rational(x, 2))


def by_cases(function, rows, size, std):
    """Average over all signs of weights ±std and over the rows, each one equally likely."""
    cases = list(product(product((-std, std), repeat=size), rows))
    return sum(function(sum(map(mul, *case))) for case in cases) / len(cases)


def by_rules(mean, rows, family, size, std):
    moments = {
        SECOND[family][q + 1, r + 1]: sum(row[q] * row[r] for row in rows) / len(rows)
        for q in range(size)
        for r in range(size)
    }
    return evaluate(unfold(mean), eager=True).doit().subs({**moments, v: std**2})


@pytest.mark.parametrize("family", [a, delta])
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_rules_agree_with_the_average_over_all_cases(family, data):
    size = data.draw(st.integers(1, 3))
    std = data.draw(st.sampled_from([Rational(1, 2), Rational(3)]))
    rows = data.draw(st.lists(st.lists(numbers, min_size=size, max_size=size), min_size=1))[:3]
    z = Sum(w[j] * family[j], (j, 1, size))
    for function in (lambda z: z**2, lambda z: 3 * z):
        mean = by_rules(E(function(z)), rows, family, size, std)
        assert mean == by_cases(function, rows, size, std)


def test_entries_of_a_matrix_are_the_same_only_in_row_and_column():
    square = E(Sum(w[k, j] * a[j], (j, 1, p)) * Sum(w[i, j] * a[j], (j, 1, p)))
    same = Sum(v * A[j, j], (j, 1, p)) * sp.KroneckerDelta(i, k)
    assert Derivation(square).step(same, because="weights of different rows are independent")


def test_mean_is_linear_and_keeps_what_is_not_random():
    c = sp.Symbol("c", real=True)
    assert unfold(E(c * w[1] ** 2 + c**2 + w[2])) == c * v + c**2


def test_variance_subtracts_the_square_of_the_mean():
    c = sp.Symbol("c", real=True)
    assert sp.expand(unfold(Var(w[1] + c))) == v


@pytest.mark.parametrize("x", [a[1], w[1] ** 3, a[1] * a[2] * a[3], delta[1], w[1] ** 2 * a[1]])
def test_moments_without_a_rule_are_refused(x):
    with pytest.raises(ValueError, match="no rule"):
        unfold(E(x))


def test_a_forgotten_sum_is_found_out():
    with pytest.raises(FalseStep):
        Derivation(E(Sum(w[j] * a[j], (j, 1, p)) ** 2)).step(v * A[1, 1], because="wrong")


def test_formulas_name_the_initialisers_that_take_a_shape():
    assert set(VARIANCES) == {x for x in dir(initialization) if x.startswith(("xavier_", "he_"))}


@pytest.mark.parametrize("name", VARIANCES)
def test_what_is_drawn_has_the_variance_of_the_formula(name):
    rows, columns = 500, 300
    drawn = getattr(initialization, name)((rows, columns), np.random.default_rng(0))
    variance = float(VARIANCES[name].subs({n: rows, p: columns}))
    error = 6 * variance * math.sqrt(2 / drawn.size)  # six standard errors, or more if uniform
    assert abs(np.mean(drawn**2) - variance) < error
    assert abs(np.mean(drawn)) < 6 * math.sqrt(variance / drawn.size)


@pytest.mark.parametrize("name", ["xavier_uniform", "he_uniform"])
def test_uniform_weights_reach_up_to_the_root_of_three_variances(name):
    drawn = getattr(initialization, name)((500, 300), np.random.default_rng(0))
    bound = math.sqrt(3 * VARIANCES[name].subs({n: 500, p: 300}))
    assert 0.999 * bound < np.abs(drawn).max() <= bound


def test_second_moments_of_errors_are_their_own():
    assert unfold(E(delta[1] * delta[2])) == D[1, 2]
