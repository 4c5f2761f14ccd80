"""No link inside the book is dead."""

from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup


def _parse(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_internal_links_lead_somewhere(html, page_path):
    page = html / page_path
    dead = []
    for element in _parse(page).select("[href], [src]"):
        link = urlsplit(element.get("href") or element.get("src"))
        if link.scheme or link.netloc:
            continue
        target = (page.parent / unquote(link.path)).resolve() if link.path else page
        if not target.is_file() or (
            target.suffix == ".html" and link.fragment and not _has_anchor(target, link.fragment)
        ):
            dead.append(link.geturl())
    assert dead == []


def _has_anchor(target, fragment):
    return _parse(target).find(id=unquote(fragment)) is not None
