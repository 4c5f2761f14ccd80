r"""The words and signs of a formula, typed as plain text, in Unicode, in LaTeX or as NumPy.

Each way of writing becomes the same tokens: · and \cdot are *, ² is a raised 2, ŷ and \hat{y} are
yhat, \sigma and σ are sigma, np.exp is exp and maximum is max. Spaces, \left, \right and the like
mean nothing, and what stands before an = is only a name for the formula.

`explorers/formula.js` holds the same tables and the same patterns, and a test compares the two.
"""

import re
from typing import NamedTuple

TOKEN = re.compile(
    r"(?P<skip>[\s$\u200b\u2061-\u2063\ufeff]+|\\[,;:! ]|\\q?quad(?![A-Za-z])"
    r"|\\(?:left|right|[bB]igg?[lr]?|displaystyle)(?![A-Za-z])"
    r"|(?:np|numpy|math|sp|sympy)\.(?=[A-Za-z]))"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<hat>\\(?:wide)?hat\s*(?:\{\s*[A-Za-z]\s*\}|[A-Za-z]))"
    r"|(?P<upright>\\(?:operatorname|mathrm|text)\s*\{\s*[A-Za-z]+\s*\})"
    r"|(?P<command>\\[A-Za-z]+)"
    r"|(?P<name>(?:ŷ|y\u0302)[₀-₉]*|[A-Za-zα-ωϵϕ_][0-9A-Za-zα-ωϵϕ_₀-₉]*)"
    r"|(?P<raised>⁻?[⁰¹²³⁴-⁹]+)"
    r"|(?P<other>[<>!]=)"
    r"|(?P<sign>\*\*|\{,\}|\\[{}|]|[-+*/^(),|=√⌊⌋⌈⌉\[\]{}−–·⋅∙×∗÷∕⁄])"
    r"|(?P<unknown>\S)"
)
SIGNS = {
    **dict.fromkeys("−–", "-"),
    **dict.fromkeys(["·", "⋅", "∙", "×", "∗", "cdot", "times", "ast"], "*"),
    **dict.fromkeys(["÷", "∕", "⁄", "div"], "/"),
    **dict.fromkeys([r"\|", "lvert", "rvert", "vert"], "|"),
    **{"**": "^", "{,}": ",", r"\{": "{", r"\}": "}"},
    **{"lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉"},
}
GREEK = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "ϵ": "epsilon",
    "η": "eta",
    "θ": "theta",
    "λ": "lambda",
    "μ": "mu",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "φ": "phi",
    "ϕ": "phi",
}
NAMES = {
    **GREEK,
    **{"ŷ": "yhat", "y\u0302": "yhat", "varepsilon": "epsilon", "varphi": "phi"},
    **{"maximum": "max", "Max": "max", "minimum": "min", "Min": "min"},
    **{"absolute": "abs", "Abs": "abs", "ceiling": "ceil", "sgn": "sign"},
}
FRACTIONS = ("frac", "dfrac", "tfrac")
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


class Token(NamedTuple):
    """A part of a formula: a number, a name, a fraction, a raised number, a sign or the end.

    `word` is what it means, `text` how it was typed, and `at` where, counted from 0. One that has
    no meaning is "other".
    """

    kind: str
    word: str
    text: str
    at: int


def tokens(text: str, words: frozenset[str]) -> list[Token]:
    """Return the tokens of a formula, the end last; as commands of LaTeX, `words` are names."""
    read = [
        _token(str(match.lastgroup), match[0], match.start(), words)
        for match in TOKEN.finditer(text)
        if match.lastgroup != "skip"
    ]
    equals = [k for k, token in enumerate(read) if token.word == "="]
    end = Token("end", "", "", len(text.rstrip()))
    return [*(read[equals[0] + 1 :] if equals else read), end]


def _token(kind: str, text: str, at: int, words: frozenset[str]) -> Token:
    word = text.lstrip("\\")
    if kind == "hat":
        return Token("name", re.findall("[A-Za-z]", text)[-1] + "hat", text, at)
    if kind == "upright":
        word = text[text.index("{") + 1 : -1].strip()
        return Token("name", NAMES.get(word, word), text, at)
    if kind == "raised":
        return Token(kind, text.translate(SUPERSCRIPTS), text, at)
    if kind == "name":
        return Token(kind, NAMES.get(word, word), text, at)
    if kind == "command" and word in FRACTIONS:
        return Token("fraction", "frac", text, at)
    if kind == "command" and NAMES.get(word, word) in words:
        return Token("name", NAMES.get(word, word), text, at)
    if kind == "command":
        return Token("sign" if word in SIGNS else "other", SIGNS.get(word, text), text, at)
    if kind == "sign":
        return Token(kind, SIGNS.get(text, text), text, at)
    return Token("number" if kind == "number" else "other", text, text, at)
