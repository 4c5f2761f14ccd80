"""The list of all exercises, which marks those that the reader has solved."""

import re

from _ext.exercises import challenges, exercises
from backprop.exercises import EXERCISES
from backprop.symbolic.challenges import CHALLENGES, CHAPTER_CHALLENGES

PAGE = "reference/your-exercises.html"


def test_the_list_names_whatever_is_judged(root):
    chapters = sorted((root / "chapters").glob("*.md"))
    sources = [path.read_text(encoding="utf-8") for path in chapters]
    bench = (root / "reference/prove-it-yourself.md").read_text(encoding="utf-8")
    listed = [entry for source in sources for entry in exercises(source)]
    assert len(listed) == sum(len(re.findall(r"^`+\{exercise\}", text, re.M)) for text in sources)
    names = [name for *_, judged in [*listed, *challenges(bench)] for name in judged]
    assert sorted(names) == sorted([*EXERCISES, *CHALLENGES, *CHAPTER_CHALLENGES])


def test_an_exercise_with_two_boxes_counts_once_both_are_right(visit):
    page = visit(PAGE)
    solve = "(name) => localStorage.setItem(`exercise ${name}`, '{\"solved\": true}')"
    item = page.locator("[data-exercises='sigmoid-inverse sigmoid-inverse-slope']")
    sums = page.locator(".exercises [role=status]")
    assert re.match("0 of ", sums.text_content())
    page.evaluate(solve, "sigmoid-inverse")
    page.reload()
    assert item.get_attribute("data-state") == "tried"
    page.evaluate(solve, "sigmoid-inverse-slope")
    page.reload()
    assert "✓ solved" in item.text_content()
    assert re.match("1 of ", sums.text_content())
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Forget all").click()
    assert item.get_attribute("data-state") == "open"
    assert page.evaluate("localStorage.getItem('exercise sigmoid-inverse')") is None
