"""The answer boxes in a browser: their parser is Python's, and they judge as `check` does."""

import random
import re

import jupytext
import nbformat
import pytest
import sympy as sp
from browser import start_explorers
from sympy import Symbol
from sympy.printing.latex import LatexPrinter

from backprop.exercises import EXERCISES, check
from backprop.exercises.formula import Formula
from backprop.exercises.numbers import Numbers
from backprop.exercises.parser import FUNCTIONS, LONGEST, Mistake, parse
from backprop.explorers.answer import AnswerBox
from backprop.symbolic.normal_form import unfold
from tests.answers import ANSWERS, WRITTEN_OUT

SIGMOID = "chapters/02-sigmoid.html"
STUB = "\n    ...\n"
LETTERS = {"x": 1.25, "y": -0.75, "yhat": 0.5, "beta": 2}
EXACT = {name: sp.Rational(str(value)) for name, value in LETTERS.items()}
TOKENS = [
    *"xy012^*/+-(),",
    "x",
    "(",
    ")",
    " ",
    "exp(",
    "tanh(",
    "max(",
    "abs",
    "σ(",
    "xy",
    "−",
    "q",
    *"²⁻³√|⌊⌋⌈⌉[]{}=",
    *[r"\frac{", "}{", r"\hat y", r"\hat{y}", "ŷ", "y\u0302", r"\left(", r"\right)", "}", "^{"],
    *[
        "np.exp(",
        "np.",
        r"\cdot",
        "1,000",
        "234",
        "β",
        "βx",
        r"\beta",
        r"\sqrt{",
        "^2",
        r"\,",
        "==",
    ],
    *["ln ", "tanh ", r"\sqrt ", r"\frac", "//", "%", " mod ", "½", "clip(", "≈", ".", "_1"],
    *["<=", r"\foo", "e", "relu(", r"\operatorname{sigmoid}("],
]
FORMULAS = [
    "-x^2",
    "2^3^2 - 2^-x",
    "1 - 2 - 3/4/5",
    "2 x y(x - 1)(y - 1)",
    "12 ÷ 3 · 2 × y − 1",
    ".5 + 1. + 1e-1x + 2E1y",
    "max(1, x, y) + min(x, y) ** 2",
    "floor(y) ceil(y) + sign(y) abs(y)",
    "ln(e^x) + log(2) + exp(-y^2)",
    "sigma(x) σ(y) + sigmoid(-x) tanh(y)",
    "sqrt(x) + π pi - e",
    "xy² - 2x^2y + x⁻¹βŷ",
    "|x - y||−2| + ||x| - |y||",
    "⌊x⌋ + ⌈x⌉ − √(x + 1) + √2 x",
    "∂L/∂ŷ = [x - {y}](x)",
    "105,415,200/x + max(1,200, 4) + 1,000.5",
    "np.exp(-x) + numpy.maximum(x, y) - math.floor(x) + relu(y) + cosh(x) - sinh(y)",
    r"\frac{x}{y} + \dfrac{2}{\hat{y}} \left( x - \hat y \right)^{2} \cdot \beta",
    r"\sqrt{\lvert y \rvert} \, x \times 2 \ln\left(e^{x}\right) \max\{x, y\}",
    r"ln 2 + y tanh x / exp y - \sqrt\frac{x}{2} + √2 + \frac12 β_1 - \frac x2",
    "7 // x + 7 % x - y mod x + mod(x, y) + clip(x, y, 1) + ½x - 1 000.5",
    r"$\operatorname{sigmoid}(x) + \left\lfloor \tfrac{x}{y} \right\rfloor - \mathrm{e}^{y}$",
]


@pytest.fixture(scope="module")
def module(browser):
    """Call a function that the front end exports with these arguments, many times at once."""
    page = browser.new_page()  # an empty one, which no policy keeps from importing text

    def call(name, *argument_lists):
        return page.evaluate(
            """async ([source, name, lists]) => {
                const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
                const module = await import(url);
                if (typeof module[name] !== "function") return Object.keys(module[name]);
                return lists.map((list) => {
                    try {
                        const result = module[name](...list);
                        return typeof result === "function" ? String(result(list[2])) : result;
                    } catch ({ message, at }) {
                        return [message, at];
                    }
                });
            }""",
            [AnswerBox("sigmoid-value").get_state()["_esm"], name, argument_lists],
        )

    yield call
    page.close()


