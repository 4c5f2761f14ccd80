"""Reverse mode: each gate's slope is proved, and whole graphs agree with all who know better."""

import doctest
import operator

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from backprop import reverse_mode
from backprop.exercises.parser import parse
from backprop.gradient_check import check
from backprop.initialization import normal
from backprop.network import dense_network
from backprop.reverse_mode import (
    Node,
    add,
    backward,
    divide,
    exp,
    log,
    matmul,
    maximum,
    multiply,
    relu,
    sigmoid,
    subtract,
    tanh,
)
from backprop.symbolic.activations import sigmoid as symbolic_sigmoid
from backprop.symbolic.proof import Derivation

X, Y, S = sp.symbols("x y s", real=True)


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def test_the_example_of_the_module_holds():
    assert doctest.testmod(reverse_mode).failed == 0


# The gates


@pytest.mark.parametrize(
    ("gate", "formula"),
    [
        (add, X + Y),
        (subtract, X - Y),
        (multiply, X * Y),
        (divide, X / Y),
        (exp, sp.exp(X)),
        (log, sp.log(X)),
        (tanh, sp.tanh(X)),
        (sigmoid, symbolic_sigmoid(X)),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_the_engine_proves_the_slope_of_a_gate(gate, formula):
    letters = (X, Y)[: len(gate.pulls)]
    for letter, pull in zip(letters, gate.pulls, strict=True):
        proof = Derivation(S * sp.Derivative(formula, letter))
        proof.step(pull(S, formula, *letters), because="as the gate has it")


@pytest.mark.parametrize(
    ("function", "shapes"),
    [
        (add, [(2, 3), (2, 3)]),
        (add, [(2, 3), ()]),
        (subtract, [(2, 3), (2, 1)]),
        (subtract, [(3,), (2, 3)]),
        (multiply, [(2, 3), (1, 3)]),
        (multiply, [(2, 1), (1, 3)]),
        (divide, [(2, 1, 3), (4, 3)]),
        (maximum, [(2, 3), (2, 1)]),
        (matmul, [(2, 3), (3, 4)]),
        (matmul, [(5, 2, 3), (3, 4)]),
        (lambda x, y: (x**2) ** y, [(2, 3), (3,)]),
        (lambda x: 2**x, [(2, 3)]),
        (exp, [(2, 3)]),
        (tanh, [(2, 3)]),
        (sigmoid, [(2, 3)]),
        (relu, [(2, 3)]),
        (lambda x: log(exp(x) + 1), [(2, 3)]),
        (lambda x: -x, [(2, 3)]),
        (lambda x: (x**2 + 1) ** -0.5, [(2, 3)]),
        (lambda x: x.sum(), [(2, 3)]),
        (lambda x: x.sum(0) * x.sum(1, keepdims=True), [(2, 3)]),
        (lambda x: x.sum((0, 2)) / x.sum(-1).sum(keepdims=True), [(2, 3, 2)]),
        (lambda x: x.T @ x, [(2, 3)]),
    ],
)
def test_slopes_are_those_of_differences_whatever_the_shapes(function, shapes):
    arguments = {f"x{k}": random(*shape, seed=k) for k, shape in enumerate(shapes)}

    def vjp(u, **arrays):
        nodes = {name: Node(array) for name, array in arrays.items()}
        slopes = backward((function(*nodes.values()) * u).sum())
        return {name: slopes[node] for name, node in nodes.items()}

    assert check(lambda **arrays: function(*map(Node, arrays.values())).value, vjp, arguments)


def test_of_equal_inputs_the_first_one_gets_the_slope():
    x, y = Node(2.0), Node(2.0)
    slopes = backward(maximum(x, y))
    assert (slopes[x], slopes[y]) == (1, 0)


def test_the_slope_of_relu_is_0_at_its_kink():
    x = Node([-1.0, 0.0, 2.0])
    assert backward(relu(x).sum())[x].tolist() == [0, 0, 1]


def test_a_power_of_0_is_a_constant_even_at_0():
    x = Node(0.0)
    assert backward(x**0)[x] == 0


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul, operator.truediv])
@pytest.mark.parametrize("constant", [3, 3.0, np.float64(3), np.array([3.0, 4.0]), [3.0, 4.0]])
def test_a_constant_may_stand_on_either_side(operation, constant):
    x = np.array([2.0, 5.0])
    assert np.array_equal(operation(Node(x), constant).value, operation(x, np.array(constant)))
    assert np.array_equal(operation(constant, Node(x)).value, operation(np.array(constant), x))


