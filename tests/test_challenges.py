"""Each challenge can be met in the lines that it asks for, and nothing less is taken."""

import ast

import jupytext
import pytest
from sympy import Derivative, Sum, exp, expand, log, tanh

from _ext.slices import needed
from backprop.symbolic.activations import i, j, k, n, scores, sigmoid, z
from backprop.symbolic.challenges import CHALLENGES, judge, t, u, v, w, x, y
from backprop.symbolic.chapter_challenges import CHAPTER_CHALLENGES
from backprop.symbolic.proof import Derivation

SMALL = exp(-2 * z)
BETWEEN = {
    "product-rule": [],
    "tanh-slope": [Derivative((exp(z) - exp(-z)) / (exp(z) + exp(-z)), z)],
    "softplus-slope": [exp(z) / (1 + exp(z))],
    "tanh-sigmoid": [(1 - SMALL) / (1 + SMALL)],
    "means": [((u + v) / 2) ** 2 - ((u - v) / 2) ** 2],
    "determinants": [expand(CHALLENGES["determinants"].start)],
    "cross-entropy": [
        -y * Derivative(log(sigmoid(z)), z) - (1 - y) * Derivative(log(1 - sigmoid(z)), z),
        -y * (1 - sigmoid(z)) + (1 - y) * sigmoid(z),
    ],
    "line-slope": [Sum(2 * x[k] * (w * x[k] - t[k]), (k, 1, n))],
    "softmax-logarithm": [Derivative(scores[i] - log(Sum(exp(scores[j]), (j, 1, n))), scores[k])],
    "curvature": [
        Derivative(sigmoid(z) * (1 - sigmoid(z)), z),
        sigmoid(z) * (1 - sigmoid(z)) ** 2 - sigmoid(z) ** 2 * (1 - sigmoid(z)),
    ],
}


def begun(name):
    task = CHALLENGES[name]
    return Derivation(task.start, where=task.where)


def ended(proof, name):
    task = CHALLENGES[name]
    return proof.step(task.end, because="", relation=task.relation)


def test_there_are_ten_and_each_has_a_solution():
    assert len(CHALLENGES) == 10
    assert list(BETWEEN) == list(CHALLENGES)


@pytest.mark.parametrize("name", CHALLENGES)
def test_a_proof_in_so_many_lines_is_taken(name):
    proof = begun(name)
    for term in BETWEEN[name]:
        assert judge(name, proof).missing
        proof.step(term, because="")
    judgement = judge(name, ended(proof, name))
    assert judgement.verdict.startswith("Proved") and judgement.missing == ""
    assert judgement._repr_latex_() == proof._repr_latex_()


@pytest.mark.parametrize("name", [name for name, task in CHALLENGES.items() if task.steps > 1])
def test_a_leap_is_not_taken_even_with_a_line_said_twice(name):
    proof = begun(name)
    proof.step(proof.start, because="")
    assert "different lines" in judge(name, ended(proof, name)).missing


def test_another_start_another_end_and_a_further_condition_are_not_taken():
    assert "start from" in judge("tanh-slope", Derivation(tanh(z))).missing
    wrong_end = begun("tanh-slope").step((1 - tanh(z)) * (1 + tanh(z)), because="")
    assert "last line" in judge("tanh-slope", wrong_end).missing
    narrow = Derivation(CHALLENGES["tanh-slope"].start, where=z > 0)
    assert "assumes more" in judge("tanh-slope", narrow).missing


def test_what_is_missing_is_shown_with_the_end():
    shown = judge("means", begun("means"))
    assert r"\le" in shown._repr_latex_() and r"\cdots" in shown._repr_latex_()
    assert "not yet" in repr(shown)


def test_a_wrong_name_and_no_derivation_are_refused():
    with pytest.raises(ValueError, match="challenge"):
        judge("tan-slope", begun("means"))
    with pytest.raises(TypeError, match="Derivation"):
        judge("means", u * v)


# Those of the chapters


@pytest.fixture(scope="module")
def judged(chapter):
    """Return what a chapter's benches and solutions show, a list for each name in its order."""
    text = chapter.read_text(encoding="utf-8")
    if not any(f'judge("{name}"' in text for name in CHAPTER_CHALLENGES):
        return {}
    notebook = jupytext.reads(text, "md:myst")
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    scope, shown = {}, {}
    for cell, nodes in zip(cells, needed([c.source for c in cells], _judges), strict=True):
        exec(compile(ast.Module(nodes, []), chapter.stem, "exec"), scope)
        for node in filter(_judges, nodes):
            judgement = eval(ast.unparse(node), scope)
            on_bench = "bench" in cell.metadata.get("tags", [])
            shown.setdefault(judgement.challenge.name, []).append((on_bench, judgement))
    return shown


def _judges(node):
    return ast.unparse(node).startswith("judge(")


def test_a_bench_of_a_chapter_begins_as_its_claim_does_and_the_solution_proves_it(judged):
    for (on_bench, begun), (on_second_bench, solution) in judged.values():
        assert on_bench and not on_second_bench
        assert "the last line" in begun.missing
        assert begun.proof.given == begun.challenge.given
        assert solution.missing == ""


def test_each_claim_of_the_chapters_stands_in_one(root):
    chapters = "".join(p.read_text(encoding="utf-8") for p in sorted(root.glob("chapters/*.md")))
    assert [name for name in CHAPTER_CHALLENGES if chapters.count(f'judge("{name}"') != 2] == []


@pytest.mark.parametrize("name", CHAPTER_CHALLENGES)
def test_a_claim_of_a_chapter_is_not_proved_in_a_leap(name):
    task = CHAPTER_CHALLENGES[name]
    leap = Derivation(task.start, where=task.where, given=task.given)
    assert "different lines" in judge(name, leap.step(task.end, "", task.relation)).missing
