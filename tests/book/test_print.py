"""On paper nothing is cut and all is black on white; forced colours keep what colours mean."""

from contextlib import contextmanager

import pytest

from backprop.explorers import ConvExplorer
from backprop.explorers.layers import LayersExplorer

A4 = 688  # px between the margins
CUT = """() => [...document.querySelectorAll("article :is(pre, .formula, .output, table)")]
    .filter((box) => box.checkVisibility() && (box.scrollWidth > box.clientWidth + 1
        || box.getBoundingClientRect().right > innerWidth + 1))
    .map((box) => box.textContent.trim().slice(0, 60))"""
FAINT = """() => {
    const article = document.querySelector("article") ?? document.body;
    const words = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
    const faint = new Set();
    while (words.nextNode()) {
        const parent = words.currentNode.parentElement;
        if (!words.currentNode.data.trim() || !parent.checkVisibility()) continue;
        const { color, fill } = getComputedStyle(parent);
        const [r, g, b] = (parent.closest("svg") ? fill : color).match(/[\\d.]+/g).map(Number);
        if (0.3 * r + 0.6 * g + 0.1 * b > 140) faint.add(`${color} ${words.currentNode.data}`);
    }
    return [getComputedStyle(document.body).backgroundColor, [...faint].slice(0, 5)];
}"""


@contextmanager
def printed(page, width):
    """Show a page as it is printed, on paper whose text is A4 wide."""
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": A4, "height": 900})
    try:
        yield
    finally:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(media="screen", color_scheme="dark")


def test_on_paper_nothing_is_cut_and_a_dark_page_is_black_on_white(look):
    page = look(width=1280, theme="dark")
    with printed(page, 1280):
        assert page.evaluate(CUT) == []
        assert page.evaluate(FAINT) == ["rgb(255, 255, 255)", []]


def test_on_paper_mistakes_are_open_and_solutions_closed(visit):
    page = visit("chapters/12-convolution.html", theme="dark")
    mistake = page.locator(".mistake:not([open]) > :not(summary)").first
    solution, code = page.locator(".solution").first, page.locator(".folded > summary").first
    seen = [part.is_visible() for part in (mistake, solution, code)]
    with printed(page, 1280):
        assert [part.is_visible() for part in (mistake, solution, code)] == [True, False, False]
    assert seen == [False, True, True]


@pytest.mark.parametrize("media", [{"media": "print"}, {"forced_colors": "active"}])
def test_the_floor_of_the_output_size_keeps_its_feet(show, media):
    page = show(ConvExplorer())
    page.emulate_media(**media)
    widths = """(floor, side) => {
        const { borderTopWidth, borderBottomWidth } = getComputedStyle(floor, side);
        return [borderTopWidth, borderBottomWidth];
    }"""
    floor = page.locator(".conv-floor").first
    assert [floor.evaluate(widths, side) for side in ("::before", "::after")] == [
        ["0px", "1px"]
    ] * 2


@pytest.mark.parametrize("media", [{"media": "print"}, {"forced_colors": "active"}])
def test_the_layers_explorer_tells_what_is_learned(show, media):
    page = show(LayersExplorer())
    page.emulate_media(**media)
    style = """(cells) => {
        const { backgroundColor, forcedColorAdjust, printColorAdjust } = getComputedStyle(cells);
        return [backgroundColor, forcedColorAdjust, printColorAdjust];
    }"""
    kinds = [page.locator(f".layers-{kind}").first for kind in ("learned", "computed")]
    (learned, *kept), (computed, *_) = (cells.evaluate(style) for cells in kinds)
    assert learned != computed
    assert kept[1 if "media" in media else 0] == ("exact" if "media" in media else "none")
