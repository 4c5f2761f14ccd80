"""A chapter has the number with which its file begins: 0, 1, 2, in the book and in parts of it."""

import re

from docutils import nodes
from sphinx_external_toc.collectors import TocTreeCollectorWithStyles as Collector

NUMBER = re.compile(r"(?:.*/)?(\d+)-")
count = Collector.assign_section_numbers


def assign(self, env):
    """Let the table of contents count, put the number of the file first, and name what changed."""
    before = env.toc_secnumbers
    count(self, env)
    for page, numbers in env.toc_secnumbers.items():
        if match := NUMBER.match(page):
            first = int(match[1])
            numbers.update({at: (first, *number[1:]) for at, number in numbers.items() if number})
            for node in (*env.tocs[page].findall(nodes.reference), env.titles[page]):
                if node.get("secnumber"):
                    node["secnumber"] = [first, *node["secnumber"][1:]]
    return [page for page, numbers in env.toc_secnumbers.items() if numbers != before.get(page)]


def setup(app):
    Collector.assign_section_numbers = assign
