"""Does a relation hold for all values of its symbols? Cases first, then exact normal forms.

A kink, the edge of a condition in a `Piecewise`, splits a claim into three: below, on and above
the edge. A derivative taken on an edge has to come out the same from both sides.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import sympy as sp
from sympy import Derivative, Expr, Integer, KroneckerDelta
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from backprop.symbolic.binding import all_bound
from backprop.symbolic.evaluation import evaluate
from backprop.symbolic.normal_form import normal_form, unfold
from backprop.symbolic.sums import conventional, opaque

Values: TypeAlias = tuple[Mapping[Expr, Expr], ...]
"""Substitutions, to be made one after the other."""

Test: TypeAlias = Callable[[Expr], bool | None]
TESTS: Mapping[str, Test] = {
    "=": lambda gap: gap.is_zero,
    "<=": lambda gap: gap.is_nonpositive,
    "<": lambda gap: gap.is_negative,
    ">=": lambda gap: gap.is_nonnegative,
    ">": lambda gap: gap.is_positive,
}
"""What ``left - right`` is when ``left RELATION right`` holds."""

KINDS = (
    *("real", "integer", "positive", "negative", "nonnegative", "nonpositive", "nonzero"),
    *("even", "odd", "prime"),
)
"""The assumptions about a symbol that matter."""

JUMPS = (sp.floor, sp.ceiling, KroneckerDelta)
"""Functions that jump, and that are not split into cases."""


def holds(
    left: Expr, right: Expr, relation: str, where: Boolean, given: Mapping[Expr, Expr]
) -> bool:
    """Return whether ``left relation right`` is proved; False means: not decided.

    ``where`` restricts the symbols; ``given`` rewrites them, as in ``{N: q*s + r}``.
    """
    plain = {unfold(name): unfold(value) for name, value in given.items()}
    gap = conventional(unfold(left) - unfold(right))
    return _proved(gap, TESTS[relation], conventional(unfold(where)), (plain,))


def contradicts(where: Boolean, given: Mapping[Expr, Expr]) -> bool:
    """Return whether nothing satisfies both, or a name cannot be what is given for it."""
    return (
        substitute(where, (given,)) == sp.false
        or any(_excludes(*pair) for pair in given.items())
        or _proved(Integer(1), TESTS["="], where, (given,))
    )


def _excludes(symbol: Expr, value: Expr) -> bool:
    return any(getattr(value, f"is_{k}") is (not v) for k, v in _assumed(symbol))


def _assumed(symbol: Expr) -> list[tuple[str, bool]]:
    label = symbol.base.label if symbol.is_Indexed else symbol
    return [(kind, is_so) for kind, is_so in label.assumptions0.items() if kind in KINDS]


def _proved(gap: Expr, test: Test, where: Boolean, values: Values) -> bool:
    derivatives = gap.atoms(Derivative)
    if any(_varies(d, JUMPS) for d in derivatives):
        return False
    condition = next(conditions(gap), None)
    if condition is not None:
        return _proved_by_cases(gap, condition, test, where, values)
    if any(_varies(d, (Relational,)) for d in derivatives):
        return False
    if test(gap.replace(lambda e: isinstance(e, sp.Sum | sp.Product), opaque)):
        return True
    evaluated = evaluate(gap)
    if next(conditions(evaluated), None) is not None:
        return _proved(evaluated, test, where, values)
    form = normal_form(evaluate(substitute(evaluated, values)))
    if test(form) or test(sp.factor(form)):
        return True
    indices = all_bound(evaluated)
    deltas = [d for d in evaluated.atoms(KroneckerDelta) if not d.free_symbols & indices]
    split = evaluated.xreplace({d: d.rewrite(sp.Piecewise) for d in deltas})
    if split != evaluated:
        return _proved(split, test, where, values)
    collapsed = evaluate(evaluated, eager=True)
    if collapsed != evaluated:
        return _proved(collapsed, test, where, values)
    restriction = next(_useful(substitute(where, values), values), None)
    return restriction is not None and _proved_by_cases(evaluated, restriction, test, where, values)


def _proved_by_cases(
    gap: Expr, condition: Relational, test: Test, where: Boolean, values: Values
) -> bool:
    edge = condition.lhs - condition.rhs
    return all(
        _proved(variant, variant_test, here, case)
        for side in (-1, 0, 1)
        for case in _reach(edge, side, values)
        if substitute(here := settle(where, edge, side, side), case) != sp.false
        for variant, variant_test in _variants(gap, edge, side, test)
    )


def conditions(expr: Expr) -> Iterator[Relational]:
    """Yield the conditions in ``expr`` that concern free symbols only, in a fixed order."""
    indices = all_bound(expr)
    for relation in sorted(expr.atoms(Relational), key=sp.default_sort_key):
        if not relation.has(sp.Piecewise) and not relation.free_symbols & indices:
            yield relation


def _useful(where: Boolean, values: Values) -> Iterator[Relational]:
    """Yield the conditions that a substitution settles."""
    for relation in conditions(where):
        edge = relation.lhs - relation.rhs
        if all(values not in _reach(edge, side, values) for side in (-1, 0, 1)):
            yield relation


def _labels(d: Derivative) -> set[Expr]:
    """Return the symbols differentiated by; for an entry, the name of its family."""
    return {s for v in d.variables for s in ({v.base.label} if v.is_Indexed else v.free_symbols)}


def _varies(d: Derivative, kinds: tuple[type[Expr], ...]) -> bool:
    """Return whether a part of one of these kinds changes with what is differentiated by."""
    return any(part.free_symbols & _labels(d) for part in d.expr.atoms(*kinds))


def settle(expr: Expr, edge: Expr, inside: int, outside: int) -> Expr:
    """Decide the conditions with this edge: ``inside`` is its sign in derivatives across it."""

    def decided(part: Expr, sign: int) -> Expr:
        truth = {}
        for relation in conditions(part):
            ratio = sp.cancel((relation.lhs - relation.rhs) / edge)
            if ratio.is_number:
                truth[relation] = relation.func(sp.sign(ratio) * sign, 0)
        return part.xreplace(truth)

    inner = {d: decided(d, inside) for d in _across(expr, edge)}
    return decided(expr.xreplace(inner), outside)


def _across(expr: Expr, edge: Expr) -> list[Derivative]:
    """Return the derivatives that may cross the edge."""
    return [d for d in expr.atoms(Derivative) if edge.free_symbols & _labels(d)]


def substitute(expr: Expr, values: Values) -> Expr:
    """Make the substitutions one after the other."""
    for name, value in (pair for mapping in values for pair in mapping.items()):
        expr = expr.subs(name, value)
    return expr


def _reach(edge: Expr, side: int, values: Values) -> Iterator[Values]:
    """Yield the substitutions that put ``edge`` on one side of 0: none where that cannot be."""
    height = sp.expand(substitute(edge, values))
    known = height.replace(lambda e: isinstance(e, sp.Sum | sp.Product), opaque)
    here = {-1: known.is_negative, 0: known.is_zero, 1: known.is_positive}
    if height.is_real and here[side] is not None:
        if here[side]:
            yield values
        return
    distance = side * sp.Dummy("t", positive=True, integer=height.is_integer)
    solutions = []
    for symbol in sorted(height.free_symbols, key=_freest_first):
        slope = height.diff(symbol)
        if slope.is_nonzero and not slope.has(symbol, KroneckerDelta, sp.Piecewise, sp.Sum):
            solutions.append((symbol, (distance - height.subs(symbol, 0)) / slope))
    best = min(solutions, key=lambda solution: not admits(*solution), default=None)
    yield values if best is None else (*values, dict([best]))


def admits(symbol: Expr, value: Expr) -> bool:
    """Return whether a value is known to satisfy the assumptions a symbol was created with."""
    return all(getattr(value, f"is_{k}") is v for k, v in _assumed(symbol))


def _freest_first(symbol: Expr) -> tuple[bool, bool, object]:
    return (not symbol.is_Indexed, symbol.is_nonnegative is not None, sp.default_sort_key(symbol))


def _variants(gap: Expr, edge: Expr, side: int, test: Test) -> Iterator[tuple[Expr, Test]]:
    """Yield what is to be shown on one side of an edge, each with its test.

    On the edge, a derivative is approached from both sides, and it exists only if what it
    differentiates, and each lower derivative, is continuous there.
    """
    if side:
        yield settle(gap, edge, side, side), test
        return
    for near in (-1, 1):
        yield settle(gap, edge, near, 0), test
    for d in _across(gap, edge):
        below, on, above = (settle(d.expr, edge, near, near) for near in (-1, 0, 1))
        for other in (below, above):
            yield other - on, TESTS["="]
        for order in range(1, len(d.variables)):
            yield Derivative(above - below, *d.variables[:order]), TESTS["="]
