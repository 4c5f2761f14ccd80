"""Proofs live in the page: a reader edits and runs them there, without a kernel or a network.

A page names, for each cell that proves something, its number among the cells; `live.js` puts a
button there. What is loaded when it is pressed lies in `_static/live`: the cells of each page, and
Python for the browser with SymPy and the proof engine, which `pack.mjs` makes of what npm has set
up in `.venv/live`, where what all books share stays. Without that, the book has no such buttons.
"""

import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import sympy
from docutils import nodes
from sphinx.errors import ExtensionError

from ..folding import folded
from ..mathematics import NODE
from .imports import Imports

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MODULES = Path(sys.prefix, "live/node_modules")
OURS = (
    "_ext/lines.py",
    "_ext/slices.py",
    "_ext/live/cell.py",
    "src/backprop/[!t]*.py",
    "src/backprop/exercises/lexer.py",
    "src/backprop/exercises/parser.py",
    "src/backprop/symbolic/*.py",
)
"""What of the book itself is Python in a page."""


def prepare(app):
    """Begin to make what pages load, while the chapters run."""
    app.env.live_pages = getattr(app.env, "live_pages", {})
    app.live = None
    if app.builder.format != "html":
        return
    if not (MODULES / "pyodide").exists():
        if os.environ.get("CI"):
            raise ExtensionError(f"Pyodide is not in {MODULES}: set up anew")
        print("No proof can be edited in a page: Pyodide was not set up.", file=sys.stderr)
        return
    app.live = _Pack(Path(app.outdir).parent / "live")


class _Pack:
    """The files that all pages share, made in the background unless they are there."""

    def __init__(self, cache):
        tools = [*HERE.glob("*.*"), HERE.parent / "formula.mjs"]
        ours = sorted(file for pattern in OURS for file in ROOT.glob(pattern))
        answers = sorted(ROOT.glob("src/backprop/exercises/*.py"))
        self.common = common()
        self.out = cache / f"book-{_digest([*sorted(tools), *ours, *answers])}"
        self._making = None
        if not (self.out / "bench.js").exists() or not (self.common / "parts.json").exists():
            shutil.rmtree(self.out, ignore_errors=True)
            self._making = pack(self.common, _staged(cache / "site", ours), self.out)

    def copy(self, target):
        """Put the files below a folder, without those of earlier times; return its name."""
        if self._making and self._making.wait():
            shutil.rmtree(self.out, ignore_errors=True)
            raise ExtensionError("what runs proofs in a page could not be made")
        made = target / self.out.name
        for old in {*target.glob("book-*"), *self.out.parent.glob("book-*")} - {made, self.out}:
            shutil.rmtree(old)
        if not made.exists():
            shutil.copytree(self.common, made, ignore=shutil.ignore_patterns("*.json"))
            shutil.copytree(self.out, made, dirs_exist_ok=True)
        return made.name


def common():
    """Name the folder of what all books share: Python and SymPy, as a page runs them."""
    made_of = ("package-lock.json", "pack.mjs", "pack.py", "worker.js", "importer.py")
    return MODULES.parent / f"common-{_digest([HERE / name for name in made_of])}"


def pack(shared, *book):
    """Start to make what is shared, unless it is there, and of a book's Python what goes out."""
    for old in set(shared.parent.glob("common-*")) - {shared}:
        shutil.rmtree(old)
    libraries = Path(sympy.__file__).parents[1]
    return subprocess.Popen([NODE, HERE / "pack.mjs", MODULES, libraries, shared, *book])


def _digest(files):
    digest = hashlib.sha256(f"{sympy.__version__} {sys.version_info}".encode())
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def _staged(site, files):
    """Lay out the book's own Python as the page imports it: without what NumPy brings."""
    shutil.rmtree(site, ignore_errors=True)
    for file in files:
        target = site / file.relative_to(ROOT / "src" if "src" in file.parts else ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    for package in ("_ext", "_ext/live", "backprop/exercises"):
        (site / package / "__init__.py").write_text("", encoding="utf-8")
    from backprop.exercises import EXERCISES  # here, as all of the book's mathematics comes along
    from backprop.exercises.formula import Formula

    answers = {
        name: (entry.names, entry.solution, entry.domain, entry.cases)
        for name, entry in EXERCISES.items()
        if isinstance(entry, Formula)
    }
    pickled = f"PICKLED = {pickle.dumps(answers, protocol=4)}\n"
    (site / "_ext/live/answers.py").write_text(pickled, encoding="utf-8")
    return site


def mark(app, doctree):
    """Name the page and the cell in each proof that needs neither NumPy nor Matplotlib."""
    env = app.env
    env.live_pages.pop(env.docname, None)
    proofs = [node for node in doctree.findall(folded) if node["kind"] in ("proved", "refuted")]
    if app.live is None or not proofs:
        return
    notebook = app.notebooks[env.docname]
    numbers = [n for n, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    sources = [notebook.cells[n].source for n in numbers]
    name = env.docname.replace("/", "-")
    for node in proofs:
        cell = _cell(node)
        if "bench" in cell["cell_metadata"].get("tags", ()):
            node["kind"] = "drawn"  # nothing is proved there yet
        number = numbers.index(cell["cell_index"])
        if _imports().needs_no_arrays(sources[: number + 1]):
            node["data"] = {"live": name, "cell": number}
            env.live_pages[env.docname] = {"name": name, "cells": sources}


@cache
def _imports():
    return Imports(ROOT / "src")


def _cell(node):
    while not (isinstance(node, nodes.Element) and node.get("nb_element") == "cell_code"):
        node = node.parent
    return node


def forget(app, env, docname):
    env.live_pages.pop(docname, None)


def write(app, exception):
    """Write what pages load when a reader asks for it."""
    if exception or not app.live:
        return
    target = Path(app.outdir, "_static/live")
    target.mkdir(parents=True, exist_ok=True)
    folder = app.live.copy(target)
    for page in app.env.live_pages.values():
        text = f"window.livePage = {json.dumps({'folder': folder, **page})};\n"
        (target / f"{page['name']}.js").write_text(text, encoding="utf-8")


def setup(app):
    app.connect("builder-inited", prepare)
    app.connect("env-purge-doc", forget)
    app.connect("doctree-read", mark, priority=550)  # once cells are folded
    app.connect("build-finished", write, priority=950)  # nothing of this is style for pages
    app.add_css_file("live.css")
    app.add_js_file("live.js", loading_method="defer")
