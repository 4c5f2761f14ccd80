"""Packs byte code for the pages. Pyodide runs this: it compiles for itself."""

import importlib
import io
import marshal
import re
import sys
import zipfile
from importlib.util import MAGIC_NUMBER
from pathlib import Path, PurePath

LAZY = (
    *("algebras", "assumptions", "calculus", "codegen", "concrete", "core", "discrete"),
    *("functions", "integrals", "logic", "matrices", "ntheory", "polys", "series", "sets"),
    *("simplify", "solvers", "strategies"),
)
"""Packages of SymPy of which modules load others only when they need them."""

UNSUITED = re.compile(r"\.(tests|benchmarks)(\.|$)|core\.(trace|compatibility)$")


NEEDLESS = re.compile(
    r"(_pyio|_pyrepl|bdb|doctest|email|ensurepip|ftplib|html|http|imaplib|ipaddress|mailbox|modulefinder"
    r"|multiprocessing|optparse|pdb|pickletools|plistlib|poplib|pstats|pydoc|pydoc_data|smtplib|sqlite3"
    r"|tarfile|trace|unittest|urllib|uuid|venv|wsgiref|xml|xmlrpc|zipapp)(\.|$)"
    r"|encodings\.(?!__init__$|aliases$|ascii$|latin_1$|utf_8$)"
)
"""Modules of Python for networks, processes, tools and old encodings: no proof asks for them."""


def library():
    """Return Python's own library as byte code: compiling it at each start takes seconds."""
    archive = next(path for path in sys.path if path.endswith(".zip"))
    with zipfile.ZipFile(archive) as sources:
        names = (PurePath(name) for name in sorted(sources.namelist()) if name.endswith(".py"))
        return _zipped((name, sources.read(str(name))) for name in names if not _needless(name))


def _needless(path):
    return NEEDLESS.match(".".join(path.with_suffix("").parts))


def sympy(site):
    """Return a zip of what SymPy consists of, as far as proofs may need it."""
    sys.path.insert(0, site)
    importlib.import_module("sympy")
    for name in ("sympy.tensor.tensor", "sympy.physics.units"):  # sums and integrals ask for them
        importlib.import_module(name)
    for name in LAZY:
        for file in sorted(Path(site, "sympy", name).rglob("*.py")):
            module = ".".join(file.relative_to(site).with_suffix("").parts)
            if not UNSUITED.search(module):
                importlib.import_module(module.removesuffix(".__init__"))
    loaded = (Path(file) for m in sys.modules.values() if (file := getattr(m, "__file__", None)))
    return _zipped(_read(Path(site), (file for file in loaded if Path(site) in file.parents)))


def ours(site):
    """Return a zip of all that lies in a folder."""
    return _zipped(_read(Path(site), Path(site).rglob("*.*")))


def _read(site, files):
    """Yield the files with their names below a folder, in order."""
    return ((file.relative_to(site), file.read_bytes()) for file in sorted(files))


def _zipped(entries):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # stored: it is compressed as a whole
        for name, content in entries:
            if name.suffix != ".py":
                archive.writestr(zipfile.ZipInfo(str(name)), content)
            else:
                code = _code(content.decode(), name)
                archive.writestr(zipfile.ZipInfo(f"{name.with_suffix('.pyc')}"), code)
    return buffer.getvalue()


def _code(source, name):
    if name.stem == "function_docs":  # mpmath asks for the texts, and no page shows them
        source = re.sub(r'""".*?"""', '""', source, flags=re.S)
    code = compile(source, str(name), "exec", dont_inherit=True, optimize=2)
    return MAGIC_NUMBER + bytes(12) + marshal.dumps(code)
