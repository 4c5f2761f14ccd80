"""The engine accepts no false step: near misses of what people write, and what it once took."""

import pytest
import sympy as sp
from attack import KINDS, Statement, answer, attack
from sympy import Derivative, IndexedBase, Limit, Sum, oo, symbols
from witness import confirm

from backprop.symbolic.activations import relu, sigmoid

x, z = symbols("x z", real=True)
n, k, j = symbols("n k j", integer=True, positive=True)
a = IndexedBase("a", real=True)

ONCE_ACCEPTED = [
    Statement("limit", Limit(z * (1 - sigmoid(z)) * sigmoid(z) + sigmoid(z), z, oo), sp.Integer(0)),
    Statement("entry", Derivative(Sum(a[k], (k, 1, n)), a[j / 2]), sp.Integer(1)),
    Statement("index from -5", Sum(relu(k), (k, -5, 5)), sp.Integer(0)),
    Statement("reversed range", Sum(k, (k, 1, 9 - n)), (9 - n) * (10 - n) / 2),
]


@pytest.mark.parametrize("kind", KINDS)
def test_near_misses_are_not_accepted(kind, record_property):
    outcome = attack(seed=0, size=2, kinds=[kind])
    record_property("attacked", f"{kind.__name__}: {outcome}".splitlines()[0])
    assert outcome.false and not (outcome.accepted or outcome.denied or outcome.slow), str(outcome)


@pytest.mark.parametrize("statement", ONCE_ACCEPTED, ids=str)
def test_what_was_once_accepted_is_refused(statement):
    assert answer(statement) != "proved"


def test_an_engine_that_believes_everything_is_found_out(monkeypatch):
    monkeypatch.setattr("backprop.symbolic.proof._proved", lambda claim: claim)
    assert attack(seed=0, size=5).accepted


def test_the_near_misses_of_the_list_are_false():
    assert not confirm(ONCE_ACCEPTED[0].left, ONCE_ACCEPTED[0].right).confirmed
