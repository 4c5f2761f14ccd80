"""Differentiable functions left open: what holds for one of them holds for every loss.

>>> from sympy import Derivative, IndexedBase, symbols
>>> i, j, n = symbols("i j n", integer=True, positive=True)
>>> z = IndexedBase("z", real=True)
>>> L = open_function("L", z[i] ** 2, (i, 1, n), slope="u")
>>> Derivative(L, z[j])
Derivative(L, z[j])
>>> L.slope(j)
u[j]

The derivative of such a function is what chapter 1 proves, the chain rule over several paths: for
each argument the slope by it, times the derivative of the argument, added up. A slope is open too,
and depends on all arguments. Where a counterexample needs numbers, the function is a polynomial in
which no two arguments play the same part, and its derivatives are SymPy's.
"""

from functools import cache
from itertools import product

import sympy as sp
from sympy import Dummy, Expr, IndexedBase, Integer, Sum, Tuple
from sympy.core.symbol import Str
from sympy.printing.latex import LatexPrinter
from sympy.printing.str import StrPrinter

from backprop.symbolic.binding import OpenFamily, fresh_index, outer_indices
from backprop.symbolic.normal_form import unfold


class OpenFunction(OpenFamily):
    """A differentiable function, or one of its derivatives; `open_function` makes one.

    It is applied to a family ``member`` that runs over ``limits`` (to none, if there are no
    limits) and to ``single`` arguments. ``places`` says what it has been differentiated by: an
    entry of the family by its indices, a single argument by its number, counted from 1.
    """

    is_commutative = True
    is_real = True

    def __new__(
        cls, names: Tuple, places: Tuple, single: Tuple, member: Expr, *limits: Tuple
    ) -> "OpenFunction":
        """Keep the names of the function and of its slopes, and what it is applied to."""
        made: OpenFunction = Expr.__new__(cls, names, places, single, member, *limits)
        return made

    @property
    def depth(self) -> int:
        """How many open functions are inside one another."""
        return 1 + max((f.depth for f in self.function.atoms(OpenFunction)), default=0)

    @property
    def function(self) -> Expr:
        """The member of the family."""
        return self.args[3]

    @property
    def limits(self) -> tuple[Tuple, ...]:
        """What the indices of the family run over."""
        return tuple(self.args[4:])

    @property
    def free_symbols(self) -> set[Expr]:
        """The symbols that have a meaning outside."""
        own: set[Expr] = super().free_symbols
        return own.union(self.args[1].free_symbols, self.args[2].free_symbols)

    def slope(self, *place: Expr | int) -> "OpenFunction":
        """Return the partial derivative by one argument.

        Parameters
        ----------
        place
            The indices of an entry of the family, one for each range; for a function without a
            family the number of the argument, counted from 1.

        Raises
        ------
        ValueError
            If the number of indices is not that of the ranges, or there is no such argument.
        """
        names, places, single, *family = self.args
        if len(place) != (wanted := len(self.limits) or 1):
            raise ValueError(f"place is {place}; {self} takes {wanted} of them")
        if not self.limits and place[0] not in range(1, len(single) + 1):
            raise ValueError(f"place is {place[0]}; {self} has the arguments 1 to {len(single)}")
        at = Tuple(*place) if self.limits else Integer(place[0])
        return OpenFunction(names, Tuple(*places, at), single, *family)

    def _eval_derivative(self, by: Expr) -> Expr:
        """Add up the paths through all arguments (chapter 1)."""
        names, places, single, *family = self.args
        if by in set().union(*(end.free_symbols for _, *ends in self.limits for end in ends)):
            raise ValueError(f"{by} says how many arguments {self} has; nothing varies with it")
        terms = [
            OpenFunction(names, Tuple(*places, Integer(number)), single, *family) * inner
            for number, argument in enumerate(single, start=1)
            if (inner := argument.diff(by)) != 0
        ]
        if self.limits:
            own = {k: fresh_index(k) for k, _, _ in self.limits}
            inner = self.function.xreplace(own).diff(by)
            ranges = [limit.xreplace(own) for limit in self.limits]
            terms.append(Sum(self.slope(*own.values()) * inner, *ranges) if inner != 0 else inner)
        return sp.Add(*terms)

    def _eval_subs(self, old: Expr, new: Expr) -> None:
        """Let SymPy substitute in each part: no index of the family occurs outside of it."""

    def entry(self) -> Expr:
        """Return an entry of a family of letters: the same one for what is equal."""
        names, places, *applied = self.args
        own = [k for place in places if isinstance(place, Tuple) for k in place]
        outer = outer_indices(OpenFunction(names, Tuple(), *applied))
        kinds = [place for place in places if not isinstance(place, Tuple)]
        what = Tuple(names, Integer(len(places)), *kinds, *applied)
        family = _letter(what.xreplace({k: _slot(at, k) for at, k in enumerate(outer)}))
        return family[(*own, *outer) or (0,)]

    def outside(self) -> bool:
        """Return whether an index of a derivative is a number that no entry of the family has."""
        ranges = [(low, high) for _, low, high in self.limits]
        indices = [
            (k, *ends)
            for place in self.args[1]
            if isinstance(place, Tuple)
            for k, ends in zip(place, ranges, strict=True)
        ]
        known = [part for part in indices if all(number.is_number for number in part)]
        return not all(k.is_Integer and low <= k <= high for k, low, high in known)

    def written_out(self) -> Expr:
        """Return the value of the polynomial that stands in, once all ranges are numbers.

        A derivative by an entry out of range has no value (nan).
        """
        _, places, single, *_ = self.args
        ranges = [(low, high) for _, low, high in self.limits]
        ends = [end for pair in ranges for end in pair]
        indices = [k for place in places if isinstance(place, Tuple) for k in place]
        if not all(number.is_number for number in (*ends, *indices)):
            return self
        if self.outside() or not all(end.is_Integer for end in ends):
            return sp.nan
        own = [k for k, _, _ in self.limits]
        cells = list(product(*(range(int(low), int(high) + 1) for low, high in ranges)))
        numbers = {Tuple(*cell): at for at, cell in enumerate(cells, start=len(single))}
        numbers |= {Integer(at + 1): at for at in range(len(single))}
        inner = [dict(zip(own, map(Integer, cell), strict=True)) for cell in cells]
        values = [*single, *(self.function.xreplace(at) for at in inner if at)]
        orders = tuple(sorted(numbers[place] for place in places))
        slots, slope = _stand_in(str(self.args[0][0]), len(values), orders)
        return slope.xreplace(dict(zip(slots, values, strict=True)))

    def _named(self, printer: LatexPrinter | StrPrinter, place: Tuple | Integer) -> str:
        """Return an argument as it is called in a derivative by it."""
        if not isinstance(place, Tuple):
            return str(printer.doprint(self.args[2][place - 1]))
        at = zip((k for k, _, _ in self.limits), place, strict=True)
        return str(printer.doprint(self.function.xreplace(dict(at))))

    def _subscript(self, printer: LatexPrinter | StrPrinter, *first: Expr) -> str:
        """Return indices as they are written below a name: those of an entry, then our own."""
        own = self.args[2] if self.limits else ()
        return ",".join(str(printer.doprint(k)) for k in (*first, *own))

    def _latex(self, printer: LatexPrinter, exp: str | None = None) -> str:
        (name, slope), places = self.args[0], self.args[1]
        own = self._subscript(printer)
        text = f"{name.name}^{{({own})}}" if own else name.name
        if len(places) == 1 and slope.name:
            place = places[0] if self.limits else (places[0],)
            text = _below(slope.name, self._subscript(printer, *place))
        elif places:
            order = f"^{{{len(places)}}}" if len(places) > 1 else ""
            below = r" \, ".join(rf"\partial {self._named(printer, place)}" for place in places)
            text = rf"\frac{{\partial{order} {text}}}{{{below}}}"
        return rf"\left({text}\right)^{{{exp}}}" if exp else text

    def _sympystr(self, printer: StrPrinter) -> str:
        (name, slope), places = self.args[0], self.args[1]
        if len(places) == 1 and slope.name:
            place = places[0] if self.limits else (places[0],)
            return f"{slope.name}[{self._subscript(printer, *place)}]"
        own = self._subscript(printer)
        text = f"{name.name}[{own}]" if own else name.name
        below = ", ".join(self._named(printer, place) for place in places)
        return f"Derivative({text}, {below})" if places else text


