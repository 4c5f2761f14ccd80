"""Run the chapters side by side, and again whenever the code that they import has changed."""

import hashlib
import os
import platform
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.cache.db import create_db
from jupyter_cache.executors import utils
from myst_nb.core.execute import create_client
from myst_nb.core.read import create_nb_reader
from sphinx.util import logging

ROOT = Path(__file__).resolve().parents[1]
SILENCE = logging.getLogger(__name__)
SILENCE.setLevel("CRITICAL")


def _fingerprint():
    """Hash what a chapter's outputs depend on besides its own cells."""
    digest = hashlib.sha256(platform.python_version().encode())
    files = [f for f in (ROOT / "src").rglob("*") if f.is_file() and f.suffix != ".pyc"]
    for file in sorted([*files, ROOT / "requirements.lock"]):
        digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def choose_cache(app, config):
    """Name the cache after the code: jupyter-cache itself sees no change in an imported module."""
    caches = Path(app.outdir).parent / "cache"
    current = caches / _fingerprint()
    config.nb_execution_cache_path = str(current)
    for old in caches.glob("*"):
        if old != current:
            shutil.rmtree(old)


def execute(app, env, docnames):
    """Run the chapters in parallel into the cache, where MyST-NB then finds them.

    Each one is kept, outputs and all, as a notebook beside the HTML, for the tests. What goes wrong
    here is not reported: MyST-NB will meet it again and knows the place.
    """

    def execute_one(docname):
        path = env.doc2path(docname)
        text = Path(path).read_text(encoding="utf-8")
        reader = create_nb_reader(path, env.myst_config, env.mystnb_config, text)
        if reader is None:
            return
        arguments = (reader.read(text), path, env.mystnb_config, SILENCE, reader.read_fmt)
        client = create_client(*arguments)
        client.start_client()  # not entered as a context: that would strip what is glued
        target = _notebook(app, docname)
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(client.notebook, target)

    create_db(get_cache(env.mystnb_config.execution_cache_path).path)  # once, before all want it
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(execute_one, docnames))


def forget(app, env, added, changed, removed):
    """Remove what was built from chapters that are gone."""
    for docname in removed:
        Path(app.outdir, f"{docname}.html").unlink(missing_ok=True)
        _notebook(app, docname).unlink(missing_ok=True)
    return []


def _notebook(app, docname):
    return Path(app.outdir).parent / "notebooks" / f"{docname}.ipynb"


def setup(app):
    # What a cell prints is one output: pieces that a clock cuts differ from build to build.
    utils.executenb = partial(utils.executenb, coalesce_streams=True)
    app.connect("config-inited", choose_cache)
    app.connect("env-get-outdated", forget)
    app.connect("env-before-read-docs", execute)
