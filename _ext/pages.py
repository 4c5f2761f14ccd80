"""Small mends of the finished pages: accessible, light, and the same in each build."""

import re
import struct
from pathlib import Path

from .icons import drawn

# The theme says light or dark only when all else has loaded: the page is then laid out anew.
THEME = """if (document.documentElement.dataset.theme === "auto") document.documentElement.dataset
.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light\""""
MENDS = {
    # the book's title stands in no landmark
    '<div id="pst-primary-sidebar" class': '<div id="pst-primary-sidebar" role="region" '
    'aria-label="Sidebar" class',
    # a deprecated role, and a list whose items have other roles
    ' role="doc-biblioentry"': "",
    '<div role="list" class="citation-list">': '<div class="citation-list">',
    # said three times, and for a search engine on the web
    '<meta name="viewport" content="width=device-width, initial-scale=1" />': "",
    '<meta name="viewport" content="width=device-width, initial-scale=1"/>': "",
    '<meta name="docsearch:language" content="en"/>': "",
    '<meta name="docsearch:version" content="" />': "",
}
# Sphinx knows the checksums of its files only from its second build in a folder on.
CHECKSUM = re.compile(r'\?(?:v|digest)=[0-9a-f]+"')
# Names, numbers and operators need no colour of their own: it would double the weight of a page.
PLAIN = re.compile(r'<span class="(?:n|nn|o|p|w|mi|mf)">([^<]*)</span>')
# The search is another, and brings what it needs when it is opened.
SEARCH = re.compile(
    r'<script src="[^"]*(?:searchtools|language_data|searchindex|sphinx_highlight)\.js">'
    r"</script>\n?"
)
# On paper, a second list of the headings, without the pages that they are on, leads nowhere.
PRINTED_CONTENTS = re.compile(r'<div id="jb-print-toc">.*?</nav>\s*</div>\n?', re.S)
# A button that opens a solution is called after it.
UNNAMED = 'aria-label="Toggle hidden content"'
NAMED = 'aria-label="${item.querySelector(".admonition-title").textContent.trim()}"'
IMAGE = re.compile(r'<img (?![^>]*\bwidth=)([^>]*\bsrc="([^"]+\.png)")')


def mended(text):
    for old, new in MENDS.items():
        text = text.replace(old, new)
    text = SEARCH.sub("", PRINTED_CONTENTS.sub("", CHECKSUM.sub('"', text)))
    return drawn(PLAIN.sub(r"\1", text))


def sized(text, folder):
    """Say the size of each picture, so that nothing moves when it arrives."""

    def image(match):
        head = (folder / match[2]).read_bytes()[:24]
        width, height = struct.unpack(">II", head[16:])
        return f'<img width="{width}" height="{height}" loading="lazy" {match[1]}'

    return IMAGE.sub(image, text)


def mend(app, exception):
    if exception or app.builder.format != "html":
        return
    toggle = Path(app.outdir, "_static/togglebutton.js")
    toggle.write_text(toggle.read_text(encoding="utf-8").replace(UNNAMED, NAMED), encoding="utf-8")
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        better = sized(mended(text), page.parent)
        if better != text:
            page.write_text(better, encoding="utf-8")


def setup(app):
    app.connect("build-finished", mend)
    app.add_js_file(None, body=THEME, priority=0)
