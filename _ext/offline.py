"""Everything that a page loads comes from the book's own folder."""

from pathlib import Path

STATIC = Path(__file__).parent / "static"


def configure(app, config):
    config.html_static_path.append(str(STATIC))


def setup(app):
    app.connect("config-inited", configure)
    app.add_css_file("book.css")
    app.add_js_file("page.js", loading_method="defer")
