"""Run the chapters side by side, and again whenever the code that they import has changed."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import nbformat
from jupyter_cache.executors import utils
from myst_nb.core.execute import create_client
from myst_nb.core.read import create_nb_reader
from sphinx.util import logging

from .dependencies import Dependencies
from .forking import KERNEL_MANAGER

ROOT = Path(__file__).resolve().parents[1]
SILENCE = logging.getLogger(__name__)
SILENCE.setLevel("CRITICAL")


def outdated(app, env, added, changed, removed):
    """Name the chapters whose imports have changed, and drop what was kept of older ones."""
    dependencies = Dependencies(ROOT)
    prints = {
        name: dependencies.fingerprint(Path(env.doc2path(name)).read_text(encoding="utf-8"))
        for name in env.found_docs
    }
    for old in set(_caches(app).glob("*")) - {_caches(app) / name for name in prints.values()}:
        shutil.rmtree(old)
    known = getattr(env, "chapter_fingerprints", {})
    env.chapter_fingerprints = prints
    return [name for name in prints if known.get(name) != prints[name]]


def choose_cache(app, docname):
    """Give a chapter a cache of its own, named after its imports.

    jupyter-cache sees no change in a module, and may not be written to by two runs at once.
    """
    env = app.env
    path = _caches(app) / env.chapter_fingerprints[docname] / docname
    env.mystnb_config = env.mystnb_config.copy(execution_cache_path=str(path))
    return env.mystnb_config


def _caches(app):
    return Path(app.outdir).parent / "cache"


def execute(app, env, docnames):
    """Begin to run the chapters, in parallel, into the cache, where MyST-NB then finds them.

    Each one is kept, outputs and all, as a notebook beside the HTML, for the tests. What goes wrong
    here is not reported: MyST-NB will meet it again and knows the place. Pages are read in the
    order in which they are ready.
    """

    def execute_one(docname, config, notebook, read_fmt):
        target = _notebook(app, docname)
        target.parent.mkdir(parents=True, exist_ok=True)
        with create_client(notebook, env.doc2path(docname), config, SILENCE, read_fmt) as client:
            nbformat.write(client.notebook, target)

    jobs, app.notebooks = [], {}
    for docname in docnames:
        path = env.doc2path(docname)
        text = Path(path).read_text(encoding="utf-8")
        config = choose_cache(app, docname)
        reader = create_nb_reader(path, env.myst_config, config, text)
        if reader is not None:
            app.notebooks[docname] = reader.read(text)
            jobs.append((docname, config, app.notebooks[docname], reader.read_fmt))
    jobs.sort(key=lambda job: -sum(len(cell.source) for cell in job[2].cells))  # longest first
    # One more than there are cores: a kernel that starts or ends leaves its core to others.
    pool = ThreadPoolExecutor((os.cpu_count() or 1) + 1)
    app.runs = {docname: pool.submit(execute_one, docname, *rest) for docname, *rest in jobs}
    pool.shutdown(wait=False)
    places = {docname: place for place, docname in enumerate(app.runs)}
    docnames.sort(key=lambda docname: places.get(docname, -1))


def await_run(app, docname, source):
    """Read a chapter once it has run."""
    choose_cache(app, docname)
    if docname in app.runs:
        app.runs.pop(docname).result()


def give_up(app, exception):
    """Begin no more runs when a build has failed."""
    for run in app.runs.values():
        run.cancel()


def forget(app, env, added, changed, removed):
    """Remove what was built from chapters that are gone."""
    for docname in removed:
        Path(app.outdir, f"{docname}.html").unlink(missing_ok=True)
        _notebook(app, docname).unlink(missing_ok=True)
    return []


def _notebook(app, docname):
    return Path(app.outdir).parent / "notebooks" / f"{docname}.ipynb"


def setup(app):
    os.environ["MATPLOTLIBRC"] = str(ROOT / "chapters")  # for the front page, too
    # What a cell prints is one output: pieces that a clock cuts differ from build to build.
    utils.executenb = partial(
        utils.executenb, coalesce_streams=True, kernel_manager_class=KERNEL_MANAGER
    )
    app.runs = {}
    app.connect("env-get-outdated", outdated)
    app.connect("env-get-outdated", forget)
    app.connect("source-read", await_run)
    app.connect("env-before-read-docs", execute)
    app.connect("build-finished", give_up)
