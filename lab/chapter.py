"""A chapter as a notebook, and back: what is not changed in the notebook keeps all its bytes."""

import json
import re
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from math import inf

import yaml
from jupytext.myst import CompactDumper, parse_directive_options
from nbformat import from_dict

FENCE = re.compile(r"(`{3,}|:{3,})(?:\{([\w:-]+)\})?")
HEADING = re.compile(r"(?:\([\w-]+\)=\n)?#{1,3} ")
LABEL = re.compile(r"^(?:\$\$ \(|:label: |\()([\w-]+)(?:\)|\)=|)$", re.M)
NAME = re.compile(r'\bname=f?"([\w-]+)')
KINDS = {"code-cell": "code", "exercise": "box", "solution-start": "box", "solution-end": "box"}
"""Directives that have a cell of their own."""
PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
HIDDEN = {"hide-input", "remove-input"}
"""Tags of cells whose code is not shown."""
MISTAKES = "## Mistakes people write"
OURS = ("tags", "mystnb")
"""What a cell's metadata say of the book; the rest is how Lab shows the cell."""
START, NEW = -1, -2  # no places among the pieces
ADDED = "added_in_lab"
"""Marks a cell that is not in the chapter."""


@dataclass
class Piece:
    """What becomes one cell: code, or text up to the next heading, exercise or solution.

    The heading of a mistake is a cell alone, since Lab folds whole cells.
    """

    kind: str
    start: int
    """The number of its first line in the chapter, from 0."""
    end: int
    """The number of the line after it."""
    source: str
    options: dict = field(default_factory=dict)
    folds: bool = False
    """Whether what comes after it, up to the next heading, is folded."""

    @property
    def figure(self):
        """Return what is said of it as a figure, if it is one."""
        return self.options.get("mystnb", {}).get("figure", {})

    @property
    def labels(self):
        """Return the names by which references know what is in it."""
        if self.kind == "markdown":
            return LABEL.findall(self.source)
        return [*filter(None, [self.figure.get("name")]), *NAME.findall(self.source)]

    @property
    def id(self):
        """Return the id of its cell."""
        return next(iter(self.labels), f"line-{self.start + 1}")


def pieces(text):
    """Return the pieces of a chapter, in order; between them there are empty lines only."""
    lines = text.split("\n")
    at = lines.index("---", 1) + 1 if lines[0] == "---" else 0
    found, start, among_mistakes = [], at, False
    for kind, first, last in _blocks(lines, at):
        heading = lines[last - 1] if kind == "heading" else ""
        if heading.startswith(("# ", "## ")):
            among_mistakes = heading == MISTAKES
        mistake = among_mistakes and heading.startswith("### ")
        if kind != "text":
            found += _text(lines, start, first)
            start = first if kind == "heading" and not mistake else last
        if kind == "box" or mistake:
            found += _text(lines, first, last)
            found[-1].folds = mistake or "{solution-start}" in lines[first]
        elif kind == "code":
            found.append(_code(lines, first, last))
    return [*found, *_text(lines, start, len(lines))]


def _blocks(lines, at):
    """Yield the kind, the first line and the end of each line, or of the lines in a fence."""
    while at < len(lines):
        fence, kind, end = FENCE.match(lines[at]), "text", at + 1
        if fence:
            closing = re.compile(rf"{fence[1]}{fence[1][0]}*\s*")
            while end < len(lines) and not closing.fullmatch(lines[end]):
                end += 1
            kind, end = KINDS.get(fence[2], "text"), min(end + 1, len(lines))
        elif HEADING.match("\n".join(lines[at : at + 2])):
            kind, end = "heading", end + lines[at].startswith("(")
        yield kind, at, end
        at = end


def _text(lines, start, end):
    """Return lines as a piece, without the empty ones around them, if there is anything."""
    while start < end and not lines[start].strip():
        start += 1
    while start < end and not lines[end - 1].strip():
        end -= 1
    source = "\n".join(lines[start:end])
    return [Piece("markdown", start, end, source)] if source else []


