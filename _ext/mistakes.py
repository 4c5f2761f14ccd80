"""A mistake that people write folds: the wrong sentence is its heading, and opens to the rest.

The directive `mistakes` lists those of all chapters.
"""

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

HEADING = "Mistakes people write"


class mistakes(nodes.General, nodes.Element):
    """Where the list of all mistakes stands."""


class Mistakes(SphinxDirective):
    """List them here."""

    def run(self):
        self.env.note_reread()  # any chapter may change the list
        return [mistakes()]


def note_mistakes(app, doctree):
    """Keep the heading of each mistake of a page, and where it is."""
    app.env.__dict__.setdefault("mistakes", {})[app.env.docname] = [
        (mistake["ids"][0], mistake[0].children)
        for section in _sections(doctree)
        for mistake in section.children
        if isinstance(mistake, nodes.section)
    ]


def list_mistakes(app, doctree, page):
    """Write the list: for each chapter its mistakes, each a link."""
    for node in list(doctree.findall(mistakes)):
        known = app.env.mistakes
        chapters = [name for name in app.env.toc_secnumbers if known.get(name)]
        node.replace_self([part for name in sorted(chapters) for part in _listed(app, page, name)])


def _listed(app, page, name):
    address = app.builder.get_relative_uri(page, name)
    number = app.env.toc_secnumbers[name][""][0]
    entries = [
        nodes.list_item("", nodes.paragraph("", "", _link(f"{address}#{anchor}", *heading)))
        for anchor, heading in app.env.mistakes[name]
    ]
    title = _link(address, nodes.Text(f"{number}. {app.env.titles[name].astext()}"))
    return [nodes.rubric("", "", title), nodes.bullet_list("", *entries)]


def _link(address, *children):
    copies = [child.deepcopy() for child in children]
    return nodes.reference("", "", *copies, internal=True, refuri=address)


def fold_mistakes(app, doctree, page):
    """Put what stands below each heading of the section into a fold that the heading opens."""
    for section in _sections(doctree):
        for mistake in section.children:
            if isinstance(mistake, nodes.section):
                _fold(mistake)


def _sections(doctree):
    for section in doctree.findall(nodes.section):
        title = section.children[0] if section.children else None
        if isinstance(title, nodes.title) and title.astext() == HEADING:
            yield section


def _fold(mistake):
    title, *rest = mistake.children
    opening = _html('<details class="mistake"><summary>')
    mistake.children = []
    mistake += [opening, title, _html("</summary>"), *rest, _html("</details>")]


def _html(text):
    return nodes.raw("", text, format="html")


def setup(app):
    app.add_node(mistakes)
    app.add_directive("mistakes", Mistakes)
    app.connect("doctree-read", note_mistakes)
    app.connect("doctree-resolved", list_mistakes)
    app.connect("doctree-resolved", fold_mistakes)
