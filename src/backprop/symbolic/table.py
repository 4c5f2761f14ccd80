"""A table of words and formulas, as the pages show it and as a terminal does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sympy import Basic, Float

from backprop.symbolic.printing import latex

Cell: TypeAlias = str | Basic


@dataclass(frozen=True, repr=False)
class Table:
    """Rows under headings: texts as they stand, expressions as formulas, floats to four digits.

    Raises ValueError for a row that has not one cell for each heading.
    """

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def __post_init__(self) -> None:
        """Check the length of the rows."""
        for row in self.rows:
            if len(row) != len(self.headings):
                raise ValueError(f"row {row} must have {len(self.headings)} cells")

    def _repr_markdown_(self) -> str:
        rule = ["---"] * len(self.headings)
        rows = [[_markdown(cell) for cell in row] for row in self.rows]
        return "\n".join(f"| {' | '.join(row)} |" for row in [self.headings, rule, *rows])

    def __repr__(self) -> str:
        """Return the cells as text, those of a row separated by bars."""
        return "\n".join(" | ".join(map(str, row)) for row in [self.headings, *self.rows])


def _markdown(cell: Cell) -> str:
    if not isinstance(cell, str):
        cell = (
            rf"$\displaystyle {latex(cell.xreplace({x: x.evalf(4) for x in cell.atoms(Float)}))}$"
        )
    return cell.replace("|", r"\vert ")
