"""A derivation keeps its reasons in sight, on a phone too."""

import pytest
from docutils import nodes

from _ext.derivations import derivation, lay_out, part

CHAIN = r"""\begin{aligned}
& \left[\begin{matrix}a & b\\c & d\end{matrix}\right] && x \neq 0\\[0.6ex]
=\;& a \& b && \text{take $a_1$, 5\% of it}\\[0.6ex]
\text{true}\quad & a && = 1
\end{aligned}"""


@pytest.fixture
def lines():
    """Return what becomes of a chain of three lines, as the texts of three parts each."""
    document = nodes.section("", nodes.math_block(CHAIN, CHAIN))
    lay_out(None, document)
    (laid_out,) = document.findall(derivation)
    texts = ["".join(child.astext() for child in node) for node in laid_out.findall(part)]
    return [tuple(texts[k : k + 3]) for k in range(0, len(texts), 3)]


def test_a_line_is_a_relation_a_term_and_a_reason(lines):
    assert lines[1] == ("\\displaystyle =\\;", "\\displaystyle a \\& b", "take a_1, 5% of it")


def test_what_stands_in_a_matrix_stays_there(lines):
    assert lines[0][1].count("&") == 2 and lines[0][2] == "\\displaystyle x \\neq 0"


def test_a_word_before_a_term_is_a_word(lines):
    assert lines[2] == ("true", "\\displaystyle a", "\\displaystyle = 1")


def test_a_formula_that_is_typed_by_hand_stays_as_it_is():
    text = "\\begin{aligned}\na &= b \\\\\nc &= d\n\\end{aligned}"
    document = nodes.section("", nodes.math_block(text, text))
    lay_out(None, document)
    assert not list(document.findall(derivation))


def test_no_reason_has_to_be_scrolled_for_on_a_phone(look):
    page = look(width=390)
    hidden = page.evaluate(
        """() => [...document.querySelectorAll(".derivation > .reason")]
          .filter((reason) => reason.checkVisibility())
          .filter((reason) => reason.getBoundingClientRect().right > innerWidth)
          .map((reason) => reason.textContent)"""
    )
    assert hidden == []
