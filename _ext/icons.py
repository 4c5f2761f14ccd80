"""The few icons of the theme, drawn in the page: a font or a script of icons would outweigh it."""

import re

from sphinx.util import logging

logger = logging.getLogger(__name__)

ICON = re.compile(r'<(i|span) class="([^"]*\bfa[sb]?\b[^"]*|[^"]*\bfa-solid\b[^"]*)"([^>]*)></\1>')
FILE = "M4 1.5h5l3 3v10H4zM9 1.5v3h3"
# Lines in a square of 16 by 16.
DRAWN = {
    "angle-left": "M10 3L5 8l5 5",
    "angle-right": "M6 3l5 5-5 5",
    "arrow-up": "M8 14V2M3 7l5-5 5 5",
    "bars": "M2 4h12M2 8h12M2 12h12",
    "circle-half-stroke": "M8 2a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM8 2v12M10 3v10M12 4.5v7",
    "download": "M8 2v8M4.5 7L8 10.5 11.5 7M2 13.5h12",
    "expand": "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
    "file": FILE,
    "file-pdf": FILE,
    "list": "M2 4h.1M6 4h8M2 8h.1M6 8h8M2 12h.1M6 12h8",
    "magnifying-glass": "M11.5 7a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0M10.5 10.5l4 4",
    "moon": "M13.5 10A6 6 0 0 1 6 2.5 6 6 0 1 0 13.5 10z",
    "sun": "M11 8a3 3 0 1 1-6 0 3 3 0 0 1 6 0M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15"
    "M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1",
}


def _drawing(match):
    tag, classes, rest = match.groups()
    names = re.findall(r"\bfa-([\w-]+)", classes)
    path = next((DRAWN[name] for name in names if name in DRAWN), None)
    if path is None:
        logger.warning("the icon %r has no drawing in _ext/icons.py", classes)
        return match[0]
    others = [name for name in classes.split() if not name.startswith("fa")]
    svg = f'<svg viewBox="0 0 16 16" aria-hidden="true"><path d="{path}"/></svg>'
    return f'<{tag} class="{" ".join([*others, "icon"])}"{rest}>{svg}</{tag}>'


def drawn(text):
    """Return a page whose icons are drawings."""
    return ICON.sub(_drawing, text)