def test_a_constant_matrix_may_stand_on_either_side():
    x, constant = random(2, 2), random(2, 2, seed=1)
    assert np.array_equal((constant @ Node(x)).value, constant @ x)
    assert np.array_equal((Node(x) @ constant).value, x @ constant)


# Whole graphs

EXPRESSIONS = {
    "(x + y)*z": lambda x, y, z: (x + y) * z,
    "1/(1 + exp(-(x*y + z)))": lambda x, y, z: 1 / (1 + exp(-(x * y + z))),
    "(x + sigma(y))/(sigma(x) + (x + y)^2)": lambda x, y, z: (
        (x + sigmoid(y)) / (sigmoid(x) + (x + y) ** 2)
    ),
    "max(x, y)*z + x": lambda x, y, z: maximum(x, y) * z + x,
    "log(exp(x) + exp(y)) - x*x*x": lambda x, y, z: log(exp(x) + exp(y)) - x * x * x,
}


@pytest.mark.parametrize("text", EXPRESSIONS)
@pytest.mark.parametrize("point", [(3.0, -4.0, 2.0), (-2.0, 5.0, -4.0), (0.5, 0.25, 1.0)])
def test_an_expression_has_the_slopes_that_sympy_finds(text, point):
    letters = dict(zip("xyz", sp.symbols("x y z", real=True), strict=True))
    formula = parse(text, letters)
    at = dict(zip(letters.values(), point, strict=True))
    nodes = [Node(value) for value in point]
    output = EXPRESSIONS[text](*nodes)
    slopes = backward(output)
    assert output.value == pytest.approx(float(formula.subs(at).evalf()), rel=1e-12)
    for node, letter in zip(nodes, letters.values(), strict=True):
        assert slopes[node] == pytest.approx(float(formula.diff(letter).subs(at).evalf()), rel=1e-9)


STEPS = st.tuples(st.sampled_from("+-*"), st.integers(0, 99), st.integers(0, 99))


@given(st.lists(STEPS, min_size=1, max_size=8), st.integers(-3, 3), st.integers(-3, 3))
def test_a_random_graph_with_forks_has_the_slopes_of_its_polynomial(steps, x, y):
    operations = {"+": operator.add, "-": operator.sub, "*": operator.mul}
    nodes, letters = [Node(x), Node(y)], [X, Y]
    for sign, i, j in steps:
        for made in (nodes, letters):
            made.append(operations[sign](made[i % len(made)], made[j % len(made)]))
    slopes = backward(nodes[-1])
    for node, letter in zip(nodes[:2], letters[:2], strict=True):
        exact = sp.Poly(letters[-1], X, Y).diff(letter).eval({X: x, Y: y})
        assert slopes[node] == pytest.approx(float(exact), rel=1e-12)


def test_where_a_wire_forks_slopes_add():
    x = Node(3.0)
    assert backward(x * x + x)[x] == 7


def test_what_does_not_lead_to_the_output_has_the_slope_0():
    x, y = Node([1.0, 2.0]), Node([3.0, 4.0])
    assert backward((x * 2).sum())[y].tolist() == [0, 0]


def test_two_passes_do_not_add_up():
    x = Node(3.0)
    f = x * x
    assert backward(f)[x] == backward(f)[x] == 6


def test_a_graph_may_be_deeper_than_python_recurses():
    x = y = Node(1.0)
    for _ in range(3000):
        y = y + x
    assert backward(y)[x] == 3001


