"""Limits and integrals, derived: from continuity, from slopes, from what grows faster.

What SymPy answers for a limit or an integral is not taken on trust. A rule that does not apply
leaves the limit as it is.
"""

from math import lcm

import sympy as sp
from sympy import Derivative, Dummy, Expr, Integer, Product, Sum
from sympy.core.cache import cacheit
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from backprop.symbolic.normal_form import normal_form

SMOOTH = (sp.exp, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.atan, sp.erf, sp.erfc)
"""Functions that have all derivatives everywhere."""

MOST_SLOPES = 4
OF = Dummy("x", real=True)
"""What antiderivatives are functions of."""


def limit(asked: sp.Limit) -> Expr:
    """Return the limit, if it can be derived, from both sides if both are asked for."""
    body, letter, target, direction = asked.args
    t = Dummy("t", positive=True)
    if target in (sp.oo, -sp.oo):
        sign = 1 if target == sp.oo else -1
        far_out = _far_out(body.subs(letter, sign * t), t)
        found = {_near(body.subs(letter, sign / t), t) if far_out is None else far_out}
    else:
        signs = {"+": [1], "-": [-1]}.get(str(direction), [1, -1])
        found = {_near(body.subs(letter, target + sign * t), t) for sign in signs}
    sides = [side for side in found if side is not None]
    if len(sides) < len(found):
        return asked
    value, *others = sides
    return asked if any(normal_form(value - other) != 0 for other in others) else value


def integral(asked: sp.Integral) -> Expr:
    """Return F(b) - F(a) for an antiderivative F that SymPy finds and its slope confirms."""
    if len(asked.limits) > 1 or len(asked.limits[0]) != 3:
        return asked
    letter, low, high = asked.limits[0]
    whole = _antiderivative(asked.function.subs(letter, OF))
    if whole is None:
        return asked
    ends = [limit(sp.Limit(whole, OF, end)) for end in (high, low)]
    return asked if any(end.has(sp.Limit) for end in ends) else ends[0] - ends[1]


@cacheit  # type: ignore[untyped-decorator]  # SymPy takes seconds, and is asked again for numbers
def _antiderivative(body: Expr) -> Expr | None:
    whole = sp.integrate(body, OF)
    confirmed = _smooth(whole, OF, None) and normal_form(whole.diff(OF) - body) == 0
    return whole if confirmed else None


# --- at a point -----------------------------------------------------------------------------


def _near(body: Expr, t: Expr) -> Expr | None:
    """Return the limit of ``body`` as the positive t shrinks to 0, or None."""
    if body.has(Relational):
        body = _decided(body, t)
    if _smooth(body, t, Integer(0)):
        return _at_zero(body, t)
    if isinstance(body, sp.exp):
        exponent = _near(body.args[0], t)
        return None if exponent is None else sp.exp(exponent)
    if body.is_Pow and body.exp.has(t):
        exponent = _near(body.exp * sp.log(body.base), t)
        return None if exponent is None else sp.exp(exponent)
    top, bottom = sp.fraction(sp.together(body))
    return _quotient(top, bottom, t)


def _quotient(top: Expr, bottom: Expr, t: Expr) -> Expr | None:
    """Return the limit of a quotient: that of the first slopes which are not both 0.

    By Taylor's formula, for both are smooth: no rule of de l'Hopital is needed.
    """
    if not (_smooth(top, t, Integer(0)) and _smooth(bottom, t, Integer(0))):
        return None
    for _ in range(MOST_SLOPES):
        above, below = (_at_zero(part, t) for part in (top, bottom))
        if below.is_nonzero or (form := normal_form(below)).is_nonzero:
            return above / below
        if form != 0 or normal_form(above) != 0:
            return None
        top, bottom = (part.diff(t) for part in (top, bottom))
    return None


def _at_zero(body: Expr, t: Expr) -> Expr:
    return body.subs(t, 0).doit() if body.has(sp.Subs) else body.subs(t, 0)


def _decided(body: Expr, t: Expr) -> Expr:
    """Settle the conditions that hold, or fail, at 0 and hence nearby."""
    truth = {}
    for relation in body.atoms(Relational):
        edge = relation.lhs - relation.rhs
        if _smooth(edge, t, Integer(0)) and (height := _at_zero(edge, t)).is_nonzero:
            truth[relation] = relation.func(height, 0)
    return body.xreplace(truth)


