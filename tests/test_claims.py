"""What can be read in two ways is refused; what SymPy believes is not taken on trust."""

import subprocess
import sys

import pytest
from sympy import (
    Abs,
    Derivative,
    E,
    Eq,
    Function,
    IndexedBase,
    Integral,
    KroneckerDelta,
    Limit,
    Matrix,
    Mod,
    Ne,
    Piecewise,
    Product,
    Rational,
    Subs,
    Sum,
    erf,
    exp,
    integrate,
    oo,
    pi,
    sin,
    sqrt,
    symbols,
)

from backprop.symbolic.activations import relu, sigmoid
from backprop.symbolic.normal_form import Named, unfold
from backprop.symbolic.proof import Claim, Derivation, FalseStep, Undecided
from backprop.symbolic.quantity import quantity
from backprop.symbolic.timing import TimeIsUp, time_limit

x, y, z, u, h = symbols("x y z u h", real=True)
d = symbols("d", positive=True)
j, k, m, n = symbols("j k m n", integer=True, positive=True)
q = symbols("q", integer=True, nonnegative=True)
i = symbols("i", integer=True)
a, b = (IndexedBase(name, real=True) for name in "ab")
f = Function("f", real=True)
SATURATED = z * (1 - sigmoid(z)) * sigmoid(z) + sigmoid(z)
positive_x = symbols("x", positive=True)

DERIVED = {
    "what grows fastest decides": (Limit(SATURATED, z, oo), 1),
    "to the left": (Limit(SATURATED, z, -oo), 0),
    "a difference quotient of an open function": (
        Limit((f(x + h) ** 2 - f(x) ** 2) / h, h, 0, "+-"),
        2 * f(x) * Derivative(f(x), x),
    ),
    "slopes of the second order": (Limit((exp(h) - 1 - h) / h**2, h, 0, "+-"), 1 / 2),
    "e as a limit": (Limit((1 + 1 / d) ** d, d, oo), E),
    "a root far out": (Limit(sqrt(z**2 + z) - z, z, oo), 1 / 2),
    "an integral by its antiderivative": (Integral(z * exp(-(z**2)), (z, 0, oo)), 1 / 2),
}


@pytest.mark.parametrize("name", DERIVED)
def test_limits_and_integrals_are_derived(name):
    left, right = DERIVED[name]
    right = right if not isinstance(right, float) else E / E / 2
    assert Derivation(left).step(right, because="derived").end == right


LEFT_OPEN = {
    "an oscillation": (Limit(h * sin(1 / h), h, 0), 0),
    "a denominator that may vanish": (Limit(h / (x + h), h, 0), 0),
    "a tail that erf leaves": (Limit(z * (1 - erf(z)) * exp(z**2), z, oo), 0),
}


@pytest.mark.parametrize(("left", "right"), LEFT_OPEN.values(), ids=LEFT_OPEN.keys())
def test_limit_that_no_rule_gives_is_not_proved(left, right):
    with pytest.raises((FalseStep, Undecided)):
        Derivation(left).step(right, because="hope")


REFUSED = {
    "an entry between two places": (
        Derivative(Sum(a[k], (k, 1, n)), a[j / 2]), 1, {}, "needs an integer",
    ),
    "a positive index from 0": (
        Derivative(Sum(a[k] * b[k], (k, 0, n)), a[0]), 0, {}, "k is assumed to be at least 1",
    ),
    "a positive index from below": (Sum(relu(k), (k, -5, 5)), 0, {}, "k is assumed"),
    "a delta of what is no integer": (
        Derivative(KroneckerDelta(x, 0), x), 0, {}, "needs an integer",
    ),
    "an end between two integers": (Sum(1, (i, 1, x)), x, {}, "not all of these are integers"),
    "letters of one name": (Derivative(x**2, positive_x), 0, {}, "two letters are written x"),
    "two names that are one": (
        quantity("q", x) + 1, quantity("q", y) + 1, {"where": Eq(x, y)}, "written q",
    ),
    "a name like a letter": (Derivative(quantity("x", y), y), 1, {"where": x > 0}, "written x"),
    "names of one name": (quantity("q", x) + quantity("q", y), x + y, {}, "written q"),
    "a name beside its like": (quantity("x", y) + x, x + y, {}, "a letter and a name"),
    "a name like an entry": (quantity("a_1", x) + a[1], x + a[1], {}, "a name and an entry"),
    "a function like a letter": (Function("x", real=True)(y) + x, y, {}, "a function and a letter"),
    "functions of one name": (f(x) + Function("f", positive=True)(x), 0, {}, "both called f"),
    "a slope where there is no room": (
        Derivative(y, x), 0, {"where": (y <= x) & (y >= x)}, "tie x",
    ),
    "a slope by what given ties": (Derivative(y, x), 0, {"given": {y: x**2}}, "tie x"),
    "a slope by what where ties": (Derivative(y, x), 0, {"where": Eq(y, x**2)}, "tie x"),
}  # fmt: skip