def _below(name: str, subscript: str) -> str:
    return f"{name}_{{{subscript}}}" if subscript else name


def open_function(
    name: str, *arguments: Expr | tuple[Expr, Expr, Expr], slope: str = ""
) -> OpenFunction:
    """Return an open differentiable function of real arguments.

    Parameters
    ----------
    name
        How it is displayed, in LaTeX: L.
    arguments
        Expressions: a function of a few. Or an expression in indices, perhaps further expressions,
        and then a range (index, first, last) for each index: a function of a family of
        numbers, one for each value of the indices, and of the further expressions, such as the
        target or the number of an example. The further ones are displayed with L, as in L^{(i)}.
    slope
        How a derivative by one argument is displayed, in LaTeX and without its index: "u" for
        u_k. If it is empty, as ∂L/∂a_k.

    Raises
    ------
    TypeError
        If an argument is neither an expression nor a range of integers.
    ValueError
        If there is no argument, or an index of the family occurs in a range or in a further
        argument.
    """
    ranges = [Tuple(*x) for x in arguments if isinstance(x, tuple | Tuple)]
    plain = [sp.sympify(x) for x in arguments[: len(arguments) - len(ranges)]]
    if not plain:
        raise ValueError(f"arguments is {arguments}; {name} needs one at least")
    for argument in plain:
        if not isinstance(argument, Expr):
            raise TypeError(f"arguments holds {argument}; allowed are expressions, then ranges")
    for limits in ranges:
        if len(limits) != 3 or not all(part.is_integer for part in limits):
            raise TypeError(f"arguments holds {limits}; a range is (index, first, last), integers")
    member, single = (plain[0], plain[1:]) if ranges else (Integer(0), plain)
    outside = [*single, *(end for _, low, high in ranges for end in (low, high))]
    if used := {limits[0] for limits in ranges} & set().union(*(x.free_symbols for x in outside)):
        raise ValueError(f"arguments use {used.pop()} outside of the family that it numbers")
    depth = 1 + max((f.depth for f in member.atoms(OpenFunction)), default=0)
    own = {limits[0]: _own_index(limits[0], depth) for limits in ranges}
    return OpenFunction(
        Tuple(Str(name), Str(slope)),
        Tuple(),
        Tuple(*single),
        member.xreplace(own),
        *(limits.xreplace(own) for limits in ranges),
    )


