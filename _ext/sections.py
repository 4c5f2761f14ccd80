"""The sections of a finished page as the search knows them: titles, words and plain formulas."""

import re
import unicodedata
from dataclasses import dataclass, field
from html.parser import HTMLParser
from xml.etree.ElementTree import TreeBuilder

ARTICLE = re.compile(r'<article class="bd-article">.*?</article>', re.S)
# Half of a page, and no word in it: formulas that are displayed.
DISPLAYED = re.compile(r'<div class="(?:(?:term )?formula|relation)">.*?</div>', re.S)
VOID = {"br", "col", "hr", "img", "input", "source", "wbr"}
HEADINGS = {"h1", "h2", "h3"}
INLINE = {"a", "abbr", "b", "code", "em", "i", "kbd", "q", "small", "span", "strong", "sub", "sup"}
# What nobody looks for, and solutions: they are for who has tried.
SKIPPED = re.compile(
    r"\b(bibtex-citation|column-name|eqno|explorer|headerlink|solution|stated|toctree-wrapper)\b"
)
EQUATION = re.compile(r"equation-(?:def-)?(.+)")
IMPORT = re.compile(r"^(?:from \S+ )?import (?:\([^)]*\)|.*)$", re.M)
WORD = re.compile(r"[^\W\d_][^\W_]{2,}")
ACCENTS = {"^": "\u0302", "ˆ": "\u0302", "¯": "\u0304", "‾": "\u0304", "~": "\u0303"}
APPLICATION = "\u2061"  # between a function's name and its argument, and not to be seen
PRIMES = set("′″‴")


@dataclass
class Section:
    """A heading and what stands below it, up to the next heading."""

    anchor: str
    number: str
    title: str
    above: list[str]
    """The titles that it stands under, that of the page first."""
    names: list[str] = field(default_factory=list)
    """What its equations are called: their labels, as words."""
    text: str = ""
    words: set[str] = field(default_factory=set)
    """What its code, and the reasons of its derivations, are made of."""


def sections(page):
    """Return the sections of a page, given as its HTML."""
    article = ARTICLE.search(page)
    if article is None:
        return []
    reader = _Reader()
    reader.read(_tree(DISPLAYED.sub("", article[0])), "")
    for section in reader.sections:
        text = " ".join(section.text.replace(APPLICATION, "").split())
        section.text = re.sub(r" (?=[.,;:])", "", text)  # where a citation stood
    return reader.sections


def _tree(html):
    parser = _Parser()
    parser.feed(html)
    return parser.builder.close()


class _Parser(HTMLParser):
    def __init__(self):
        super().__init__()
        self.builder = TreeBuilder()

    def handle_starttag(self, tag, attributes):
        self.builder.start(tag, {name: value or "" for name, value in attributes})
        if tag in VOID:
            self.builder.end(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.builder.end(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.builder.end(tag)

    def handle_data(self, data):
        self.builder.data(data)


class _Reader:
    def __init__(self):
        self.sections = []
        self.titles = []

    def read(self, node, anchor):
        """Collect what an element holds; `anchor` is the id of the section around it."""
        kinds = node.get("class", "").split()
        here = self.sections[-1] if self.sections else None
        if node.tag in HEADINGS:
            number, title = _heading(node)
            del self.titles[int(node.tag[1]) - 1 :]
            self.sections.append(Section(anchor, number, title, list(self.titles)))
            self.titles.append(title)
        elif here is None:
            self._read_children(node, anchor)
        elif name := EQUATION.fullmatch(node.get("id", "")):
            here.names.append(name[1].replace("-", " "))
        elif node.tag == "math":
            here.text += plain(node)
        elif "cell_output" in kinds:
            for part in node.iter():
                if part.get("class") in ("reason", "because"):
                    here.words.update(WORD.findall(plain(part)))
                elif name := EQUATION.fullmatch(part.get("id", "")):
                    here.names.append(name[1].replace("-", " "))
        elif "cell_input" in kinds:
            here.words.update(WORD.findall(IMPORT.sub("", plain(node))))
        elif SKIPPED.search(" ".join(kinds)) or _is_code(node):
            pass
        elif node.tag not in ("script", "style", "svg", "button"):
            here.text += node.text or ""
            self._read_children(node, anchor)
            if node.tag not in INLINE:
                self.sections[-1].text += " "

    def _read_children(self, node, anchor):
        for child in node:
            self.read(child, child.get("id", anchor) if child.tag == "section" else anchor)
            if self.sections:
                self.sections[-1].text += child.tail or ""


def _is_code(node):
    """Whether an element is code that folds."""
    return node.tag == "details" and any("cell_input" in child.get("class", "") for child in node)


def _heading(node):
    number, title = "", node.text or ""
    for child in node:
        kind = child.get("class")
        if kind == "section-number":
            number = plain(child).strip().rstrip(".")
        elif kind != "headerlink":
            title += plain(child)
        title += child.tail or ""
    return number, title.strip()


def plain(node):
    """Return an element as plain text, a formula with / and ^ where it has fractions and powers."""
    parts = [plain(child) for child in node]
    match node.tag:
        case "mfrac":
            return "/".join(f"({part})" if len(part) > 1 else part for part in parts)
        case "msqrt":
            return f"√({''.join(parts)})"
        case "msup" | "mover" | "msub" | "munder" if len(parts) == 2:
            return _scripted(node.tag, *parts)
        case "msubsup" | "munderover" if len(parts) == 3:
            return _scripted("msup", _scripted("msub", *parts[:2]), parts[2])
        case "mo" if node.text in {"=", "<", ">", "≤", "≥", "≠", "≈", "+", "→", "↦", "⇒", "∈"}:
            return f" {node.text} "
        case "mspace":
            return " "
    tails = [child.tail or "" for child in node]
    return (node.text or "") + "".join(map("".join, zip(parts, tails, strict=True)))


def _scripted(tag, base, script):
    if tag == "mover" and script in ACCENTS:
        return unicodedata.normalize("NFC", base + ACCENTS[script])
    if set(script) <= PRIMES:
        return base + script
    sign = "^" if tag in ("msup", "mover") else "_"
    brackets = len(script) > 1 and not script.startswith(("[", "("))
    return f"{base}{sign}{f'({script})' if brackets else script}"
