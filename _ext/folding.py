"""A page shows mathematics and pictures first: their code folds under them, and set-up folds."""

import ast

from docutils import nodes

SYMBOLIC = ("sympy", "backprop.symbolic")
LABELS = {
    "proved": '<span aria-hidden="true">✓</span> proved · code',
    "refuted": '<span aria-hidden="true">✗</span> refuted · code',
    "set-up": "set-up",
    "drawn": "code",
}


class folded(nodes.General, nodes.Element):
    """What a reader may unfold; `kind` is one of the labels."""


def fold(app, doctree):
    cells = [node for node in doctree.findall(nodes.container) if _part(node) == "cell_code"]
    names = {name for cell in cells for name in _imported(_tree(cell))}
    for cell in cells:
        kind = "drawn" if cell.get("hide_mode") == "input" else _kind(cell, names)
        if kind:
            cell.attributes.pop("hide_mode", None)
            source = cell.children[0]
            cell.remove(source)
            cell.append(folded("", source, kind=kind))


def _kind(cell, symbolic_names):
    """Say how a cell folds: by what it shows, or, if it shows nothing, by what it does."""
    parts = {_part(child): child for child in cell.children}
    if "cell_code_source" not in parts:
        return None
    shown = parts.get("cell_code_output")
    proves = _proves(_tree(cell))
    if shown is None and _sets_up(_tree(cell), symbolic_names):
        return "set-up"
    if shown is None:
        return "proved" if proves else None
    if any(raw.astext().startswith('<div class="explorer"') for raw in shown.findall(nodes.raw)):
        return "drawn"
    latex = [n.astext() for n in shown.findall(nodes.math_block)]
    if not (proves and all(any(out.findall(nodes.math_block)) for out in shown.children)):
        return None
    return "refuted" if r"\text{claimed}" in latex[0] else "proved"


def _part(node):
    return node.get("nb_element") if isinstance(node, nodes.Element) else None


def _tree(cell):
    source = next(cell.findall(nodes.literal_block), None)
    try:
        return ast.parse(source.astext() if source else "")
    except SyntaxError:  # magics
        return ast.parse("...")


def _imported(tree):
    """Yield the names that code imports from SymPy and from what builds on it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(SYMBOLIC):
            yield from (alias.asname or alias.name for alias in node.names)


def _called(tree):
    """Return the names of what code calls, methods included."""
    functions = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {getattr(f, "id", getattr(f, "attr", None)) for f in functions}


def _proves(tree):
    """Whether code proves or refutes something, rather than to define what will."""
    run = [node for node in tree.body if not isinstance(node, ast.FunctionDef)]
    return any({"Derivation", "step", "refute"} & _called(node) for node in run)


def _sets_up(tree, symbolic_names):
    """Whether code only imports, and names symbols and formulas."""
    kinds = (ast.Import, ast.ImportFrom, ast.Assign)
    assigned = [node for node in tree.body if isinstance(node, ast.Assign)]
    calls = {name for node in assigned for name in _called(node)}
    return all(isinstance(node, kinds) for node in tree.body) and calls <= symbolic_names


def visit_folded(self, node):
    data = "".join(f' data-{name}="{value}"' for name, value in node.get("data", {}).items())
    self.body.append(f'<details class="folded"{data}><summary>{LABELS[node["kind"]]}</summary>')


def depart_folded(self, node):
    self.body.append("</details>")


def setup(app):
    app.add_node(folded, html=(visit_folded, depart_folded))
    app.connect("doctree-read", fold)
