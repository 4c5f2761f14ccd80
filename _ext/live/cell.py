"""Answers a page about its cells and exercises, in the reader's browser, where no kernel is.

What goes in and comes out is JSON, and nothing of Sphinx is imported. A page's cells are known by
their sources: what a cell needs of those before it runs first, unseen.
"""

import ast
import contextlib
import gc
import importlib
import io
import json
import linecache
import pickle
import re
import sys
import traceback
import warnings
from functools import cache

from _ext.lines import lines, pieces, result
from _ext.slices import before, changed

PYODIDE = re.compile(r"_?pyodide|js$|micropip")
MUTABLE = {"Derivation", "MutableDenseMatrix", "list", "dict", "set"}
"""Types of what a call of a method may change for the proofs to come."""
MARKDOWN = re.compile(r"\$(.*?)\$")
VERDICTS = {"Derivation": "Proved", "Refutation": "Refuted"}
NOT_HERE = {"numpy": "NumPy", "matplotlib": "Matplotlib", "IPython": "Jupyter"}


def answer(text):
    """Return in JSON what is to be said of a request: to run a cell, or to judge an answer."""
    request = json.loads(text)
    act = judged if "exercise" in request else run
    return json.dumps(act(**request))


def start():
    """Load the proof engine, and take from Python what leads to JavaScript."""
    importlib.import_module("backprop.symbolic.proof")
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "JsFinder"]
    for name in list(sys.modules):
        if PYODIDE.match(name):
            sys.modules[name] = None
    warnings.simplefilter("ignore")
    gc.freeze()  # what was imported stays
    gc.enable()


def run(page, cells, source):
    """Run a cell after what it needs of the cells before it, and say what it shows.

    Returns
    -------
    dict
        `shown`, a list of blocks as `blocks` makes them, and `latex`, the same in LaTeX; and
        `error`, if there is one: its `line`, its `kind`, its `words` and what it `shown`.
    """
    shown, printed = [], io.StringIO()
    files = [f"/{page}/{number}" for number in range(len(cells) + 1)]
    for file in [file for file in linecache.cache if file.startswith("/")]:
        del linecache.cache[file]
    for file, text in zip(files, [*cells, source], strict=True):  # `written` reads them there
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    try:
        *needed, own = before([*cells, source])
        _earlier.run((page, cells), needed, files)
        _earlier.shown = shown
        with contextlib.redirect_stdout(printed), _earlier.kept(own) as names:
            _run_own(own, files[-1], names)
        error = None
    except Exception as caught:
        error = _told(caught, files[-1])
    texts = [text for value in shown if (text := _latex(value))]
    parts = [block for value in shown for block in blocks(value)]
    if printed.getvalue():
        parts.insert(0, {"kind": "text", "text": printed.getvalue()})
    verdict = next(filter(None, map(_verdict, shown)), "Done")
    return {"shown": parts, "latex": texts, "verdict": verdict, "error": error}


class _Earlier:
    """What ran before a cell, and the names that it made: the next run goes on from there."""

    def __init__(self):
        self.forget()

    def forget(self):
        self.name, self.cells, self.ran, self.names = "", [], [], {}
        self.shown = []

    def display(self, *values):
        """Show values, as Jupyter's function of this name does."""
        self.shown += values

    def run(self, page, needed, files):
        """Run the statements that are needed, those that have run excepted.

        What has run and is not needed changes nothing that is, or it would be needed.
        """
        (name, cells), nodes = page, {}
        ran = self.cells[: max(self.ran)[0] + 1] if self.ran else []
        for number, part in enumerate(needed):
            nodes |= {(number, node.lineno, node.col_offset): node for node in part}
        new = sorted(nodes.keys() - set(self.ran))
        last = max(self.ran, default=(-1,))
        if (self.name, ran) != (name, cells[: len(ran)]) or (new and new[0] < last):
            self.forget()
            new = sorted(nodes)
        self.name, self.cells = page
        self.names |= {"__name__": "__main__", "display": self.display}
        with contextlib.redirect_stdout(io.StringIO()):
            for place in new:
                code = compile(ast.Module([nodes[place]], []), files[place[0]], "exec")
                exec(code, self.names)
                self.ran.append(place)

    @contextlib.contextmanager
    def kept(self, nodes):
        """Yield the names for a cell's own statements; if these change one, forget them all."""
        before = dict(self.names)
        try:
            yield self.names
        finally:
            names = set().union(*map(changed, nodes)) & before.keys()
            mutated = any(type(before[name]).__name__ in MUTABLE for name in names)
            if mutated or any(self.names.get(name) is not before[name] for name in before):
                self.forget()
            else:
                self.names.clear()  # in place: functions know their names by this dictionary
                self.names.update(before)


