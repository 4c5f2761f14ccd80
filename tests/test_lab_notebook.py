"""Pages as notebooks of JupyterLab: nothing is lost on the way, and back nothing is changed."""

import json
import re
import subprocess
from copy import deepcopy

import nbformat
import pytest
from myst_nb.core.read import read_myst_markdown_notebook

from _ext.mathematics import NODE
from lab.chapter import notebook, pieces, saved
from lab.names import table

CHAPTER = """---
kernelspec:
  name: python3
---

# A title

Text.

```{code-cell} python
:tags: [hide-input]

1 + 1
```


(here)=
## A section

```{exercise} Its name
:label: its-label
A question.
```

````{solution-start} its-label
:class: dropdown
````

```{code-cell} python
1 + 2
```

````{solution-end}
````
"""


@pytest.fixture
def cells():
    return deepcopy(notebook(CHAPTER)["cells"])


def test_a_chapter_has_the_cells_that_the_book_is_built_from(chapter):
    text = chapter.read_text(encoding="utf-8")
    ours = notebook(text)["cells"]
    book = read_myst_markdown_notebook(text)["cells"]
    code = [[cell for cell in cells if cell["cell_type"] == "code"] for cells in (ours, book)]
    assert [cell["source"] for cell in code[0]] == [cell["source"] for cell in code[1]]
    tags = [[cell["metadata"].get("tags") for cell in cells] for cells in code]
    assert tags[0] == tags[1]


def test_a_chapter_makes_a_valid_notebook(chapter):
    nbformat.validate(notebook(chapter.read_text(encoding="utf-8"), 1))


def test_saving_what_was_not_changed_changes_nothing(chapter):
    text = chapter.read_text(encoding="utf-8")
    assert saved(notebook(text, 1)["cells"], text) == text


def test_after_a_change_only_that_is_different(cells):
    for cell in cells:
        cell["source"] = cell["source"].replace("1 + 2", "1 + 3").replace("Text", "Words")
    assert saved(cells, CHAPTER) == CHAPTER.replace("1 + 2", "1 + 3").replace("Text", "Words")


def test_saving_twice_changes_no_more(chapter):
    """The cells of an open notebook do not know on which line they are since the first time."""
    text = chapter.read_text(encoding="utf-8")
    cells = notebook(text, 1)["cells"]
    cells[0]["source"] += "\n\nMore."
    new = {"cell_type": "code", "id": "new", "source": "2", "metadata": {}}
    first = saved([cells[0], new, *cells[1:]], text)
    assert saved([cells[0], new, *cells[1:]], first) == first
    assert saved([notebook(text)["cells"][0], *cells[1:]], first) == text


def test_a_new_cell_is_written_as_in_a_chapter(cells):
    new = {"cell_type": "code", "id": "new", "source": "2", "metadata": {"tags": ["hide-input"]}}
    cells.insert(2, new | {"execution_count": 1, "outputs": []})
    written = "```{code-cell} python\n:tags: [hide-input]\n\n2\n```\n\n"
    after = CHAPTER.index("\n(here)=")
    assert saved(cells, CHAPTER) == CHAPTER[:after] + written + CHAPTER[after + 1 :]


def test_code_may_hold_fences(cells):
    cells[1]["source"] = 'text = """\n```\n"""'
    text = saved(cells, CHAPTER)
    assert notebook(text)["cells"][1]["source"] == cells[1]["source"]
    assert saved(notebook(text)["cells"], text) == text


@pytest.mark.parametrize("gone", range(6))
def test_a_deleted_cell_takes_its_lines_along(cells, gone):
    lost = cells.pop(gone)
    text = saved(cells, CHAPTER)
    assert lost["source"] not in text
    assert [cell["source"] for cell in notebook(text)["cells"]] == [c["source"] for c in cells]


def test_empty_cells_and_how_lab_shows_a_cell_are_not_saved(cells):
    for cell in cells:
        cell["metadata"] |= {"collapsed": True, "jupyter": {"outputs_hidden": True}}
    empty = {"cell_type": "code", "id": "empty", "source": "\n", "metadata": {}}
    assert saved([*cells, empty], CHAPTER) == CHAPTER


