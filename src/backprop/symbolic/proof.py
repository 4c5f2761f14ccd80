"""The proof engine: a derivation whose steps are proved when they are written.

>>> from sympy import Derivative, Symbol, exp
>>> z = Symbol("z", real=True)
>>> Derivation(Derivative(exp(-z), z)).step(-exp(-z), because="chain rule")
Derivative(exp(-z), z)
  = -exp(-z)    chain rule

A false step raises `FalseStep` with a counterexample; one that is neither proved nor refuted
raises `Undecided`. An equation is claimed for all values of its symbols that their assumptions
and ``where`` allow, as far as its two sides are defined. A sum over a range without terms is 0, a
product 1, and so where the ends of a range are the wrong way round. A step that takes more than a
few seconds is undecided, where a limit on its time can hold (see `backprop.symbolic.timing`).
"""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import sympy as sp
from sympy import Expr, MatrixBase, MatrixExpr
from sympy.logic.boolalg import Boolean

from backprop.symbolic.cases import TESTS, admits, contradicts, holds
from backprop.symbolic.counterexample import Counterexample, Point, find, sample, short, unknowns
from backprop.symbolic.open_function import shown_alike
from backprop.symbolic.printing import condition, latex
from backprop.symbolic.quantity import Quantity, names
from backprop.symbolic.terms import Term, check, check_names, check_together
from backprop.symbolic.timing import MOST_SECONDS, TimeIsUp, time_limit
from backprop.symbolic.written import written

BETWEEN = "\n\n"
"""What stands between a named result and its lines, or its only reason."""

LATEX = {"=": "=", "<=": r"\le", "<": "<", ">=": r"\ge", ">": ">"}


class FalseStep(ValueError):
    """A step that does not hold; the message shows where, as does the counterexample, if any."""

    def __init__(
        self,
        message: str,
        claim: "Claim | None" = None,
        counterexample: Counterexample | None = None,
    ) -> None:
        super().__init__(message)
        self.claim, self.counterexample = claim, counterexample

    def _repr_latex_(self) -> str | None:
        if self.claim is None or self.counterexample is None:
            return None
        left, right = self.claim.shown or (self.claim.left, self.claim.right)
        return _compared(self.counterexample, {"line before": left, "this line": right})


class Undecided(ValueError):
    """A step that could be neither proved nor refuted."""


