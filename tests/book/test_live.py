"""Proofs that a reader edits and runs in the page: alike, safe, and at hand without a network."""

import json
import os
import re
from types import SimpleNamespace

import nbformat
import pytest
from axe import violations
from conftest import STRICT
from sphinx.errors import ExtensionError

import _ext.live
from _ext.live import MODULES
from tests.answers import ANSWERS

SIGMOID = "chapters/02-sigmoid.html"
SHARE = 0.9  # of the proofs and refutations of the book, at least
EVERY = 1 if os.environ.get("CI") else 7  # all proofs in the page take minutes
FOLD = re.compile(r'<details class="folded"[^>]*><summary>(?:<span[^>]*>)?')
RUNS = 60_000  # ms that loading and a run may take on a busy machine

pytestmark = pytest.mark.skipif(
    not (MODULES / "pyodide").exists() and "CI" not in os.environ,
    reason="Pyodide was not set up, so no proof can be edited",
)


@pytest.fixture(scope="module")
def site(serve, readme_policy):
    """Serve the book with the policy under which proofs run, and return its address."""
    return serve(readme_policy)


@pytest.fixture
def bench(visit):
    """Open the bench of a page's n-th proof, and return it."""

    def bench(path=SIGMOID, n=0, **options):
        page = visit(path, **options)
        page.locator(".live-edit").nth(n).click()
        page.locator(".live:visible .cm-content").wait_for()
        return page.locator(".live:visible")

    return bench


@pytest.fixture(scope="module")
def tab(tabs, site):
    """Return a page on which a bench is open; it is loaded once, and may say no error."""
    lent = tabs.lend()
    page = lent.open(site + SIGMOID)
    page.locator(".live-edit").first.click()
    page.locator(".live .cm-content").wait_for()
    yield page
    assert tabs.take_back(lent) == []


@pytest.fixture
def proof(tab):
    """Return the open bench of `tab`, with the code that the book has."""
    if not tab.locator(".live:visible").count():
        tab.locator(".live-edit").first.click()
    tab.locator(".live:visible").get_by_role("button", name="Reset").click()
    return tab.locator(".live:visible")


def type_anew(bench, change):
    """Change the code as a reader would who selects all of it and types."""
    code = bench.locator(".cm-content")
    text = "\n".join(bench.locator(".cm-line").all_text_contents())
    code.focus()
    bench.page.keyboard.press("ControlOrMeta+a")
    bench.page.keyboard.insert_text(change(text))


def run(bench):
    """Run the code and return what is said of it."""
    runs = int(bench.get_attribute("data-runs") or 0)
    bench.get_by_role("button", name="Run").click()
    bench.and_(bench.page.locator(f"[data-runs='{runs + 1}']")).wait_for(timeout=RUNS)
    return bench.locator(".live-says").text_content()


def minus(pattern):
    """Return a change that puts a minus before what matches first."""
    return lambda text: re.sub(pattern, r"-\g<0>", text, count=1)


# What is live


