"""Handwritten digits to learn from: a small set that is shipped, a large one that is fetched.

Both come as a pair, the images to train on and the images to test on, with examples as columns:

    train, test = load_digits()
    network.cost(train.X, train.Y)
"""

import hashlib
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from backprop._arrays import FloatArray, class_numbers, float_dtype
from backprop._structure import positive_integer

Integers = NDArray[np.integer[Any]]

MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
MNIST_FILE = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
"""The SHA-256 of the file, as Keras publishes it."""
MNIST_ARRAYS = "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16"
"""The SHA-256 of the bytes of its four arrays, which stays when they are compressed anew."""
MNIST_KEYS = ("x_train", "y_train", "x_test", "y_test")
LOCAL_MNIST = "BACKPROP_MNIST"


@dataclass(frozen=True, eq=False)
class Examples:
    """Images and what they show, one example per column.

    Attributes
    ----------
    X
        Brightness (n, m) from 0 to 1; a column holds the rows of its image, one after the other.
    Y
        One-hot labels (classes, m).
    labels
        The digits themselves (m,).
    """

    X: FloatArray
    Y: FloatArray
    labels: Integers

    def __len__(self) -> int:
        """Return m."""
        return len(self.labels)

    def __getitem__(self, examples: slice | ArrayLike) -> "Examples":
        """Return some of the examples: a slice, an array of their numbers, or a mask."""
        chosen = examples if isinstance(examples, slice) else np.asarray(examples)
        if not isinstance(chosen, slice) and chosen.ndim != 1:
            raise TypeError(f"examples must be a slice or a list of numbers, not {examples!r}")
        return Examples(self.X[:, chosen], self.Y[:, chosen], self.labels[chosen])

    @property
    def images(self) -> FloatArray:
        """The images as squares (m, side, side)."""
        side = isqrt(len(self.X))
        return self.X.T.reshape(-1, side, side)


def one_hot(labels: ArrayLike, classes: int = 10, dtype: DTypeLike = np.float64) -> FloatArray:
    """Return (classes, m): column i is 1 in row labels[i] and 0 elsewhere.

    Raises
    ------
    TypeError
        If the labels are not integers, or classes is not one.
    ValueError
        If they do not have the shape (m,), one lies outside 0 to classes - 1, there is no class,
        or dtype is not one of floats.
    """
    classes = positive_integer(classes, "classes")
    numbers = class_numbers(labels, "labels", classes)
    if numbers.ndim != 1:
        raise ValueError(f"labels must have shape (m,), not {numbers.shape}")
    columns: FloatArray = np.zeros((classes, numbers.size), float_dtype(dtype))
    columns[numbers, np.arange(numbers.size)] = 1
    return columns


def load_digits(dtype: DTypeLike = np.float64) -> tuple[Examples, Examples]:
    """Return the shipped digits, 64 numbers an image, as a training and a test set.

    They are the 1,797 images of the test set of the UCI handwritten digits (see `data/digits.txt`),
    in its order. Every fifth image of each digit is for testing: 1,442 to train, 355 to test, the
    ten digits in equal shares. The same writers are in both sets. A ValueError says so if dtype is
    not one of floats.
    """
    dtype = float_dtype(dtype)
    file = resources.files("backprop") / "data" / "digits.npz"
    with file.open("rb") as stream, np.load(stream) as arrays:
        pixels, labels = arrays["pixels"], arrays["labels"].astype(np.intp)
    test = np.zeros(len(labels), dtype=bool)
    for digit in range(10):
        test[np.flatnonzero(labels == digit)[4::5]] = True
    whole = _examples(pixels, labels, 16, dtype)
    return whole[~test], whole[test]


def load_mnist(dtype: DTypeLike = np.float32) -> tuple[Examples, Examples]:
    """Return MNIST: 60,000 images to train on and 10,000 to test on, 784 numbers each.

    The file is the one that the environment variable BACKPROP_MNIST names, or else it is fetched
    once (11 MB) and kept in the user's cache. Its arrays are checked in either case.

    Raises
    ------
    FileNotFoundError
        If BACKPROP_MNIST names no file.
    ConnectionError
        If the file cannot be fetched; nothing is left behind then.
    ValueError
        If the file is not the published one, is cut off, or holds anything else, or dtype is not
        one of floats.
    """
    dtype = float_dtype(dtype)
    path = Path(os.environ.get(LOCAL_MNIST) or _fetched_mnist())
    if not path.is_file():
        raise FileNotFoundError(f"{LOCAL_MNIST} names {path}, and there is no such file")
    arrays = _mnist_arrays(path)
    train, test = (
        _examples(
            arrays[f"x_{part}"].reshape(-1, 784), arrays[f"y_{part}"].astype(np.intp), 255, dtype
        )
        for part in ("train", "test")
    )
    return train, test


def _examples(pixels: Integers, labels: Integers, most: int, dtype: DTypeLike) -> Examples:
    """Turn images in rows, with values from 0 to `most`, into columns from 0 to 1."""
    return Examples((pixels.astype(dtype) / most).T, one_hot(labels, 10, dtype), labels)


def _fetched_mnist() -> str:
    """Return where the file is kept, after fetching it if it is not there."""
    import pooch  # here, for it takes as long to import as NumPy, and hardly a reader needs it

    folder = pooch.os_cache("backprop-book")
    try:
        return str(pooch.retrieve(MNIST_URL, f"sha256:{MNIST_FILE}", "mnist.npz", folder))
    except ValueError as error:
        raise ValueError(f"what came from {MNIST_URL} is not the published file: {error}") from None
    except OSError as error:
        raise ConnectionError(
            f"MNIST could not be fetched from {MNIST_URL} ({error}); "
            f"{LOCAL_MNIST} may name a copy of the file instead"
        ) from error


def _mnist_arrays(path: Path) -> Mapping[str, Integers]:
    """Return the four arrays of the file, if they are those of MNIST, bit for bit."""
    try:
        with path.open("rb") as stream, np.load(stream) as file:
            arrays = {key: file[key] for key in MNIST_KEYS}
    except KeyError as error:
        raise ValueError(f"{path} is not MNIST: {error.args[0]}") from None
    except (ValueError, EOFError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} is cut off, or no archive of arrays: {error}") from None
    digest = hashlib.sha256()
    for array in arrays.values():
        digest.update(array.tobytes())
    if digest.hexdigest() != MNIST_ARRAYS:
        raise ValueError(f"{path} holds {', '.join(MNIST_KEYS)}, but not those of MNIST")
    return arrays
