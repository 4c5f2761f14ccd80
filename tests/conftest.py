"""What several tests share: the chapters that the table of contents names."""

import gc
from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from hypothesis import settings
from myst_nb.core.read import is_myst_markdown_notebook
from sphinx_external_toc.parsing import parse_toc_yaml

ROOT = Path(__file__).resolve().parents[1]

LONGEST = ("test_build.py", "test_witness.py")
"""The files that run first: no worker shall be left with a long one in the end."""

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_generate_tests(metafunc):
    """Run a test that takes `chapter` once for each notebook of the book, given as its path."""
    if "chapter" in metafunc.fixturenames:
        names = [chapter.stem for chapter in _chapters()]
        metafunc.parametrize("chapter", _chapters(), ids=names, scope="session")


@cache
def _chapters():
    pages = [ROOT / f"{name}.md" for name in sorted(parse_toc_yaml(ROOT / "_toc.yml"))]
    return [page for page in pages if is_myst_markdown_notebook(page.read_text(encoding="utf-8"))]


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items):
    """Give a worker the tests of a file together, or those of a page of the book, long ones first.

    The claims of each chapter are independent of those of the others. A page is parsed once, for
    the tests of its chapter too.
    """
    for item in items:
        given = item.callspec.params if hasattr(item, "callspec") else {}
        group = given.get("page_path") or item.path.name
        if "chapter" in given and item.path.name == "test_witness.py":
            group = f"claims of {given['chapter'].stem}"
        elif "chapter" in given and "parsed" in item.fixturenames:
            group = given["chapter"].relative_to(ROOT).with_suffix(".html").as_posix()
        item.add_marker(pytest.mark.xdist_group(group))
    yield
    items.sort(key=lambda i: (i.path.name not in LONGEST, "page_path" not in i.fixturenames))
    gc.freeze()  # thousands of tests that last are no place to look for garbage again and again


def pytest_terminal_summary(terminalreporter):
    """Say how many claims of each chapter were confirmed, and what else tests have counted."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(autouse=True)
def _close_figures():
    """Leave no figure open: Matplotlib warns of many, in whichever test comes next."""
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def root():
    """Return the folder of the repository."""
    return ROOT
