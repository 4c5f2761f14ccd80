"""The exercises: what counts as right, what as wrong, and what is said of it."""

import json
import math
import re
from contextlib import suppress

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from sympy import Abs, Derivative, Function, Max, Symbol, cos, exp, sin, symbols

from backprop.activations import sigmoid as sigmoid_in_numpy
from backprop.convolution import conv2d
from backprop.exercises import EXERCISES, check, hint
from backprop.exercises.code import Code
from backprop.exercises.formula import Formula, Letter
from backprop.exercises.hints import HINTS
from backprop.exercises.lexer import GREEK
from backprop.exercises.parser import CONSTANTS, FUNCTIONS, Mistake, parse
from backprop.explorers.answer import AnswerBox
from backprop.symbolic.activations import sigmoid
from backprop.symbolic.normal_form import unfold
from tests.answers import ANSWERS, NUMBERS, WRITTEN_OUT

FORMULAS = [name for name, entry in EXERCISES.items() if isinstance(entry, Formula)]
CODES = [name for name, entry in EXERCISES.items() if isinstance(entry, Code)]
ANY_LETTER = [*"abcdfghijklmnopqrstuvwxyzABCDFGHKLMNPRSTWXYZ", "yhat", *GREEK.values()]
x = Symbol("x", real=True)


def formula(solution, **options):
    return Formula("test", "f", solution, (Letter(x, "any"),), **options)


# The entries


def test_each_formula_has_answers_to_try():
    assert sorted(ANSWERS) == sorted(FORMULAS)
    assert all((len(right), len(wrong)) == (3, 5) for right, wrong in ANSWERS.values())


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_of_an_entry_is_right(name):
    verdict = check(name, EXERCISES[name].solution)
    assert verdict
    assert repr(verdict) == "right"


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("k", range(3))
def test_an_equivalent_form_is_right(name, k):
    assert re.match("right", repr(check(name, ANSWERS[name][0][k])))


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("k", range(5))
def test_a_wrong_answer_is_shown_a_difference(name, k):
    verdict = check(name, ANSWERS[name][1][k])
    assert verdict.right is False
    assert re.match(r"not yet: (at .*)?your answer (is|has no value)", repr(verdict))


@pytest.mark.parametrize("name", FORMULAS)
def test_a_number_that_is_wrong_is_not_told_the_right_one(name):
    entry = EXERCISES[name]
    if not entry.letters:
        words = repr(check(name, entry.solution + 1)) + repr(check(name, entry.solution - 1))
        assert "too large" in words
        assert "too small" in words
        assert f"{float(entry.solution):.6g}" not in re.findall(r"[\d.]+", words)


@pytest.mark.parametrize("name", FORMULAS)
def test_the_points_are_many_and_in_the_domain(name):
    entry = EXERCISES[name]
    assert len(entry.points) >= (12 if entry.letters else 1)
    for point in entry.points:
        assert entry.domain.subs(point) == sp.true
        for letter in entry.letters:
            assert letter.low <= point[letter.symbol] <= letter.high
            assert point[letter.symbol].is_integer or not letter.symbol.is_integer


@pytest.mark.parametrize("name", FORMULAS)
def test_no_letter_hides_a_function_or_a_number(name):
    assert not set(EXERCISES[name].names) & {*FUNCTIONS, *CONSTANTS}


@pytest.fixture(scope="module")
def chapters(root):
    """Return the text of all chapters."""
    return "".join(path.read_text(encoding="utf-8") for path in (root / "chapters").glob("*.md"))


def test_every_entry_is_used_in_a_chapter_and_every_box_has_its_entry(chapters):
    boxes = re.findall(r'^AnswerBox\("([^"]+)"\)', chapters, re.M)
    checks = re.findall(r'^check\(\s*"([^"]+)"', chapters, re.M)
    boxes_of_numbers = re.findall(r'^NumbersBox\("([^"]+)"\)', chapters, re.M)
    assert sorted(boxes) == sorted(FORMULAS)
    assert sorted(boxes_of_numbers) == sorted(NUMBERS)
    answered = EXERCISES.keys() - {name for name in NUMBERS if name.endswith("-bug")}
    assert sorted(checks) == sorted([*answered, *CODES])  # code has a stub as well


@pytest.fixture(scope="module")
def judging(chapters):
    """Return the code cells that call `check`."""
    cells = re.findall(r"^```{code-cell} python\n(.*?)^```$", chapters, re.M | re.S)
    return [cell for cell in cells if "check(" in cell]


