"""The list of all exercises, on which a reader sees those that he has solved, on his device."""

import re
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

EXERCISE = re.compile(r"^`{3,4}\{exercise\} *(.*)\n:label: (\S+)", re.M)
JUDGED = re.compile(r'^(AnswerBox|NumbersBox|judge|check)\(\s*"([\w-]+)"', re.M)
CHALLENGE = re.compile(r"^### (.*)\n", re.M)
CHALLENGES = "reference/prove-it-yourself"
END = re.compile(r"^(?:`{3,4}\{solution-start\}|#+ )", re.M)
KINDS = {"AnswerBox": "formula", "NumbersBox": "numbers", "judge": "proof", "check": "code"}
LEGEND = {"code": "code, in Jupyter", "": "on paper"}


class exercise_list(nodes.General, nodes.Element):
    """Where the list stands."""


class ExerciseList(SphinxDirective):
    """Put the list here."""

    def run(self):
        self.env.note_reread()  # any chapter may change the list
        return [exercise_list()]


def exercises(source):
    """Yield the label, the title and the kind of each exercise of a chapter, and what judges it."""
    for exercise in EXERCISE.finditer(source):
        judged = _judges(source, exercise.end())
        kind = KINDS[judged[0][0]] if judged else ""
        yield exercise[2], exercise[1], kind, [name for _, name in judged]


def challenges(source):
    """Yield the same of each challenge, which is a section with a proof to write."""
    for section in CHALLENGE.finditer(source):
        if judged := _judges(source, section.end()):
            yield nodes.make_id(section[1]), section[1], "proof", [name for _, name in judged]


def _judges(source, start):
    """Return what judges, each with its exercise, from a place to the end of the section there."""
    end = END.search(source, start)
    return JUDGED.findall(source, start, end.start() if end else len(source))


def write(app, doctree, page):
    for node in list(doctree.findall(exercise_list)):
        pages = sorted(name for name in app.env.titles if name.startswith("chapters/"))
        pages += [CHALLENGES] * (CHALLENGES in app.env.titles)
        chapters = "".join(_chapter(app, page, name) for name in pages)
        html = f'<div class="exercises"><p role="status"></p>{chapters}</div>'
        node.replace_self(nodes.raw("", html, format="html"))


def _chapter(app, page, name):
    address = app.builder.get_relative_uri(page, name)
    numbers = app.env.toc_fignumbers.get(name, {}).get("exercise", {})
    source = Path(app.env.doc2path(name)).read_text(encoding="utf-8")
    entries = "".join(
        f'<li data-kind="{kind}" data-exercises="{" ".join(names)}">'
        f'<a href="{address}#{label}">{".".join(map(str, numbers.get(label, ())))} '
        f"{escape(title)}</a> <small>{LEGEND.get(kind, kind)}</small></li>"
        for label, title, kind, names in (challenges if name == CHALLENGES else exercises)(source)
    )
    number = "".join(f"{part}. " for part in app.env.toc_secnumbers.get(name, {}).get("", ()))
    title = escape(app.env.titles[name].astext())
    return entries and f"<h2>{number}{title}</h2><ul>{entries}</ul>"


def equip(app, pagename, templatename, context, doctree):
    if 'class="exercises"' in context.get("body", ""):
        app.add_css_file("exercises.css")
        app.add_js_file("exercises.js", loading_method="defer")


def setup(app):
    app.add_node(exercise_list)
    app.add_directive("exercise-list", ExerciseList)
    app.connect("doctree-resolved", write)
    app.connect("html-page-context", equip)
