"""Fixtures that open the built book in a browser whose network is unplugged."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browser import launch
from playwright.sync_api import sync_playwright

from _ext.explorers import element

HTML = Path(__file__).resolve().parents[2] / "_build/html"
PAGES = sorted(
    path.relative_to(HTML).as_posix()
    for path in HTML.rglob("*.html")
    if "_static" not in path.parts
)

HOST = Path(__file__).parents[2] / "_ext/static/host.js"
BLANK = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Explorers</title>
<meta name="viewport" content="width=device-width"><style>body {{ margin: 1rem; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #14181e; color: #ced6dd; }} }}
html[data-theme=dark] {{ --pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af;
--pst-color-background: #14181e; }}</style>
</head><body><main><h1>Explorers</h1>{explorers}</main><script>{host}</script></body></html>"""


def pytest_generate_tests(metafunc):
    """Run a test that takes `page_path` once for each page of the book."""
    if "page_path" in metafunc.fixturenames:
        if not PAGES:
            raise pytest.UsageError("the book is not built: run `make book` first")
        metafunc.parametrize("page_path", PAGES)


@pytest.fixture(scope="session")
def html():
    """Return the folder of the built book."""
    return HTML


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def site():
    """Serve the book and return its address, with a slash at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=HTML))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(browser, site):
    """Open a page, wait until it has settled, and return it as a Playwright page.

    When the test ends, no page that it opened may have asked another host for anything, nor
    have written an error to its console.
    """
    contexts, faults = [], []

    def visit(path, *, width=1280, theme="light", base=site):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: _is_local(request.url) or faults.append(request.url))
        page.on("console", lambda line: line.type == "log" or faults.append(_told(line)))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(base + path)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def context(browser):
    """Hold pages that need no context of their own, which takes as long to make as a page."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def show(context, tmp_path):
    """Open a page, from a file, that holds these explorers and nothing else."""
    pages, faults = [], []

    def show(*explorers, width=800, theme="light"):
        models = [{"state": explorer.get_state()} for explorer in explorers]
        divs = [element(model, tmp_path, root="") for model in models]
        path = tmp_path / "explorers.html"
        text = BLANK.format(explorers="".join(divs), host=HOST.read_text(encoding="utf-8"))
        path.write_text(text, encoding="utf-8")
        page = context.new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda text: faults.append(text.text))
        page.goto(path.as_uri())
        for k in range(len(explorers)):
            page.locator("div.explorer[data-ready=true]").nth(k).wait_for()
        return page

    yield show
    for page in pages:
        page.close()
    assert faults == []


def _told(line):
    return f"{line.text} ({line.location['url']})"


def _is_local(url):
    parts = urlsplit(url)
    return parts.scheme in ("file", "blob", "data") or parts.hostname == "127.0.0.1"
