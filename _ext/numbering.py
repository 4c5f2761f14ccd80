"""A chapter has the number with which its file begins: 0, 1, 2, in the book and in parts of it.

The table of contents would count from 1, in its order.
"""

import re

from docutils import nodes
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx_multitoc_numbering import assign_section_numbers

NUMBER = re.compile(r"(?:.*/)?(\d+)-")


def assign(self, env):
    """Let sphinx-multitoc-numbering count, then put the number of the file first."""
    changed = assign_section_numbers(self, env)
    for page, numbers in env.toc_secnumbers.items():
        if match := NUMBER.match(page):
            first = int(match[1])
            numbers.update({at: (first, *number[1:]) for at, number in numbers.items() if number})
            for node in (*env.tocs[page].findall(nodes.reference), env.titles[page]):
                if node.get("secnumber"):
                    node["secnumber"] = [first, *node["secnumber"][1:]]
    return changed


def use(app, config):
    TocTreeCollector.assign_section_numbers = assign


def setup(app):
    app.connect("config-inited", use)
