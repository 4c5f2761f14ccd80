"""Train the classic 784-30-10 network on MNIST (chapter 9): `python -m backprop.train_mnist`.

The images are fetched once, or read from the file that BACKPROP_MNIST names.
"""

import argparse
from collections.abc import Sequence

import numpy as np

from backprop.classification import accuracy
from backprop.datasets import load_mnist
from backprop.initialization import normal
from backprop.network import Network, dense_network
from backprop.optimization import sgd


def train_mnist(
    *,
    hidden: int = 30,
    epochs: int = 30,
    batch_size: int = 10,
    rate: float = 3.0,
    seed: int = 0,
) -> Network:
    """Train sigmoid units on the squared error; print the accuracy after each epoch.

    Raises
    ------
    ValueError, TypeError
        If an argument is out of range, or the file is not MNIST.
    OSError
        If there is no file and none can be fetched.
    Diverged
        If the rate is so large that a number leaves the range of the floats.
    """
    if seed < 0:
        raise ValueError(f"seed must be at least 0, not {seed}")
    rng = np.random.default_rng(seed)
    network = dense_network(
        (784, hidden, 10),
        ["sigmoid", "sigmoid"],
        "squared_error",
        weights=normal(1),
        biases=normal(1),
        rng=rng,
        dtype=np.float32,
    )
    train, test = load_mnist(np.float32)

    def report(epoch: int, network: Network) -> None:
        print(f"epoch {epoch:2}: {accuracy(network, test):.2%} of the test images", flush=True)

    run = sgd(
        network,
        train.X,
        train.Y,
        rate=rate,
        epochs=epochs,
        batch_size=batch_size,
        rng=rng,
        track=False,
        watch=report,
    )
    return run.network


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; what is refused ends it with a message."""
    parser = argparse.ArgumentParser(
        prog="python -m backprop.train_mnist",
        description="Train a network with one hidden layer on MNIST.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--hidden", type=int, default=30, help="units of the hidden layer")
    parser.add_argument("--epochs", type=int, default=30, help="passes over the 60,000 images")
    parser.add_argument("--batch-size", type=int, default=10, help="examples of a batch")
    parser.add_argument("--rate", type=float, default=3.0, help="the learning rate")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers")
    options = vars(parser.parse_args(arguments))
    try:
        train_mnist(**options)
    except (ValueError, ArithmeticError, OSError) as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
