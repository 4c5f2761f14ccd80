"""The exercises of the book: `check` judges an answer, and never shows the solution.

>>> check("sigmoid-second-derivative", "a(1 - a)(1 - 2a)")
right

Each chapter's entries are in the module named like the chapter. The answer box of the static page
(`backprop.explorers.answer`) is driven by the same entries.
"""

from difflib import get_close_matches
from typing import Any

from backprop.exercises import (
    activations,
    calculus,
    chain_rule,
    cnn_backpropagation,
    convolution,
    delta_recurrence,
    losses,
    networks,
    one_neuron,
    one_sitting,
    output_size,
    pooling,
    price,
    sigmoid,
    training,
    vanishing,
    volumes,
)
from backprop.exercises.exercise import Exercise, Verdict
from backprop.exercises.hints import HINTS, Hint

EXERCISES: dict[str, Exercise] = {
    exercise.name: exercise
    for chapter in (
        one_sitting,
        calculus,
        sigmoid,
        activations,
        losses,
        one_neuron,
        networks,
        chain_rule,
        delta_recurrence,
        training,
        convolution,
        output_size,
        pooling,
        price,
        vanishing,
        volumes,
        cnn_backpropagation,
    )
    for exercise in chapter.EXERCISES
}


def find(name: str) -> Exercise:
    """Return the exercise of this name.

    Raises
    ------
    ValueError
        If there is none; the message lists the names that come close.
    """
    if name not in EXERCISES:
        close = get_close_matches(str(name), EXERCISES) or list(EXERCISES)
        raise ValueError(f"unknown exercise {name!r}; there are {', '.join(close)}")
    return EXERCISES[name]


def hint(name: str, number: int = 1) -> Hint:
    """Return the first hint to an exercise, a nudge, or the second, the first step.

    Raises ValueError for an unknown exercise, and where there is no such hint.
    """
    hints = HINTS.get(find(name).name, ())
    if not 1 <= number <= len(hints):
        raise ValueError(f"number must be from 1 to {len(hints)}, not {number!r}")
    return Hint(hints[number - 1])


def check(name: str, answer: Any) -> Verdict:
    """Judge an answer to an exercise: right, or a point where it differs.

    An answer is a SymPy expression in any equivalent form, a number, a formula as a text, or,
    where the exercise asks for code, a function. Raises ValueError for an unknown exercise and
    for letters that the exercise does not name, TypeError for an answer of another kind.
    """
    return find(name).check(answer)
