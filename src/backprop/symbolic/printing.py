"""LaTeX as a mathematician writes it: σ(1 - σ), not (1 - σ)σ; a - y, not -y + a."""

from collections.abc import Mapping

from sympy import (
    And,
    Basic,
    Derivative,
    Dummy,
    Expr,
    Ge,
    Gt,
    HadamardProduct,
    Indexed,
    IndexedBase,
    Le,
    Lt,
    Mul,
    Piecewise,
    default_sort_key,
    log,
    true,
)
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE

from backprop.symbolic.brackets import operates, primes
from backprop.symbolic.open_function import OpenFunction
from backprop.symbolic.quantity import Quantity


def latex(expr: Basic) -> str:
    """Return ``expr`` in LaTeX, sums behind their factors and a positive term in front."""
    text: str = _Printer({"order": "none"}).doprint(expr)
    return text


SIGNS = {
    "positive": (">", "0"),
    "negative": ("<", "0"),
    "nonnegative": (r"\ge", "0"),
    "nonpositive": (r"\le", "0"),
    "nonzero": (r"\ne", "0"),
}
"""What is said of a letter that was created with one of these assumptions, the strongest first."""

FROM_ONE = (r"\ge", "1")
BELOW = {">": "<", ">=": r"\le", r"\ge": r"\le"}
"""How a lower bound is said from its own side."""


def condition(where: Boolean, given: Mapping[Expr, Expr], *terms: Basic) -> str:
    """Return in LaTeX what a claim about ``terms`` rests on: 0 < a < 1, 1 ≤ k ≤ n.

    The signs that letters were created with are among it. That an index or a size is a whole
    number from 1 on goes without saying (notation page), unless it has an upper bound as well.
    """
    signs = _signs(where, *terms, *given.values())
    stated = sorted(And.make_args(where), key=default_sort_key)
    relations = [relation for relation in stated if relation != true]
    lows = {
        letter: f"{bound} {BELOW[sign]} "
        for letter, (sign, bound) in signs.items()
        if sign in BELOW
    }
    above = [r for r in relations if isinstance(r, Gt | Ge)]
    lows |= {r.lhs: f"{latex(r.rhs)} {BELOW[r.rel_op]} " for r in above}
    merged = {r.lhs for r in relations if isinstance(r, Lt | Le)} & {*lows}
    parts = [
        (lows[r.lhs] if r.lhs in merged else "") + latex(r)
        for r in relations
        if not (r in above and r.lhs in merged)
    ]
    said: dict[tuple[str, str], list[str]] = {}
    for letter, sign in signs.items():
        if letter not in merged and letter not in given and sign != FROM_ONE:
            said.setdefault(sign, []).append(latex(letter))
    parts += [f"{', '.join(names)} {' '.join(sign)}" for sign, names in said.items()]
    parts += [f"{latex(name)} = {latex(value)}" for name, value in given.items()]
    return r",\; ".join(parts)


def _signs(*terms: Basic) -> dict[Basic, tuple[str, str]]:
    """Return the sign that each free letter was created with, if any, as an inequality."""
    free = set().union(*(term.free_symbols for term in terms))
    free -= {base.label for term in terms for base in term.atoms(IndexedBase)}
    signs = {}
    for letter in sorted(free, key=str):
        kind = next((kind for kind in SIGNS if getattr(letter, f"is_{kind}")), None)
        if kind and letter.is_Symbol and not isinstance(letter, Dummy):
            from_one = letter.is_integer and kind == "positive"
            signs[letter] = FROM_ONE if from_one else SIGNS[kind]
    return signs


class _Printer(LatexPrinter):  # type: ignore[misc]
    _in_cases = False

    def _print_Mul(self, expr: Expr) -> str:
        if not isinstance(expr, Mul) or any(factor.is_Number for factor in expr.args[1:]):
            return str(super()._print_Mul(expr))
        if expr.could_extract_minus_sign():
            opposite = (
                self.parenthesize(-expr, PRECEDENCE["Mul"])
                if (-expr).is_Add
                else self._print(-expr)
            )
            return f"- {opposite}"
        factors = sorted(expr.as_ordered_factors(), key=_place)
        return str(super()._print_Mul(Mul(*factors, evaluate=False)))

    def _needs_mul_brackets(self, expr: Expr, first: bool = False, last: bool = False) -> bool:
        open_ended = not last and operates(expr)
        return open_ended or bool(super()._needs_mul_brackets(expr, first, last))

    def _print_Derivative(self, expr: Derivative) -> str:
        if primes(expr):
            return (
                f"{expr.expr.func}{primes(expr)}"
                + rf"\left({self._print(expr.variables[0])}\right)"
            )
        by_one_of_many = any(isinstance(v, Indexed) for v in expr.variables)
        if isinstance(expr.expr, OpenFunction | Quantity) and len(expr.variables) == 1:
            sign = r"\partial" if by_one_of_many or len(expr.free_symbols) > 1 else "d"
            above, below = map(self._print, (expr.expr, expr.variables[0]))
            return rf"\frac{{{sign} {above}}}{{{sign} {below}}}"
        self._settings["diff_operator_latex"] = r"\partial" if by_one_of_many else "d"
        text: str = super()._print_Derivative(expr)
        body = self._print(expr.expr)
        bracketed = rf"\left({body}\right)"
        in_order = getattr(expr.expr, "sign", "") == "*"
        product = in_order or (expr.expr.is_Mul and not body.startswith(r"\frac"))
        if not product or text.endswith(bracketed):
            return text
        return text.removesuffix(body) + bracketed

    def _print_Piecewise(self, expr: Piecewise) -> str:
        self._in_cases = True
        text = str(super()._print_Piecewise(expr))
        self._in_cases = False
        return text

    def _print_Relational(self, expr: Relational) -> str:
        """Write |r| < t in a `Piecewise`, not t > |r|, which SymPy makes of it there."""
        turned = self._in_cases and expr.lhs.is_Atom and not expr.rhs.is_Atom
        return str(super()._print_Relational(expr.reversed if turned else expr))

    def _print_Indexed(self, expr: Indexed) -> str:
        base = self._print(expr.base)
        if "^" not in base:
            return str(super()._print_Indexed(expr))
        return f"{{{base}_{{{','.join(map(self._print, expr.indices))}}}}}"

    def _print_HadamardProduct(self, expr: HadamardProduct) -> str:
        factors = (self.parenthesize(x, PRECEDENCE["Pow"], strict=True) for x in expr.args)
        return r" \odot ".join(factors)

    def _as_ordered_terms(self, expr: Expr, order: str | None = None) -> list[Expr]:
        terms = list(expr.as_ordered_terms())
        positive = next((t for t in terms if not t.could_extract_minus_sign()), terms[0])
        return [positive, *(t for t in terms if t is not positive)]


def _place(factor: Expr) -> int:
    """Put sums behind the other factors, and logarithms last."""
    base, power = factor.as_base_exp()
    if isinstance(base, log):
        return 2
    return int(base.is_Add and not power.could_extract_minus_sign())
