"""Each name that stands for an expression on a page is stated on a page.

A derivation that starts from a name proves nothing if the name stands for its own right-hand side:
the engine refuses such a start (tests/test_open_function.py). Here are all names that the chapters
give to expressions, each with the place that says what it means.
"""

import ast
import re
from pathlib import Path

import jupytext

CHAPTERS = sorted(Path(__file__).parents[1].glob("chapters/*.md"))

STATED = {
    "00-in-one-sitting": {"'p'": "here $p = x + y$", "'q'": "$p = xy$ and $q = e^x$"},
    "01-calculus": {
        "L: loss": r"Take $L = c^\top z = c_1 z_1 + c_2 z_2$",
        "z: W * X": "the Jacobian of $z = Wx$",
        "L: saddle": "as $L = u^2 - v^2$",
        "L: gap.dot(gap)": r"Let $L = \lvert Wx - y \rvert^2$",
    },
    "03-activations": {"p: [softmax(1, scores, 2), softmax(2, scores, 2)]": "def-softmax"},
    "05-one-neuron": {
        "J: J": "def-line-cost",
        "J: saddle": "Take $J = w_1^2 + (w_2^2 - 1)^2$",
        "L: bce.subs(p, says)": "def-binary-cross-entropy",
        "'z'": "def-neuron",
        r"'\\hat y'": "def-neuron",
        "'a'": "def-neuron",
        "'L'": "def-binary-cross-entropy",
    },
    "08-delta-recurrence": {
        "L: loss": "an `open_function` of all numbers in a layer",
        r"'\\delta^{[L]}_{j}'": "def-delta",
        r"'\\delta^{[l]}_{j}'": "def-delta",
        "f'[{p} = {q}]'": "Square brackets around an equation",
        "f'a^{{[L]}}_{{{index}}}'": "def-layer",
        "'J'": "def-cost",
        "f'{name}({at})'": "with $p^{(r)}$ for its $r$-th derivative",
    },
    "12-convolution": {
        "f'V_{c}'": "def-seen",
        r"'(w \\star (\\alpha a + y))_{i,j}'": "write $w \\star a$ for",
        r"'(w \\star y)_{i,j}'": "write $w \\star a$ for",
        r"'(w \\star a)_{i,j}'": "write $w \\star a$ for",
        r"'(q \\star (w \\star a))_{i,j}'": "write $w \\star a$ for",
    },
    "14-volumes-and-parameters": {
        "'t'": "def-flat-position",
        "'M_n'": "Let $M_n$ be",
        "'M_{2n}'": "Let $M_n$ be",
        "'z_{k,i,j}'": "def-volume-entry",
        "'M_1'": "Let $M_1$ be",
        "'M_s'": "Let $M_s$ be",
    },
    "15-pooling": {"'z_{i,j}'": "def-mean-pooling"},
    "16-cnn-backpropagation": {
        "L: loss": "that the engine can differentiate by itself, the squared error",
        "L: total": r"$L = \sum_i \delta_{i,0} z_{i,0}$",
        "f'[{latex(x)} = {latex(y)}]'": "Square brackets around an equation",
        r"f'\\delta^\\circ_{{{name}}}'": "def-cnn-spread",
        r"f'\\delta_{{{i},{j}}}'": r"\delta_{i,j} = \partial L/\partial z_{i,j}",
    },
    "if-you-come-from": {
        r"f'\\tilde {name}_{{{row}{column}}}'": "An entry with a tilde is ours, its indices",
        "'K^{[l+1]}_{jk}'": r"$K = W^\top$ for the weights",
        r"'\\frac{\\partial J}{\\partial K^{[l]}_{jk}}'": r"$K = W^\top$ for the weights",
        r"'\\frac{\\partial J}{\\partial \\tilde b^{[l]}_k}'": "An entry with a tilde is ours",
        "'J'": "def-cost",
        "'S'": "Who adds the losses up instead, $S = mJ$",
        "'a'": r"For $a = \sigma(z)$, $a = \tanh z$",
    },
}
"""The names of each chapter, as its cells spell them, with the label of the equation that states
what the name means, or with words of the chapter that do. Of a `Gradient` or a `Jacobian` it is the
name of what is differentiated, with what that is in the cell."""


def names(chapter):
    """Return what a chapter's cells give a name to, as they spell it."""
    cells = [c for c in jupytext.read(chapter).cells if c.cell_type == "code"]
    calls = [n for c in cells for n in ast.walk(ast.parse(c.source)) if isinstance(n, ast.Call)]
    found = {ast.unparse(n.args[0]) for n in calls if ast.unparse(n.func) == "quantity"}
    for call in calls:
        for both in [k.value for k in call.keywords if k.arg == "names"]:
            found.add(f"{ast.literal_eval(both)[0]}: {ast.unparse(call.args[0])}")
    return found


def words(chapter):
    """Return a chapter's text without its cells, on one line."""
    text = re.sub(r"^```\{code-cell\}.*?^```$", "", chapter.read_text("utf-8"), flags=re.M | re.S)
    return " ".join(text.split())


def test_each_name_is_stated(chapter):
    assert names(chapter) == set(STATED.get(chapter.stem, {}))


def test_what_states_a_name_is_there(chapter):
    book, here = "".join(path.read_text("utf-8") for path in CHAPTERS), words(chapter)
    stated = set(STATED.get(chapter.stem, {}).values())
    missing = [s for s in stated if s not in here and f"$$ ({s})" not in book]
    assert missing == []
