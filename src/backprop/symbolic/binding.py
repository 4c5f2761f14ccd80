"""What sums and the like run over: indices that no free symbol is mistaken for."""

from collections.abc import Collection, Iterator
from functools import cache
from itertools import count, repeat

import sympy as sp
from sympy import Derivative, Dummy, Expr, Symbol
from sympy.concrete.expr_with_limits import ExprWithLimits

BINDERS = (ExprWithLimits, sp.Limit, sp.Subs)
"""What has letters of its own, which mean nothing outside."""

VARYING = (Derivative, sp.Limit, sp.Subs)
DEFERRED = (ExprWithLimits, *VARYING)
"""What SymPy keeps as it is written until it is told to evaluate."""


class OpenFamily(ExprWithLimits):  # type: ignore[misc]
    """Numbers of which proofs know what they depend on, and no more."""

    def entry(self) -> Expr:
        """Return an entry of a family of letters: the same one for what is equal."""
        raise NotImplementedError


class Index(Dummy):  # type: ignore[misc]
    """What a sum or the like runs over."""


ORIGINS: dict[Symbol, Symbol] = {}
"""The letter that an index with a standard name stands for."""

ANY = Dummy("k", integer=True)


def bound(expr: Expr) -> set[Symbol]:
    """Return the letters that belong to ``expr`` itself, if it is a sum, a limit or the like."""
    if isinstance(expr, sp.Limit):
        return {expr.args[1]}
    if isinstance(expr, sp.Subs):
        return set(expr.variables)
    return set(expr.bound_symbols) if isinstance(expr, ExprWithLimits) else set()


def all_bound(expr: Expr) -> set[Symbol]:
    """Return the letters that some part of ``expr`` binds."""
    return {symbol for part in expr.atoms(*BINDERS) for symbol in bound(part)}


def fresh_index(like: Symbol) -> Symbol:
    """Return a new index with the assumptions of another."""
    return Index(like.name, **like.assumptions0)


def stand_in(letter: Symbol) -> Symbol:
    """Return another letter, which counts as the same where it names an index."""
    other = Dummy(letter.name, **letter.assumptions0)
    ORIGINS[other] = ORIGINS.get(letter, letter)
    return other


def outer_indices(expr: Expr) -> list[Symbol]:
    """Return the indices in an expression that a sum or the like around it runs over."""
    return sorted((s for s in expr.free_symbols if isinstance(s, Index)), key=sp.default_sort_key)


def indices(like: Symbol, inside: Expr, free: Collection[Symbol] = ()) -> Iterator[Symbol]:
    """Yield standard names for an index, without those that a sum inside has taken."""
    taken = inside.atoms(Index) - set(free)
    names = map(_index, repeat(ORIGINS.get(like, like)), count(1))
    return (i for i in names if i not in taken)


def renamed(binder: Expr) -> Expr:
    """Return a sum or the like with standard names for what it runs over.

    A value put in the place of a letter is put there, unless a derivative is to be taken first.
    """
    names: dict[Symbol, Symbol] = {}
    for symbol in sorted(bound(binder), key=sp.default_sort_key):
        free = indices(symbol, binder, bound(binder))
        names[symbol] = next(name for name in free if name not in names.values())
    if not isinstance(binder, sp.Subs):
        return binder.xreplace(names)
    body, letters, values = binder.args
    if not body.has(Derivative):
        return body.xreplace(dict(zip(letters, values, strict=True)))
    fresh = {v for v in values if v.is_Symbol} - body.free_symbols
    if len(fresh) == len(values):
        return body.xreplace(dict(zip(letters, values, strict=True)))
    return sp.Subs(body.xreplace(names), [names[letter] for letter in letters], values)


@cache
def _index(like: Symbol, number: int) -> Symbol:
    index = Index(f"{like.name}_{number}", **like.assumptions0)
    ORIGINS[index] = like
    return index
