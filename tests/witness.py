"""A second witness: what a claim says, worked out at random points in numbers of 50 digits.

Nothing here calls what proves a claim in `backprop.symbolic`, nor lets SymPy differentiate, sum,
take limits or simplify. A tree is walked from its leaves: a sum is added up for a small length, a
derivative is a difference quotient with a step of 10^-120, an open function is a mixture of waves,
a mean is taken over all cases of a small random experiment, a limit is approached.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cmp_to_key, partial
from itertools import chain, count, pairwise, product
from typing import Any

import sympy as sp
from mpmath import mp, mpf
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from backprop.symbolic import activations, by_slope, initialization, written
from backprop.symbolic.gradient import Gradient, Jacobian
from backprop.symbolic.normal_form import Named
from backprop.symbolic.open_function import OpenFunction
from backprop.symbolic.quantity import Quantity

POINTS = 50
TRIES = 4000
LONGEST_SUM = 200
DIGITS, FINE_DIGITS = 60, 320
TOLERANCE, ROUGH = mpf(10) ** -45, mpf(10) ** -30
"""How far apart two values may be, for what is approached: a limit, an integral."""
STEPS = [mpf(10) ** -120, mpf(10) ** -60, mpf(10) ** -40]
"""Those of difference quotients, by how many derivatives there are inside."""


class NoValueError(ArithmeticError):
    """There is no value at a point: a division by 0, a kink, an argument out of the domain."""


class OutsideError(NoValueError):
    """A function is not defined there: a claim is made as far as its two sides are."""


class NotEvaluableError(Exception):
    """The witness does not know what something means."""


@dataclass(frozen=True)
class Verdict:
    """What came of a claim: at how many points it held, and what went wrong, if anything did."""

    points: int
    fault: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether it held at as many points as it has to."""
        return not self.fault and self.points >= POINTS


# --- values --------------------------------------------------------------------------------------


EXACT = {int, bool, Fraction}
"""Types, not classes to be an instance of: each value is asked, many million times."""


def _exact(value: Any) -> bool:
    return type(value) in EXACT


def _real(value: Any) -> Any:
    """Return a number as one of many digits."""
    if type(value) is mpf:
        return value
    return mpf(value.numerator) / value.denominator if type(value) is Fraction else mpf(value)


def _tidy(value: Any) -> Any:
    whole = type(value) is Fraction and value.denominator == 1
    return int(value) if whole else value


def _plus(left: Any, right: Any) -> Any:
    if _exact(left) and _exact(right):
        return _tidy(left + right)
    return _real(left) + _real(right)


def _times(left: Any, right: Any) -> Any:
    if _exact(left) and _exact(right):
        return _tidy(left * right)
    return _real(left) * _real(right)


def _power(base: Any, exponent: Any) -> Any:
    if base == 0 and exponent < 0:
        raise NoValueError("division by 0")
    if _exact(base) and isinstance(exponent, int) and abs(exponent) < 2000:
        return _tidy(Fraction(base) ** exponent)
    if base < 0 and not isinstance(exponent, int):
        raise OutsideError("a root of a negative number")
    if isinstance(exponent, int):
        return _real(base) ** exponent
    return _finite(mp.power(_real(base), _real(exponent)))


def _order(left: Any, right: Any) -> int:
    """Return -1, 0 or 1 as the first of two numbers is less, equal or more."""
    if not (_exact(left) and _exact(right)):
        left, right = _real(left), _real(right)
    return (left > right) - (left < right)


def _largest(*values: Any) -> Any:
    return max(values, key=cmp_to_key(_order))


def _smallest(*values: Any) -> Any:
    return min(values, key=cmp_to_key(_order))


def _finite(value: Any) -> Any:
    if not _exact(value) and (mp.isnan(value) or not isinstance(value, mpf)):
        raise NoValueError("not a real number")
    return value


def _sign(value: Any) -> int:
    return (value > 0) - (value < 0)


def _logarithm(value: Any) -> Any:
    if value <= 0:
        raise OutsideError("the logarithm of what is not positive")
    return mp.log(_real(value))


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + mp.exp(-_real(z)))


def _density(z: Any) -> Any:
    return mp.exp(-(_real(z) ** 2) / 2) / mp.sqrt(2 * mp.pi)


def _below(z: Any) -> Any:
    return mp.ncdf(_real(z))


