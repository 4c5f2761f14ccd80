"""How fast the book's code is, beside its rivals: `make bench` writes the results here.

A benchmark is a module with a function `run` that returns its `Section`s. Every library gets one
thread, which has to be said before NumPy is imported.
"""

import os

for library in ("OPENBLAS", "MKL", "OMP", "BLIS", "VECLIB_MAXIMUM"):
    os.environ[f"{library}_NUM_THREADS"] = "1"
