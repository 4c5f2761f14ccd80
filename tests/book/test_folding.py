"""A page shows mathematics first: what proves it is one click away."""

import re

import pytest
from docutils import nodes

from _ext.folding import fold, folded


def cell(source, *shown):
    """Return a cell as MyST-NB makes it of source code and outputs."""
    code = nodes.container(nb_element="cell_code_source")
    code += nodes.literal_block("", source)
    whole = nodes.container("", code, nb_element="cell_code")
    if shown:
        output = nodes.container(nb_element="cell_code_output")
        output += list(shown)
        whole += output
    return whole


def kinds(*cells):
    document = nodes.section("", *cells)
    fold(None, document)
    return [node["kind"] for node in document.findall(folded)]


IMPORT = "from sympy import Symbol\nfrom backprop.symbolic.proof import Derivation"
CHAIN, WRONG = nodes.math_block("", "x = x"), nodes.math_block("", r"\text{claimed} x")
WIDGET = nodes.raw("", '<div class="explorer" data-front-end="a.js"></div>', format="html")
PRINTED = nodes.literal_block("", "1")


@pytest.mark.parametrize(
    ("source", "shown", "kind"),
    [
        ("Derivation(x).step(x, because='')", [CHAIN], ["proved"]),
        ("proof.step(x, because='')", [CHAIN], ["proved"]),
        ("display(proof.step(x, because=''), y)", [CHAIN, CHAIN], ["proved"]),
        ("refute(x, y)", [WRONG], ["refuted"]),
        ("explorer()", [WIDGET], ["drawn"]),
        ("x = Symbol('x')", [], ["set-up"]),
        ("import numpy as np", [], ["set-up"]),
        ("def f(x): return x", [], []),
        ("rng = np.random.default_rng(0)", [], []),
        ("print(1)", [PRINTED], []),
        ("proof.step(x, because='')\nprint(1)", [CHAIN, PRINTED], []),
        ("matrix", [CHAIN], []),
        ("for x in range(2):\n    Derivation(x).step(x, because='')", [], ["proved"]),
        ("def prove(x):\n    return Derivation(x).step(x, because='')", [], []),
    ],
)
def test_a_cell_folds_by_what_it_shows(source, shown, kind):
    assert kinds(cell(IMPORT), cell(source, *(node.deepcopy() for node in shown)))[1:] == kind


def test_a_cell_whose_code_hides_folds_like_the_others():
    drawing = cell("plt.show()", nodes.image())
    drawing["hide_mode"] = "input"
    assert kinds(drawing) == ["drawn"] and "hide_mode" not in drawing


def test_no_page_shows_the_code_of_a_proof_first(html, page_path, parsed):
    page = parsed(html / page_path)
    for block in page.select(".cell > .cell_input"):
        printed = block.parent.select_one(".cell_output pre")
        assert printed or not re.search(r"^\S.*(\.step\(|\bDerivation\()", block.text, re.M)


def test_no_page_begins_with_imports(html, page_path, parsed):
    page = parsed(html / page_path)
    first = page.select_one(".cell > .cell_input")
    assert not first or not all(
        line.startswith(("import ", "from ")) for line in first.text.split("\n") if line.strip()
    )
