import functools
import hashlib
import http.server
import importlib.util
import io
import os
import threading
import zipfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pooch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop import datasets
from backprop.datasets import LOCAL_MNIST, Examples, load_digits, load_mnist, one_hot


def small_mnist(seed=0):
    """Return four arrays of the kinds that MNIST has, with few examples."""
    rng = np.random.default_rng(seed)
    return {
        "x_train": rng.integers(0, 256, (6, 28, 28), dtype=np.uint8),
        "y_train": rng.integers(0, 10, 6, dtype=np.uint8),
        "x_test": rng.integers(0, 256, (3, 28, 28), dtype=np.uint8),
        "y_test": rng.integers(0, 10, 3, dtype=np.uint8),
    }


def archive(arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


@pytest.fixture
def small(monkeypatch):
    """Let the loader take a small set for MNIST; return its arrays and its file."""
    arrays = small_mnist()
    file = archive(arrays)
    content = b"".join(array.tobytes() for array in arrays.values())
    monkeypatch.setattr(datasets, "MNIST_ARRAYS", hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(datasets, "MNIST_FILE", hashlib.sha256(file).hexdigest())
    return arrays, file


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Return the folder in which what is fetched is kept, empty, with no local copy named."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(pooch, "os_cache", lambda name: folder)
    monkeypatch.delenv(LOCAL_MNIST, raising=False)
    return folder


class Handler(http.server.BaseHTTPRequestHandler):
    def __init__(self, body, length, asked, *args):
        self.body, self.length, self.asked = body, length, asked
        super().__init__(*args)

    def do_GET(self):
        self.asked.append(self.path)
        self.send_response(200 if self.body else 404)
        self.send_header("Content-Length", str(self.length))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *args):
        pass


@contextmanager
def served(monkeypatch, body, missing=0):
    """Serve a file at the address of MNIST, perhaps with its last bytes missing."""
    asked = []
    sent = body[: len(body) - missing]
    handler = functools.partial(Handler, sent, len(body), asked)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        monkeypatch.setattr(datasets, "MNIST_URL", f"http://127.0.0.1:{server.server_port}/m.npz")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield asked
        finally:
            server.shutdown()
            thread.join()


def left_in(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


# The labels


@given(st.lists(st.integers(0, 6)), st.sampled_from([np.float32, np.float64]))
def test_one_hot_columns_have_their_one_in_the_row_of_the_label(labels, dtype):
    Y = one_hot(np.array(labels, dtype=int), 7, dtype)
    assert Y.shape == (7, len(labels)) and Y.dtype == dtype
    assert np.array_equal(Y.sum(axis=0), np.ones(len(labels)))
    assert Y.argmax(axis=0).tolist() == labels


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([0.0, 1.0], TypeError, "labels must be integers, not float64"),
        ([True], TypeError, "labels must be integers, not bool"),
        ([[0, 1]], ValueError, r"labels must have shape \(m,\), not \(1, 2\)"),
        ([3, 10], ValueError, "labels must lie between 0 and 9, not 10"),
        ([3, -1], ValueError, "labels must lie between 0 and 9, not -1"),
    ],
)
def test_one_hot_says_what_labels_it_takes(labels, error, message):
    with pytest.raises(error, match=message):
        one_hot(labels)


@pytest.mark.parametrize(
    ("classes", "error", "message"),
    [(0, ValueError, "classes must be at least 1"), (2.5, TypeError, "classes must be an integer")],
)
def test_one_hot_says_what_classes_it_takes(classes, error, message):
    with pytest.raises(error, match=message):
        one_hot([0, 1], classes)


@pytest.mark.parametrize("load", [load_digits, load_mnist, lambda dtype: one_hot([0], 2, dtype)])
@pytest.mark.parametrize("dtype", [int, np.uint8, complex])
def test_a_dtype_without_fractions_is_a_value_error(load, dtype):
    with pytest.raises(ValueError, match="dtype must be one of floats, such as float32, not "):
        load(dtype)


# The shipped digits


