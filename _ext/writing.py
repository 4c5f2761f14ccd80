"""Pages are written side by side, by processes that are forked, where the platform can."""

import os

from .forking import POSSIBLE

TASKS = 2 * (os.cpu_count() or 1)
"""How many write at a time: the fewer pages each is given, the sooner the first one begins."""


def allow(app, env):
    """Let Sphinx write in parallel; what is read stays in this process, which runs the chapters."""
    if POSSIBLE:
        app.parallel = TASKS + 1  # this process is counted, too
    return []


def setup(app):
    app.connect("env-updated", allow)