FUNCTIONS: Mapping[type, Callable[..., Any]] = {
    sp.exp: lambda x: mp.exp(_real(x)),
    sp.log: _logarithm,
    sp.tanh: lambda x: mp.tanh(_real(x)),
    sp.sinh: lambda x: mp.sinh(_real(x)),
    sp.cosh: lambda x: mp.cosh(_real(x)),
    sp.sin: lambda x: mp.sin(_real(x)),
    sp.cos: lambda x: mp.cos(_real(x)),
    sp.atan: lambda x: mp.atan(_real(x)),
    sp.erf: lambda x: mp.erf(_real(x)),
    sp.LambertW: lambda x: _finite(mp.lambertw(_real(x))),
    sp.Abs: abs,
    sp.sign: _sign,
    sp.Max: _largest,
    sp.Min: _smallest,
    sp.floor: lambda x: x if isinstance(x, int) else int(mp.floor(_real(x))),
    sp.ceiling: lambda x: x if isinstance(x, int) else int(mp.ceil(_real(x))),
    sp.Mod: lambda x, y: x - y * int(mp.floor(_real(x) / _real(y))),
    sp.KroneckerDelta: lambda i, j: int(i == j),
    sp.factorial: lambda n: int(mp.factorial(n)),
    activations.sigmoid: _sigmoid,
    activations.relu: lambda z: max(z, 0),
    activations.leaky_relu: lambda z, slope: z if z > 0 else _times(slope, z),
    activations.softplus: lambda z: mp.log(1 + mp.exp(_real(z))),
    activations.silu: lambda z: _real(z) * _sigmoid(z),
    activations.normal_density: _density,
    activations.normal_cdf: _below,
    activations.gelu: lambda z: _real(z) * _below(z),
    by_slope._Sigmoid: _sigmoid,
    by_slope._Tanh: lambda z: mp.tanh(_real(z)),
}
RELATIONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: _order(left, right) == 0,
    "!=": lambda left, right: _order(left, right) != 0,
    "<": lambda left, right: _order(left, right) < 0,
    "<=": lambda left, right: _order(left, right) <= 0,
    ">": lambda left, right: _order(left, right) > 0,
    ">=": lambda left, right: _order(left, right) >= 0,
}
CONSTANTS = {sp.E: mp.e, sp.pi: mp.pi, sp.oo: mp.inf, -sp.oo: mp.ninf}


class Waves:
    """A smooth function of any arguments, each known by its place, with all its derivatives.

    A few sines, an exponential and a square of mixtures of the arguments, and each argument by
    itself with another weight: no two arguments play the same part.
    """

    def __init__(self, seed: str) -> None:
        self.seed, self.raised = seed, mpf(0)
        self._weight = cache(self._drawn)

    def _drawn(self, *place: object) -> mpf:
        return mpf(random.Random(f"{self.seed} {place}").randint(-128, 128) * 2 + 1) / 256

    def __call__(self, arguments: Mapping[object, Any], by: tuple[object, ...] = ()) -> mpf:
        """Return the value, or the derivative by the arguments in the places ``by``."""
        if any(place not in arguments for place in by):
            raise NoValueError("no such argument")
        total = mpf(0) if by else +self.raised
        for number in range(4):
            mixed = mp.fdot((self._weight(number, place), x) for place, x in arguments.items())
            slope = mpf(1)
            for place in by:
                slope *= self._weight(number, place)
            if number < 2:
                wave = mp.sin(mixed + self._weight(number, "phase") + len(by) * mp.pi / 2)
                total += slope * wave
            elif number == 2:
                total += slope * mp.exp(mixed / 4) / mpf(4) ** len(by)
            elif len(by) < 3:
                total += slope * (mixed**2, 2 * mixed, 2)[len(by)]
        if len(by) < 2:
            own = {place: self._weight("own", place) for place in arguments}
            total += own[by[0]] if by else sum((own[p] * x for p, x in arguments.items()), mpf(0))
        return total


# --- a point, and the values of expressions there ----------------------------------------------


