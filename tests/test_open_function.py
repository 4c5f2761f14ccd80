"""What is proved for an open function holds for every loss; what is false for it is refused."""

from itertools import pairwise, product

import pytest
import sympy as sp
from sympy import Derivative, IndexedBase, Sum, symbols

from backprop.symbolic.by_slope import g
from backprop.symbolic.open_function import open_function
from backprop.symbolic.printing import latex
from backprop.symbolic.proof import Derivation, FalseStep, Undecided
from backprop.symbolic.quantity import chain, quantity

i, j, k, m, n, p, r = symbols("i j k m n p r", integer=True, positive=True)
a, b, w, y, z = (IndexedBase(name, real=True) for name in "abwyz")
LAST = open_function("L", g(z[i]), (i, 1, n), slope="u")
BEHIND = Sum(w[k, i] * g(z[i]), (i, 1, n)) + b[k]
HIDDEN = open_function("L", BEHIND, (k, 1, p), slope=r"\delta")
LAYER = Sum(w[i, r] * a[r], (r, 1, p)) + b[i]
LINEAR = open_function("L", LAYER, (i, 1, n), slope=r"\delta")


def last(right):
    return Derivation(Derivative(LAST, z[j]), where=j <= n).step(right, because="chain rule")


def hidden(right):
    return Derivation(Derivative(HIDDEN, z[j]), where=j <= n).step(right, because="chain rule")


def weight(right):
    condition = sp.And(k <= n, j <= p)
    return Derivation(Derivative(LINEAR, w[k, j]), where=condition).step(right, because="the same")


def test_all_paths_through_a_family_are_added():
    proof = last(Sum(chain(LAST.slope(i), Derivative(g(z[i]), z[j])), (i, 1, n)))
    assert proof.step(chain(LAST.slope(j), g(z[j], 1)), because="one is left").end


def test_the_recurrence_follows_from_the_derivative_of_an_open_loss():
    proof = hidden(Sum(chain(HIDDEN.slope(k), Derivative(BEHIND, z[j])), (k, 1, p)))
    shares = Sum(chain(w[k, j], HIDDEN.slope(k)), (k, 1, p))
    assert proof.step(chain(shares, g(z[j], 1)), because="factor out").end


def test_the_gradient_of_a_weight_is_error_times_input():
    assert weight(chain(LINEAR.slope(k), a[j])).end


@pytest.mark.parametrize(
    "wrong",
    [
        -3 * Sum(chain(LAST.slope(i), Derivative(g(z[i]), z[j])), (i, 1, n)),
        Sum(chain(LAST.slope(i), Derivative(g(z[i]), z[j])), (i, 2, n)),
        Sum(chain(LAST.slope(i), Derivative(g(z[i]), z[j])), (i, 1, n + 1)),
        Sum(chain(LAST.slope(i + 1), Derivative(g(z[i]), z[j])), (i, 1, n)),
        Sum(chain(LAST.slope(i), g(z[j], 1)), (i, 1, n)),
        chain(LAST.slope(1), g(z[j], 1)),
        chain(LAST.slope(j), g(z[j])),
    ],
    ids=["factor", "path", "range", "shift", "every path", "index", "prime"],
)
def test_a_wrong_first_line_is_refuted(wrong):
    with pytest.raises(FalseStep):
        last(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        Sum(chain(w[j, k], HIDDEN.slope(k)), (k, 1, p)),
        Sum(HIDDEN.slope(k), (k, 1, p)),
        Sum(chain(w[k, j], HIDDEN.slope(j)), (k, 1, p)),
        chain(w[1, j], HIDDEN.slope(1)),
    ],
    ids=["transposed", "without w", "the own error", "one path"],
)
def test_a_wrong_recurrence_is_refuted(wrong):
    with pytest.raises(FalseStep):
        hidden(chain(wrong, g(z[j], 1)))


@pytest.mark.parametrize("wrong", [LINEAR.slope(j) * a[j], LINEAR.slope(k) * a[k]])
def test_a_wrong_gradient_of_a_weight_is_refuted(wrong):
    with pytest.raises(FalseStep):
        weight(wrong)


