r"""Formulas as one types them: the grammar of the answer box, read into SymPy.

    sum     = term {("+" | "-") term}
    term    = signed {("*" | "/" | "//" | "%" | "mod") signed | power}
    signed  = ("+" | "-") signed | power
    power   = atom ["^" signed | raised]
    atom    = number | letter | function "(" sum {"," sum} ")" | function atom | "(" sum ")"
            | "|" sum "|" | "⌊" sum "⌋" | "⌈" sum "⌉" | "√" atom | "\frac" part part
    part    = "{" sum "}" | digit | letter

So -x^2 is -(x^2), and 2^3^2 is 2^(3^2). Square brackets and braces are parentheses. The sign of a
product may be left out before a letter, a function or a bracket, as in 2x or a(1 - a), and
several letters in a row are a product: 2pq. Behind a quotient it may not, and behind most powers
not before a letter: 1/2x and e^2x could be read in two ways, and are refused; x^2y, x²y, x^{n}y
and x^n(1 + x) could not. A function may have an exponent before its argument, as in tanh²(z), and
no parentheses around an argument that ends where it is clear: ln x + 1, but not ln 2x. Commas and
spaces between digits by threes group them, but where commas part arguments. A letter may have a
subscript, always the same: x_j is x. // is the quotient rounded down, % and mod are what is left
of it. How letters, signs and names may be written is the matter of `lexer`.

`explorers/formula.js` holds the same grammar, and a test compares the two.
"""

import re
from collections.abc import Callable, Mapping
from typing import NoReturn

import sympy as sp
from sympy import Expr

from backprop.exercises.lexer import GREEK, NAMES, Token, tokens
from backprop.symbolic.activations import sigmoid

LONGEST = 300
CONSTANTS: Mapping[str, Expr] = {"e": sp.E, "pi": sp.pi}
FUNCTIONS: Mapping[str, Callable[..., Expr]] = {
    "exp": sp.exp,
    "log": sp.log,
    "ln": sp.log,
    "sqrt": sp.sqrt,
    "tanh": sp.tanh,
    "sinh": sp.sinh,
    "cosh": sp.cosh,
    "sigma": sigmoid,
    "sigmoid": sigmoid,
    "relu": lambda x: sp.Max(0, x),
    "abs": sp.Abs,
    "sign": sp.sign,
    "floor": sp.floor,
    "ceil": sp.ceiling,
    "max": sp.Max,
    "min": sp.Min,
    "clip": lambda x, low, high: sp.Min(sp.Max(x, low), high),
    "mod": lambda x, y: x - y * sp.floor(x / y),
}
WORDS = frozenset({*FUNCTIONS, *CONSTANTS, *GREEK.values()})
CLOSING = {"(": ")", "[": "]", "{": "}", "|": "|", "⌊": "⌋", "⌈": "⌉"}
BRACKETS = {"|": "abs", "⌊": "floor", "⌈": "ceil"}
SEVERAL = {"max": "two numbers or more", "min": "two numbers or more"}
SEVERAL |= {"clip": "three numbers", "mod": "two numbers"}
GROUP = re.compile(r"[0-9]{3}(\.[0-9]*)?")
BETWEEN_GROUPS = re.compile(r",|\{,\}|\\,|[ \u00a0\u2009\u202f]")
SUBSCRIPTED = re.compile(r"(.*?[^0-9_₀-₉])(_?[0-9]+|_[0-9A-Za-z]+|_\{.*\}|[₀-₉]+)")


class Mistake(ValueError):
    """A text that is no formula; the message points at the place, `at` is its column from 0."""

    def __init__(self, reason: str, text: str, at: int) -> None:
        super().__init__(f"{reason}\n  {text}\n  {' ' * at}^")
        self.reason, self.at = reason, at


def parse(text: str, letters: Mapping[str, Expr]) -> Expr:
    """Return the formula that `text` writes in these letters; decimals become floats.

    Raises `Mistake`, a ValueError, where the text is no formula or is longer than `LONGEST`.
    """
    if len(text) > LONGEST:
        raise Mistake(f"a formula has at most {LONGEST} characters", text, LONGEST)
    return Parser(text, letters).formula()