@dataclass(frozen=True)
class Claim:
    """``left relation right`` wherever ``where`` holds, rewritten by ``given``."""

    left: Term
    relation: str
    right: Term
    where: Boolean
    given: Mapping[Expr, Expr]
    shown: tuple[Term, Term] | None = None
    """The two sides as they were typed."""
    name: str = ""
    """By which a page numbers it and others refer to it."""

    def entries(self) -> Iterator[tuple[Expr, Expr]]:
        """Yield the pairs to compare: one, or those of two matrices of the same shape."""
        left, right = _explicit(self.left), _explicit(self.right)
        if _shape(left) != _shape(right):
            raise FalseStep(f"{_shape(left)} cannot equal {_shape(right)}")
        if isinstance(left, MatrixBase):
            yield from zip(left.flat(), right.flat(), strict=True)
        else:
            yield left, right

    def holds(self) -> bool:
        """Return whether the claim is proved."""
        return all(
            holds(left, right, self.relation, self.where, self.given)
            for left, right in self.entries()
        )

    def counterexample(
        self, at: Point | None = None, briefly: bool = False
    ) -> Counterexample | None:
        """Return a point at which the claim fails, if one is found: ``at``, or the smallest."""
        columns = int(self.left.cols) if hasattr(self.left, "cols") else 0
        for number, (left, right) in enumerate(self.entries()):
            points = [at] if at else sample(left, right, self.given, self.where, briefly)
            if found := find(left, right, self.relation, self.where, self.given, points):
                entry = (number // columns + 1, number % columns + 1) if columns else None
                return replace(found, entry=entry)
        return None

    def _repr_latex_(self) -> str:
        left, right = self.shown or (self.left, self.right)
        limits = condition(self.where, self.given, self.left, self.right)
        tail = rf" \qquad ({limits})" if limits else ""
        tag = rf" \tag{{{self.name}}}" if self.name else ""
        return f"$${_stated(left)} {LATEX[self.relation]} {latex(right)}{tail}{tag}$$"

    def __repr__(self) -> str:
        left, right = self.shown or (self.left, self.right)
        return f"{left} {self.relation} {right}"


class Derivation:
    """A chain of expressions, each proved from the one before.

    ``start`` is a scalar, a sum of symbolic length or an explicit matrix; ``where`` a condition
    on the symbols beyond the assumptions they were created with; ``given`` holds substitutions
    under which the steps are proved, such as ``{N: q*s + r}``. They are made after derivatives are
    taken, and only what is displayed by a name, with ∂, may be differentiated by a letter that
    they, or an equation in ``where``, tie to others.

    A start that is a mere name, a `quantity`, has to be the name of a derivative, which is then
    displayed beside it. With ``definition`` it may be a name for anything: its value is displayed
    as the definition that it is.

    With a ``name``, what has been proved is displayed above its lines, named; the book numbers it,
    and other pages refer to it by the name.
    """

    def __init__(
        self,
        start: Term,
        *,
        where: Boolean = sp.true,
        given: Mapping[Expr, Expr] | None = None,
        definition: bool = False,
        name: str = "",
    ) -> None:
        self.start = _term(start, "start")
        self.name = _name(name)
        self.definition = _defined(self.start, definition)
        self._shown: list[Term] = [written(self.start, "start", 0, sys._getframe(1))]
        self.where, self.given = _domain(where, given or {})
        self._steps: list[tuple[Claim, str]] = []

    def step(self, right: Term, because: str, relation: str = "=") -> "Derivation":
        """Add a line ``relation right`` after proving it, and return the derivation.

        Raises `FalseStep` or `Undecided` (the derivation then stays as it was), and ValueError
        for a relation other than ``=``, ``<=``, ``<``, ``>=``, ``>`` or an inexact or complex term.
        """
        if relation not in TESTS:
            raise ValueError(f"relation is {relation!r}; allowed are {', '.join(TESTS)}")
        if not isinstance(because, str):
            raise TypeError(f"because is {because!r}; it has to be a text")
        term = _term(right, "right")
        check_names([*self.terms, term])
        shown = written(term, "right", 0, sys._getframe(1))
        sides = (self._shown[-1], shown)
        claim = Claim(self.end, relation, term, self.where, self.given, sides)
        self._steps.append((_proved(claim), because))
        self._shown.append(shown)
        return self

    @property
    def end(self) -> Term:
        """The expression reached so far."""
        return self._steps[-1][0].right if self._steps else self.start

    @property
    def terms(self) -> list[Term]:
        """The lines: the start, and what each step has reached."""
        return [self.start, *(claim.right for claim, _ in self._steps)]

    @property
    def result(self) -> Claim:
        """What the derivation as a whole has proved."""
        strict = {claim.relation for claim, _ in self._steps} - {"="}
        if {r[0] for r in strict} == {"<", ">"}:
            raise ValueError("a chain of steps both up and down proves no relation of its ends")
        relation = min(strict, key=len, default="=")
        sides = (self._shown[0], self._shown[-1])
        return Claim(self.start, relation, self.end, self.where, self.given, sides, self.name)

    def _repr_latex_(self) -> str:
        if not (self.name and self._steps):
            return self._lines()
        stated = self.result._repr_latex_()
        if len(self._steps) > 1 or self.definition:
            return stated + BETWEEN + self._lines()
        reason = _escaped(self._steps[0][1])
        return stated + (rf"{BETWEEN}$$\text{{{reason}}}$$" if reason else "")

    def _lines(self) -> str:
        limits = condition(self.where, self.given, *self.terms)
        lines = [f"& {latex(self._shown[0])} && {limits}"]
        if (meaning := _meaning(self.start)) is not None:
            sign = ":=" if self.definition else "="
            lines.append(rf"{sign}\;& {latex(meaning)} && \text{{definition}}")
        lines += [
            rf"{LATEX[claim.relation]}\;& {latex(shown)} && \text{{{_escaped(because)}}}"
            for (claim, because), shown in zip(self._steps, self._shown[1:], strict=True)
        ]
        return _aligned(lines)

    def __repr__(self) -> str:
        rows = [
            (f"  {claim.relation} {shown}", why)
            for (claim, why), shown in zip(self._steps, self._shown[1:], strict=True)
        ]
        width = max((len(row) for row, _ in rows), default=0)
        lines = [f"{row:<{width}}    {why.replace('$', '')}" for row, why in rows]
        limits = [] if self.where == sp.true else [str(self.where)]
        limits += [f"{name} = {value}" for name, value in self.given.items()]
        head = f"{self._shown[0]}    ({', '.join(limits)})" if limits else str(self._shown[0])
        if (meaning := _meaning(self.start)) is not None:
            lines.insert(0, f"  {':=' if self.definition else '='} {meaning}    definition")
        return "\n".join([head, *lines])


@dataclass(frozen=True)
class Refutation:
    """A claim that does not hold, the truth, and a point at which they differ."""

    claim: Term
    truth: Term
    counterexample: Counterexample

    def _repr_latex_(self) -> str:
        return _compared(self.counterexample, {"claimed": self.claim, "true": self.truth})

    def __repr__(self) -> str:
        found = self.counterexample
        rows = [("claimed", self.claim, found.left), ("true", self.truth, found.right)]
        entry = f", entry {found.entry}" if found.entry else ""
        lines = (f"  {name:<7}  {term}{entry} = {short(value)}" for name, term, value in rows)
        return "\n".join([f"at {found.place}:", *lines])


def refute(
    claim: Term,
    truth: Term,
    *,
    at: Point | None = None,
    where: Boolean = sp.true,
    given: Mapping[Expr, Expr] | None = None,
) -> Refutation:
    """Return a point at which ``claim`` differs from ``truth``: ``at``, or the smallest found.

    Raises ValueError if the claim is in fact true, and Undecided if that is not clear.
    """
    where, given = _domain(where, given or {})
    frame, wrong, right = sys._getframe(1), _term(claim, "claim"), _term(truth, "truth")
    shown = (written(wrong, "claim", 0, frame), written(right, "truth", 1, frame))
    equation = Claim(wrong, "=", right, where, given, shown)
    _check(equation)
    try:
        with time_limit():
            found = equation.counterexample(_point(at, equation) if at else None)
            if not found and equation.holds():
                raise ValueError(f"the claim is true: {equation}")
    except TimeIsUp:
        found = None
    if not found:
        raise Undecided(f"no counterexample was found to {equation}")
    return Refutation(*shown, found)


def _proved(claim: Claim) -> Claim:
    """Return the claim if it holds; raise otherwise.

    The proof speaks of the values where both sides are defined. A few points, zeros of
    denominators among them, are tried in any case: the search shares little with the proof.
    """
    _check(claim)
    try:
        with time_limit():
            proved = claim.holds()
            found = claim.counterexample(briefly=proved)
    except TimeIsUp:
        raise Undecided(f"{claim} is not decided in {MOST_SECONDS} s; try a smaller step") from None
    if found:
        raise FalseStep(f"{claim} is false: {found}", claim, found)
    if not proved:
        raise Undecided(f"{claim} is neither proved nor refuted; try a smaller step")
    return claim


def _check(claim: Claim) -> None:
    """Refuse a claim that can be read in two ways."""
    if claim.relation != "=" and isinstance(_explicit(claim.left), MatrixBase):
        raise ValueError(
            f"relation is {claim.relation!r} between matrices, which may speak of the entries or "
            "of definiteness; compare entries"
        )
    pairs = list(claim.entries())
    for pair in pairs:
        if two := shown_alike(*pair):
            raise ValueError(f"{claim} holds two functions that are both called {two}; rename one")
    check_together([side for pair in pairs for side in pair], claim.where, claim.given)


def _term(value: object, name: str) -> Term:
    """Return an argument as a term, if it is exact and known to be real."""
    try:
        term = sp.sympify(value, strict=True)
    except sp.SympifyError:
        term = None
    if not isinstance(term, Expr | MatrixBase):
        raise TypeError(f"{name} is {value!r}; allowed are SymPy expressions and matrices")
    check(term, name)
    return term


def _defined(start: Term, definition: bool) -> bool:
    """Return whether a start is a definition, if it may be."""
    loose = sorted(str(name) for name in names(start) if not name.tied)
    if loose and not definition:
        raise ValueError(
            f"start is {loose[0]}, a name for what it is to be shown to be; start from a "
            "derivative or from the value itself, or call it a definition with definition=True"
        )
    if definition and not isinstance(start, Quantity):
        raise ValueError(f"definition is True, but start is no name: {start}")
    return definition


def _name(name: str) -> str:
    """Return a name that a page can refer to, or none."""
    if not (isinstance(name, str) and re.fullmatch(r"(?!def-)[a-z0-9-]*", name)):
        raise ValueError(
            f"name is {name!r}; allowed are small letters, digits and hyphens, such as "
            "'chain-rule'; def- begins the names of definitions"
        )
    return name


def _domain(where: Boolean, given: Mapping[Expr, Expr]) -> tuple[Boolean, Mapping[Expr, Expr]]:
    """Return a condition and substitutions that a proof can start from."""
    if not isinstance(where, Boolean):  # Python itself makes a bool of x != 0
        raise TypeError(f"where is {where!r}; allowed are conditions such as x > 0 or Ne(x, 0)")
    check(where, "where")
    if not isinstance(given, Mapping):
        raise TypeError(f"given is {given!r}; allowed are substitutions such as {{n: 2*m}}")
    given = {n: _term(v, f"given[{n}]") for n, v in given.items()}
    names: list[Expr] = []
    for name, value in given.items():
        names.append(_term(name, "given"))
        if value.has(*names):
            raise ValueError(f"given[{name}] is {value}; it may use names only that come after it")
    if contradicts(where, given):
        raise ValueError(f"nothing satisfies where = {where} with given = {given}")
    return where, given


def _point(at: Point, claim: Claim) -> Point:
    """Return a point, if it gives each symbol of the claim a value that it may have."""
    for name, value in (at := {n: _term(v, f"at[{n}]") for n, v in at.items()}).items():
        if not admits(name, value):
            raise ValueError(f"at[{name}] is {value}, which the assumptions on {name} forbid")
    needed = {n for pair in claim.entries() for n in unknowns(*pair, given=claim.given)}
    if missing := sorted(map(str, needed - set(at))):
        raise ValueError(f"at lacks a value for {', '.join(missing)}")
    return at


def _explicit(term: Term) -> Expr | MatrixBase:
    return term.as_explicit() if isinstance(term, MatrixExpr) else term


def _shape(term: Expr | MatrixBase) -> str:
    return f"a {term.rows}×{term.cols} matrix" if isinstance(term, MatrixBase) else "a scalar"


def _aligned(lines: list[str]) -> str:
    return "$$\\begin{aligned}\n" + "\\\\[0.6ex]\n".join(lines) + "\n\\end{aligned}$$"


def _compared(found: Counterexample, terms: Mapping[str, Term]) -> str:
    """Return a counterexample in lines: the point, and two terms with their values there."""
    place = r",\; ".join(f"{latex(name)} = {latex(v)}" for name, v in found.point.items())
    values = (found.left, found.right)
    rows = [
        rf"\text{{{name}}}\quad & {latex(term)} && {_value(value, found.entry)}"
        for (name, term), value in zip(terms.items(), values, strict=True)
    ]
    return _aligned([rf"& \text{{at }} {place}:", *rows] if place else rows)


def _stated(left: Term) -> str:
    """Return what an equation is about; the name of a derivative with the derivative."""
    meaning = _meaning(left)
    return latex(left) if meaning is None or not left.tied else f"{latex(left)} = {latex(meaning)}"


def _meaning(term: Term) -> Expr | None:
    """Return what is displayed beside a start that is a name."""
    return term.meaning if isinstance(term, Quantity) else None


def _escaped(text: str) -> str:
    return re.sub(r"([%&#])", r"\\\1", text)


def _value(value: Expr | str, entry: tuple[int, int] | None) -> str:
    text = rf"\text{{{value}}}" if isinstance(value, str) else f"= {short(value)}"
    return rf"\text{{entry }} {entry} {text}" if entry else text
