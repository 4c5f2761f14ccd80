"""What a chapter says besides its code, in reading order, with where each piece stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

SYNTAX = MdParserConfig(
    enable_extensions={"amsmath", "colon_fence", "dollarmath"}, dmath_double_inline=True
)
PARSER = create_md_parser(SYNTAX, RendererHTML)
DISPLAYED = {"math_block", "math_block_label", "math_inline_double", "amsmath"}
UNREAD = re.compile(r"\{(code|math)|(?!\{)")
OBJECTIVES = "{admonition} Objectives"


@dataclass(frozen=True)
class Piece:
    """A paragraph, an item, a heading, a cell of a table or a display equation."""

    section: tuple[str, ...]
    """The headings above it, from the second level on."""
    box: str
    """The directive around it, as `{exercise} Count`, or an empty string."""
    heading: bool
    words: tuple[tuple[str, bool], ...]
    """The runs of text, `z`, $z$ and $$z$$ with their marks, each with whether it is emphasised."""


def pieces(text: str) -> Iterator[Piece]:
    """Yield the pieces of a chapter, those inside directives included."""
    yield from _pieces(PARSER.parse(text), (), "")


def _pieces(tokens: list[Token], section: tuple[str, ...], box: str) -> Iterator[Piece]:
    level = 0
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1])
            section = section[: max(level - 2, 0)]
        elif token.type == "inline":
            yield Piece(section, box, level > 0, tuple(_runs(token.children or [])))
            section = (*section, token.content) if level > 1 else section
            level = 0
        elif token.type in DISPLAYED:
            yield Piece(section, box, False, ((f"$${token.content}$$", False),))
        elif token.type in {"fence", "colon_fence"} and not UNREAD.match(token.info.strip()):
            inside = re.sub(r"\A(:\w+:.*\n)+", "", token.content)
            yield from _pieces(PARSER.parse(inside), section, token.info.strip())


def _runs(children: list[Token]) -> Iterator[tuple[str, bool]]:
    emphasis = 0
    for token in children:
        if token.type in {"em_open", "strong_open"}:
            emphasis += 1
        elif token.type in {"em_close", "strong_close"}:
            emphasis -= 1
        elif token.type == "math_inline":
            yield f"${token.content}$", emphasis > 0
        elif token.type in DISPLAYED:
            yield f"$${token.content}$$", emphasis > 0
        elif token.type in {"softbreak", "hardbreak"}:
            yield " ", emphasis > 0
        elif token.type == "code_inline":
            yield f"`{token.content}`", emphasis > 0
        elif token.type == "myst_role":
            yield "…", emphasis > 0
        else:
            yield token.content, emphasis > 0
