"""Run the chapters side by side, and again whenever the code that they import has changed."""

import hashlib
import os
import platform
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from myst_nb.core.execute import create_client
from myst_nb.core.read import create_nb_reader
from sphinx.util import logging

logger = logging.getLogger(__name__)


ROOT = Path(__file__).resolve().parents[1]


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


def fill_cache(app, env, docnames):
    """Execute the chapters in parallel; MyST-NB then finds each one in the cache."""

    def execute(docname):
        path = env.doc2path(docname)
        text = Path(path).read_text(encoding="utf-8")
        reader = create_nb_reader(path, env.myst_config, env.mystnb_config, text)
        if reader is not None:
            notebook = reader.read(text)
            with create_client(notebook, path, env.mystnb_config, logger, reader.read_fmt):
                pass

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(execute, docnames))


def forget(app, env, docname):
    """Remove what was built from a chapter that is gone or about to be read anew."""
    Path(app.outdir, f"{docname}.html").unlink(missing_ok=True)
    Path(env.mystnb_config.output_folder, f"{docname}.ipynb").unlink(missing_ok=True)


def setup(app):
    app.connect("config-inited", choose_cache)
    app.connect("env-before-read-docs", fill_cache)
    app.connect("env-purge-doc", forget)
