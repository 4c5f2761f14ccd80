"""The executed notebooks are whole: where outputs are missing, comparing them says nothing."""

import jupytext
import nbformat
import pytest


def _code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture
def executed(html, root, chapter):
    """Return the code cells of a chapter as the book was built with them."""
    path = html.parent / "notebooks" / chapter.relative_to(root).with_suffix(".ipynb")
    return _code(nbformat.read(path, as_version=4))


def test_the_notebook_has_the_chapters_cells(chapter, executed):
    written = [cell.source for cell in _code(jupytext.read(chapter))]
    assert [cell.source for cell in executed] == written


def test_every_cell_was_executed(executed):
    assert [cell.execution_count for cell in executed] == list(range(1, len(executed) + 1))


def test_outputs_are_present(executed):
    assert any(cell.outputs for cell in executed)


def test_what_a_cell_prints_is_one_output(executed):
    for cell in executed:
        streams = [output.name for output in cell.outputs if output.output_type == "stream"]
        assert len(streams) == len(set(streams))
