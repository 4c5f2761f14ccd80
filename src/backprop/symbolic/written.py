"""Terms in the order in which they were typed.

SymPy sorts what it builds, and simplifies a little: ``2*x + h`` turns into ``h + 2*x``, and
``exp(x)*exp(x)`` into ``exp(2*x)``. A page shows a line as its author wrote it. `written` finds
the call in the source, builds its argument once more without sorting, and returns that only if
SymPy makes the same term of it: what is shown is what is proved. A name stands for what was
assigned to it in the same file, or in a cell of the same notebook.
"""

import ast
import linecache
import operator
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from types import FrameType
from typing import Any, ClassVar

import sympy as sp
from sympy import Basic, Expr, Integer, Limit, Product, Sum
from sympy.core.symbol import Str
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from backprop.symbolic.brackets import operates

ADD, MUL, POW, ATOM = (PRECEDENCE[kind] for kind in ("Add", "Mul", "Pow", "Atom"))
FRACTION = MUL + 1
"""A fraction needs brackets under a power only."""

SIGNS: Mapping[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"
}  # fmt: skip
OPERATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}
BRACKETED = (Sum, Product, Limit)
"""What shows a sum that it holds in brackets, if it knows it for one."""


class Written(Expr):  # type: ignore[misc]
    """An operation on terms, shown as it was typed; `value` is what SymPy makes of it."""

    is_commutative = True
    levels: ClassVar[Mapping[str, int]] = {
        "+": ADD, "-": ADD, "neg": ADD, "*": MUL, "/": FRACTION, "**": POW, "()": ATOM
    }  # fmt: skip

    def __new__(cls, sign: str, *terms: Expr, value: Expr | None = None) -> "Written":
        """Keep the sign, the terms on its two sides, and, last, the value."""
        parts = terms if value is None else (*terms, value)  # SymPy rebuilds from all of them
        node: Written = super().__new__(cls, Str(str(sign)), *parts)
        return node

    @property
    def sign(self) -> str:
        """How the terms are joined."""
        return str(self.args[0].name)

    @property
    def value(self) -> Expr:
        """What SymPy makes of it."""
        return self.args[-1]

    @property
    def precedence(self) -> int:
        """How strongly it binds, on SymPy's scale."""
        return self.levels[self.sign]

    def _eval_is_real(self) -> bool | None:
        return self.value.is_real  # type: ignore[no-any-return]

    def _eval_is_integer(self) -> bool | None:
        return self.value.is_integer  # type: ignore[no-any-return]

    def _latex(self, printer: LatexPrinter) -> str:
        left, right = (self.args[1], self.args[-2])
        at, above = printer.parenthesize, {"strict": True}
        match self.sign:
            case "()":
                return rf"\left({printer.doprint(left)}\right)"
            case "neg":
                return f"- {at(right, MUL, **above)}"
            case "+":
                return f"{printer.doprint(left)} + {at(right, ADD)}"
            case "-":
                return f"{printer.doprint(left)} - {_inner(at(right, MUL, **above))}"
            case "/":
                return rf"\frac{{{printer.doprint(left)}}}{{{printer.doprint(right)}}}"
            case "**":
                return rf"{at(left, POW)}^{{{printer.doprint(right)}}}"
        first = at(left, MUL, **above)
        second = _inner(at(right, MUL, **above))
        return rf"{first} \cdot {second}" if second[0].isdigit() else f"{first} {second}"

    def _sympystr(self, printer: StrPrinter) -> str:
        left, right = (self.args[1], self.args[-2])
        at = printer.parenthesize
        match self.sign:
            case "()":
                return str(printer.doprint(left))
            case "neg":
                return f"-{at(right, MUL, strict=True)}"
            case "+" | "-":
                return f"{printer.doprint(left)} {self.sign} {at(right, ADD)}"
            case "**":
                return f"{at(left, POW)}**{at(right, POW)}"
        return f"{at(left, MUL, strict=True)}{self.sign}{at(right, FRACTION)}"


def _inner(text: str, opening: str = r"\left(", closing: str = r"\right)") -> str:
    """Put in brackets what starts with a minus and does not stand first."""
    return f"{opening}{text}{closing}" if text.startswith("-") else text


def written(value: Basic, name: str, place: int, frame: FrameType) -> Basic:
    """Return ``value``, an argument of the call that ``frame`` is at, as it was typed.

    The argument has a name and a place among the positional ones. Where there is no source to
    look at, or SymPy would make something else of what stands there, ``value`` is returned.
    """
    call = _call(frame)
    node = next((word.value for word in call.keywords if word.arg == name), None) if call else None
    if call and node is None and len(call.args) > place:
        node = call.args[place]
    if node is None:
        return value
    scope = {**frame.f_globals, **frame.f_locals}
    return _if_equal(_Reader(frame, scope), node, value)


def valued(term: Basic) -> Basic:
    """Return a term with every operation carried out as SymPy does it."""
    return term.xreplace({part: part.value for part in term.atoms(Written)})


def _if_equal(reader: "_Reader", node: ast.expr, value: Basic) -> Basic:
    try:
        shown = reader.visit(node)
        return shown if isinstance(shown, Basic) and valued(shown) == value else value
    except Exception:  # whatever the second reading stumbles on, the first one stands
        return value


