"""Packs byte code for the pages. Pyodide runs this: it compiles for itself."""

import importlib
import io
import marshal
import re
import sys
import zipfile
from importlib.util import MAGIC_NUMBER
from pathlib import Path

LAZY = (
    *("algebras", "assumptions", "calculus", "codegen", "concrete", "core", "discrete"),
    *("functions", "integrals", "logic", "matrices", "ntheory", "polys", "series", "sets"),
    *("simplify", "solvers", "strategies"),
)
"""Packages of SymPy of which modules load others only when they need them."""

UNSUITED = re.compile(r"\.(tests|benchmarks)(\.|$)|core\.(trace|compatibility)$")


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
    return _zipped(Path(site), (file for file in loaded if Path(site) in file.parents))


def ours(site):
    """Return a zip of all that lies in a folder."""
    return _zipped(Path(site), Path(site).rglob("*.*"))


def _zipped(site, files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # stored: it is compressed as a whole
        for file in sorted(files):
            name = file.relative_to(site)
            if file.suffix != ".py":
                archive.writestr(zipfile.ZipInfo(str(name)), file.read_bytes())
            else:
                archive.writestr(zipfile.ZipInfo(f"{name.with_suffix('.pyc')}"), _code(file, name))
    return buffer.getvalue()


def _code(file, name):
    source = file.read_text(encoding="utf-8")
    if file.stem == "function_docs":  # mpmath asks for the texts, and no page shows them
        source = re.sub(r'""".*?"""', '""', source, flags=re.S)
    code = compile(source, str(name), "exec", dont_inherit=True, optimize=2)
    return MAGIC_NUMBER + bytes(12) + marshal.dumps(code)