@pytest.mark.parametrize("name", CODES)
def test_code_has_a_stub_with_the_signature_of_the_solution(name, judging):
    asked = re.compile(rf'^check\(\s*"{name}", (\w+)', re.M)
    at, _ = (k for k, cell in enumerate(judging) if asked.search(cell))
    stub = judging[at]
    signature = re.search(r"^def .*:$", stub, re.M)[0]
    assert any(signature in cell for cell in judging[at + 1 : at + 4])
    exec(stub.replace("check(", "verdict = check("), scope := {"check": check})
    assert repr(scope["verdict"]) == "not yet: your function returns nothing so far"
    assert scope[asked.search(stub)[1]].__doc__


# What is right


def test_a_symbol_counts_by_its_name():
    z = Symbol("z")
    assert check("sigmoid-second-derivative", sp.diff(1 / (1 + exp(-z)), z, 2))


def test_a_shorthand_stands_for_its_expression():
    a = Symbol("a")
    assert check("sigmoid-second-derivative", a * (1 - a) * (1 - 2 * a))


def test_an_undefined_function_counts_by_its_name():
    s = Function("sigma")(Symbol("z"))
    assert check("sigmoid-second-derivative", s * (1 - s) * (1 - 2 * s))


def test_a_derivative_is_taken():
    z = Symbol("z", real=True)
    assert check("sigmoid-second-derivative", Derivative(sigmoid(z), z, z))


def test_a_number_with_decimals_is_right_to_nine_digits():
    assert repr(check("sigmoid-value", 0.1875)) == "right, to nine digits"
    assert not check("sigmoid-value", 0.1875001)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("0.188", "is 0.188, right to 3 digits; the exact number is wanted, or nine digits of it"),
        ("0.1874999", "is 0.1874999, right to 6 digits; the exact number is wanted"),
        ("0.19", "is 0.19, right to 2 digits; the exact number is wanted"),
        ("0.2", "is 0.2, which is too large"),
        ("0.1", "is 0.1, which is too small"),
        ("47/250", "is 0.188, which is too large"),
        ("3/17.", "is 0.176471, which is too small"),
    ],
)
def test_a_rounded_number_is_told_how_many_digits_are_right(answer, words):
    assert words in repr(check("sigmoid-value", answer))


def test_a_rounded_number_beside_a_whole_one_is_wrong_as_any_other():
    assert "is 112.5, which is too large" in repr(check("size-first-layer", "112.5"))


@pytest.mark.parametrize(("name", "answer"), WRITTEN_OUT)
def test_what_a_quantity_stands_for_and_what_the_page_prints_may_be_written(name, answer):
    assert check(name, answer), repr(check(name, answer))


def test_a_shorthand_has_the_value_of_what_it_stands_for_at_every_point():
    for entry in map(EXERCISES.get, FORMULAS):
        state = AnswerBox(entry.name)
        for name, meaning in entry.shorthands.items():
            for point, row in zip(entry.points, state.points, strict=True):
                value = float(sp.N(unfold(meaning.subs(point))))
                assert row[state.names.index(name)] == pytest.approx(value, rel=1e-12)


def test_a_text_is_computed_as_it_stands():
    """The answer box divides 0 by 0, and so does `check`."""
    assert "x = 0 your answer has no value" in repr(formula(x).check("x^2/x"))


def test_a_difference_at_a_kink_alone_is_seen():
    entry = formula(sp.Piecewise((1, 2 * x > 3), (0, True)))
    assert {x: sp.Rational(3, 2)} in entry.points
    verdict = entry.check((1 + sp.sign(2 * x - 3)) / 2)
    assert repr(verdict) == "not yet: at x = 1.5 your answer is 0.5, the right one is 0"


def test_a_difference_for_negative_numbers_alone_is_seen():
    assert repr(formula(x).check(Abs(x))) == (
        "not yet: at x = -1 your answer is 1, the right one is -1"
    )


def test_an_answer_without_a_value_is_a_difference():
    entry = formula(x + 1)
    assert repr(entry.check(x**2 / x + 1)) == "right"  # SymPy has cancelled already
    assert "x = 1 your answer has no value" in repr(entry.check((x**2 - 1) / (x - 1)))


def test_agreement_at_all_points_is_not_yet_right():
    entry = formula(x**2)
    vanishing = sp.Mul(*(x - point[x] for point in entry.points))
    assert entry.check(x**2 + vanishing).right is False