class _Reader(ast.NodeVisitor):
    """Builds the term that an expression stands for, without sorting."""

    def __init__(self, frame: FrameType, scope: dict[str, Any]) -> None:
        self.frame, self.scope = frame, scope

    def generic_visit(self, node: ast.AST) -> Any:
        code = compile(ast.Expression(node), "<written>", "eval")  # type: ignore[arg-type]
        return eval(code, self.scope)

    def visit_Constant(self, node: ast.Constant) -> Any:
        return Integer(node.value) if type(node.value) is int else node.value

    def visit_Name(self, node: ast.Name) -> Any:
        value = self.scope[node.id]
        if not isinstance(value, Basic) or not value.args:
            return value
        typed = next(_assigned(self.frame, node), None)
        return _if_equal(self, typed, value) if typed else value

    def visit_Tuple(self, node: ast.Tuple) -> Any:
        return tuple(map(self.visit, node.elts))

    def visit_List(self, node: ast.List) -> Any:
        return list(map(self.visit, node.elts))

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        return self.generic_visit(node.value)[self.visit(node.slice)]

    def visit_Call(self, node: ast.Call) -> Any:
        function = self.generic_visit(node.func)
        if not (_builds_terms(function) and isinstance(node.func, ast.Name)):
            return self.generic_visit(node)
        words = {word.arg: self.visit(word.value) for word in node.keywords if word.arg}
        terms: list[Any] = list(chain.from_iterable(map(self._terms, node.args)))
        if function in BRACKETED and getattr(terms[0], "precedence", ATOM) == ADD:
            terms[0] = Written("()", terms[0], value=valued(terms[0]))
        return function(*terms, **words)

    def _terms(self, node: ast.expr) -> Iterable[Any]:
        if isinstance(node, ast.Starred):
            return tuple(self.generic_visit(node.value))
        return [self.visit(node)]

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        term = self.visit(node.operand)
        if not (isinstance(node.op, ast.USub) and isinstance(term, Expr)):
            return self.generic_visit(node)
        return -term if term.is_Number else Written("neg", term, value=-valued(term))

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        left, right = self.visit(node.left), self.visit(node.right)
        sign = SIGNS.get(type(node.op))
        if sign is None or not (isinstance(left, Expr) and isinstance(right, Expr)):
            return self.generic_visit(node)
        value = OPERATIONS[sign](valued(left), valued(right))
        if sign == "**" and not str(right).startswith("-"):
            return sp.Pow(left, right, evaluate=False)
        if sign == "/" and left.is_Integer and right.is_Integer:
            return value
        if sign in "*/" and (positive := _opposite(left)) is not None:  # -x*y means (-x)*y
            body = self._joined(sign, positive, right)
            return Written("neg", body, value=value)
        return self._joined(sign, left, right)

    @staticmethod
    def _joined(sign: str, left: Expr, right: Expr) -> Written:
        value = OPERATIONS[sign](valued(left), valued(right))
        return Written(sign, _bounded(left) if sign == "*" else left, right, value=value)


def _opposite(term: Expr) -> Expr | None:
    """Return what stands behind a minus sign, if a term begins with one."""
    if isinstance(term, Written):
        return term.args[1] if term.sign == "neg" else None
    return -term if term.is_Number and term.is_negative else None


def _bounded(term: Expr) -> Expr:
    """Put in brackets what would seem to act on all that follows it."""
    if isinstance(term, Written):
        joined = term.sign == "*" and (last := term.args[2]) != _bounded(term.args[2])
        return Written("*", term.args[1], _bounded(last), value=term.value) if joined else term
    acts = isinstance(term, BRACKETED) or operates(term)
    return Written("()", term, value=valued(term)) if acts else term


def _builds_terms(function: object) -> bool:
    return (isinstance(function, type) and issubclass(function, Basic)) or function is sp.sqrt


def _call(frame: FrameType) -> ast.Call | None:
    """Return the call that a frame is at; two calls never end at the same place."""
    code = frame.f_code
    _, line, _, column = list(code.co_positions())[frame.f_lasti // 2]
    for node in ast.walk(_tree(code.co_filename, _source(code.co_filename))):
        if isinstance(node, ast.Call) and (node.end_lineno, node.end_col_offset) == (line, column):
            return node
    return None


def _assigned(frame: FrameType, name: ast.Name) -> Iterator[ast.expr]:
    """Yield what was assigned to a name, the latest first, in this source and earlier cells."""
    here = frame.f_code.co_filename
    files = [here]
    if not os.path.exists(here):  # a cell; those of one notebook lie in one folder
        folder = os.path.dirname(here)
        files += [f for f in reversed(list(linecache.cache)) if os.path.dirname(f) == folder]
    for file in files:
        for node in reversed(_tree(file, _source(file)).body):
            before = file != here or (node.end_lineno or 0) < frame.f_lineno
            if before and isinstance(node, ast.Assign) and _names(node) == name.id:
                yield node.value


def _names(node: ast.Assign) -> str:
    target = node.targets[0]
    return target.id if len(node.targets) == 1 and isinstance(target, ast.Name) else ""


def _source(file: str) -> str:
    return "".join(linecache.getlines(file))


@cache
def _tree(file: str, source: str) -> ast.Module:
    try:
        return ast.parse(source, file)
    except SyntaxError:  # magics
        return ast.Module([], [])
