"""Metrics against closed forms and against counting by hand."""

import numpy as np
import pytest

import fzero
from fzero_nn import metrics
from tests.strict import no_sync, put, unwrap

LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 3.0, 1.0]])
LABELS = np.array([0, 2])
RNG = np.random.default_rng(0)
CLASSES, SAID = RNG.integers(0, 4, (5, 20)), RNG.integers(0, 4, (5, 20))


def test_accuracy():
    assert metrics.accuracy(LOGITS, LABELS) == 0.5
    assert metrics.accuracy(LOGITS, np.array([0, 1], np.uint8)) == 1.0
    with pytest.raises(ValueError, match=r"accuracy: labels is of shape \(2, 1\)"):
        metrics.accuracy(LOGITS, LABELS[:, None])


def test_ignored_rows_do_not_count():
    logits = np.concatenate([LOGITS, LOGITS])
    labels = np.array([0, -1, -1, 2])
    assert metrics.accuracy(logits, labels, ignore_label=-1) == 0.5
    assert metrics.top_k_accuracy(logits, labels, 2, ignore_label=-1) == 1.0
    assert metrics.accuracy(logits, np.full(4, -1), ignore_label=-1) == 0


def test_accuracy_is_an_auxiliary_output_of_a_gradient():
    def both(logits):
        return fzero.numpy.sum(logits), metrics.accuracy(logits, LABELS)

    (_, right), _ = fzero.value_and_grad(both, has_aux=True)(LOGITS)
    assert isinstance(right, np.floating) and right == 0.5


def test_top_k_accuracy_ranks_as_a_stable_sort():
    logits = RNG.integers(0, 4, (50, 6)).astype(float)  # with ties
    labels = RNG.integers(0, 6, 50)
    order = np.argsort(-logits, axis=1, kind="stable")
    for k in range(1, 7):
        want = np.mean([c in row[:k] for c, row in zip(labels, order, strict=True)])
        assert metrics.top_k_accuracy(logits, labels, k) == want
    assert metrics.top_k_accuracy(logits, labels, 1) == metrics.accuracy(logits, labels)
    assert metrics.top_k_accuracy(np.full((1, 6), np.nan), np.array([2])) == 0
    assert metrics.top_k_accuracy(logits[:1], np.array([-1]), 6) == 0
    for k in (0, 7):
        with pytest.raises(ValueError, match=f"k is {k} with 6 classes; expected 1 <= k <= 6"):
            metrics.top_k_accuracy(logits, labels, k)


def test_a_confusion_matrix_counts():
    want = np.zeros((4, 4), int)
    for i, j in zip(CLASSES.ravel(), SAID.ravel(), strict=True):
        want[i, j] += 1
    got = metrics.confusion_matrix(CLASSES, SAID, 4)
    np.testing.assert_array_equal(got, want)
    rows = sum(metrics.confusion_matrix(a, b, 4) for a, b in zip(CLASSES, SAID, strict=True))
    np.testing.assert_array_equal(rows, want)
    mapped = fzero.vmap(lambda a, b: metrics.confusion_matrix(a, b, 4))(CLASSES, SAID)
    np.testing.assert_array_equal(mapped.sum(0), want)


def test_a_confusion_matrix_leaves_negative_labels_out_and_refuses_large_ones():
    got = metrics.confusion_matrix(np.array([-1, 1]), np.array([0, 0]), 2)
    np.testing.assert_array_equal(got, [[0, 0], [1, 0]])
    with pytest.raises(IndexError):
        metrics.confusion_matrix(np.array([0, 2]), np.array([0, 0]), 2)
    with pytest.raises(IndexError, match=r"predictions has \[-1\]; expected 0 or more"):
        metrics.confusion_matrix(np.array([0]), np.array([-1]), 2)
    with pytest.raises(ValueError, match=r"predictions is of shape \(2, 3\).*argmax"):
        metrics.confusion_matrix(LABELS, LOGITS, 3)
    metrics.confusion_matrix(LABELS, LOGITS.argmax(-1), 3)  # the advice


def test_precision_recall_and_f1_of_counts():
    matrix = np.array([[5, 1, 0], [2, 3, 0], [0, 1, 0]])  # nobody says class 2
    np.testing.assert_allclose(metrics.precision(matrix), [5 / 7, 3 / 5, 0])
    np.testing.assert_allclose(metrics.recall(matrix), [5 / 6, 3 / 5, 0])
    np.testing.assert_allclose(metrics.f1(matrix), [10 / 13, 6 / 10, 0])
    for function in (metrics.precision, metrics.recall, metrics.f1):
        each = function(matrix)
        assert function(matrix, "macro") == pytest.approx(each.mean())
        assert function(matrix, "weighted") == pytest.approx((each * [6, 5, 1]).sum() / 12)
        assert function(matrix, "micro") == pytest.approx(8 / 12)
    np.testing.assert_array_equal(metrics.f1(np.zeros((2, 2), int)), [0, 0])
    with pytest.raises(ValueError, match="average is 'mean'; expected None, 'macro'"):
        metrics.f1(matrix, "mean")
    with pytest.raises(ValueError, match=r"matrix is of shape \(3,\); expected \(C, C\)"):
        metrics.f1(matrix[0])


def test_auc_is_the_share_of_ordered_pairs():
    scores, labels = RNG.integers(0, 9, 40).astype(float), RNG.integers(0, 2, 40)
    positive, negative = scores[labels == 1, None], scores[labels == 0]
    want = np.mean((positive > negative) + 0.5 * (positive == negative))
    assert metrics.auc(scores, labels) == pytest.approx(want, rel=1e-14)
    assert np.isnan(metrics.auc(scores, np.ones(40)))
    with pytest.raises(ValueError, match=r"expected \(N,\) for both"):
        metrics.auc(scores, labels[:, None])


