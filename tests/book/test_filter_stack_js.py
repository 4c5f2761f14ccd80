"""The filter explorer and the stack explorer in a browser without a kernel."""

import itertools

import numpy as np
import pytest
from axe import violations

from backprop import geometry
from backprop.convolution import conv2d
from backprop.explorers import FilterExplorer, StackExplorer
from backprop.explorers.filter import FILTERS
from backprop.explorers.stack import FIELDS, PRESETS, RANGES, convolution, pooling
from tests.test_filter_explorer import A

FILL = "a => a.map((e) => [getComputedStyle(e).fill, +getComputedStyle(e).fillOpacity])"
MISFIT = (4, 2, [pooling(2), convolution(3, 5, padding=1), pooling(2)])


def says(page):
    return page.locator(".explorer-says").last.text_content()


@pytest.fixture
def called(context):
    """Return what a function of an explorer's module gives for each case."""
    with context.new_page() as page:
        yield lambda explorer, expression, cases: page.evaluate(
            f"""async ([module, cases]) => {{
                const url = URL.createObjectURL(new Blob([module], {{ type: "text/javascript" }}));
                const js = await import(url);
                return cases.map((state) => {expression});
            }}""",
            [explorer.get_state()["_esm"], cases],
        )


def pictures():
    rng = np.random.default_rng(1)
    shapes = [(3, 3), (3, 24), (24, 24), (5, 9)]
    return [np.array(FilterExplorer().image), *[rng.normal(0, 10, shape) for shape in shapes]]


# The filter


def test_the_output_in_the_browser_is_that_of_python_over_all_controls(called):
    rng = np.random.default_rng(2)
    filters = [*map(np.array, FILTERS.values()), *rng.uniform(-100, 100, (3, 3, 3))]
    cases = list(itertools.product(pictures(), filters, [0, 1], [False, True]))
    names = ("image", "filter", "padding", "flipped")
    states = [
        dict(zip(names, (image.tolist(), w.tolist(), *more), strict=True))
        for image, w, *more in cases
    ]
    results = called(FilterExplorer(), "js.filtered(state)", states)
    assert len(results) == 5 * 11 * 2 * 2
    for (image, w, padding, flipped), result in zip(cases, results, strict=True):
        met = (np.flip(w) if flipped else w).astype(float)
        expected = conv2d(image[None, None], met[None, None], padding=padding)[0, 0]
        np.testing.assert_allclose(result, expected, rtol=1e-12, atol=1e-9)


def test_a_number_that_is_cut_says_so(called):
    texts = {
        3: "= 3",
        -0.25: "= −0.25",
        1 / 9: "≈ 0.11",
        -0.001: "≈ 0",
        12.34: "≈ 12.3",
        1234.5: "≈ 1235",
        0.1 + 0.2: "= 0.3",
    }
    assert called(FilterExplorer(), "js.equals(state)", [*texts]) == [*texts.values()]


def test_the_pictures_show_the_numbers_of_the_worked_example(show):
    explorer = FilterExplorer(A, padding=1)
    page = show(explorer)
    shown = page.locator(".filter-pictures text").all_text_contents()
    expected = [*np.pad(A, 1).flat, *explorer.output.flat]
    assert [float(text.replace("−", "-")) for text in shown] == expected


def test_a_large_picture_is_shown_in_grey_with_its_negative_cells_in_orange(show):
    image = np.outer(np.arange(13), np.ones(5))
    page = show(FilterExplorer(image, -np.array(FILTERS["identity"]), padding=1))
    assert page.locator(".filter-pictures text").count() == 0
    output = page.locator("[data-row]").evaluate_all(FILL)
    assert len(output) == 13 * 5
    assert output[0][1] == 0
    assert output[-1] == ["rgb(217, 118, 10)", 1]
    brightest = page.locator("[role=img] .filter-cell").evaluate_all(FILL)[-9]
    assert brightest == ["rgb(255, 255, 255)", 1]
    assert page.locator(".filter-legend").text_content().startswith("In the pictures white")


def test_the_sign_of_a_value_is_its_colour_and_the_size_its_strength(show):
    explorer = FilterExplorer(A)
    page = show(explorer)
    cells = page.locator("[data-row]").evaluate_all(FILL)
    output = explorer.output.ravel()
    blue, orange = "rgb(47, 126, 188)", "rgb(217, 118, 10)"
    assert [fill for fill, _ in cells] == [blue if value > 0 else orange for value in output]
    strengths = np.array([strength for _, strength in cells])
    assert np.allclose(strengths / strengths.max(), np.abs(output) / np.abs(output).max())


