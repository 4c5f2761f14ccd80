"""A step is proved, refuted with a counterexample, or refused as undecided."""

import pytest
from sympy import (
    Abs,
    Derivative,
    E,
    Eq,
    Float,
    Function,
    HadamardProduct,
    I,
    IndexedBase,
    KroneckerDelta,
    Limit,
    MatMul,
    Matrix,
    Max,
    Min,
    Ne,
    Piecewise,
    Product,
    Rational,
    Subs,
    Sum,
    ceiling,
    cos,
    erf,
    exp,
    floor,
    log,
    nan,
    pi,
    sign,
    sin,
    sqrt,
    symbols,
    sympify,
    tanh,
)

from backprop.symbolic.activations import sigmoid
from backprop.symbolic.normal_form import Named
from backprop.symbolic.proof import Claim, Derivation, FalseStep, Undecided, refute
from backprop.symbolic.quantity import quantity

x, y, u, h, z, w, c = symbols("x y u h z w c", real=True)
d, M = symbols("d M", positive=True)
i, j, k, e, m, n, s = symbols("i j k e m n s", integer=True, positive=True)
q, r, t, N = symbols("q r t N", integer=True, nonnegative=True)
o, K1 = symbols("o k_1", integer=True)
a, b, W, D = (IndexedBase(name, real=True) for name in ("a", "b", "W", "D"))
size = IndexedBase("n", integer=True, positive=True)
f, g = Function("f", real=True), Function("g", real=True)
DIVISION = {N: q * s + r, s: r + 1 + t}


def softmax(index):
    return exp(a[index]) / Sum(exp(a[k]), (k, 1, n))


def total(factor):
    return Sum(exp(factor * a[k]), (k, 1, n))


def huber(residual):
    inner, outer = residual**2 / 2, d * Abs(residual) - d**2 / 2
    return Piecewise((inner, Abs(residual) <= d), (outer, True))


def bell(x):
    return (1 + erf(x / sqrt(2))) / 2


def layers(low, high):
    return Sum(size[e] * size[e - 1], (e, low, high))


SLOPE = Derivative(sigmoid(z), z)
WEIGHTED = Sum(D[k] * Sum(W[k, i] * g(a[i]), (i, 1, n)), (k, 1, m))
LINEAR = Sum(D[k] * Sum(W[k, i] * a[i], (i, 1, n)), (k, 1, m))
CONV = Sum(D[i] * Sum(b[k] * a[i * s + k], (k, 1, n)), (i, 1, m))
RELU = Derivative(Max(z, 0), z)
STEP = Piecewise((1, z > 0), (0, True))
BCE = -(y * log(x) + (1 - y) * log(1 - x))

