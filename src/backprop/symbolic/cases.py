"""Does a relation hold for all values of its symbols? Cases first, then exact normal forms.

A kink, the edge of a condition in a `Piecewise`, splits a claim into three: below, on and above
the edge. A derivative taken on an edge has to come out the same from both sides.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import sympy as sp
from sympy import Derivative, Expr, Integer, KroneckerDelta
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from backprop.symbolic.normal_form import normal_form, unfold

Values: TypeAlias = tuple[Mapping[Expr, Expr], ...]
"""Substitutions, to be made one after the other."""

TESTS: Mapping[str, Callable[[Expr], bool | None]] = {
    "=": lambda gap: gap.is_zero,
    "<=": lambda gap: gap.is_nonpositive,
    "<": lambda gap: gap.is_negative,
    ">=": lambda gap: gap.is_nonnegative,
    ">": lambda gap: gap.is_positive,
}
"""What ``left - right`` is when ``left RELATION right`` holds."""


def holds(
    left: Expr, right: Expr, relation: str, where: Boolean, given: Mapping[Expr, Expr]
) -> bool:
    """Return whether ``left relation right`` is proved; False means: not decided.

    ``where`` restricts the symbols; ``given`` rewrites them, as in ``{N: q*s + r}``.
    """
    return _proved(unfold(left - right), TESTS[relation], where, (given,))


def _proved(gap: Expr, test: Callable[[Expr], bool | None], where: Boolean, values: Values) -> bool:
    condition = next(conditions(gap), None)
    if condition is not None:
        edge = condition.lhs - condition.rhs
        return all(
            _proved(variant, variant_test, where, case)
            for side in (-1, 0, 1)
            for case in _reach(edge, side, values)
            if substitute(where, case) != sp.false
            for variant, variant_test in _variants(gap, edge, side, test)
        )
    evaluated = gap.doit().doit()  # first the derivatives, then the sums these leave behind
    if next(conditions(evaluated), None) is not None:
        return _proved(evaluated, test, where, values)
    form = normal_form(substitute(evaluated, values).doit())
    if test(form) or test(sp.factor(form)):
        return True
    bound = _bound(evaluated)
    deltas = [d for d in evaluated.atoms(KroneckerDelta) if not d.free_symbols & bound]
    split = evaluated.xreplace({d: d.rewrite(sp.Piecewise) for d in deltas})
    return split != evaluated and _proved(split, test, where, values)


def conditions(expr: Expr) -> Iterator[Relational]:
    """Yield the conditions in ``expr`` that concern free symbols only, in a fixed order."""
    bound = _bound(expr)
    for relation in sorted(expr.atoms(Relational), key=sp.default_sort_key):
        if not relation.has(sp.Piecewise) and not relation.free_symbols & bound:
            yield relation


def _bound(expr: Expr) -> set[Expr]:
    """Return the symbols that sums, limits and the like run over."""
    limits = {limit.args[1] for limit in expr.atoms(sp.Limit)}
    return limits.union(*(e.bound_symbols for e in expr.atoms(ExprWithLimits, sp.Subs)))


def settle(expr: Expr, edge: Expr, inside: int, outside: int) -> Expr:
    """Decide the conditions with this edge: ``inside`` is its sign in derivatives across it."""

    def decided(part: Expr, sign: int) -> Expr:
        truth = {}
        for relation in conditions(part):
            ratio = sp.cancel((relation.lhs - relation.rhs) / edge)
            if ratio.is_number:
                truth[relation] = relation.func(sp.sign(ratio) * sign, 0)
        return part.xreplace(truth)

    across = [d for d in expr.atoms(Derivative) if edge.has(*d.variables)]
    return decided(expr.xreplace({d: decided(d, inside) for d in across}), outside)


def substitute(expr: Expr, values: Values) -> Expr:
    """Make the substitutions one after the other."""
    for name, value in (pair for mapping in values for pair in mapping.items()):
        expr = expr.subs(name, value)
    return expr


def _reach(edge: Expr, side: int, values: Values) -> Iterator[Values]:
    """Yield the substitutions that put ``edge`` on one side of 0: none where that cannot be."""
    height = sp.expand(substitute(edge, values))
    here = {-1: height.is_negative, 0: height.is_zero, 1: height.is_positive}
    if here[side] is not None:
        if here[side]:
            yield values
        return
    distance = side * sp.Dummy("t", positive=True, integer=height.is_integer)
    for symbol in sorted(height.free_symbols, key=_freest_first):
        slope = height.diff(symbol)
        if slope.is_nonzero and not slope.has(symbol):
            yield (*values, {symbol: (distance - height.subs(symbol, 0)) / slope})
            return
    yield values


def _freest_first(symbol: Expr) -> tuple[bool, bool, object]:
    return (not symbol.is_Indexed, symbol.is_nonnegative is not None, sp.default_sort_key(symbol))


def _variants(
    gap: Expr, edge: Expr, side: int, test: Callable[[Expr], bool | None]
) -> Iterator[tuple[Expr, Callable[[Expr], bool | None]]]:
    """Yield what is to be shown on one side of an edge, each with its test.

    On the edge, a derivative is approached from both sides, and it exists only if what it
    differentiates, and each lower derivative, is continuous there.
    """
    if side:
        yield settle(gap, edge, side, side), test
        return
    below, above = settle(gap, edge, -1, 0), settle(gap, edge, 1, 0)
    yield below, test
    if above == below:
        return
    yield above, test
    for d in gap.atoms(Derivative):
        for order in range(len(d.variables)):
            lower = Derivative(d.expr, *d.variables[:order]) if order else d.expr
            jump = settle(lower, edge, 1, 1) - settle(lower, edge, -1, -1)
            yield jump, TESTS["="]
