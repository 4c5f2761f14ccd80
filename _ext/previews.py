"""A reference shows what it refers to (`previews.js`): what is on another page comes from a file.

Each page has its own file of these, a plain script, which is loaded when the first is wanted: a
page that was opened from a folder may not fetch another page.
"""

import json
import re
import shutil
from pathlib import Path
from posixpath import normpath, relpath

ARTICLE = re.compile(r"<article\b.*</article>", re.S)
LINK = re.compile(r'<a class="[^"]*\breference internal\b[^"]*" href="([^"#:]+\.html)(#[^"]*)?"')
BRIEF = re.compile(r'<section\b|<\w+ class="[^"]*\bexercise\b')
"""What is shown by its title and its first paragraph alone."""
TITLE = re.compile(r'<(?:h\d[^>]*|p class="admonition-title")>.*?</(?:h\d|p)>', re.S)
PARAGRAPH = re.compile(r'<p(?! class="admonition-title")\b.*?</p>', re.S)
SOURCE = re.compile(r'(<img\b[^>]*\bsrc=")([^":]+)')


def element(text, anchor):
    """Return the HTML of the element with an id, or of the first section where there is none."""
    wanted = rf'[^>]*\bid="{re.escape(anchor)}"' if anchor else r"(?<=<section)\b"
    start = re.search(rf"<(\w+)\b{wanted}", text)
    if not start:
        return ""
    depth = 0
    for tag in re.compile(rf"<(/?){start[1]}\b").finditer(text, start.start()):
        depth += -1 if tag[1] else 1
        if not depth:
            return text[start.start() : text.index(">", tag.end()) + 1]
    return ""


def excerpt(text, anchor):
    """Return what is shown of a page for a link to one of its elements, or to the page."""
    whole = element(text, anchor)
    if not BRIEF.match(whole):
        return whole
    return "".join(found[0] for part in (TITLE, PARAGRAPH) if (found := part.search(whole)))


def collect(app, exception):
    """Write for each page what its links to other pages show."""
    if exception or app.builder.format != "html":
        return
    root = Path(app.outdir)
    folder = root / "_static/previews"
    shutil.rmtree(folder, ignore_errors=True)
    texts = {}
    for docname in sorted(app.env.found_docs):
        text = (root / f"{docname}.html").read_text(encoding="utf-8")
        texts[f"{docname}.html"] = article[0] if (article := ARTICLE.search(text)) else ""
    for page, text in texts.items():
        here = relpath(".", Path(page).parent.as_posix())
        shown = {}
        for path, anchor in sorted(set(LINK.findall(text))):
            target = normpath(Path(page).parent.joinpath(path).as_posix())
            html = excerpt(texts.get(target, ""), anchor.removeprefix("#"))
            there = Path(target).parent

            def moved(image, there=there, here=here):
                return image[1] + normpath(f"{here}/{there.as_posix()}/{image[2]}")

            shown[path + anchor] = SOURCE.sub(moved, html)
        if shown:
            file = folder / Path(page).with_suffix(".js")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"window.previews = {json.dumps(shown)};\n", encoding="utf-8")


def setup(app):
    app.add_js_file("previews.js", loading_method="defer")
    app.connect("build-finished", collect, priority=600)  # of pages that are mended
