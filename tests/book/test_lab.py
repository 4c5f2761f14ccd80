"""A chapter in JupyterLab reads as in the book, answers, and is saved as it was."""

import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import TimeoutError, expect
from server import free_port

from lab.names import table

NUMBERED = re.compile(r'\bid="(?P<label>[\w-]+)"|"caption-number">(?P<number>[\w .]+\d)')
PATIENCE = 60_000
CHAPTER = "chapters/01-calculus.md"
WHOLE = '{"windowingMode": "none", "autosaveInterval": 3600}'  # no cell waits outside the page


@pytest.fixture(scope="module")
def copy(root, tmp_path_factory):
    """Return a copy of what JupyterLab needs of the repository."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("lab", "chapters", "reference"):
        shutil.copytree(root / name, copy / name)
    shutil.copy(root / "references.bib", copy)
    return copy


@pytest.fixture(scope="module")
def server(copy, tmp_path_factory):
    """Start JupyterLab with settings of its own, and return the address of the chapter."""
    home = tmp_path_factory.mktemp("home")
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    names += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    folders = {name: str(home / name) for name in names}
    settings = home / "JUPYTERLAB_SETTINGS_DIR/@jupyterlab/notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text(WHOLE)
    port = free_port()
    token = secrets.token_hex(16)
    command = [sys.executable, "-m", "jupyterlab", f"--config={copy / 'lab/config.py'}"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--no-browser"]
    command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", "--allow-root"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(command, env=os.environ | folders, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}/"
    for _ in range(600):
        try:
            urlopen(f"{address}api?token={token}").close()
            break
        except URLError:
            assert server.poll() is None, (home / "log").read_text()
            time.sleep(0.1)
    yield f"{address}lab/tree/{CHAPTER}?token={token}"
    server.terminate()
    server.wait()


@pytest.fixture(scope="module")
def notebook(browser, server):
    """Return the chapter, opened as a notebook."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    home, faults = server.partition("lab/")[0], []
    page.on("request", lambda asked: asked.url.startswith(home) or faults.append(asked.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(server)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    yield page
    expect.set_options(timeout=5_000)
    context.close()
    assert [fault for fault in faults if not fault.startswith(("blob:", "data:"))] == []


def test_text_is_typeset(notebook):
    theorem = notebook.locator(".book-box.theorem").first
    expect(theorem).to_contain_text("Theorem 1.1 (Chain rule, one path)")
    expect(notebook.locator(".book-box.tip")).to_contain_text("Objectives")
    expect(notebook.get_by_role("heading", name="Exercise 1.1 (A reciprocal)")).to_be_visible()
    expect(notebook.locator(".jp-MarkdownOutput", has_text="Figure 1.1 Two")).to_be_visible()
    text = " ".join(notebook.locator(".jp-MarkdownOutput").all_text_contents())
    assert re.findall(r"\{[a-z:-]+\}`|```|:::|\(def-|\]\(|\$\$", text) == []


def test_a_reference_leads_to_what_it_names(notebook):
    link = notebook.get_by_role("link", name="(product-rule)").first
    proof = notebook.locator(".jp-CodeCell", has_text='name="product-rule"')
    link.scroll_into_view_if_needed()
    expect(proof).not_to_be_in_viewport()
    link.click()
    expect(proof).to_be_in_viewport()


def run_all(notebook):
    """Run all cells unless they have run, and again if Lab was not ready: it then drops some."""
    for _ in range(4):
        if notebook.locator(".bp-explorer .explorer-says").count():
            return
        notebook.get_by_role("menuitem", name="Run", exact=True).click()
        notebook.get_by_text("Run All Cells", exact=True).click()
        with suppress(TimeoutError):
            notebook.locator(".bp-explorer .explorer-says").first.wait_for(timeout=25_000)


def test_its_cells_run(notebook):
    notebook.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    run_all(notebook)
    prompts = notebook.locator(".jp-CodeCell .jp-InputPrompt")
    expect(prompts.filter(has_text="[2]:")).to_have_count(1)
    expect(prompts.filter(has_text=re.compile(r"\[[* ]\]"))).to_have_count(0)
    assert notebook.locator("[data-mime-type$=error], [data-mime-type$=stderr]").count() == 0


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Solution", "The reciprocal rule with"),
        ("One path is enough", "leave out the path through"),
    ],
)
def test_solutions_and_mistakes_stay_closed(notebook, heading, words):
    title = notebook.get_by_role("heading", name=heading)
    above = notebook.locator(".jp-MarkdownCell", has=title).first
    below = notebook.locator(".jp-MarkdownCell", has_text=words)
    expect(below).to_be_hidden()
    above.locator(".jp-showHiddenCellsButton").click()
    expect(below).to_be_visible()
    above.locator(".jp-collapseHeadingButton").click()
    expect(below).to_be_hidden()


def test_an_explorer_moves(notebook):
    run_all(notebook)
    explorer = notebook.locator(".bp-explorer").first
    says = explorer.locator(".explorer-says")
    before = says.inner_text()
    explorer.get_by_role("slider").press("ArrowRight")
    expect(says).not_to_have_text(before)


def test_enter_answers(notebook):
    run_all(notebook)
    box = notebook.locator(".bp-explorer", has=notebook.locator(".answer-form")).first
    box.get_by_role("textbox").fill("-2*x/(1 + x^2)^2")
    box.get_by_role("textbox").press("Enter")
    expect(box.locator(".explorer-says")).to_have_text(re.compile("right", re.I))


def test_saving_changes_only_what_was_changed(notebook, copy):
    chapter = copy / CHAPTER
    before = chapter.read_text(encoding="utf-8")
    save(notebook)
    assert chapter.read_text(encoding="utf-8") == before
    code = notebook.locator(".jp-CodeCell", has_text='name="product-rule"')
    code.locator(".cm-content").press("Control+Home")
    notebook.keyboard.type("# mine")
    notebook.keyboard.press("Enter")
    save(notebook)
    first = "product_rule = Derivation("
    assert chapter.read_text(encoding="utf-8") == before.replace(first, f"# mine\n{first}", 1)


def test_what_is_numbered_has_the_numbers_of_the_book(root, html):
    book, label = {}, ""
    for page in html.glob("[cr]*/*.html"):  # chapters, and pages of reference
        for match in NUMBERED.finditer(page.read_text(encoding="utf-8")):
            if match["label"]:
                label = match["label"]
            else:
                book[label] = match["number"]
    kinds = ("Exercise ", "Figure ", "Lemma ", "Theorem ")
    lab = {label: said for label, (said, *_) in table(root).items() if said.startswith(kinds)}
    assert lab == book


def save(notebook):
    with notebook.expect_response(
        lambda reply: reply.request.method == "PUT" and "api/contents" in reply.url
    ) as reply:
        notebook.locator("[data-command='docmanager:save']").first.click()
    assert reply.value.ok
