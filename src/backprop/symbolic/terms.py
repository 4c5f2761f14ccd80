"""What may be claimed: exact terms in real letters that can be read in one way only.

A proof is worth as much as the reading of what it proves. What could be read in two ways is
refused, with the reason and the remedy.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TypeAlias

import sympy as sp
from sympy import (
    Derivative,
    Expr,
    Indexed,
    IndexedBase,
    KroneckerDelta,
    MatrixBase,
    MatrixExpr,
    Product,
    Sum,
    Symbol,
)
from sympy.core.function import AppliedUndef
from sympy.logic.boolalg import Boolean

from backprop.symbolic.binding import BINDERS, ORIGINS, OpenFamily, bound
from backprop.symbolic.cases import contradicts, substitute
from backprop.symbolic.normal_form import Named, unfold
from backprop.symbolic.open_function import OpenFunction
from backprop.symbolic.printing import latex
from backprop.symbolic.quantity import Quantity
from backprop.symbolic.sums import ordered

FUNCTIONS = (
    *(sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.asin, sp.acos, sp.atan, sp.erf, sp.erfc),
    *(sp.sinh, sp.cosh, sp.tanh, sp.asinh, sp.acosh, sp.atanh, sp.factorial, sp.binomial),
    *(sp.Abs, sp.sign, sp.Max, sp.Min, sp.Heaviside, sp.floor, sp.ceiling, sp.Piecewise),
    *(KroneckerDelta, AppliedUndef, Named),
)
"""The functions that a proof may speak of, beside those of this package."""

Term: TypeAlias = Expr | MatrixBase | MatrixExpr
LEAST = {"positive": 1, "nonnegative": 0}
"""What may be assumed of an index besides being an integer: that it is at least this."""


def check(term: Term | Boolean, name: str) -> None:
    """Refuse with a ValueError what is not exact, not real, not finite or names a letter twice."""
    letters = term.atoms(Symbol, AppliedUndef) - {x.args[3] for x in term.atoms(sp.Limit)}
    if unknown := sorted(str(letter) for letter in letters if not letter.is_real):
        raise ValueError(f"{name} holds {unknown[0]}; create it with real=True (or integer, ...)")
    for binder in term.atoms(*BINDERS):
        own = bound(binder)
        outside = binder.free_symbols
        if isinstance(binder, sp.Limit | sp.Subs):
            outside = sp.Tuple(*binder.args[2:]).free_symbols
        if clash := own & outside:
            raise ValueError(f"{name} holds {binder}, where {clash.pop()} stands for two things")
    kinds = (sp.Float, type(sp.I), type(sp.nan), type(sp.zoo))
    if strange := sorted(map(str, term.atoms(*kinds))):
        raise ValueError(f"{name} holds {strange[0]}; allowed are exact real numbers")
    for applied in term.atoms(sp.Function):
        ours = str(type(applied).__module__).startswith("backprop.")
        if not (ours or isinstance(applied, FUNCTIONS)):
            raise ValueError(f"{name} holds {applied}, of which the proofs know nothing")
    for total in term.atoms(Sum, Product):
        if total.has(sp.oo, -sp.oo):
            raise ValueError(f"{name} holds {total}; a sum here has finitely many terms")
    ends = {
        e for x in term.atoms(sp.Limit, sp.Integral) for e in x.atoms(type(sp.oo), type(-sp.oo))
    }
    if endless := term.atoms(type(sp.oo), type(-sp.oo)) - ends:
        raise ValueError(f"{name} holds {endless.pop()}; allowed are exact real numbers")
    for slope in term.atoms(Derivative):
        for by in slope.variables:
            if by.is_integer:
                raise ValueError(f"{name} holds {slope}; {by} is an integer")
    if isinstance(term, Boolean) and any(
        not isinstance(side, Expr) or side.is_Matrix
        for relation in term.atoms(sp.Rel)
        for side in relation.args
    ):
        raise ValueError(f"{name} compares matrices; compare their entries")


def check_together(terms: Iterable[Expr], where: Boolean, given: Mapping[Expr, Expr]) -> None:
    """Refuse with a ValueError what two readers may read in two ways under these conditions.

    Entries have integer places, sums integer ends, and of an index nothing is assumed that its
    range does not say. What looks alike is the same. And nothing is differentiated by a letter
    that an equation ties to others: if y is given as x**2, dy/dx is 0 for one reader, 2x for
    the other. What has a name, such as a loss, is displayed with ∂, and may be.
    """
    terms = list(terms)
    check_names([*terms, where, *given, *given.values()])
    ties = [*(sp.Tuple(*pair) for pair in given.items()), *where.atoms(sp.Eq)]
    if any(term.has(Derivative) for term in terms):
        ties += _narrow(where)
    tied = set().union(*(letters for tie in ties if len(letters := _letters(tie)) > 1))
    plain = {unfold(name): unfold(value) for name, value in given.items()}
    for term in terms:
        for slope in (d for d in term.atoms(Derivative) if not isinstance(d.expr, Named)):
            if by := {letter for v in slope.variables for letter in _letters(v)} & tied:
                name = sorted(map(str, by))[0]
                raise ValueError(
                    f"where or given tie {name}, by which {slope} differentiates, to other "
                    "letters; differentiate what you get by putting them in"
                )
        _check_places(substitute(unfold(term), (plain,)))


def _check_places(term: Expr, *outside: sp.Tuple) -> None:
    """Refuse places of entries that may be no integers, and indices that their range belies."""
    if isinstance(term, Indexed | KroneckerDelta):
        for place in term.indices if isinstance(term, Indexed) else term.args[:2]:
            if not place.is_integer:
                raise ValueError(f"{term} needs an integer, and {place} may be none")
    limits = term.limits if isinstance(term, Sum | Product | OpenFamily) else ()
    for at, (k, low, high) in enumerate(limits):
        if not (k.is_integer and low.is_integer and high.is_integer):
            raise ValueError(
                f"{ORIGINS.get(k, k)} runs from {low} to {high}, and not all of these are integers"
            )
        least = next((n for kind, n in LEAST.items() if k.assumptions0.get(kind)), None)
        if least is not None and not ordered(sp.Integer(least), low, [*limits[at + 1 :], *outside]):
            raise ValueError(
                f"{ORIGINS.get(k, k)} is assumed to be at least {least}, and runs from {low}; "
                "create it with integer=True alone"
            )
    for part in term.args:
        if not isinstance(part, IndexedBase):
            _check_places(part, *limits, *outside)


def _letters(term: sp.Basic) -> set[Symbol]:
    """Return the symbols of a term; for an entry, the name of its family alone."""
    places = {s for entry in term.atoms(Indexed) for i in entry.indices for s in i.free_symbols}
    return {s for s in term.free_symbols if s.is_Symbol and s not in places}


def _narrow(where: Boolean) -> list[sp.Basic]:
    """Return the conditions, if they leave no room, as y <= x and y >= x: they say that y is x."""
    weak = [r for r in where.atoms(sp.Le, sp.Ge) if not (r.lhs - r.rhs).is_integer]
    strict = {r: (sp.Lt if isinstance(r, sp.Le) else sp.Gt)(*r.args) for r in weak}
    return weak if weak and contradicts(where.xreplace(strict), {}) else []


def check_names(terms: Iterable[sp.Basic | MatrixBase]) -> None:
    """Refuse with a ValueError two different things that a page would show alike."""
    seen: dict[str, sp.Basic] = {}
    for term in terms:
        for part in term.flat() if isinstance(term, MatrixBase) else [term]:
            for thing in _shown(part):
                name = _written(thing)
                other = seen.setdefault(name, thing)
                if other == thing:
                    continue
                if thing.is_Symbol and other.is_Symbol:
                    raise ValueError(f"two letters are written {name}, with different assumptions")
                if isinstance(thing, OpenFunction | type) and isinstance(
                    other, OpenFunction | type
                ):
                    raise ValueError(f"two functions are both called {name}; rename one")
                kinds = " and ".join(sorted({_kind(thing), _kind(other)}))
                raise ValueError(f"two things are written {name} ({kinds}); rename one")


def _shown(term: sp.Basic) -> Iterator[sp.Basic]:
    """Yield the letters, entries and names that are read in a term, not what names stand for."""
    if isinstance(term, AppliedUndef):
        yield term.func
    if term.is_Symbol or isinstance(term, Indexed | Quantity | OpenFunction):
        yield term
    hidden = Quantity | OpenFunction
    parts = term.args[:3] if isinstance(term, sp.Limit) else term.args
    for part in () if isinstance(term, hidden) else parts:
        yield from _shown(part)


def _kind(thing: sp.Basic) -> str:
    kinds = {Quantity: "a name", OpenFunction: "a function", Indexed: "an entry"}
    if isinstance(thing, type):
        return "a function"
    return next((text for kind, text in kinds.items() if isinstance(thing, kind)), "a letter")


@cache
def _written(thing: sp.Basic) -> str:
    text = thing.__name__ if isinstance(thing, type) else latex(thing)
    return "".join(c for c in text if c not in "{} ")
