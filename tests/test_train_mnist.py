import hashlib
import re

import numpy as np
import pytest

from backprop import datasets
from backprop.classification import accuracy
from backprop.datasets import LOCAL_MNIST, load_mnist
from backprop.train_mnist import main, train_mnist


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Let a file with a few images count as MNIST: each digit is a bright bar in its own place."""
    labels = np.arange(40, dtype=np.uint8) % 10
    images = np.zeros((40, 28, 28), np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[2 * label] = 255
    arrays = {"x_train": images, "y_train": labels, "x_test": images[:20], "y_test": labels[:20]}
    content = b"".join(array.tobytes() for array in arrays.values())
    monkeypatch.setattr(datasets, "MNIST_ARRAYS", hashlib.sha256(content).hexdigest())
    path = tmp_path / "small.npz"
    np.savez(path, **arrays)
    monkeypatch.setenv(LOCAL_MNIST, str(path))
    return path


def test_it_learns_and_prints_the_accuracy_after_each_epoch(small, capsys):
    network = train_mnist(epochs=60)
    printed = re.findall(r"^epoch +(\d+): ([\d.]+)% of the test", capsys.readouterr().out, re.M)
    assert [int(epoch) for epoch, _ in printed] == list(range(1, 61))
    assert float(printed[-1][1]) == round(100 * accuracy(network, load_mnist()[1]), 2)
    assert float(printed[-1][1]) > 80


def test_it_trains_in_single_precision_with_the_sizes_asked_for(small):
    network = train_mnist(epochs=1, hidden=7)
    assert network.sizes == (784, 7, 10)
    assert {array.dtype for array in network.parameters.values()} == {np.dtype(np.float32)}


def test_the_seed_settles_the_run(small, capsys):
    runs = [train_mnist(epochs=2, seed=seed).parameters["W[1]"] for seed in (3, 3, 4)]
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])


def test_the_command_takes_its_settings(small, capsys):
    main(["--epochs", "2", "--hidden", "5", "--batch-size", "8", "--rate", "0.5", "--seed", "1"])
    out = capsys.readouterr().out
    train_mnist(epochs=2, hidden=5, batch_size=8, rate=0.5, seed=1)
    assert out == capsys.readouterr().out and out.count("\n") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--epochs", "0"], "epochs must be at least 1, not 0"),
        (["--batch-size", "0"], "batch_size must be at least 1, not 0"),
        (["--rate", "-1"], "rate must lie strictly between 0 and inf"),
        (["--seed", "-1"], "seed must be at least 0, not -1"),
        (["--hidden", "0"], "sizes must be at least two positive integers, not (784, 0, 10)"),
    ],
)
def test_the_command_ends_with_a_message(small, capsys, arguments, message):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 1
    assert message in capsys.readouterr().err


def test_the_command_says_which_file_is_missing(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv(LOCAL_MNIST, str(tmp_path / "none.npz"))
    with pytest.raises(SystemExit):
        main([])
    assert "none.npz" in capsys.readouterr().err
