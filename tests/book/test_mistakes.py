"""Each mistake of a chapter folds under its heading, and stays a section that can be found."""

import pytest
from docutils import nodes

from _ext.mistakes import HEADING, fold_mistakes


def section(title, *children):
    return nodes.section("", nodes.title("", title), *children, ids=[title])


@pytest.fixture
def page():
    mistake = section("the sign is lost", nodes.paragraph("", "It matters."))
    proof = section("The sign", nodes.paragraph("", "So it is."))
    untitled = nodes.section("", nodes.paragraph("", "as of a solution"))
    document = section("Chapter", untitled, section("Proofs", proof), section(HEADING, mistake))
    fold_mistakes(None, document, "page")
    return document


def test_a_mistake_folds_under_its_heading(page):
    opening, title, closing_summary, text, closing = page[-1][-1].children
    assert opening.astext() == '<details class="mistake"><summary>'
    assert title.astext() == "the sign is lost"
    assert closing_summary.astext() == "</summary>"
    assert text.astext() == "It matters."
    assert closing.astext() == "</details>"


def test_no_other_section_folds(page):
    assert not list(page[2].findall(nodes.raw))
