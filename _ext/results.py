"""A named result that a cell proves is an equation of the page, numbered and referred to by name.

A cell shows it as LaTeX with the name as its tag, and below that the lines of its proof, or its
only reason. Jupyter typesets the same text.
"""

from docutils import nodes

from .derivations import made
from .lines import pieces, result


def number(app, doctree):
    for block in list(doctree.findall(nodes.math_block)):
        if named := result(block.astext()):
            tex, name, proof = named
            shown = [_equation(app.env, tex, name, block), _proof(proof)]
            block.replace_self([node for node in shown if node])


def _equation(env, tex, label, block):
    """Return a result as MyST makes an equation that has a label, and tell Sphinx of it."""
    domain = env.get_domain("math")
    domain.note_equation(env.docname, label, location=block)
    return nodes.math_block(
        tex,
        tex,
        ids=[nodes.make_id(f"equation-{label}")],
        docname=env.docname,
        label=label,
        number=domain.get_equation_number_for(label),
        nowrap=False,
    )


def _proof(tex):
    """Return the lines of a proof, or the words that are its only reason, if there are any."""
    if tex.startswith(r"\text{"):
        return nodes.paragraph("", "", *made(pieces(tex)), classes=["because"])
    return tex and nodes.math_block(tex, tex)


def setup(app):
    app.connect("doctree-read", number, priority=400)  # before cells fold and lines are laid out