class Point:
    """Values for letters, for entries of families and for open functions, drawn when needed."""

    def __init__(self, seed: str, longest: int = 4) -> None:
        self.seed, self.longest = seed, longest
        self.rarely = 14 if longest == 5 else longest
        self.random = random.Random(seed)
        self.letters: dict[sp.Expr, Any] = {}
        self.entries: dict[tuple[sp.Basic, tuple[int, ...]], Any] = {}
        self.functions: dict[Any, Callable[..., Any]] = {}
        self.sizes: set[sp.Basic] = set()
        self.levels: list[tuple[frozenset[Any], dict[Any, Any]]]
        """Letters that have other values for a while, and what is known as long as they do."""
        self.forget()

    def draw(self, letter: sp.Basic, small: bool = False) -> Any:
        """Return a value that the assumptions about a letter allow."""
        assumed, chance = letter.assumptions0, self.random
        if assumed.get("zero"):
            return 0
        for _ in range(100):
            if assumed.get("integer"):
                often = chance.random() < (0.85 if small else 0.5)
                rare = (-2, self.rarely) if small else (-9, 40)
                value = chance.randint(*((-2, self.longest) if often else rare))
            else:
                size = mpf(chance.randint(1, 2**20)) / 2**20 * 2 ** chance.randint(-2, 2)
                value = chance.choice((-1, 1)) * size
            if not (
                (assumed.get("positive") and value <= 0)
                or (assumed.get("nonnegative") and value < 0)
                or (assumed.get("negative") and value >= 0)
                or (assumed.get("nonpositive") and value > 0)
                or (assumed.get("nonzero") and value == 0)
                or (assumed.get("even") and value % 2)
                or (assumed.get("odd") and not value % 2)
            ):
                return value
        raise NotEvaluableError(f"no value for {letter} with {assumed}")

    def forget(self) -> None:
        """Forget what was worked out: an entry or a function is another one now."""
        self.levels = [(frozenset(), {})]

    def with_letters(self, values: Mapping[sp.Expr, Any], then: Callable[[], Any]) -> Any:
        """Give letters other values while something is done; what is drawn meanwhile stays.

        What is worked out meanwhile is forgotten if it depends on them.
        """
        before = {name: self.letters[name] for name in values if name in self.letters}
        self.levels.append((frozenset(values), {}))
        self.letters.update(values)
        try:
            return then()
        finally:
            self.levels.pop()
            for name in values:
                del self.letters[name]
            self.letters.update(before)

    def _afresh(self, then: Callable[[], Any]) -> Any:
        """Do something without what is worked out already: entries or digits are others."""
        levels = self.levels
        self.forget()
        try:
            return then()
        finally:
            self.levels = levels

    def _precisely(self, digits: int, then: Callable[[], Any]) -> Any:
        """Do something with as many digits."""
        if mp.dps == digits:
            return then()
        with mp.workdps(digits):
            return self._afresh(then)

    def value(self, expr: Any) -> Any:
        """Return the value of an expression, or whether a condition holds."""
        if isinstance(expr, sp.Symbol):
            return self._letter(expr)
        if isinstance(expr, sp.Integer | int):
            return int(expr)
        letters = _letters(expr)
        level = len(self.levels) - 1
        while level and self.levels[level][0].isdisjoint(letters):
            level -= 1  # it is known for longer than these letters keep their values
        known = self.levels[level][1]
        if (found := known.get(expr)) is None:
            found = known[expr] = self._worked_out(expr)
        return found

    def _worked_out(self, expr: Any) -> Any:
        kind = type(expr)
        if kind in FUNCTIONS:
            return FUNCTIONS[kind](*map(self.value, expr.args))
        for base in kind.__mro__:
            if method := HANDLERS.get(base):
                return method(self, expr)
        raise NotEvaluableError(f"{kind.__name__}: {expr}")

    def _number(self, expr: Any) -> Any:
        if expr.is_Rational:
            return Fraction(int(expr.p), int(expr.q))
        if expr in CONSTANTS:
            return +CONSTANTS[expr]
        if expr.is_Float:
            return mpf(str(expr))
        raise NoValueError(f"{expr} is not a number")

    def _letter(self, letter: sp.Symbol) -> Any:
        if (value := self.letters.get(letter)) is None:
            value = self.letters[letter] = self.draw(letter, small=letter in self.sizes)
        return value

    def _add(self, expr: sp.Expr) -> Any:
        total: Any = 0
        for part in expr.args:
            total = _plus(total, self.value(part))
        return _finite(total)

    def _mul(self, expr: sp.Expr) -> Any:
        total: Any = 1
        for part in expr.args:
            total = _times(total, self.value(part))
        return _finite(total)

    def _pow(self, expr: sp.Expr) -> Any:
        base, exponent = map(self.value, expr.args)
        return _power(base, exponent)

    def _written(self, expr: Any) -> Any:
        left, right = expr.args[1], expr.args[-2]
        match expr.sign:
            case "()":
                return self.value(left)
            case "neg":
                return _times(-1, self.value(right))
            case "+":
                return _plus(self.value(left), self.value(right))
            case "-":
                return _plus(self.value(left), _times(-1, self.value(right)))
            case "*":
                return _times(self.value(left), self.value(right))
            case "/":
                return _times(self.value(left), _power(self.value(right), -1))
        return _power(self.value(left), self.value(right))

    def _indexed(self, expr: sp.Expr) -> Any:
        return self.entry(expr.base.label, self.indices(expr))

    def indices(self, expr: sp.Expr) -> tuple[int, ...]:
        """Return the indices of an entry."""
        numbers = tuple(map(self.value, expr.indices))
        if not all(isinstance(number, int) for number in numbers):
            raise NoValueError(f"{expr} has an index that is not an integer")
        return numbers

    def entry(self, label: sp.Basic, indices: tuple[int, ...]) -> Any:
        """Return an entry of a family, the same one each time."""
        if (label, indices) not in self.entries:
            self.entries[label, indices] = self.draw(label, small=True)
        return self.entries[label, indices]

    def _matrix_element(self, expr: sp.Expr) -> Any:
        matrix, *place = expr.args
        row, column = map(self.value, place)
        if isinstance(matrix, sp.MatrixSymbol):
            return self.entry(sp.Symbol(matrix.name, real=True), (row, column))
        return self.matrix(matrix)[row][column]

    def _over(self, limits: Any, then: Callable[[], Any]) -> None:
        """Do something for all values of the indices, the last range outermost."""
        if not limits:
            then()
            return
        *inner, (index, low, high) = limits
        first, last = self.value(low), self.value(high)
        if not (isinstance(first, int) and isinstance(last, int)):
            raise OutsideError(f"a sum from {low} to {high}, which are not integers")
        if last - first > LONGEST_SUM:
            raise OutsideError("a sum that is too long for a witness")
        for number in range(first, last + 1):
            self.with_letters({index: number}, lambda: self._over(inner, then))

    def _sum(self, expr: sp.Expr) -> Any:
        return self._joined(expr, _plus, 0)

    def _product(self, expr: sp.Expr) -> Any:
        return self._joined(expr, _times, 1)

    def _joined(self, expr: sp.Expr, join: Callable[[Any, Any], Any], total: Any) -> Any:
        def take() -> None:
            nonlocal total
            total = join(total, self.value(expr.function))

        self._over(expr.limits, take)
        return total

    def _integral(self, expr: sp.Expr) -> Any:
        ((letter, low, high),) = expr.limits

        def height(at: mpf) -> Any:
            return self.with_letters({letter: at}, lambda: _real(self.value(expr.function)))

        def area() -> Any:
            return mp.quad(height, [self.value(low), self.value(high)])

        return self._precisely(40, area)

    def _piecewise(self, expr: sp.Expr) -> Any:
        for value, condition in expr.args:
            if self.value(condition):
                return self.value(value)
        raise NoValueError("no case of a Piecewise holds")

    def _relation(self, expr: Relational) -> bool:
        left, right = map(self.value, expr.args)
        return RELATIONS[expr.rel_op](left, right)

    def _derivative(self, expr: sp.Expr) -> Any:
        inside = max(1, _depth(expr.expr)) - 1
        slope = partial(self._slope, expr.expr, list(expr.variables), inside)
        return self._precisely(FINE_DIGITS, slope)

    def _slope(self, body: sp.Expr, variables: list[sp.Expr], inside: int) -> Any:
        """Return a derivative: the quotients to the left and to the right have to agree."""
        if not variables:
            return self.value(body)
        *inner, by = variables
        level = inside + len(inner)
        if level >= len(STEPS):
            raise NotEvaluableError(f"{len(STEPS)} derivatives at most, not {body}")
        h = STEPS[level]
        here, above, below = (
            self._moved(by, move, lambda: _real(self._slope(body, inner, inside)))
            for move in (0, h, -h)
        )
        right, left = (above - here) / h, (here - below) / h
        if not _close(right, left, mp.sqrt(h)):
            raise NoValueError("no derivative")
        return (right + left) / 2

    def _moved(self, by: sp.Expr, move: mpf, function: Callable[[], Any]) -> Any:
        if isinstance(by, sp.Indexed | sp.matrices.expressions.matexpr.MatrixElement):
            start = self.value(by)
            if isinstance(by, sp.Indexed):
                key = (by.base.label, self.indices(by))
            else:
                key = (sp.Symbol(by.args[0].name, real=True), tuple(map(self.value, by.args[1:])))
            self.entries[key] = start if move == 0 else _real(start) + move
            try:
                return self._afresh(function)
            finally:
                self.entries[key] = start
        if not by.is_Symbol:
            raise NotEvaluableError(f"a derivative by {by}")
        if by.is_integer:
            raise NoValueError(f"a derivative by {by}, which is an integer")
        start = self.value(by)
        return self.with_letters({by: start if move == 0 else _real(start) + move}, function)

    def _subs(self, expr: sp.Expr) -> Any:
        body, letters, places = expr.args
        if not all(letter.is_Symbol for letter in letters):
            raise NotEvaluableError(f"a place for what is no letter: {expr}")
        values = dict(zip(letters, map(self.value, places), strict=True))
        return self.with_letters(values, partial(self.value, body))

    def _limit(self, expr: sp.Limit) -> Any:
        body, letter, target, direction = expr.args
        end = self.value(target)

        def at(place: mpf) -> Any:
            return self.with_letters({letter: place}, lambda: _real(self.value(body)))

        if mp.isinf(_real(end)):
            return self._precisely(FINE_DIGITS, lambda: _far_out(lambda t: at(_sign(end) * t)))
        sides = {"+": (1,), "-": (-1,)}.get(str(direction), (1, -1))

        def near() -> list[Any]:
            closer = [mpf(10) ** -60, mpf(10) ** -80]
            return [at(_real(end) + side * h) for side in sides for h in closer]

        ends = self._precisely(FINE_DIGITS, near)
        if not all(_close(other, ends[0], ROUGH) for other in ends):
            raise NoValueError("the two sides differ, or there is no limit")
        return ends[-1]

    def _lambda(self, formula: sp.Lambda, inputs: tuple[Any, ...]) -> Any:
        values = dict(zip(formula.variables, inputs, strict=True))
        return self.with_letters(values, partial(self.value, formula.expr))

    def _quantity(self, expr: Quantity) -> Any:
        _, formula, *inputs = expr.args
        return self._lambda(formula, tuple(map(self.value, inputs)))

    def _named(self, expr: Named) -> Any:
        return self.value(_meaning(expr))

    def _function(self, name: Any) -> Callable[..., Any]:
        return self.functions.setdefault(name, Waves(f"{self.seed} {name}"))

    def _applied(self, expr: AppliedUndef) -> Any:
        function = self._function((expr.func.__name__, len(expr.args)))
        found = function(dict(enumerate(map(_real, map(self.value, expr.args)))))
        if expr.is_positive:
            return mp.exp(found / 4)
        if expr.is_nonnegative:
            return found**2
        if expr.is_negative or expr.is_integer:
            raise NotEvaluableError(f"an open function with the assumptions of {expr}")
        return found

    def _open_slope(self, expr: by_slope.g) -> Any:
        z, order = map(self.value, expr.args)
        return self._function("g")({0: _real(z)}, (0,) * order)

    def _open_family(self, expr: Any) -> Any:
        """Evaluate an open function of a family of any length, or a derivative of it."""
        names, places, single, member, *limits = expr.args
        arguments: dict[object, Any] = {}
        for number, argument in enumerate(single, start=1):
            arguments[number] = _real(self.value(argument))
        order = [limit[0] for limit in limits]

        def read() -> None:
            cell = tuple(self.letters[index] for index in order)
            arguments[cell] = _real(self.value(member))

        if limits:
            self._over(limits, read)
        by = tuple(
            tuple(map(self.value, place)) if isinstance(place, sp.Tuple) else int(place)
            for place in places
        )
        return self._function(("family", str(names[0])))(arguments, by)

    def _mean(self, expr: initialization.E) -> Any:
        """Average over all signs of the weights, and a few drawn values of the rest."""
        body = expr.args[0]
        square = isinstance(expr, initialization.Var)
        v = self.value(initialization.v)
        families = [initialization.w.label, initialization.a.label, initialization.delta.label]
        low, high = -self.longest - 2, self.longest + 3
        cells = [i for i in range(low, high)]
        outcomes = []
        before = dict(self.entries)
        used = self._read(body, families, cells)
        weights = [key for key in used if key[0] == families[0]]
        others = [key for key in used if key[0] != families[0]]
        samples = [
            {key: self._sample(key, case) for key in others} for case in range(3 if others else 1)
        ]
        for signs in product((-1, 1), repeat=len(weights)):
            sides = {k: s * mp.sqrt(_real(v)) for k, s in zip(weights, signs, strict=True)}
            for sample in samples:
                self.entries.update({**sides, **sample})
                outcomes.append(self._afresh(lambda: _real(self.value(body))))
        self.entries = before
        mean = mp.fsum(outcomes) / len(outcomes)
        return mp.fsum((x - mean) ** 2 for x in outcomes) / len(outcomes) if square else mean

    def _read(self, body: sp.Expr, families: list[Any], cells: list[int]) -> list[Any]:
        """Return the entries of some families that the value of an expression depends on."""
        before = dict(self.entries)
        self.entries = {k: v for k, v in self.entries.items() if k[0] not in families}
        self._afresh(partial(self.value, body))
        used = [key for key in self.entries if key[0] in families]
        self.entries = before
        return used

    def _sample(self, key: Any, case: int) -> mpf:
        return mpf(random.Random(f"{self.seed} {key} {case}").randint(-256, 256)) / 128

    def matrix(self, expr: Any) -> list[list[Any]]:
        """Return the entries of a matrix, row by row."""
        if isinstance(expr, sp.MatrixBase):
            rows = range(expr.rows)
            return [[self.value(expr[r, c]) for c in range(expr.cols)] for r in rows]
        if isinstance(expr, sp.MatAdd | sp.HadamardProduct):
            join = _plus if isinstance(expr, sp.MatAdd) else _times
            first, *rest = map(self.matrix, expr.args)
            for other in rest:
                first = _entrywise(join, first, other)
            return first
        if isinstance(expr, sp.MatMul):
            scale: Any = 1
            total: list[list[Any]] | None = None
            for factor in expr.args:
                if getattr(factor, "is_Matrix", False):
                    right = self.matrix(factor)
                    total = right if total is None else _matrix_product(total, right)
                else:
                    scale = _times(scale, self.value(factor))
            return [[_times(scale, x) for x in row] for row in total or []]
        if isinstance(expr, sp.Transpose):
            return [list(row) for row in zip(*self.matrix(expr.arg), strict=True)]
        rows, columns = map(self.value, expr.shape)
        if isinstance(expr, sp.MatrixSymbol):
            label = sp.Symbol(expr.name, real=True)
            return [[self.entry(label, (r, c)) for c in range(columns)] for r in range(rows)]
        known = {sp.Identity: lambda r, c: int(r == c), sp.ZeroMatrix: lambda r, c: 0}
        if type(expr) in known:
            return [[known[type(expr)](r, c) for c in range(columns)] for r in range(rows)]
        if not isinstance(expr, Gradient | Jacobian):
            raise NotEvaluableError(f"{type(expr).__name__}: {expr}")
        return [[self.value(x) for x in row] for row in _partials(expr)]


