"""The proof engine: a derivation whose steps are proved when they are written.

>>> from sympy import Derivative, Symbol, exp
>>> z = Symbol("z", real=True)
>>> Derivation(Derivative(exp(-z), z)).step(-exp(-z), because="chain rule")
Derivative(exp(-z), z)
  = -exp(-z)    chain rule

A false step raises `FalseStep` with a counterexample; one that is neither proved nor refuted
raises `Undecided`. An equation is claimed for all values of its symbols that their assumptions
and ``where`` allow, as far as its two sides are defined.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import sympy as sp
from sympy import Expr, MatrixBase, MatrixExpr
from sympy.logic.boolalg import Boolean

from backprop.symbolic.cases import TESTS, holds
from backprop.symbolic.counterexample import Counterexample, Point, find, sample, short
from backprop.symbolic.printing import latex

Term: TypeAlias = Expr | MatrixBase | MatrixExpr
LATEX = {"=": "=", "<=": r"\le", "<": "<", ">=": r"\ge", ">": ">"}


class FalseStep(ValueError):
    """A step that does not hold; the message shows where."""


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

    def entries(self) -> Iterator[tuple[Expr, Expr]]:
        """Yield the pairs to compare: one, or those of two matrices of the same shape."""
        left, right = _explicit(self.left), _explicit(self.right)
        if getattr(left, "shape", ()) != getattr(right, "shape", ()):
            raise FalseStep(f"a shape of {_shape(left)} cannot equal a shape of {_shape(right)}")
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
        self, at: Point | None = None, only_edges: bool = False
    ) -> Counterexample | None:
        """Return a point at which the claim fails, if one is found: ``at``, or the smallest."""
        for left, right in self.entries():
            points = [at] if at else sample(left, right, self.given, only_edges)
            if found := find(left, right, self.relation, self.where, self.given, points):
                return found
        return None

    def _repr_latex_(self) -> str:
        condition = _condition(self.where, self.given)
        tail = rf" \qquad ({condition})" if condition else ""
        return f"$${latex(self.left)} {LATEX[self.relation]} {latex(self.right)}{tail}$$"

    def __repr__(self) -> str:
        return f"{self.left} {self.relation} {self.right}"


class Derivation:
    """A chain of expressions, each proved from the one before.

    ``start`` is a scalar, a sum of symbolic length or an explicit matrix; ``where`` a condition
    on the symbols beyond the assumptions they were created with; ``given`` holds substitutions
    under which the steps are proved, such as ``{N: q*s + r}``.
    """

    def __init__(
        self,
        start: Term,
        *,
        where: Boolean = sp.true,
        given: Mapping[Expr, Expr] | None = None,
    ) -> None:
        self.start = start
        self.where = where
        self.given = dict(given or {})
        self._steps: list[tuple[Claim, str]] = []

    def step(self, right: Term, because: str, relation: str = "=") -> "Derivation":
        """Add a line ``relation right`` after proving it, and return the derivation.

        Raises `FalseStep` or `Undecided` (the derivation then stays as it was), and ValueError
        for a relation other than ``=``, ``<=``, ``<``, ``>=``, ``>``.
        """
        if relation not in TESTS:
            raise ValueError(f"relation is {relation!r}; allowed are {', '.join(TESTS)}")
        claim = Claim(self.end, relation, sp.sympify(right), self.where, self.given)
        self._steps.append((_proved(claim), because))
        return self

    @property
    def end(self) -> Term:
        """The expression reached so far."""
        return self._steps[-1][0].right if self._steps else self.start

    @property
    def result(self) -> Claim:
        """What the derivation as a whole has proved."""
        strict = {claim.relation for claim, _ in self._steps} - {"="}
        if {r[0] for r in strict} == {"<", ">"}:
            raise ValueError("a chain of steps both up and down proves no relation of its ends")
        relation = min(strict, key=len, default="=")
        return Claim(self.start, relation, self.end, self.where, self.given)

    def _repr_latex_(self) -> str:
        condition = _condition(self.where, self.given)
        lines = [f"& {latex(self.start)} && {condition}"] + [
            rf"{LATEX[claim.relation]}\;& {latex(claim.right)} && \text{{{_escaped(because)}}}"
            for claim, because in self._steps
        ]
        return _aligned(lines)

    def __repr__(self) -> str:
        rows = [(f"  {claim.relation} {claim.right}", why) for claim, why in self._steps]
        width = max((len(row) for row, _ in rows), default=0)
        lines = [f"{row:<{width}}    {why.replace('$', '')}" for row, why in rows]
        limits = [] if self.where == sp.true else [str(self.where)]
        limits += [f"{name} = {value}" for name, value in self.given.items()]
        head = f"{self.start}    ({', '.join(limits)})" if limits else str(self.start)
        return "\n".join([head, *lines])


@dataclass(frozen=True)
class Refutation:
    """A claim that does not hold, the truth, and a point at which they differ."""

    claim: Term
    truth: Term
    counterexample: Counterexample

    def _repr_latex_(self) -> str:
        found = self.counterexample
        place = r",\; ".join(f"{latex(name)} = {latex(v)}" for name, v in found.point.items())
        rows = [
            rf"\text{{{name}}}\quad & {latex(term)} && {_value(value)} && {rest}"
            for name, term, value, rest in (
                ("claimed", self.claim, found.left, rf"\text{{at }} {place}" if place else ""),
                ("true", self.truth, found.right, ""),
            )
        ]
        return _aligned(rows)

    def __repr__(self) -> str:
        found = self.counterexample
        rows = [("claimed", self.claim, found.left), ("true", self.truth, found.right)]
        return "\n".join(
            [f"at {found.place}:", *(f"  {name:<7}  {t} = {short(v)}" for name, t, v in rows)]
        )


def refute(
    claim: Term,
    truth: Term,
    *,
    at: Point | None = None,
    where: Boolean = sp.true,
    given: Mapping[Expr, Expr] | None = None,
) -> Refutation:
    """Return a point at which ``claim`` differs from ``truth``: ``at``, or the smallest found.

    Raises ValueError where no such point is found, and says so if the claim is in fact true.
    """
    equation = Claim(claim, "=", truth, where, dict(given or {}))
    found = equation.counterexample(at)
    if found:
        return Refutation(claim, truth, found)
    if equation.holds():
        raise ValueError(f"the claim is true: {equation}")
    raise Undecided(f"no counterexample was found to {equation}")


def _proved(claim: Claim) -> Claim:
    """Return the claim if it holds; raise otherwise.

    The normal forms speak of the values where both sides are defined, so the zeros of
    denominators are looked at separately.
    """
    proved = claim.holds()
    if found := claim.counterexample(only_edges=proved):
        raise FalseStep(f"{claim} is false: {found}")
    if not proved:
        raise Undecided(f"{claim} is neither proved nor refuted; try a smaller step")
    return claim


def _explicit(term: Term) -> Expr | MatrixBase:
    return term.as_explicit() if isinstance(term, MatrixExpr) else term


def _shape(term: Term) -> str:
    return "×".join(map(str, getattr(term, "shape", ()))) or "a scalar"


def _condition(where: Boolean, given: Mapping[Expr, Expr]) -> str:
    parts = [latex(where)] if where != sp.true else []
    parts += [f"{latex(name)} = {latex(value)}" for name, value in given.items()]
    return r",\; ".join(parts)


def _aligned(lines: list[str]) -> str:
    return "$$\\begin{aligned}\n" + "\\\\[0.6ex]\n".join(lines) + "\n\\end{aligned}$$"


def _escaped(text: str) -> str:
    return re.sub(r"([%&#])", r"\\\1", text)


def _value(value: Expr | str) -> str:
    return rf"\text{{{value}}}" if isinstance(value, str) else f"= {short(value)}"
