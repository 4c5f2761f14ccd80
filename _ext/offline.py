"""Everything that a page loads comes from the book's own folder."""

import shutil
from importlib.metadata import files
from pathlib import Path

STATIC = Path(__file__).parent / "static"
MATHJAX = ("tex-chtml.js", "output/chtml/fonts/woff-v2/*.woff", "input/tex/extensions/*.js")


def configure(app, config):
    config.html_static_path.append(str(STATIC))
    config.mathjax_path = "mathjax/tex-chtml.js"


def copy_mathjax(app):
    """Copy 2 MB of MathJax out of its wheel, whose own extension would copy all 24 MB."""
    if app.builder.format != "html":
        return
    loader = next(f for f in files("sphinx-mathjax-offline") if f.name == "tex-chtml.js")
    source = Path(loader.locate()).parent
    for pattern in MATHJAX:
        for file in source.glob(pattern):
            target = Path(app.outdir, "_static/mathjax", file.relative_to(source))
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)


def setup(app):
    app.connect("config-inited", configure)
    app.connect("builder-inited", copy_mathjax)
    app.add_css_file("book.css")
    app.add_js_file("page.js", loading_method="defer")
