"""Explorers live in the static page: each carries its own state, and `host.js` starts it."""

import json
import re

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.util import logging

logger = logging.getLogger(__name__)

VIEW = re.compile(r'<script type="application/vnd\.jupyter\.widget-view\+json">(.*)</script>', re.S)
NOT_FOR_THE_PAGE = re.compile(r"_model_|_view_|_dom_classes|_anywidget_id|layout|tabbable|tooltip")


def embed(app, doctree):
    """Replace each widget view by an explorer with its state inside, so that no random id is left.

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
        node.children = [nodes.Text(_explorer(model))]


def _explorer(model):
    state = {k: v for k, v in model["state"].items() if not NOT_FOR_THE_PAGE.match(k)}
    data = json.dumps({"state": state, "buffers": model.get("buffers", [])}, sort_keys=True)
    data = data.replace("</", r"<\/")
    return f'<div class="explorer"><script type="application/json">{data}</script></div>'


def setup(app):
    app.connect("doctree-read", embed)
    app.config.nb_ipywidgets_js = {"host.js": {"defer": "defer"}}