_earlier = _Earlier()


def _verdict(value):
    return getattr(value, "verdict", VERDICTS.get(type(value).__name__))


def _run_own(nodes, file, names):
    """Run a cell's own statements; the value of the last one is shown, if it has any."""
    *first, last = nodes or [ast.Pass()]
    if not isinstance(last, ast.Expr):
        first.append(last)
    exec(compile(ast.Module(first, []), file, "exec"), names)
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), file, "eval"), names)
        if value is not None:
            names["display"](value)


def blocks(value):
    """Yield what a page shows of a value: mathematics, lines, words, a table or a text."""
    if hasattr(value, "_repr_markdown_"):
        rows = [row.strip("| ").split(" | ") for row in value._repr_markdown_().splitlines()]
        del rows[1]  # the rule below the headings
        yield {"kind": "table", "rows": [[_cell(cell) for cell in row] for row in rows]}
    elif latex := _latex(value):
        text = latex.strip().strip("$")
        stated, _, proof = result(text) or (text, "", "")
        yield from (_block(tex.strip()) for tex in (stated, proof) if tex)
    else:
        yield {"kind": "text", "text": repr(value)}


def _block(tex):
    if parts := list(lines(tex)):
        return {"kind": "lines", "parts": parts}
    if tex.startswith(r"\text{"):
        return {"kind": "words", "pieces": pieces(tex)}
    return {"kind": "math", "tex": tex.removeprefix(r"\displaystyle ")}


def _latex(value):
    represent = getattr(value, "_repr_latex_", None)
    return represent() if represent else None


def _cell(text):
    return [(number % 2 == 1, piece) for number, piece in enumerate(MARKDOWN.split(text)) if piece]


def _told(caught, file):
    """Say what went wrong, and at which line of the cell, counted from 1."""
    at = [frame.lineno for frame in traceback.extract_tb(caught.__traceback__) if frame[0] == file]
    line = caught.lineno if isinstance(caught, SyntaxError) else (at or [None])[-1]
    kind = {"FalseStep": "false", "Undecided": "undecided"}.get(type(caught).__name__, "error")
    words = caught.msg if isinstance(caught, SyntaxError) else str(caught)
    if isinstance(caught, ModuleNotFoundError):
        name = NOT_HERE.get(str(caught.name).split(".")[0], caught.name)
        words = f"this needs {name}, which a page has not: run the cell in Jupyter"
    elif kind == "error":
        words = f"{type(caught).__name__}: {words}"
    return {"line": line, "kind": kind, "words": words, "shown": _shown_of(caught)}


def _shown_of(caught):
    latex = _latex(caught)
    return [_block(latex.strip("$"))] if latex else []


def judged(exercise, text):
    """Judge an answer to an exercise for all values of its letters, not at samples alone.

    Returns
    -------
    dict
        `kind`, one of proved, wrong, undecided and mistake, and the `words` to say.
    """
    from backprop.exercises.parser import Mistake, parse

    names, *rest = _exercises()[exercise]
    try:
        mine = parse(text, names)
    except Mistake as mistake:
        return {"kind": "mistake", "words": str(mistake)}
    return _compared(mine, *rest)


def _compared(mine, solution, domain, cases):
    from sympy import Float, PolynomialError

    from backprop.symbolic.proof import Claim

    if mine.has(Float):
        return {"kind": "undecided", "words": "Decimals are rounded; a fraction can be proved."}
    try:
        proved = all(Claim(mine, "=", solution, domain, case).holds() for case in cases)
    except PolynomialError:  # a form that SymPy cannot take apart
        proved = False
    found = Claim(mine, "=", solution, domain, {}).counterexample(briefly=proved)
    if found:
        return {"kind": "wrong", "words": f"Not yet: your answer is wrong {_place(found)}."}
    if proved:
        everywhere = ", for all values that its letters may have" if mine.free_symbols else ""
        return {"kind": "proved", "words": f"Proved{everywhere}."}
    return {"kind": "undecided", "words": "Neither proved nor refuted: try another form of it."}


def _place(found):
    return f"at {found.place}" if found.point else "as a number"


@cache
def _exercises():
    return pickle.loads(importlib.import_module("_ext.live.answers").PICKLED)
