"""Explorers live in the static page: their state lies beside it, and `host.js` starts them."""

import hashlib
import json
import re
from pathlib import Path

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.util import logging

logger = logging.getLogger(__name__)

VIEW = re.compile(r'<script type="application/vnd\.jupyter\.widget-view\+json">(.*)</script>', re.S)
NOT_FOR_THE_PAGE = re.compile(r"_model_|_view_|_dom_classes|_anywidget_id|layout|tabbable|tooltip")


def embed(app, doctree):
    """Replace each widget view by an explorer, so that no random id is left.

    A widget of any other kind would be dead in the page, so it is a warning.
    """
    scripts = NbMetadataCollector.get_js_files(app.env, app.env.docname)
    _, state_script = scripts.pop("ipywidgets_state", (None, {"body": '{"state": {}}'}))
    models = json.loads(state_script["body"])["state"]
    for node in doctree.findall(nodes.raw):
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
        node.children = [nodes.Text(element(model, Path(app.outdir), root))]


def element(model, outdir, root):
    """Return the element that `host.js` fills; what it needs is written below ``outdir``."""
    state = {k: v for k, v in model["state"].items() if not NOT_FOR_THE_PAGE.match(k)}
    code = _share({"esm": state.pop("_esm"), "css": state.pop("_css", "")}, outdir)
    data = _share({"state": state, "buffers": model.get("buffers", [])}, outdir)
    return f'<div class="explorer" data-front-end="{root}{code}" data-model="{root}{data}"></div>'


def _share(data, outdir):
    """Write data that pages share to a file: a plain script, as fetching needs a server."""
    text = json.dumps(data, sort_keys=True)
    name = hashlib.sha256(text.encode()).hexdigest()[:12] + ".js"
    file = outdir / "_static/explorers" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'(window.explorerData ??= {{}})["{name}"] = {text};\n', encoding="utf-8")
    return file.relative_to(outdir).as_posix()


def setup(app):
    app.connect("doctree-read", embed)
    app.config.nb_ipywidgets_js = {"host.js": {"defer": "defer"}}