def read_by_python(text):
    """Return what Python reads: a number, or the reason and the place of a mistake."""
    try:
        value = sp.N(unfold(parse(text, EXACT)), 20)
    except Mistake as mistake:
        return [mistake.reason, mistake.at]
    return float(value) if value.is_real else None


class Typed(LatexPrinter):
    """Write functions with their arguments in parentheses, and powers of them outside."""

    def _print_Function(self, function, exp=None):
        arguments = ", ".join(map(self._print, function.args))
        name = function.func.__name__
        name = {"sigmoid": "sigma", "Max": "max", "Min": "min"}.get(name, name)
        written = rf"\{name}\left({arguments}\right)"
        return written + (f"^{{{exp}}}" if exp else "")

    _print_log = _print_tanh = _print_sigmoid = _print_Max = _print_Min = _print_Function

    def _print_Symbol(self, symbol):
        return {"yhat": r"\hat{y}"}.get(symbol.name, super()._print_Symbol(symbol))


def latex(expr):
    return Typed({"mul_symbol": None}).doprint(expr)


def state(name):
    """Return what judging an answer to an exercise needs."""
    box = AnswerBox(name)
    return {"names": box.names, "points": box.points, "values": box.values}


def random_texts(count):
    rng = random.Random(0)
    return ["".join(rng.choices(TOKENS, k=rng.randint(1, 9))) for _ in range(count)]


def test_both_parsers_know_the_same_functions(module):
    assert module("FUNCTIONS") == list(FUNCTIONS)


def test_both_judges_take_what_a_quantity_stands_for(module):
    verdicts = module("judge", *([answer, state(name)] for name, answer in WRITTEN_OUT))
    assert [verdict["words"] for verdict in verdicts] == ["Right."] * len(WRITTEN_OUT)


@pytest.mark.parametrize(
    "text", ["0.188", "0.1874999", "0.19", "0.2", "3/17.", "47/250", "sqrt(-1)²"]
)
def test_both_judges_say_the_same_of_a_rounded_number(module, text):
    (verdict,) = module("judge", [text, state("sigmoid-value")])
    assert verdict["words"].lower() == f"{check('sigmoid-value', text)}.".lower()


def test_both_parsers_read_a_formula_alike(module):
    results = module("parse", *([text, list(LETTERS), LETTERS] for text in FORMULAS))
    assert [float(result) for result in results] == pytest.approx(
        [read_by_python(text) for text in FORMULAS], rel=1e-14
    )


def test_both_parsers_read_or_refuse_a_random_text_alike(module):
    texts = random_texts(4000)
    results = module("parse", *([text, list(LETTERS), LETTERS] for text in texts))
    numbers = mistakes = 0
    for text, result in zip(texts, results, strict=True):
        expected = read_by_python(text)
        if isinstance(expected, list) or isinstance(result, list):
            assert result == expected, text
            mistakes += 1
        elif expected is not None:
            assert float(result) == pytest.approx(expected, rel=1e-12), text
            numbers += 1
    assert numbers > 150
    assert mistakes > 1000


@pytest.mark.parametrize("name", ANSWERS)
def test_the_page_and_python_give_the_same_verdict(module, name):
    texts = [*ANSWERS[name][0], *ANSWERS[name][1]]
    given = state(name)
    verdicts = module("judge", *([text, given] for text in texts))
    assert [verdict["kind"] for verdict in verdicts] == ["right"] * 3 + ["wrong"] * 5
    for text, verdict in zip(texts, verdicts, strict=True):
        if verdict["kind"] == "right":
            assert check(name, text), text
            continue
        words = verdict["words"]
        for shorthand in EXERCISES[name].shorthands:
            words = re.sub(rf", {shorthand} = \S+", "", words)
        assert words.replace("−", "-").lower() == f"{check(name, text)}.".lower()


