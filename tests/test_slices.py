"""A slice holds the statements that a proof needs, and no others."""

import ast

from _ext.live.imports import Imports
from _ext.slices import before, needed


def sliced(*cells):
    return [[ast.unparse(node) for node in nodes] for nodes in needed(cells)]


def test_what_a_proof_uses_is_kept_and_the_rest_is_dropped():
    cells = ("x = symbols('x')\nepochs = 3", "train(epochs)", "Derivation(x).step(x, because='so')")
    assert sliced(*cells) == [["x = symbols('x')"], [], ["Derivation(x).step(x, because='so')"]]


def test_only_the_last_meaning_of_a_name_is_kept():
    assert sliced("y = 1\ny = 2\nDerivation(y)") == [["y = 2", "Derivation(y)"]]


def test_changes_to_a_name_are_kept_with_what_they_use():
    cells = ("rows = []\nk = 2", "rows.append(k)", "Derivation(rows[0])")
    assert sliced(*cells) == [["rows = []", "k = 2"], ["rows.append(k)"], ["Derivation(rows[0])"]]


def test_a_function_of_a_module_changes_nothing():
    assert sliced("import numpy as np\nnp.seterr()\nDerivation(np.pi)") == [
        ["import numpy as np", "Derivation(np.pi)"]
    ]


def test_a_derivation_without_a_name_changes_nothing_for_others():
    cells = ["Derivation(1).step(1, because='so')", "proof = Derivation(2)"]
    assert [len(nodes) for nodes in before(cells)] == [0, 1]


def test_what_a_function_uses_is_kept_although_it_is_defined_later():
    cells = ("def f():\n    return c", "c = 4", "Derivation(f())")
    assert sliced(*cells) == [["def f():\n    return c"], ["c = 4"], ["Derivation(f())"]]


def test_another_part_can_be_wanted():
    wanted = needed(["a = 1", "b = 2\nshow(a)"], lambda node: "show" in ast.unparse(node))
    assert [[ast.unparse(node) for node in nodes] for nodes in wanted] == [["a = 1"], ["show(a)"]]


def test_of_the_last_cell_all_is_kept_and_of_the_others_what_it_needs():
    cells = ("x = 1\ny = 2", "proof.step(x)", "show(y)\nz = 3")
    assert [[ast.unparse(node) for node in nodes] for nodes in before(cells)] == [
        ["y = 2"],
        [],
        ["show(y)", "z = 3"],
    ]


def test_what_needs_arrays_is_seen_through_the_modules_that_cells_import(root):
    imports = Imports(root / "src")
    proof = "from backprop.symbolic.network import NetworkFormula\nNetworkFormula"
    assert imports.needs_no_arrays(["import numpy as np\nx = np.pi", proof])
    assert not imports.needs_no_arrays(["import numpy as np\nx = np.pi", "x"])
    assert not imports.needs_no_arrays(["from backprop import activations", "activations.tanh"])
    assert not imports.needs_no_arrays(["%timeit x"])
