"""The explorers in a browser without a kernel, started by the book's own host script."""

import itertools
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import traitlets
from axe import violations

from backprop import geometry
from backprop.explorers import ConvExplorer, FramesExplorer
from backprop.explorers.base import Explorer, Whole, front_end


def slider(page, label):
    return page.get_by_label(label, exact=False).and_(page.locator("input"))


def says(page):
    return page.locator(".explorer-says").last.text_content()


def formula(page):
    return page.locator(".conv-formula > :first-child").text_content()


def frames(words="x = {x}, slope {x}."):
    figure, axes = plt.subplots(figsize=(4, 2.5))
    axes.set(xlim=(-3, 3), ylim=(-3, 3), xlabel="$x$")
    (point,) = axes.plot([0], [0], "o")

    def update(x):
        point.set_data([x], [x])
        return words.format(x=x)

    return FramesExplorer(figure, update, alt="A dot on a diagonal.", x=range(-2, 3))


# The geometry and its words


def test_the_formulas_in_the_browser_are_those_of_python_over_all_sliders(show):
    explorer = ConvExplorer()
    names = [s["name"] for s in explorer.sliders]
    ranges = [range(s["min"], s["max"] + 1) for s in explorer.sliders]
    settings = [dict(zip(names, values, strict=True)) for values in itertools.product(*ranges)]
    results = show().evaluate(
        """async ([module, settings]) => {
            const url = URL.createObjectURL(new Blob([module], { type: "text/javascript" }));
            const { outputSize, coverage, windowCells } = await import(url);
            return settings.map((g) => [
                outputSize(g), coverage(g), windowCells((outputSize(g) ?? 1) - 1, g)]);
        }""",
        [explorer.get_state()["_esm"], settings],
    )
    assert len(results) == 12 * 7 * 5 * 5 * 3
    fitting = 0
    for setting, (size, counts, cells) in zip(settings, results, strict=True):
        try:
            expected = geometry.output_size(**setting)
        except ValueError:
            assert size is None
            assert counts == [0] * setting["n"]
            continue
        fitting += 1
        filters = {name: setting[name] for name in names if name != "n"}
        assert size == expected
        assert counts == geometry.coverage(**setting).tolist()
        assert cells == geometry.window(expected - 1, **filters).tolist()
    assert 0 < fitting < len(settings)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "output size = ⌊(6 + 2·0 − 3)/1⌋ + 1 = 4"),
        ({"padding": 1, "stride": 2}, "output size = ⌊(6 + 2·1 − 3)/2⌋ + 1 = 3"),
        ({"n": 9, "dilation": 2}, "output size = ⌊(9 + 2·0 − 2·(3 − 1) − 1)/1⌋ + 1 = 5"),
    ],
)
def test_the_formula_is_written_with_its_numbers(show, values, expected):
    assert formula(show(ConvExplorer(**values))) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"n": 3, "f": 5}, "No window fits: the filter spans 5 cells, the input has only 3."),
        (
            {"n": 1, "padding": 1, "dilation": 2},
            "No window fits: the filter spans 2·(3 − 1) + 1 = 5 cells, "
            "the padded input only 1 + 2·1 = 3.",
        ),
    ],
)
def test_no_window_is_said_in_words_with_the_numbers(show, values, expected):
    page = show(ConvExplorer(**values))
    assert formula(page) == expected
    assert page.get_by_text("No output").is_visible()
    assert not page.get_by_role("grid").is_visible()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "The windows reach the right and the bottom edge exactly."),
        (
            {"n": 7, "f": 2, "stride": 3},
            "2 columns at the right and 2 rows at the bottom are never read: "
            "another window would need 1 more. In all, 33 of the 49 input cells are never read.",
        ),
        (
            {"n": 5, "padding": 1, "stride": 3},
            "1 column at the right and 1 row at the bottom of the padded input are never read: "
            "another window would need 2 more.",
        ),
    ],
)
def test_what_no_window_reads_is_said(show, values, expected):
    assert show(ConvExplorer(**values)).locator(".conv-remark").text_content() == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"row": 1, "column": 2}, "Output (1, 2) sees input rows 1 to 3, columns 2 to 4."),
        ({"f": 1, "row": 5}, "Output (5, 0) sees input row 5, column 0."),
        (
            {"padding": 1},
            "Output (0, 0) sees input rows −1 to 1, columns −1 to 1; in the padding: 5 of 9 cells.",
        ),
        ({"dilation": 2}, "Output (0, 0) sees input rows 0, 2 and 4, columns 0, 2 and 4."),
    ],
)
def test_what_an_output_cell_sees_is_said(show, values, expected):
    assert says(show(ConvExplorer(**values))) == expected


