"""Imports the modules that a page is sent: a dictionary is searched faster than a zip."""

import gc
import marshal
import sys
from importlib.machinery import ModuleSpec


class Modules:
    """Finds and loads modules of byte code, as `pack.py` makes them."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.codes = marshal.load(file)

    def find_spec(self, name, path=None, target=None):
        if name in self.codes:
            is_package, _ = self.codes[name]
            return ModuleSpec(name, self, is_package=is_package)

    def create_module(self, spec):
        """Leave it to Python."""

    def exec_module(self, module):
        _, code = self.codes.pop(module.__name__)
        exec(marshal.loads(code), module.__dict__)


gc.disable()  # nothing that an import makes is let go
sys.meta_path[:0] = [Modules("/sympy"), Modules("/ours")]
