"""A named result that a cell proves is an equation of the page, numbered and referred to by name.

A cell shows it as LaTeX with the name as its tag, and below that the lines of its proof, or its
only reason. Jupyter typesets the same text.
"""

import re

from docutils import nodes

from .derivations import _inline

NAMED = re.compile(r"(.*) \\tag\{([a-z0-9-]+)\}", re.S)
PARTED = re.compile(r"\$\$\s+\$\$")


def number(app, doctree):
    for block in list(doctree.findall(nodes.math_block)):
        stated, *proof = PARTED.split(block.astext())
        if named := NAMED.fullmatch(stated):
            shown = [_equation(app.env, *named.groups(), block), *map(_proof, proof)]
            block.replace_self(shown)


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
    if tex.startswith(r"\text{"):
        return nodes.paragraph("", "", *_inline(tex), classes=["because"])
    return nodes.math_block(tex, tex)


def setup(app):
    app.connect("doctree-read", number, priority=400)  # before cells fold and lines are laid out