def _entrywise(join: Callable[..., Any], left: list[list[Any]], right: list[list[Any]]) -> Any:
    if (len(left), len(left[0])) != (len(right), len(right[0])):
        raise NoValueError("matrices of different shapes")
    return [
        [join(x, y) for x, y in zip(a, b, strict=True)] for a, b in zip(left, right, strict=True)
    ]


def _matrix_product(left: list[list[Any]], right: list[list[Any]]) -> list[list[Any]]:
    if len(left[0]) != len(right):
        raise NoValueError("matrices that do not fit")
    result = []
    for row in left:
        cells = []
        for column in zip(*right, strict=True):
            total: Any = 0
            for x, y in zip(row, column, strict=True):
                total = _plus(total, _times(x, y))
            cells.append(total)
        result.append(cells)
    return result


def _opened(expr: Any) -> bool:
    """Return whether an expression is a name that is read by its definition."""
    known = isinstance(expr, Quantity) or type(expr) in FUNCTIONS
    return isinstance(expr, Named) and not known


@cache
def _letters(expr: Any) -> frozenset[sp.Basic]:
    """Return the letters that the value of an expression may depend on."""
    if isinstance(expr, sp.Symbol):
        return frozenset([expr])
    parts = [*getattr(expr, "args", ())]
    if isinstance(expr, initialization.E):
        parts.append(initialization.v)
    elif _opened(expr):
        parts.append(_meaning(expr))
    return frozenset().union(*map(_letters, parts))


