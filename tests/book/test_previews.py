"""A reference shows what it refers to: under the pointer, in focus, and without a network."""

import json
import re

import pytest
from axe import violations
from browser import start_explorers

from _ext.previews import element, excerpt

PAGE = """<section id="a-section"><h2>A <em>title</em></h2><div><p>first</p></div>
<p>second</p></section>
<div class="math" id="equation-a"><div>a <div>= b</div></div></div><p>after</p>
<div class="exercise admonition" id="an-exercise"><p class="admonition-title">Exercise 1</p>
<section><p>Find it.</p><p>A hint.</p></section></div>"""

ACROSS = "article a.reference.internal[href*='.html#equation-']"
ALONG = "article a.reference.internal[href^='#equation-']"


def test_an_equation_is_shown_whole():
    assert excerpt(PAGE, "equation-a").endswith("<div>a <div>= b</div></div></div>")


@pytest.mark.parametrize(
    ("anchor", "shown"),
    [
        ("a-section", "<h2>A <em>title</em></h2><p>first</p>"),
        ("an-exercise", '<p class="admonition-title">Exercise 1</p><p>Find it.</p>'),
        ("", "<h2>A <em>title</em></h2><p>first</p>"),
    ],
)
def test_a_section_and_an_exercise_are_shown_by_their_beginning(anchor, shown):
    assert excerpt(PAGE, anchor) == shown


def test_what_is_not_there_shows_nothing():
    assert element(PAGE, "nowhere") == excerpt(PAGE, "nowhere") == ""


CHAPTER = "chapters/08-delta-recurrence.html"
"""Its references lead to its own equations and to those of others."""


@pytest.fixture(params=["http", "file"])
def chapter_page(request, revisit, site, html):
    return revisit(CHAPTER, base=site if request.param == "http" else f"{html.as_uri()}/")


@pytest.mark.parametrize("reference", [ALONG, ACROSS])
def test_an_equation_is_shown_under_the_pointer(chapter_page, reference):
    link = chapter_page.locator(reference).first
    link.hover()
    preview = chapter_page.locator("#preview[role=tooltip]")
    preview.locator("math").first.wait_for()
    assert link.get_attribute("aria-describedby") == "preview"
    chapter_page.mouse.move(5, 5)
    preview.wait_for(state="detached")


@pytest.fixture
def page(revisit):
    page = revisit(CHAPTER)
    page.locator("#preview").wait_for(state="detached")
    return page


def test_the_pointer_may_enter_what_is_shown(page):
    page.locator(ALONG).first.hover()
    preview = page.locator("#preview")
    preview.hover()
    page.wait_for_timeout(400)
    assert preview.is_visible()


def test_focus_shows_and_escape_dismisses(page):
    link = page.locator(ACROSS).first
    page.keyboard.press("Tab")  # from here on the page is used by keyboard
    link.focus()
    page.locator("#preview math").first.wait_for()
    page.keyboard.press("Escape")
    assert page.locator("#preview").count() == 0
    assert link.evaluate("link => link === document.activeElement")
    assert link.get_attribute("aria-describedby") is None


def test_nothing_moves_and_nothing_sticks_out(visit):
    width = "document.documentElement.scrollWidth"
    page = visit(CHAPTER, width=390)
    start_explorers(page)
    link = page.locator(ALONG).last
    link.scroll_into_view_if_needed()
    before = link.bounding_box(), page.evaluate(width)
    link.hover()
    box = page.locator("#preview").bounding_box()
    assert (link.bounding_box(), page.evaluate(width)) == before
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390


def test_an_anchor_stays_the_only_one_of_its_name(page):
    page.locator(ALONG).first.hover()
    page.locator("#preview").wait_for()
    assert page.locator("#preview [id], #preview a").count() == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation_in_what_is_shown(page, theme):
    page.emulate_media(color_scheme=theme)
    page.locator(f"html[data-theme={theme}]").wait_for(state="attached")
    page.locator(ALONG).first.hover()
    page.locator("#preview").wait_for()
    assert violations(page, preload=False) == []


def test_a_touch_shows_nothing_and_follows_the_reference(browser, site):
    context = browser.new_context(has_touch=True, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(site + CHAPTER)
    page.locator(ALONG).first.tap()
    page.wait_for_timeout(400)
    assert "#equation-" in page.url and page.locator("#preview").count() == 0
    context.close()


def test_each_reference_to_another_page_has_something_to_show(html, parsed, page_path):
    references = parsed(html / page_path).select("article a.reference.internal")
    links = {link["href"] for link in references}
    file = html / "_static/previews" / page_path.replace(".html", ".js")
    text = file.read_text(encoding="utf-8") if file.exists() else "window.previews = {};\n"
    shown = json.loads(text.removeprefix("window.previews = ").removesuffix(";\n"))
    across = {link for link in links if re.match(r"[^#:]+\.html(#|$)", link)}
    assert across == {link for link, part in shown.items() if part}
