"""Formulas are typeset when the book is built: a page shows them by itself, to everyone."""

import re

import pytest
from browser import lay_out
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

from _ext import mathematics

LETTERS = {ord("A") + k: 0x1D434 + k for k in range(26)}
LETTERS |= {ord("a") + k: 0x1D44E + k for k in range(26)} | {ord("h"): 0x210E}
LETTERS |= {ord("Α") + k: 0x1D6E2 + k for k in range(25)}
LETTERS |= {ord("α") + k: 0x1D6FC + k for k in range(25)}
DRAWS_NOTHING = {0x2061, 0x200B}  # the application of a function, and room without width


@pytest.fixture
def formulas(html, page_path, parsed):
    """Return the formulas of a page, as it is in its file."""
    return parsed(html / page_path).select("math")


@pytest.fixture(scope="session")
def drawn(root):
    """Return the characters that the font of the formulas can draw."""
    return set(TTFont(root / "_ext/static/termes-math-subset.woff2").getBestCmap())


def typeset(tex, *, displayed=False):
    return BeautifulSoup(mathematics.typeset(tex, displayed)["mathml"], "html.parser")


def test_no_formula_is_left_as_tex(html, page_path, parsed):
    text = (html / page_path).read_text(encoding="utf-8")
    assert re.findall(r"\\\(|\\\[|class=\"tml-error", text) == []
    displays = parsed(html / page_path).select(".math")
    assert all(display.select_one(".formula > math[display=block]") for display in displays)
    written = parsed(html / page_path).select(".cell_output :is(p, th, td)")
    assert [output.text for output in written if "$" in output.text] == []


def test_mathjax_is_nowhere(html):
    assert [path for path in html.rglob("*") if "mathjax" in path.name.lower()] == []


def test_a_page_loads_no_mathjax(html, page_path):
    assert b"mathjax" not in (html / page_path).read_bytes().lower()


@pytest.fixture(scope="session")
def scriptless(browser):
    """Return a page in which no script runs."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_formulas_are_there_without_scripts(scriptless, site, html, page_path):
    page = scriptless
    page.goto(site + page_path)
    lay_out(page)
    sizes = page.evaluate(
        """[...document.querySelectorAll("math")].filter((formula) => formula.checkVisibility())
            .map((formula) => formula.getBoundingClientRect()).map((box) => [box.width, box.height])
        """
    )
    assert all(width > 2 and height > 2 for width, height in sizes)
    assert len(sizes) >= 0.5 * (html / page_path).read_text(encoding="utf-8").count("<math")


@pytest.mark.parametrize("width", [1280, 390])
def test_only_what_scrolls_is_a_tab_stop(look, width):
    page = look(width=width)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    wrong = page.evaluate(
        """() => [...document.querySelectorAll(".formula, .picture, pre, .cell_output > .output")]
            .filter((box) => box.checkVisibility())
            .filter((box) => (box.tabIndex === 0) !== (box.scrollWidth > box.clientWidth))
            .map((box) => box.outerHTML.slice(0, 80))"""
    )
    assert wrong == []


def test_the_font_draws_every_character(formulas, drawn):
    points = set()
    for token in (token for formula in formulas for token in formula.select("mi, mn, mo")):
        text = token.text.strip()
        italic = token.name == "mi" and len(text) == 1 and token.get("mathvariant") != "normal"
        points |= {LETTERS.get(ord(char), ord(char)) if italic else ord(char) for char in text}
    assert {chr(point) for point in points - drawn - DRAWS_NOTHING} == set()


def test_formulas_have_no_style_of_their_own(formulas):
    styled = {element["style"] for formula in formulas for element in formula.select("[style]")}
    assert styled == set()


def test_operators_in_scripts_have_no_room_around_them():
    sign = typeset("x_{j+1}").mo
    assert (sign["lspace"], sign["rspace"]) == ("0em", "0em")


def test_operators_on_the_line_have_room():
    assert typeset("x + 1").mo.attrs == {}


def test_large_brackets_lie_close_to_what_they_enclose():
    opening, closing = typeset(r"\bigl( x \bigr)").select("mo")
    assert (opening["form"], closing["form"]) == ("prefix", "postfix")


def test_a_displayed_formula_is_a_block():
    assert typeset("x", displayed=True).math.attrs == {"display": "block"}


def test_what_is_no_formula_is_an_error():
    assert "Unsupported function name" in mathematics.typeset(r"\foo", False)["error"]
