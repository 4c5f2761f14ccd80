"""A mistake that people write folds: the wrong sentence is its heading, and opens to the rest."""

from docutils import nodes

HEADING = "Mistakes people write"


def fold_mistakes(app, doctree, page):
    """Put what stands below each heading of the section into a fold that the heading opens."""
    for section in doctree.findall(nodes.section):
        if section.children and _is_heading(section[0]):
            for mistake in section.children:
                if isinstance(mistake, nodes.section):
                    _fold(mistake)


def _is_heading(node):
    return isinstance(node, nodes.title) and node.astext() == HEADING


def _fold(mistake):
    title, *rest = mistake.children
    opening = _html('<details class="mistake"><summary>')
    mistake.children = []
    mistake += [opening, title, _html("</summary>"), *rest, _html("</details>")]


def _html(text):
    return nodes.raw("", text, format="html")


def setup(app):
    app.connect("doctree-resolved", fold_mistakes)
