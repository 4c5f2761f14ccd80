"""The Sphinx extension of the book: one subject a file, each with its own `setup`."""

from . import accessibility, execution, explorers, offline, pictures


def setup(app):
    for part in (execution, offline, explorers, pictures, accessibility):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
