"""What must not reach a reader breaks the build, and nothing but the sources shapes the result."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

MEASURES = "nbval-ignore-output"  # the tag of a cell whose output is never twice the same
OUTPUTS = f".tag_{MEASURES} .cell_output"
NOTEBOOK = """---
file_format: mystnb
kernelspec: {name: python3, display_name: Python 3}
---
# A page
"""
FAULTS = {
    "failing cell": (
        "```{code-cell}\n1 / 0\n```",
        "Executing notebook failed: CellExecutionError",
    ),
    "dead widget": (
        "```{code-cell}\nimport ipywidgets\nipywidgets.IntSlider()\n```",
        "the widget IntSliderModel would be dead in the HTML",
    ),
    "plot without alt text": (
        "```{code-cell}\nimport matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\n```",
        "this picture has no alt text",
    ),
    "no formula": ("The slope $\\frac{1$.", "this formula cannot be typeset"),
    "broken reference": ("{eq}`nowhere`", "nowhere"),
    "warning in a cell": (
        "```{code-cell}\nimport warnings\nwarnings.warn('look')\n```",
        "stderr was found in the cell outputs",
    ),
}


def _build(source, output, **environment):
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "-W", "--keep-going", "-n"]
    return subprocess.run(
        [*command, "--path-output", output, source],
        capture_output=True,
        text=True,
        env=os.environ | {"NO_COLOR": "1"} | environment,
    )


def _files(folder):
    """Return what the files of a build hold, without what its cells measured."""
    return {
        path.relative_to(folder).as_posix(): _lasting(path)
        for path in folder.rglob("*")
        if path.is_file()
    }


def _lasting(path):
    content = path.read_bytes()
    if path.suffix != ".html" or MEASURES.encode() not in content:
        return content
    page = BeautifulSoup(content, "html.parser")
    for output in page.select(OUTPUTS):
        output.decompose()
    return str(page)


@pytest.fixture(scope="session")
def report(root, tmp_path_factory):
    """Return what the build of a book with every fault says."""
    book = tmp_path_factory.mktemp("faulty")
    for name in ("_config.yml", "_ext", "references.bib"):
        (book / name).symlink_to(root / name)
    (book / "_build").mkdir()
    (book / "_build/live").symlink_to(root / "_build/live")
    toc = "format: jb-book\nroot: index\nchapters:\n"
    (book / "index.md").write_text("# A book\n")
    for name, (text, _) in FAULTS.items():
        page = name.replace(" ", "-")
        (book / f"{page}.md").write_text(f"{NOTEBOOK}\n{text}\n")
        toc += f"  - file: {page}\n"
    (book / "_toc.yml").write_text(toc)
    result = _build(book, book)
    assert result.returncode != 0
    return result.stderr


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_a_warning_of_the_build(report, fault):
    page = fault.replace(" ", "-")
    lines = [line for line in report.splitlines() if "WARNING" in line and f"{page}.md" in line]
    assert any(FAULTS[fault][1] in line for line in lines), report


@pytest.fixture(scope="session")
def again(root, tmp_path_factory):
    """Build the book once more from nothing, each chapter in a kernel as Jupyter starts it."""
    output = tmp_path_factory.mktemp("again")
    result = _build(root, output, BACKPROP_KERNELS="plain")
    assert result.returncode == 0, result.stderr
    return output / "_build"


def test_a_clean_build_gives_the_same_bytes(html, again):
    built, rebuilt = _files(html), _files(again / "html")
    assert [name for name in rebuilt if built.get(name) != rebuilt[name]] == []


def test_a_chapter_run_again_gives_the_same_outputs(root, html, again, chapter):
    """Cell by cell: texts, formulas, numbers and pictures."""
    name = Path("notebooks", chapter.relative_to(root).with_suffix(".ipynb"))
    built, rebuilt = (nbformat.read(folder / name, as_version=4) for folder in (html.parent, again))
    for one, other in zip(built.cells, rebuilt.cells, strict=True):
        assert one.source == other.source
        if MEASURES not in one.metadata.get("tags", ()):
            assert _shown(one) == _shown(other), one.source


def _shown(cell):
    """Return what a cell shows, but for the random names of widgets; pages hold their state."""
    for output in cell.get("outputs", ()):
        output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    return cell.get("outputs")
