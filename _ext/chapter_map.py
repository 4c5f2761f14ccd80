"""The map of the chapters: what needs what, as the line "You need" of each chapter says."""

from html import escape

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective


class chapter_map(nodes.General, nodes.Element):
    """Where the map stands."""


class ChapterMap(SphinxDirective):
    """Put the map here."""

    def run(self):
        self.env.note_reread()  # any chapter may change what it needs
        return [chapter_map()]


def note_needs(app, doctree):
    """Keep what a chapter's line "You need" refers to: pages, and labels of equations."""
    needs = app.env.__dict__.setdefault("chapter_needs", {})
    needs.pop(app.env.docname, None)
    for paragraph in doctree.findall(nodes.paragraph):
        opening = next((child for child in paragraph.children if child.astext()), None)
        if isinstance(opening, nodes.strong) and opening.astext() == "You need":
            found = paragraph.findall(addnodes.pending_xref)
            needs[app.env.docname] = [(ref["reftype"], ref["reftarget"]) for ref in found]


def draw(app, doctree, page):
    def link(name):
        return app.builder.get_relative_uri(page, name)

    for node in list(doctree.findall(chapter_map)):
        doctree.next_node(nodes.section)["classes"].append("front")
        node.replace_self(nodes.raw("", _html(app.env, link), format="html"))


def _html(env, link):
    parts = _parts(env)
    place = {name: (c, r) for c, (_, names) in enumerate(parts) for r, name in enumerate(names)}
    needs = {name: _needs(env, name, place) for name in place}
    rows = max((len(names) for _, names in parts), default=0)
    columns = "".join(
        f"<section><h3>{escape(caption)}</h3><ol>"
        + "".join(_chapter(env, name, needs[name], link) for name in names)
        + "</ol></section>"
        for caption, names in parts
    )
    lines = [_line(place[a], place[b]) for b in place for a in _closest(needs, b)]
    return (
        f'<nav class="chapter-map" aria-label="Chapters">'
        f'<svg viewBox="0 0 {len(parts)} {rows}" preserveAspectRatio="none" aria-hidden="true">'
        f'<path d="{" ".join(lines)}"/></svg>{columns}</nav>'
    )


def _parts(env):
    """Return each numbered part of the book, with its chapters."""
    trees = env.get_doctree(env.config.root_doc).findall(addnodes.toctree)
    return [(tree["caption"], tree["includefiles"]) for tree in trees if tree["numbered"]]


def _needs(env, name, place):
    """Return the chapters that a chapter needs, in their order; a later one is only mentioned."""
    equations = env.get_domain("math").equations
    found = set()
    for kind, target in getattr(env, "chapter_needs", {}).get(name, ()):
        if kind in ("doc", "myst"):
            found.add(name.rpartition("/")[0] + "/" + target)
        elif target in equations:
            found.add(equations[target][0])
    before = list(place)[: list(place).index(name)]
    return [chapter for chapter in before if chapter in found]


def _closest(needs, name):
    """Return what a chapter needs and nothing else that it needs brings with it."""

    def below(chapter):
        return set(needs[chapter]).union(*map(below, needs[chapter]))

    implied = set().union(*map(below, needs[name]))
    return [chapter for chapter in needs[name] if chapter not in implied]


def _chapter(env, name, needs, link):
    number, title = _number(env, name), escape(env.titles[name].astext())
    said = f" <small>needs {', '.join(_number(env, need) for need in needs)}</small>" * bool(needs)
    return f'<li><a href="{link(name)}"><b>{number}</b> {title}</a>{said}</li>'


def _number(env, name):
    return ".".join(map(str, env.toc_secnumbers.get(name, {}).get("", ())))


def _line(start, end):
    """Return the path from a box to one that needs it; a box takes the middle of its cell."""
    (c, r), (to_c, to_r) = start, end
    if c == to_c and to_r == r + 1:
        return f"M{c + 0.5} {r + 0.82}V{to_r + 0.18}"
    at = to_c + (0.06 if c < to_c else 0.94)
    turn = c + 1.05 if c == to_c else at - 0.16
    away = max(c + 1.05, turn)
    return f"M{c + 0.94} {r + 0.5}C{away} {r + 0.5} {turn} {to_r + 0.5} {at} {to_r + 0.5}"


def setup(app):
    app.add_node(chapter_map)
    app.add_directive("chapter-map", ChapterMap)
    app.connect("doctree-read", note_needs)
    app.connect("doctree-resolved", draw)
    app.add_css_file("front.css")