def test_an_entry_out_of_range_has_no_slope():
    proof = Derivation(Derivative(LAST, z[j]))
    with pytest.raises(FalseStep, match="no value"):
        proof.step(chain(LAST.slope(j), g(z[j], 1)), because="j may be greater than n")


def test_a_slope_depends_on_what_the_function_depends_on():
    with pytest.raises(FalseStep):
        Derivation(Derivative(LAST.slope(k), z[j]), where=(j <= n) & (k <= n)).step(0, because="?")


def test_a_slope_is_differentiated_through_all_arguments_too():
    proof = Derivation(Derivative(LINEAR.slope(i), b[k]), where=(i <= n) & (k <= n))
    assert proof.step(LINEAR.slope(i).slope(k), because="chain rule once more").end


def test_further_arguments_number_the_examples():
    L = open_function("L", Sum(w[k, r] * a[r, i], (r, 1, p)), i, (k, 1, n), slope=r"\delta")
    cost = chain(1 / m, Sum(L, (i, 1, m)))
    right = chain(1 / m, Sum(chain(L.slope(k), a[j, i]), (i, 1, m)))
    proof = Derivation(Derivative(cost, w[k, j]), where=(k <= n) & (j <= p))
    assert proof.step(right, because="mean over the examples").end
    assert latex(L) == "L^{(i)}"
    assert latex(L.slope(k)) == r"\delta_{k,i}"
    with pytest.raises(FalseStep):
        proof.step(m * right, because="no mean")


def test_a_target_counts_as_a_path_only_if_it_moves():
    L = open_function("L", g(z[i]), y[1], (i, 1, n))
    assert Derivation(Derivative(L, z[j]), where=j <= n).step(
        chain(L.slope(j), g(z[j], 1)), because="the target is held fixed"
    )
    with pytest.raises(FalseStep):
        Derivation(Derivative(L, y[1])).step(0, because="held fixed?")


def test_a_family_may_have_two_indices():
    u, v = symbols("u v", integer=True, nonnegative=True)
    L = open_function("L", w[1, 1] * a[u, v], (u, 0, n - 1), (v, 0, p - 1), slope="d")
    right = Sum(chain(L.slope(u, v), a[u, v]), (u, 0, n - 1), (v, 0, p - 1))
    assert Derivation(Derivative(L, w[1, 1])).step(right, because="every place").end
    with pytest.raises(FalseStep):
        Derivation(Derivative(L, w[1, 1])).step(a[0, 0] * L.slope(0, 0), because="one place")


# --- a few arguments, all of them written out -------------------------------------------------


def layers(*sizes):
    """Return weights and columns z of a network of open activations, and its open loss."""
    columns = [[sp.Symbol(f"z_{t + 1}", real=True) for t in range(sizes[0])]]
    weights = []
    for layer, (below, here) in enumerate(pairwise(sizes), start=2):
        w = sp.Matrix(
            here, below, lambda k, j, l=layer: sp.Symbol(f"w{l}_{k + 1}{j + 1}", real=True)
        )
        weights.append(w)
        columns.append(list(w * sp.Matrix([g(entry) for entry in columns[-1]])))
    return weights, columns, open_function("L", *(g(entry) for entry in columns[-1]))


def last_errors(columns, L):
    return [L.slope(k) * g(entry, 1) for k, entry in enumerate(columns[-1], start=1)]


def step_back(w, errors, z, drop=None):
    """Return the errors one layer back; without one path, if it is named."""
    shares = [sum(w[k, j] * e for k, e in enumerate(errors) if k != drop) for j in range(w.cols)]
    return [share * g(entry, 1) for share, entry in zip(shares, z, strict=True)]


@pytest.mark.parametrize("size", [2, 3])
def test_two_layers_are_derived_through_all_paths(size):
    (w,), z, L = layers(size, size)
    errors = last_errors(z, L)
    for j, entry in enumerate(z[0]):
        assert Derivation(Derivative(L, entry)).step(step_back(w, errors, z[0])[j], because="")
    for k, j in product(range(size), repeat=2):
        right = errors[k] * g(z[0][j])
        assert Derivation(Derivative(L, w[k, j])).step(right, because="error times input")


