"""The rules that every chapter's Markdown obeys."""

import re

import jupytext
import pytest
from prose import DISPLAYED, PARSER


@pytest.fixture
def cells(chapter):
    """Return the sources of the chapter's code cells."""
    notebook = jupytext.read(chapter)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def _tokens(text):
    """Yield every token of a Markdown text, those inside directives included."""
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()
        if token.info.startswith("{") and not re.match(r"\{(math|code)", token.info):
            yield from _tokens(token.content)


def _option(token, name):
    option = re.search(rf"^:{name}: *(.+)$", token.content, re.M)
    return option[1] if option else ""


def displayed_by_hand(text):
    """Return the label, perhaps empty, of each display equation that is typed by hand."""
    labels = []
    for token in _tokens(text):
        if token.type in DISPLAYED:
            labels.append(token.info if token.type == "math_block_label" else "")
        elif token.info.startswith("{math}"):
            labels.append(_option(token, "label"))
    return labels


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("$$ a = b $$ (def-a)", ["def-a"]),
        ("$$ a = b $$", [""]),
        ("words $$ a = b $$ words", [""]),
        ("\\begin{align} a = b \\end{align}", [""]),
        ("```{math}\n:label: def-a\na = b\n```", ["def-a"]),
        (":::{note}\n$$ a = b $$ (a)\n:::", ["a"]),
        ("````{exercise}\n```{math}\na = b\n```\n````", [""]),
        ("```{code-cell}\n'$$ a $$'\n```\n\n`$$ a $$` and $a$", []),
    ],
)
def test_every_display_equation_is_seen(text, labels):
    assert displayed_by_hand(text) == labels


def test_hand_typed_equations_are_definitions(chapter):
    labels = displayed_by_hand(chapter.read_text(encoding="utf-8"))
    assert [label for label in labels if not label.startswith("def-")] == []


def test_no_core_widget_is_used(cells):
    assert [cell for cell in cells if re.search(r"\bipywidgets\b|\binteract\b", cell)] == []


NAMED_ERROR = (
    r"(squared|absolute|rounding|truncation|relative) errors?|error rates?|errors? \$\\delta"
)
BEFORE_DELTA = ("00", "01", "02", "03", "04", "05", "06")  # chapter 7 calls δ the error of a unit


def errors_without_a_name(text):
    """Return what surrounds each "error" in a text that is neither δ nor part of a name."""
    shown = {"text": "{}", "softbreak": " ", "math_inline": "${}$"}
    prose = "".join(shown.get(t.type, "\n").format(t.content) for t in _tokens(text))
    prose = re.sub(NAMED_ERROR, "", prose, flags=re.I)
    return re.findall(r".{,30}\berrors?\b.{,30}", prose, re.I)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the error of a line", 1),
        ("two errors\n$\\delta$, the squared\nerror and the {eq}`an-error`", 0),
        ("```{code-cell} python\nerror = a - y\n```\nan error", 1),
    ],
)
def test_an_error_without_a_name_is_seen(text, found):
    assert len(errors_without_a_name(text)) == found


def test_error_alone_is_kept_for_delta(chapter):
    if chapter.stem[:2] in BEFORE_DELTA:
        assert errors_without_a_name(chapter.read_text(encoding="utf-8")) == []
