"""The losses of sparsemax and of rankings, beside Optax's and beside their definitions."""

import numpy as np
import pytest

import fzero
from fzero_nn import losses
from fzero_nn.optim import projections

RNG = np.random.default_rng(0)
X, LABELS = 1.5 * RNG.normal(size=(6, 4)), np.array([0, 1, 2, 3, 0, 1])
RELEVANCES = RNG.integers(0, 4, size=(6, 4))
MASK = np.array(
    [[1, 1, 1, 1], [1, 0, 1, 1], [0, 1, 1, 0], [0, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 1]]
)
MASK = MASK.astype(bool)


def test_sparsemax_has_the_values_of_optax():
    optax, jax = pytest.importorskip("optax"), pytest.importorskip("jax")
    with jax.enable_x64(True):
        want = optax.losses.multiclass_sparsemax_loss(X, LABELS)
    got = losses.sparsemax(X, LABELS, reduction="none")
    np.testing.assert_allclose(got, want, rtol=1e-13, atol=1e-15)


def test_the_gradient_of_sparsemax_is_its_probabilities_less_one_at_the_label():
    got = fzero.grad(losses.sparsemax)(X, LABELS) * len(X)
    p = np.stack([projections.projection_simplex(x) for x in X])
    np.testing.assert_allclose(got, p - np.eye(4)[LABELS], atol=1e-14)
    assert (p == 0).sum() > 3


def test_sparsemax_of_two_classes_is_the_smooth_hinge():
    """Section 3.2 of the paper: of t = x[label] - x[other], 0, (1 - t)^2 / 4 or -t."""
    t = np.array([1.5, 1.0, 0.3, -0.9, -1.0, -5.0])
    x = np.stack([t, 0 * t], axis=-1)
    want = np.where(t >= 1, 0, np.where(t <= -1, -t, (1 - t) ** 2 / 4))
    got = losses.sparsemax(x, np.zeros(6, int), reduction="none")
    np.testing.assert_allclose(got, want, atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_sparsemax_of_huge_logits(dtype):
    x = np.array([[6e4, -6e4, 0.0], [0.0, 1.0, -6e4]], dtype)
    got = losses.sparsemax(x, np.array([0, 1]), reduction="none")
    assert got.dtype == dtype
    np.testing.assert_array_equal(got, [0, 0])


@pytest.mark.parametrize("mask", [None, MASK])
def test_rankings_have_the_values_and_derivatives_of_optax(mask):
    optax, jax = pytest.importorskip("optax"), pytest.importorskip("jax")
    with jax.enable_x64(True):
        peer = lambda x: optax.losses.ranking_softmax_loss(
            x, jax.numpy.asarray(RELEVANCES), where=mask
        )
        want, want_gradient = peer(X), jax.grad(peer)(X)
    got, gradient = fzero.value_and_grad(
        lambda x: losses.ranking_softmax(x, RELEVANCES, mask=mask)
    )(X)
    np.testing.assert_allclose(got, want, rtol=1e-13)
    np.testing.assert_allclose(gradient, np.nan_to_num(want_gradient), rtol=1e-12, atol=1e-15)


def test_items_that_are_not_there_do_not_count():
    other = np.where(MASK, X, 1e300)
    a, b = (losses.ranking_softmax(x, RELEVANCES, mask=MASK, reduction="none") for x in (X, other))
    np.testing.assert_array_equal(a, b)
    assert a[3] == 0
    weighted = losses.ranking_softmax(X, RELEVANCES, mask=MASK, weights=np.arange(6))
    there = np.array([1, 2, 4, 5])
    assert weighted == pytest.approx((a[there] * there).sum() / there.sum())


def test_errors():
    with pytest.raises(ValueError, match=r"ranking_softmax: mask is of shape \(4,\)"):
        losses.ranking_softmax(X, RELEVANCES, mask=MASK[0])
    with pytest.raises(TypeError, match="sparsemax: labels is of dtype float64"):
        losses.sparsemax(X, X[:, 0])
    with pytest.raises(IndexError, match=r"sparsemax: labels has \[4\]"):
        losses.sparsemax(X, LABELS + 1)
    with pytest.raises(ValueError, match="sparsemax: labels is of shape"):
        losses.sparsemax(X, LABELS[:3])