def test_what_is_not_proved_is_right_where_it_agrees_to_many_digits_and_says_so():
    verdict = formula(cos(2 * x)).check(1 - 2 * sin(x) ** 2)
    assert verdict
    assert re.fullmatch(r"right, to 20 digits at \d\d points; not proved", repr(verdict))


def test_what_is_not_proved_and_differs_by_little_is_wrong():
    verdict = formula(cos(2 * x)).check(1 - 2 * sin(x) ** 2 + sp.Rational(1, 10**12))
    assert not verdict
    assert "the right one is" in repr(verdict)


def test_two_values_that_look_alike_are_shown_to_more_digits():
    verdict = formula(x).check(x + sp.Rational(1, 10**8))
    assert repr(verdict) == "not yet: at x = 0 your answer is 1e-08, the right one is 0"
    verdict = formula(x + 1).check(x + 1 + sp.Rational(1, 10**8))
    assert "is 1.00000001, the right one is 1" in repr(verdict)


# Bad input


def test_an_unknown_exercise_is_named_with_those_that_come_close():
    with pytest.raises(ValueError, match="unknown exercise 'sigmoid-valu'; .*sigmoid-value"):
        check("sigmoid-valu", 0)
    with pytest.raises(ValueError, match="unknown exercise 'sigmoid-valu'"):
        AnswerBox("sigmoid-valu")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Symbol("b"), "answer uses b; its letters are: a .between 0 and 1"),
        (symbols("a b c")[1] * symbols("c"), "answer uses b, c"),
        (Function("f")(Symbol("a")), "answer uses f; the functions are exp, log"),
        ("b", "“b” is not known here; use a"),
    ],
)
def test_a_letter_or_function_that_is_not_named_is_refused(answer, message):
    with pytest.raises(ValueError, match=message):
        check("sigmoid-from-output", answer)


@pytest.mark.parametrize("answer", [None, [1], True, sp.eye(2), sp.Eq(x, 1), lambda a: a])
def test_what_is_no_expression_is_refused(answer):
    with pytest.raises(TypeError, match="answer must be an expression, not"):
        check("sigmoid-from-output", answer)


def test_what_is_no_function_is_refused():
    with pytest.raises(TypeError, match="answer must be a function, not 3"):
        check("sigmoid-logarithm", 3)


# Code


def log_sigmoid(z):
    return np.minimum(z, 0) - np.log1p(np.exp(-np.abs(z)))


def in_place(z):
    z *= 2
    return log_sigmoid(z / 2)


@pytest.mark.parametrize("function", [log_sigmoid, in_place])
def test_another_function_with_the_same_values_is_right(function):
    assert repr(check("sigmoid-logarithm", function)) == "right"


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda z: np.log(1 / (1 + np.exp(-z))), "is .*-inf.*, the right value .*-1.0"),
        (lambda z: np.minimum(z, 0) - np.log(1 + np.exp(-np.abs(z))), "the right value"),
        (lambda z: log_sigmoid(z).astype(np.float64), "has dtype float64, not float32"),
        (lambda z: log_sigmoid(z).sum(), r"has shape \(\), not \(11,\)"),
        (lambda z: log_sigmoid(-z), "the right value"),
        (lambda: 0, "raises TypeError"),
    ],
)
def test_a_function_that_differs_is_shown_the_call(function, message):
    verdict = check("sigmoid-logarithm", function)
    assert verdict.right is False
    assert re.search(r"not yet: for \(.*\) your result .*" + message, repr(verdict), re.S)


def cancelling(W, delta, z):
    a = np.tanh(z)
    return (1 + a) * (W.T @ delta) - (W.T @ delta) * a * (1 + a)


def test_rounding_of_a_right_formula_in_float32_is_no_mistake():
    assert check("delta-step-back", cancelling)
    assert not check("delta-step-back", lambda W, delta, z: cancelling(W, delta, z) * (1 + 1e-6))


def neuron_gradient(W, b, X, Y):
    error = sigmoid_in_numpy(W @ X + b) - Y
    return np.hstack([error @ X.T, error.sum(axis=1, keepdims=True)]) / X.shape[1]


def overflowing(W, b, X, Y):
    error = 1 / (1 + np.exp(-(W @ X + b))) - Y
    return np.hstack([error @ X.T, error.sum(axis=1, keepdims=True)]) / X.shape[1]


