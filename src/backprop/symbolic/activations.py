"""The activations as formulas (chapters 2 and 3): one for each of `backprop.activations`.

The softmax has n scores z[1] to z[n], and n stays a symbol: i is the entry of p, and k is the score
by which it is differentiated.
"""

from dataclasses import dataclass

import sympy as sp
from sympy import Expr, IndexedBase, Interval, KroneckerDelta, Piecewise, Rational, Sum, Symbol, oo
from sympy.printing.latex import LatexPrinter

from backprop._registry import Registry
from backprop.symbolic.cases import conditions
from backprop.symbolic.normal_form import Named, unfold

z = Symbol("z", real=True)
n = Symbol("n", integer=True, positive=True)
i, j, k = sp.symbols("i j k", integer=True, positive=True)
scores = IndexedBase("z", real=True)
LEAK = Rational(1, 100)


class sigmoid(Named):
    """σ(z) = 1 / (1 + e^{-z})."""

    latex_name = r"\sigma"

    @staticmethod
    def definition(z: Expr) -> Expr:
        """Return 1 / (1 + e^{-z})."""
        return 1 / (1 + sp.exp(-z))


class relu(Named):
    """relu(z) = max(0, z)."""

    latex_name = r"\operatorname{relu}"

    @staticmethod
    def definition(z: Expr) -> Expr:
        """Return z above 0, else 0."""
        return Piecewise((z, z > 0), (0, True))


class leaky_relu(Named):
    """leaky(z) = max(z, slope · z) for a slope between 0 and 1."""

    latex_name = r"\operatorname{leaky}"

    def __new__(cls, z: Expr, slope: Expr = LEAK) -> "leaky_relu":
        """Keep the argument and the slope below 0."""
        applied: leaky_relu = super().__new__(cls, z, slope)
        return applied

    @staticmethod
    def definition(z: Expr, slope: Expr) -> Expr:
        """Return z above 0, else slope · z."""
        return Piecewise((z, z > 0), (slope * z, True))

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return rf"{self.latex_name}{power}{{\left({printer.doprint(self.args[0])}\right)}}"


class softplus(Named):
    """softplus(z) = log(1 + e^z)."""

    latex_name = r"\operatorname{softplus}"

    @staticmethod
    def definition(z: Expr) -> Expr:
        """Return log(1 + e^z)."""
        return sp.log(1 + sp.exp(z))


class silu(Named):
    """silu(z) = z σ(z)."""

    latex_name = r"\operatorname{silu}"

    @staticmethod
    def definition(z: Expr) -> Expr:
        """Return z σ(z)."""
        return z * sigmoid(z)


class normal_density(Named):
    """φ(z) = e^{-z²/2} / √(2π)."""

    latex_name = r"\varphi"

    @staticmethod
    def definition(z: Expr) -> Expr:
        """Return e^{-z²/2} / √(2π)."""
        return sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)


class normal_cdf(Named):
    """Φ(z) = (1 + erf(z/√2)) / 2, the area below the density φ to the left of z."""

    latex_name = r"\Phi"

    @staticmethod
    def definition(z: Expr) -> Expr:
        """Return (1 + erf(z/√2)) / 2."""
        return (1 + sp.erf(z / sp.sqrt(2))) / 2


class gelu(Named):
    """gelu(z) = z Φ(z)."""

    latex_name = r"\operatorname{gelu}"

    @staticmethod
    def definition(z: Expr) -> Expr:
        """Return z Φ(z)."""
        return z * normal_cdf(z)


class softmax(Named):
    """p_i = e^{z_i} / Σ_j e^{z_j}, entry i of the softmax of n scores z."""

    def __new__(cls, index: Expr, scores: IndexedBase = scores, size: Expr = n) -> "softmax":
        """Keep which entry is meant, the scores, and how many there are."""
        entry: softmax = super().__new__(cls, index, scores, size)
        return entry

    @staticmethod
    def definition(index: Expr, scores: IndexedBase, size: Expr) -> Expr:
        """Return e^{z_i} / Σ_j e^{z_j}."""
        return sp.exp(scores[index]) / Sum(sp.exp(scores[j]), (j, 1, size))

    def _eval_derivative(self, by: Expr) -> Expr:
        return self.opened.diff(by)

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        power = f"^{{{exp}}}" if exp else ""
        return f"p_{{{printer.doprint(self.args[0])}}}{power}"