def test_both_judges_agree_on_generated_forms(module):
    """Each first answer is expanded or factored, and typed plainly or in LaTeX."""
    forms = []
    for k, (name, (right, _)) in enumerate(ANSWERS.items()):
        names = EXERCISES[name].names
        letters = {letter: Symbol(letter, **names[letter].assumptions0) for letter in names}
        form = (sp.factor if k % 2 else sp.expand)(parse(right[0], letters))
        forms.append((name, sp.sstr(form) if k % 3 else latex(form)))
    for name, text in forms:
        (verdict,) = module("judge", [text, state(name)])
        assert verdict["kind"] == "right", (name, text, verdict["words"])
        assert check(name, text), (name, text)


# On the page


@pytest.fixture
def box(revisit):
    """Open the sigmoid chapter, and return the box with this label."""

    def box(asks, **options):
        page = revisit(SIGMOID, **options)
        boxes = page.locator(".explorer")
        group = boxes.get_by_role("group", name=f"Your answer: {asks}", exact=True)
        group.wait_for()
        return group

    return box


def says(box):
    return box.locator(".explorer-says").text_content()


def enter(box, text):
    field = box.get_by_role("textbox")
    field.fill(text)
    field.press("Enter")
    return says(box)


@pytest.mark.parametrize(
    "name", ["sigmoid-value", "sigmoid-from-output", "sigmoid-second-derivative"]
)
def test_answers_typed_into_the_box_are_judged(box, name):
    group = box(EXERCISES[name].asks)
    right, wrong = ANSWERS[name]
    assert [enter(group, text) for text in right] == ["Right."] * 3
    for text in wrong:
        assert enter(group, text).startswith("Not yet: ")


def test_a_difference_is_shown_with_both_numbers(box):
    words = enter(box("σ″(z)"), "a(1 - a)")
    assert words == "Not yet: at z = 0, a = 0.5 your answer is 0.25, the right one is 0."


@pytest.mark.parametrize(
    ("text", "words", "place"),
    [
        ("a(1 - a", "At character 2: this parenthesis is never closed.", "a(1 - a\n ^"),
        ("a + b", "At character 5: “b” is not known here; use z, a.", "a + b\n    ^"),
        ("a +", "At character 4: the formula stops too early.", "a +\n   ^"),
        (
            "1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1/2a + 1",
            "At character 36: write * here, or parentheses: this could be read in two ways.",
            "…1 + 1 + 1 + 1/2a + 1\n                ^",
        ),
    ],
)
def test_a_mistake_is_pointed_at_and_marked(box, text, words, place):
    group = box("σ″(z)")
    assert enter(group, text) == words
    assert group.locator(".answer-place").text_content() == place
    assert group.get_by_role("textbox").get_attribute("aria-invalid") == "true"


def test_the_button_checks_too(box):
    group = box("σ″(z)")
    group.get_by_role("textbox").fill("0")
    group.get_by_role("button", name="Check").click()
    assert says(group).startswith("Not yet")


def test_an_empty_box_says_what_to_do(box):
    assert enter(box("σ″(z)"), "  ") == "Type a formula, then press Enter."


def test_typing_on_takes_the_verdict_away_and_entering_again_brings_it_back(box):
    group = box("σ″(z)")
    assert enter(group, "0").startswith("Not yet")
    group.get_by_role("textbox").press("Backspace")
    assert says(group) == ""
    assert enter(group, "0").startswith("Not yet")


def test_the_verdict_is_spoken_and_the_field_has_a_label(box):
    group = box("σ″(z)")
    assert group.locator(".explorer-says").get_attribute("aria-live") == "polite"
    assert group.get_by_label("σ″(z) =").get_attribute("maxlength") == str(LONGEST)


@pytest.mark.parametrize("width", [320, 390])
def test_a_long_answer_and_its_mistake_do_not_overflow(box, width):
    group = box("σ″(z)", width=width)
    group.locator("summary").click()
    for text in ("a" * LONGEST, "a + " * 40 + "%", "exp(" * 40):
        enter(group, text)
        assert group.evaluate("() => document.documentElement.scrollWidth") <= width
        assert group.evaluate("(box) => box.scrollWidth - box.clientWidth") <= 0


# What is typed, as it is read, and kept


@pytest.fixture
def shown(show):
    """Show the box of an exercise alone, and return it."""

    def shown(name):
        page = show(AnswerBox(name))
        return page.locator(".bp-explorer")

    return shown