def looping(W, b, X, Y):
    return sum(neuron_gradient(W, b, X[:, [i]], Y[:, [i]]) for i in range(X.shape[1])) / X.shape[1]


def looping_elsewhere(W, b, X, Y):
    return looping(W, b, X, Y)


def loops_while(W, b, X, Y):
    i = 0
    while i < 0:
        i += 1
    return neuron_gradient(W, b, X, Y)


@pytest.mark.parametrize(
    ("function", "broken"),
    [
        (overflowing, "meets an overflow encountered in exp"),
        (looping, "loops, in <genexpr>; work on whole arrays"),
        (looping_elsewhere, "loops, in <genexpr>"),
        (loops_while, "loops, in loops_while"),
    ],
)
def test_a_condition_that_is_stated_is_checked(function, broken):
    assert check("neuron-gradient", neuron_gradient)
    verdict = check("neuron-gradient", function)
    assert verdict.right is False
    assert f"not yet: the values are right, but your function {broken}" in repr(verdict)


def absorbed(W, b, X):
    ones = np.ones((1, X.shape[1]), X.dtype)
    return np.dot(np.c_[W, b.reshape(-1, 1)], np.concatenate([X, ones]))


def adding(W, b, X):
    z = W @ X
    z += b.reshape(-1, 1)
    return z


def multiplying_twice(W, b, X):
    ones = np.ones((1, X.shape[1]), X.dtype)
    return np.subtract(W @ X, -b.reshape(-1, 1) @ ones)


@pytest.mark.parametrize(
    ("function", "broken"),
    [
        (adding, "adds; one matrix product can do it all"),
        (multiplying_twice, "makes 2 matrix products, not one"),
        (lambda W, b, X: np.array(W.tolist(), W.dtype) @ X + b.reshape(-1, 1), "adds"),
    ],
)
def test_one_product_means_one_and_no_sum(function, broken):
    assert check("network-absorbed", absorbed)
    assert f"your function {broken}" in repr(check("network-absorbed", function))


def test_a_function_that_must_not_be_called_is_named():
    def pointwise(a, w, b):
        return conv2d(a, w[:, :, None, None], b)

    assert "your function calls conv2d" in repr(check("volumes-pointwise", pointwise))


def test_integers_may_come_in_any_container():
    def sizes(o, f, p, s):
        every = (o - 1) * s + f - 2 * p + np.arange(s, dtype=np.int32)
        return every[every > 0]

    assert check("size-input-sizes", sizes)
    assert not check("size-input-sizes", lambda *call: sizes(*call)[:-1])
    assert not check("size-input-sizes", lambda *call: sizes(*call)[::-1])
    assert not check("size-input-sizes", lambda *call: sizes(*call) + 0.0)


def test_a_code_exercise_has_no_box():
    with pytest.raises(ValueError, match="does not ask for a formula"):
        AnswerBox("sigmoid-logarithm")


