"""Everything that the book displays is confirmed by a witness that knows nothing of the proofs.

A claim has to hold at 50 random points, a refutation at the point that it shows. What the witness
cannot evaluate, or finds too few points for, fails and is listed.
"""

import pytest
import sympy as sp
from claims import displayed
from sympy import (
    Abs,
    Derivative,
    Function,
    IndexedBase,
    KroneckerDelta,
    Limit,
    Max,
    Ne,
    Piecewise,
    Product,
    Sum,
    ceiling,
    exp,
    floor,
    oo,
    symbols,
)
from witness import POINTS, confirm, confirm_refutation

from backprop.symbolic.activations import ACTIVATIONS, relu, sigmoid
from backprop.symbolic.activations import i as entry_i
from backprop.symbolic.activations import k as entry_k
from backprop.symbolic.activations import n as size
from backprop.symbolic.by_slope import g
from backprop.symbolic.initialization import E, Var
from backprop.symbolic.initialization import a as activation
from backprop.symbolic.initialization import p as fan_in
from backprop.symbolic.initialization import v as variance
from backprop.symbolic.initialization import w as weight
from backprop.symbolic.losses import LOSSES, Domain, total
from backprop.symbolic.open_function import open_function
from backprop.symbolic.proof import refute
from backprop.symbolic.quantity import quantity

x, y = symbols("x y", real=True)
i, j, k, m, n = symbols("i j k m n", integer=True, positive=True)
a, b, z = (IndexedBase(name, real=True) for name in "abz")
f = Function("f", real=True)
L = open_function("L", z[i] ** 2, (i, 1, n))


def test_every_claim_of_a_chapter_is_confirmed(chapter, record_property):
    found = displayed(chapter)
    verdicts = [
        confirm_refutation(*d.what)
        if isinstance(d.what, tuple)
        else confirm(d.what.left, d.what.right, d.what.relation, d.what.where, d.what.given)
        for d in found
    ]
    pairs = list(zip(found, verdicts, strict=True))
    as_written = [
        (d, confirm(*d.what.shown, d.what.relation, d.what.where, d.what.given, points=3))
        for d in found
        if not isinstance(d.what, tuple) and d.what.shown
    ]
    record_property("confirmed", f"{chapter.stem}: {len(pairs)} claims")
    faults = [f"{d}\n    {v.fault}" for d, v in pairs if not v.confirmed]
    faults += [f"as written, {d}\n    {v.fault}" for d, v in as_written if v.fault]
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_slope_of_each_activation_is_confirmed(name):
    formula = ACTIVATIONS[name]
    slope = Derivative(formula.expression, formula.variable)
    where = (entry_i <= size) & (entry_k <= size)
    assert confirm(slope, formula.derivative, where=where).confirmed


@pytest.mark.parametrize("name", LOSSES)
def test_the_gradient_of_each_loss_is_confirmed(name):
    formula = LOSSES[name]
    slope = Derivative(formula.expression, formula.prediction[entry_k])
    given = {total(formula.target[entry_i]): 1} if formula.targets is Domain.DISTRIBUTIONS else {}
    where = formula.smooth & (entry_k <= size)
    verdict = confirm(slope, formula.gradient, where=where, given=given)
    assert verdict.confirmed, verdict.fault