def test_a_network_gets_the_errors_and_gradients_of_the_four_equations():
    network = dense_network(
        (3, 4, 2),
        ["tanh", "sigmoid"],
        "squared_error",
        weights=normal(1),
        biases=normal(1),
        rng=np.random.default_rng(0),
    )
    inputs, targets = random(3, 5), random(2, 5, seed=1)
    gradient = network.gradient(inputs, targets)
    p = {name: Node(array) for name, array in network.parameters.items()}
    z1 = p["W[1]"] @ inputs + p["b[1]"]
    z2 = p["W[2]"] @ tanh(z1) + p["b[2]"]
    slopes = backward(((sigmoid(z2) - targets) ** 2).sum() / 5)
    for l, z in ((1, z1), (2, z2)):
        assert np.allclose(slopes[z] * 5, gradient.delta[l], rtol=1e-12)
    for name, node in p.items():
        assert np.allclose(slopes[node], gradient.parameters[name], rtol=1e-12)


def test_torch_agrees():
    torch = pytest.importorskip("torch")
    W, b, inputs = random(4, 3), random(4, 1), random(3, 5)
    nodes = [Node(array) for array in (W, b, inputs)]
    tensors = [torch.tensor(array, requires_grad=True) for array in (W, b, inputs)]

    def loss(W, b, x, exp, tanh, sigmoid, log, maximum):
        z = W @ x + b
        e = exp(tanh(z) * sigmoid(z))
        return (log(e / e.sum(0)) ** 2 - maximum(z, -z)).sum()

    loss(*tensors, torch.exp, torch.tanh, torch.sigmoid, torch.log, torch.maximum).backward()
    slopes = backward(loss(*nodes, exp, tanh, sigmoid, log, maximum))
    for node, tensor in zip(nodes, tensors, strict=True):
        assert np.allclose(slopes[node], tensor.grad.numpy(), rtol=1e-10)


# Numbers and errors


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values_and_slopes_keep_their_dtype(dtype):
    W, x = Node(random(2, 3).astype(dtype)), Node(random(3, 4).astype(dtype))
    z = W @ x
    output = (2 * sigmoid(z) ** np.float64(2) - exp(-relu(z)) / 3 + 0.5).sum()
    slopes = backward(output)
    assert {output.value.dtype, slopes[W].dtype, slopes[x].dtype} == {np.dtype(dtype)}


def test_a_slope_has_the_dtype_of_what_it_is_the_slope_by():
    x, y = Node(np.float32(2)), Node(3.0)
    slopes = backward(x * y)
    assert (slopes[x].dtype, slopes[y].dtype) == (np.float32, np.float64)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda x: Node("a"), TypeError, "value must hold real numbers"),
        (lambda x: Node(np.nan), ValueError, "value must be finite, not nan"),
        (lambda x: x + "a", TypeError, "an operand must hold real numbers"),
        (lambda x: x + np.ones(4), ValueError, "+ cannot take the shapes (2, 3) and (4,)"),
        (lambda x: x @ x, ValueError, "the first needs as many columns as the second has rows"),
        (lambda x: x @ np.ones(3), ValueError, "a column of n numbers has the shape (n, 1)"),
        (lambda x: log(0 * x), ValueError, "log must be finite, not -inf"),
        (lambda x: 1 / (0 * x), ValueError, "/ must be finite, not inf"),
        (lambda x: np.exp(x), TypeError, "does not support ufuncs"),
        (lambda x: backward(x), ValueError, "one number, such as a sum, not of shape (2, 3)"),
        (lambda x: backward(3.0), TypeError, "output must be a Node, not 3.0"),
        (
            lambda x: backward(((0 * x) ** 0.5).sum()),
            ValueError,
            "a slope behind ^ must be finite, not inf",
        ),
        (lambda x: backward(x.sum())[3], TypeError, "there are slopes by nodes, not by 3"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(wrong, error, message):
    with pytest.raises(error) as caught:
        wrong(Node(np.ones((2, 3))))
    assert message in str(caught.value)


def test_a_node_shows_its_value_and_its_gate():
    assert [repr(Node(2.0)), repr(Node(2.0) * 3)] == ["Node(2.0)", "Node(6.0 from *)"]