def test_perplexity_of_a_uniform_guess_is_the_number_of_classes():
    assert metrics.perplexity(np.log(np.float32(7))) == pytest.approx(7)
    assert metrics.perplexity(np.float32(7)).dtype == np.float32


def test_mean_absolute_error_and_r2():
    x, y = RNG.normal(size=(6, 2)), RNG.normal(size=(6, 2))
    assert metrics.mean_absolute_error(x, y) == pytest.approx(np.abs(x - y).mean())
    want = 1 - ((y - x) ** 2).sum(0) / ((y - y.mean(0)) ** 2).sum(0)
    np.testing.assert_allclose(metrics.r2(x, y), want)
    assert metrics.r2(np.full(6, y[:, 0].mean()), y[:, 0]) == pytest.approx(0)
    assert metrics.r2(np.ones(3), np.ones(3)) == 1 and metrics.r2(np.zeros(3), np.ones(3)) == 0
    for function in (metrics.r2, metrics.mean_absolute_error):
        with pytest.raises(ValueError, match=r"targets is of shape \(6,\)"):
            function(x, y[:, 0])


def test_a_mean_over_batches_is_the_mean_over_rows():
    rows = RNG.normal(size=10)
    parts = [rows[:4], rows[4:8], rows[8:]]
    mean = metrics.mean_init()
    for part in parts:
        before = mean
        mean = metrics.mean_update(mean, {"x": part.mean()}, len(part))
        assert before is not mean
    assert metrics.mean_value(mean)["x"] == pytest.approx(rows.mean())


def test_means_merge_in_any_order_and_with_nothing():
    a, b = (metrics.mean_update(metrics.mean_init(), x, w) for x, w in ((1.0, 2), (4.0, 1)))
    assert metrics.mean_merge(a, b) == metrics.mean_merge(b, a) == metrics.Mean(6.0, 3)
    assert metrics.mean_merge(metrics.mean_init(), a) == metrics.mean_merge(a, metrics.mean_init())
    with pytest.raises(ValueError, match="mean is without an update"):
        metrics.mean_value(metrics.mean_init())
    with pytest.raises(ValueError):
        metrics.mean_update(metrics.mean_update(metrics.mean_init(), {"a": 1.0}), {"b": 1.0})


def test_metrics_wait_for_no_value_on_a_card():
    logits, labels = RNG.normal(size=(20, 4)), CLASSES[0]
    calls = [
        lambda x, c: metrics.accuracy(x, c, ignore_label=1),
        lambda x, c: metrics.top_k_accuracy(x, c, 2),
        lambda x, c: metrics.confusion_matrix(c, x.argmax(-1), 4),
        lambda x, c: metrics.f1(metrics.confusion_matrix(c, x.argmax(-1), 4), "weighted"),
        lambda x, c: metrics.auc(x[:, 0], c > 1),
        lambda x, c: metrics.perplexity(x.mean()),
        lambda x, c: metrics.r2(x, x * 2),
        lambda x, c: metrics.mean_value(metrics.mean_update(metrics.mean_init(), x.mean(), 20)),
    ]
    for call in calls:
        with no_sync():
            got = call(put(logits), put(labels))
        np.testing.assert_allclose(unwrap(got), call(logits, labels), rtol=1e-12)


def test_lists_are_arrays():
    assert metrics.accuracy([[0.1, 0.9], [0.8, 0.2]], [1, 1]) == 0.5
    assert metrics.top_k_accuracy([[3.0, 2.0, 1.0]], [1], 2) == 1
    matrix = metrics.confusion_matrix([0, 0, 1], [0, 1, 1], 2)
    assert metrics.recall(matrix.tolist(), "micro") == pytest.approx(2 / 3)
    assert metrics.auc([0.1, 0.9], [0, 1]) == 1
    assert metrics.mean_absolute_error([1, 2], [1, 4]) == 1
    assert metrics.r2([1.0, 2.0, 4.0], [1, 2, 3]) == 0.5


def test_unsigned_integers_do_not_wrap():
    small, large = np.array([0, 3], np.uint8), np.array([2, 4], np.uint8)
    assert metrics.mean_absolute_error(small, large) == 1.5
    assert metrics.r2(small, large) == metrics.r2(small.astype(float), large.astype(float))


def test_no_rows():
    assert metrics.accuracy(np.zeros((0, 3)), np.zeros(0, int)) == 0
    assert metrics.top_k_accuracy(np.zeros((0, 3)), np.zeros(0, int), 1) == 0
    assert np.isnan(metrics.mean_absolute_error(np.zeros(0), np.zeros(0)))


def test_a_score_that_is_nan_has_no_rank():
    assert np.isnan(metrics.auc(np.array([0.1, np.nan, 0.3]), np.array([0, 1, 1])))


@pytest.mark.parametrize("name", ["accuracy", "top_k_accuracy", "confusion_matrix"])
def test_labels_are_integers(name):
    logits, labels = np.zeros((2, 3)), np.zeros(2)
    args = {
        "accuracy": (logits, labels),
        "top_k_accuracy": (logits, labels, 1),
        "confusion_matrix": (labels, logits.argmax(-1), 3),
    }[name]
    with pytest.raises(TypeError, match=f"{name}: labels is of dtype float64; expected integers"):
        getattr(metrics, name)(*args)
