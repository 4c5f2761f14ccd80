"""The graph explorer: a formula becomes a graph of `reverse_mode`, and any graph can be drawn."""

from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from backprop.exercises.parser import parse
from backprop.explorers.graph import GraphExplorer
from backprop.explorers.graph_formula import LETTERS, MOST_GATES, graph
from backprop.explorers.graph_picture import graph_figure, layout, named
from backprop.reverse_mode import Node, backward, exp, in_order, tanh

FORMULAS = [
    "(x + y) z",
    "1/(1 + exp(-(w x + b)))",
    "(x + σ(y))/(σ(x) + (x + y)^2)",
    "max(x, y) z",
    "e^(-x²) + x^y - 2^z",
    "relu(x - 3) + max(1, 2, y, z) sqrt(x)",
    "tanh²(x) ln(y) - log(x + 1)/3",
    "x x x + x",
]
VALUES = {name: 0.5 + 0.25 * k for k, name in enumerate(LETTERS)}


@pytest.mark.parametrize("text", FORMULAS)
def test_a_graph_has_the_value_and_the_slopes_of_its_formula(text):
    output, letters = graph(text, VALUES)
    symbols = {name: sp.Symbol(name, real=True) for name in LETTERS}
    formula = parse(text, symbols)
    at = {symbols[name]: value for name, value in VALUES.items()}
    slopes = backward(output)
    assert set(letters) == {symbol.name for symbol in formula.free_symbols}
    assert output.value == pytest.approx(float(formula.evalf(subs=at)))
    for name, node in letters.items():
        slope = formula.diff(symbols[name]).evalf(subs=at)
        assert slopes[node] == pytest.approx(float(slope))


def test_each_letter_is_one_node_and_a_constant_is_none():
    output, letters = graph("x x + 2 x", VALUES)
    assert list(letters) == ["x"]
    assert [node.gate for node in in_order(output)] == ["", "*", "*", "+"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "stops too early"),
        ("x +", "stops too early"),
        ("sin(x)", "“sin” is not known here"),
        ("|x|", "there is no gate for abs here"),
        ("2 + 3", "a letter is missing"),
        ("1/0", "has no value"),
        ("x", "a gate is missing, as in x + y"),
        ("+".join("x" * (MOST_GATES + 2)), f"there is room for {MOST_GATES} gates only"),
    ],
)
def test_what_is_no_graph_is_refused(text, message):
    with pytest.raises(ValueError, match=r"expression must be a formula of gates") as caught:
        GraphExplorer(text)
    assert message in str(caught.value)


@pytest.mark.parametrize("values", [{"x": 101}, {"x": "1"}, {"x": True}, {"q": 1}, {"x": np.nan}])
def test_a_letter_out_of_range_is_refused(values):
    with pytest.raises(ValueError, match=r"must be a number from -100 to 100|is not one of"):
        GraphExplorer("x y", **values)


# The layout


def checked(output):
    laid = layout(output)
    spots = [(place.level, place.across) for place in laid.places.values()]
    spots += [(bend.level, bend.across) for chain, _ in laid.wires for bend in chain[1:-1]]
    for level in {level for level, _ in spots}:
        across = sorted(a for l, a in spots if l == level)
        assert all(b - a > 1 - 1e-9 for a, b in pairwise(across))
    for chain, _ in laid.wires:
        assert all(b.level == a.level + 1 for a, b in pairwise(chain))
    assert min(across for _, across in spots) == 0


@pytest.mark.parametrize("text", FORMULAS)
def test_wires_go_from_level_to_level_and_nothing_lies_on_another(text):
    checked(graph(text, VALUES)[0])


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=12))
def test_a_random_graph_can_be_laid_out(pairs):
    nodes = [Node(1.0), Node(2.0)]
    for i, j in pairs:
        nodes.append(nodes[i % len(nodes)] + nodes[j % len(nodes)])
    checked(nodes[-1])


# The picture


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_the_picture_says_what_each_gate_computes_its_value_and_its_slope():
    x, y, z = Node(-2.0), Node(5.0), Node(-4.0)
    f = (x + y) * z
    drawn = texts(graph_figure(f, {"x": x, "y": y, "z": z}, backward(f)))
    assert "".join(f"{text} | " for text in drawn) == (
        "x | −2 | −4 | y | 5 | −4 | z | −4 | 3 | p = x + y | 3 | −4 | f = p · z | −12 | 1 | "
    )


def test_a_picture_may_do_without_values_and_slopes():
    x = Node(0.0)
    assert texts(graph_figure(exp(-x) ** 2, {"x": x}, values=False)) == [
        "x",
        "p = x · −1",
        "q = exp(p)",
        "f = q²",
    ]


def test_an_array_is_drawn_as_its_shape():
    W, x = Node(np.ones((2, 3))), Node(np.ones((3, 1)))
    z = W @ x
    L = (tanh(z) ** 2).sum()
    drawn = texts(graph_figure(L, {"W": W, "x": x, "z": z, "L": L}, backward(L)))
    assert "2 × 3" in drawn
    assert "z = W x" in drawn
    assert "L = sum(q)" in drawn


def test_names_that_are_given_are_not_given_again():
    x, p = Node(1.0), Node(2.0)
    f = (x + p) * 2
    assert list(named(f, {"x": x, "p": p}).values()) == ["q", "f", "x", "p"]


# The explorer


def test_it_says_what_it_shows():
    explorer = GraphExplorer("(x + y) z", x=-2, y=5, z=-4)
    assert explorer.describe() == (
        "f = (x + y) z with x = −2, y = 5, z = −4 is −12; its slopes are −4 by x, −4 by y, 3 by z."
    )
    assert explorer.last == 5
    assert repr(explorer) == (
        "GraphExplorer(expression='(x + y) z', values={'x': -2.0, 'y': 5.0, 'z': -4.0}, step=0)"
    )


def test_where_there_is_no_number_it_says_so_and_draws_that():
    explorer = GraphExplorer("log(x)", x=-1)
    assert explorer.describe().startswith("f = log(x) has no value or no slope here")
    assert explorer.png().startswith(b"\x89PNG")


def test_the_picture_is_the_same_each_time_and_follows_the_values():
    pictures = [GraphExplorer("x y", x=x).png() for x in (1, 1, 2)]
    assert pictures[0].startswith(b"\x89PNG\r\n")
    assert pictures[0] == pictures[1] != pictures[2]


def test_its_presets_are_formulas_it_can_draw():
    explorer = GraphExplorer()
    for expression, values in explorer.presets:
        assert "no value" not in GraphExplorer(expression, **values).describe()
