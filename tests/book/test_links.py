"""No link inside the book is dead."""

from urllib.parse import unquote, urlsplit


def test_internal_links_lead_somewhere(html, page_path, parsed, anchors):
    page = html / page_path
    dead = []
    for element in parsed(page).select("[href], [src]"):
        link = urlsplit(element.get("href") or element.get("src"))
        if link.scheme or link.netloc:
            continue
        target = (page.parent / unquote(link.path)).resolve() if link.path else page
        if not target.is_file() or (
            target.suffix == ".html"
            and link.fragment
            and unquote(link.fragment) not in anchors(target)
        ):
            dead.append(link.geturl())
    assert dead == []
