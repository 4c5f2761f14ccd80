"""The Sphinx extension of the book: one subject a file, each with its own `setup`."""

from . import execution, explorers, offline, pages, pictures


def setup(app):
    for part in (execution, offline, explorers, pictures, pages):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
