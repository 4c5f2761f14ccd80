"""Small mends of the finished pages: accessible, light, and the same in each build."""

import json
import re
import struct
from pathlib import Path

from .icons import drawn
from .offline import fonts

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
    # without a script, a page is light
    'data-theme="auto">': 'data-theme="light">',
    # a server may forbid scripts that stand in the page
    ' onclick="toggleFullScreen()"': ' data-press="fullscreen"',
    ' onclick="window.print()"': ' data-press="print"',
}
# What the theme runs first, `first.js` does, and says light or dark before the page is drawn.
FIRST = re.compile(
    r'<script data-cfasync="false">.*?</script>(?:\s*<!--[^<]*?-->\s*<noscript>.*?</noscript>)?',
    re.S,
)
UNWANTED = re.compile(
    r"<script>(?:let|var) toggle\w+ = [^<]*;</script>\n?"  # togglebutton.js says it itself
    r"|<script>\s*// Activate the search field.*?</script>",
    re.S,
)
ROOT = re.compile(r'data-content_root="([^"]*)"')
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
IMAGE = re.compile(r'<img (?![^>]*\bwidth=)([^>]*\bsrc="([^"]+\.png)"[^>]*>)')


def mended(text):
    for old, new in MENDS.items():
        text = text.replace(old, new)
    if root := ROOT.search(text):
        first = f'{root[1]}_static/first.js" data-fonts="{" ".join(fonts(text))}'
        text = FIRST.sub(f'<script src="{first}"></script>', UNWANTED.sub("", text))
    text = SEARCH.sub("", PRINTED_CONTENTS.sub("", CHECKSUM.sub('"', text)))
    return drawn(PLAIN.sub(r"\1", text))


def sized(text, folder):
    """Say the size of each picture, so that nothing moves when it arrives, and frame it."""

    def image(match):
        head = (folder / match[2]).read_bytes()[:24]
        width, height = struct.unpack(">II", head[16:])
        size = f'width="{width}" height="{height}"'
        return f'<div class="picture"><img {size} loading="lazy" {match[1]}</div>'

    return IMAGE.sub(image, text)


def _toggles(config):
    """Return what togglebutton.js expects, and a page would say in scripts of its own."""
    values = {
        "togglebuttonSelector": config.togglebutton_selector,
        "toggleHintShow": config.togglebutton_hint,
        "toggleHintHide": config.togglebutton_hint_hide,
        "toggleOpenOnPrint": str(config.togglebutton_open_on_print).lower(),
    }
    return "".join(f"var {name} = {json.dumps(value)};\n" for name, value in values.items())


def mend(app, exception):
    if exception or app.builder.format != "html":
        return
    toggle = Path(app.outdir, "_static/togglebutton.js")
    code = toggle.read_text(encoding="utf-8").replace(UNNAMED, NAMED)
    if not code.startswith("var togglebuttonSelector"):
        code = _toggles(app.config) + code
    toggle.write_text(code, encoding="utf-8")
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        better = sized(mended(text), page.parent)
        if better != text:
            page.write_text(better, encoding="utf-8")


def setup(app):
    app.connect("build-finished", mend)
