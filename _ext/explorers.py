"""Explorers live in the static page: their state lies beside it, and `host.js` starts them.

Until then their controls and texts stand there as they will, so that nothing moves at the start.
Where no script runs, a picture of each and what it says stand in its place.
"""

import hashlib
import json
import re
from functools import cache
from pathlib import Path

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.errors import ExtensionError
from sphinx.util import logging

from .mathematics import converse, start

logger = logging.getLogger(__name__)

VIEW = re.compile(r'<script type="application/vnd\.jupyter\.widget-view\+json">(.*)</script>', re.S)
EXPORT = re.compile(r"^export (?=async |function|class |const |let )", re.M)
DEFAULT = re.compile(r"^export default (?=[^;]*;\s*\Z)", re.M)
SCRIPT = re.compile(r'="[^"]*/explorers/(\w+\.js)"')
SHEET = re.compile(r'data-sheet="[^"]*/([^"/]*)"')
COMMENT = re.compile(r"^[ \t]*(?://.*|/\*\*(?:.|\n)*?\*/)\n", re.M)  # a line, or several
NOT_FOR_THE_PAGE = re.compile(r"_model_|_view_|_dom_classes|_anywidget_id|layout|tabbable|tooltip")


def embed(app, doctree):
    """Replace each widget view by an explorer, so that no random id is left.

    A widget of any other kind would be dead in the page, so it is a warning.
    """
    scripts = NbMetadataCollector.get_js_files(app.env, app.env.docname)
    _, state_script = scripts.pop("ipywidgets_state", (None, {"body": '{"state": {}}'}))
    models = json.loads(state_script["body"])["state"]
    for node in list(doctree.findall(nodes.raw)):
        view = VIEW.fullmatch(node.astext())
        if not view:
            continue
        model = models.get(json.loads(view[1])["model_id"])
        if model is None or model["model_module"] != "anywidget":
            name = model["model_name"] if model else "without state"
            message = "the widget %s would be dead in the HTML; show an explorer instead"
            logger.warning(message, name, location=node)
            continue
        root = "../" * app.env.docname.count("/")
        opening = element(model, Path(app.outdir), root).removesuffix("</div>")
        parts = [_html(f"{opening}<noscript>"), *_still(node.parent), _html("</noscript></div>")]
        node.parent.children = []
        node.parent += parts


def _html(text):
    return nodes.raw("", text, format="html")


def _still(view):
    """Return what an explorer leaves where no script runs: its picture, and what it says."""
    forms = {form["mime_type"]: form for form in view.parent}
    if not {"image/png", "text/plain"} <= set(forms):
        return []
    image = next(forms["image/png"].findall(nodes.image)).deepcopy()
    image["alt"] = "The explorer as it begins"
    return [image, nodes.paragraph("", forms["text/plain"].astext())]


def element(model, outdir, root):
    """Return the element that `host.js` fills; what it needs is written below ``outdir``."""
    state = {k: v for k, v in model["state"].items() if not NOT_FOR_THE_PAGE.match(k)}
    module, style = state.pop("_esm"), state.pop("_css", "")
    shell, rules = _shell(module, state)
    sheet = _write(style + rules, "css", outdir)
    model = {"state": state, "buffers": model.get("buffers", [])}
    code = _share(_function(module), outdir)
    data = _share(json.dumps(model, sort_keys=True), outdir)
    return (
        f'<div class="explorer" data-front-end="{root}{code}" data-model="{root}{data}" '
        f'data-sheet="{root}{sheet}"><div class="explorer-shell" inert>{shell}</div></div>'
    )


@cache
def _drawer():
    return start("shell.mjs")


def _shell(module, state):
    """Return what stands in an explorer's place until it starts, and the rules of its style."""
    drawn = converse(_drawer(), [module, state])
    if "error" in drawn:
        raise ExtensionError(f"an explorer cannot be drawn in advance: {drawn['error']}")
    rules = (f".{name} {{ {rule} }}\n" for name, rule in drawn["styles"].items())
    return drawn["html"], "".join(rules)


def _function(module):
    """Return a module as a function that returns its default export.

    A plain script can hold it, and that is all that a page may load from a file, and all that some
    servers allow.
    """
    code = COMMENT.sub("", EXPORT.sub("", DEFAULT.sub("return ", module)))
    if found := re.search(r"^(?:export|import)\b.*", code, re.M):
        raise ExtensionError(
            f"the front end of an explorer must end with its only export: {found[0]}"
        )
    return f'() => {{\n"use strict";\n{code}\n}}'


def _share(text, outdir):
    """Write what pages share, given as JavaScript, to a plain script, for the same reason."""
    return _write(f'(window.explorerData ??= {{}})["{{name}}"] = {text};\n', "js", outdir)


def _write(text, kind, outdir):
    """Write a file whose name says what is in it; the text may hold that name as ``{name}``."""
    name = f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.{kind}"
    file = outdir / "_static/explorers" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.replace("{name}", name, 1), encoding="utf-8")
    return file.relative_to(outdir).as_posix()


def equip(app, pagename, templatename, context, doctree):
    """Give a page the style sheets of its explorers."""
    for sheet in dict.fromkeys(SHEET.findall(context.get("body", ""))):
        app.add_css_file(f"explorers/{sheet}")


def forget(app, exception):
    """Remove what the pages of earlier times loaded."""
    if exception or app.builder.format != "html":
        return
    pages = [page.read_text(encoding="utf-8") for page in Path(app.outdir).rglob("*.html")]
    used = {name for text in pages for name in SCRIPT.findall(text)}
    for file in Path(app.outdir, "_static/explorers").glob("*.js"):
        if file.name not in used:
            file.unlink()


def setup(app):
    app.connect("doctree-read", embed)
    app.connect("html-page-context", equip)
    app.connect("build-finished", forget)
    app.config.nb_ipywidgets_js = {"host.js": {"defer": "defer"}}