# The grammar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-x^2", -9),
        ("2^3^2", 512),
        ("2^-x", 0.125),
        ("2--3", 5),
        ("1 - 2 - 3", -4),
        ("12/2/3", 2),
        ("2x^2", 18),
        ("2 x y", 30),
        ("x(y - 1)", 12),
        ("(x - 1)(y - 1)", 8),
        ("2exp(0)x", 6),
        ("-2**2", -4),
        ("6 ÷ 3 · 2 × 2 − 1", 7),
        (".5 + 1. + 1e-1 + 2E1", 21.6),
        ("max(1, x, y) + min(x, y)", 8),
        ("floor(-0.5) + ceil(-0.5)", -1),
        ("sign(-x) abs(-y)", -5),
        ("ln(e^x) + log(e)", 4),
        ("sigma(0) + σ(0) + sigmoid(0)", 1.5),
        ("tanh(0) + sqrt(y^2)", 5),
        ("2π", 2 * math.pi),
        ("x²y + x⁻¹", 45 + 1 / 3),
        ("sigma²(0) + tanh^2(0)x", 0.25),
        (r"\sigma^{2}{\left(0\right)} \exp^{2}(0)", 0.25),
        ("x^2y(y - 1)", 180),
        ("x^{y}y", 1215),
        ("2xy^2 - yx", 135),
        ("|x - y||-2|", 4),
        ("||x| - |-y||", 2),
        ("⌊y/2⌋ + ⌈y/2⌉", 5),
        ("√(x + 1) + 2√4 x", 14),
        ("[x + {y}](x)", 24),
        ("σ′(z) = x - y", -2),
        ("∂L/∂ŷ = 2(x - y)", -4),
        ("105,415,200/x", 35138400),
        ("105{,}415{,}200/x + 1,000.5", 35139400.5),
        ("max(1,200, 4)", 200),
        ("np.exp(0) + numpy.maximum(x, y) - math.floor(2.5)", 4),
        ("relu(-x) + relu(x) + cosh(0) + sinh(0)", 4),
        (r"\frac{x}{y} + \dfrac{2}{y}", 1),
        (r"\left( x - y \right)^{2} \cdot \frac{1}{2}", 2),
        (r"\sqrt{\lvert -y \rvert - 1} \, x \times 2", 12),
        (r"\ln\left(e^{x}\right) \max\{x, y\}", 15),
        (r"\left\lfloor \tfrac{y}{2} \right\rfloor", 2),
        (r"\operatorname{sigmoid}(0) + \sigma\left(0\right) + \mathrm{e}^{0}", 2),
        (r"$x\div y$", 0.6),
        ("2e", 2 * math.e),
        ("x = 1 + 2 = y", 5),
        ("x ln e + tanh 0 / x", 3),
        (r"\sqrt\frac{y - 1}{4} + √4", 3),
        ("e^0(x + 1) + 2^x sqrt(4)", 20),
        ("x_1 y_{12} + x_1", 18),
        (r"\frac12 x + \frac x2", 3),
        ("½x + ¾", 2.25),
        ("17 // y + 17 % y + 17 mod x + mod(17, x)", 9),
        ("clip(x, 4, 9) - clip(y, 1, 2)", 2),
        ("1 000 000 + 2_000 + 1\\,000.5", 1003000.5),
        ("x + y.", 8),
        (r"\(x + y\);", 8),
    ],
)
def test_a_formula_is_read_as_one_writes_it(text, value):
    assert float(parse(text, {"x": sp.Integer(3), "y": sp.Integer(5)})) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "at", "reason"),
    [
        ("", 0, "the formula stops too early"),
        ("x + ", 3, "the formula stops too early"),
        ("x + * y", 4, "something is missing here"),
        ("x & y", 2, "“&” has no meaning here"),
        ("x + (y", 4, "this parenthesis is never closed"),
        ("x + y)", 5, "this parenthesis was never opened"),
        ("()", 1, "something is missing here"),
        ("0,5", 1, "decimals are written with a point"),
        ("(0,5)", 2, "decimals are written with a point"),
        ("x 2", 2, "a sign is missing before this number"),
        ("1.2.3", 3, "a sign is missing before this number"),
        ("1/2x", 3, "this could be read in two ways"),
        ("2^2y", 3, "this could be read in two ways"),
        ("e^2x", 3, "this could be read in two ways"),
        ("x^xy", 3, "this could be read in two ways"),
        ("x^-2y", 4, "this could be read in two ways"),
        ("√x^2", 0, "this could be read in two ways"),
        ("e^x pi", 4, "this could be read in two ways"),
        ("1/x(x + 1)", 3, "this could be read in two ways"),
        ("exp -x", 0, "exp needs parentheses"),
        ("|ln|", 1, "ln needs parentheses"),
        ("max x", 0, "max needs parentheses"),
        ("ln xy", 0, "this could be read in two ways"),
        ("ln x^2", 0, "this could be read in two ways"),
        ("ln x (x + 1)", 0, "this could be read in two ways"),
        ("x_1 + x_2", 6, "there is only one x here"),
        ("x_1 + x", 6, "there is only one x here"),
        ("1 + z_1", 4, "“z_1” is not known here; use x, y"),
        ("2½", 1, "a sign is missing before this number"),
        ("1000 000", 5, "a sign is missing before this number"),
        ("clip(x, y)", 0, "clip takes three numbers"),
        ("mod(x)", 0, "mod takes two numbers"),
        ("tanh^-1(x)", 0, "tanh needs parentheses"),
        ("sin(x)", 0, "“sin” is not known here; use x, y"),
        ("1 + xz", 4, "“xz” is not known here; use x, y"),
        ("[x + y)", 0, "this bracket is never closed"),
        ("|x + y", 0, "this bracket is never closed"),
        (r"\frac(1)(2)", 0, "\\frac with two pairs of braces"),
        (r"\foo x", 0, r"“\foo” has no meaning here"),
        ("x = y =", 7, "the formula stops too early"),
        ("x <= 1", 2, "“<=” has no meaning here"),
        ("max(105,415)1", 12, "a sign is missing before this number"),
        ("1234,567", 4, "a comma separates arguments"),
        ("0,188", 1, "a comma separates arguments"),
        ("max(x)", 0, "max takes two numbers or more"),
        ("exp(x, y)", 0, "exp takes one number"),
        ("__import__('os')", 11, "“'” has no meaning here"),
        ("x.real", 1, "“.” has no meaning here"),
        ("x" * 301, 300, "at most 300 characters"),
    ],
)
def test_a_mistake_is_pointed_at(text, at, reason):
    with pytest.raises(Mistake, match=re.escape(reason)) as mistake:
        parse(text, {"x": x, "y": Symbol("y")})
    assert mistake.value.at == at
    assert str(mistake.value).splitlines()[1:] == [f"  {text}", "  " + " " * at + "^"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("2(ŷ - y)", 4), (r"2(\hat y - y)", 4), (r"2(\hat{y} - y)", 4), ("2(y\u0302 - y)", 4)],
        *[("ασ(βz)", 1), ("2βz", 0), (r"\alpha\,\sigma(\beta z)", 1), ("ŷy", 15), ("yŷ", 15)],
    ],
)
def test_letters_with_hats_and_greek_ones_are_read_as_they_are_printed(text, value):
    letters = {"y": 3, "yhat": 5, "alpha": 2, "beta": 7, "z": 0}
    assert float(parse(text, {k: sp.Integer(v) for k, v in letters.items()})) == value


