"""What losses take: lists, unsigned integers, options that are NumPy scalars."""

import numpy as np
import pytest

import fzero
from fzero_nn import losses

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(4, 3)).astype("f4"), RNG.normal(size=(4, 3)).astype("f4")
SIGNS, MASK, LABELS = np.sign(Y), Y > 0, np.array([0, 2, 1, 1])
P = 1 / (1 + np.exp(-X))

#: name -> arguments, and options
LOSSES = {
    "binary_cross_entropy": ((P, MASK), {"eps": 1e-6}),
    "cosine_distance": ((X, Y), {}),
    "cosine_similarity": ((X, Y), {}),
    "dice": ((X, MASK), {"smooth": 0.5}),
    "hinge": ((X, SIGNS), {}),
    "huber": ((X, Y), {"delta": 0.5}),
    "kl_divergence": ((np.log(P), 1 - P), {}),
    "l1": ((X, Y), {}),
    "log_cosh": ((X, Y), {}),
    "margin_ranking": ((X, Y, SIGNS), {"margin": 0.5}),
    "mse": ((X, Y), {}),
    "normal_nll": ((X, Y, P), {}),
    "ntxent": ((X, Y), {"temperature": 0.5}),
    "perceptron": ((X, SIGNS), {}),
    "poly_cross_entropy": ((X, LABELS), {"epsilon": 1.5}),
    "ranking_softmax": ((X, P), {}),
    "sigmoid_binary_cross_entropy": ((X, MASK), {}),
    "sigmoid_focal": ((X, MASK), {"gamma": 1.5, "alpha": 0.25}),
    "smooth_labels": ((P, 0.25), {}),
    "softmax_cross_entropy": ((X, LABELS), {"label_smoothing": 0.25}),
    "softmax_cross_entropy_with_probabilities": ((X, P), {}),
    "softmax_focal": ((X, LABELS), {"gamma": 1.5}),
    "sparsemax": ((X, LABELS), {}),
    "squared_error": ((X, Y), {}),
    "squared_hinge": ((X, SIGNS), {}),
    "triplet": ((X, Y, P), {"margin": 0.5}),
}


def test_every_loss_of_arrays_is_in_the_table():
    assert set(LOSSES) | {"ctc_loss"} == set(losses.__all__)


@pytest.mark.parametrize("name", LOSSES)
def test_lists_are_arrays(name):
    args, options = LOSSES[name]
    lists = [a.tolist() if isinstance(a, np.ndarray) else a for a in args]
    want = getattr(losses, name)(*args, **options)
    np.testing.assert_allclose(getattr(losses, name)(*lists, **options), want, rtol=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_numpy_scalars_as_options_leave_float32_alone(name):
    args, options = LOSSES[name]
    args = [np.float64(a) if isinstance(a, float) else a for a in args]
    wide = {key: np.float64(value) for key, value in options.items()}
    assert getattr(losses, name)(*args, **wide).dtype == np.float32


def test_lists_for_weights_and_for_sequences():
    weights = [1.0, 2.0, 3.0]
    got = losses.softmax_cross_entropy(X, LABELS, class_weights=weights)
    assert got == losses.softmax_cross_entropy(X, LABELS, class_weights=np.array(weights))
    assert losses.ctc_loss([[[0.0, 0.0]]], [[1]], [1], [1]) == pytest.approx(np.log(2))


@pytest.mark.parametrize("name", ["mse", "l1", "huber", "log_cosh", "squared_error"])
def test_unsigned_predictions_do_not_wrap(name):
    small, large = np.array([0, 200], np.uint8), np.array([2, 201], np.uint8)
    want = getattr(losses, name)(small.astype(float), large.astype(float))
    np.testing.assert_array_equal(getattr(losses, name)(small, large), want)


def test_log_cosh_keeps_its_digits_near_zero():
    x = np.array([1e-4, -1e-5, 1e-3, 0.999, -1.001], np.float32)
    want = np.log1p(2 * np.sinh(x.astype(float) / 2) ** 2)
    got = losses.log_cosh(x, np.zeros_like(x), reduction="none")
    np.testing.assert_allclose(got, want, rtol=1e-6)
    slope = fzero.grad(lambda x: losses.log_cosh(x, np.zeros_like(x), reduction="sum"))(x)
    np.testing.assert_allclose(slope, np.tanh(x), rtol=1e-6)


def test_sums_in_half_precision_do_not_overflow_on_the_way():
    x = np.full(1000, 200, np.float16)
    got = losses.mse(x, np.zeros_like(x), reduction="batch")
    assert got.dtype == np.float16 and got == np.float16(4e4)
    masks = np.full((1, 100_000), 20, np.float16), np.ones((1, 100_000), np.float16)
    got = losses.dice(*masks)
    assert got.dtype == np.float16 and got == 0
