"""The backprop stepper and the layers explorer in a browser without a kernel."""

import itertools
import re

import numpy as np
import pytest
from axe import violations

from backprop.explorers import BackpropStepper, LayersExplorer
from backprop.explorers.backprop_print import BLUE
from backprop.explorers.graph import GraphExplorer
from backprop.initialization import normal
from backprop.layers import Dense
from backprop.network import Network, dense_network


def stepper(step=0):
    hidden = Dense([[-0.06, -0.14, -0.43], [0.29, 0, -0.12]], [0.05, -0.22], "sigmoid")
    output = Dense([[-0.59, -0.14]], [-0.23], "sigmoid")
    network = Network([hidden, output], "squared_error")
    return BackpropStepper(network, (-0.06, -1.38, -0.32), (-1.43,), step=step)


def large(step=0):
    sizes, activations = (5, 5, 5, 5, 5), ["gelu"] * 3 + ["softmax"]
    rng = np.random.default_rng(1)
    network = dense_network(sizes, activations, "softmax_cross_entropy", weights=normal(1), rng=rng)
    return BackpropStepper(network, np.linspace(-1, 1, 5), [0, 0, 1, 0, 0], step=step)


def says(page):
    return page.locator(".explorer-says").last.text_content()


def at(page):
    return page.locator(".explorer-number").first.text_content()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click(force=True)  # at the ends as well


# The stepper


def test_buttons_walk_and_stop_at_the_ends(show):
    explorer = stepper()
    page = show(explorer)
    assert says(page) == explorer.steps[0]["says"]
    press(page, "Back")
    assert at(page) == "0 of 27"
    press(page, "Forward")
    assert says(page) == explorer.steps[1]["says"]
    press(page, "Last")
    press(page, "Forward")
    assert at(page) == "27 of 27"
    assert says(page) == explorer.steps[27]["says"]
    assert page.locator("[aria-disabled=true]").all_text_contents() == ["Forward", "Last"]
    press(page, "First")
    assert at(page) == "0 of 27"


@pytest.mark.parametrize(("make", "last"), [(stepper, 27), (lambda: GraphExplorer("x y + x"), 5)])
def test_keys_walk_from_a_button_and_on_the_slider(show, make, last):
    page = show(make())
    for focus in (page.get_by_role("button", name="Forward"), page.get_by_role("slider")):
        focus.focus()
        for key in ("Home", "ArrowRight", "ArrowRight", "ArrowLeft"):
            page.keyboard.press(key)
        assert at(page) == f"1 of {last}"
        page.keyboard.press("End")
        assert at(page) == f"{last} of {last}"
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == f"{last} of {last}"


def test_keys_walk_from_a_button_in_a_notebook_whose_cells_take_the_focus(show):
    page = show(stepper())
    page.evaluate("document.querySelector('main').tabIndex = 0")
    page.get_by_role("button", name="Forward").focus()
    page.keyboard.press("ArrowRight")
    assert at(page) == "1 of 27"


def test_values_stand_from_the_step_that_finds_them(show):
    explorer = stepper()
    page = show(explorer)
    page.get_by_role("button", name="Forward").focus()
    for now in range(explorer.last + 1):
        standing = explorer.graph["given"] | {
            step["slot"]: step["text"] for step in explorer.steps[1 : now + 1]
        }
        shown = page.locator(".stepper-stage [data-slot]").evaluate_all(
            """a => a.map((e) => [e.dataset.slot,
                (e.querySelector(".stepper-number") ?? e).textContent])"""
        )
        assert {slot: text for slot, text in shown if text} == standing
        page.keyboard.press("ArrowRight")


def test_the_path_of_a_step_is_lit(show):
    explorer = stepper(step=11)
    page = show(explorer)
    lit = page.locator(".stepper-box.lit, .walk-wire.lit").evaluate_all(
        "a => a.map((e) => e.dataset.box ?? e.dataset.edge)"
    )
    assert sorted(lit) == sorted(explorer.steps[11]["lit"])
    arrow = ".walk-wire.lit .walk-{}"
    assert page.locator(arrow.format("tail")).is_visible()
    assert not page.locator(arrow.format("tip")).is_visible()
    now = page.locator(".stepper-label [data-slot].now").evaluate("e => e.dataset.slot")
    assert now == explorer.steps[11]["slot"]


