"""What references say in JupyterLab, and where they lead: a table for the whole book."""

import re
from collections import Counter
from pathlib import Path

from pybtex.backends.plaintext import Backend
from pybtex.database import parse_file
from pybtex.richtext import Text
from pybtex.style.formatting.plain import Style

from .chapter import pieces

NUMBERED = re.compile(r"^```\{(?:prf:)?(exercise|theorem|lemma)\} (.*)\n:label: ([\w-]+)$", re.M)
SECTION = re.compile(r"\(([\w-]+)\)=\n#+ (.*)")
TITLE = re.compile(r"^# (.*)", re.M)


def table(root):
    """Return for each name what a reference to it says, its address and, if it has one, a title.

    An equation is not numbered, but has its name beside it, here as in the outputs of cells.
    """
    names = {}
    for path in sorted([*Path(root).glob("chapters/*.md"), *Path(root).glob("reference/*.md")]):
        names |= _page(path.read_text(encoding="utf-8"), f"../{path.parent.name}/{path.name}")
    return names | _works(Path(root, "references.bib"))


def number(path):
    """Return the number of a chapter, with which its file begins; an empty text without one."""
    return re.match("0?([0-9]*)", Path(path).name)[1]


def _page(text, address):
    names = {Path(address).stem: (TITLE.search(text)[1], address)}
    counted = Counter()

    def count(kind, label, title=""):
        counted[kind] += 1
        numbers = filter(None, [number(address), str(counted[kind])])
        return {label: (f"{kind.title()} {'.'.join(numbers)}", place, title)}

    for piece in pieces(text):
        place = f"{address}#cell-id={piece.id}"
        names |= {label: (f"({label.removeprefix('def-')})", place) for label in piece.labels}
        names |= {label: (title, place) for label, title in SECTION.findall(piece.source)}
        for kind, title, label in NUMBERED.findall(piece.source):
            names |= count(kind, label, title)
        if piece.folds and piece.source.startswith("### "):
            names[f"mistake {place}"] = (piece.source.removeprefix("### "), place)
        if piece.figure:
            names |= count("figure", piece.figure["name"])
    return names


def _works(path):
    data, works = parse_file(path), {}
    for work in Style().format_bibliography(data):
        entry = data.entries[work.key]
        author = Text.from_latex(" ".join(entry.persons["author"][0].last_names))
        said = f"{author} {entry.fields['year']}"
        works[work.key] = (said, "../reference/bibliography.md", work.text.render(Backend()))
    return works
