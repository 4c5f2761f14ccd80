"""The graph explorer in a browser without a kernel: its numbers and places are Python's."""

import pytest
from axe import violations

from backprop.explorers.graph import GraphExplorer
from backprop.explorers.graph_formula import LETTERS, graph
from backprop.explorers.graph_picture import layout, named
from backprop.reverse_mode import backward
from tests.test_graph_explorer import FORMULAS, VALUES


def says(page):
    return page.locator(".explorer-says").last.text_content()


def at(page):
    return page.locator(".explorer-number").first.text_content()


def boxes(page):
    """Return the lines of each box: what it computes, its value, its slope."""
    lines = page.locator(".graph-box").evaluate_all(
        "a => a.map((e) => [...e.querySelectorAll('text')].map((t) => t.textContent))"
    )
    return {name.split(" ")[0]: (value, slope) for name, value, slope in lines}


def typed(page, formula):
    page.get_by_role("textbox").fill(formula)
    page.keyboard.press("Enter")


def sigmoids(step):
    return GraphExplorer("(x + σ(y))/(σ(x) + (x + y)^2)", x=3, y=-4, step=step)


def test_names_numbers_and_places_in_the_browser_are_those_of_python(show):
    results = show().evaluate(
        """async ([module, formulas, letters, values]) => {
            const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
            const { graphOf, forward, backward, layout } = await import(url);
            return formulas.map((text) => {
                const graph = graphOf(text, letters);
                const numbers = forward(graph, values);
                const { slopes } = backward(graph, numbers.own);
                const { level, across } = layout(graph);
                return graph.nodes.map(({ name }, k) => (
                    [name, numbers.values[k], slopes[k], level[k], across[k]]));
            });
        }""",
        [GraphExplorer().get_state()["_esm"], FORMULAS, list(LETTERS), VALUES],
    )
    for text, result in zip(FORMULAS, results, strict=True):
        output, letters = graph(text, VALUES)
        slopes, laid, names = backward(output), layout(output), named(output, letters)
        expected = {
            names[node]: (node.value, slopes[node], place.level, place.across)
            for node, place in laid.places.items()
        }
        assert {name for name, *_ in result} == set(expected)
        for name, *numbers in result:
            assert numbers == pytest.approx([float(n) for n in expected[name]], rel=1e-9), text


def test_buttons_walk_forward_and_back_and_stop_at_the_ends(show):
    page = show(GraphExplorer(x=-2, y=5, z=-4))
    told = []
    for _ in range(7):
        told.append(says(page))
        page.get_by_role("button", name="Forward").click(force=True)
    assert told == [
        "Given: x = −2, y = 5, z = −4. Go forward, gate by gate.",
        "Forward, gate 1 of 2: p = x + y = −2 + 5 = 3.",
        "Forward, gate 2 of 2: f = p · z = 3 · (−4) = −12.",
        "Now back. The slope of f by f itself is 1.",
        "Back, gate 1 of 2: f = p · z. It swaps: each factor gets the slope times the other one. "
        "p gets 1 · (−4) = −4, z gets 1 · 3 = 3.",
        *["Back, gate 2 of 2: p = x + y. It hands the slope on. x gets −4 · 1 = −4, "
          "y gets −4 · 1 = −4."] * 2,
    ]  # fmt: skip
    assert at(page) == "5 of 5"
    assert boxes(page) == {
        "x": ("−2", "−4"),
        "y": ("5", "−4"),
        "z": ("−4", "3"),
        "p": ("3", "−4"),
        "f": ("−12", "1"),
    }
    page.get_by_role("button", name="First").click()
    assert boxes(page)["f"] == ("", "")


def test_a_fork_adds_and_its_branches_show_what_they_bring(show):
    page = show(sigmoids(15))
    assert says(page).endswith("y forks, and its slopes add up to 1.592.")
    shares = page.locator(".graph-share:not(:empty)").all_text_contents()
    assert sorted(shares) == sorted(["0.512", "−0.0358", "1.58", "1.58", "0.00905"])
    page = show(GraphExplorer("x x", x=3, step=3))
    assert says(page).endswith("x gets 1 · 3 = 3, x gets 1 · 3 = 3. "
                               "x forks, and its slopes add up to 6.")  # fmt: skip


def test_the_gate_of_a_step_and_its_wires_are_lit(show):
    page = show(sigmoids(13))
    assert page.locator(".graph-box.now .graph-name").all_text_contents() == ["r = σ(x)"]
    assert page.locator(".walk-wire.lit").count() == 1
    assert page.locator(".lit .walk-tail").is_visible()
    assert not page.locator(".lit .walk-tip").is_visible()


def test_a_formula_that_is_typed_is_drawn_and_walked_from_the_start(show):
    page = show(sigmoids(15))
    typed(page, "w x + relu(b)")
    assert at(page) == "0 of 7"
    assert set(boxes(page)) == {"w", "x", "b", "p", "q", "f"}
    assert page.locator(".graph-letters i").all_text_contents() == ["w =", "x =", "b ="]


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("x + (y", "At character 5: this parenthesis is never closed."),
        ("sin(x)", "At character 1: “sin” is not known here; use x, y"),
        ("|x|", "At character 1: there is no gate for abs here."),
        ("2 + 3", "At character 1: a letter is missing."),
        ("x", "At character 1: a gate is missing, as in x + y."),
        ("x" * 18, "At character 1: there is room for 16 gates only."),
    ],
)
def test_what_is_no_graph_is_said_and_the_picture_stays(show, formula, words):
    page = show(GraphExplorer())
    typed(page, formula)
    assert says(page).startswith(words)
    assert page.get_by_role("textbox").get_attribute("aria-invalid") == "true"
    assert set(boxes(page)) == {"x", "y", "z", "p", "f"}


def test_a_letter_moves_all_numbers(show):
    page = show(GraphExplorer("x y", x=2, y=3, step=3))
    page.get_by_role("spinbutton", name="x").fill("5")
    assert boxes(page) == {"x": ("5", "3"), "y": ("3", "5"), "f": ("15", "1")}


def test_where_there_is_no_number_it_says_why(show):
    page = show(GraphExplorer("log(x) + y", x=-1, step=5), GraphExplorer("sqrt(x)", x=0, step=3))
    told = page.locator(".explorer-says").all_text_contents()
    assert told == [
        "log(−1) is no number to go on with. Change a letter.",
        "The slope by x is no number here. Change a letter.",
    ]


def test_presets_set_formula_and_letters(show):
    page = show(GraphExplorer(step=3))
    page.get_by_role("button", name="max(x, y) z").click()
    assert at(page) == "0 of 5"
    page.get_by_role("button", name="Last").click()
    assert boxes(page)["x"] == ("4", "3")
    assert boxes(page)["y"] == ("2", "0")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation(show, theme):
    page = show(sigmoids(13), GraphExplorer(), theme=theme)
    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 390, 800])
def test_nothing_overflows_and_numbers_can_be_read(show, width):
    page = show(sigmoids(15), GraphExplorer("1/(1 + exp(-(w x + b)))", step=9), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    heights = page.locator(".graph-stage text:not(:empty)").evaluate_all(
        "a => a.map((e) => e.getCTM().a * parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(heights) >= 8.9


def test_it_runs_down_where_it_is_narrow(show):
    page = show(sigmoids(5))
    for width, tall in ((800, "false"), (390, "true"), (800, "false")):
        page.set_viewport_size({"width": width, "height": 900})
        page.locator(f".graph-stage[data-tall={tall}]").wait_for()
        assert page.locator(".graph-box.now").count() == 1