def test_a_choice_of_the_list_is_in_force_at_once(show):
    page = show(FilterExplorer(A, row=0, column=3))
    assert says(page).startswith("Output (0, 3) = 12, from input rows 0 to 2, columns 3 to 5.")
    page.get_by_label("operation").select_option("true convolution, flipped")
    assert says(page).startswith("Output (0, 3) = −12,")
    page.get_by_label("filter", exact=True).select_option("identity")
    assert says(page).startswith("Output (0, 3) = 2,")
    page.get_by_label("padding p").select_option("1")
    assert says(page) == ("Output (0, 3) = 8, from input rows −1 to 1, columns 2 to 4.")
    assert page.locator("input").evaluate_all("a => a.map((e) => +e.value)") == [
        *[0, 0, 0, 0, 1, 0, 0, 0, 0]
    ]


def test_a_number_of_the_filter_is_edited_by_keyboard(show):
    page = show(FilterExplorer(A, "identity"))
    corner = page.get_by_label("filter, row 0, column 0")
    corner.focus()
    page.keyboard.press("ArrowUp")
    assert says(page).startswith("Output (0, 0) = 11,")
    corner.fill("-2.5")
    assert says(page).startswith("Output (0, 0) = −6.5,")
    kind = page.get_by_label("filter", exact=True)
    assert kind.locator("option:checked").text_content() == "your own"
    corner.fill("0")
    assert kind.locator("option:checked").text_content() == "identity"


def test_what_is_no_weight_is_left_out_and_taken_back(show):
    page = show(FilterExplorer(A))
    before = says(page)
    corner = page.get_by_label("filter, row 0, column 0")
    for text in ("", "101", "-1e9"):
        corner.fill(text)
        assert says(page) == before
        page.keyboard.press("Tab")
        assert corner.input_value() == "1"


def test_the_nine_products_are_shown_and_spoken(show):
    page = show(FilterExplorer(A, row=0, column=3))
    products = page.locator(".filter-products > div")
    assert products.locator("span").all_text_contents()[:3] == ["8 · 1", "9 · 0", "1 · (−1)"]
    assert " ".join(products.locator("b").all_text_contents()) == (
        "= 8 = 0 = −1 = 3 = 0 = −1 = 2 = 0 = 1"
    )
    spoken = page.locator(".filter-products").get_attribute("aria-label")
    assert spoken.startswith("The nine products: 8 · 1 + 9 · 0 + 1 · (−1) + 3")


def test_a_product_of_what_is_rounded_says_so(show):
    page = show(FilterExplorer(A, "mean"))
    assert page.locator(".filter-products b").all_text_contents()[:2] == ["≈ 0.56", "≈ 0.33"]


