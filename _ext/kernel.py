"""How kernels behave in the book's own environment; `make` puts this file where they look."""

from ipykernel.iostream import OutStream

c = get_config()  # noqa: F821
c.IPKernelApp.log_level = "ERROR"

# What a cell prints comes in one piece: pieces that a clock cuts differ from build to build.
OutStream.flush_interval = 10
