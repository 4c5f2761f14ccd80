"""What a chapter's outputs depend on besides its cells: found by its imports, without running them.

A module brings with it what it imports, the packages that it lies in, and the files beside it that
its strings name. Of what a package itself imports, that counts which someone asks the package for.
Where a package collects its modules (`from package import module, ...` in itself), as that of the
exercises does, those count that have a name like `chain-rule` in common with the chapter's cells:
a chapter asks for an exercise by its name.
"""

import ast
import hashlib
import platform
import re
from functools import cache

CELL = re.compile(r"^(`{3,})\{code-cell\}[^\n]*\n(.*?)^\1", re.S | re.M)
OPTIONS = re.compile(r"\A(?:---\n.*?^---\n|(?::[^\n]*\n)+)", re.S | re.M)
ENTRY = re.compile(r"\w+(-\w+)+")


class Dependencies:
    """The files below ``root/src``, and the versions, as chapters depend on them."""

    def __init__(self, root):
        self.src = root / "src"
        files = sorted(f for f in self.src.rglob("*") if f.is_file() and f.suffix != ".pyc")
        self.modules = {self._name(f): f for f in files if f.suffix == ".py"}
        self.data = {f for f in files if f.suffix != ".py"}
        self.versions = platform.python_version().encode()
        for file in ("requirements.lock", "chapters/matplotlibrc"):
            self.versions += (root / file).read_bytes()
        self.content = cache(lambda file: file.read_bytes())
        self.read = cache(lambda module: self._read(self.content(self.modules[module])))
        self.named = cache(self._named)
        self.unnamed = self.data - set().union(*map(self.named, self.modules))

    def fingerprint(self, text):
        """Return what changes with the things that the outputs of a page of this text depend on."""
        digest = hashlib.sha256(self.versions)
        for file in sorted(self.files(text)):
            digest.update(file.relative_to(self.src).as_posix().encode() + b"\0")
            digest.update(self.content(file))
        return digest.hexdigest()[:16]

    def files(self, text):
        """Return the files that the cells of a page use: all, where that cannot be told."""
        cells = [OPTIONS.sub("", cell) for _, cell in CELL.findall(text)]
        try:
            modules = self._used(cells)
        except SyntaxError:
            return {*self.modules.values()} | self.data
        parts = [module.split(".") for module in modules]
        packages = {".".join(part[:k]) for part in parts for k in range(1, len(part))}
        code = {self.modules[m] for m in modules | packages if m in self.modules}
        return code.union(*map(self.named, modules), self.unnamed if modules else ())

    def _used(self, cells):
        """Return the modules that cells import, and what those import, and so on."""
        read = [self._read(cell) for cell in cells]
        wanted = {module for imports, _ in read for _, module in imports}
        entries = {word for _, strings in read for word in strings if ENTRY.fullmatch(word)}
        used = set()
        while wanted:
            module = wanted.pop()
            used.add(module)
            for package, imported in self.read(module)[0]:
                if package != module or entries & self.read(imported)[1]:
                    wanted.add(imported)
            wanted -= used
        return used

    def _read(self, source):
        """Return what a source imports, each with what it is imported from, and its strings."""
        imports, strings = set(), set()
        for node in ast.walk(ast.parse(source)):
            match node:
                case ast.Constant(value=str() as string):
                    strings.add(string)
                case ast.Import(names=names):
                    imports |= {("", alias.name) for alias in names}
                case ast.ImportFrom(module=package, names=names):
                    inner = [f"{package}.{alias.name}" for alias in names]
                    imports |= {(package, n if n in self.modules else package) for n in inner}
        return {pair for pair in imports if pair[1] in self.modules}, strings

    def _named(self, module):
        """Return the files that a module's strings name, beside it or in a folder there."""
        folder, strings = self.modules[module].parent, self.read(module)[1]
        return {
            f
            for f in self.data
            if (f.name in strings and folder in f.parents)
            or (f.stem in strings and folder == f.parent)
        }

    def _name(self, file):
        parts = file.relative_to(self.src).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
