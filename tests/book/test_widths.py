"""Nothing runs off the screen, however wide it is, and wide tables can be read on a narrow one."""

import os
import re

import pytest
from browser import freeze, lay_out, start_explorers
from conftest import PAGES

EVERY = 1 if os.environ.get("CI") else 27  # all widths of all pages take minutes
STEPS = (*range(320, 1601, 16), 767, 769, 959, 961, 991, 993, 1201)
ENDS = (320, 1199)
"""What is too wide shows here first: in the narrowest page, and before a margin is there."""
BREAKS = 480  # px up to which a formula in a line may break; it keeps its size above
OFF = """async (frame, widths) => {
    const page = frame.contentDocument;
    const wide = [...page.querySelectorAll("article :is(.tag_full-width, .margin)")];
    const drawn = page.querySelector(".walk-stage");
    const off = {};
    for (const width of widths) {
        frame.style.width = `${width}px`;
        if (drawn) await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        const ends = wide.map((element) => element.getBoundingClientRect().right);
        const excess = Math.max(page.scrollingElement.scrollWidth, ...ends) - width;
        if (excess > 0.5) off[width] = excess;
    }
    return off;
}"""
"""What sticks out at which width; some pictures a script lays out, before the next frame."""


@pytest.fixture(scope="session")
def _frame(tabs, site):
    """Return a frame whose width a script can change, which takes half of the time, and its tab."""
    tab = tabs.lend()
    page = tab.open(f"{site}search.html", width=max(STEPS))  # what is there gives way to the frame
    page.evaluate(
        """() => {
            const frame = document.createElement("iframe");
            frame.style.cssText = "position: fixed; inset: 0 auto auto 0; height: 900px; border: 0";
            document.body.replaceChildren(frame);
        }"""
    )
    return page.locator("iframe"), tab


@pytest.fixture
def frame(_frame):
    """Return the frame; no page in it may say an error."""
    frame, tab = _frame
    yield frame
    assert tab.faults == []


def test_nothing_runs_off_the_screen(frame, site, page_path):
    frame.evaluate(
        """(frame, page) => new Promise((loaded) => {
            frame.style.width = "390px";
            Object.assign(frame, { src: page, onload: loaded });
        })""",
        site + page_path,
    )
    page = frame.element_handle().content_frame()
    lay_out(page)
    start_explorers(page)
    widths = sorted({*ENDS, *STEPS[PAGES.index(page_path) % EVERY :: EVERY]})
    kept = next(k for k, width in enumerate(widths) if width > BREAKS) + 1
    off = frame.evaluate(OFF, widths[:kept])
    freeze(page)
    off |= frame.evaluate(OFF, widths[kept:])
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
    assert contents.bounding_box()["height"] <= 48


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
