"""The Sphinx extension of the book: one subject a file, each with its own `setup`."""

import gc
import zlib
from pathlib import Path

from . import (
    chapter_map,
    derivations,
    execution,
    exercises,
    explorers,
    folding,
    live,
    mathematics,
    mistakes,
    numbering,
    offline,
    pages,
    pictures,
    previews,
    repository,
    results,
    searching,
    tables,
    weight,
    writing,
)


def _version():
    """Return a number that changes with this folder: Sphinx then reads all pages anew."""
    files = sorted(f for f in Path(__file__).parent.rglob("*") if f.is_file())
    return zlib.crc32(b"".join(f.read_bytes() for f in files if f.suffix != ".pyc"))


def setup(app):
    gc.set_threshold(10_000)  # what is read lasts: to look for what does not takes a tenth
    for part in (
        execution,
        numbering,
        offline,
        mathematics,
        exercises,
        explorers,
        folding,
        mistakes,
        live,
        chapter_map,
        results,
        derivations,
        tables,
        pictures,
        pages,
        repository,
        previews,
        weight,
        searching,
        writing,
    ):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": _version()}
