"""A derivation is laid out in lines, each with its reason, which a narrow page sets below."""

from docutils import nodes

from .lines import lines


class derivation(nodes.General, nodes.Element):
    """Lines of three parts: a relation or a label, a term, and a reason."""


class part(nodes.General, nodes.Element):
    """A part of a line; `kind` says which."""


def lay_out(app, doctree):
    for block in list(doctree.findall(nodes.math_block)):
        if parts := list(lines(block.astext().strip())):
            block.replace_self(
                derivation("", *(part("", *made(p), kind=kind) for kind, p in parts))
            )


def made(pieces):
    """Return formulas and words as nodes."""
    return [nodes.math("", text) if formula else nodes.Text(text) for formula, text in pieces]


def visit_derivation(writer, node):
    writer.body.append('<div class="derivation">')


def depart_derivation(writer, node):
    writer.body.append("</div>\n")


def visit_part(writer, node):
    kind = node["kind"]
    writer.body.append(f'<div class="{kind}{" formula" if kind == "term" else ""}">')


def depart_part(writer, node):
    writer.body.append("</div>")


def setup(app):
    app.add_node(derivation, html=(visit_derivation, depart_derivation))
    app.add_node(part, html=(visit_part, depart_part))
    app.connect("doctree-read", lay_out, priority=600)  # `folding` looks at the formula
