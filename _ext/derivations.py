"""A derivation is laid out in lines, each with its reason, which a narrow page sets below."""

import re

from docutils import nodes

BEGIN, BREAK, END = "\\begin{aligned}\n", "\\\\[0.6ex]\n", "\n\\end{aligned}"
TOKEN = re.compile(r"\\begin(?=\{)|\\end(?=\{)|\\.|[{}&]", re.S)
DEPTH = {"{": 1, "}": -1, "\\begin": 1, "\\end": -1}


class derivation(nodes.General, nodes.Element):
    """Lines of three parts: a relation or a label, a term, and a reason."""


class part(nodes.General, nodes.Element):
    """A part of a line; `kind` says which."""


def lay_out(app, doctree):
    for block in list(doctree.findall(nodes.math_block)):
        text = block.astext().strip()
        if text.startswith(BEGIN) and BREAK in text:
            block.replace_self(_derivation(text.removeprefix(BEGIN).removesuffix(END)))


def _derivation(text):
    lines = derivation()
    for line in text.split(BREAK):
        relation, term, _, reason = (_parts(line) + [""] * 3)[:4]
        for kind, tex in (("relation", relation), ("term", term), ("reason", reason)):
            lines += part("", *_inline(tex.strip()), kind=kind)
    return lines


def _parts(line):
    """Split a line at each & that is in no group and in no environment."""
    parts, depth, start = [], 0, 0
    for token in TOKEN.finditer(line):
        if token[0] == "&" and depth == 0:
            parts.append(line[start : token.start()])
            start = token.end()
        depth += DEPTH.get(token[0], 0)
    return [*parts, line[start:]]


def _inline(tex):
    """Return words with formulas in them, or a formula, as nodes."""
    words = re.fullmatch(r"\\text\{(.*)\}(?:\\quad)?", tex, re.S)
    if not words:
        conditions = filter(None, tex.split(",\\; "))  # each may begin a line of its own
        formulas = [nodes.math("", rf"\displaystyle {condition}") for condition in conditions]
        return [node for formula in formulas for node in (nodes.Text(", "), formula)][1:]
    pieces = re.split(r"\$(.*?)\$", words[1])
    return [
        nodes.math("", piece) if number % 2 else nodes.Text(re.sub(r"\\([%&#])", r"\1", piece))
        for number, piece in enumerate(pieces)
        if piece
    ]


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