def _code(lines, start, end):
    inside = "\n".join(lines[start + 1 : end - 1])
    source, options = parse_directive_options(inside, f"line {start + 1}: ")
    if options and source and not source[0].strip():
        del source[0]
    return Piece("code", start, end, "\n".join(source), options)


def notebook(text, number=None):
    """Return a chapter as a notebook.

    Code that the book hides is hidden; solutions and mistakes are folded. Below a figure a cell
    says what it shows; the figures of the chapter, which has this number, are counted. Where a
    solution comes last, a cell ends it: Lab goes to the last cell and would unfold that.
    """
    cells, figures, found = [], 0, pieces(text)
    for piece in found:
        metadata = dict(piece.options)
        if piece.folds:
            metadata["jp-MarkdownHeadingCollapsed"] = True
        if HIDDEN & set(piece.options.get("tags", [])):
            metadata["jupyter"] = {"source_hidden": True}
        cells.append(_cell(piece.kind, piece.id, piece.source, metadata))
        if piece.figure:
            figures += 1
            caption = f"**Figure {number}.{figures}** {piece.figure['caption']}"
            cells.append(_added(f"{piece.id}-caption", caption))
    if "{solution-end}" in found[-1].source:
        cells.append(_added("end", "### End of the exercises"))
    return from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": PYTHON, "cells": cells})


def _added(name, source):
    return _cell("markdown", name, source, {ADDED: True, "editable": False})


def _cell(kind, name, source, metadata):
    cell = {"cell_type": kind, "id": name, "source": source, "metadata": metadata}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def saved(cells, text):
    """Return the text of a chapter after the cells of its notebook have become these.

    `text` is the chapter so far. Cells that are as they were keep their lines and those between
    them; others are written as chapters are. Empty cells are left out.
    """
    lines, old = text.split("\n"), pieces(text)
    new = [_piece(cell) for cell in cells if ADDED not in cell["metadata"]]
    new = [piece for piece in new if piece.source.strip()]
    same = _same(old, new)
    written, before = lines[: old[0].start], START
    for number, piece in enumerate(new):
        place = same.get(number, NEW)
        if before >= 0 and place == before + 1:
            written += lines[old[before].end : old[place].start]
        elif before != START:
            written.append("")
        written += _written(piece, None if place == NEW else old[place], lines)
        before = place
    return "\n".join(written + (lines[old[-1].end :] if before == len(old) - 1 else [""]))


def _piece(cell):
    """Return a cell as a piece that has no place in a chapter."""
    kind = "code" if cell["cell_type"] == "code" else "markdown"
    options = {name: cell["metadata"][name] for name in OURS if cell["metadata"].get(name)}
    return Piece(kind, NEW, NEW, "".join(cell["source"]).strip("\n"), options)


def _same(old, new):
    """Return the places among the old pieces of those new ones that are the same, or edited."""
    keys = [
        [(p.kind, p.source, json.dumps(p.options, sort_keys=True)) for p in some]
        for some in (old, new)
    ]
    found = {}
    for tag, i, i_end, j, j_end in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        for number in range(j, j_end):
            likes = (
                place
                for place in range(i, i_end)
                if tag == "equal"
                or (old[place].kind, old[place].options) == (new[number].kind, new[number].options)
            )
            if (place := next(likes, NEW)) != NEW:
                found[number], i = place, place + 1
    return found


def _written(piece, was, lines):
    """Return the lines of a piece; those that it had, or its head has, are kept."""
    if was and was.source == piece.source:
        return lines[was.start : was.end]
    inner = piece.source.split("\n")
    if piece.kind == "markdown":
        return inner
    runs = re.findall("^`{3,}", piece.source, re.M)
    marks = max(["```", *(f"{run}`" for run in runs)], key=len)
    if was and marks == "```":
        count = len(was.source.split("\n"))
        return [*lines[was.start : was.end - 1 - count], *inner, lines[was.end - 1]]
    return [f"{marks}{{code-cell}} python", *_written_options(piece.options), *inner, marks]


def _written_options(options):
    if not options:
        return []
    text = yaml.dump(options, Dumper=CompactDumper, sort_keys=False, allow_unicode=True, width=inf)
    return [*(f":{line}" for line in text.splitlines()), ""]