@cache
def _depth(body: sp.Expr) -> int:
    """Return how many derivatives stand in one another in an expression."""
    parts = body.atoms(sp.Derivative)
    return max((0, *(len(part.variables) + _depth(part.expr) for part in parts)))


@cache
def _meaning(name: Named) -> sp.Expr:
    return name.definition(*name.args)


@cache
def _partials(derivative: Gradient | Jacobian) -> list[list[sp.Expr]]:
    first, second, _ = derivative.args
    if isinstance(derivative, Jacobian):
        return [[sp.Derivative(top, bottom) for bottom in second] for top in first]
    rows, columns = map(range, second.shape)
    return [[sp.Derivative(first, second[r, c]) for c in columns] for r in rows]


def _far_out(at: Callable[[mpf], Any]) -> Any:
    """Return the limit for t to infinity of what tends to it like e^-t, t^-n or the like."""
    near, far = at(mpf(400)), at(mpf(500))
    if _close(near, far, ROUGH):
        return far
    # an expansion in 1/t: the combination of values in which the first powers cancel
    orders = 24
    rows = [at(mpf(16) * 2**k) for k in range(orders)]
    for order in count(1):
        if len(rows) == 2:
            break
        rows = [(2**order * b - a) / (2**order - 1) for a, b in pairwise(rows)]
        if _close(rows[-1], rows[-2], ROUGH):
            return rows[-1]
    huge, larger = at(mpf(10) ** 60), at(mpf(10) ** 80)
    if _close(huge, larger, ROUGH):
        return larger
    if abs(larger) > 10**10 and abs(larger) > abs(huge) > abs(far):
        return mp.inf * _sign(larger)
    raise NoValueError("no limit is in sight")


