"""How kernels behave in the book's own environment; `make` puts this file where they look."""

c = get_config()  # noqa: F821
c.IPKernelApp.log_level = "ERROR"
