"""Fixtures that open the built book in a browser whose network is unplugged."""

import re
import threading
from functools import cache, lru_cache, partial
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import launch, lay_out, start_explorers
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright
from server import Handler, Server
from tabs import Tabs

from _ext.explorers import element

HTML = Path(__file__).resolve().parents[2] / "_build/html"
PAGES = sorted(
    path.relative_to(HTML).as_posix()
    for path in HTML.rglob("*.html")
    if "_static" not in path.parts
)

STRICT = "default-src 'self'; script-src 'self'"
HOST = Path(__file__).parents[2] / "_ext/static/host.js"
BLANK = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Explorers</title>
<meta name="viewport" content="width=device-width"><style>body {{ margin: 1rem; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #14181e; color: #ced6dd; }} }}
html[data-theme=dark] {{ --pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af;
--pst-color-background: #14181e; }}{style}</style>
</head><body><main><h1>Explorers</h1>{explorers}</main><script>{host}</script></body></html>"""


def pytest_generate_tests(metafunc):
    """Run a test that takes `page_path` once for each page of the book, page by page."""
    if "page_path" in metafunc.fixturenames:
        if not PAGES:
            raise pytest.UsageError("the book is not built: run `make book` first")
        metafunc.parametrize("page_path", PAGES, scope="session")


@pytest.fixture(scope="session")
def html():
    """Return the folder of the built book."""
    return HTML


@pytest.fixture(scope="session")
def parsed():
    """Return a function that parses a page of the book; what it returns must not be changed."""
    return lru_cache(maxsize=2)(_parse)


@pytest.fixture(scope="session")
def anchors():
    """Return a function that gives the ids of a page of the book."""

    @cache
    def anchors(path):
        parser = _Ids()
        parser.feed(path.read_text(encoding="utf-8"))
        return parser.found

    return anchors


class _Ids(HTMLParser):
    """Finds the ids of a page, in a fifth of the time that a tree of it takes."""

    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attributes):
        self.found |= {value for name, value in attributes if name == "id"}


def _parse(path):
    return BeautifulSoup(path.read_bytes(), "html.parser")


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


class _Handler(Handler):
    policy = ""

    def end_headers(self):
        self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()


@pytest.fixture(scope="session")
def serve():
    """Return a function that serves the book with a Content-Security-Policy.

    It returns the address, with a slash at the end.
    """
    servers = []

    def serve(policy):
        handler = type("_Handler", (_Handler,), {"policy": policy})
        servers.append(Server(("127.0.0.1", 0), partial(handler, directory=HTML)))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def readme_policy(root):
    """Return the policy that the README gives for proofs that run in a page."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    return " ".join(re.search(r"```\n(default-src .*?)```", readme, re.S)[1].split())


@pytest.fixture(scope="session")
def site(serve):
    """Serve the book with the strictest policy that it works under, and return its address."""
    return serve(STRICT)


@pytest.fixture(scope="session")
def tabs(browser):
    """Lend pages for the tests, each in a context of its own; they close with the browser."""
    return Tabs(browser)


@pytest.fixture
def visit(tabs, site):
    """Open a page, wait until it has settled, and return it as a Playwright page.

    When the test ends, no page that it opened may have asked another host for anything, nor
    have written an error to its console.
    """
    lent = []

    def visit(path, *, base=site, **options):
        lent.append(tabs.lend())
        return _opened(lent[-1], base + path, **options)

    yield visit
    assert tabs.take_back(*lent) == []


@pytest.fixture(scope="module")
def revisit(tabs, site):
    """Open a page as `visit` does, once for the tests of a file: each begins as the last ended."""
    lent = {}

    def revisit(path, *, width=1280, base=site):
        key = (path, width, base)
        if key not in lent:
            lent[key] = tabs.lend()
            _opened(lent[key], base + path, width=width)
        page = lent[key].page
        page.mouse.move(0, 0)
        return page

    yield revisit
    assert tabs.take_back(*lent.values()) == []


@pytest.fixture(scope="session")
def _kept():
    """Keep in which tabs `look` has opened which page of the book."""
    return {}


@pytest.fixture
def look(tabs, site, html, page_path, _kept):
    """Open this page of the book as `visit` does, once for all tests, which only look at it.

    A wide page comes from a server, a narrow one from a file: so both are looked at.
    """
    used = []

    def look(*, width=1280, theme="light"):
        base = site if width == 1280 else f"{html.as_uri()}/"
        tab, path = _kept.pop(width, None) or (tabs.lend(), None)
        if path != page_path:
            tab.leave()
            _opened(tab, base + page_path, width=width, theme=theme)
        _kept[width] = tab, page_path
        used.append(tab)
        tab.page.emulate_media(color_scheme=theme)
        tab.page.locator(f"html[data-theme={theme}]").wait_for(state="attached")
        return tab.page

    yield look
    assert [fault for tab in used for fault in tab.faults] == []


def _opened(tab, address, **options):
    page = tab.open(address, **options)
    lay_out(page)
    return page


@pytest.fixture(scope="session")
def context(browser):
    """Hold pages that need no context of their own."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def show(tabs, tmp_path):
    """Open a page, from a file, that holds these explorers and nothing else."""
    lent = []

    def show(*explorers, width=800, theme="light"):
        models = [{"state": explorer.get_state()} for explorer in explorers]
        divs = [element(model, tmp_path, root="") for model in models]
        path = tmp_path / "explorers.html"
        sheets = dict.fromkeys(re.findall(r'data-sheet="([^"]*)"', "".join(divs)))
        style = "".join((tmp_path / sheet).read_text(encoding="utf-8") for sheet in sheets)
        host = HOST.read_text(encoding="utf-8")
        text = BLANK.format(style=style, explorers="".join(divs), host=host)
        path.write_text(text, encoding="utf-8")
        lent.append(tabs.lend())
        page = lent[-1].open(path.as_uri(), width=width, theme=theme)
        start_explorers(page)
        return page

    yield show
    assert tabs.take_back(*lent) == []