HANDLERS: dict[type, Callable[[Point, Any], Any]] = {
    sp.Number: Point._number,
    sp.NumberSymbol: Point._number,
    type(sp.oo): Point._number,
    sp.Add: Point._add,
    sp.Mul: Point._mul,
    sp.Pow: Point._pow,
    written.Written: Point._written,
    sp.Indexed: Point._indexed,
    sp.matrices.expressions.matexpr.MatrixElement: Point._matrix_element,
    sp.Sum: Point._sum,
    sp.Product: Point._product,
    sp.Integral: Point._integral,
    sp.Piecewise: Point._piecewise,
    Relational: Point._relation,
    sp.And: lambda point, expr: all(map(point.value, expr.args)),
    sp.Or: lambda point, expr: any(map(point.value, expr.args)),
    sp.Not: lambda point, expr: not point.value(expr.args[0]),
    type(sp.true): lambda point, expr: True,
    type(sp.false): lambda point, expr: False,
    sp.Derivative: Point._derivative,
    sp.Subs: Point._subs,
    sp.Limit: Point._limit,
    Quantity: Point._quantity,
    initialization.E: Point._mean,
    Named: Point._named,
    AppliedUndef: Point._applied,
    by_slope.g: Point._open_slope,
    OpenFunction: Point._open_family,
}


# --- claims ------------------------------------------------------------------------------------


def _close(left: Any, right: Any, tolerance: mpf = TOLERANCE) -> bool:
    if left == right:
        return True
    left, right = _real(left), _real(right)
    if mp.isinf(left) or mp.isinf(right):
        return False
    return bool(abs(left - right) <= tolerance * (1 + abs(left) + abs(right)))


COMPARISONS: Mapping[str, Callable[[Any, Any, mpf], bool]] = {
    "=": _close,
    "<=": lambda x, y, about: _order(x, y) < 0 or _close(x, y, about),
    ">=": lambda x, y, about: _order(x, y) > 0 or _close(x, y, about),
    "<": lambda x, y, about: _order(x, y) < 0 and not _close(x, y, about),
    ">": lambda x, y, about: _order(x, y) > 0 and not _close(x, y, about),
}


