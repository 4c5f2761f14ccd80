"""A page loads one style sheet, and the scripts that something in it needs, after its text."""

import json
import re
import shutil
from pathlib import Path
from posixpath import dirname, normpath, relpath

import tinycss2
from sphinx.errors import ExtensionError

from .remembered import Remembered

BUNDLE = "_static/pages.css"
SHEET = re.compile(r'<link (?=[^>]*rel="stylesheet")[^>]*href="([^"]*)"[^>]*>\n?')
SCRIPT = re.compile(r'<script(?: defer(?:="defer")?)?([^>]*) src="([^"]*)"></script>\n?')
UNUSED = re.compile(
    r"<script>DOCUMENTATION_OPTIONS\.\w+ = [^<]*</script>\n?"
    r'|<link rel="preload" as="script"[^>]*>\n?|<script[^>]*fontawesome\.js"></script>\n?'
)
# What a page must hold for a script to have something to do.
NEEDS = {
    "clipboard.min.js": '<div class="highlight',
    "copybutton.js": '<div class="highlight',
    "design-tabs.js": "sd-tab-set",
    "host.js": 'class="explorer"',
    "live.js": "data-live",
    "page.js": 'class="formula"|<pre|data-press',
    "previews.js": "reference internal",
    "togglebutton.js": 'class="toggle|toggle[ "]|[ "]dropdown admonition|admonition[^"]* dropdown',
}
FIRST = "first.js"
"""The only script that what is drawn waits for."""
# The theme measures all that may scroll, one by one, at each change of it: page.js does so once.
THEME = "_static/scripts/pydata-sphinx-theme.js"
TAB_STOPS = re.compile(
    r'(?<=\(\)\{)const \w+=\(\)=>\{document\.querySelectorAll\(\["pre",[^{]*\{[^{}]*\}'
    r"\)\},[^{}]*\{subtree:!0,childList:!0\}\),\w+\(\)(?=\})"
)
NOT_SHIPPED = ("scripts/fontawesome.js*", "vendor", "*.html", "scripts/*.map", "styles/*.map")
URL = re.compile(r"url\((\"[^\"]*\"|'[^']*'|[^)\"']*)\)")
IMPORT = re.compile(r'@import "([^"]*)";')
WORD = re.compile(r"[\w-]+")
DARK, LIGHT = (re.compile(rf'\[data-theme="?{name}"?\]') for name in ("dark", "light"))
NAME = re.compile(r"[.#]((?:[\w-]|\\.)+)")


def lighten(app, exception):
    """Bundle the style sheets of the pages that were written, and drop or defer their scripts."""
    if exception or app.builder.format != "html":
        return
    root = Path(app.outdir)
    static = root / "_static"
    pages = [page for page in sorted(root.rglob("*.html")) if static not in page.parents]
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    links = {}
    for page, text in texts.items():
        name = page.relative_to(root)
        folder = name.parent.as_posix()
        links[name.as_posix()] = [normpath(f"{folder}/{link}") for link in SHEET.findall(text)]
        texts[page] = _light(text, relpath(BUNDLE, folder))
    if not any(set(sheets) - {BUNDLE} for sheets in links.values()):
        return
    sheets = sheets_of_all(Path(app.doctreedir, "sheets.json"), links)
    styled = (file for file in sorted(static.rglob("*.js")) if static / "live" not in file.parents)
    scripts = [file.read_text(encoding="utf-8") for file in styled]
    words = {word for text in [*texts.values(), *scripts] for word in WORD.findall(text)}
    rules, pruned = [], Remembered(app, _pruned)
    for sheet in sheets:
        css = _rebased(root, sheet)
        own = pruned(css, sorted(words & _names(css)))
        if sheet.startswith("_static/explorers/"):  # most of what these hold is shared
            known = set(rules)
            own = [rule for rule in own if rule not in known]
        rules += own
    pruned.keep()
    (root / BUNDLE).write_text("".join(rules), encoding="utf-8")
    _relieve(root / THEME)
    for page, text in texts.items():
        page.write_text(text, encoding="utf-8")
    for pattern in NOT_SHIPPED:
        for path in static.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def sheets_of_all(file, links):
    """Return the style sheets of all pages, also of those that were not written this time."""
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    links |= {page: kept.get(page, []) for page, sheets in links.items() if sheets == [BUNDLE]}
    file.write_text(json.dumps(links), encoding="utf-8")
    return dict.fromkeys(sheet for sheets in links.values() for sheet in sheets)


