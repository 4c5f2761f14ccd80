"""A derivation in LaTeX, taken apart into its result and lines of a relation, a term and a reason.

Without Sphinx, for the page takes apart in the same way what a reader has proved in it.
"""

import re

BEGIN, BREAK, END = "\\begin{aligned}\n", "\\\\[0.6ex]\n", "\n\\end{aligned}"
TOKEN = re.compile(r"\\begin(?=\{)|\\end(?=\{)|\\.|[{}&]", re.S)
NAMED, BETWEEN = re.compile(r"(.*) \\tag\{([a-z0-9-]+)\}", re.S), re.compile(r"\$\$\s+\$\$")
DEPTH = {"{": 1, "}": -1, "\\begin": 1, "\\end": -1}


def lines(text):
    """Yield the parts of a derivation, line by line, each with its kind: nothing for another text.

    A part is a list of pieces, (True, a formula) or (False, words).
    """
    if not (text.startswith(BEGIN) and BREAK in text):
        return
    for line in text.removeprefix(BEGIN).removesuffix(END).split(BREAK):
        relation, term, _, reason = (_parts(line) + [""] * 3)[:4]
        for kind, tex in (("relation", relation), ("term", term), ("reason", reason)):
            yield kind, pieces(tex.strip())


def result(text):
    """Return a named result, its name and its proof, which may be missing; or nothing."""
    stated, *proof = BETWEEN.split(text)
    named = NAMED.fullmatch(stated)
    return (*named.groups(), "".join(proof)) if named else None


def _parts(line):
    """Split a line at each & that is in no group and in no environment."""
    parts, depth, start = [], 0, 0
    for token in TOKEN.finditer(line):
        if token[0] == "&" and depth == 0:
            parts.append(line[start : token.start()])
            start = token.end()
        depth += DEPTH.get(token[0], 0)
    return [*parts, line[start:]]


def pieces(tex):
    """Return words with formulas in them, or formulas, as pieces."""
    words = re.fullmatch(r"\\text\{(.*)\}(?:\\quad)?", tex, re.S)
    if not words:
        conditions = filter(None, tex.split(",\\; "))  # each may begin a line of its own
        formulas = [(True, rf"\displaystyle {condition}") for condition in conditions]
        return [piece for formula in formulas for piece in ((False, ", "), formula)][1:]
    split = re.split(r"\$(.*?)\$", words[1])
    return [
        (True, piece) if number % 2 else (False, re.sub(r"\\([%&#])", r"\1", piece))
        for number, piece in enumerate(split)
        if piece
    ]
