"""What works in Chromium works in Firefox too, where one is installed."""

import pytest
from firefox import Firefox, installed

PAGE = "chapters/12-convolution.html"
UNTIL = """const until = async (wanted) => {
    for (let k = 0; k < 300; k++) {
        const found = wanted();
        if (found) return found;
        await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`waited in vain for ${wanted}`);
};
const type = (input, text) => {
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
};
"""

pytestmark = pytest.mark.skipif(installed() is None, reason="no Firefox is installed")


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    """Start a Firefox, whose pages may write no error to the console."""
    firefox = Firefox(installed(), tmp_path_factory.mktemp("firefox"))
    firefox.ask("WebDriver:SetTimeouts", script=120_000)
    yield firefox
    errors = firefox.errors()
    firefox.close()
    assert errors == []


@pytest.fixture(scope="module")
def page(firefox, site):
    """Open a chapter, under the strictest policy that the book works under."""
    firefox.open(site + PAGE)
    return firefox


def test_formulas_have_a_size(page):
    flat = """return [...document.querySelectorAll("math")].filter((math) => math.checkVisibility())
        .map((math) => math.getBoundingClientRect())
        .filter(({ width, height }) => width <= 2 || height <= 2).length"""
    assert page.run(flat) == 0
    assert page.run("return document.querySelectorAll('math').length") > 100


def test_nothing_runs_off_the_screen(page):
    wide = "return document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
    page.ask("WebDriver:SetWindowRect", width=500, height=900)
    assert page.run(wide) <= 0
    page.ask("WebDriver:SetWindowRect", width=1100, height=900)
    assert page.run(wide) <= 0


def test_a_slider_changes_what_its_explorer_says(page):
    said = page.run(
        UNTIL
        + """const explorer = await until(() => document.querySelector(".conv-formula")?.closest(
                ".explorer[data-ready]"));
        const says = () => explorer.querySelector(".conv-formula").firstChild.textContent;
        const before = says();
        type(explorer.querySelector("input[type=range]"), 9);
        return [before, says()]"""
    )
    assert said[0] != said[1] and said[1].endswith("= 7")


def test_an_answer_is_judged(page):
    verdicts = page.run(
        UNTIL
        + """const form = await until(() => document.querySelector(
                ".explorer[data-ready] .answer-form"));
        const out = [];
        for (const text of ["1 +", "12345"]) {
            type(form.querySelector("input"), text);
            form.requestSubmit();
            out.push(form.closest(".explorer").dataset.verdict);
        }
        return out"""
    )
    assert verdicts == ["mistake", "wrong"]


def test_a_proof_runs(firefox, serve, readme_policy):
    firefox.open(serve(readme_policy) + PAGE)
    said = firefox.run(
        UNTIL
        + """(await until(() => document.querySelector(".live-edit"))).click();
        const bench = await until(() => document.querySelector(".live"));
        [...bench.querySelectorAll("button")].find((one) => one.textContent === "Run").click();
        await until(() => bench.dataset.runs);
        return bench.querySelector(".live-says").textContent"""
    )
    assert said.startswith("Proved in ")
