"""Nothing runs off the screen, however wide it is, and wide tables can be read on a narrow one."""

import os
import re

from browser import freeze, thaw
from conftest import PAGES

EVERY = 1 if os.environ.get("CI") else 27  # all widths of all pages take minutes
STEPS = (*range(320, 1601, 16), 767, 769, 959, 961, 991, 993, 1201)
ENDS = (320, 1199)
"""What is too wide shows here first: in the narrowest page, and before a margin is there."""
BREAKS = 480  # px up to which a formula in a line may break; it keeps its size above
TOO_WIDE = """() => {
    const screen = document.documentElement.clientWidth;
    const wide = [...document.querySelectorAll("article :is(.tag_full-width, .margin)")];
    const ends = wide.map((element) => element.getBoundingClientRect().right);
    return Math.max(document.scrollingElement.scrollWidth, ...ends) - screen;
}"""


def test_nothing_runs_off_the_screen(look, page_path):
    page = look(width=390)
    off, frozen = {}, False
    for width in sorted({*ENDS, *STEPS[PAGES.index(page_path) % EVERY :: EVERY]}):
        page.set_viewport_size({"width": width, "height": 900})
        if width > BREAKS and not frozen:
            freeze(page)
            frozen = True
        if (excess := page.evaluate(TOO_WIDE)) > 0.5:
            off[width] = excess
    thaw(page)
    page.set_viewport_size({"width": 390, "height": 900})
    assert off == {}


def test_a_wide_table_is_a_list_on_a_phone(look):
    page = look(width=390)
    tables = page.locator("table.stacks").all()
    for table in tables:
        assert table.evaluate("(table) => table.scrollWidth - table.parentElement.clientWidth") <= 0
        names = table.locator(".column-name").all_inner_texts()
        assert names and all(names)


def test_the_contents_fold_beside_what_is_wide(visit):
    page = visit("chapters/04-losses.html")
    contents = page.locator(".bd-sidebar-secondary")
    assert contents.locator("nav").evaluate("(nav) => getComputedStyle(nav).opacity") == "1"
    page.locator(".tag_full-width").first.scroll_into_view_if_needed()
    page.locator(".bd-sidebar-secondary.hide").wait_for()
    for _ in range(50):  # they fold in a moment
        if (height := contents.bounding_box()["height"]) <= 48:
            break
        page.wait_for_timeout(100)
    assert height <= 48


def test_code_fits_into_its_column(look):
    page = look(width=1280)
    cut = page.evaluate(
        """() => [...document.querySelectorAll("article .cell_input pre")]
            .filter((code) => code.checkVisibility() && code.scrollWidth > code.clientWidth)
            .map((code) => code.textContent.trim().slice(0, 60))"""
    )
    assert cut == []


def test_no_line_of_code_is_long(html, page_path, parsed):
    blocks = parsed(html / page_path).select("article .cell_input pre")
    lines = [text for block in blocks for text in block.text.split("\n")]
    assert [text for text in lines if len(text) > 82] == []


def test_letters_in_pictures_do_not_shrink_on_a_phone(look):
    page = look(width=390)
    small = page.evaluate(
        """() => [...document.querySelectorAll(".cell_output .picture > img")]
            .filter((img) => img.checkVisibility() && !img.closest(".explorer"))
            .map((img) => img.getBoundingClientRect().width / (0.72 * img.getAttribute("width")))
            .filter((pixels_a_point) => pixels_a_point < 0.99)"""
    )
    assert small == []


def test_no_letter_of_a_picture_is_tiny(root):
    sizes = [
        float(size)
        for chapter in (root / "chapters").glob("*.md")
        for size in re.findall(r"(?:font|label)size=([\d.]+)", chapter.read_text(encoding="utf-8"))
    ]
    assert sizes and min(sizes) >= 9  # points
