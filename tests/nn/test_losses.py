"""The cross-entropy of a softmax, and what all losses share."""

import math

import numpy as np
import optax
import pytest

import fzero
from fzero.fused import kernels
from fzero_nn import functional, losses
from fzero_nn.kernels.cross_entropy import CROSS_ENTROPY
from tests.nn.cases.losses import FUNCTIONS
from tests.strict import no_sync, put, unwrap

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


# ------------------------------------------------------------------------- options of softmax


def test_a_negative_label_is_no_class():
    with pytest.raises(IndexError, match=r"labels has \[-1, 3\]; expected 0 <= label < 3"):
        losses.softmax_cross_entropy(np.zeros((3, 3)), np.array([-1, 3, 0]))
    losses.softmax_cross_entropy(np.zeros((2, 3)), np.array([-1, 0]), ignore_label=-1)  # the advice
    with pytest.raises(IndexError, match="labels has"):
        fzero.vmap(losses.softmax_cross_entropy)(np.zeros((2, 3)), np.array([-1, 0]))
    with pytest.raises(IndexError, match="labels has"):
        fzero.grad(losses.softmax_cross_entropy)(np.zeros((2, 3)), np.array([-1, 0]))


def test_a_wrong_label_on_a_card_makes_a_nan_without_waiting():
    with no_sync():
        got = losses.softmax_cross_entropy(
            put(np.zeros((4, 3))), put(np.array([-1, 0, 2, 3])), reduction="none"
        )
    np.testing.assert_array_equal(unwrap(got), [np.nan, *[np.log(3)] * 2, np.nan])


@pytest.mark.parametrize("ignore", [-100, 1, 7])
def test_ignored_rows_have_no_part_in_value_and_gradient(ignore):
    logits = np.concatenate([LOGITS, [[np.nan, np.inf, -np.inf]]])
    labels = np.array([*LABELS, ignore])
    for options in ({}, {"label_smoothing": 0.1}, {"reduction": "sum"}):
        loss = lambda x, y, options=options: losses.softmax_cross_entropy(
            x, y, ignore_label=ignore, **options
        )
        value, gradient = fzero.value_and_grad(loss)(logits, labels)
        assert value == loss(LOGITS, LABELS)
        np.testing.assert_array_equal(gradient[:2], fzero.grad(loss)(LOGITS, LABELS))
        np.testing.assert_array_equal(gradient[2], [0, 0, 0])


def test_nothing_to_count_is_a_loss_of_zero():
    ignored = np.array([-1, -1])
    value, gradient = fzero.value_and_grad(losses.softmax_cross_entropy)(
        LOGITS, ignored, ignore_label=-1
    )
    assert value == 0 and not gradient.any()
    empty = losses.softmax_cross_entropy(np.zeros((0, 3), np.float32), np.zeros(0, int))
    assert empty == 0 and empty.dtype == np.float32
    assert fzero.grad(losses.softmax_cross_entropy)(np.zeros((0, 3)), np.zeros(0, int)).size == 0


def test_smoothing_is_the_loss_of_smooth_targets():
    targets = losses.smooth_labels(np.eye(3)[LABELS], 0.3)
    np.testing.assert_allclose(targets, optax.smooth_labels(np.eye(3)[LABELS], 0.3), rtol=1e-6)
    want = losses.softmax_cross_entropy_with_probabilities(LOGITS, targets)
    got = losses.softmax_cross_entropy(LOGITS, LABELS, label_smoothing=0.3)
    assert got == pytest.approx(want, rel=1e-14)
    with pytest.raises(ValueError, match="label_smoothing is 1.5; expected 0 <="):
        losses.softmax_cross_entropy(LOGITS, LABELS, label_smoothing=1.5)
    with pytest.raises(ValueError, match="alpha is -1"):
        losses.smooth_labels(targets, -1)


def test_class_weights_are_weights_of_rows():
    weights = np.array([1.0, 2.0, 5.0])
    want = losses.softmax_cross_entropy(LOGITS, LABELS, weights=weights[LABELS])
    assert losses.softmax_cross_entropy(LOGITS, LABELS, class_weights=weights) == want
    first, second = by_hand(LOGITS, LABELS)
    assert want == pytest.approx((first + 5 * second) / 6, rel=1e-14)
    with pytest.raises(ValueError, match=r"class_weights is of shape \(2,\).*expected \(3,\)"):
        losses.softmax_cross_entropy(LOGITS, LABELS, class_weights=weights[:2])


def test_logits_of_minus_infinity_are_impossible_classes():
    logits = np.array([[1.0, -np.inf, 2.0]])
    value, gradient = fzero.value_and_grad(losses.softmax_cross_entropy)(logits, np.array([0]))
    assert value == pytest.approx(math.log1p(math.e), rel=1e-14)
    assert gradient[0, 1] == 0 and np.isfinite(gradient).all()
    assert losses.softmax_cross_entropy(logits, np.array([1])) == np.inf
    soft = losses.softmax_cross_entropy_with_probabilities(logits, np.array([[1.0, 0.0, 0.0]]))
    assert soft == pytest.approx(value, rel=1e-14)


