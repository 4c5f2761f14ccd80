"""Which statements of a chapter does a part of it need? Found by names, without running anything.

A statement is needed if it is wanted, or if it may change what a name means that a needed
statement after it uses: it assigns to the name, or to a part of it, or calls a method on it.
Names inside a function count as used where the function's name is.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

FUNCTIONS, METHODS = {"Derivation", "refute"}, {"step", "result"}
"""What proves and refutes, and what is called on a derivation."""

BINDING = (
    ast.Assign,
    ast.AnnAssign,
    ast.Import,
    ast.ImportFrom,
    ast.With,
    ast.FunctionDef,
    ast.ClassDef,
)
"""Statements after which what a name meant before is forgotten."""


@dataclass(frozen=True)
class Statement:
    """A statement of a cell, with the names that it binds, may change and uses."""

    cell: int
    node: ast.stmt
    binds: frozenset[str]
    changes: frozenset[str]
    uses: frozenset[str]


def proves(node: ast.stmt) -> bool:
    """Return whether a statement proves or refutes something, or shows what was proved."""
    return any(
        (isinstance(part, ast.Name) and part.id in FUNCTIONS)
        or (isinstance(part, ast.Attribute) and part.attr in METHODS)
        for part in ast.walk(node)
    )


def needed(
    cells: Sequence[str], wanted: Callable[[ast.stmt], bool] = proves
) -> list[list[ast.stmt]]:
    """Return, for each cell, the statements that the wanted ones need, themselves among them.

    Parameters
    ----------
    cells
        The sources of the cells, in the order in which they run.
    wanted
        Tells the statements that are wanted in any case.

    Raises
    ------
    SyntaxError
        If a cell is not Python.
    """
    statements = _statements(cells)
    return _traced(statements, {at for at, s in enumerate(statements) if wanted(s.node)}, cells)


def before(cells: Sequence[str]) -> list[list[ast.stmt]]:
    """Return, for each cell, the statements that the last cell needs, and all of its own.

    Raises
    ------
    SyntaxError
        If a cell is not Python.
    """
    statements = _statements(cells)
    last = {at for at, statement in enumerate(statements) if statement.cell == len(cells) - 1}
    return _traced(statements, last, cells)


def changed(node: ast.stmt) -> frozenset[str]:
    """Return the names that a statement may change, without binding them anew."""
    return _statement(0, node).changes


def _statements(cells: Sequence[str]) -> list[Statement]:
    statements = [statement for at, source in enumerate(cells) for statement in _of(at, source)]
    modules = {name for x in statements if isinstance(x.node, ast.Import) for name in x.binds}
    return [
        replace(x, changes=x.changes - modules) if x.changes & modules else x for x in statements
    ]


@lru_cache(maxsize=1000)
def _of(number: int, source: str) -> list[Statement]:
    """Return the statements of a cell; a page's cells are asked for once for each of its proofs."""
    return [_statement(number, node) for node in ast.parse(source).body]


def _traced(
    statements: list[Statement], marked: set[int], cells: Sequence[str]
) -> list[list[ast.stmt]]:
    """Return the marked statements and what they need, cell by cell."""
    to_trace = sorted(marked)
    while to_trace:
        at = to_trace.pop()
        new = set(_sources(statements, at, statements[at].uses)) - marked
        marked |= new
        to_trace += new
    slices: list[list[ast.stmt]] = [[] for _ in cells]
    for at in sorted(marked):
        slices[statements[at].cell].append(statements[at].node)
    return slices


def _sources(statements: list[Statement], before: int, names: frozenset[str]) -> Iterator[int]:
    """Yield the statements that give names the meaning they have before a statement."""
    traced: set[str] = set()
    open_names = list(names)
    while open_names:
        name = open_names.pop()
        if name in traced:
            continue
        traced.add(name)
        for at in range(before - 1, -1, -1):
            statement = statements[at]
            if name not in statement.binds | statement.changes:
                continue
            yield at
            if isinstance(statement.node, ast.FunctionDef | ast.ClassDef):
                open_names += statement.uses  # looked up when the function is called
            if name in statement.binds:
                break


def _statement(cell: int, node: ast.stmt) -> Statement:
    binds, changes, uses = set(), set(), set()
    certain = isinstance(node, BINDING)
    for part in _outside_functions(node):
        match part:
            case ast.Name(id=name, ctx=ast.Store()):
                (binds if certain else changes).add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                binds.add(name)
            case ast.alias(name=name, asname=other):
                binds.add(other or name.split(".")[0])
            case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()):
                changes |= _root(part)
            case ast.Call(func=ast.Attribute() as method):
                changes |= _root(method)
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            uses.add(part.id)
        elif isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name):
            uses.add(part.target.id)
    return Statement(cell, node, frozenset(binds), frozenset(changes - binds), frozenset(uses))


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a statement that run when it does."""
    yield node
    if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
        return
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.comprehension):
            yield from _outside_functions(child)


def _root(node: ast.expr) -> set[str]:
    """Return the name at the start of a.b[c].d, if there is one that may change.

    In `Derivation(x).step(y)` it is a new derivation that changes, and no name has it.
    """
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return {node.id} - FUNCTIONS if isinstance(node, ast.Name) else set()