def test_arrow_keys_walk_through_the_output_and_stop_at_the_edge(show):
    page = show(FilterExplorer(A))
    page.get_by_role("grid").focus()
    for key in ("ArrowUp", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    assert says(page).startswith("Output (1, 1) = 7,")
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert says(page).startswith("Output (1, 3) = 4,")
    active = page.get_by_role("grid").get_attribute("aria-activedescendant")
    assert page.locator(f"#{active}").get_attribute("aria-label") == "(1, 3): 4"
    assert page.locator("[aria-selected]").count() == 1


def test_a_pointer_on_an_output_cell_shows_its_window(show):
    page = show(FilterExplorer(A, padding=1))
    page.locator("[data-row='3'][data-column='2']").hover()
    assert says(page).endswith("from input rows 2 to 4, columns 1 to 3.")
    window, cell = (
        page.locator(name).bounding_box()
        for name in ("[role=img] .filter-window", "[role=img] g:nth-of-type(4) rect:nth-child(3)")
    )
    assert abs(window["x"] - cell["x"]) < 3
    assert abs(window["y"] - cell["y"]) < 3
    assert window["width"] == pytest.approx(3 * cell["width"], abs=5)


def test_a_tap_on_an_output_cell_chooses_it(show):
    page = show(FilterExplorer(A, padding=1))
    page.locator("[data-row='3'][data-column='2']").dispatch_event("pointerdown")
    assert says(page).startswith("Output (3, 2)")


def test_the_chosen_cell_stays_inside_when_the_padding_goes(show):
    page = show(FilterExplorer(A, padding=1, row=5, column=5))
    page.get_by_label("padding p").select_option("0")
    assert says(page).startswith("Output (3, 3)")
    page.get_by_role("grid").focus()
    page.keyboard.press("ArrowUp")
    assert says(page).startswith("Output (2, 3)")


# The stack


def test_each_layer_in_the_browser_is_that_of_python_over_all_controls(called):
    ranges = [range(RANGES[name][0], RANGES[name][1] + 1) for name in FIELDS["convolution"][:-1]]
    below = {"channels": 3, "field": 4, "jump": 2}
    cases = [
        [
            {**below, "size": 1 + k % 40},
            dict(zip(FIELDS["convolution"], (*values, 1 + k % 64), strict=True)),
        ]
        for k, values in enumerate(itertools.product(*ranges))
    ]
    results = called(StackExplorer(), "js.after(...state)", cases)
    fitting = 0
    for (row, layer), result in zip(cases, results, strict=True):
        f, K = layer["f"], layer["filters"]
        slides = {name: layer[name] for name in ("padding", "stride", "dilation")}
        try:
            size = geometry.output_size(row["size"], f, **slides)
        except ValueError:
            assert result is None
            continue
        fitting += 1
        field = geometry.receptive_field(
            [geometry.Sliding(4, stride=2), geometry.Sliding(f, **slides)]
        )
        shape = (3, row["size"], row["size"])
        assert result == {
            "size": size,
            "channels": K,
            "field": field.size,
            "jump": field.jump,
            "parameters": geometry.parameters(3, K, f),
            "multiplications": geometry.multiplications(shape, K, f, **slides),
        }
    assert 0 < fitting < len(cases) == 11 * 6 * 5 * 4


def stacks():
    rng = np.random.default_rng(3)
    for _ in range(200):
        layers = [
            pooling(int(rng.integers(1, 4)), stride=int(rng.integers(1, 3)))
            if rng.random() < 0.3
            else convolution(
                **{n: int(rng.integers(low, min(high, 5) + 1)) for n, (low, high) in RANGES.items()}
            )
            for _ in range(rng.integers(0, 13))
        ]
        yield StackExplorer(int(rng.integers(1, 513)), int(rng.integers(1, 513)), layers)


def test_tables_and_sentences_in_the_browser_are_those_of_python_for_many_stacks(called):
    explorers = [*stacks(), StackExplorer(*MISFIT), *[StackExplorer(**p) for p in PRESETS.values()]]
    states = [explorer.value for explorer in explorers]
    expression = "[js.stack(state).map(Object.values), js.sentence(state)]"
    results = called(StackExplorer(), expression, states)
    short = 0
    for explorer, (rows, sentence) in zip(explorers, results, strict=True):
        names = ["size", "channels", "field", "jump", "parameters", "multiplications"]
        assert [dict(zip(names, row, strict=True)) for row in rows] == [
            row._asdict() for row in explorer.rows
        ]
        assert sentence == explorer.describe()
        short += len(rows) <= len(explorer.layers)
    assert 0 < short < len(explorers)


def table(page):
    return page.locator("tbody tr, tfoot tr").evaluate_all(
        "lines => lines.map((line) => [...line.children].map((cell) => cell.textContent))"
    )


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click(force=True)  # where it is full as well


def test_the_table_shows_each_layer_and_the_totals(show):
    assert table(show(StackExplorer())) == [
        ["input", "8 × 8 × 1", "1", "1", "0", "0"],
        ["1 conv", "8 × 8 × 8", "3", "1", "80", "4,608"],
        ["2 pool", "4 × 4 × 8", "4", "2", "0", "0"],
        ["3 conv", "4 × 4 × 16", "8", "2", "1,168", "18,432"],
        ["4 pool", "2 × 2 × 16", "10", "4", "0", "0"],
        ["total", "", "1,248", "23,040"],
    ]


def test_the_table_ends_where_no_window_fits(show):
    page = show(StackExplorer(*MISFIT))
    assert table(page)[2:] == [["2 conv", "no window fits"], ["3 pool", "–"], ["total", "–"]]
    assert says(page) == StackExplorer(*MISFIT).describe()


def test_a_number_of_a_layer_is_edited_by_keyboard_and_keeps_the_focus(show):
    page = show(StackExplorer())
    stride = page.get_by_label("layer 1, stride s")
    stride.focus()
    page.keyboard.press("ArrowUp")
    assert table(page)[1][:4] == ["1 conv", "4 × 4 × 8", "3", "2"]
    page.keyboard.press("ArrowUp")
    assert stride.input_value() == "3"
    page.get_by_label("layer 3, filters").fill("20")
    assert table(page)[3][:2] == ["3 conv", "1 × 1 × 20"]
    page.get_by_label("input size n").fill("28")
    page.get_by_label("channels").fill("3")
    assert table(page)[0][1] == "28 × 28 × 3"


def test_what_is_no_stride_is_left_out_and_taken_back(show):
    page = show(StackExplorer())
    before = table(page)
    stride = page.get_by_label("layer 2, stride s")
    for text in ("", "0", "6", "1.5"):
        stride.fill(text)
        assert table(page) == before
        page.keyboard.press("Tab")
        assert stride.input_value() == "2"


def test_layers_are_added_up_to_twelve(show):
    page = show(StackExplorer(64, 1, []))
    assert says(page).startswith("0 layers: 64 × 64 × 1 becomes 64 × 64 × 1")
    press(page, "add convolution")
    press(page, "add pooling")
    assert says(page).startswith("2 layers: 64 × 64 × 1 becomes 32 × 32 × 16, receptive field 4,")
    for _ in range(11):
        press(page, "add convolution")
    assert page.locator(".stack-layers li").count() == 12
    full = page.locator("[aria-disabled=true]").all_text_contents()
    assert full == ["add convolution", "add pooling"]


def test_a_layer_is_removed_and_the_focus_goes_to_the_next(show):
    page = show(StackExplorer())
    focused = "document.activeElement.ariaLabel ?? document.activeElement.textContent"
    for k, left, focus in [
        (2, ["1 conv", "2 conv", "3 pool"], "remove layer 2"),
        (3, ["1 conv", "2 conv"], "add convolution"),
        (1, ["1 conv"], "remove layer 1"),
    ]:
        page.get_by_role("button", name=f"remove layer {k}").focus()
        page.keyboard.press("Enter")
        assert page.locator(".stack-layers span").all_text_contents() == left
        assert page.evaluate(focused) == focus


def test_a_preset_is_one_press_away(show):
    page = show(StackExplorer(*MISFIT))
    assert page.locator("[aria-pressed=true]").count() == 0
    for name, preset in PRESETS.items():
        press(page, name)
        assert says(page) == StackExplorer(**preset).describe()
        assert page.locator("[aria-pressed=true]").all_text_contents() == [name]


def test_a_stack_that_is_built_by_hand_is_known_as_a_preset(show):
    page = show(StackExplorer())
    page.get_by_role("button", name="remove layer 4").click()
    assert page.locator("[aria-pressed=true]").count() == 0
    press(page, "add pooling")
    assert page.locator("[aria-pressed=true]").all_text_contents() == ["digits"]


# For everyone


def shown(columns=20):
    return [
        FilterExplorer(A, padding=1),
        FilterExplorer(np.outer(np.arange(24), np.ones(columns)), "mean", flipped=True),
        StackExplorer(),
        StackExplorer(**PRESETS["like VGG"]),
        StackExplorer(*MISFIT),
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 800])
def test_axe_finds_no_violation(show, theme, width):
    page = show(*shown(columns=3), width=width, theme=theme)  # axe takes its time for each cell
    assert violations(page) == []