def test_without_pyodide_the_build_says_so_and_fails_in_ci(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(_ext.live, "MODULES", tmp_path)
    monkeypatch.delenv("CI", raising=False)
    app = SimpleNamespace(env=SimpleNamespace(), builder=SimpleNamespace(format="html"))
    _ext.live.prepare(app)
    assert app.live is None
    assert capsys.readouterr().err == (
        "No proof can be edited in a page: Pyodide was not set up.\n"
    )
    monkeypatch.setenv("CI", "true")
    with pytest.raises(ExtensionError, match="Pyodide"):
        _ext.live.prepare(app)


def test_what_all_books_share_is_made_alike_each_time(tmp_path):
    made, again = _ext.live.common(), tmp_path / "common"
    assert _ext.live.pack(again).wait() == 0
    files = {file.name: file.read_bytes() for file in made.iterdir()}
    assert files == {file.name: file.read_bytes() for file in again.iterdir()}


def test_most_proofs_can_be_edited(html, record_property):
    texts = [path.read_text(encoding="utf-8") for path in html.glob("chapters/*.html")]
    folds = [fold for text in texts for fold in FOLD.findall(text)]
    live = sum("data-live" in fold for fold in folds)
    proofs = sum("data-live" in fold or "aria-hidden" in fold for fold in folds)
    record_property("proofs that can be edited in their page", f"{live} of {proofs}")
    assert live >= SHARE * proofs


def test_proofs_show_in_the_page_what_they_show_in_the_book(asked, html, record_property):
    checked = 0
    for number, (name, docname, cell) in enumerate(live_cells(html)):
        if number % EVERY:
            continue
        notebook = nbformat.read(html.parent / f"notebooks/{docname}.ipynb", as_version=4)
        cells = [c for c in notebook.cells if c.cell_type == "code"]
        request = {"page": name, "cells": [c.source for c in cells[:cell]]}
        answer = asked(request | {"source": cells[cell].source})
        assert answer["error"] is None, (name, cell)
        assert answer["latex"] == latex(cells[cell]), (name, cell)
        checked += 1
    record_property("proofs run in a page", checked)
    assert checked > 30


def live_cells(html):
    """Yield the name of a page, its document and the number of a cell, for each live proof."""
    for path in sorted(html.glob("chapters/*.html")):
        text = path.read_text(encoding="utf-8")
        for name, cell in re.findall(r'data-live="([^"]+)" data-cell="(\d+)"', text):
            yield name, path.relative_to(html).with_suffix(""), int(cell)


def latex(cell):
    shown = [output.data for output in cell.outputs if "data" in output]
    return [data["text/latex"] for data in shown if "text/latex" in data]


def test_a_page_names_the_cells_that_its_notebook_has(html):
    for file in (html / "_static/live").glob("chapters-*.js"):
        page = json.loads(file.read_text(encoding="utf-8").split(" = ", 1)[1].rstrip(";\n"))
        path = html.parent / f"notebooks/{page['name'].replace('-', '/', 1)}.ipynb"
        cells = nbformat.read(path, as_version=4).cells
        assert page["cells"] == [c.source for c in cells if c.cell_type == "code"]


# Exercises


def test_a_right_answer_is_proved_in_the_page(visit):
    page = visit(SIGMOID)
    box = page.get_by_role("group", name="Your answer: σ″(z)", exact=True)
    box.get_by_role("textbox").fill("a(1 - a)(1 - 2a)")
    box.get_by_role("button", name="Check").click()
    box.get_by_role("button", name="Prove it").click()
    proved = "Proved, for all values that its letters may have."
    box.get_by_text(proved).wait_for(timeout=RUNS)
    box.get_by_role("textbox").fill("a - 3a^2 + 2a^3")
    box.get_by_role("button", name="Check").click()
    box.get_by_text(proved).wait_for()  # at once, as the engine is there


@pytest.mark.parametrize("name", list(ANSWERS)[::EVERY])
def test_the_engine_in_the_page_judges_answers(asked, name):
    right, wrong = ANSWERS[name]
    kinds = [asked({"exercise": name, "text": text})["kind"] for text in (right[0], wrong[0])]
    assert kinds[0] in {"proved", "undecided"} and kinds[1] in {"wrong", "undecided"}


# On the page


CHAIN_RULE = r"exp\(-z\) / \(1 \+ exp\(-z\)\) \*\* 2, because=.chain"


def test_a_changed_sign_is_answered_with_a_counterexample(proof):
    assert run(proof).startswith("Proved in ")
    assert proof.locator(".derivation .reason", has_text="chain rule").count() == 1
    type_anew(proof, minus(CHAIN_RULE))
    assert run(proof) == "False at line 6."
    assert "1/4" in proof.locator(".live-output").text_content()
    assert proof.locator(".live-wrong").text_content().startswith("slope.step(-exp")


ABORT = "import os; os.abort()"
TWICE = """(request) => Promise.race([
    Promise.allSettled([live.ask(request), live.ask(request)]),
    new Promise((_, late) => setTimeout(late, 30e3)),
])"""


def test_python_that_breaks_down_is_started_anew(browser, site):
    with browser.new_page() as page:  # it may say so in its console
        page.goto(site + SIGMOID)
        page.locator(".live-edit").first.click()
        page.locator(".live .cm-content").wait_for()
        proof = page.locator(".live:visible")
        type_anew(proof, lambda _: ABORT)
        assert "Run starts it anew." in run(proof)
        proof.get_by_role("button", name="Reset").click()
        assert run(proof).startswith("Proved")
        settled = page.evaluate(TWICE, {"page": "", "cells": [], "source": ABORT})
        assert [outcome["status"] for outcome in settled] == ["rejected"] * 2


def test_proofs_run_from_a_file_too(bench, html):
    assert run(bench(base=f"{html.as_uri()}/")).startswith("Proved in ")


WRONG = [
    "chapters/01-calculus",
    "chapters/02-sigmoid",
    "chapters/03-activations",
    "chapters/04-losses",
    "chapters/06-networks",
    "chapters/08-delta-recurrence",
    "chapters/11-vanishing-and-exploding",
    "chapters/13-output-size",
    "chapters/14-volumes-and-parameters",
    "chapters/16-cnn-backpropagation",
]


@pytest.mark.parametrize("docname", WRONG)
def test_a_wrong_sign_in_a_chapter_is_refused(html, asked, docname):
    """The first step of the chapter's first proof that starts from no 0 gets another sign."""
    notebook = nbformat.read(html.parent / f"notebooks/{docname}.ipynb", as_version=4)
    cells = [c.source for c in notebook.cells if c.cell_type == "code"]
    numbers = [cell for _, name, cell in live_cells(html) if str(name) == docname]
    for number in numbers:
        call = re.search(r"\.step\(\s*", cells[number])
        if not call:
            continue
        wrong = cells[number][: call.end()] + "-1 * " + cells[number][call.end() :]
        request = {"page": docname, "cells": cells[:number], "source": wrong}
        error = asked(request)["error"]
        if error and error["kind"] == "false":
            assert error["shown"]
            return
    pytest.fail(f"no wrong sign in {docname} was refuted")


@pytest.fixture
def asked(tab):
    """Return a function that asks the runtime of one page, again and again."""
    return lambda request: tab.evaluate("live.ask", request)


def test_nothing_loads_before_a_button_is_pressed(visit):
    page = visit(SIGMOID)
    names = page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert [name for name in names if "/live/" in name] == []


def test_what_is_typed_survives_a_reload_and_reset_brings_the_original_back(bench):
    proof = bench()
    original = proof.locator(".cm-content").inner_text()
    type_anew(proof, lambda text: text + "\n# mine")
    page = proof.page
    page.reload()
    page.locator(".live-edit").first.click()
    code = page.locator(".live .cm-content")
    code.get_by_text("# mine").wait_for()
    page.get_by_role("button", name="Reset").click()
    assert code.inner_text() == original


def test_a_link_carries_the_code_and_does_not_run_it(bench, visit):
    proof = bench()
    type_anew(proof, lambda text: "x = 'ξ' + 1")
    proof.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    proof.get_by_role("button", name="Copy link").click()
    proof.get_by_text("Copied").wait_for()
    link = proof.page.evaluate("navigator.clipboard.readText()")
    page = visit("", base=link)
    shared = page.locator(".live:visible")
    shared.get_by_text("x = 'ξ' + 1").wait_for()
    assert "Press Run" in shared.locator(".live-says").text_content()
    assert shared.get_attribute("data-runs") is None


def test_stop_ends_a_run_within_a_second_and_the_next_one_works(proof):
    run(proof)
    type_anew(proof, lambda text: "while True: pass")
    proof.get_by_role("button", name="Run").click()
    proof.get_by_text("Running").wait_for(timeout=RUNS)
    type_anew(proof, lambda text: "1 + 1")  # typing goes on meanwhile
    proof.get_by_role("button", name="Stop").click()
    proof.get_by_text("Stopped.").wait_for(timeout=1000)
    assert run(proof).startswith("Done in ")
    assert proof.locator(".live-output").text_content() == "2"


def test_keys_run_and_leave(proof):
    proof.locator(".cm-content").press("ControlOrMeta+Enter")
    proof.get_by_text("Proved").wait_for(timeout=RUNS)
    opener = proof.page.locator(".live-edit").first
    proof.locator(".cm-content").press("Escape")
    assert opener.evaluate("(button) => button === document.activeElement")
    assert opener.get_attribute("aria-expanded") == "false"


@pytest.mark.parametrize(
    ("code", "says", "words"),
    [
        ("1 +", "Error at line 1.", "invalid syntax"),
        ("x = 1\ny = x + q", "Error at line 2.", "NameError: name 'q' is not defined"),
        ("import numpy", "Error at line 1.", "this needs NumPy"),
    ],
)
def test_an_error_is_shown_at_its_line(proof, code, says, words):
    type_anew(proof, lambda text: code)
    assert run(proof) == says
    assert words in proof.locator(".live-output").text_content()
    assert proof.locator(".live-wrong").count() == 1


ESCAPES = """
found = []
for name in ("js", "pyodide_js", "pyodide", "_pyodide_core", "pyodide.http"):
    try:
        __import__(name)
        found.append(name)
    except ImportError:
        pass
print(found)
"""


def test_code_finds_no_way_out_of_python(proof):
    type_anew(proof, lambda text: ESCAPES)
    run(proof)
    assert proof.locator(".live-output").text_content() == "[]\n"


def test_the_frame_lets_nothing_through(browser, site):
    """Even JavaScript in the frame reaches neither the network nor the page."""
    page = browser.new_page()
    page.goto(site + SIGMOID)
    page.evaluate("live.ask", {"page": "", "cells": [], "source": "1"})
    frame = next(frame for frame in page.frames if frame != page.main_frame)
    worker = """(address) => new Promise((resolve) => {
        const tries = `const told = (name, attempt) => attempt().then(() => name, () => "");
            Promise.all([told("fetch", async () => fetch("${address}")),
                told("import", () => import("${address}_static/page.js")),
                told("socket", () => new Promise((opened, failed) => Object.assign(
                    new WebSocket("${address}".replace("http", "ws")),
                    { onopen: opened, onerror: failed }))),
                told("eval", async () => eval("1")),
                told("storage", async () => indexedDB.open("x"))])
            .then((out) => postMessage(out.filter(Boolean)))`;
        const url = URL.createObjectURL(new Blob([tries]));
        new Worker(url).onmessage = ({ data }) => resolve(data);
    })"""
    assert frame.evaluate(worker, site) == []
    assert frame.evaluate("(address) => fetch(address).then(() => 1, () => 0)", site) == 0
    assert frame.evaluate("() => { try { return parent.document.title } catch { return 0 } }") == 0
    page.close()


def test_proofs_run_offline_once_loaded(proof):
    run(proof)
    proof.page.context.set_offline(True)
    assert run(proof).startswith("Proved in ")
    proof.page.context.set_offline(False)


def test_memory_is_let_go_when_the_page_is_hidden_for_long_and_python_comes_back(proof):
    run(proof)
    page = proof.page
    page.evaluate(
        """() => {
          const { setTimeout } = window;
          window.setTimeout = (act, time) => setTimeout(act, time > 60e3 ? 0 : time);
          Object.defineProperty(document, "hidden", { value: true, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
          Object.assign(window, { setTimeout });
          delete document.hidden;
        }"""
    )
    page.locator("iframe[title=Python]").wait_for(state="detached")
    assert run(proof).startswith("Proved in ")


def test_where_a_policy_keeps_python_out_the_page_says_so(browser, serve):
    page = browser.new_page()
    page.goto(serve(STRICT) + SIGMOID)
    page.locator(".live-edit").first.click()
    page.get_by_role("button", name="Run").click()
    page.get_by_text("The Content-Security-Policy of this server keeps Python from").wait_for()
    page.close()


def test_two_tabs_and_the_way_back_work(bench, visit):
    first, second = bench(), bench(n=1)
    assert run(first).startswith("Proved") and run(second).startswith("Proved")
    page = first.page
    page.goto(page.url.replace("02-sigmoid", "03-activations"))
    page.go_back()
    if not page.locator(".live:visible").count():
        page.locator(".live-edit").first.click()
    assert run(page.locator(".live:visible")).startswith("Proved")


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_the_bench_is_usable_by_everyone(bench, theme, width):
    proof = bench(theme=theme, width=width)
    type_anew(proof, minus(CHAIN_RULE))
    run(proof)
    page = proof.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
