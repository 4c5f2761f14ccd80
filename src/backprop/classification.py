"""How well a network tells classes apart (chapter 9)."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backprop.datasets import Examples
from backprop.network import Network

Integers = NDArray[np.integer[Any]]


def classify(network: Network, X: ArrayLike) -> Integers:
    """Return the class (m,) that the network gives each column of X: its largest output.

    Of outputs that are equally large, the first one counts.
    """
    answers: Integers = np.argmax(network.predict(X), axis=0)
    return answers


def accuracy(network: Network, examples: Examples) -> float:
    """Return the share of the examples that the network classifies as they are labelled."""
    return float(np.mean(classify(network, examples.X) == examples.labels))


def confusion_matrix(labels: ArrayLike, answers: ArrayLike, classes: int = 10) -> Integers:
    """Return (classes, classes): row k, column j counts the examples of k that were called j.

    Raises
    ------
    TypeError
        If labels or answers are not integers.
    ValueError
        If they do not have one shape (m,), or one lies outside 0 to classes - 1.
    """
    pairs = {"labels": np.asarray(labels), "answers": np.asarray(answers)}
    for name, numbers in pairs.items():
        if numbers.dtype.kind not in "iu":
            raise TypeError(f"{name} must be integers, not {numbers.dtype}")
        if numbers.ndim != 1 or len(numbers) != len(pairs["labels"]):
            raise ValueError(f"{name} must have the shape (m,) of labels, not {numbers.shape}")
        outside = numbers[(numbers < 0) | (numbers >= classes)]
        if outside.size:
            raise ValueError(f"{name} must lie between 0 and {classes - 1}, not {outside[0]}")
    table = np.zeros((classes, classes), dtype=np.intp)
    np.add.at(table, tuple(pairs.values()), 1)
    return table