def reading(box):
    """Return what is shown as read, with fractions and powers in braces."""
    return box.locator(".answer-reading").evaluate(
        """function write(node) {
            const parts = [...node.children].map(write);
            if (node.tagName === "mfrac") return `{${parts[0]}/${parts[1]}}`;
            if (node.tagName === "msup") return `${parts[0]}^{${parts[1]}}`;
            return parts.length ? parts.join("") : node.textContent.replace("\u2062", "");
        }"""
    )


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("-2x/(1+x²)²", "{−2x/(1+x^{2})^{2}}"),
        (r"\frac{1}{2}\left(x - 1\right)*-x", "{1/2}(x−1)(−x)"),
        ("dy/dx = np.exp(-x**2) ln x", "e^{−x^{2}}ln(x)"),
        ("⌊x/2⌋ - (x - |x|)*2^3^x", "⌊{x/2}⌋−(x−|x|)·2^{3^{x}}"),
    ],
)
def test_the_reading_is_typeset_while_one_types(shown, typed, read):
    box = shown("calculus-reciprocal")
    before = box.bounding_box()["height"]
    box.get_by_role("textbox").fill(typed)
    assert reading(box) == read
    assert box.bounding_box()["height"] == before


def test_hints_come_one_after_the_other(shown):
    box = shown("calculus-power")
    hint = box.locator(".answer-hint")
    hint.click()
    assert "both places vary" in box.locator(".answer-hints").text_content()
    assert box.locator(".answer-hints math").count() == 0
    hint.click()
    assert box.locator(".answer-hints math msup").count() == 1
    assert not hint.is_visible()


def test_a_mistake_is_said_after_a_pause_only_and_the_reading_dims(shown):
    box = shown("calculus-bell")
    field = box.get_by_role("textbox")
    field.fill("x")
    field.press_sequentially("(1")
    assert says(box) == ""
    assert box.locator(".answer-stale").count() == 1
    box.get_by_text("this parenthesis is never closed").wait_for()
    assert field.get_attribute("aria-invalid") == "false"


def test_an_answer_is_there_after_a_reload_with_a_tick_if_it_was_right_until_it_is_cleared(shown):
    box = shown("calculus-flat")
    right = ANSWERS["calculus-flat"][0][0]
    enter(box, right)
    tick = box.get_by_role("img", name="solved")
    box.page.reload()
    tick.wait_for()
    assert box.get_by_role("textbox").input_value() == right
    assert says(box) == "Right."
    enter(box, "w")
    box.page.reload()
    tick.wait_for()
    box.get_by_role("button", name="Clear your answer").click()
    assert not tick.is_visible()
    assert box.page.evaluate("localStorage.getItem('exercise calculus-flat')") is None


# The solutions


def test_the_checks_of_a_chapter_all_say_right(html, root, chapter):
    path = html.parent / "notebooks" / chapter.relative_to(root).with_suffix(".ipynb")
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    written = [c for c in jupytext.read(chapter).cells if re.search(r"^check\(", c.source, re.M)]
    checked = [cell for cell in cells if re.search(r"^check\(", cell.source, re.M)]
    assert len(checked) == len(written)
    for cell in checked:
        said = "not yet: your function returns nothing so far" if STUB in cell.source else "right"
        assert cell.outputs[-1].data["text/plain"] == said, cell.source


BOX = re.compile(r'^(?:AnswerBox|NumbersBox)\("([\w-]+)"\)$', re.M)
LABELS = {Formula: "{} =", Numbers: "{}:"}


def boxes(source):
    """Return the exercises for which a page has a box, as its cells ask for them."""
    text = source.read_text(encoding="utf-8") if source.exists() else ""
    return [EXERCISES[name] for name in BOX.findall(text)]


def test_each_exercise_that_a_page_judges_has_a_box_in_one_chapter(root):
    asked = [entry.name for source in (root / "chapters").glob("*.md") for entry in boxes(source)]
    judged = [name for name, entry in EXERCISES.items() if type(entry) in LABELS]
    assert sorted(asked) == sorted(judged)


def test_each_box_is_on_its_page(look, page_path, root):
    page = look()
    start_explorers(page)
    entries = boxes((root / page_path).with_suffix(".md"))
    labels = [LABELS[type(entry)].format(entry.asks) for entry in entries]
    assert page.locator(".answer-form label").all_text_contents() == labels
