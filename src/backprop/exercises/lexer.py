r"""The words and signs of a formula, typed as plain text, in Unicode, in LaTeX or as NumPy.

Each way of writing becomes the same tokens: · and \cdot are *, ² is a raised 2, ŷ and \hat{y} are
yhat, \sigma and σ are sigma, np.exp is exp and maximum is max. Spaces, \left, \right and the like
mean nothing, and neither does a full stop at the end. What stands before an = is only a name for
the formula, or an earlier form of it.

`explorers/formula.js` holds the same tables and the same patterns, and a test compares the two.
"""

import re
from typing import NamedTuple

SUBSCRIPT = r"(?:_\{\s*[0-9A-Za-z]+\s*\}|_[0-9A-Za-z]+|[₀-₉]+)?"
TOKEN = re.compile(
    r"(?P<skip>[\s$\u200b\u2061-\u2063\ufeff]+|[.;](?=[\s$]*$)|\\[,;:! ()\[\]]"
    r"|\\q?quad(?![A-Za-z])|\\(?:left|right|[bB]igg?[lr]?|displaystyle)(?![A-Za-z])"
    r"|(?:np|numpy|math|sp|sympy)\.(?=[A-Za-z]))"
    r"|(?P<number>(?:[0-9]+(?:_[0-9]{3})*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<parts>[¼-¾⅓⅔⅛])"
    r"|(?P<hat>\\(?:wide)?hat\s*(?:\{\s*[A-Za-z]\s*\}|[A-Za-z])"
    rf"{SUBSCRIPT})"
    r"|(?P<upright>\\(?:operatorname|mathrm|text)\s*\{\s*[A-Za-z]+\s*\})"
    r"|(?P<command>\\[A-Za-z]+)"
    rf"|(?P<name>ln(?=[0-9])|(?:ŷ|y\u0302){SUBSCRIPT}"
    r"|[A-Za-zα-ωϵϕ_][0-9A-Za-zα-ωϵϕ_₀-₉]*(?:(?<=_)\{\s*[0-9A-Za-z]+\s*\})?)"
    r"|(?P<raised>⁻?[⁰¹²³⁴-⁹]+)"
    r"|(?P<other>[<>!]=)"
    r"|(?P<sign>\*\*|//|\{,\}|\\[{}|]|[-+*/%^(),|=≈√⌊⌋⌈⌉\[\]{}−–·⋅∙×∗÷∕⁄])"
    r"|(?P<unknown>\S)"
)
SIGNS = {
    **dict.fromkeys("−–", "-"),
    **dict.fromkeys(["·", "⋅", "∙", "×", "∗", "cdot", "times", "ast"], "*"),
    **dict.fromkeys(["÷", "∕", "⁄", "div"], "/"),
    **dict.fromkeys([r"\|", "lvert", "rvert", "vert"], "|"),
    **{"**": "^", "{,}": ",", r"\{": "{", r"\}": "}"},
    **{"≈": "=", "approx": "=", "bmod": "%"},
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
    **{"ŷ": "yhat", "y\u0302": "yhat", "y_hat": "yhat", "varepsilon": "epsilon", "varphi": "phi"},
    **{"maximum": "max", "Max": "max", "minimum": "min", "Min": "min"},
    **{"absolute": "abs", "Abs": "abs", "ceiling": "ceil", "sgn": "sign"},
}
PARTS = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8"}
FRACTIONS = ("frac", "dfrac", "tfrac")
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
HATTED = re.compile(r"hat\s*\{?\s*([A-Za-z])\s*\}?(.*)")


class Token(NamedTuple):
    """A part of a formula: a number, parts (as ½), a name, a fraction, a raised number, a sign.

    `word` is what it means, `text` how it was typed, and `at` where, counted from 0. One that has
    no meaning is "other", and the last is the "end".
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
    equals = [k for k, token in enumerate(read) if token.word == "="][-1:]
    end = Token("end", "", "", len(text.rstrip()))
    return [*(read[equals[0] + 1 :] if equals else read), end]


def _token(kind: str, text: str, at: int, words: frozenset[str]) -> Token:
    word = text.lstrip("\\")
    if kind == "hat":
        letter, subscript = HATTED.findall(text)[0]
        return Token("name", f"{letter}hat{subscript}", text, at)
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
    if kind == "number":
        return Token(kind, text.replace("_", ""), text, at)
    return Token(kind, PARTS[text], text, at) if kind == "parts" else Token("other", text, text, at)