def _smooth(expr: Expr, t: Expr, at: Expr | None) -> bool:
    """Return whether ``expr`` has all derivatives by t near ``at``, or if that is None everywhere.

    Functions left open are taken to have them.
    """
    if not expr.has(t) or expr == t:
        return True

    def positive(part: Expr) -> bool:
        return bool((part if at is None else part.subs(t, at)).is_positive)

    def nonzero(part: Expr) -> bool:
        return bool((part if at is None else part.subs(t, at)).is_nonzero)

    inside = all(_smooth(part, t, at) for part in expr.args if isinstance(part, Expr))
    if expr.is_Add or expr.is_Mul or isinstance(expr, (*SMOOTH, AppliedUndef)):
        return inside
    if isinstance(expr, sp.log):
        return inside and positive(expr.args[0])
    if expr.is_Pow:
        base, power = expr.args
        if power.is_Integer:
            return inside and (power.is_positive or nonzero(base))
        return inside and positive(base)
    if isinstance(expr, Sum | Product):
        return not any(part.has(t) for part in expr.limits) and _smooth(expr.function, t, at)
    if isinstance(expr, sp.Subs):
        slope = isinstance(expr.expr, Derivative) and isinstance(expr.expr.expr, AppliedUndef)
        return slope and not expr.expr.has(t) and all(_smooth(p, t, at) for p in expr.point)
    slope = isinstance(expr, Derivative) and isinstance(expr.expr, AppliedUndef)
    return slope and _smooth(expr.expr, t, at)


# --- far out --------------------------------------------------------------------------------


def _far_out(body: Expr, z: Expr) -> Expr | None:
    """Return the limit of ``body`` as z grows: of each term by what grows fastest in it."""
    parts = [_of_term(term, z) for term in sp.Add.make_args(sp.expand(body))]
    return _dominated(body, z) if None in parts else sp.Add(*parts)


def _of_term(term: Expr, z: Expr) -> Expr | None:
    factor, growing = term.as_independent(z)
    if not isinstance(growing, sp.erf):
        return _dominated(term, z)
    inside = growing.args[0]
    if not inside.is_polynomial(z):
        return None
    leading = sp.LC(sp.expand(inside), z)
    return factor * sp.sign(leading) if leading.is_nonzero else None


def _dominated(body: Expr, z: Expr) -> Expr | None:
    """Return the limit of a quotient of polynomials in z and one exponential that outgrows z."""
    growths: dict[Expr, tuple[Expr, Expr]] = {}
    for exponential in body.atoms(sp.exp):
        if exponential.has(z):
            growth = _growth(exponential.args[0], z)
            if growth is None:
                return None
            growths[exponential] = growth
    unit = next(iter(growths.values()), (z, z))[0]
    ratios = {e: sp.cancel(growing / unit) for e, (growing, _) in growths.items()}
    if not all(ratio.is_Rational for ratio in ratios.values()):
        return None
    grown = Dummy("E", positive=True)
    scale = lcm(*(ratio.q for ratio in ratios.values())) * (1 if sp.LC(unit, z).is_positive else -1)
    powers = {e: grown ** (scale * ratio) for e, ratio in ratios.items()}
    body = body.xreplace({e: power * sp.exp(growths[e][1]) for e, power in powers.items()})
    try:
        top, bottom = (sp.Poly(part, grown, z) for part in sp.fraction(sp.together(body)))
    except sp.PolynomialError:
        return None
    if bottom.is_zero or any(c.has(z, grown) for c in (*top.coeffs(), *bottom.coeffs())):
        return None
    if not bottom.LC(order="lex").is_nonzero:
        return None
    if top.is_zero:
        return Integer(0)
    above, below = top.monoms(order="lex")[0], bottom.monoms(order="lex")[0]
    if above == below:
        return top.LC(order="lex") / bottom.LC(order="lex")
    return Integer(0) if above < below else None


def _growth(exponent: Expr, z: Expr) -> tuple[Expr, Expr] | None:
    """Part a polynomial into what grows, if it is known up or down, and what is constant."""
    if not exponent.is_polynomial(z):
        return None
    constant = exponent.subs(z, 0)
    growing = sp.expand(exponent - constant)
    leading = sp.LC(growing, z)
    return (growing, constant) if leading.is_positive or leading.is_negative else None