def test_each_input_cell_shows_how_many_windows_see_it(show):
    page = show(ConvExplorer(n=7, padding=1, stride=2, dilation=2))
    counts = page.locator(".conv-count").all_text_contents()
    expected = geometry.coverage_2d(7, 3, padding=1, stride=2, dilation=2)
    assert counts == [str(count) for count in expected.flat]
    shades = page.locator(".conv-cell").evaluate_all(
        "a => a.map((e) => +e.getAttribute('fill-opacity'))"
    )
    assert np.array_equal(
        np.argsort(shades, kind="stable"), np.argsort(expected.ravel(), kind="stable")
    )
    assert page.locator(".conv-padding").count() == 9**2 - 7**2


# Keyboard and pointer


def test_keys_on_a_slider_move_the_picture(show):
    page = show(ConvExplorer())
    slider(page, "stride s").focus()
    page.keyboard.press("ArrowRight")
    assert formula(page).endswith("⌊(6 + 2·0 − 3)/2⌋ + 1 = 2")
    assert page.locator(".conv-output").count() == 4
    assert slider(page, "stride s").get_attribute("aria-valuetext") == "2"


def test_a_pointer_on_a_slider_moves_the_picture(show):
    page = show(ConvExplorer())
    box = slider(page, "padding p").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    assert page.locator(".conv-padding").count() == 14**2 - 6**2


def test_arrow_keys_choose_an_output_cell_and_stop_at_the_edge(show):
    page = show(ConvExplorer())
    page.get_by_role("grid").focus()
    for key in ("ArrowUp", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
    assert says(page) == "Output (2, 1) sees input rows 2 to 4, columns 1 to 3."
    page.keyboard.press("End")
    assert says(page).startswith("Output (2, 3)")
    active = page.get_by_role("grid").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    assert page.locator("[aria-selected]").count() == 1


@pytest.mark.parametrize("act", ["hover", "click"])
def test_a_pointer_on_an_output_cell_shows_its_window(show, act):
    page = show(ConvExplorer())
    getattr(page.locator("[data-row='3'][data-column='1']"), act)()
    assert says(page) == "Output (3, 1) sees input rows 3 to 5, columns 1 to 3."
    outline = page.locator(".conv-outline").evaluate(
        "(e) => [+e.getAttribute('x'), +e.getAttribute('y')]"
    )
    cell = page.locator(".conv-cell").nth(3 * 6 + 1)
    assert outline == cell.evaluate("(e) => [+e.getAttribute('x'), +e.getAttribute('y')]")


def test_the_outline_spans_the_holes_of_a_dilated_window(show):
    page = show(ConvExplorer(n=9, dilation=2))
    cell, outline = (
        page.locator(name).first.evaluate("(e) => +e.getAttribute('width')")
        for name in (".conv-cell", ".conv-outline")
    )
    assert outline == geometry.span(3, dilation=2) * cell
    assert page.locator(".conv-read").count() == 9


def test_the_chosen_cell_stays_inside_when_the_output_shrinks(show):
    page = show(ConvExplorer(row=3, column=3))
    slider(page, "filter size f").focus()
    page.keyboard.press("ArrowRight")
    assert says(page).startswith("Output (2, 2)")
    page.keyboard.press("End")
    assert formula(page).startswith("No window fits")
    page.keyboard.press("Home")
    assert says(page).startswith("Output (0, 0)")


def test_keys_and_pointer_swap_the_frames(show):
    page = show(frames())
    drawn = {page.locator(".frames-picture svg").inner_html()}
    slider(page, "x").focus()
    page.keyboard.press("ArrowRight")
    assert says(page) == "x = 1, slope 1."
    assert page.locator(".explorer-number").text_content() == "1"
    drawn.add(page.locator(".frames-picture svg").inner_html())
    box = slider(page, "x").bounding_box()
    page.mouse.click(box["x"] + 3, box["y"] + box["height"] / 2)
    assert says(page) == "x = −2, slope −2."
    drawn.add(page.locator(".frames-picture svg").inner_html())
    assert len(drawn) == 3


def test_two_sliders_run_through_all_frames(show):
    figure = plt.figure(figsize=(2, 1))
    update = "a is {a}, b is {b}.".format
    explorer = FramesExplorer(figure, update, alt="Nothing.", a=[0, 1], b=[0, 1, 2])
    page = show(explorer)
    slider(page, "a").fill("1")
    slider(page, "b").fill("0")
    assert says(page) == "a is 1, b is 0."


def test_two_explorers_on_a_page_share_no_id(show):
    page = show(frames(), frames(), ConvExplorer(padding=1), ConvExplorer(padding=1))
    ids = page.locator("[id]").evaluate_all("a => a.map((e) => e.id)")
    assert len(ids) == len(set(ids)) > 30
    dangling = page.evaluate(
        """() => [...document.body.innerHTML.matchAll(/(?:url\\(|href=")#([^")]+)/g)]
            .map((match) => match[1])
            .filter((id) => !document.getElementById(id))"""
    )
    assert dangling == []


# A later explorer


class Stepper(Explorer):
    """Steps through named states, with nothing in the package made for it."""

    step = Whole(0, 0)
    states = traitlets.List(["forward", "loss", "backward"]).tag(sync=True)
    _moves = ("step",)
    _esm, _css = front_end("stepper", Path(__file__).parent)

    def describe(self):
        return self.states[self.step]

    def png(self):
        return b""


def test_an_explorer_that_steps_needs_nothing_new(show):
    page = show(Stepper())
    page.get_by_role("button", name="forward").click()
    assert says(page) == "loss"
    page.keyboard.press("End")
    assert says(page) == "backward"


# For everyone


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation(show, theme):
    page = show(ConvExplorer(padding=1), ConvExplorer(n=1), frames(), theme=theme)
    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 390, 800])
