"""Pages are light enough for a phone on a slow line, and read before any script has run."""

import gzip
import re
from functools import cache
from types import SimpleNamespace

import pytest

from _ext import weight
from _ext.remembered import Remembered

KB = 1024


@pytest.fixture
def loaded(html, page_path, parsed):
    """Return a page, parsed, and the files that it names and so loads."""
    page = parsed(html / page_path)
    names = [element["href"] for element in page.select("link[rel=stylesheet]")]
    names += [element["src"] for element in page.select("script[src], img[src]:not(noscript img)")]
    folder = (html / page_path).parent
    return page, [(folder / name).resolve() for name in names]


@cache
def _transferred(file):
    return len(gzip.compress(file.read_bytes()))


def test_a_page_is_small_when_compressed(html, page_path):
    assert _transferred(html / page_path) <= 100 * KB


def test_a_page_and_all_that_it_names_is_small(html, page_path, loaded):
    fonts = (html / "_static").rglob("*.woff2")
    assert sum(map(_transferred, [html / page_path, *fonts, *loaded[1]])) <= 400 * KB


def test_style_is_one_file(loaded):
    assert [file.name for file in loaded[1] if file.suffix == ".css"] == ["pages.css"]
    assert _transferred(next(file for file in loaded[1] if file.suffix == ".css")) <= 40 * KB


def test_what_an_explorer_changes_restyles_no_other_part_of_the_page(html):
    """Where what follows `:has()` is any element, each element that comes or goes restyles all."""
    style = (html / "_static/pages.css").read_text(encoding="utf-8")
    assert re.findall(r":has\([^()]*\)[^{},]*\*[^{},]*", style) == []


def test_text_waits_for_no_script(loaded):
    waiting = [script["src"] for script in loaded[0].select("script[src]:not([defer], [async])")]
    assert [name.rsplit("/", 1)[-1] for name in waiting] == ["first.js"]  # light or dark


def test_what_runs_first_is_tiny(html):
    assert _transferred(html / "_static/first.js") <= KB


def test_pictures_say_their_size(loaded):
    assert loaded[0].select("img[src$='.png']:not([width][height])") == []


def test_no_font_and_no_script_of_icons_is_shipped(html):
    assert [path for path in html.rglob("*") if "awesome" in path.name.lower()] == []


def test_every_icon_is_drawn(loaded):
    assert loaded[0].select("[class*='fa-']:not(:has(svg))") == []


def test_a_page_that_is_not_written_anew_keeps_its_style(tmp_path):
    file, bundled = tmp_path / "sheets.json", [weight.BUNDLE]
    first = weight.sheets_of_all(file, {"a.html": ["x.css", "y.css"], "b.html": ["x.css", "z.css"]})
    assert list(first) == ["x.css", "y.css", "z.css"]
    later = weight.sheets_of_all(file, {"a.html": ["x.css"], "b.html": bundled})
    assert list(later) == ["x.css", "z.css"]


def test_what_was_made_of_the_same_text_is_not_made_again(tmp_path):
    calls = []

    def twice(text):
        calls.append(text)
        return 2 * text

    app = SimpleNamespace(doctreedir=tmp_path)
    for texts in ("ab", "bc", "a"):
        remembered = Remembered(app, twice)
        assert [remembered(text) for text in texts] == [2 * text for text in texts]
        remembered.keep()
    assert calls == ["a", "b", "c", "a"]  # only what the last build needed is kept
