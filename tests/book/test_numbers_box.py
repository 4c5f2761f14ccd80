"""The boxes for numbers in a browser: they judge as `check` does."""

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