def test_the_last_step_shows_all_gradients(show):
    explorer = stepper()
    page = show(explorer)
    cells = page.locator("[data-cell]")
    assert set(cells.all_text_contents()) == {"·"}
    press(page, "Last")
    shown = dict(cells.evaluate_all("a => a.map((e) => [e.dataset.cell, e.textContent])"))
    results = {s["slot"]: s["result"].split(" ")[1].replace("-", "−") for s in explorer.steps[1:]}
    assert len(shown) == 11
    assert shown == {slot: results[slot] for slot in shown}


def test_formulas_are_typeset_and_spoken(show):
    page = show(stepper(step=10))
    lines = page.get_by_role("math")
    spoken = lines.evaluate_all("a => a.map((e) => e.getAttribute('aria-label'))")
    assert spoken == [
        "δ 1 [2] = ∂L/∂a 1 [2] · g′(z 1 [2])",
        "≈ 3.54865 · 0.225766",
        "≈ 0.801166",
    ]
    assert not re.search(r"[\\{}_^]", "".join(lines.all_text_contents()))
    assert lines.locator(".stepper-frac").count() == 1


def test_the_graph_of_the_worked_example_runs_to_the_right_in_a_page_of_the_book(show):
    page = show(stepper(), width=660 + 2 * 16)  # what the theme leaves to the text
    assert page.locator(".stepper-stage").get_attribute("data-tall") == "false"


@pytest.mark.parametrize("make", [stepper, large])
def test_no_formula_leaves_tex_behind(show, make):
    explorer = make()
    page = show(explorer)
    texts = page.evaluate(
        """(last) => Array.from({ length: last }, () => {
            document.querySelector(".walk-buttons :nth-child(3)").click();
            return document.querySelector(".stepper-formula").textContent;
        })""",
        explorer.last,
    )
    assert at(page) == f"{explorer.last} of {explorer.last}"
    assert len(set(texts)) == explorer.last
    assert not [text for text in texts if re.search(r"[\\{}_^]|undefined", text)]


def test_the_graph_runs_down_where_it_is_narrow(show):
    page = show(stepper(step=5))
    for width, tall in ((800, "false"), (390, "true"), (800, "false")):
        page.set_viewport_size({"width": width, "height": 900})
        page.locator(f".stepper-stage[data-tall={tall}]").wait_for()
        assert page.locator("[data-box='z2.1'].now").count() == 1


def test_the_numbers_of_the_graph_are_large_enough_to_read(show):
    for width in (390, 760):
        page = show(stepper(step=27), large(), width=width)
        heights = page.locator(".stepper-stage text.stepper-number:not(:empty)").evaluate_all(
            "a => a.map((e) => e.getCTM().a * parseFloat(getComputedStyle(e).fontSize))"
        )
        assert min(heights) >= 8.9


def test_a_name_and_its_number_keep_apart_inside_their_box(show):
    explorers = [stepper(step) for step in (6, 18, 26, 27)]
    page = show(*explorers, large(step=211))
    touching = page.locator(".stepper-box").evaluate_all(
        """a => a.flatMap((box) => {
            return [...box.querySelectorAll("[data-slot]")].filter((line) => {
                const [name, number] = [...line.querySelectorAll("text")].map((e) => e.getBBox());
                const end = name.x + name.width;
                return number.width && (name.x < 4 || end > number.x || number.x < 4);
            }).map((line) => line.textContent);
        })"""
    )
    assert touching == []


# The layers


def test_shapes_and_counts_in_the_browser_are_those_of_python_over_all_sliders(show):
    choices, most = LayersExplorer().choices, LayersExplorer().limits[1]
    pairs = list(itertools.product(choices, choices))
    examples = [1 + k % most for k in range(len(pairs))]
    results = show().evaluate(
        """async ([module, pairs, examples]) => {
            const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
            const { parameters, shapes } = await import(url);
            return pairs.map(([p, n], k) => [parameters(p, n), shapes(p, n, examples[k])]);
        }""",
        [LayersExplorer().get_state()["_esm"], pairs, examples],
    )
    assert len(results) == len(choices) ** 2
    for sizes, m, (count, shapes) in zip(pairs, examples, results, strict=True):
        explorer = LayersExplorer(sizes=sizes, m=m)
        assert explorer.parameters == [count]
        assert explorer.shapes == [{name: tuple(shape) for name, shape in shapes.items()}]