def shown_alike(*terms: Expr) -> OpenFunction | None:
    """Return an open function, if there is another one in the terms that looks the same."""
    seen: dict[tuple[Expr, ...], tuple[Expr, ...]] = {}
    functions: set[OpenFunction] = set()
    for term in terms:
        functions |= unfold(term).atoms(OpenFunction)
    for function in sorted(functions, key=str):
        names, _, single, *family = function.args
        shown, applied = (names, single) if function.limits else (names,), (single, *family)
        if seen.setdefault(shown, applied) != applied:
            return function
    return None


@cache
def _own_index(like: sp.Symbol, depth: int) -> Dummy:
    """Return an index that occurs inside a function and nowhere else."""
    return Dummy(like.name, **like.assumptions0)


def _slot(number: int, like: sp.Symbol) -> Dummy:
    """Return what stands for an index around a function where two functions are compared."""
    return _numbered(number, tuple(sorted(like.assumptions0.items())))


@cache
def _numbered(number: int, assumptions: tuple[tuple[str, bool], ...]) -> Dummy:
    return Dummy(f"k{number}", **dict(assumptions))


@cache
def _letter(what: Tuple) -> IndexedBase:
    """Return a letter for an open function, or a derivative of one, applied to something."""
    return IndexedBase(Dummy("s", real=True))


@cache
def _stand_in(name: str, size: int, orders: tuple[int, ...]) -> tuple[list[Dummy], Expr]:
    """Return arguments and the derivative, by those in `orders`, of a polynomial in them.

    All its second and third derivatives are there, and all of them differ.
    """
    slots = [Dummy(f"a{number}", real=True) for number in range(1, size + 1)]
    start = 1 + sum(map(ord, name)) % 5
    mixture = sp.Add(*(number * slot for number, slot in enumerate(slots, start)))
    own = sp.Add(*(slot + number * slot**2 for number, slot in enumerate(slots, start + 1)))
    polynomial = mixture**2 + mixture**3 / 6 + own
    for at in orders:
        polynomial = polynomial.diff(slots[at])
    return slots, polynomial