TRUE = {
    "reciprocal rule": (Derivative(1 / f(x), x), -Derivative(f(x), x) / f(x) ** 2),
    "chain rule for unknown functions": (
        Derivative(f(g(x)), x),
        Subs(Derivative(f(u), u), u, g(x)) * Derivative(g(x), x),
    ),
    "a limit of difference quotients": (Limit(((x + h) ** 2 - x**2) / h, h, 0, "+-"), 2 * x),
    "slope of the sigmoid": (SLOPE, sigmoid(z) * (1 - sigmoid(z))),
    "tanh is a sigmoid": (tanh(z), 2 * sigmoid(2 * z) - 1),
    "half arguments": (tanh(z / 2), 2 * sigmoid(z) - 1),
    "logarithm of a sigmoid": (log(1 - sigmoid(z)), -z - log(1 + exp(-z))),
    "stable softplus": (log(1 + exp(z)), Max(z, 0) + log(1 + exp(-Abs(z)))),
    "slope of gelu": (
        Derivative(z * bell(z), z),
        bell(z) + z * exp(-(z**2) / 2) / sqrt(2 * pi),
    ),
    "a square has no kink": (Derivative(Max(z, 0) ** 2, z), 2 * Max(z, 0)),
    "huber is smooth at its threshold": (
        Derivative(huber(y - x), x),
        Piecewise((x - y, Abs(y - x) <= d), (-d * sign(y - x), True)),
    ),
    "two names for clipping": (Max(-d, Min(d, x)), sign(x) * Min(Abs(x), d)),
    "a maximum by an absolute value": (Max(x, y), (x + y + Abs(x - y)) / 2),
    "binary cross-entropy": (Derivative(BCE, x), (x - y) / (x * (1 - x))),
    "softmax sums to one": (Sum(softmax(i), (i, 1, n)), 1),
    "log-sum-exp may be shifted": (
        log(Sum(exp(a[k]), (k, 1, n))),
        x + log(Sum(exp(a[k] - x), (k, 1, n))),
    ),
    "sums may be swapped": (
        Sum(D[k] * Sum(W[k, i] * a[i], (i, 1, n)), (k, 1, m)),
        Sum(a[i] * Sum(W[k, i] * D[k], (k, 1, m)), (i, 1, n)),
    ),
    "a square of a sum": (
        Sum(a[i], (i, 1, n)) ** 2,
        Sum(a[i] * a[j], (i, 1, n), (j, 1, n)),
    ),
    "multiplications of a backward pass": (
        layers(1, j) + layers(2, j),
        2 * layers(1, j) - size[0] * size[1],
    ),
    "an index may be shifted": (layers(2, j), Sum(size[e + 1] * size[e], (e, 1, j - 1))),
    "Gauss's sum": (Sum(k, (k, 1, n)), n * (n + 1) / 2),
    "a product gains a factor": (
        Product(size[k], (k, 1, n + 1)),
        size[n + 1] * Product(size[k], (k, 1, n)),
    ),
    "a product splits into factors": (
        Product(a[k] * b[k], (k, 1, n)),
        Product(a[k], (k, 1, n)) * Product(b[k], (k, 1, n)),
    ),
    "receptive field of one layer more": (
        Sum((size[k] - 1) * Product(size[i], (i, 1, k - 1)), (k, 1, n + 1)),
        Sum((size[k] - 1) * Product(size[i], (i, 1, k - 1)), (k, 1, n))
        + (size[n + 1] - 1) * Product(size[i], (i, 1, n)),
    ),
    "a filter may be flipped": (
        Sum(b[o] * a[e - o], (o, 0, n - 1)),
        Sum(b[n - 1 - o] * a[e - n + 1 + o], (o, 0, n - 1)),
    ),
    "uncorrelated terms": (
        Sum(KroneckerDelta(i, j) * a[i] * b[j], (i, 1, n), (j, 1, n)),
        Sum(a[i] * b[i], (i, 1, n)),
    ),
    "convolution's sums may be swapped": (
        CONV,
        Sum(b[k] * Sum(D[i] * a[i * s + k], (i, 1, m)), (k, 1, n)),
    ),
    "slope of relu from the left": (Limit(Max(h, 0) / h, h, 0, "-"), 0),
    "slope of relu from the right": (Limit(Max(h, 0) / h, h, 0, "+"), 1),
    "e is exp(1)": (exp(x + 1) + E, E * (exp(x) + 1)),
    "floor takes an integer out": (floor(N / s) + 1, floor((N + s) / s)),
    "matrix product entry by entry": (
        MatMul(Matrix([[1, 2]]), Matrix([x, y]), evaluate=False),
        Matrix([[x + 2 * y]]),
    ),
    "entrywise product": (
        HadamardProduct(Matrix([[1, 2]]), Matrix([[x, y]]), evaluate=False),
        Matrix([[x, 2 * y]]),
    ),
}