@pytest.mark.parametrize("size", [2, 3])
def test_three_layers_are_derived_through_all_paths(size):
    (first, second), z, L = layers(size, size, size)
    errors = step_back(second, last_errors(z, L), z[1])
    assert Derivation(Derivative(L, z[0][0])).step(step_back(first, errors, z[0])[0], because="")
    assert Derivation(Derivative(L, first[1, 0])).step(errors[1] * g(z[0][0]), because="")


@pytest.mark.parametrize("size", [2, 3])
def test_wrong_ways_back_through_three_layers_are_refuted(size):
    (first, second), z, L = layers(size, size, size)
    outer = last_errors(z, L)
    errors = step_back(second, outer, z[1])
    wrong = {
        "transposed": step_back(first.T, errors, z[0])[0],
        "path dropped": step_back(first, errors, z[0], drop=1)[0],
        "inner path dropped": step_back(first, step_back(second, outer, z[1], 0), z[0])[0],
        "scaled": 2 * step_back(first, errors, z[0])[0],
        "sign": -step_back(first, errors, z[0])[0],
    }
    for claim in wrong.values():
        with pytest.raises(FalseStep):
            Derivation(Derivative(L, z[0][0])).step(claim, because="wrong")


# --- names and bad input ----------------------------------------------------------------------


def test_it_is_displayed_by_its_name_and_a_slope_as_a_derivative():
    L = open_function("L", z[k], (k, 1, n))
    assert latex(L) == "L"
    assert latex(L.slope(j)) == r"\frac{\partial L}{\partial {z}_{j}}"
    assert latex(LAST.slope(j)) == "u_{j}"
    assert latex(Derivative(LAST, z[j])) == r"\frac{\partial L}{\partial {z}_{j}}"


def test_a_derivation_does_not_start_from_a_name_for_its_own_right_side():
    paths = Sum(chain(HIDDEN.slope(k), Derivative(BEHIND, z[j])), (k, 1, p))
    with pytest.raises(ValueError, match="definition=True"):
        Derivation(quantity(r"\delta_j", -3 * paths))


def test_the_name_of_a_derivative_is_displayed_with_the_derivative():
    proof = Derivation(quantity(r"\delta_{j}", Derivative(LAST, z[j])), where=j <= n)
    proof.step(chain(LAST.slope(j), g(z[j], 1)), because="chain rule")
    shown = r"\delta_{j} = \frac{\partial L}{\partial {z}_{j}} = u_{j}"
    assert shown in proof.result._repr_latex_()
    assert r"=\;& \frac{\partial L}{\partial {z}_{j}} && \text{definition}" in proof._repr_latex_()


def test_a_definition_is_displayed_as_one():
    proof = Derivation(quantity("q", 2 * a[1]), definition=True).step(a[1] + a[1], because="twice")
    assert r":=\;& 2 {a}_{1} && \text{definition}" in proof._repr_latex_()


def test_only_a_name_is_defined():
    with pytest.raises(ValueError, match="no name"):
        Derivation(2 * a[1], definition=True)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: open_function("L"), ValueError),
        (lambda: open_function("L", "z", (i, 1)), TypeError),
        (lambda: open_function("L", z[i], (i, 1, i)), ValueError),
        (lambda: open_function("L", z[i], i, (i, 1, n)), ValueError),
        (lambda: LAST.slope(1, 2), ValueError),
        (lambda: open_function("L", a[1], a[2]).slope(3), ValueError),
    ],
)
def test_bad_input_is_refused(make, error):
    with pytest.raises(error):
        make()


def test_two_functions_of_one_kind_are_not_taken_for_equal():
    other = open_function("M", g(z[i]), (i, 1, n))
    with pytest.raises((FalseStep, Undecided)):
        Derivation(LAST).step(other, because="both are open")


def test_two_functions_of_one_name_are_refused():
    other = open_function("L", g(a[i]), (i, 1, n), slope="u")
    with pytest.raises(ValueError, match="both called L"):
        Derivation(LAST - other).step(LAST - other, because="which of them?")


def test_the_number_of_arguments_is_no_variable():
    with pytest.raises(ValueError, match="n is an integer"):
        Derivation(Derivative(LAST, n)).step(0, because="not in the family")
