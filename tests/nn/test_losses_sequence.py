"""The loss of connectionist temporal classification, against every alignment one by one."""

import itertools
import math

import numpy as np
import optax
import pytest

import fzero
from fzero_nn import losses
from tests.strict import put, unwrap

RNG = np.random.default_rng(0)


def ctc_by_hand(logits, labels, blank=0):
    """Every way to say the labels, one by one."""
    steps, classes = logits.shape
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    total = 0.0
    for way in itertools.product(range(classes), repeat=steps):
        said = [c for c, _ in itertools.groupby(way) if c != blank]
        if said == list(labels):
            total += math.prod(p[t, c] for t, c in enumerate(way))
    return -math.log(total) if total else math.inf


@pytest.mark.parametrize("blank", [0, 2])
@pytest.mark.parametrize("said", [[], [1], [1, 1], [1, 3], [3, 1, 3], [1, 1, 1, 1]])
def test_ctc_sums_over_every_alignment(said, blank):
    logits = RNG.normal(size=(5, 1, 4))
    labels = np.array([said + [9] * (5 - len(said))])
    got = losses.ctc_loss(logits, labels, np.array([5]), np.array([len(said)]), blank=blank)
    assert got == pytest.approx(ctc_by_hand(logits[:, 0], said, blank), rel=1e-12)


def test_ctc_is_that_of_optax():
    logits = RNG.normal(size=(6, 2, 4)).astype("f4")
    labels, steps, counts = np.array([[1, 2, 2], [3, 1, 0]]), np.array([6, 4]), np.array([3, 2])
    got = losses.ctc_loss(logits, labels, steps, counts, reduction="none")
    padded = lambda lengths, most: (np.arange(most) >= lengths[:, None]).astype("f4")
    want = optax.ctc_loss(logits.swapaxes(0, 1), padded(steps, 6), labels, padded(counts, 3))
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, want, rtol=1e-5)


def test_ctc_of_too_few_steps_is_infinite_with_gradient_zero():
    logits = RNG.normal(size=(2, 2, 3))
    args = np.array([[1, 1], [1, 2]]), np.array([2, 2]), np.array([2, 2])
    each = losses.ctc_loss(logits, *args, reduction="none")
    assert each[0] == np.inf and np.isfinite(each[1])
    gradient = fzero.grad(lambda x: losses.ctc_loss(x, *args, reduction="sum"))(logits)
    assert not gradient[:, 0].any() and gradient[:, 1].any() and np.isfinite(gradient).all()


def test_ctc_does_not_look_beyond_the_lengths():
    logits = RNG.normal(size=(4, 1, 3))
    logits[3] = np.nan
    args = np.array([[1, -5]]), np.array([3]), np.array([1])
    value, gradient = fzero.value_and_grad(losses.ctc_loss)(logits, *args)
    assert value == pytest.approx(ctc_by_hand(logits[:3, 0], [1]), rel=1e-12)
    assert np.isfinite(gradient).all() and not gradient[3].any()


def test_ctc_of_long_sequences_and_sure_logits_is_finite():
    logits = np.zeros((500, 1, 3))
    logits[:, :, 0] = 1e4
    labels, steps, counts = np.ones((1, 2), int), np.array([500]), np.array([2])
    value, gradient = fzero.value_and_grad(losses.ctc_loss)(logits, labels, steps, counts)
    assert value == pytest.approx(2e4, rel=1e-2) and np.isfinite(gradient).all()


def test_ctc_errors_name_what_is_wrong():
    logits, one = np.zeros((4, 1, 3)), np.array([1])
    call = lambda labels, steps, counts: losses.ctc_loss(logits, labels, steps, counts)
    with pytest.raises(ValueError, match="blank is 3; expected 0 <= blank < 3"):
        losses.ctc_loss(logits, np.array([[1]]), one, one, blank=3)
    with pytest.raises(IndexError, match="labels has the blank 0 within label_lengths"):
        call(np.array([[0]]), one, one)
    with pytest.raises(IndexError, match=r"labels has \[3\]; expected 0 <= label < 3"):
        call(np.array([[3]]), one, one)
    with pytest.raises(IndexError, match="logit_lengths is from 5 to 5; expected 0 to 4"):
        call(np.array([[1]]), np.array([5]), one)
    with pytest.raises(TypeError, match="label_lengths is of dtype float64; expected integers"):
        call(np.array([[1]]), one, np.array([1.0]))
    with pytest.raises(ValueError, match=r"expected \(T, N, C\) and \(N, S\)"):
        call(np.array([1]), one, one)
    with pytest.raises(ValueError, match=r"logit_lengths is of shape \(2,\)"):
        call(np.array([[1]]), np.array([1, 1]), one)


def test_ctc_on_the_stand_in():
    logits = RNG.normal(size=(4, 2, 3))
    args = np.array([[1, 2], [2, 0]]), np.array([4, 3]), np.array([2, 1])
    got = losses.ctc_loss(put(logits), *map(put, args), reduction="none")
    np.testing.assert_allclose(unwrap(got), losses.ctc_loss(logits, *args, reduction="none"))


def test_ctc_takes_impossible_classes_and_bytes():
    logits = RNG.normal(size=(5, 1, 4))
    logits[:, :, 2] = -np.inf
    labels, steps, counts = np.array([[1, 3]]), np.array([5]), np.array([2])
    loss = lambda x: losses.ctc_loss(x, labels, steps, counts)
    value, gradient = fzero.value_and_grad(loss)(logits)
    assert value == pytest.approx(ctc_by_hand(logits[:, 0], [1, 3]), rel=1e-12)
    assert np.isfinite(gradient).all() and not gradient[:, :, 2].any()
    assert losses.ctc_loss(logits, np.array([[1, 2]]), steps, counts) == np.inf
    many = np.ones((1, 130), np.uint8), np.array([400]), np.array([130], np.uint8)
    long = np.zeros((400, 1, 3))
    assert losses.ctc_loss(long, *many) == losses.ctc_loss(long, *(a.astype(int) for a in many))


def test_ctc_of_nothing():
    call = lambda t, n, s, steps: losses.ctc_loss(
        np.zeros((t, n, 3)), np.ones((n, s), int), np.full(n, steps), np.zeros(n, int)
    )
    assert call(0, 2, 0, 0) == 0  # no steps say no labels for sure
    assert call(4, 0, 2, 0) == 0  # no sequences
    assert call(4, 2, 0, 4) == pytest.approx(4 * math.log(3))  # blanks alone