def confirm(
    left: Any,
    right: Any,
    relation: str = "=",
    where: Any = sp.true,
    given: Mapping[sp.Expr, Any] | None = None,
    points: int = POINTS,
    seed: str = "0",
) -> Verdict:
    """Return whether ``left relation right`` holds at random points that its conditions allow."""
    given = dict(given or {})
    left, right = map(_fixed, (left, right))
    parts = [left, right, where, *given, *given.values()]
    sizes, depth = _sizes(parts)
    for name, value in given.items():
        sizes |= value.free_symbols if name in sizes else set()
    longest = {0: 5, 1: 5, 2: 4, 3: 3}.get(depth, 2)
    approached = any(hasattr(side, "has") and side.has(sp.Limit, sp.Integral) for side in parts)
    tolerance = ROUGH if approached else TOLERANCE
    held = 0
    reason = ""
    for attempt in range(TRIES):
        if held == points:
            return Verdict(held)
        if attempt > 400 and not held:
            break
        point = Point(f"{seed} {attempt}", longest)
        point.sizes = sizes
        with mp.workdps(DIGITS):
            try:
                if not _admissible(point, where, given):
                    continue
                values = [_side(point, side) for side in (left, right)]
            except NotEvaluableError as unknown:
                return Verdict(held, f"not evaluable: {unknown}")
            undefined = [value for value in values if isinstance(value, NoValueError)]
            if len(undefined) == 2 or any(isinstance(x, OutsideError) for x in undefined):
                reason = str(undefined[0])
                continue
            if fault := _fault(values[0], values[1], relation, tolerance):
                return Verdict(held, f"at {_place(point)}: {fault}")
            held += 1
    return Verdict(held, f"{held} admissible points only; {reason}".rstrip("; "))


def _fixed(term: Any) -> Any:
    return term.as_immutable() if isinstance(term, sp.MatrixBase) else term


def _side(point: Point, term: Any) -> Any:
    try:
        return point.matrix(term) if getattr(term, "is_Matrix", False) else point.value(term)
    except NoValueError as reason:
        return reason


def _fault(left: Any, right: Any, relation: str, tolerance: mpf = TOLERANCE) -> str:
    """Return in words why two values are not in a relation; "" if they are."""
    if isinstance(left, list) != isinstance(right, list):
        return "a matrix and a number"
    if not isinstance(left, list):
        left, right = [[left]], [[right]]
    if [len(row) for row in left] != [len(row) for row in right]:
        return "matrices of different shapes"
    for row, (ours, theirs) in enumerate(zip(left, right, strict=True), start=1):
        for column, (x, y) in enumerate(zip(ours, theirs, strict=True), start=1):
            one_sided = isinstance(x, NoValueError) or isinstance(y, NoValueError)
            if one_sided or not COMPARISONS[relation](x, y, tolerance):
                return f"{_short(x)} {relation} {_short(y)} does not hold ({row}, {column})"
    return ""


def _short(value: Any) -> str:
    return str(value) if isinstance(value, NoValueError) else mp.nstr(_real(value), 8)


def _place(point: Point) -> str:
    letters = [f"{name} = {_short(value)}" for name, value in point.letters.items()]
    entries = [f"{x}{list(i)} = {_short(value)}" for (x, i), value in point.entries.items()]
    return ", ".join([*letters, *entries][:12])


def _admissible(point: Point, where: Any, given: Mapping[sp.Expr, Any]) -> bool:
    """Draw the letters, give those that are given their values, and test the conditions."""
    for name in given:
        if name.is_Symbol and name in point.letters:
            return False
    try:
        for name, value in reversed(given.items()):
            if not _make(point, name, value):
                return False
        for equation in _conjuncts(where):
            if isinstance(equation, sp.Eq) and not _make(point, *equation.args):
                return False
        return all(map(point.value, _conjuncts(where)))
    except NoValueError:
        return False


def _conjuncts(where: Any) -> tuple[Any, ...]:
    return where.args if isinstance(where, sp.And) else (where,)


def _make(point: Point, name: sp.Expr, wanted: Any) -> bool:
    """Arrange that an expression has a value; return whether that could be done."""
    value = point.value(wanted)
    if name.is_Symbol and name not in point.letters:
        point.letters[name] = value
        return _allowed(name, value)
    if isinstance(name, sp.Indexed) and (name.base.label, point.indices(name)) not in point.entries:
        point.entries[name.base.label, point.indices(name)] = value
        return _allowed(name.base.label, value)
    if isinstance(name, by_slope.g) and name.args[1] == 0:
        point._function("g").raised += _real(value) - _real(point.value(name))
        point.forget()
    if _close(point.value(name), value):
        return True
    letters = sorted(name.free_symbols & set(point.letters), key=str)
    slots = [(point.letters, x, x) for x in letters if not x.is_integer]
    for family in sorted(map(str, name.atoms(sp.IndexedBase))):
        slots += [(point.entries, e, e[0]) for e in point.entries if str(e[0]) == family]
    point.random.shuffle(slots)
    for table, key, label in slots:
        start = table[key]

        def gap(x: mpf, table: Any = table, key: Any = key) -> Any:
            table[key] = x
            point.forget()
            return _real(point.value(name)) - _real(point.value(wanted))

        try:
            table[key] = mp.findroot(gap, _real(start), tol=mpf(10) ** -110)
        except (ValueError, ZeroDivisionError, NoValueError):
            table[key] = start
            continue
        if _allowed(label, table[key]) and _close(point.value(name), point.value(wanted)):
            return True
        table[key] = start
    point.forget()
    return False


