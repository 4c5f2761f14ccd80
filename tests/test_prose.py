"""A chapter tells its story in few words, and uses none before it is introduced."""

import re
from itertools import chain

import pytest
from myst_nb.core.read import is_myst_markdown_notebook
from prose import OBJECTIVES, pieces
from sphinx_external_toc.parsing import parse_toc_yaml

LONGEST = 2500
ASIDE = {"Exercises", "In depth"}
FOLDED = "Mistakes people write"
PRELUDE = "00"
"""The opening chapter tells the whole story once; the others introduce their terms all the same."""
WORD = re.compile(r"\$[^$]+\$|…|[^\W_][\w'’-]*")


def story(text):
    """Count the words outside of code, display equations, exercises, folds and In depth."""
    told = (
        piece.words
        for piece in pieces(text)
        if not piece.heading
        and not ASIDE & {*piece.section}
        and not (FOLDED in piece.section[:1] and piece.section[1:])
        and not piece.box.startswith(("{exercise}", "{solution"))
    )
    runs = ["".join(run for run, _ in words if run[:2] != "$$") for words in told]
    return len(WORD.findall(" ".join(runs)))


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


def test_a_story_is_counted():
    text = (
        "# A title\n\nOne $a + b$ *three*.\n\n:::{tip}\n:class: x\nfour {eq}`e`\n:::\n\n"
        "```{code-cell}\nno\n```\n\n$$ a $$\n\n## Mistakes people write\n\nsix\n\n### no\n\nno\n\n"
        "## Summary\n\n- seven\n\n```{exercise} No\nno\n```\n\n## In depth\n\nno\n"
    )
    assert story(text) == 7


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


def test_main_text_is_short(chapter):
    words = story(chapter.read_text(encoding="utf-8"))
    assert words <= LONGEST


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
