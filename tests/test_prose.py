"""No chapter uses a term before it is introduced."""

import re
from itertools import chain

import pytest
from myst_nb.core.read import is_myst_markdown_notebook
from prose import OBJECTIVES, pieces
from sphinx_external_toc.parsing import parse_toc_yaml

PRELUDE = "00"
"""The opening chapter tells the whole story once; the others introduce their terms all the same."""


def first_use(term, read):
    """Return whether pieces set a term in emphasis where they first use it, or None without it.

    A symbol, such as $z$, needs no emphasis.
    """
    word = re.compile(rf"\b{re.escape(term)}s?\b".replace(r"\ ", r"\s+"), re.I)
    for piece in read:
        if term[0] == "$" and any(term.strip("$") in run for run, _ in piece.words):
            return True
        if piece.heading or piece.box == OBJECTIVES:
            continue
        plain = [(run if run[0] not in "$`" else "…", em) for run, em in piece.words if run]
        marked = list(chain.from_iterable([em] * len(run) for run, em in plain))
        if found := word.search("".join(run for run, _ in plain)):
            return marked[found.start()]
    return None


@pytest.fixture(scope="module")
def chapters(root):
    """Return the pieces of each chapter after the prelude, by its number."""
    pages = [root / f"{name}.md" for name in parse_toc_yaml(root / "_toc.yml")]
    texts = {page.stem[:2]: page.read_text(encoding="utf-8") for page in sorted(pages)}
    notebooks = {n: text for n, text in texts.items() if is_myst_markdown_notebook(text)}
    return {n: [*pieces(text)] for n, text in notebooks.items() if n != PRELUDE}


def introduced(root):
    """Return the table of CONTRIBUTING: each term with the number of its chapter."""
    table = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", table, re.M)
    return [(term, f"{int(chapter):02}") for chapter, terms in rows for term in terms.split(", ")]


@pytest.mark.parametrize(
    ("text", "emphasis"),
    [
        ("A *unit\nstep* and a unit step.", True),
        ("Unit steps, or a *unit step*.", False),
        (f"# Unit step\n\n:::{OBJECTIVES}\nunit step\n:::\n\nThe *unit step*.", True),
        ("- in a list, a **unit step**", True),
        ("a unit, a step, {doc}`unit step` and `unit step`", None),
        ("- a unit\n- step", None),
    ],
)
def test_the_first_use_is_found(text, emphasis):
    assert first_use("unit step", pieces(text)) is emphasis


@pytest.mark.parametrize("text", ["as $2z$", "$$ z = 1 $$ (def-z)", "*z* and $z$"])
def test_a_symbol_is_found_in_formulas(text):
    assert first_use("$z$", pieces(text)) is True


def test_each_term_is_introduced_where_the_table_says(root, chapters):
    wrong = {}
    for term, chapter in introduced(root):
        uses = {number: first_use(term, read) for number, read in chapters.items()}
        first = next((number for number, use in uses.items() if use is not None), None)
        if first != chapter or not uses[chapter]:
            wrong[term] = (chapter, first)
    assert wrong == {}


def test_the_table_of_terms_is_read(root):
    assert ("partial derivative", "01") in introduced(root)