def _allowed(letter: sp.Basic, value: Any) -> bool:
    assumed = letter.assumptions0
    return not (
        (assumed.get("integer") and not isinstance(value, int))
        or (assumed.get("positive") and value <= 0)
        or (assumed.get("nonnegative") and value < 0)
        or (assumed.get("negative") and value >= 0)
        or (assumed.get("nonpositive") and value > 0)
        or (assumed.get("nonzero") and value == 0)
    )


def _sizes(parts: list[Any]) -> tuple[set[Any], int]:
    """Return the letters that ends of ranges and indices depend on, and how deep sums nest."""
    sizes: set[Any] = set()
    deepest = 0
    walked: set[tuple[Any, int]] = set()

    def walk(node: Any, depth: int) -> None:
        nonlocal deepest
        if (node, depth) in walked:
            return
        walked.add((node, depth))
        deepest = max(deepest, depth)
        if _opened(node):
            if not isinstance(node, initialization.E):
                walk(_meaning(node), depth)
                return
            depth += 1
        if isinstance(node, sp.Sum | sp.Product):
            for _, low, high in node.limits:
                sizes.update(low.free_symbols | high.free_symbols)
            depth += len(node.limits)
        elif isinstance(node, OpenFunction):
            for _, low, high in node.args[4:]:
                sizes.update(low.free_symbols | high.free_symbols)
            depth += len(node.args) - 4
        elif isinstance(node, sp.Indexed):
            sizes.update(*(i.free_symbols for i in node.indices))
        for child in getattr(node, "args", ()):
            walk(child, depth)
        if isinstance(node, Quantity):
            _, formula, *inputs = node.args
            for slot, letter in zip(formula.variables, inputs, strict=True):
                sizes.update(letter.free_symbols if slot in sizes else ())

    for part in parts:
        walk(part, 0)
    return sizes, deepest


def confirm_refutation(refutation: Any, claim: Any, truth: Any, conditions: Any) -> Verdict:
    """Return whether two sides differ as a refutation says, at the point that it shows.

    Where it leaves a function open, which no page can show in full, they have to differ at a
    random point.
    """
    where, given = conditions.get("where", sp.true), conditions.get("given") or {}
    if any(side.has(by_slope.BySlope, OpenFunction) for side in (claim, truth)):
        verdict = confirm(claim, truth, "=", where, given)
        if " = " in verdict.fault and "does not hold" in verdict.fault:
            return Verdict(POINTS)
        return Verdict(0, f"no difference was found; {verdict.fault}")
    found = refutation.counterexample
    with mp.workdps(DIGITS):
        point = _at(found.point)
        try:
            if not all(map(point.value, _conjuncts(where))):
                return Verdict(0, f"{where} does not hold at {_place(point)}")
            sides = [_side(point, _fixed(side)) for side in (claim, truth)]
        except NotEvaluableError as unknown:
            return Verdict(0, f"not evaluable: {unknown}")
        pairs = [sides]
        if all(isinstance(side, list) for side in sides):
            pairs = list(zip(*(chain.from_iterable(side) for side in sides), strict=True))
        shown = (found.left, found.right)
        if not any(all(map(_as_shown, pair, shown)) for pair in pairs):
            return Verdict(0, f"{shown} is shown, {[list(map(_short, p)) for p in pairs]} is right")
        if all(isinstance(x, NoValueError) for x in pairs[0]) or not _fault(
            *shown_values(shown), "="
        ):
            return Verdict(0, f"no difference at {_place(point)}")
    return Verdict(POINTS)


def _at(place: Mapping[sp.Expr, Any]) -> Point:
    point = Point("shown")
    for name, value in place.items():
        if isinstance(name, AppliedUndef):
            key = (type(name).__name__, len(name.args))
            point.functions[key] = _shown_function(name.args, value)
        elif isinstance(name, sp.Indexed):
            point.entries[name.base.label, point.indices(name)] = point.value(value)
        elif name.is_Symbol:
            point.letters[name] = point.value(value)
    return point


def _shown_function(slots: tuple[sp.Expr, ...], formula: sp.Expr) -> Callable[..., Any]:
    def function(arguments: Mapping[object, Any]) -> Any:
        point = Point("function")
        point.letters.update(zip(slots, arguments.values(), strict=True))
        return _real(point.value(formula))

    return function


def shown_values(shown: tuple[Any, Any]) -> list[Any]:
    """Return the two values that a refutation shows; text stands for none."""
    return [NoValueError(x) if isinstance(x, str) else mpf(str(sp.N(x, 30))) for x in shown]


def _as_shown(value: Any, shown: Any) -> bool:
    if isinstance(shown, str) or isinstance(value, NoValueError):
        return isinstance(shown, str) and isinstance(value, NoValueError)
    return _close(value, mpf(str(sp.N(shown, 30))), mpf(10) ** -15)
