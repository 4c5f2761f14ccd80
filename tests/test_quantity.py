from sympy import Derivative, IndexedBase, Sum, Symbol, symbols

from backprop.symbolic.normal_form import unfold
from backprop.symbolic.proof import Derivation
from backprop.symbolic.quantity import quantity

i, j, k, n = symbols("i j k n", integer=True, positive=True)
w, x = (IndexedBase(name, real=True) for name in ("w", "x"))
y = Symbol("y", real=True)


def test_a_sum_within_a_name_within_a_name_runs_over_its_own_index():
    z = quantity("z", Sum(w[k, i] * x[i], (i, 1, n)))
    a = quantity("a", z**2 + y)
    assert not {i, w[k, i], x[i]} & set(z.args + a.args)
    expected = (w[2, 1] * x[1] + w[2, 2] * x[2]) ** 2 + y
    assert unfold(a.subs({n: 2, k: 2})).doit() == expected
    proof = Derivation(Derivative(a, y)).step(1, because="the sum is held fixed")
    assert proof.end == 1


def test_an_index_may_run_in_one_part_and_be_free_in_another():
    both = quantity("q", Sum(x[i], (i, 1, n)) + x[i])
    assert unfold(both.subs(n, 2)).doit() == x[1] + x[2] + x[i]
    assert unfold(both).subs({n: 2, i: 3}).doit() == x[1] + x[2] + x[3]


def test_an_entry_that_no_sum_runs_over_can_be_replaced():
    entry = quantity("e", y * x[j])
    assert unfold(entry.subs(x[j], 3)) == 3 * y
    assert unfold(entry.subs(j, 2)) == x[2] * y
