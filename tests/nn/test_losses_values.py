"""Losses against Optax, PyTorch and closed forms, and at extremes."""

import math

import numpy as np
import optax
import pytest

import fzero
from fzero_nn import losses

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(4, 3)).astype("f4"), RNG.normal(size=(4, 3)).astype("f4")
BITS = RNG.integers(0, 2, (4, 3))
SIGNS = 2 * BITS - 1
SOFT = np.exp(Y) / np.exp(Y).sum(1, keepdims=True)
LOG = np.log(np.exp(X) / np.exp(X).sum(1, keepdims=True))
LABELS = np.array([0, 2, 1, 1])
ONE_HOT = np.eye(3, dtype="f4")[LABELS]

#: ours without reduction, Optax's
SAME = {
    "softmax_cross_entropy": (
        lambda: losses.softmax_cross_entropy(X, LABELS, reduction="none"),
        lambda: optax.softmax_cross_entropy_with_integer_labels(X, LABELS),
    ),
    "softmax_cross_entropy_with_probabilities": (
        lambda: losses.softmax_cross_entropy_with_probabilities(X, SOFT, reduction="none"),
        lambda: optax.softmax_cross_entropy(X, SOFT),
    ),
    "ranking": (
        lambda: losses.softmax_cross_entropy_with_probabilities(X, 3 * SOFT, reduction="mean"),
        lambda: optax.losses.ranking_softmax_loss(X, 3 * SOFT),
    ),
    "sigmoid_binary_cross_entropy": (
        lambda: losses.sigmoid_binary_cross_entropy(X, BITS, reduction="none"),
        lambda: optax.sigmoid_binary_cross_entropy(X, BITS),
    ),
    "sigmoid_focal": (
        lambda: losses.sigmoid_focal(X, SOFT, alpha=0.3, gamma=1.5, reduction="none"),
        lambda: optax.losses.sigmoid_focal_loss(X, SOFT, alpha=0.3, gamma=1.5),
    ),
    "poly_cross_entropy": (
        lambda: losses.poly_cross_entropy(X, LABELS, epsilon=0.7, reduction="none"),
        lambda: optax.losses.poly_loss_cross_entropy(X, ONE_HOT, epsilon=0.7),
    ),
    "hinge": (
        lambda: losses.hinge(X, SIGNS, reduction="none"),
        lambda: optax.losses.hinge_loss(X, SIGNS),
    ),
    "perceptron": (
        lambda: losses.perceptron(X, SIGNS, reduction="none"),
        lambda: optax.losses.perceptron_loss(X, SIGNS),
    ),
    "squared_error": (lambda: losses.squared_error(X, Y), lambda: optax.squared_error(X, Y)),
    "huber": (
        lambda: losses.huber(X, Y, delta=0.5, reduction="none"),
        lambda: optax.huber_loss(X, Y, delta=0.5),
    ),
    "log_cosh": (
        lambda: losses.log_cosh(X, Y, reduction="none"),
        lambda: optax.log_cosh(X, Y),
    ),
    "kl_divergence": (
        lambda: losses.kl_divergence(LOG, SOFT, reduction="none"),
        lambda: optax.losses.kl_divergence(LOG, SOFT),
    ),
    "kl_divergence of logarithms": (
        lambda: losses.kl_divergence(LOG, np.log(SOFT), log_targets=True, reduction="none"),
        lambda: optax.losses.kl_divergence_with_log_targets(LOG, np.log(SOFT)),
    ),
    "cosine_similarity": (
        lambda: losses.cosine_similarity(X, Y),
        lambda: optax.cosine_similarity(X, Y),
    ),
    "cosine_distance": (
        lambda: losses.cosine_distance(X, Y, reduction="none"),
        lambda: optax.cosine_distance(X, Y),
    ),
    "triplet": (
        lambda: losses.triplet(X, Y, SOFT, margin=0.8, reduction="none"),
        lambda: optax.losses.triplet_margin_loss(X, Y, SOFT, margin=0.8, eps=0.0),
    ),
    "ntxent": (
        lambda: losses.ntxent(X, Y, temperature=0.5),
        lambda: optax.losses.ntxent(
            np.concatenate([X, Y]), np.tile(np.arange(4), 2), temperature=0.5
        ),
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_values_are_those_of_optax(name):
    ours, theirs = SAME[name]
    got = ours()
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, theirs(), rtol=2e-5, atol=1e-6)


#: loss of extreme arguments -> its value
EXTREMES = [
    (losses.sigmoid_binary_cross_entropy, (40.0, 0.0), 40.0),
    (losses.sigmoid_binary_cross_entropy, (-800.0, 1.0), 800.0),
    (losses.sigmoid_binary_cross_entropy, (40.0, 1.0), math.exp(-40)),
    (losses.sigmoid_binary_cross_entropy, (-1e5, 0.0), 0.0),
    (losses.sigmoid_binary_cross_entropy, (0.0, 0.5), math.log(2)),
    (losses.binary_cross_entropy, (0.0, 0.0), 0.0),
    (losses.binary_cross_entropy, (1.0, 1.0), 0.0),
    (losses.binary_cross_entropy, (0.0, 1.0), -math.log(np.finfo(float).eps)),
    (losses.binary_cross_entropy, (1.0, 0.0), -math.log(np.finfo(float).eps)),
    (losses.sigmoid_focal, (1e5, 0.0), 1e5),
    (losses.sigmoid_focal, (1e5, 1.0), 0.0),
    (losses.log_cosh, (1e5, 0.0), 1e5 - math.log(2)),
    (losses.log_cosh, (-1e5, 0.0), 1e5 - math.log(2)),
    (losses.huber, (1e150, 0.0), 1e150),
    (losses.l1, (3.0, 3.0), 0.0),
]


@pytest.mark.parametrize(("loss", "args", "want"), EXTREMES)
def test_extremes_have_their_value_and_a_finite_gradient(loss, args, want):
    x, t = (np.array([a]) for a in args)
    value, gradient = fzero.value_and_grad(loss)(x, t)
    assert value == pytest.approx(want, rel=1e-12, abs=1e-15)
    assert np.isfinite(gradient).all()


def test_the_gradient_at_logit_zero_is_half():
    gradient = fzero.grad(losses.sigmoid_binary_cross_entropy)(np.zeros(2), np.array([0, 1]))
    np.testing.assert_array_equal(gradient, [0.25, -0.25])


def test_binary_cross_entropy_is_symmetric():
    p = np.array([1e-20, 1e-3, 0.3, 0.9995, 1.0])
    one = losses.binary_cross_entropy(p, np.ones(5), eps=1e-4, reduction="none")
    zero = losses.binary_cross_entropy(1 - p, np.zeros(5), eps=1e-4, reduction="none")
    np.testing.assert_allclose(one, zero, rtol=1e-12)


@pytest.mark.parametrize("gamma", [0, 0.5, 1, 2])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_focal_losses_of_sure_predictions_have_finite_gradients(gamma, dtype):
    logits = np.array([[1e4, 0.0, -1e4]], dtype)
    for loss, targets in (
        (losses.softmax_focal, np.array([0])),
        (losses.softmax_focal, np.array([2])),
        (losses.sigmoid_focal, np.array([[1, 1, 0]])),
        (losses.sigmoid_focal, np.array([[0, 1, 1]])),
    ):
        assert np.isfinite(fzero.grad(loss)(logits, targets, gamma=gamma)).all()
    plain = losses.softmax_cross_entropy(logits, np.array([2]))
    assert losses.softmax_focal(logits, np.array([2]), gamma=gamma) == plain
    with pytest.raises(ValueError, match="gamma is -1; expected gamma >= 0"):
        losses.softmax_focal(logits, np.array([2]), gamma=-1)


def test_zero_vectors_have_similarity_and_gradient_zero():
    x, y = np.zeros((1, 3)), np.ones((1, 3))
    for a, b in ((x, y), (y, x), (x, x)):
        assert losses.cosine_similarity(a, b) == 0
        gradients = fzero.grad(losses.cosine_distance, argnums=(0, 1))(a, b)
        assert all(np.isfinite(g).all() for g in gradients)
    np.testing.assert_array_equal(fzero.grad(losses.cosine_distance)(x, y), x)


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_vectors_of_extreme_length_have_an_angle_and_a_distance(size):
    x, y = size * np.array([[3.0, 4.0]]), size * np.array([[4.0, 3.0]])
    assert losses.cosine_similarity(x, y) == pytest.approx(24 / 25, rel=1e-14)
    gradient = fzero.grad(losses.cosine_distance)(x, y)
    assert np.isfinite(gradient).all()
    assert losses.triplet(x, -x, x, margin=0.0) == pytest.approx(10 * size, rel=1e-14)


def test_a_triplet_of_equal_vectors_has_gradient_zero():
    x = np.ones((2, 3))
    value, gradient = fzero.value_and_grad(losses.triplet)(x, x, x)
    assert value == 1 and not gradient.any()


def test_kl_divergence_takes_impossible_classes():
    log_p = np.array([[0.0, -np.inf]])
    for options, targets in (({}, [[1.0, 0.0]]), ({"log_targets": True}, log_p)):
        loss = lambda x, t, options=options: losses.kl_divergence(x, t, **options)
        value, gradients = fzero.value_and_grad(loss, argnums=(0, 1))(log_p, np.array(targets))
        assert value == 0 and all(np.isfinite(g).all() for g in gradients)


def test_normal_nll_is_the_density_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    mean, log_variance, t = RNG.normal(size=(3, 5))
    want = -stats.norm.logpdf(t, mean, np.exp(log_variance / 2))
    got = losses.normal_nll(mean, log_variance, t, reduction="none")
    np.testing.assert_allclose(got, want, rtol=1e-12)
    with pytest.raises(
        ValueError, match=r"log_variance is of shape \(\) with mean of shape \(5,\)"
    ):
        losses.normal_nll(mean, np.array(0.0), t)


def test_dice_of_equal_and_of_disjoint_masks():
    masks = np.array([[1, 1, 0, 0], [0, 0, 0, 0]])
    logits = 1e3 * (2.0 * masks - 1)
    np.testing.assert_allclose(losses.dice(logits, masks, reduction="none"), 0, atol=1e-15)
    assert losses.dice(-logits[:1], masks[:1]) == pytest.approx(1 - 1 / 5)


def test_ntxent_finds_the_other_view():
    views = np.eye(4)
    assert losses.ntxent(views, views, temperature=0.01) < 1e-40
    with pytest.raises(ValueError, match=r"first is of shape \(4,\); expected \(N, D\)"):
        losses.ntxent(views[0], views[0])
    with pytest.raises(ValueError, match="temperature is 0; expected temperature > 0"):
        losses.ntxent(views, views, temperature=0)


def test_shapes_are_not_stretched():
    x, y = np.zeros((3, 1)), np.zeros(3)
    for name in ("mse", "l1", "huber", "log_cosh", "hinge", "squared_hinge", "perceptron",
                 "squared_error", "sigmoid_binary_cross_entropy", "binary_cross_entropy", "dice",
                 "sigmoid_focal", "kl_divergence", "cosine_distance", "cosine_similarity",
                 "softmax_cross_entropy_with_probabilities"):  # fmt: skip
        with pytest.raises(ValueError, match=rf"{name}: targets is of shape \(3,\) .*\(3, 1\)"):
            getattr(losses, name)(x, y)
    with pytest.raises(ValueError, match=r"triplet: negatives is of shape \(3,\)"):
        losses.triplet(x, x, y)
    with pytest.raises(ValueError, match=r"margin_ranking: second is of shape \(3,\)"):
        losses.margin_ranking(x, y, y)
    with pytest.raises(ValueError, match="huber: delta is 0; expected delta > 0"):
        losses.huber(x, x, delta=0)


@pytest.mark.parametrize(
    "name", [n for n in losses.__all__ if n not in ("ctc_loss", "ntxent", "smooth_labels")]
)
def test_the_loss_of_an_empty_batch_is_zero(name):
    x, labels = np.zeros((0, 3), np.float32), np.zeros(0, int)
    count = {"triplet": 3, "normal_nll": 3, "margin_ranking": 3}.get(name, 2)
    integer = name in ("softmax_cross_entropy", "softmax_focal", "poly_cross_entropy", "sparsemax")
    got = getattr(losses, name)(*((x, labels) if integer else [x] * count))
    assert got.dtype == np.float32 and not got.any()
