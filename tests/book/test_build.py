"""What must not reach a reader breaks the build, and nothing but the sources shapes the result."""

import os
import subprocess
import sys
from pathlib import Path

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


def _build(source, output):
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "-W", "--keep-going", "-n"]
    return subprocess.run(
        [*command, "--path-output", output, source],
        capture_output=True,
        text=True,
        env=os.environ | {"NO_COLOR": "1"},
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


def test_a_clean_build_gives_the_same_bytes(root, html, tmp_path):
    result = _build(root, tmp_path)
    assert result.returncode == 0, result.stderr
    built, again = _files(html), _files(tmp_path / "_build/html")
    assert [name for name in again if built.get(name) != again[name]] == []
