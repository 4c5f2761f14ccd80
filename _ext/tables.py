"""A wide table is a list on a narrow page: each cell then says which column it belongs to."""

from docutils import nodes

WIDE = {"full-width", "tag_full-width"}


def name_columns(app, doctree):
    for table in doctree.findall(nodes.table):
        if not _is_wide(table):
            continue
        table["classes"].append("stacks")
        names = [
            entry.children[0] for entry in next(table.findall(nodes.thead)).findall(nodes.entry)
        ]
        for row in next(table.findall(nodes.tbody)).findall(nodes.row):
            for entry, name in list(zip(row, names, strict=True))[1:]:
                words = [child.deepcopy() for child in name]
                entry[0].insert(0, nodes.inline("", "", *words, classes=["column-name"]))


def _is_wide(node):
    while isinstance(node, nodes.Element):
        if WIDE & set(node.get("classes", ())):
            return True
        node = node.parent
    return False


def setup(app):
    app.connect("doctree-read", name_columns)