TRUE_WHERE = {
    "relu off its kink": (RELU, STEP, {"where": Ne(z, 0)}),
    "hinge off its kink": (
        Derivative(Max(0, 1 - y * x), x),
        Piecewise((-y, y * x < 1), (0, True)),
        {"where": Ne(y * x, 1)},
    ),
    "a pole that is excluded": ((x**2 - 1) / (x - 1), x + 1, {"where": Ne(x, 1)}),
    "logarithms of integers": (log(12) / 2, log(2) + log(3) / 2, {}),
    "absolute value of what is positive": (Abs(x), x, {"where": x >= 0}),
    "softmax Jacobian": (
        Derivative(softmax(i), a[j]),
        softmax(i) * (KroneckerDelta(i, j) - softmax(j)),
        {"where": j <= n},
    ),
    "delta recurrence": (
        Derivative(WEIGHTED, a[j]),
        Sum(W[k, j] * D[k], (k, 1, m)) * Derivative(g(a[j]), a[j]),
        {"where": j <= n},
    ),
    "gradient of a weight": (
        Derivative(LINEAR, W[e, j]), D[e] * a[j], {"where": (j <= n) & (e <= m)},
    ),
    "gradient of a filter": (
        Derivative(CONV, b[j]), Sum(D[i] * a[i * s + j], (i, 1, m)), {"where": j <= n},
    ),
    "gradient of an input, with strides": (
        Derivative(CONV, a[j]),
        Sum(D[i] * Sum(b[k] * KroneckerDelta(i * s + k, j), (k, 1, n)), (i, 1, m)),
        {},
    ),
    "the same, one term for each window that covers it": (
        Sum(D[i] * Sum(b[k] * KroneckerDelta(i * s + k, j), (k, 1, n)), (i, 1, m)),
        Sum(D[i] * Piecewise((b[j - i * s], (j - i * s >= 1) & (j - i * s <= n)), (0, True)),
            (i, 1, m)),
        {},
    ),
    "cross-entropy through the Jacobian": (
        Sum(-b[i] / softmax(i) * softmax(i) * (KroneckerDelta(i, j) - softmax(j)), (i, 1, n)),
        softmax(j) * Sum(b[i], (i, 1, n)) - b[j],
        {"where": j <= n},
    ),
    "a target that sums to one": (
        softmax(j) * Sum(b[i], (i, 1, n)) - b[j], softmax(j) - b[j],
        {"given": {Sum(b[i], (i, 1, n)): 1}},
    ),
    "a difference quotient of a kinked function": (
        Limit((Abs(x + h) - Abs(x)) / h, h, 0, "+-"), sign(x), {"where": Ne(x, 0)},
    ),
    "hinge for two labels": (
        Derivative(Max(0, 1 - y * x), x),
        Piecewise((-y, y * x < 1), (0, True)),
        {"where": (Eq(y, 1) | Eq(y, -1)) & Ne(y * x, 1)},
    ),
    "quotient and remainder": (floor(N / s) + 1, q + 1, {"given": DIVISION}),
    "ceiling of the successor": (floor(N / s) + 1, ceiling((N + 1) / s), {"given": DIVISION}),
    "same padding": (n + 2 * q - m + 1, n, {"given": {q: r, m: 2 * r + 1}}),
}  # fmt: skip

