"""How well a network tells classes apart (chapter 9)."""

import numpy as np
from numpy.typing import ArrayLike

from backprop._arrays import class_numbers
from backprop.datasets import Examples, Integers
from backprop.network import Network


def classify(network: Network, X: ArrayLike) -> Integers:
    """Return the class (m,) that the network gives each example of X: its largest output.

    Of outputs that are equally large, the first one counts.
    """
    answers: Integers = np.argmax(network.predict(X), axis=0)
    return answers


def accuracy(network: Network, examples: Examples) -> float:
    """Return the share of the examples that the network classifies as they are labelled.

    A network that takes images is given them with their one channel.
    """
    X = examples.images[:, np.newaxis] if network.takes == "images" else examples.X
    return float(np.mean(classify(network, X) == examples.labels))


def confusion_matrix(labels: ArrayLike, answers: ArrayLike, classes: int = 10) -> Integers:
    """Return (classes, classes): row k, column j counts the examples of k that were called j.

    Raises
    ------
    TypeError
        If labels or answers are not integers.
    ValueError
        If they do not have one shape (m,), or one lies outside 0 to classes - 1.
    """
    rows = class_numbers(labels, "labels", classes)
    called = class_numbers(answers, "answers", classes)
    for name, numbers in (("labels", rows), ("answers", called)):
        if numbers.ndim != 1 or len(numbers) != len(rows):
            raise ValueError(f"{name} must have the shape (m,) of labels, not {numbers.shape}")
    table = np.zeros((classes, classes), dtype=np.intp)
    np.add.at(table, (rows, called), 1)
    return table
