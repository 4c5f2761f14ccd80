"""LaTeX as a mathematician writes it: σ(1 - σ), not (1 - σ)σ; a - y, not -y + a."""

from collections.abc import Iterator

from sympy import Basic, Derivative, Expr, HadamardProduct, Indexed, IndexedBase, Mul, Symbol
from sympy.core.symbol import Dummy
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE


def latex(expr: Basic) -> str:
    """Return ``expr`` in LaTeX, sums behind their factors and a positive term in front."""
    text: str = _Printer({"order": "none"}).doprint(expr)
    return text


SIGNS = {
    "positive": "> 0",
    "negative": "< 0",
    "nonnegative": r"\ge 0",
    "nonpositive": r"\le 0",
    "nonzero": r"\ne 0",
}
"""What is said of a letter that was created with one of these assumptions, the strongest first."""


def assumed(*terms: Basic) -> Iterator[str]:
    """Yield what the free letters were assumed to be: $A, B > 0$.

    That an index or a size is a whole number from 1 on goes without saying (notation page).
    """
    letters: dict[str, list[str]] = {}
    free = set().union(*(term.free_symbols for term in terms))
    families = {base.label for term in terms for base in term.atoms(IndexedBase)}
    for letter in sorted(free, key=lambda letter: str(letter)):
        if isinstance(letter, Dummy) or not isinstance(letter, Symbol) or letter in families:
            continue
        sign = next((kind for kind in SIGNS if getattr(letter, f"is_{kind}")), None)
        if sign and not (letter.is_integer and sign == "positive"):
            letters.setdefault(sign, []).append(latex(letter))
    for sign, names in letters.items():
        yield f"{', '.join(names)} {SIGNS[sign]}"


class _Printer(LatexPrinter):  # type: ignore[misc]
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
        factors = sorted(expr.as_ordered_factors(), key=_is_sum)
        return str(super()._print_Mul(Mul(*factors, evaluate=False)))

    def _print_Derivative(self, expr: Derivative) -> str:
        by_one_of_many = any(isinstance(v, Indexed) for v in expr.variables)
        self._settings["diff_operator_latex"] = r"\partial" if by_one_of_many else "d"
        text: str = super()._print_Derivative(expr)
        body = self._print(expr.expr)
        bracketed = rf"\left({body}\right)"
        product = expr.expr.is_Mul or getattr(expr.expr, "sign", "") == "*"
        if not product or body.startswith(r"\frac") or text.endswith(bracketed):
            return text
        return text.removesuffix(body) + bracketed

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


def _is_sum(factor: Expr) -> bool:
    base, power = factor.as_base_exp()
    return base.is_Add and not power.could_extract_minus_sign()