def test_nothing_overflows(show, width):
    extremes = [
        {},
        {"n": 12, "padding": 4, "f": 1},
        {"n": 1},
        {"n": 12, "padding": 4, "dilation": 3},
    ]
    explorers = [ConvExplorer(**values) for values in extremes]
    page = show(*explorers, frames("Words. " * 30), width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    reach = "a => Math.max(...a.map((e) => e.getBoundingClientRect().right))"
    assert page.locator(".bp-explorer *").evaluate_all(reach) <= width - 16


@pytest.mark.parametrize("width", [390, 800])
def test_input_and_output_have_cells_of_one_size(show, width):
    page = show(ConvExplorer(n=12, padding=4, f=7), width=width)
    cells = [page.locator(name).first.bounding_box() for name in (".conv-cell", ".conv-output")]
    assert cells[0]["width"] == pytest.approx(cells[1]["width"], abs=0.1)


def luminance(colour):
    channels = np.asarray(colour) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    light, dark = sorted([luminance(one), luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("chosen_by", ["system", "book"])
def test_numbers_are_readable_on_every_shade(show, theme, chosen_by):
    page = show(ConvExplorer(padding=1), theme=theme if chosen_by == "system" else "light")
    if chosen_by == "book":
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)

    def colour(name):
        rgb = page.locator(".bp-explorer").evaluate(
            """(element, name) => {
                const probe = element.appendChild(document.createElement("i"));
                probe.style.color = `var(${name})`;
                const rgb = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
                probe.remove();
                return rgb;
            }""",
            name,
        )
        return np.array(rgb)

    ink, surface = colour("--ex-ink"), colour("--ex-surface")
    shades = page.locator(".conv-cell").evaluate_all(
        "a => a.map((e) => +e.getAttribute('fill-opacity'))"
    )
    assert (luminance(surface) > 0.5) == (theme == "light")
    darkest = max(shades) * colour("--ex-blue") + (1 - max(shades)) * surface
    for text, ground, least in [
        (ink, surface, 4.5),
        (ink, darkest, 4.5),
        (ink, colour("--ex-pale-orange"), 4.5),
        (colour("--ex-muted"), surface, 4.5),
        (colour("--ex-warning"), surface, 4.5),
        (colour("--ex-orange"), surface, 3),
        (colour("--ex-blue"), surface, 3),
    ]:
        assert contrast(text, ground) >= least
