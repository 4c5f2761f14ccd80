"""The symbolic twin of a small network (chapter 7): any sizes, activations and losses.

What the network computes is displayed by name, as a^{[2]} or ∂L/∂z^{[1]}_{1}; proofs see the whole
expression in parameters, inputs and targets behind it. Layers, units and entries count from 1, the
input is layer 0, and `w[l][k, j]` leads from unit j of layer l-1 to unit k of layer l.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from typing import Any, TypeAlias

import sympy as sp
from sympy import Dummy, Expr, Rational, Symbol

from backprop._structure import fused_activation, layer_activations, layer_sizes
from backprop.symbolic.activations import ACTIVATIONS, i, n, scores
from backprop.symbolic.by_slope import by_slope, explicit, g
from backprop.symbolic.losses import LOSSES
from backprop.symbolic.normal_form import unfold
from backprop.symbolic.quantity import Slope, chain, quantity

Column: TypeAlias = dict[int, Expr]
Point: TypeAlias = dict[Symbol, Expr]


class NetworkFormula:
    """A network as `backprop.network.Network` has it, in formulas.

    Attributes
    ----------
    sizes, activations, loss
        As for `backprop.network.dense_network`. The activation "g" stands for any there is.
    x, y
        The symbols of the inputs and of the targets, by their number.
    w, b
        The symbols of the parameters: `w[l][k, j]` and `b[l][k]`.
    a, z
        What the layers compute, displayed by name: `a[l][k]`, with a[0] = x, and `z[l][k]`.
    L
        The loss of one example, displayed as L.

    Raises
    ------
    ValueError
        If sizes are not at least two positive integers, there is not one activation for each
        layer, a name is unknown, or the loss applies another activation than the last layer.
    """

    def __init__(self, sizes: Sequence[int], activations: Sequence[str], loss: str) -> None:
        self.sizes = sizes = layer_sizes(sizes)
        self.activations, self.loss = layer_activations(sizes, activations), loss
        self._fused = fused_activation(LOSSES[loss].name, self.activations[-1]) is not None
        layers = range(1, len(sizes))
        self.x = {j: _real("x" + _number(j, sizes[0])) for j in _upto(sizes[0])}
        self.y = {k: _real("y" + _number(k, sizes[-1])) for k in _upto(sizes[-1])}
        self.w = {l: _weights(l, sizes[l], sizes[l - 1]) for l in layers}
        self.b = {l: {k: _real(self._name("b", l, k)) for k in _upto(sizes[l])} for l in layers}
        self._columns = self._onward(0, self.x)
        self.z = {l: self._displayed("z", l, 2 * l - 1) for l in layers}
        self.a = {0: self.x, **{l: self._displayed("a", l, 2 * l) for l in layers}}
        self.L = quantity("L", self._columns[2 * len(layers) + 1][1])
        self._slope = cache(self._differentiated)  # pages ask for the same factors again

    @property
    def parameters(self) -> list[Symbol]:
        """The symbols of all weights and biases, layer by layer."""
        return [s for l in self.w for part in (self.w[l], self.b[l]) for s in part.values()]

    @cached_property
    def gradient(self) -> Point:
        """The derivative of the loss by each parameter, as SymPy takes it, not simplified."""
        loss = unfold(self.L)
        return {symbol: loss.diff(symbol) for symbol in self.parameters}

    @cached_property
    def delta(self) -> dict[int, Column]:
        """The errors δ = ∂L/∂z, displayed by name: `delta[l][k]`."""
        return {
            l: {k: self._named(self._name(r"\delta", l, k), self.L, z[k]) for k in z}
            for l, z in self.z.items()
        }

    def partial(self, top: Expr, bottom: Expr) -> Slope:
        """Return ∂top/∂bottom, displayed so, for what the network computes or is given.

        If bottom is a unit, what else its layer computes is held fixed.

        Raises
        ------
        ValueError
            If top is not computed by the network, or not from what bottom belongs to.
        """
        return self._named(rf"\frac{{\partial {top}}}{{\partial {bottom}}}", top, bottom)

    def along(self, *path: Expr) -> chain:
        """Return the product of the factors along a path, from the loss down, in this order."""
        return chain(*(self.partial(*pair) for pair in pairwise(path)))

    def point(self, parameters: Mapping[str, Any], x: Any, y: Any) -> Point:
        """Return a value for each symbol; `parameters` has the names that a `Network` uses.

        Arrays and lists will do, of fractions too. A float counts as the fraction that it is.

        Raises
        ------
        ValueError
            If an array does not have one entry for each symbol, a matrix has another shape than W,
            or an entry is not finite.
        """
        given: list[tuple[str, Mapping[Any, Symbol], Any]]
        given = [("x", self.x, x), ("y", self.y, y)]
        given += [(f"W[{l}]", self.w[l], parameters[f"W[{l}]"]) for l in self.w]
        given += [(f"b[{l}]", self.b[l], parameters[f"b[{l}]"]) for l in self.b]
        weights = {f"W[{l}]": (self.sizes[l], self.sizes[l - 1]) for l in self.w}
        point: Point = {}
        for name, symbols, array in given:
            entries = _entries(array, name, len(symbols), weights.get(name))
            point |= {s: Rational(v) for s, v in zip(symbols.values(), entries, strict=True)}
        return point

    # Stages count what is computed: 0 is x, 2l - 1 is z of layer l, 2l its a, 2L + 1 the loss.

    def _onward(self, stage: int, column: Column) -> dict[int, Column]:
        """Return the columns of a stage and of those after it, as far as it leads to them."""
        columns, end = {stage: column}, 2 * len(self.w) + 1
        for after in range(stage + 1, end):
            compute = self._linear if after % 2 else self._activated
            columns[after] = compute((after + 1) // 2, columns[after - 1])
        read = end - 2 if self._fused else end - 1
        if read in columns:
            columns[end] = {1: self._lost(columns[read])}
        return columns

    def _linear(self, l: int, a: Column) -> Column:
        return {k: sum((self.w[l][k, j] * a[j] for j in a), b) for k, b in self.b[l].items()}

    def _activated(self, l: int, z: Column) -> Column:
        if self.activations[l - 1] == "g":
            return {k: g(z[k]) for k in z}
        formula, size = ACTIVATIONS[self.activations[l - 1]], len(z)
        entries = {scores[k]: z[k] for k in z}
        opened = unfold if self._fused and l == len(self.w) else by_slope
        rows = {k: opened(formula.expression.subs({i: k, n: size})).doit() for k in z}
        return {k: rows[k].xreplace(entries | {formula.variable: z[k]}) for k in z}

    def _lost(self, prediction: Column) -> Expr:
        formula = LOSSES[self.loss]
        entries = {formula.prediction[k]: prediction[k] for k in prediction}
        entries |= {formula.target[k]: self.y[k] for k in self.y}
        entries |= dict.fromkeys(formula.keywords.values(), sp.Integer(1))  # NumPy's default
        return unfold(formula.expression.subs(n, len(prediction))).doit().xreplace(entries)

    def _named(self, name: str, top: Expr, bottom: Expr) -> Slope:
        return Slope(*quantity(name, self._slope(top, bottom)).args)

    def _differentiated(self, top: Expr, bottom: Expr) -> Expr:
        stage, k = self._place(top)
        if bottom.is_Symbol:
            return self._columns[stage][k].diff(bottom)
        start, j = self._place(bottom)
        change = Dummy("change", real=True)
        column = {**self._columns[start], j: self._columns[start][j] + change}
        onward = self._onward(start, column)
        if stage not in onward:
            raise ValueError(f"{top} is not computed from {bottom}")
        return onward[stage][k].diff(change).xreplace({change: sp.Integer(0)})

    def _place(self, unit: Expr) -> tuple[int, int]:
        stages = [(2 * l - 1, self.z[l]) for l in self.z] + [(2 * l, self.a[l]) for l in self.z]
        for stage, column in [*stages, (2 * len(self.w) + 1, {1: self.L})]:
            for k, computed in column.items():
                if computed == unit:
                    return stage, k
        raise ValueError(f"{unit} is neither z, a nor L of this network, nor a symbol of it")

    def _displayed(self, letter: str, l: int, stage: int) -> Column:
        return {k: quantity(self._name(letter, l, k), v) for k, v in self._columns[stage].items()}

    def _name(self, letter: str, l: int, k: int) -> str:
        return f"{letter}^{{[{l}]}}{_number(k, self.sizes[l])}"


def values(expressions: Iterable[Expr], point: Point, digits: int = 15) -> list[sp.Float]:
    """Return the values of expressions at a point, computed with twice the digits asked for."""
    evaluate = _evaluator(tuple(expressions), tuple(point))
    numbers = [sp.Float(value, 2 * digits) for value in point.values()]
    return [sp.N(value, digits) for value in evaluate(*numbers)]


@lru_cache(maxsize=8)
def _evaluator(expressions: tuple[Expr, ...], symbols: tuple[Symbol, ...]) -> Callable[..., Any]:
    """Return the function that gives their values; it is kept, for it takes far longer to make."""
    formulas = [explicit(unfold(expr).doit()) for expr in expressions]
    evaluate: Callable[..., Any] = sp.lambdify(symbols, formulas, "sympy", cse=True)
    return evaluate


def _entries(array: Any, name: str, size: int, shape: tuple[int, int] | None) -> list[Any]:
    """Return the entries of an array, of fractions perhaps, row by row."""
    import numpy as np  # the page, which proves with this module, has none

    from backprop._arrays import finite

    numbers = np.asarray(array, dtype=object)
    if numbers.size != size:
        raise ValueError(f"{name} must have {size} entries, not {numbers.size}")
    if shape and numbers.shape not in {shape, (size,)}:
        raise ValueError(f"{name} must have shape {shape}, not {numbers.shape}")
    entries = list(numbers.flat)  # SymPy would take NaN and infinity for 0
    finite(np.array([v for v in entries if isinstance(v, float | np.floating)]), name)
    return entries


def _weights(l: int, rows: int, columns: int) -> dict[tuple[int, int], Symbol]:
    comma = "," if max(rows, columns) > 9 else ""
    return {
        (k, j): _real(f"w^{{[{l}]}}_{{{k}{comma}{j}}}") for k in _upto(rows) for j in _upto(columns)
    }


def _number(k: int, size: int) -> str:
    """Return the number of a unit as an index; one that is alone in its layer needs none."""
    return f"_{{{k}}}" if size > 1 else ""


def _upto(size: int) -> range:
    return range(1, size + 1)


def _real(name: str) -> Symbol:
    return Symbol(name, real=True)
