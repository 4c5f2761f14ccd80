"""The boxes for numbers in a browser: they judge as `check` does."""

import nbformat
import pytest

from backprop.exercises import check
from backprop.explorers.numbers_box import NumbersBox
from tests.answers import NUMBERS

LOSSES = "chapters/04-losses.html"


@pytest.fixture(scope="module")
def judge(browser):
    """Return what the page says of answers to an exercise."""
    page = browser.new_page()
    address = page.evaluate_handle(
        """(source) => URL.createObjectURL(new Blob([source], { type: "text/javascript" }))""",
        NumbersBox("cnn-bug").get_state()["_esm"],
    )

    def judge(name, answers):
        state = NumbersBox(name).get_state()
        state = {key: state[key] for key in ("names", "rules", "whole")}
        return page.evaluate(
            """async ([address, answers, state]) => {
                const { judge } = await import(address);
                return answers.map((answer) => judge(answer, state));
            }""",
            [address, answers, state],
        )

    yield judge
    page.close()


@pytest.mark.parametrize("name", NUMBERS)
def test_the_page_and_python_give_the_same_verdict(judge, name):
    answers = [answer for kind in NUMBERS[name] for answer in kind]
    for answer, verdict in zip(answers, judge(name, answers), strict=True):
        assert verdict["words"].replace("−", "-").lower() == f"{check(name, answer)}.".lower()


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ("  ", "empty", "Type your answer, then press Enter."),
        ("1, x", "mistake", "Number 2: “x” is not known here; the answer is a number."),
        ("1, 1/0", "mistake", "Number 2: it has no value."),
        ("3,", "mistake", "Number 2: the formula stops too early."),
    ],
)
def test_what_cannot_be_read_is_pointed_at(judge, answer, kind, words):
    (verdict,) = judge("loss-two-prices", [answer])
    assert (verdict["kind"], verdict["words"]) == (kind, words)


def test_numbers_typed_into_a_box_are_judged(visit):
    box = visit(LOSSES).get_by_role("group", name="Your answer: u, o", exact=True)
    field = box.get_by_role("textbox")
    for answer, words in (("1, 1", "Not yet: from 7 to 8"), ("3, 1", "Right.")):
        field.fill(answer)
        field.press("Enter")
        assert box.locator(".explorer-says").text_content().startswith(words)


BUGS = {
    "05-one-neuron": ("size 8: step 0.014905, quotient 0.023849", "size 8: step 0.023849"),
    "08-delta-recurrence": ("W2 FAILED", "W2 passed"),
    "09-training": ("'2.347'", "'0.905'"),
    "11-vanishing-and-exploding": ("'6e-17'", "'0.6'"),
    "16-cnn-backpropagation": ("edges FAILED", "passed"),
}
"""What the solutions to *Find the bug* print of the code as it was, and once it is mended."""


@pytest.mark.parametrize("stem", BUGS)
def test_what_a_solution_runs_finds_the_bug_and_shows_that_it_is_mended(html, stem):
    notebook = nbformat.read(html.parent / f"notebooks/chapters/{stem}.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    (at,) = (k for k, cell in enumerate(cells) if cell.source.endswith('-bug")'))
    texts = ["".join(o.get("text", "") for o in cell.outputs) for cell in cells[at + 1 : at + 4]]
    found, mended = BUGS[stem]
    first = next(k for k, text in enumerate(texts) if found in text)
    assert mended in texts[first + 1]
    assert found not in texts[first + 1]
