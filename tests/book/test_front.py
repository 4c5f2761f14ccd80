"""The front page shows what the book is, and leads to its chapters and to a wrong formula."""

import re
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx import addnodes

from _ext.chapter_map import note_needs


@pytest.fixture(scope="module")
def front(html):
    return BeautifulSoup((html / "index.html").read_text(encoding="utf-8"), "html.parser")


def test_the_map_names_every_chapter_once(front, html):
    files = sorted(path.name for path in (html / "chapters").glob("*.html"))
    links = [link["href"] for link in front.select(".chapter-map a")]
    assert sorted(link.removeprefix("chapters/") for link in links) == files


def test_the_map_draws_what_is_needed(front):
    needs = {
        entry.b.text: re.findall(r"\d+", entry.small.text) if entry.small else []
        for entry in front.select(".chapter-map li")
    }
    assert {"6", "7"} <= set(needs["8"])
    assert needs["5"]
    assert needs["16"]
    assert needs["1"] == []
    assert all(int(need) < int(chapter) for chapter in needs for need in needs[chapter])
    assert front.select_one(".chapter-map path")["d"].count("M") >= sum(map(bool, needs.values()))


def test_a_sentence_that_begins_as_the_needs_do_is_none_of_them():
    need = addnodes.pending_xref(reftype="doc", reftarget="01-calculus")
    said = nodes.Text(""), nodes.strong("", "You need"), nodes.Text(" ")  # as MyST reads bold words
    needs = nodes.paragraph("", "", *said, need)
    page = nodes.section("", needs, nodes.paragraph("", "You need not hurry."))
    env = SimpleNamespace(docname="chapters/05-one-neuron")
    note_needs(SimpleNamespace(env=env), page)
    assert env.chapter_needs == {env.docname: [("doc", "01-calculus")]}


@pytest.mark.parametrize("width", [1280, 390])
def test_the_map_can_be_read_at_any_width(visit, width):
    page = visit("index.html", width=width)
    entries = page.locator(".chapter-map li").all()
    assert all(entry.locator("a").bounding_box()["height"] >= 15 for entry in entries)
    seen = page.locator(".chapter-map small").first.bounding_box()["height"] > 0
    assert page.locator(".chapter-map svg").is_visible() == (width > 768)
    assert seen


def test_a_mistake_in_the_list_leads_to_its_place(visit, html):
    text = (html / "reference/mistakes.html").read_text(encoding="utf-8")
    links = BeautifulSoup(text, "html.parser").select("article li a")
    assert len(links) >= 30
    for link in links:
        file, anchor = link["href"].split("#")
        target = (html / "reference" / file).read_text(encoding="utf-8")
        assert f'id="{anchor}"' in target


def test_one_screen_holds_a_proof_and_a_slider(visit):
    page = visit("index.html")
    for shown in (".derivation", ".explorer input[type=range]"):
        box = page.locator(shown).first.bounding_box()
        assert box["y"] + box["height"] <= 900


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_is_known_before_anything_is_drawn(browser, site, theme):
    page = browser.new_page(color_scheme=theme)
    page.add_init_script(
        """addEventListener("readystatechange",
            () => { window.first ??= document.documentElement.dataset.theme }, true)"""
    )
    page.goto(f"{site}index.html")
    assert page.evaluate("window.first") == theme
    page.close()
