"""How fast the book's code is, beside its rivals: `make bench` writes the results here.

A benchmark is a module with a function `run` that returns its `Section`s. Every library gets one
thread, which has to be said before NumPy is imported, and where the system allows it one core: JAX
heeds no other bound, and is faster when its threads do not hand work to one another. A browser gets
all `CORES`, as its readers' do.
"""

import os

for library in ("OPENBLAS", "MKL", "OMP", "BLIS", "VECLIB_MAXIMUM"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
if CORES:
    os.sched_setaffinity(0, {max(CORES)})
