"""Tables show words as words and expressions as formulas."""

import pytest
from sympy import Float, Symbol

from backprop.symbolic.table import Table

x = Symbol("x", real=True)


def test_an_expression_becomes_a_formula_and_a_text_stays():
    written = Table(["name", "formula"], [["square", x**2]])._repr_markdown_()
    assert written == "| name | formula |\n| --- | --- |\n| square | $\\displaystyle x^{2}$ |"


def test_a_bar_in_a_formula_does_not_end_its_cell():
    written = Table(["size"], [[abs(x)]])._repr_markdown_()
    assert written.splitlines()[-1].count("|") == 2


def test_a_float_is_rounded_to_four_digits():
    assert "0.3333$" in Table(["third"], [[Float(1) / 3]])._repr_markdown_()


def test_a_terminal_shows_the_cells_as_text():
    assert repr(Table(["name", "formula"], [["square", x**2]])) == "name | formula\nsquare | x**2"


def test_a_row_of_another_length_is_a_value_error():
    with pytest.raises(ValueError, match=r"^row .* must have 2 cells"):
        Table(["name", "formula"], [["square"]])