@given(st.text(alphabet="0123xye.+-*/^(), σ−²√|⌊⌋[]{}=\\", max_size=12))
def test_a_text_is_read_or_refused_as_a_mistake(text):
    with suppress(Mistake):
        assert isinstance(parse(text, {"x": x, "y": Max(x, 0)}), sp.Expr)


# Hints


def test_each_exercise_has_hints():
    assert sorted(HINTS) == sorted(EXERCISES)


@pytest.mark.parametrize("name", EXERCISES)
def test_there_are_two_hints_that_can_be_typeset_and_do_not_give_it_away(name):
    nudge, first_step = HINTS[name]
    assert repr(hint(name)) == nudge.replace("$", "")
    assert hint(name, 2) == first_step
    for formula in [*nudge.split("$")[1::2], *first_step.split("$")[1::2]]:
        letters = {letter: Symbol(letter) for letter in ANY_LETTER}
        typed = parse(formula, letters)
        with suppress(ValueError, TypeError):
            assert not check(name, str(typed) if typed.is_number else typed)


def test_a_third_hint_is_refused():
    with pytest.raises(ValueError, match="number must be from 1 to 2, not 3"):
        hint("sigmoid-value", 3)


# The answer box


@pytest.mark.parametrize("name", FORMULAS)
def test_the_page_holds_values_and_no_solution(name):
    state = AnswerBox(name).get_state()
    entry = EXERCISES[name]
    assert len(state["points"]) == len(state["values"]) == len(entry.points)
    page = json.dumps({k: v for k, v in state.items() if k not in ("_esm", "_css", "layout")})
    forms = [str(entry.solution), sp.latex(entry.solution), *ANSWERS[name][0]]
    assert [form for form in forms if form in page and not form.replace(".", "").isdigit()] == []


def test_the_points_of_a_box_give_its_values():
    box = AnswerBox("sigmoid-second-derivative")
    assert box.names == ["z", "a"]
    for (z, a), value in zip(box.points, box.values, strict=True):
        assert a == pytest.approx(1 / (1 + math.exp(-z)), rel=1e-14)
        assert value == pytest.approx(a * (1 - a) * (1 - 2 * a), abs=1e-12)


def test_a_box_says_what_it_asks_for():
    box = AnswerBox("sigmoid-second-derivative")
    assert box.describe() == "Your answer: σ″(z) = … (z (any real number); a = sigmoid(z))"
    box.answer = "a"
    assert "σ″(z) = a (" in box.describe()
    assert repr(box) == "AnswerBox(answer='a')"
    assert not box.verdict
    assert box.png().startswith(b"\x89PNG\r\n")


def test_a_long_answer_is_refused():
    with pytest.raises(ValueError, match="answer must have at most 300 characters"):
        AnswerBox("sigmoid-value").answer = "1" * 301