@pytest.mark.parametrize(("left", "right", "domain", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_claim_that_can_be_read_in_two_ways_is_refused(left, right, domain, words):
    with pytest.raises(ValueError, match=words):
        Derivation(left, **domain).step(right, because="hope")


def test_matrices_are_compared_by_equality_only():
    with pytest.raises(ValueError, match="definiteness"):
        Derivation(Matrix([[2, 1]])).step(Matrix([[1, 0]]), because="", relation=">=")


BAD_STARTS = {
    "a slope by an integer": (Derivative(n**2, n), "n is an integer"),
    "a function that jumps out of sight": (Derivative(Mod(x, 2), x), "know nothing"),
    "what is no number": (x + oo, "holds oo"),
    "a sum without end": (Sum(x**k, (k, 1, oo)), "finitely many terms"),
}


@pytest.mark.parametrize(("start", "words"), BAD_STARTS.values(), ids=BAD_STARTS.keys())
def test_start_that_no_proof_can_speak_of_is_refused(start, words):
    with pytest.raises(ValueError, match=words):
        Derivation(start)


def test_condition_has_to_be_exact():
    with pytest.raises(ValueError, match=r"where holds 0\.5"):
        Derivation(x, where=x > 0.5)


EMPTY = {
    "Gauss's sum where it has no terms": (Sum(i, (i, 1, 9 - n)), (9 - n) * (10 - n) / 2),
    "a product without factors": (Product(2, (i, 1, q - 3)), 2 ** (q - 3)),
    "the ends the wrong way round": (Sum(1, (i, n, 1)), 2 - n),
}


@pytest.mark.parametrize(("left", "right"), EMPTY.values(), ids=EMPTY.keys())
def test_closed_form_of_a_range_that_may_be_empty_is_not_proved(left, right):
    assert not Claim(left, "=", right, Eq(x, x), {}).holds()


def test_empty_sum_is_0():
    closed = Piecewise(((9 - n) * (10 - n) / 2, n <= 9), (0, True))
    assert Derivation(Sum(i, (i, 1, 9 - n))).step(closed, because="0 without terms")
    inside = Derivation(Sum(i, (i, 1, 9 - n)), where=n <= 9)
    assert inside.step((9 - n) * (10 - n) / 2, because="Gauss")


def test_conditions_do_not_reach_into_a_substitution():
    found = Claim(Subs(Abs(u), u, x), "=", x, (u > 5) & (x < -5), {})
    assert not found.holds()
    assert Derivation(Subs(Abs(u), u, x), where=x < -5).step(-x, because="x is put in")
    assert Derivation(Subs(Derivative(Abs(u), u), u, x), where=x < -5).step(-1, because="slope")


class weighted(Named):
    latex_name = "w"

    @staticmethod
    def definition(value):
        return Sum(value * a[k], (k, 1, 2))


def test_sum_in_a_definition_does_not_catch_an_index():
    assert unfold(weighted(b[k])).doit() == (a[1] + a[2]) * b[k]
    inner = quantity("s", Sum(y * a[k], (k, 1, 2)))
    assert unfold(inner.subs(y, b[k])).doit() == (a[1] + a[2]) * b[k]


def test_name_does_not_claim_what_its_definition_does_not_show():
    with pytest.raises(TypeError, match="is_positive"):

        class wrong(Named):
            is_positive = True


def test_function_called_log_is_no_logarithm():
    from sympy import log

    mine = Function("log", real=True)
    assert not Claim(mine(x), "=", log(x), x > 0, {}).holds()


def test_removable_gap_is_not_filled_by_a_limit():
    assert Derivation(Limit(h / (x + h), h, 0), where=Ne(x, 0)).step(0, because="continuous")


TRUE = {
    "less by little": (x, x + Rational(1, 10**25)),
    "less by little, with digits": (exp(x), exp(x) + Rational(1, 10**25)),
}


@pytest.mark.parametrize(("left", "right"), TRUE.values(), ids=TRUE.keys())
def test_true_claim_is_not_called_false_for_lack_of_digits(left, right):
    assert Derivation(left).step(right, because="", relation="<")


def test_kinks_close_to_each_other_are_told_apart():
    twice = Piecewise((x**2, x * (x - Rational(1, 2000)) > 0), (x**2 + x - x, True))
    assert Derivation(Derivative(twice, x)).step(2 * x, because="no kink")


def test_integral_that_does_not_exist_is_not_decided():
    with pytest.raises(Undecided):
        Derivation(Integral(1 / x**2, (x, -1, 1))).step(-2, because="antiderivative")


def test_time_is_limited():
    def count():
        with time_limit(0.05):
            return sum(1 for _ in iter(int, 1))

    with pytest.raises(TimeIsUp):
        count()


def test_what_is_proved_needs_no_numpy():
    code = """
import sys
sys.modules["numpy"] = None
import importlib, pkgutil, backprop.symbolic
for module in pkgutil.iter_modules(backprop.symbolic.__path__):
    importlib.import_module(f"backprop.symbolic.{module.name}")
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_name_keeps_its_meaning_through_a_derivation():
    begun = Derivation(quantity("q", x**2), definition=True).step(x**2, because="its meaning")
    with pytest.raises(ValueError, match="written q"):
        begun.step(quantity("q", x * Abs(x)) * x / Abs(x), because="hope")


def test_sum_of_squares_is_not_negative():
    gap = Sum((a[k] * b[j] - a[j] * b[k]) ** 2, (k, 1, n), (j, 1, n))
    assert Derivation(gap / 2).step(0, because="squares", relation=">=")


def test_integral_is_not_sought_anew_for_each_point(monkeypatch):
    sought = []
    monkeypatch.setattr("sympy.integrate", lambda *asked: sought.append(asked) or integrate(*asked))
    bell = Integral(z**2 * exp(-(z**2) / (2 * d**2)), (z, 0, oo))
    assert Derivation(bell).step(sqrt(pi) * d**3 / sqrt(2), because="by parts")
    assert len(sought) == 1
