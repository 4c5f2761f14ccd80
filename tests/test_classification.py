import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop.classification import accuracy, classify, confusion_matrix
from backprop.datasets import Examples, one_hot
from backprop.layers import Dense
from backprop.network import Network

IDENTITY = Network([Dense(np.eye(3), np.zeros(3), "identity")], "squared_error")
pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1)


def columns(pairs):
    labels, answers = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    return labels, answers


def test_the_largest_output_is_the_answer():
    scores = np.array([[0.1, -3, 2], [0.7, -2, 2], [0.2, -5, 1]])
    assert classify(IDENTITY, scores).tolist() == [1, 1, 0]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1))
def test_accuracy_is_the_share_of_right_answers(pairs):
    labels, answers = columns(pairs)
    examples = Examples(one_hot(answers, 3), one_hot(labels, 3), labels)
    assert accuracy(IDENTITY, examples) == pytest.approx(sum(k == j for k, j in pairs) / len(pairs))


@given(pairs)
def test_a_row_of_the_confusion_matrix_is_the_truth_and_a_column_the_answer(pairs):
    table = confusion_matrix(*columns(pairs), classes=5)
    for k in range(5):
        for j in range(5):
            assert table[k, j] == pairs.count((k, j))


def test_the_confusion_matrix_takes_small_unsigned_integers():
    table = confusion_matrix(np.array([0, 1], np.uint8), [1, 1])
    assert table.shape == (10, 10) and table.sum() == 2


@pytest.mark.parametrize(
    ("labels", "answers", "error", "message"),
    [
        ([0.5], [1], TypeError, "labels must be integers, not float64"),
        ([1], [1.0], TypeError, "answers must be integers, not float64"),
        ([[1]], [[1]], ValueError, r"labels must have the shape \(m,\) of labels, not \(1, 1\)"),
        ([1, 2], [1], ValueError, r"answers must have the shape \(m,\) of labels, not \(1,\)"),
        ([1, 10], [1, 2], ValueError, "labels must lie between 0 and 9, not 10"),
        ([1, 2], [1, -1], ValueError, "answers must lie between 0 and 9, not -1"),
    ],
)
def test_the_confusion_matrix_says_what_it_takes(labels, answers, error, message):
    with pytest.raises(error, match=message):
        confusion_matrix(labels, answers)
