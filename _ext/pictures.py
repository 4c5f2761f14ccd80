"""A picture without alternative text is a warning, and so fails the build."""

from docutils import nodes
from sphinx.util import logging

logger = logging.getLogger(__name__)


def require_alt_text(app, doctree, docname):
    for image in doctree.findall(nodes.image):
        if not image.get("alt", "").strip():
            logger.warning("this picture has no alt text", location=image)


def setup(app):
    app.connect("doctree-resolved", require_alt_text)