def test_many_rows_are_worked_on_in_blocks():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(1000, 100)), rng.integers(0, 100, 1000)
    each = losses.softmax_cross_entropy(logits, labels, reduction="none", label_smoothing=0.1)
    with kernels("reference"):
        want = losses.softmax_cross_entropy(logits, labels, reduction="none", label_smoothing=0.1)
    np.testing.assert_allclose(each, want, rtol=1e-13)


def test_the_kernel_on_the_stand_in():
    for smoothing in (0.0, 0.1):
        out, cotangents = [], []
        for place in (np.asarray, put):
            with no_sync():
                y, kept = CROSS_ENTROPY.forward(
                    (True, False), place(LOGITS), place(LABELS), label_smoothing=smoothing
                )
                g = CROSS_ENTROPY.backward((True, False), kept, y, label_smoothing=smoothing)[0]
            out.append(unwrap(y))
            cotangents.append(unwrap(g))
        np.testing.assert_array_equal(*out)
        np.testing.assert_array_equal(*cotangents)


def test_a_pullback_gives_the_same_twice():
    _, pullback = fzero.vjp(lambda x: losses.softmax_cross_entropy(x, LABELS), LOGITS)
    np.testing.assert_array_equal(pullback(1.0)[0], pullback(1.0)[0])


# --------------------------------------------------------------------------------- reductions


def test_reductions_of_weighted_losses():
    x, y = np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2))
    weights = np.array([[1.0], [3.0]])
    assert losses.l1(x, y, weights=weights) == (1 + 2 + 9 + 12) / 8
    assert losses.l1(x, y, weights=weights, reduction="sum") == 24
    assert losses.l1(x, y, weights=weights, reduction="batch") == 12
    np.testing.assert_array_equal(
        losses.l1(x, y, weights=weights, reduction="none"), [[1, 2], [9, 12]]
    )
    assert losses.l1(x, y, weights=np.array([True, False])) == 2  # of the first column
    assert losses.l1(x, y, weights=2) == losses.l1(x, y)


def test_a_weight_of_zero_leaves_out_even_nan():
    x, y = np.array([np.nan, np.inf, 2.0]), np.zeros(3)
    for weights in (np.array([False, False, True]), np.array([0.0, 0.0, 1.0]), np.array([0, 0, 1])):
        assert losses.mse(x, y, weights=weights) == 4


def test_a_mean_in_half_precision_does_not_overflow():
    n = 100_000
    x, y = np.full(n, 10, np.float16), np.zeros(n, np.float16)
    for weights in (None, np.ones(n, bool), np.ones(n, np.float32)):
        got = losses.mse(x, y, weights=weights)
        assert got == 100 and got.dtype == np.float16


def test_weights_that_do_not_broadcast_are_refused():
    x = np.zeros((2, 3))
    for shape in ((2,), (1, 2, 3), (3, 1)):
        with pytest.raises(
            ValueError, match=r"weights is of shape .* with losses of shape \(2, 3\)"
        ):
            losses.mse(x, x, weights=np.ones(shape))
    losses.mse(x, x, weights=np.ones(2)[:, None])  # the advice


def test_the_reduction_batch_is_that_of_dezero():
    """DeZero's mean_squared_error: the sum of squares over the length of the first axis."""
    x, y = np.arange(6.0).reshape(3, 2), np.ones((3, 2))
    assert losses.mse(x, y, reduction="batch") == ((x - y) ** 2).sum() / 3


def test_linear_regression_ends_where_that_of_dezero_does():
    rng = np.random.RandomState(0)
    x = rng.rand(100, 1)
    y = 5 + 2 * x + rng.rand(100, 1)
    loss = lambda W, b: losses.mse(x @ W + b, y, reduction="batch")
    params, value = (np.zeros((1, 1)), np.zeros(1)), None
    for _ in range(100):
        value, grads = fzero.value_and_grad(loss, argnums=(0, 1))(*params)
        params = tuple(p - 0.1 * g for p, g in zip(params, grads, strict=True))
    assert value == pytest.approx(0.07908606512411756, rel=1e-14)
    assert params == (pytest.approx(2.11807369), pytest.approx(5.46608905))


def test_the_first_loss_of_a_network_is_that_of_dezero():
    rng = np.random.RandomState(0)
    W = [rng.randn(*shape) * np.sqrt(1 / shape[0]) for shape in ((2, 10), (10, 3))]
    x = np.array([[0.2, -0.4], [0.3, 0.5], [1.3, -3.2], [2.1, 0.3]])
    logits = functional.sigmoid(x @ W[0]) @ W[1]
    got = losses.softmax_cross_entropy(logits, np.array([2, 0, 1, 0]))
    assert got == pytest.approx(1.4967442462341742, rel=1e-8)  # there in float32


def test_every_loss_has_a_case():
    cased = {case.name.split()[0] for case in FUNCTIONS}
    assert set(losses.__all__) - cased == set()