TRUE = [
    (Derivative(f(x) ** 2, x), 2 * f(x) * Derivative(f(x), x), "=", {}),
    (Derivative(f(f(x)), x), Derivative(f(x), x) * sp.Subs(Derivative(f(y), y), y, f(x)), "=", {}),
    (Derivative(x * sigmoid(x), (x, 2)),
     Derivative(sigmoid(x) + x * sigmoid(x) * (1 - sigmoid(x)), x), "=", {}),
    (Derivative(g(x * y), x), y * g(x * y, 1), "=", {}),
    (Derivative(L, z[j]), 2 * z[j] * L.slope(j), "=", {"where": j <= n}),
    (Derivative(Sum(a[k] ** 2, (k, 1, n)), a[j]), 2 * a[j], "=", {"where": j <= n}),
    (Sum(a[k], (k, 1, n + 1)), Sum(a[k], (k, 1, n)) + a[n + 1], "=", {}),
    (Product(a[k] * b[k], (k, 1, n)), Product(a[k], (k, 1, n)) * Product(b[k], (k, 1, n)), "=", {}),
    (Sum(KroneckerDelta(k, j) * a[k], (k, 1, n)), a[j], "=", {"where": j <= n}),
    (Derivative(Abs(x), x), sp.sign(x), "=", {"where": Ne(x, 0)}),
    (Max(x, y), Piecewise((x, x >= y), (y, True)), "=", {}),
    (Max(x, y), (x + y) / 2, ">=", {}),
    (floor(m / n), ceiling((m + 1) / n) - 1, "=", {}),
    (Limit((exp(x) - 1) / x, x, 0, dir="+-"), sp.Integer(1), "=", {}),
    (Limit(x * (1 - sigmoid(x)) * sigmoid(x) + sigmoid(x), x, oo), sp.Integer(1), "=", {}),
    (Limit((2 * x + 1) / x, x, oo), sp.Integer(2), "=", {}),
    (x, -1 - exp(x), "=", {"given": {exp(x): -1 - x}}),
    (Sum(k, (k, 1, 9 - n)), (9 - n) * (10 - n) / 2, "=", {"where": n <= 10}),
    (E(Sum(weight[j] * activation[j], (j, 1, fan_in)) ** 2),
     variance * Sum(E(activation[j] ** 2), (j, 1, fan_in)), "=", {}),
    (sp.Matrix([[a[0, 0], 1]]) * sp.Matrix([x, y]), sp.Matrix([a[0, 0] * x + y]), "=", {}),
]  # fmt: skip
FALSE = [
    (-3 * Derivative(f(x), x), Derivative(f(x), x), "=", {}),
    (Derivative(f(f(x)), x), sp.Subs(Derivative(f(y), y), y, f(x)), "=", {}),
    (Derivative(g(x * y), x), g(x * y, 1), "=", {}),
    (Derivative(L, z[j]), L.slope(j), "=", {"where": j <= n}),
    (Derivative(L, z[j]), 2 * z[j] * L.slope(n), "=", {"where": j <= n}),
    (quantity("d", -3 * Derivative(L, z[j])), Derivative(L, z[j]), "=", {"where": j <= n}),
    (Derivative(Sum(a[k] ** 2, (k, 1, n)), a[j]), 2 * a[j], "=", {}),
    (Sum(a[k], (k, 0, n)), Sum(a[k], (k, 1, n)), "=", {}),
    (Sum(k, (k, 1, 9 - n)), (9 - n) * (10 - n) / 2, "=", {}),
    (Derivative(Abs(x), x), sp.sign(x), "=", {"given": {x: 0}}),
    (relu(x), x, "=", {}),
    (Max(x, y), (x + y) / 2, ">", {"given": {x: y}}),
    (floor(m / n), ceiling(m / n) - 1, "=", {}),
    (Limit(x * (1 - sigmoid(x)) * sigmoid(x) + sigmoid(x), x, oo), sp.Integer(0), "=", {}),
    (Limit(Abs(x) / x, x, 0, dir="+-"), sp.Integer(1), "=", {}),
    (Var(weight[1] * activation[1]), E(activation[1] ** 2), "=", {}),
    (sp.Matrix([[x, y]]), sp.Matrix([x, y]), "=", {}),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right", "relation", "conditions"), TRUE)
def test_what_is_true_is_confirmed(left, right, relation, conditions):
    verdict = confirm(left, right, relation, **conditions)
    assert verdict.confirmed, verdict.fault


@pytest.mark.parametrize(("left", "right", "relation", "conditions"), FALSE)
def test_what_is_false_is_caught(left, right, relation, conditions):
    verdict = confirm(left, right, relation, **conditions)
    assert not verdict.confirmed
    assert "does not hold" in verdict.fault or "shapes" in verdict.fault


def test_what_cannot_be_evaluated_is_not_confirmed():
    verdict = confirm(sp.zeta(x), sp.zeta(x))
    assert not verdict.confirmed and verdict.fault.startswith("not evaluable: zeta")


def test_what_holds_at_too_few_points_is_not_confirmed():
    assert not confirm(x, x, where=Abs(x) > 10**6).confirmed


def test_a_refutation_is_confirmed_at_its_point():
    conditions = {"where": Ne(x, 0)}
    refutation = refute(x**2, 2 * x, **conditions)
    assert confirm_refutation(refutation, x**2, 2 * x, conditions).points == POINTS


def test_a_refutation_with_other_values_than_its_point_has_is_caught():
    refutation = refute(x**2, 2 * x)
    assert "is right" in confirm_refutation(refutation, x**3 + 8, 2 * x, {}).fault


def test_a_refutation_of_what_is_true_is_caught():
    refutation = refute(g(x), g(y))
    assert not confirm_refutation(refutation, g(x), g(x), {}).confirmed
