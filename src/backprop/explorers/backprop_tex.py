"""How the backprop stepper writes numbers, activations and losses in a small part of TeX."""

import math
from collections.abc import Callable, Sequence

Write = Callable[[str, str], str]


def _significant(value: float, digits: int) -> tuple[str, int]:
    """Return the decimals of a number rounded to some digits, and the power of ten behind them."""
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    return mantissa, int(exponent or 0)


def tex(value: float, digits: int = 6) -> str:
    """Write a number in TeX."""
    mantissa, exponent = _significant(value, digits)
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if exponent else mantissa


def short(value: float) -> str:
    """Write a number to four digits, or to three and a power of ten, as text."""
    mantissa, exponent = _significant(value, 4)
    if exponent:
        mantissa = f"{_significant(value, 3)[0]}e{exponent}"
    return mantissa.replace("-", "−")


def relation(*values: float) -> str:
    """Return = where the values are exact as `tex` writes them, and ≈ where they are not."""
    exact = all(math.isclose(float(f"{value:.6g}"), value, rel_tol=1e-13) for value in values)
    return "=" if exact else r"\approx"


def factor(text: str) -> str:
    """Put what begins with a minus or ends in a power of ten into parentheses."""
    return f"({text})" if text.startswith("-") or "10^" in text else text


def added(terms: Sequence[str]) -> str:
    """Add terms, the first without its plus."""
    signed = (f" - {term[1:]}" if term.startswith("-") else f" + {term}" for term in terms)
    total = "".join(signed)
    return total.removeprefix(" + ") if total.startswith(" + ") else "-" + total[3:]


def symbol(letter: str, l: int, *units: int) -> str:
    """Write a quantity of layer l; what the units of layer 0 pass on is x."""
    if l == 0:
        return f"x_{{{units[0]}}}"
    return f"{letter}_{{{''.join(map(str, units))}}}^{{[{l}]}}"


def slope(of: str) -> str:
    """Write ∂L by something."""
    return rf"\frac{{\partial L}}{{\partial {of}}}"


# g(z) from z, and g'(z) from z and a = g(z), for each activation.
ACTIVATIONS: dict[str, tuple[Callable[[str], str], Write]] = {
    "identity": (lambda z: z, lambda z, a: "1"),
    "sigmoid": (lambda z: rf"\sigma({z})", lambda z, a: rf"{factor(a)} \cdot (1 - {factor(a)})"),
    "tanh": (lambda z: rf"\tanh({z})", lambda z, a: f"1 - ({a})^{{2}}"),
    "relu": (lambda z: rf"\max(0, {z})", lambda z, a: f"[{z} > 0]"),
    "leaky_relu": (
        lambda z: rf"\max({z}, 0.01 \cdot {factor(z)})",
        lambda z, a: rf"[{z} > 0] + 0.01 \cdot [{z} \leq 0]",
    ),
    "softplus": (lambda z: rf"\log(1 + e^{{{z}}})", lambda z, a: rf"\sigma({z})"),
    "silu": (
        lambda z: rf"{factor(z)} \cdot \sigma({z})",
        lambda z, a: rf"\sigma({z}) + {factor(a)} \cdot (1 - \sigma({z}))",
    ),
    "gelu": (
        lambda z: rf"{factor(z)} \cdot \Phi({z})",
        lambda z, a: rf"\Phi({z}) + {factor(z)} \cdot \varphi({z})",
    ),
}


def softmax(k: int, z: Sequence[str]) -> str:
    """Write the share of unit k, counted from 0."""
    powers = [f"e^{{{text}}}" for text in z]
    return rf"\frac{{{powers[k]}}}{{{' + '.join(powers)}}}"


# The part that one unit has in a loss, and ∂L/∂a; a fused loss has its δ in place of ∂L/∂a.
_LOSSES: dict[str, tuple[Write, Write]] = {
    "squared_error": (
        lambda a, y: f"({a} - {factor(y)})^{{2}}",
        lambda a, y: rf"2 \cdot ({a} - {factor(y)})",
    ),
    "absolute_error": (
        lambda a, y: f"|{a} - {factor(y)}|",
        lambda a, y: rf"\mathrm{{sign}}({a} - {factor(y)})",
    ),
    "hinge": (
        lambda a, y: rf"\max(0, 1 - {factor(y)} \cdot {factor(a)})",
        lambda a, y: rf"-{factor(y)} \cdot [{factor(y)} \cdot {factor(a)} < 1]",
    ),
    "binary_cross_entropy": (
        lambda a, y: rf"-{y} \cdot \log({a}) - (1 - {y}) \cdot \log(1 - {factor(a)})",
        lambda a, y: rf"\frac{{1 - {y}}}{{1 - {factor(a)}}} - \frac{{{y}}}{{{a}}}",
    ),
    "sigmoid_cross_entropy": (
        lambda z, y: rf"\log(1 + e^{{{z}}}) - {y} \cdot {factor(z)}",
        lambda a, y: f"{a} - {y}",
    ),
    "softmax_cross_entropy": (
        lambda a, y: rf"-{y} \cdot \log({a})",
        lambda a, y: f"{a} - {y}",
    ),
}


def loss(name: str, p: Sequence[str], y: Sequence[str]) -> str:
    """Write L of all units; empty for a loss that is not written out."""
    if name == "mean_squared_error":
        total = loss("squared_error", p, y)
        return rf"\frac{{1}}{{{len(p)}}} \cdot ({total})" if len(p) > 1 else total
    if name not in _LOSSES:
        return ""
    return added([_LOSSES[name][0](*pair) for pair in zip(p, y, strict=True)])


def loss_slope(name: str, n: int, a: str, y: str) -> str:
    """Write ∂L/∂a of one of n units, or δ if the loss is fused; empty as above."""
    if name == "mean_squared_error":
        return rf"\frac{{2}}{{{n}}} \cdot ({a} - {factor(y)})"
    return _LOSSES[name][1](a, y) if name in _LOSSES else ""