def test_nothing_overflows(show):
    page = show(*shown())
    reach = "a => Math.max(...a.map((e) => e.getBoundingClientRect().right))"
    fixed = (
        ".bp-explorer > *, .filter-controls *, .filter-stage *, .filter-products *, .stack-line *"
    )
    for width in (320, 390, 800):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.locator(fixed).evaluate_all(reach) <= width - 16


def test_the_table_of_the_digits_fits_a_phone(show):
    page = show(StackExplorer(), width=390)
    widths = page.locator(".stack-stage").evaluate("e => [e.scrollWidth, e.clientWidth]")
    assert widths[0] == widths[1]


def test_no_number_of_a_layer_is_cut_off(show):
    page = show(StackExplorer(512, 512, [convolution(512, 11, padding=5)]))
    for width in (390, 800):
        page.set_viewport_size({"width": width, "height": 900})
        cut = page.locator("input").evaluate_all(
            "a => a.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.ariaLabel)"
        )
        assert cut == []  # a pixel is what rounding may bring, a digit takes eight


def luminance(colour):
    channels = np.asarray(colour) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_numbers_are_readable_on_every_shade(show, theme):
    page = show(FilterExplorer([[16, -16, 0]] * 3, "identity", padding=1), theme=theme)
    surface, ink = page.locator(".bp-explorer").evaluate(
        """e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]
            .map((colour) => colour.match(/\\d+/g).map(Number))"""
    )
    cells = page.locator(".filter-cell").evaluate_all(
        """a => a.map((e) => [...getComputedStyle(e).fill.match(/\\d+/g).map(Number),
            +getComputedStyle(e).fillOpacity])"""
    )
    assert len({tuple(cell[:3]) for cell in cells if cell[3]}) == 2
    for *fill, opacity in cells:
        ground = opacity * np.array(fill) + (1 - opacity) * np.array(surface)
        light, dark = sorted([luminance(ink), luminance(ground)], reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5
