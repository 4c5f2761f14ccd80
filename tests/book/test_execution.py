"""A chapter runs again when something that it imports has changed, and for nothing else."""

from types import SimpleNamespace

import pytest
from myst_nb.core.config import NbParserConfig

from _ext.dependencies import ENTRY, Dependencies
from _ext.execution import choose_cache
from backprop import exercises

FILES = {
    "requirements.lock": "numpy==1",
    "chapters/matplotlibrc": "font.size: 12",
    "src/book/__init__.py": "",
    "src/book/sums.py": "from book.shared import zero",
    "src/book/shared.py": "zero = 0",
    "src/book/drawn/__init__.py": "from book.drawn.slider import Slider",
    "src/book/drawn/slider.py": "script = read('slider.js')",
    "src/book/drawn/slider.js": "let x",
    "src/book/drawn/lines.py": "",
    "src/book/drawn/notes.txt": "no module names this",
    "src/book/quiz/__init__.py": "from book.quiz import first, second\nimport book.quiz.kind",
    "src/book/quiz/kind.py": "k = 1",
    "src/book/quiz/first.py": "asked('first-question')",
    "src/book/quiz/second.py": "asked('second-question')",
}
PAGE = "Words.\n\n```{{code-cell}} python\n:tags: [hide-input]\n\n{}\n```\n\nMore words.\n"
CASES = {
    "import numpy": {"requirements.lock"},
    "from book import sums": {"__init__.py", "sums.py", "shared.py"},
    "import book.shared as s": {"__init__.py", "shared.py"},
    "from book.shared import zero": {"__init__.py", "shared.py"},
    "from book.drawn.lines import x": {"__init__.py", "drawn/__init__.py", "drawn/lines.py"},
    "from book.drawn import Slider": {
        "__init__.py",
        "drawn/__init__.py",
        "drawn/slider.py",
        "drawn/slider.js",
    },
    "from book.quiz import check\ncheck('first-question')": {
        "__init__.py",
        "quiz/__init__.py",
        "quiz/kind.py",
        "quiz/first.py",
    },
}


@pytest.fixture
def repository(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def _prints(repository, pages):
    return [Dependencies(repository).fingerprint(page) for page in pages]


@pytest.mark.parametrize("cell", CASES)
def test_a_page_depends_on_what_its_cells_import_and_nothing_else(repository, cell):
    page = PAGE.format(cell)
    always = {"requirements.lock", "chapters/matplotlibrc"} | (
        {"drawn/notes.txt"} if "book" in cell else set()
    )
    changing = set()
    for name in FILES:
        before = Dependencies(repository).fingerprint(page)
        with (repository / name).open("a") as file:
            file.write("\n# changed")
        if Dependencies(repository).fingerprint(page) != before:
            changing.add(name.removeprefix("src/book/"))
    assert changing == CASES[cell] | always


def test_an_edit_of_the_text_changes_nothing(repository):
    page = PAGE.format("from book import sums")
    dependencies = Dependencies(repository)
    assert dependencies.fingerprint(page + "New.") == dependencies.fingerprint(page)


def test_a_page_that_cannot_be_read_depends_on_everything(repository):
    dependencies = Dependencies(repository)
    files = {f for f in (repository / "src").rglob("*") if f.is_file()}
    assert dependencies.files(PAGE.format("%magic")) == files


def test_compiled_files_are_ignored(repository):
    page = PAGE.format("%magic")
    before = Dependencies(repository).fingerprint(page)
    (repository / "src/book/sums.pyc").write_text("x = 2")
    assert Dependencies(repository).fingerprint(page) == before


def test_pages_that_import_the_same_share_no_cache(tmp_path):
    """Two that run at once would each remove what the other is about to write."""
    pages = ["one", "folder/two"]
    env = SimpleNamespace(
        mystnb_config=NbParserConfig(), chapter_fingerprints=dict.fromkeys(pages, "same")
    )
    app = SimpleNamespace(env=env, outdir=tmp_path / "html")
    caches = {choose_cache(app, page).execution_cache_path for page in pages}
    assert len(caches) == 2


@pytest.fixture(scope="module")
def used(root):
    """Return a function that names the files of the package that a chapter uses."""
    dependencies = Dependencies(root)

    def used(chapter):
        files = dependencies.files(chapter.read_text(encoding="utf-8"))
        return {f.relative_to(root / "src/backprop").as_posix() for f in files}

    return used


def test_the_sigmoid_does_not_wait_for_convolutions(root, used):
    files = used(root / "chapters/02-sigmoid.md")
    assert {"activations.py", "explorers/frames.js", "exercises/sigmoid.py"} <= files
    other = {"geometry.py", "explorers/conv.js", "explorers/conv.py", "exercises/convolution.py"}
    assert not files & other


def test_a_chapter_depends_on_the_exercises_that_it_asks_for(chapter, used):
    text = chapter.read_text(encoding="utf-8")
    asked = {
        name
        for name, module in vars(exercises).items()
        for exercise in getattr(module, "EXERCISES", [])
        if f'"{exercise.name}"' in text
    }
    assert {f"exercises/{name}.py" for name in asked} <= used(chapter)


@pytest.mark.parametrize("name", exercises.EXERCISES)
def test_an_exercise_has_a_name_that_dependencies_recognize(name):
    assert ENTRY.fullmatch(name)
