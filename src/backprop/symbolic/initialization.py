"""Moments of what a layer adds up, and the variances of the initialisers (chapter 11).

A unit adds up p products w[j] a[j]; backwards, n products w[k] delta[k] meet in a unit. `E` takes
the mean by three rules, and no density is needed:

1. E is linear.
2. The weights are independent of each other and of everything else, with mean 0 and variance v.
3. E[a_i a_j] is A[i, j] and E[delta_i delta_j] is D[i, j]: any numbers, for neither the activations
   nor the errors are taken to be independent of one another.
"""

from collections.abc import Mapping, Sequence

import sympy as sp
from sympy import Dummy, Expr, Indexed, IndexedBase, Integer, KroneckerDelta, Sum, Symbol
from sympy.printing.latex import LatexPrinter

from backprop.symbolic.normal_form import Named

n, p = sp.symbols("n p", integer=True, positive=True)
v = Symbol("v", positive=True)
w, a, delta, A, D = (IndexedBase(name, real=True) for name in ("w", "a", "delta", "A", "D"))

SECOND: Mapping[IndexedBase, IndexedBase] = {a: A, delta: D}
"""The second moments of what is not a weight."""

VARIANCES: Mapping[str, Expr] = {
    "xavier_normal": 2 / (n + p),
    "xavier_uniform": 2 / (n + p),
    "he_normal": 2 / p,
    "he_uniform": 2 / p,
}
"""The variance that each initialiser of `backprop.initialization` gives a matrix W (n, p)."""


class E(Named):
    """The mean of an expression in the entries of w, a and delta.

    Proofs see the value that the rules give. They raise ValueError for a moment on which the rules
    are silent, such as E[a_1] or E[w_1^3].
    """

    latex_name = r"\mathbb{E}"

    @staticmethod
    def definition(x: Expr) -> Expr:
        """Return the mean by the rules."""
        return sp.Add(*map(_mean_of_term, sp.Add.make_args(sp.expand(x))))

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"{self.latex_name}{power}\left[{printer.doprint(self.args[0])}\right]"


class Var(E):
    """The variance, E[x²] - E[x]²."""

    latex_name = r"\operatorname{Var}"

    @staticmethod
    def definition(x: Expr) -> Expr:
        """Return E[x²] - E[x]²."""
        return E.definition(x**2) - E.definition(x) ** 2


def _mean_of_term(term: Expr) -> Expr:
    """Draw the sums out of a product, then take the mean of what they run over."""
    factors: list[Expr] = []
    limits: list[sp.Tuple] = []
    for factor in sp.Mul.make_args(term):
        base, power = factor.as_base_exp()
        if not isinstance(base, Sum):
            factors.append(factor)
            continue
        for _ in range(int(power)):  # a square is a double sum, over two indices
            fresh = {k: Dummy(k.name, **k.assumptions0) for k in base.bound_symbols}
            factors.append(base.function.xreplace(fresh))
            limits += [limit.xreplace(fresh) for limit in base.limits]
    if not limits:
        return _moment(term)
    return Sum(E.definition(sp.Mul(*factors)), *limits)


def _moment(product: Expr) -> Expr:
    """Return the mean of a product of entries, times what is not random."""
    entries: dict[IndexedBase, list[Indexed]] = {}
    mean: Expr = Integer(1)
    for factor in sp.Mul.make_args(product):
        base, power = factor.as_base_exp()
        if isinstance(base, Indexed) and base.base in {w, *SECOND}:
            entries.setdefault(base.base, []).extend([base] * int(power))
        else:
            mean *= factor
    weights = entries.pop(w, [])
    if len(weights) == 1:
        return Integer(0)
    if len(weights) > 2 or any(len(pair) != 2 for pair in entries.values()):
        raise ValueError(f"no rule gives the mean of {product}")
    mean *= v * _same(*weights) if weights else 1
    return mean * sp.Mul(*(SECOND[x][_indices(pair)] for x, pair in entries.items()))


def _same(first: Indexed, second: Indexed) -> Expr:
    """Return 1 if two entries are the same, else 0."""
    pairs = zip(first.indices, second.indices, strict=True)
    return sp.Mul(*(KroneckerDelta(i, j) for i, j in pairs))


def _indices(pair: Sequence[Indexed]) -> tuple[Expr, ...]:
    return tuple(i for entry in pair for i in entry.indices)
