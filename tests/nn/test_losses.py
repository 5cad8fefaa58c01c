"""Losses and metrics against closed forms."""

import math

import numpy as np
import pytest

import fzero
from fzero_nn import losses, metrics

LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 3.0, 1.0]])
LABELS = np.array([0, 2])


def by_hand(logits, labels):
    return [
        math.log(sum(math.exp(v) for v in row)) - row[c]
        for row, c in zip(logits.tolist(), labels.tolist(), strict=True)
    ]


def test_softmax_cross_entropy_and_its_reductions():
    wanted = by_hand(LOGITS, LABELS)
    loss = losses.softmax_cross_entropy
    assert loss(LOGITS, LABELS) == pytest.approx(sum(wanted) / 2, rel=1e-14)
    assert loss(LOGITS, LABELS, reduction="sum") == pytest.approx(sum(wanted), rel=1e-14)
    np.testing.assert_allclose(loss(LOGITS, LABELS, reduction="none"), wanted, rtol=1e-14)
    assert loss(LOGITS[0], LABELS[0]) == pytest.approx(wanted[0], rel=1e-14)


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64])
def test_gradient_is_probabilities_minus_one_hot(dtype):
    weights = np.exp(LOGITS)
    wanted = (weights / weights.sum(1, keepdims=True) - np.eye(3)[LABELS]) / 2
    got = fzero.grad(losses.softmax_cross_entropy)(LOGITS, LABELS.astype(dtype))
    np.testing.assert_allclose(got, wanted, rtol=1e-13)


def test_cross_entropy_is_stable_at_extremes():
    logits, labels = np.array([[1000.0, -1000.0], [1000.0, -1000.0]]), np.array([0, 1])
    value, gradient = fzero.value_and_grad(losses.softmax_cross_entropy)(logits, labels)
    assert value == 1000.0
    np.testing.assert_array_equal(gradient, [[0, 0], [0.5, -0.5]])


def test_float32_loss_and_gradient():
    logits = LOGITS.astype(np.float32)
    value, gradient = fzero.value_and_grad(losses.softmax_cross_entropy)(logits, LABELS)
    assert value.dtype == gradient.dtype == np.float32
    assert value == pytest.approx(sum(by_hand(LOGITS, LABELS)) / 2, rel=1e-6)


def test_per_example_gradients_by_vmap():
    each = fzero.vmap(fzero.grad(losses.softmax_cross_entropy))(LOGITS, LABELS)
    whole = fzero.grad(losses.softmax_cross_entropy)(LOGITS, LABELS)
    np.testing.assert_allclose(each / 2, whole, rtol=1e-13)


def test_cross_entropy_refuses_what_numpy_would_broadcast():
    with pytest.raises(ValueError, match=r"labels is of shape \(2, 1\) .* expected \(2,\)"):
        losses.softmax_cross_entropy(LOGITS, LABELS[:, None])
    with pytest.raises(TypeError, match="labels is of dtype float64; expected integers"):
        losses.softmax_cross_entropy(LOGITS, np.eye(3)[LABELS])
    losses.softmax_cross_entropy(LOGITS, np.eye(3)[LABELS].argmax(-1))  # the advice
    with pytest.raises(IndexError):
        losses.softmax_cross_entropy(LOGITS, np.array([0, 3]))
    with pytest.raises(ValueError, match="reduction is 'average'; expected 'mean'"):
        losses.softmax_cross_entropy(LOGITS, LABELS, reduction="average")


def test_mse():
    x, y = np.array([[1.0], [2.0]]), np.array([[1.5], [4.0]])
    assert losses.mse(x, y) == (0.25 + 4) / 2
    assert losses.mse(x, y, reduction="sum") == 4.25
    np.testing.assert_array_equal(losses.mse(x, y, reduction="none"), [[0.25], [4]])
    np.testing.assert_array_equal(fzero.grad(losses.mse)(x, y), x - y)
    with pytest.raises(ValueError, match=r"mse: targets is of shape \(2,\)"):
        losses.mse(x, y[:, 0])


def test_accuracy():
    assert metrics.accuracy(LOGITS, LABELS) == 0.5
    assert metrics.accuracy(LOGITS, np.array([0, 1], np.uint8)) == 1.0
    with pytest.raises(ValueError, match=r"accuracy: labels is of shape \(2, 1\)"):
        metrics.accuracy(LOGITS, LABELS[:, None])


def test_accuracy_is_an_auxiliary_output_of_a_gradient():
    def both(logits):
        loss = losses.softmax_cross_entropy(logits, LABELS)
        return loss, metrics.accuracy(logits, LABELS)

    (_, right), _ = fzero.value_and_grad(both, has_aux=True)(LOGITS)
    assert isinstance(right, np.floating) and right == 0.5