def test_the_digits_are_those_of_scikit_learn():
    found = importlib.util.find_spec("sklearn")  # its file is enough: the import takes seconds
    if found is None:
        pytest.skip("scikit-learn is not installed")
    file = Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz"
    expected = np.loadtxt(file, delimiter=",").T
    ours = np.hstack([np.vstack([part.X * 16, part.labels]) for part in load_digits()])
    assert ours.shape == expected.shape
    assert np.array_equal(ours[:, np.lexsort(ours)], expected[:, np.lexsort(expected)])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_digits_are_columns_from_0_to_1(dtype):
    for part, m in zip(load_digits(dtype), (1442, 355), strict=True):
        assert len(part) == m
        assert (part.X.shape, part.X.dtype) == ((64, m), dtype)
        assert (part.Y.shape, part.Y.dtype) == ((10, m), dtype)
        assert part.X.min() == 0 and part.X.max() == 1
        assert np.array_equal(part.Y.argmax(axis=0), part.labels)


def test_no_image_is_in_both_sets():
    train, test = ({column.tobytes() for column in part.X.T} for part in load_digits())
    assert (len(train), len(test)) == (1442, 355)
    assert not train & test


def test_the_digits_have_equal_shares_in_both_sets():
    train, test = (np.bincount(part.labels, minlength=10) for part in load_digits())
    assert np.array_equal(test, (train + test) // 5)


def test_the_split_is_the_same_each_time():
    digests = [hashlib.sha256(part.X.tobytes()).hexdigest()[:8] for part in load_digits()]
    assert digests == ["e1315fbe", "c7966030"]


def test_an_image_is_upright():
    pixels = np.arange(8.0).reshape(4, 2)
    examples = Examples(pixels, one_hot([1, 2]), np.array([1, 2]))
    assert examples.images.tolist() == [[[0, 2], [4, 6]], [[1, 3], [5, 7]]]


def test_examples_are_chosen_by_slice_numbers_or_mask():
    train, _ = load_digits()
    for chosen in (slice(2, 5), [2, 3, 4], np.isin(np.arange(len(train)), [2, 3, 4])):
        some = train[chosen]
        assert np.array_equal(some.X, train.X[:, 2:5])
        assert np.array_equal(some.Y, train.Y[:, 2:5])
        assert np.array_equal(some.labels, train.labels[2:5])


def test_a_single_number_is_no_choice_of_examples():
    with pytest.raises(TypeError, match="examples must be a slice or a list of numbers, not 3"):
        load_digits()[0][3]


def test_the_file_is_small_and_says_where_it_comes_from(root):
    folder = root / "src" / "backprop" / "data"
    assert (folder / "digits.npz").stat().st_size < 60_000
    words = (folder / "digits.txt").read_text(encoding="utf-8")
    assert "10.24432/C50P49" in words and "CC BY 4.0" in words


def test_the_wheel_holds_the_digits(root, tmp_path):
    make = pytest.importorskip("flit_core.wheel").make_wheel_in
    wheel = make(root / "pyproject.toml", tmp_path).file
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
    assert {"backprop/data/digits.npz", "backprop/data/digits.txt"} <= names


# MNIST from a file of one's own


def test_a_local_file_is_read(small, cache, tmp_path, monkeypatch):
    arrays, file = small
    (tmp_path / "mine.npz").write_bytes(file)
    monkeypatch.setenv(LOCAL_MNIST, str(tmp_path / "mine.npz"))
    for part, name in zip(load_mnist(), ("train", "test"), strict=True):
        assert np.allclose(part.images * 255, arrays[f"x_{name}"])
        assert np.array_equal(part.labels, arrays[f"y_{name}"])
        assert part.X.dtype == np.float32
    assert left_in(cache) == []


def test_mnist_itself_if_it_is_here():
    if not os.environ.get(LOCAL_MNIST):
        pytest.skip(f"{LOCAL_MNIST} names no file")
    train, test = load_mnist()
    assert (train.X.shape, test.X.shape) == ((784, 60_000), (784, 10_000))
    assert train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert train.X.min() == 0 and train.X.max() == 1


def changed(**arrays):
    return archive({**small_mnist(), **arrays})


LOCAL_FILES = {
    "cut off": (lambda: archive(small_mnist())[:-50], "is cut off, or no archive of arrays"),
    "damaged": (lambda: damaged(archive(small_mnist())), "is cut off, or no archive of arrays"),
    "empty": (lambda: b"", "is cut off, or no archive of arrays"),
    "a page": (lambda: b"<!DOCTYPE html><p>Sign in", "is cut off, or no archive of arrays"),
    "one array": (lambda: single(np.arange(3)), "is cut off, or no archive of arrays"),
    "objects": (
        lambda: changed(x_train=np.array([{}], dtype=object)),
        "is cut off, or no archive of arrays",
    ),
    "other names": (lambda: archive({"pixels": np.arange(3)}), "is not MNIST: x_train"),
    "other images": (lambda: archive(small_mnist(seed=1)), "but not those of MNIST"),
    "one pixel": (
        lambda: changed(x_test=small_mnist()["x_test"] ^ (np.arange(28) == 27)),
        "but not those of MNIST",
    ),
}


def damaged(file):
    middle = len(file) // 2
    return file[:middle] + bytes(b ^ 255 for b in file[middle : middle + 20]) + file[middle + 20 :]


def single(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize(("content", "message"), LOCAL_FILES.values(), ids=LOCAL_FILES)
def test_a_local_file_that_is_not_mnist_is_refused(content, message, small, tmp_path, monkeypatch):
    path = tmp_path / "mine.npz"
    path.write_bytes(content())
    monkeypatch.setenv(LOCAL_MNIST, str(path))
    with pytest.raises(ValueError, match=f"mine.npz.*{message}"):
        load_mnist()


def test_a_local_file_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv(LOCAL_MNIST, str(tmp_path / "gone.npz"))
    with pytest.raises(FileNotFoundError, match=f"{LOCAL_MNIST} names .*gone.npz"):
        load_mnist()


# MNIST fetched, from a server on this machine


def test_the_file_is_fetched_once_and_kept(small, cache, monkeypatch):
    arrays, file = small
    with served(monkeypatch, file) as asked:
        for _ in range(2):
            train, _ = load_mnist()
    assert np.allclose(train.images * 255, arrays["x_train"])
    assert len(asked) == 1
    assert left_in(cache) == ["mnist.npz"]


def test_a_file_with_another_checksum_is_refused_and_not_kept(small, cache, monkeypatch):
    with (
        served(monkeypatch, archive(small_mnist(seed=1))),
        pytest.raises(ValueError, match="is not the published file: SHA256 hash"),
    ):
        load_mnist()
    assert left_in(cache) == []


def test_a_file_that_breaks_off_is_not_kept(small, cache, monkeypatch):
    with (
        served(monkeypatch, small[1], missing=1000),
        pytest.raises(ConnectionError, match=f"could not be fetched .* {LOCAL_MNIST} may name"),
    ):
        load_mnist()
    assert left_in(cache) == []


def test_a_kept_file_that_was_damaged_is_fetched_anew(small, cache, monkeypatch):
    cache.mkdir()
    (cache / "mnist.npz").write_bytes(small[1][:100])
    with served(monkeypatch, small[1]):
        load_mnist()
    assert (cache / "mnist.npz").read_bytes() == small[1]


def test_an_address_that_is_gone_is_an_error(small, cache, monkeypatch):
    with (
        served(monkeypatch, b""),
        pytest.raises(ConnectionError, match="could not be fetched .*404"),
    ):
        load_mnist()
    assert left_in(cache) == []


def test_without_a_network_the_error_says_what_to_do(small, cache, monkeypatch):
    with served(monkeypatch, small[1]):
        pass  # the server's port is closed again
    with pytest.raises(ConnectionError, match=f"could not be fetched .* {LOCAL_MNIST} may name"):
        load_mnist()
    assert left_in(cache) == []
