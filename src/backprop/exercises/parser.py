"""Formulas as one types them: the grammar of the answer box, read into SymPy.

    sum     = term {("+" | "-") term}
    term    = signed {("*" | "/") signed | power}
    signed  = ("+" | "-") signed | power
    power   = atom ["^" signed]
    atom    = number | letter | function "(" sum {"," sum} ")" | "(" sum ")"

So -x^2 is -(x^2), and 2^3^2 is 2^(3^2). `**` is read as `^`, and −, ·, × and ÷ as the signs that
they are. The sign of a product may be left out before a letter, a function or a parenthesis, as
in 2x or a(1 - a), except behind a quotient or a power: 1/2x and x^2y could be read in two ways,
and are refused. A Greek letter is its name, and e and pi are numbers.

`explorers/answer.js` holds the same grammar, and a test compares the two.
"""

import re
from collections.abc import Callable, Mapping
from typing import NoReturn

import sympy as sp
from sympy import Expr

from backprop.symbolic.activations import sigmoid

LONGEST = 200
TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-zα-ω_][0-9A-Za-zα-ω_]*)|(?P<sign>\*\*|[-+*/^(),])|(?P<other>\S)"
)
SIGNS = str.maketrans("−–·⋅×∗÷", "--****/")
GREEK = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "η": "eta",
    "θ": "theta",
    "λ": "lambda",
    "μ": "mu",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "φ": "phi",
}
CONSTANTS: Mapping[str, Expr] = {"e": sp.E, "pi": sp.pi}
FUNCTIONS: Mapping[str, Callable[..., Expr]] = {
    "exp": sp.exp,
    "log": sp.log,
    "ln": sp.log,
    "sqrt": sp.sqrt,
    "tanh": sp.tanh,
    "sigma": sigmoid,
    "sigmoid": sigmoid,
    "abs": sp.Abs,
    "sign": sp.sign,
    "floor": sp.floor,
    "ceil": sp.ceiling,
    "max": sp.Max,
    "min": sp.Min,
}


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
    return _Parser(text, letters).formula()


class _Parser:
    def __init__(self, text: str, letters: Mapping[str, Expr]) -> None:
        self.text, self.letters = text, letters
        self.tokens = [
            (m.lastgroup, m[0], m.start()) for m in TOKEN.finditer(text.translate(SIGNS))
        ]
        self.tokens.append(("end", "", len(text.rstrip())))
        self.raised = False  # whether the last power had an exponent
        for kind, word, at in self.tokens:
            if kind == "other":
                self.fail(f"“{word}” has no meaning here", at)

    def fail(self, reason: str, at: int) -> NoReturn:
        raise Mistake(reason, self.text, at)

    def take(self, *words: str) -> str:
        """Move past the next token if it is one of these words, and return it."""
        return self.tokens.pop(0)[1] if self.tokens[0][1] in words else ""

    def formula(self) -> Expr:
        value = self.sum()
        kind, word, at = self.tokens[0]
        if word == ")":
            self.fail("this parenthesis was never opened", at)
        if kind != "end":
            self.fail("a comma separates arguments; decimals are written with a point", at)
        return value

    def sum(self) -> Expr:
        value = self.term()
        while sign := self.take("+", "-"):
            term = self.term()
            value = value + term if sign == "+" else value - term
        return value

    def term(self) -> Expr:
        value, sign = self.signed(), ""
        while True:
            divided = sign == "/"
            sign = self.take("*", "/")
            if not sign and not self.at_factor(divided or self.raised):
                return value
            factor = self.signed() if sign else self.power()
            value = value / factor if sign == "/" else value * factor

    def at_factor(self, ambiguous: bool) -> bool:
        """Return whether a factor follows without a sign; refuse where that is unclear."""
        kind, word, at = self.tokens[0]
        if kind == "number":
            self.fail("a sign is missing before this number", at)
        if kind != "name" and word != "(":
            return False
        if ambiguous:
            self.fail("write * here, or parentheses: this could be read in two ways", at)
        return True

    def signed(self) -> Expr:
        sign = self.take("+", "-")
        if not sign:
            return self.power()
        return -self.signed() if sign == "-" else self.signed()

    def power(self) -> Expr:
        base = self.atom()
        raised = bool(self.take("^", "**"))
        value = base ** self.signed() if raised else base
        self.raised = raised
        return value

    def atom(self) -> Expr:
        kind, word, at = self.tokens.pop(0)
        if kind == "number":
            return sp.Integer(word) if word.isdigit() else sp.Float(word)
        if kind == "name":
            return self.named(word, at)
        if word != "(":
            self.fail(
                "the formula stops too early" if not word else "something is missing here", at
            )
        value = self.sum()
        self.close(at)
        return value

    def close(self, opened: int) -> None:
        _, word, at = self.tokens[0]
        if word == ",":
            self.fail("a comma separates arguments; decimals are written with a point", at)
        if not self.take(")"):
            self.fail("this parenthesis is never closed", opened)

    def named(self, word: str, at: int) -> Expr:
        name = GREEK.get(word, word)
        known = {**CONSTANTS, **self.letters}
        if name in known:
            return known[name]
        if name in FUNCTIONS:
            values = self.arguments(word, at, 2 if name in ("max", "min") else 1)
            return sp.nan if _undefined(values) else FUNCTIONS[name](*values)
        if len(word) < 5 and all(letter in known for letter in word):
            self.fail(f"“{word}” is not known here; as a product, write {'*'.join(word)}", at)
        use = f"use {', '.join(self.letters)}" if self.letters else "the answer is a number"
        self.fail(f"“{word}” is not known here; {use}", at)

    def arguments(self, word: str, at: int, least: int) -> list[Expr]:
        opened = self.tokens[0][2]
        if not self.take("("):
            self.fail(f"{word} needs parentheses, as in {word}(1)", at)
        values = [self.sum()]
        while self.take(","):
            values.append(self.sum())
        self.close(opened)
        if len(values) < least or len(values) > least == 1:
            self.fail(f"{word} takes {'one number' if least == 1 else 'two numbers or more'}", at)
        return values


def _undefined(values: list[Expr]) -> bool:
    """Return whether one of them has no real value, whatever the letters are."""
    return any(value.is_finite is False or value.is_extended_real is False for value in values)
