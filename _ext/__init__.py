"""The Sphinx extension of the book: one subject a file, each with its own `setup`."""

from . import execution, explorers, folding, offline, pages, pictures


def setup(app):
    for part in (execution, offline, explorers, folding, pictures, pages):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
