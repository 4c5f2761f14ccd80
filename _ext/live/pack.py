"""Packs byte code for the pages. Pyodide runs this: it compiles for itself."""

import importlib
import io
import marshal
import re
import sys
import zipfile
from functools import cache
from importlib.machinery import SourceFileLoader
from importlib.util import MAGIC_NUMBER, decode_source
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
    buffer = io.BytesIO()
    with zipfile.ZipFile(archive) as sources, zipfile.ZipFile(buffer, "w") as packed:
        names = (PurePath(name) for name in sorted(sources.namelist()) if name.endswith(".py"))
        for name in (name for name in names if not _needless(name)):
            code = MAGIC_NUMBER + bytes(12) + _code(sources.read(str(name)).decode(), name)
            packed.writestr(zipfile.ZipInfo(f"{name.with_suffix('.pyc')}"), code)  # stored
    return buffer.getvalue()


def _needless(path):
    return NEEDLESS.match(".".join(path.with_suffix("").parts))


def sympy(site):
    """Return what SymPy consists of, as far as proofs may need it, for `importer.py`."""
    sys.path.insert(0, site)

    def compiled_once(loader, data, path, **_):
        return marshal.loads(_code(decode_source(data), PurePath(path).relative_to(site)))

    SourceFileLoader.source_to_code = compiled_once
    importlib.import_module("sympy")
    for name in ("sympy.tensor.tensor", "sympy.physics.units"):  # sums and integrals ask for them
        importlib.import_module(name)
    for name in LAZY:
        for file in sorted(Path(site, "sympy", name).rglob("*.py")):
            module = ".".join(file.relative_to(site).with_suffix("").parts)
            if not UNSUITED.search(module):
                importlib.import_module(module.removesuffix(".__init__"))
    loaded = (Path(file) for m in sys.modules.values() if (file := getattr(m, "__file__", None)))
    return _modules(Path(site), (file for file in loaded if Path(site) in file.parents))


def ours(site):
    """Return all modules that lie in a folder, for `importer.py`."""
    return _modules(Path(site), Path(site).rglob("*.py"))


def _modules(site, files):
    """Return by the name of each module whether it is a package, and its byte code."""
    modules = {}
    for file in sorted(files):
        name = file.relative_to(site)
        is_package = name.stem == "__init__"
        module = ".".join((name.parent if is_package else name.with_suffix("")).parts)
        modules[module] = is_package, _code(decode_source(file.read_bytes()), name)
    return marshal.dumps(modules)


@cache
def _code(source, name):
    if name.stem == "function_docs":  # mpmath asks for the texts, and no page shows them
        source = re.sub(r'""".*?"""', '""', source, flags=re.S)
    return marshal.dumps(compile(source, str(name), "exec", dont_inherit=True, optimize=2))