def test_the_sentence_is_that_of_python_for_any_depth(show):
    cases = [((5, 6, 3, 1), 1), ((784, 30, 10), 10), ((1000,) * 5, 32), ((1, 1), 2)]
    for sizes, m in cases:
        explorer = LayersExplorer(sizes=sizes, m=m)
        page = show(explorer)
        assert says(page) == explorer.describe()
        shown = page.locator("[data-shape]").evaluate_all("a => a.map((e) => e.dataset.shape)")
        expected = [
            f"{name} {rows} {columns}"
            for layer in explorer.shapes
            for name, (rows, columns) in layer.items()
        ]
        assert shown == expected


def test_keys_on_the_sliders_change_sizes_and_depth(show):
    page = show(LayersExplorer())
    page.get_by_label("layer 1").focus()
    page.keyboard.press("ArrowRight")
    assert says(page).startswith("A 5-7-3-1 network")
    page.get_by_label("layers L").focus()
    page.keyboard.press("ArrowRight")
    assert says(page).startswith("A 5-7-3-1-1 network")
    page.keyboard.press("Home")
    assert says(page).startswith("A 5-7 network")
    assert page.get_by_label("layer 2").is_hidden()
    page.get_by_label("examples m").focus()
    page.keyboard.press("ArrowRight")
    assert "for 2 examples" in says(page)


def test_a_preset_is_one_press_away(show):
    page = show(LayersExplorer())
    press(page, "784-30-10")
    assert "has 23,860 parameters" in says(page)
    assert page.locator("[aria-pressed=true]").all_text_contents() == ["784-30-10"]


@pytest.mark.parametrize("width", [390, 800])
def test_rectangles_are_at_scale(show, width):
    page = show(LayersExplorer(m=4), width=width)
    sides = page.locator(".layers-matrix").evaluate_all(
        """a => a.map((e) => {
            const box = e.querySelector(".layers-cells").getBoundingClientRect();
            const [, rows, columns] = e.dataset.shape.split(" ").map(Number);
            return [box.height / rows, box.width / columns];
        })"""
    )
    assert np.allclose(sides, sides[0][0], atol=0.05)
    assert sides[0][0] > 8


def test_the_product_of_a_layer_stands_in_one_line_in_a_page_of_the_book(show):
    large = [LayersExplorer(sizes=s, m=m) for s in [(784, 30, 10), (1000,) * 5] for m in (1, 32)]
    for width in (692, 940):  # the theme's column, and its full width
        page = show(LayersExplorer(), *large, width=width)
        tops = page.locator(".layers-product").evaluate_all(
            "a => a.map((e) => [...e.children].map((half) => half.getBoundingClientRect().top))"
        )
        assert [one - other for one, other in tops] == [0] * len(tops)


# For everyone


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation(show, theme):
    page = show(stepper(step=11), large(step=100), LayersExplorer(m=3), width=390, theme=theme)
    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 390, 800])
def test_nothing_overflows(show, width):
    wide = [LayersExplorer(sizes=sizes, m=32) for sizes in [(1000,) * 5, (12, 1, 12), (1, 1000)]]
    page = show(stepper(step=1), stepper(step=27), large(step=211), *wide, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    right = "a => Math.max(...a.map((e) => e.getBoundingClientRect().right))"
    fixed = ".bp-explorer > *, .explorer-room > .stepper-formula *, .layers-list *"
    assert page.locator(fixed).evaluate_all(right) <= width - 16


def test_the_book_draws_in_the_colours_of_its_theme(show):
    colours = {}
    for theme in ("light", "dark"):
        page = show(stepper(step=3), theme=theme)
        colours[theme] = page.locator(".stepper-box.now rect").evaluate(
            "e => [getComputedStyle(e).fill, getComputedStyle(e).stroke]"
        )
    assert colours["light"] != colours["dark"]
    red, green, blue = (int(BLUE[k : k + 2], 16) for k in (1, 3, 5))
    assert colours["light"][1] == f"rgb({red}, {green}, {blue})"