class Parser:
    """Reads a formula as SymPy has it; a subclass may make something else of its parts."""

    def __init__(self, text: str, letters: Mapping[str, Expr]) -> None:
        self.text, self.letters, self.known = text, letters, {**CONSTANTS, **letters}
        self.raised = False  # whether the last power had an exponent that could go on
        self.subscripts: dict[str, str] = {}  # of the letters, as they were first written
        self.opened = [""]  # the brackets around this place, and "max" for its arguments
        self.tokens = tokens(text, WORDS)
        for token in self.tokens:
            if token.kind == "other":
                self.fail(f"“{token.text}” has no meaning here", token.at)

    def fail(self, reason: str, at: int) -> NoReturn:
        """Say what is wrong, and where."""
        raise Mistake(reason, self.text, at)

    def take(self, *words: str) -> str:
        """Move past the next token if it is one of these signs, and return it."""
        return self.tokens.pop(0).word if self.tokens[0].word in words else ""

    def formula(self) -> Expr:
        """Read all of it."""
        value = self.sum()
        kind, word, _, at = self.tokens[0]
        if word in CLOSING.values():
            self.fail("this parenthesis was never opened", at)
        if kind != "end":
            self.fail("a comma separates arguments; decimals are written with a point", at)
        return value

    def sum(self) -> Expr:
        """Read terms."""
        value = self.term()
        while sign := self.take("+", "-"):
            term = self.term()
            value = value + term if sign == "+" else value - term
        return value

    def term(self) -> Expr:
        """Read factors."""
        value, sign = self.signed(), ""
        while True:
            divided = sign not in ("", "*")
            sign = self.take("*", "/", "//", "%", "mod")
            if not sign and not self.at_factor(divided, self.raised):
                return value
            factor = self.signed() if sign else self.power()
            value = self.combined(value, sign, factor)

    def combined(self, value: Expr, sign: str, factor: Expr) -> Expr:
        """Return a product or a quotient."""
        if sign in ("%", "mod"):
            return self.call("mod", value, factor)
        if sign == "//":
            return self.call("floor", value / factor)
        return value / factor if sign == "/" else value * factor

    def at_factor(self, divided: bool = False, raised: bool = False) -> bool:
        """Return whether a factor follows without a sign; refuse where that is unclear."""
        kind, word, _, at = self.tokens[0]
        if kind in ("number", "parts"):
            self.fail("a sign is missing before this number", at)
        closes = word == "|" == self.opened[-1]
        if closes or (kind not in ("name", "fraction") and word not in {*CLOSING, "√"}):
            return False
        letter = kind == "name" and (word in self.known or word not in FUNCTIONS)
        if divided or (raised and letter):
            self.fail("write * here, or parentheses: this could be read in two ways", at)
        return True

    def signed(self) -> Expr:
        """Read a power, and the signs before it."""
        sign = self.take("+", "-")
        if not sign:
            return self.power()
        return -self.signed() if sign == "-" else self.signed()

    def power(self) -> Expr:
        """Read an atom, and its exponent."""
        counts = self.tokens[0].kind == "number" or self.tokens[0].word == "e"
        base, self.raised = self.atom(), False
        if self.tokens[0].kind == "raised":
            return _real(base ** self.constant(self.tokens.pop(0).word))
        if self.take("^"):
            kind, word, _, _ = self.tokens[0]
            ends = word == "{" or (kind == "number" and not counts)
            exponent = self.signed()
            base = sp.nan if _infinite(base, exponent) else _real(base**exponent)
            self.raised = self.raised or not ends
        return base

    def atom(self) -> Expr:
        """Read what no operation takes apart."""
        token = self.tokens.pop(0)
        if token.kind == "number":
            return self.number(token)
        if token.kind == "parts":
            return self.constant(token.word[0]) / self.constant(token.word[2])
        if token.kind == "name":
            return self.named(token)
        if token.kind == "fraction":
            return self.group(token) / self.group(token)
        if token.word == "√":
            return self.root(token.at)
        if token.word not in CLOSING:
            missing = "something is missing here"
            self.fail(missing if token.word else "the formula stops too early", token.at)
        value = self.bracket(token)
        return self.call(BRACKETS[token.word], value) if token.word in BRACKETS else value

    def number(self, token: Token) -> Expr:
        """Read a number, and the threes of digits that follow it, as in 105,415,200."""
        word, end = token.word, token.at + len(token.text)
        threes = self.opened[-1] not in SEVERAL and bool(re.fullmatch("[1-9][0-9]{0,2}", word))
        while threes:
            count = 2 if self.tokens[0].word == "," else 1
            digits = self.tokens[count - 1]
            between = BETWEEN_GROUPS.fullmatch(self.text[end : digits.at])
            if not between or digits.kind != "number" or not GROUP.fullmatch(digits.text):
                break
            word, end = word + digits.word, digits.at + len(digits.text)
            threes = "." not in digits.word
            del self.tokens[:count]
        return self.constant(word)

    def constant(self, word: str) -> Expr:
        """Return a number, or what stands for it."""
        return sp.Integer(word) if word.lstrip("-").isdigit() else sp.Float(word)

    def bracket(self, opening: Token) -> Expr:
        """Read what stands in a bracket that was just opened, and close it."""
        self.opened.append(opening.word)
        value = self.sum()
        self.close(opening)
        return value

    def close(self, opening: Token) -> None:
        """Close a bracket, or say why that is not possible."""
        word, at = self.tokens[0].word, self.tokens[0].at
        if word == ",":
            self.fail("a comma separates arguments; decimals are written with a point", at)
        if not self.take(CLOSING[opening.word]):
            what = "parenthesis" if opening.word == "(" else "bracket"
            self.fail(f"this {what} is never closed", opening.at)
        self.opened.pop()

    def group(self, fraction: Token) -> Expr:
        """Read a part of a fraction: in braces, or a single digit or letter, as LaTeX has it."""
        kind, word, text, at = self.tokens[0]
        if word == "{":
            return self.bracket(self.tokens.pop(0))
        if kind not in ("number", "name") or text[0] == "\\":
            self.fail(r"write \frac with two pairs of braces, as in \frac{1}{2}", fraction.at)
        self.tokens[:1] = [Token(kind, text[0], text[0], at), *self._rest(self.tokens[0])]
        return self.atom()

    def _rest(self, token: Token) -> list[Token]:
        """Return the tokens of what stands behind the first character of a token."""
        rest = tokens(token.text[1:], WORDS)[:-1]
        return [part._replace(at=token.at + 1 + part.at) for part in rest]

    def root(self, at: int) -> Expr:
        """Read what stands below a root."""
        bracketed = self.tokens[0].word in CLOSING
        value = self.atom()
        if not bracketed and (self.tokens[0].word == "^" or self.tokens[0].kind == "raised"):
            self.fail("write parentheses after √: this could be read in two ways", at)
        return self.call("sqrt", value)

    def named(self, token: Token) -> Expr:
        """Read a letter, a function, or letters that are multiplied."""
        _, name, text, at = token
        if name in self.known:
            return self.letter(name, "", at)
        if name in FUNCTIONS:
            exponent = self.function_power()
            value = self.call(name, *self.arguments(token))
            return value if exponent == 1 else value**exponent
        letters = [NAMES.get(letter, letter) for letter in text]
        if len(letters) > 1 and all(
            letter in self.known or (letter in FUNCTIONS and k == len(letters) - 1)
            for k, letter in enumerate(letters)
        ):
            self.tokens[:0] = [
                Token("name", letters[k], text[k], at + k) for k in range(1, len(letters))
            ]
            return self.letter(letters[0], "", at)
        if parts := SUBSCRIPTED.fullmatch(name):
            plain, subscript = NAMES.get(parts[1], parts[1]), re.sub(r"[_{}\s]", "", parts[2])
            if plain in self.letters:
                return self.letter(plain, subscript, at)
        use = f"use {', '.join(self.letters)}" if self.letters else "the answer is a number"
        self.fail(f"“{text}” is not known here; {use}", at)

    def letter(self, name: str, subscript: str, at: int) -> Expr:
        """Return the value of a letter; its subscript, if any, has to be the same each time."""
        if self.subscripts.setdefault(name, subscript) != subscript:
            self.fail(f"there is only one {name} here: write it alike each time", at)
        return self.known[name]

    def function_power(self) -> Expr:
        r"""Read the exponent of a function that stands before its argument, as in \tanh^{2}(z)."""
        if self.tokens[0].kind == "raised" and "-" not in self.tokens[0].word:
            return self.constant(self.tokens.pop(0).word)
        for form in (["^", ""], ["^", "{", "", "}"]):
            following = self.tokens[: len(form)]
            signs = [
                token.word if sign else "" for sign, token in zip(form, following, strict=False)
            ]
            number = self.tokens[min(form.index(""), len(self.tokens) - 1)]
            if signs == form and number.kind == "number" and number.word.isdigit():
                del self.tokens[: len(form)]
                return self.constant(number.word)
        return sp.Integer(1)

    def arguments(self, function: Token) -> list[Expr]:
        """Read what a function is given."""
        _, name, text, at = function
        opening = self.tokens[0]
        if not self.take("(", "[", "{"):
            return [self.bare_argument(function)]
        self.opened.append(name)
        values = [self.sum()]
        while self.take(","):
            values.append(self.sum())
        self.close(opening)
        wanted = SEVERAL.get(name, "one number")
        counts = {"one number": [1], "two numbers": [2], "three numbers": [3]}
        if len(values) not in counts.get(wanted, range(2, LONGEST)):
            self.fail(f"{text} takes {wanted}", at)
        return values

    def bare_argument(self, function: Token) -> Expr:
        """Read what a function is given without parentheses, if it is clear where that ends."""
        _, name, text, at = function
        kind, word = self.tokens[0].kind, self.tokens[0].word
        closes = word == "|" == self.opened[-1]
        begins = kind in ("number", "parts", "name", "fraction") or word in ("√", "|", "⌊", "⌈")
        if name in SEVERAL or closes or not begins:
            self.fail(f"{text} needs parentheses, as in {text}(1)", at)
        value = self.atom()
        goes_on = self.tokens[0].kind == "raised" or self.tokens[0].word == "^"
        if goes_on or self.at_factor():
            self.fail(f"write parentheses after {text}: this could be read in two ways", at)
        return value

    def call(self, name: str, *values: Expr) -> Expr:
        """Return what a function makes of its arguments."""
        return sp.nan if _infinite(*values) else _real(FUNCTIONS[name](*values))


def _infinite(*values: Expr) -> bool:
    return any(getattr(value, "is_finite", None) is False for value in values)


def _real(value: Expr) -> Expr:
    """Return the value, or NaN if it is not real whatever the letters are: √(-1)² is no answer."""
    return sp.nan if getattr(value, "is_extended_real", None) is False else value