def _relieve(theme):
    text, found = TAB_STOPS.subn("", theme.read_text(encoding="utf-8"))
    if found != 1:
        raise ExtensionError(f"{theme.name}: its measuring of what scrolls is not where it was")
    theme.write_text(text, encoding="utf-8")


def _light(text, bundle):
    """Return a page with one style sheet and the scripts that it needs, deferred."""

    def script(match):
        attributes, source = match.groups()
        if source.endswith(FIRST):
            return match[0]
        need = NEEDS.get(source.rsplit("/", 1)[-1], "")
        return (
            f'<script defer{attributes} src="{source}"></script>\n' if re.search(need, text) else ""
        )

    text = SCRIPT.sub(script, UNUSED.sub("", text))
    first = SHEET.search(text)
    if first is None:
        return text
    before, after = text[: first.start()], text[first.end() :]
    return before + f'<link rel="stylesheet" href="{bundle}" />\n' + SHEET.sub("", after)


def _rebased(root, sheet):
    """Return a style sheet and what it imports, with addresses as seen from the bundle."""

    def rebased(match):
        address = match[1].strip("'\"")
        if re.match(r"data:|#|[a-z]+:", address):
            return match[0]
        return f'url("{relpath(normpath(f"{dirname(sheet)}/{address}"), dirname(BUNDLE))}")'

    text = URL.sub(rebased, (root / sheet).read_text(encoding="utf-8"))
    return IMPORT.sub(lambda match: _rebased(root, normpath(f"{dirname(sheet)}/{match[1]}")), text)


def _pruned(css, words):
    words = set(words)
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return [_kept(rule, words) for rule in rules]


def _kept(rule, words):
    """Return a rule as text, without selectors of names that no page and no script has."""
    if rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports", "-moz-document"):
        inner = "".join(_kept(r, words) for r in tinycss2.parse_rule_list(rule.content, True, True))
        return f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}" if inner else ""
    if rule.type == "at-rule":
        text = rule.serialize()
        icons = rule.lower_at_keyword == "font-face" and "Awesome" in text
        return "" if icons or rule.lower_at_keyword == "charset" else text
    if rule.type != "qualified-rule":
        return ""
    selectors = _split(tinycss2.serialize(rule.prelude).strip())
    used = [s for s in selectors if _is_used(s, words)]
    body = tinycss2.serialize(rule.content).strip()
    return _themed(used, body) if used and body else ""


def _themed(selectors, body):
    """Return a rule of which what makes a page dark is for screens, and what is light for paper."""
    dark = [s for s in selectors if DARK.search(s)]
    others = [s for s in selectors if s not in dark]
    paper = [LIGHT.sub("[data-theme]", s) for s in others if LIGHT.search(s)]
    return "".join(
        opening + f"{','.join(part)}{{{body}}}" + closing
        for opening, part, closing in (
            ("", others, ""),
            ("@media screen{", dark, "}"),
            ("@media print{", paper, "}"),
        )
        if part
    )


def _split(selector):
    """Split a selector at the commas that stand in no parentheses."""
    parts, depth = [""], 0
    for char in selector:
        depth += (char in "([") - (char in ")]")
        if char == "," and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


def _is_used(selector, words):
    plain = re.sub(r":(?:not|is|where|has)\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\]", "", selector)
    return _names(plain) <= words


def _names(css):
    """Return what are names of classes and of elements, and perhaps some more."""
    return {name.replace("\\", "") for name in NAME.findall(css)}


def setup(app):
    app.connect("build-finished", lighten, priority=900)
