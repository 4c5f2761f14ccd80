"""What do cells bring with them when they are imported? Found without running them."""

import ast
from functools import cache

from ..slices import before

NOT_IN_A_PAGE = {"numpy", "matplotlib", "scipy", "IPython", "ipywidgets", "anywidget", "timeit"}


class Imports:
    """The modules below a folder, as they import one another."""

    def __init__(self, folder):
        self.folder = folder
        self.closure = cache(self._closure)
        self.imports = cache(self._imports)
        self.needed = cache(self._needed)

    def needs_no_arrays(self, cells):
        """Whether the last cell, with what it needs of those before, runs where no NumPy is."""
        try:
            needed = [statement for part in before(cells) for statement in part]
        except SyntaxError:  # magics
            return False
        return all(self.needed(statement).isdisjoint(NOT_IN_A_PAGE) for statement in needed)

    def _needed(self, statement):
        """Return the top packages of what a statement imports, at any depth of it."""
        return set().union(*map(self.closure, self._imported(ast.walk(statement))))

    def _closure(self, module):
        """Return the top packages of what a module imports, directly or not."""
        seen, to_read = set(), {module}
        while to_read:
            name = to_read.pop()
            seen.add(name)
            parts = name.split(".")
            to_read |= {".".join(parts[:k]) for k in range(1, len(parts))} - seen
            to_read |= self.imports(name) - seen
        return {name.split(".")[0] for name in seen}

    def _imports(self, module):
        """Return the modules that a module of the folder imports; of another one, none."""
        file = self._file(module)
        return self._imported(ast.parse(file.read_text("utf-8")).body) if file else set()

    def _imported(self, statements):
        """Return the modules that statements import; those inside functions wait for a call."""
        found = set()
        for node in statements:
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names = (f"{node.module}.{alias.name}" for alias in node.names)
                found |= {name if self._file(name) else node.module for name in names}
        return found

    def _file(self, name):
        path = self.folder.joinpath(*name.split("."))
        files = (path.with_suffix(".py"), path / "__init__.py")
        return next((file for file in files if file.exists()), None)