@dataclass(frozen=True)
class ActivationFormula:
    """The formula of an activation and of its slope.

    Attributes
    ----------
    name
        The key of the pair, here and in `backprop.activations.ACTIVATIONS`.
    expression
        g(z), or p_i for the softmax.
    derivative
        dg/dz with the chosen value at a kink, or ∂p_i/∂z_k for the softmax.
    range
        All values that g takes, or that p_i takes among two scores or more; a Float is rounded.
    """

    name: str
    expression: Expr
    derivative: Expr
    range: Interval

    @property
    def variable(self) -> Expr:
        """What the expression is differentiated by."""
        return scores[k] if self.expression.has(scores) else z

    @property
    def formula(self) -> Expr:
        """What the name stands for."""
        g = self.expression
        return g.definition(*g.args) if isinstance(g, Named) else g.rewrite(sp.exp)

    @property
    def kinks(self) -> tuple[Expr, ...]:
        """Where one case of the formula meets the next."""
        edges = {c.lhs - c.rhs for c in conditions(unfold(along_z(self.expression)))}
        return tuple(sorted(root for edge in edges for root in sp.solve(edge, z)))

    @property
    def end_slopes(self) -> tuple[Expr, Expr]:
        """The limits of the slope far to the left and far to the right."""
        # factored, for SymPy's limit of silu' as a sum is wrong
        slope = sp.factor(unfold(along_z(self.derivative)))
        far = Symbol("t", positive=True)
        left, right = (sp.limit(slope.subs(z, side * far), far, oo) for side in (-1, 1))
        return left, right

    @property
    def saturated(self) -> str:
        """On which sides the slope tends to 0: "both sides", "left", "right" or "never"."""
        sides = {(True, True): "both sides", (True, False): "left", (False, True): "right"}
        left, right = (slope == 0 for slope in self.end_slopes)
        return sides.get((left, right), "never")


def along_z(expr: Expr) -> Expr:
    """Return an expression in the one variable z: of a softmax, the first score against a 0."""
    explicit = expr.subs({i: 1, k: 1, n: 2})
    return unfold(explicit).doit().subs({scores[1]: z, scores[2]: 0}) if expr != explicit else expr


def _lowest(expression: Expr, near: float) -> Expr:
    """Return the value of an expression at the minimum close to a point, to 15 digits."""
    formula = unfold(expression)
    return formula.subs(z, sp.nsolve(formula.diff(z), z, near)).evalf()


ACTIVATIONS = Registry(
    "activation",
    [
        ActivationFormula("identity", z, sp.Integer(1), Interval(-oo, oo)),
        ActivationFormula(
            "sigmoid", sigmoid(z), sigmoid(z) * (1 - sigmoid(z)), Interval.open(0, 1)
        ),
        ActivationFormula("tanh", sp.tanh(z), 1 - sp.tanh(z) ** 2, Interval.open(-1, 1)),
        ActivationFormula("relu", relu(z), Piecewise((1, z > 0), (0, True)), Interval(0, oo)),
        ActivationFormula(
            "leaky_relu",
            leaky_relu(z),
            Piecewise((1, z > 0), (LEAK, True)),
            Interval(-oo, oo),
        ),
        ActivationFormula("softplus", softplus(z), sigmoid(z), Interval.open(0, oo)),
        ActivationFormula(
            "silu",
            silu(z),
            sigmoid(z) + z * sigmoid(z) * (1 - sigmoid(z)),
            Interval(-sp.LambertW(sp.exp(-1)), oo),
        ),
        ActivationFormula(
            "gelu",
            gelu(z),
            normal_cdf(z) + z * normal_density(z),
            Interval(_lowest(gelu(z), -0.75), oo),
        ),
        ActivationFormula(
            "softmax",
            softmax(i),
            softmax(i) * (KroneckerDelta(i, k) - softmax(k)),
            Interval.open(0, 1),
        ),
    ],
)