FALSE = {
    "a lost sign": (SLOPE, -exp(-z) / (1 + exp(-z)) ** 2, {}),
    "a lost sign in the rule": (
        Derivative(1 / f(x), x), Derivative(f(x), x) / f(x) ** 2, {},
    ),
    "a lost factor": (Derivative(exp(x**2), x), x * exp(x**2), {}),
    "a lost inner derivative": (Derivative(exp(2 * x), x), exp(2 * x), {}),
    "a lost prime": (SLOPE, sigmoid(z), {}),
    "a mirrored exponent": (sigmoid(z), 1 / (1 + exp(z)), {}),
    "a product of derivatives": (
        Derivative(f(x) * g(x), x), Derivative(f(x), x) * Derivative(g(x), x), {},
    ),
    "false only for negative arguments": (Abs(x), x, {}),
    "a root of a square": (sqrt(x**2), x, {}),
    "a logarithm split for negative factors": (log(x * y), log(x) + log(y), {"where": x * y > 0}),
    "false at a single kink": (
        Max(x, 0), Piecewise((x, x > 0), (1, Eq(x, 0)), (0, True)), {},
    ),
    "a value where no derivative is": (RELU, STEP, {}),
    "no second derivative at the kink": (
        Derivative(Max(z, 0) ** 2, (z, 2)), Piecewise((2, z > 0), (0, True)), {},
    ),
    "a kink that another exclusion leaves": (
        Derivative(Abs(x - 1), x), sign(x - 1), {"where": Ne(x, 0)},
    ),
    "a kink inside a sum": (
        Derivative(Max(0, 1 - Sum(a[i] * b[i], (i, 1, n))), a[k]),
        Piecewise((-b[k], Sum(a[i] * b[i], (i, 1, n)) < 1), (0, True)),
        {"where": k <= n},
    ),
    "a jump hides behind equal slopes": (
        Derivative(Piecewise((x + 1, x > 0), (x, True)), x), 1, {},
    ),
    "huber without its threshold": (
        Derivative(huber(y - x), x),
        Piecewise((x - y, Abs(y - x) <= d), (-sign(y - x), True)),
        {},
    ),
    "a hinge with the wrong sign": (
        Derivative(Max(0, 1 - y * x), x), Piecewise((y, y * x < 1), (0, True)),
        {"where": Ne(x * y, 1)},
    ),
    "softmax as if entry by entry": (
        Derivative(softmax(i), a[j]), softmax(i) * (1 - softmax(i)), {"where": (j <= n) & (i <= n)},
    ),
    "softmax with a plus": (
        Derivative(softmax(i), a[j]),
        softmax(i) * (KroneckerDelta(i, j) + softmax(j)),
        {"where": (j <= n) & (i <= n)},
    ),
    "weights not transposed": (
        Derivative(WEIGHTED, a[j]),
        Sum(W[j, k] * D[k], (k, 1, m)) * Derivative(g(a[j]), a[j]),
        {"where": j <= n},
    ),
    "an entry that may lie outside": (Derivative(Sum(a[k] * b[k], (k, 1, n)), a[j]), b[j], {}),
    "a range one too short": (Sum(a[k], (k, 1, n)), Sum(a[k], (k, 1, n - 1)), {}),
    "a free index beside a bound one": (
        a[k] * Sum(b[k], (k, 1, n)), Sum(a[k] * b[k], (k, 1, n)), {},
    ),
    "a sum of products": (
        Sum(a[k], (k, 1, n)) * Sum(b[k], (k, 1, n)), Sum(a[k] * b[k], (k, 1, n)), {},
    ),
    "multiplications of all layers but one": (
        layers(1, j), size[0] * size[1] + layers(1, j), {},
    ),
    "an index that is also differentiated by": (
        Derivative(Sum(a[j], (j, 1, n)), a[j]), n, {"where": j <= n},
    ),
    "a free symbol called like an index of the engine": (
        Sum(W[K1, k] * a[k], (k, 1, n)), Sum(W[k, k] * a[k], (k, 1, n)), {},
    ),
    "a nested sum transposed": (
        Sum(1 / Sum(exp(W[i, k]), (k, 1, n)), (i, 1, n)),
        Sum(1 / Sum(exp(W[k, i]), (k, 1, n)), (i, 1, n)),
        {},
    ),
    "a nested product transposed": (
        Product(1 + Sum(W[i, k], (k, 1, n)), (i, 1, n)),
        Product(1 + Sum(W[k, i], (k, 1, n)), (i, 1, n)),
        {},
    ),
    "exponentials do not leave their sums": (
        log(total(3)) + log(total(1)), 2 * log(total(2)), {},
    ),
    "every second index": (
        Derivative(Sum(a[2 * k], (k, 1, n)), a[j]), 1, {"where": (j >= 2) & (j <= 2 * n)},
    ),
    "deltas of indices over different ranges": (
        Sum(KroneckerDelta(i, j) * a[i] * b[j], (i, 1, n), (j, 1, m)),
        Sum(a[i] * b[i], (i, 1, n)),
        {},
    ),
    "kinks of the terms of a sum": (
        Derivative(Sum(Max(a[i], 0), (i, 1, n)), a[j]),
        Piecewise((1, a[j] > 0), (0, True)),
        {"where": j <= n},
    ),
    "kinks of all terms of a sum at once": (
        Derivative(Sum(Max(x * a[i], 0), (i, 1, n)), x),
        Sum(Piecewise((a[i], x * a[i] >= 0), (0, True)), (i, 1, n)),
        {},
    ),
    "a slope that is right from above only": (
        Derivative(Max(-z, 0), z), Piecewise((-1, z < 0), (0, True)), {},
    ),
    "a slope that is right from below only": (
        Derivative(Max(-z, 0), z), Piecewise((-1, z <= 0), (0, True)), {},
    ),
    "no second derivative where the first one jumps": (Derivative(Abs(x), (x, 2)), 0, {}),
    "a kink of an entry that may be another": (
        Derivative(Abs(a[i]), a[j]), KroneckerDelta(i, j) * sign(a[i]), {},
    ),
    "a single value apart": (
        Derivative(Piecewise((x**2, Ne(x, 1)), (5, True)), x), 2 * x, {},
    ),
    "a mixed derivative on a kink": (Derivative(x * Abs(y), x, y), sign(y), {}),
    "a kink where two conditions meet": (
        Derivative(Max(x, y, 0), x),
        Piecewise((1, (x > y) & (x > 0)), (0, True)),
        {"where": Ne(x, 0)},
    ),
    "the slope of a staircase": (Derivative(x - floor(x), x), 1, {}),
    "one window too far to the left": (
        Derivative(CONV, b[j]), Sum(D[i] * a[i + j * s], (i, 1, m)), {"where": j <= n},
    ),
    "the wrong side of the condition": (Abs(a[j]), -a[j], {"where": a[j] > 0}),
    "the rival floor": (floor((N + 1) / s), q, {"given": DIVISION}),
    "a floor of a free remainder": (floor(N / s), q, {"given": {N: q * s + r}}),
    "a matrix entry": (Matrix([[x, y]]), Matrix([[x, -y]]), {}),
    "a geometric sum at 1": (Sum(x**o, (o, 0, n)), (1 - x ** (n + 1)) / (1 - x), {}),
}  # fmt: skip

