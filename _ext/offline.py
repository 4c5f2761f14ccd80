"""Everything that a page loads comes from the book's own folder."""

from pathlib import Path

STATIC = Path(__file__).parent / "static"
TEXT = [f"fonts/stix-two-text-{style}" for style in ("400-normal", "600-normal", "400-italic")]
CODE = "fonts/source-code-pro-400-normal"
FORMULAS = "termes-math-subset"


def configure(app, config):
    config.html_static_path.append(str(STATIC))


def fonts(text):
    """Return the names of the fonts that a page is set in."""
    return [*TEXT, *[CODE] * ("<pre" in text), *[FORMULAS] * ("<math" in text)]


def setup(app):
    app.connect("config-inited", configure)
    app.add_css_file("type.css")
    app.add_css_file("book.css")
    app.add_css_file("print.css", priority=900)
    app.add_js_file("page.js", loading_method="defer")
