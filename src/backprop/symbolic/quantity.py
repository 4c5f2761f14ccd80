"""Expressions that pages display by a name, or in the order in which they are written.

Proofs see what is behind the name.
"""

from itertools import count, islice, repeat
from typing import ClassVar

import sympy as sp
from sympy import Derivative, Expr, Indexed, IndexedBase, Lambda, MatrixBase, Symbol
from sympy.core.symbol import Str
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from backprop.symbolic.binding import all_bound
from backprop.symbolic.brackets import factor
from backprop.symbolic.normal_form import Named


class OfLayer(Indexed):  # type: ignore[misc]
    """What a `PerLayer` has for one layer, displayed with the layer above, as in n^{[l]}."""

    def _latex(self, printer: LatexPrinter) -> str:
        return rf"{self.base.label}^{{[{printer.doprint(self.indices[0])}]}}"


class PerLayer(IndexedBase):  # type: ignore[misc]
    """A letter with one value for each layer: `PerLayer("n", integer=True)[l]`."""

    def __getitem__(self, l: Expr) -> OfLayer:
        """Return the value for layer l."""
        return OfLayer(self, l)


class Quantity(Named):
    """An expression displayed by a name alone; `quantity` makes one."""

    is_commutative = True

    @property
    def value(self) -> Expr:
        """What the name stands for."""
        return self.definition(*self.args)

    @property
    def tied(self) -> bool:
        """Whether the name is that of a derivative, so that a proof about it proves something."""
        value = self.value
        return value.tied if isinstance(value, Quantity) else isinstance(value, Derivative)

    @property
    def meaning(self) -> Expr | None:
        """What a page displays beside the name where it is first used."""
        return self.value

    @staticmethod
    def definition(_: Str, formula: Lambda, *inputs: Expr) -> Expr:
        """Return the expression."""
        return formula(*inputs)

    def _eval_derivative(self, by: Expr) -> Expr:
        return self.opened.diff(by)

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        return rf"\left({self.args[0].name}\right)^{{{exp}}}" if exp else str(self.args[0].name)

    def _sympystr(self, printer: StrPrinter) -> str:
        return str(self.args[0].name)


class Slope(Quantity):
    """A partial derivative, taken by the function that names it: `partial`, `NetworkFormula`."""

    tied = True
    meaning = None


def quantity(name: str, value: Expr) -> Quantity:
    """Return an expression under a name in LaTeX, which proofs unfold and `subs` reaches into."""
    inputs = sorted(_inputs(value), key=sp.default_sort_key)
    taken = {letter.name for letter in value.atoms(Symbol)}
    free = (slot for slot in map("_{}".format, count()) if slot not in taken)
    slots = [Symbol(slot, real=True) for slot in islice(free, len(inputs))]
    formula = Lambda(tuple(slots), value.xreplace(dict(zip(inputs, slots, strict=True))))
    return Quantity(Str(name), formula, *inputs)


def names(term: Expr | MatrixBase) -> set[Quantity]:
    """Return the names that a term consists of: itself, or the entries of a matrix."""
    entries = term.flat() if isinstance(term, MatrixBase) else [term]
    return {entry for entry in entries if isinstance(entry, Quantity)}


def _inputs(value: Expr) -> set[Expr]:
    """Return the symbols and entries in an expression, without those that a sum runs over."""
    indices = all_bound(value)
    families = {base.label for base in value.atoms(IndexedBase)}
    return {s for s in value.free_symbols - families if not s.free_symbols & indices}


class chain(Named):
    """A product displayed in the order in which its factors are given."""

    sign: ClassVar[str] = "*"
    """How the factors are joined, as in `Written`."""

    @staticmethod
    def definition(*factors: Expr) -> Expr:
        """Return the product."""
        return sp.Mul(*factors)

    def _eval_derivative(self, by: Expr) -> Expr:
        return self.opened.diff(by)

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        ends = (at == len(self.args) for at in count(1))
        product = r" \, ".join(map(factor, repeat(printer), self.args, ends))
        return rf"\left({product}\right)^{{{exp}}}" if exp else product

    def _sympystr(self, printer: StrPrinter) -> str:
        return " ".join(printer.parenthesize(part, PRECEDENCE["Mul"]) for part in self.args)
