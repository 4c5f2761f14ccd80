"""A search of the book's sections, which also works for pages that are opened from their files.

Sphinx's own looks for pages, and would be loaded with each of them.
"""

import json
import shutil
import sys
from pathlib import Path

from .remembered import Remembered
from .sections import sections

HERE = Path(__file__).parent / "search"
MINISEARCH = Path(sys.prefix, "node_modules/minisearch")
OF_SPHINX = ("searchtools.js", "language_data.js", "sphinx_highlight.js")


def replace(app):
    app.builder.search = False


def add_page(app):
    return [("search", {}, "search.html")]


def synonyms(text):
    """Return pairs of what readers type and what the book says, from a table of them."""
    rows = [line.partition("=") for line in text.splitlines() if line and line[0] != "#"]
    return [(term.strip(), ours.strip()) for theirs, _, ours in rows for term in theirs.split(",")]


def collected(folder, addresses, sections=sections):
    """Return what the search knows of the pages at these addresses below a folder."""
    pages, rows = [], []
    for address in addresses:
        found = sections((folder / address).read_text(encoding="utf-8"))
        for s in found:
            names, words = ", ".join(s.names), " ".join(sorted(s.words))
            above = " › ".join(s.above)
            rows.append((len(pages), s.anchor, s.number, s.title, above, names, s.text, words))
        if found:
            pages.append(address)
    table = (HERE / "synonyms.txt").read_text(encoding="utf-8")
    return {"pages": pages, "sections": rows, "synonyms": synonyms(table)}


def index(app, exception):
    if exception or app.builder.format != "html":
        return
    root = Path(app.outdir)
    addresses = [app.builder.get_target_uri(name) for name in sorted(app.env.found_docs)]
    read = Remembered(app, sections)
    found = collected(root, addresses, read)
    read.keep()
    known = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    target = root / "_static/search"
    target.mkdir(exist_ok=True)
    (target / "sections.js").write_text(f"globalThis.book = {known};\n", encoding="utf-8")
    shutil.copy(MINISEARCH / "dist/umd/index.js", target / "minisearch.js")
    shutil.copy(MINISEARCH / "LICENSE.txt", target / "minisearch-license.txt")
    for name in ("ranking.js", "results.js", "results.css"):
        shutil.copy(HERE / name, target)
    for name in OF_SPHINX:
        (root / "_static" / name).unlink(missing_ok=True)


def setup(app):
    app.connect("builder-inited", replace)
    app.connect("html-collect-pages", add_page)
    app.connect("build-finished", index, priority=800)  # of pages that are mended
    app.add_js_file("search.js", loading_method="defer")
