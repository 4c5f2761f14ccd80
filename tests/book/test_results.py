"""What a cell proves under a name is an equation of the page, under its number."""

import ast
from types import SimpleNamespace

import jupytext
import pytest
from docutils import nodes

from _ext.results import number

CHAIN = "\\begin{aligned}\n& a\\\\[0.6ex]\n=\\;& b && \\text{so}\n\\end{aligned}"


class Domain(dict):
    """The part of Sphinx's domain of mathematics that is told of equations."""

    def note_equation(self, docname, label, location):
        self[label] = docname

    def get_equation_number_for(self, label):
        return len(self)


def shown(*texts):
    """Return what becomes of outputs of mathematics, and what Sphinx is told."""
    domain = Domain()
    app = SimpleNamespace(env=SimpleNamespace(docname="page", get_domain=lambda name: domain))
    document = nodes.section("", *(nodes.math_block(text, text) for text in texts))
    number(app, document)
    return document.children, domain


def test_a_named_result_is_an_equation_with_a_label():
    (equation,), known = shown(r"a = b \tag{a-is-b}")
    assert equation.astext() == "a = b" and equation["label"] == "a-is-b"
    assert equation["ids"] == ["equation-a-is-b"] and known == {"a-is-b": "page"}


def test_the_lines_of_a_proof_follow_their_result():
    (equation, lines), _ = shown("a = b \\tag{a-is-b}$$\n\n$$" + CHAIN)
    assert equation["number"] == 1 and lines.astext() == CHAIN


def test_an_only_reason_follows_as_words():
    (_, because), _ = shown("a = b \\tag{a-is-b}$$\n\n$$\\text{as $b_1$ is}")
    assert because.astext() == "as b_1 is" and because["classes"] == ["because"]


def test_what_has_no_name_stays_as_it_is():
    (lines,), known = shown(CHAIN)
    assert lines.astext() == CHAIN and not known


@pytest.fixture
def names(chapter):
    """Return the names that a chapter's derivations give to what they prove."""
    cells = [cell.source for cell in jupytext.read(chapter).cells if cell.cell_type == "code"]
    calls = [node for cell in cells for node in ast.walk(ast.parse(cell))]
    return {
        keyword.value.value
        for call in calls
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Derivation"
        for keyword in call.keywords
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant)
    }


def test_each_named_result_is_numbered_on_its_page(html, root, chapter, names, parsed):
    page = parsed(html / chapter.relative_to(root).with_suffix(".html"))
    numbered = {div["id"] for div in page.select("div.math[id]") if div.select_one(".eqno")}
    assert {f"equation-{name}" for name in names} <= numbered
