"""Everything that a page loads comes from the book's own folder."""

import json
from pathlib import Path

STATIC = Path(__file__).parent / "static"
TEXT = [f"fonts/stix-two-text-{style}" for style in ("400-normal", "600-normal", "400-italic")]
CODE = "fonts/source-code-pro-400-normal"
# A browser refuses to preload a font from a file, though not to use it.
PRELOAD = """if (location.protocol !== "file:") for (const font of %s) document.head.append(
Object.assign(document.createElement("link"), {rel: "preload", as: "font", crossOrigin: "", href:
`${document.documentElement.dataset.content_root}_static/${font}.woff2`}))"""


def configure(app, config):
    config.html_static_path.append(str(STATIC))


def preload(app, *fonts):
    """Have the present page fetch fonts at once, where it is fetched itself."""
    app.add_js_file(None, body=PRELOAD % json.dumps(fonts), priority=0)


def equip(app, pagename, templatename, context, doctree):
    preload(app, *TEXT, *[CODE] * ("<pre" in context.get("body", "")))


def setup(app):
    app.connect("config-inited", configure)
    app.connect("html-page-context", equip)
    app.add_css_file("type.css")
    app.add_css_file("book.css")
    app.add_js_file("page.js", loading_method="defer")