FALSE_AT_A_POINT = {
    "a pole is no value": ((x**2 - 1) / (x - 1), x + 1, {}),
    "a pole far out": ((x**2 - 49) / (x - 7), x + 7, {}),
    "a pole among several": ((x**4 - 1) / (x**2 - 1), x**2 + 1, {}),
    "a pole of an exponential": ((exp(2 * x) - 1) / (exp(x) - 1), exp(x) + 1, {}),
    "a sum without terms is 0": (
        Sum(a[o], (o, 0, q - 1)), a[0] + Sum(a[k], (k, 1, q - 1)), {},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("left", "right"), TRUE.values(), ids=TRUE.keys())
def test_true_step_is_proved(left, right):
    assert Derivation(left).step(right, because="it is true").end == right


@pytest.mark.parametrize(("left", "right", "domain"), TRUE_WHERE.values(), ids=TRUE_WHERE.keys())
def test_true_step_is_proved_on_its_domain(left, right, domain):
    assert Derivation(left, **domain).step(right, because="it is true").end == right


REFUSED = FALSE | FALSE_AT_A_POINT


@pytest.mark.parametrize(("left", "right", "domain"), REFUSED.values(), ids=REFUSED.keys())
def test_false_step_is_refused_and_leaves_the_derivation_as_it_was(left, right, domain):
    derivation = Derivation(left, **domain)
    with pytest.raises(FalseStep):
        derivation.step(right, because="hope")
    assert derivation.end == derivation.start


@pytest.mark.parametrize(("left", "right", "domain"), FALSE.values(), ids=FALSE.keys())
def test_false_claim_is_not_proved_even_if_no_point_is_tried(left, right, domain):
    derivation = Derivation(left, **domain)
    claim = Claim(left, "=", sympify(right), derivation.where, derivation.given)
    assert not claim.holds()


def test_matrices_of_different_shapes_are_not_equal():
    with pytest.raises(FalseStep, match="a 1×2 matrix cannot equal a 2×1 matrix"):
        Derivation(Matrix([[x, y]])).step(Matrix([x, y]), because="")


BOUNDS = {
    "slope of the sigmoid": (sigmoid(z) * (1 - sigmoid(z)), "<=", Rational(1, 4)),
    "a square": (x**2 - 2 * x + 1, ">=", 0),
    "an exponential": (exp(x), ">", 0),
    "a start beyond the slack": (q * s, "<", (q + 1) * s),
    "a factor below a quarter": (Abs(w) * sigmoid(z) * (1 - sigmoid(z)) * M, "<=", Abs(w) / 4 * M),
}


@pytest.mark.parametrize(("left", "relation", "right"), BOUNDS.values(), ids=BOUNDS.keys())
def test_true_inequality_is_proved(left, relation, right):
    result = Derivation(left).step(right, because="it is true", relation=relation).result
    assert result.relation == relation


@pytest.mark.parametrize(("left", "relation", "right"), BOUNDS.values(), ids=BOUNDS.keys())
def test_inequality_the_wrong_way_round_is_refused(left, relation, right):
    opposite = relation.translate(str.maketrans("<>", "><"))
    with pytest.raises((FalseStep, Undecided)):
        Derivation(left).step(right, because="hope", relation=opposite)


def test_condition_bounds_what_it_speaks_of():
    Derivation(Abs(w) * d, where=Abs(w) <= M).step(M * d, because="", relation="<=")
    with pytest.raises(FalseStep):
        Derivation(Abs(w) * d).step(M * d, because="", relation="<=")


def test_strict_inequality_fails_where_there_is_equality():
    with pytest.raises(FalseStep, match="at z = 0"):
        Derivation(sigmoid(z) * (1 - sigmoid(z))).step(Rational(1, 4), because="", relation="<")


def test_what_is_neither_proved_nor_refuted_is_undecided():
    with pytest.raises(Undecided):
        Derivation(sin(x) ** 2 + cos(x) ** 2).step(1, because="Pythagoras")


def test_counterexample_shows_the_point_and_both_values():
    with pytest.raises(FalseStep, match="at z = 0: left 1/4, right -1/4"):
        Derivation(SLOPE).step(-exp(-z) / (1 + exp(-z)) ** 2, because="a lost minus")


def test_counterexample_at_a_kink_shows_both_slopes():
    with pytest.raises(FalseStep, match="slopes 0 and 1"):
        Derivation(RELU).step(STEP, because="no domain")


def test_result_joins_equalities_and_bounds():
    chain = Derivation(x * (1 - x)).step(Rational(1, 4) - (x - Rational(1, 2)) ** 2, because="")
    chain.step(Rational(1, 4), because="", relation="<=").step(Rational(1, 2), "", relation="<")
    assert str(chain.result) == "x*(1 - x) < 1/2"


def test_chain_up_and_down_has_no_result():
    chain = Derivation(x).step(x + 1, "", relation="<").step(x, "", relation=">")
    with pytest.raises(ValueError, match="up and down"):
        _ = chain.result


def test_text_has_a_reason_on_each_line():
    chain = Derivation(Derivative(x**2, x)).step(2 * x, because="power rule, $n = 2$")
    assert repr(chain) == "Derivative(x**2, x)\n  = 2*x    power rule, n = 2"


def test_latex_is_aligned_with_a_reason_on_each_line():
    tex = Derivation(x + x * 0).step(x, because="50% & more")._repr_latex_()
    assert tex.startswith("$$\\begin{aligned}") and tex.endswith("\\end{aligned}$$")
    assert r"&& \text{50\% \& more}" in tex


def test_latex_shows_the_domain():
    tex = Derivation(RELU, where=Ne(z, 0)).step(STEP, because="")._repr_latex_()
    assert r"z \neq 0" in tex


def test_a_name_states_the_result_above_its_lines():
    tex = [
        Derivation((x + 1) ** 2 - 1, name=name)
        .step(x**2 + 2 * x, because="expand")
        .step(x * (x + 2), because="factor out")
        ._repr_latex_()
        for name in ("", "square")
    ]
    stated = r"$$\left(x + 1\right)^{2} - 1 = x \left(x + 2\right) \tag{square}$$"
    assert tex[1] == f"{stated}\n\n{tex[0]}"


def test_a_named_result_of_one_step_is_shown_once():
    tex = Derivation(Derivative(x**2, x), name="square").step(2 * x, because="5%")._repr_latex_()
    assert tex == (r"$$\frac{d}{d x} x^{2} = 2 x \tag{square}$$" + "\n\n" + r"$$\text{5\%}$$")


def test_a_named_result_without_a_reason_stands_alone():
    proof = Derivation(Derivative(x**2, x), name="square").step(2 * x, because="")
    assert proof._repr_latex_() == proof.result._repr_latex_()


def test_a_named_definition_shows_what_is_defined():
    area = Derivation(quantity("A", x * x), definition=True, name="area").step(x**2, because="")
    assert r"\tag{area}$$" in area._repr_latex_() and r":=\;& " in area._repr_latex_()


@pytest.mark.parametrize("name", ["two words", "Chain", "def-chain", None, 3])
def test_a_name_that_no_page_can_refer_to_is_refused(name):
    with pytest.raises(ValueError, match=f"name is {name!r}; allowed are"):
        Derivation(x, name=name)


def test_result_is_one_equation():
    proof = Derivation(Derivative(x**2, x)).step(x + x, because="").step(2 * x, because="")
    assert proof.result._repr_latex_() == r"$$\frac{d}{d x} x^{2} = 2 x$$"


def test_refute_finds_the_smallest_point():
    found = refute(1 / (1 + exp(-z)) ** 2, SLOPE).counterexample
    assert dict(found.point) == {z: 1} or dict(found.point) == {z: -1}


def test_refute_at_a_chosen_point():
    rival, truth = floor((N + 1) / s), floor(N / s) + 1
    found = refute(rival, truth, at={N: 41, s: 4}).counterexample
    assert (found.left, found.right) == (10, 11)


def test_refute_shows_claim_and_truth():
    text = repr(refute(-2 * x, Derivative(x**2, x), at={x: 1}))
    assert "at x = 1" in text and "claimed" in text and "true" in text


def test_refute_of_a_true_claim_says_so():
    with pytest.raises(ValueError, match="the claim is true"):
        refute(sigmoid(z), 1 / (1 + exp(-z)))


def test_refute_at_a_point_where_both_agree_is_no_refutation():
    with pytest.raises((ValueError, Undecided), match="x\\*\\*2"):
        refute(x**2, x, at={x: 1})


def test_an_open_function_inside_a_name_is_chosen_too():
    class slope(Named):
        @staticmethod
        def definition(z):
            return Derivative(g(z), z)

    assert refute(slope(x), slope(x) + 1).counterexample.point[x] == 0
    assert Derivation(y * slope(x) + slope(x)).step((y + 1) * slope(x), because="factor out")


def test_entries_are_drawn_more_than_once_though_there_is_no_other_symbol():
    right = size[0] * size[1] + 2 * size[1] * size[2] + 2 * size[1] + 3 * size[2]
    assert refute(2 * size[0] * size[1] + 2 * size[1] * size[2], right)


def test_unknown_relation_is_named():
    with pytest.raises(ValueError, match="relation"):
        Derivation(x).step(x, because="", relation="==")


COMPLEX, FLOAT = symbols("x"), Float(0.1)

BAD_TERMS = {
    "a text": ("x + 1", TypeError, "right is 'x . 1'"),
    "a list": ([x], TypeError, r"right is \[x\]"),
    "a condition": (x > 0, TypeError, "right is x > 0"),
    "a symbol that may be complex": (COMPLEX, ValueError, "right holds x; .* real=True"),
    "a function that may be complex": (Function("p")(x), ValueError, "real=True"),
    "a family that may be complex": (IndexedBase("p")[k], ValueError, "real=True"),
    "a rounded number": (FLOAT * x, ValueError, r"right holds 0\.1"),
    "an imaginary number": (I * x, ValueError, "right holds I"),
    "what is not a number": (nan, ValueError, "right holds nan"),
    "an index in its own range": (Sum(a[k], (k, 1, k)), ValueError, "k stands for two things"),
}


@pytest.mark.parametrize(("term", "error", "words"), BAD_TERMS.values(), ids=BAD_TERMS.keys())
def test_term_that_no_proof_can_speak_of_is_refused(term, error, words):
    with pytest.raises(error, match=words):
        Derivation(x).step(term, because="")


BAD_DOMAINS = {
    "a condition that Python decided": ({"where": x != 0}, TypeError, "where is True"),
    "a condition that never holds": ({"where": (x > 0) & (x < 0)}, ValueError, "nothing satisfies"),
    "a value beyond the condition": ({"where": x > 0, "given": {x: -d}}, ValueError, "nothing"),
    "a value against an assumption": ({"given": {n: -m}}, ValueError, "nothing satisfies"),
    "a value that mentions itself": ({"given": {n: 2 * n}}, ValueError, "only that come after"),
    "a value in earlier names": ({"given": {s: r + 1, N: q * s}}, ValueError, "only that come"),
    "no substitution": ({"given": [x]}, TypeError, "given is"),
}


@pytest.mark.parametrize(("domain", "error", "words"), BAD_DOMAINS.values(), ids=BAD_DOMAINS.keys())
def test_domain_that_makes_no_sense_is_refused(domain, error, words):
    with pytest.raises(error, match=words):
        Derivation(x, **domain)


def test_reason_has_to_be_a_text():
    with pytest.raises(TypeError, match="because"):
        Derivation(x).step(x, because=None)


def test_point_that_an_assumption_forbids_is_refused():
    with pytest.raises(ValueError, match=r"at\[d\] is -1"):
        refute(d, -d, at={d: -1})


def test_point_without_all_symbols_is_refused():
    with pytest.raises(ValueError, match="at lacks a value for y"):
        refute(x, y, at={x: 1})


def test_start_that_is_no_expression_is_refused():
    with pytest.raises(TypeError, match="start"):
        Derivation("x +")


def test_of_two_matrices_the_entry_is_named_that_differs():
    wrong = refute(Matrix([[x, y], [1, 2]]), Matrix([[x, y], [1, x]]))
    assert wrong.counterexample.entry == (2, 2)
    assert r"\text{entry } (2, 2) = 2" in wrong._repr_latex_()
    with pytest.raises(FalseStep, match=r"at y = 1, entry \(1, 2\): left 1, right 2"):
        Derivation(Matrix([[x, y]])).step(Matrix([[x, 2 * y]]), because="")