def test_solutions_are_folded_and_hidden_code_is_hidden(cells):
    folded = [cell["source"] for cell in cells if "jp-MarkdownHeadingCollapsed" in cell["metadata"]]
    assert [source.splitlines()[0] for source in folded] == ["````{solution-start} its-label"]
    assert [cell["source"] for cell in cells if "jupyter" in cell["metadata"]] == ["1 + 1"]


def test_mistakes_are_folded(chapter):
    """Of each, its heading is shown."""
    text = chapter.read_text(encoding="utf-8")
    section = re.search(r"^## Mistakes people write$(.*?)(?=^## )", text, re.M | re.S)
    mistakes = re.findall(r"^### .*", section[1], re.M) if section else []
    cells = notebook(text)["cells"]
    folded = [cell["source"] for cell in cells if "jp-MarkdownHeadingCollapsed" in cell["metadata"]]
    assert [source for source in folded if "{solution-start}" not in source] == mistakes


def test_what_follows_a_solution_begins_with_a_heading(chapter):
    """Lab hides what is below a folded heading up to the next one."""
    found = pieces(chapter.read_text(encoding="utf-8"))
    ends = [k + 1 for k, piece in enumerate(found) if "{solution-end}" in piece.source]
    after = [found[k].source for k in ends if k < len(found)]
    heading = re.compile(r"```\{exercise\}|(?:\([\w-]+\)=\n)?## ")
    assert [source for source in after if not heading.match(source)] == []


@pytest.fixture(scope="module")
def names(root):
    return table(root)


def test_the_last_cell_is_in_no_fold(chapter):
    """When all cells have run, Lab goes to the last one, and unfolds what it is in."""
    cells = notebook(chapter.read_text(encoding="utf-8"))["cells"]
    heading = re.compile(r"(?:\([\w-]+\)=\n)?#{1,3} |```\{exercise\}|````\{solution-start\}")
    last = [cell for cell in cells if heading.match(cell["source"])][-1]
    assert "jp-MarkdownHeadingCollapsed" not in last["metadata"]


def test_the_list_of_mistakes_is_that_of_the_chapters(names, root):
    sections = [
        path.read_text(encoding="utf-8").partition("\n## Mistakes people write\n")[2]
        for path in sorted(root.glob("chapters/*.md"))
    ]
    headings = [re.findall("^### (.*)", text.partition("\n## ")[0], re.M) for text in sections]
    listed = [said for key, (said, *_) in names.items() if key.startswith("mistake ")]
    assert listed == [heading for chapter in headings for heading in chapter]


def test_references_are_known(chapter, names):
    text = chapter.read_text(encoding="utf-8")
    roles = re.findall(r"\{(cite|doc|numref|prf:ref|ref)\}`(?:[^`<]*<)?([^`>]*)", text)
    keys = [key for role, keys in roles for key in (keys.split(",") if role == "cite" else [keys])]
    assert [key for key in keys if key.split("/")[-1] not in names] == []


def test_no_directive_and_no_role_is_left_in_what_is_shown(names, root):
    pages = [*root.glob("chapters/*.md"), *root.glob("reference/*.md")]
    cells = [cell for page in pages for cell in notebook(page.read_text(encoding="utf-8"))["cells"]]
    given = {
        "extension": str(root / "lab/extensions/backprop-lab/static/myst.js"),
        "names": names,
        "texts": [cell["source"] for cell in cells if cell["cell_type"] == "markdown"],
    }
    command = [NODE, root / "tests/shown.mjs"]
    answer = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True)
    text = "\n\n".join(json.loads(answer.stdout))
    shown = re.sub(r"\$\$.*?\$\$|\$.*?\$", "", text, flags=re.S)
    assert (
        re.findall(r"\{[a-z:-]+\}`.*|^:::.*|^`{3,}\{.*|^\([\w-]+\)=$|undefined", shown, re.M) == []
    )
    addresses = re.findall(r"\]\((?!https?:)([^)\s#]*)", shown)
    assert [a for a in addresses if not (root / "chapters" / a).is_file()] == []
