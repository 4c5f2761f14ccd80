"""What a chapter claims: its cells are run, without the training and the pictures around them.

The engine proves the steps when the book is built. Here it decides those alone that a chapter tries
and expects it to refuse: of the others the witness judges by itself.
"""

import ast
import linecache
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import jupytext
from sympy import MatrixBase

from _ext.slices import needed
from backprop.symbolic import proof


@dataclass(frozen=True)
class Displayed:
    """A claim or a refutation, and the line of the chapter's code that it comes from."""

    what: Any
    cell: int
    line: int

    def __str__(self) -> str:
        return f"cell {self.cell}, line {self.line}: {self.what!r}".replace("\n", " | ")


def displayed(chapter: Path) -> list[Displayed]:
    """Return the claims and refutations of a chapter, each once."""
    notebook = jupytext.read(chapter)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    found: list[Displayed] = []
    scope: dict[str, Any] = ModuleType("__main__").__dict__
    scope["display"] = lambda *shown: None  # as IPython gives it to a cell
    tried = {(number, line) for number, cell in enumerate(cells) for line in _tried(cell)}
    with _recording(found, chapter.stem, tried), redirect_stdout(StringIO()):
        for number, (source, statements) in enumerate(zip(cells, needed(cells), strict=True)):
            name = _cell_name(chapter.stem, number)
            linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
            exec(compile(ast.Module(statements, []), name, "exec"), scope)
    return found


def _cell_name(stem: str, number: int) -> str:
    return f"/{stem}/{number}"


def _tried(source: str) -> Iterator[int]:
    """Yield the lines of a cell that stand in a `try`."""
    parsed = ast.parse(source) if "try:" in source else ast.Module([], [])
    for statement in ast.walk(parsed):
        if isinstance(statement, ast.Try):
            yield from range(statement.lineno, statement.body[-1].end_lineno + 1)


def _meaning(what: Any) -> Any:
    """Return what tells claims apart: a result of one step is the claim of that step."""
    if isinstance(what, tuple):
        return id(what)
    terms = (what.left, what.right, *(what.shown or ()))
    fixed = [x.as_immutable() if isinstance(x, MatrixBase) else x for x in terms]
    return (*fixed, what.relation, what.where, *what.given.items())


@contextmanager
def _recording(found: list[Displayed], stem: str, tried: set[tuple[int, int]]) -> Iterator[None]:
    """Take down what is claimed or refuted, and the results that have a name or are read off."""
    proved, refuted, result = proof._proved, proof.refute, proof.Derivation.result
    known: set[Any] = set()
    named: dict[int, tuple[proof.Derivation, tuple[int, int]]] = {}

    def place(frame: Any) -> tuple[int, int]:
        while frame and not frame.f_code.co_filename.startswith(f"/{stem}/"):
            frame = frame.f_back
        return (int(frame.f_code.co_filename.split("/")[-1]), frame.f_lineno) if frame else (-1, 0)

    def record(what: Any, at: tuple[int, int] | None = None) -> Any:
        at = at or place(sys._getframe(2))
        key = _meaning(what)
        if key not in known:
            known.add(key)
            found.append(Displayed(what, *at))
        return what

    def recorded_refute(claim: Any, truth: Any, **conditions: Any) -> Any:
        refutation = refuted(claim, truth, **conditions)
        return record((refutation, claim, truth, conditions)) and refutation

    def recorded_step(claim: Any) -> Any:
        step = sys._getframe(1)
        at = place(step)
        if (derivation := step.f_locals["self"]).name:
            named[id(derivation)] = derivation, at
        return record(proved(claim) if at in tried else claim)

    proof._proved = recorded_step
    proof.refute = recorded_refute
    proof.Derivation.result = property(lambda derivation: record(result.fget(derivation)))
    try:
        yield
        for derivation, at in named.values():
            record(result.fget(derivation), at)
    finally:
        proof._proved, proof.refute, proof.Derivation.result = proved, refuted, result
