"""Helpers around a training loop: steps, evaluations, early stopping, Ctrl-C."""

import os
import signal
import threading
import time

import numpy as np
import pytest

import fzero
from fzero import random
from fzero_nn import Linear, checkpoint, optim
from fzero_nn.losses import mse
from fzero_nn.training import (
    EarlyStopping,
    evaluate,
    interruptible,
    make_train_step,
    train_state,
)
from tests.strict import no_sync, put, unwrap

LAYER = Linear(3, 1)
X = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
Y = X.sum(1, keepdims=True)


def loss_fn(params, state, batch, key):
    x, y = batch
    noise = 0.01 * random.normal(key, x.shape, x.dtype)
    said, state = LAYER.apply(params, state, x + noise, train=True)
    return mse(said, y), (state, {"error": abs(said - y).mean()})


def begin(place=lambda x: x):
    params, state = fzero.tree.map(place, LAYER.init(random.key(0)))
    optimizer = optim.adam(0.05)
    return optimizer, train_state(params, state, optimizer, place(random.key(1)))


def run(optimizer, state, steps, place=lambda x: x):
    step, batch = make_train_step(loss_fn, optimizer), fzero.tree.map(place, (X, Y))
    metrics = {}
    for _ in range(steps):
        state, metrics = step(state, batch)
    return state, metrics


def leaves_equal(a, b):
    return all(
        np.array_equal(x, y)
        for x, y in zip(fzero.tree.leaves(a), fzero.tree.leaves(b), strict=True)
    )


def test_a_step_is_the_loop_that_it_replaces():
    optimizer, state = begin()
    params, opt_state, layer_state = state.params, state.opt_state, state.state
    for i in range(5):
        key = random.fold_in(state.key, i)
        grads, (layer_state, _) = fzero.grad(loss_fn, has_aux=True)(
            params, layer_state, (X, Y), key
        )
        updates, opt_state = optimizer.update(grads, opt_state, params)
        params = optim.apply_updates(params, updates)
    got, metrics = run(optimizer, state, 5)
    assert leaves_equal(got.params, params) and got.step == 5
    assert set(metrics) == {"loss", "error"}
    assert leaves_equal(got.opt_state, opt_state)


def test_a_step_leaves_its_state_alone():
    optimizer, state = begin()
    before = [np.array(x).tobytes() for x in fzero.tree.leaves(state)]
    run(optimizer, state, 1)
    assert [np.array(x).tobytes() for x in fzero.tree.leaves(state)] == before


def test_training_lowers_the_loss():
    optimizer, state = begin()
    _, first = run(optimizer, state, 1)
    _, last = run(optimizer, state, 200)
    assert last["loss"] < 0.01 * first["loss"]


def test_a_run_that_is_continued_is_the_run_without_a_break(tmp_path):
    optimizer, state = begin()
    whole, _ = run(optimizer, state, 6)
    half, _ = run(optimizer, state, 3)
    checkpoint.save(tmp_path / "half.npz", half)
    loaded = checkpoint.load(tmp_path / "half.npz", like=half)
    continued, _ = run(optimizer, loaded, 3)
    assert continued.step == 6 and leaves_equal(continued, whole)


def test_training_on_a_card_waits_for_no_value():
    optimizer, state = begin()
    want, _ = run(optimizer, state, 3)
    optimizer, state = begin(put)
    with no_sync():
        got, _ = run(optimizer, state, 3, put)
    np.testing.assert_allclose(unwrap(got.params["W"]), want.params["W"], rtol=1e-5)


def test_an_optimizer_may_ask_for_the_loss():
    seen = []

    def update(updates, state, params=None, *, value, **extra):
        seen.append(value)
        return updates, state

    asking = optim.GradientTransformationExtraArgs(lambda params: (), update)
    _, state = begin()
    state = train_state(state.params, state.state, asking, state.key)
    _, metrics = make_train_step(loss_fn, asking)(state, (X, Y))
    assert seen == [metrics["loss"]]


# ---------------------------------------------------------------------------------- evaluation


def test_an_evaluation_weighs_batches_by_their_rows():
    metrics_fn = lambda params, state, batch: {"mean": batch["x"].mean(), "none": None}
    batches = [{"x": X[:8]}, {"x": X[8:]}]
    got = evaluate(metrics_fn, None, None, iter(batches))
    assert got["mean"] == pytest.approx(X.mean(), rel=1e-6)
    by_tokens = evaluate(metrics_fn, None, None, batches, rows=lambda batch: batch["x"].size)
    assert by_tokens["mean"] == pytest.approx(X.mean(), rel=1e-6)


def test_an_evaluation_without_a_batch_is_refused():
    with pytest.raises(ValueError, match="evaluate: batches is empty.*used up after one pass"):
        evaluate(lambda *args: 1.0, None, None, [])


# ------------------------------------------------------------------------------ early stopping


def stops(values, **options):
    stopping = EarlyStopping(**options)
    for i, value in enumerate(values):
        stopping = stopping.update(value)
        if stopping.stop:
            return i
    return None


def test_early_stopping_waits_for_its_patience():
    assert stops([3, 2, 1, 1, 1], patience=2) == 4
    assert stops([3, 2, 4, 1, 5, 0], patience=2) is None
    assert stops([1, 2, 3, 3, 2], patience=2, maximize=True) == 4
    assert stops([1.0, 0.95, 0.91, 0.5, 0.5], patience=2, min_delta=0.1) == 2
    assert stops([1.0, np.nan, np.nan], patience=2) == 2
    assert stops([np.nan, np.nan], patience=2) == 1


def test_early_stopping_is_a_value():
    start = EarlyStopping(patience=1)
    first = start.update(np.float32(2))
    assert start.best is None and not start.improved
    assert first.best == 2 and first.improved and not first.stop
    worse = first.update(3)
    assert worse.best == 2 and not worse.improved and worse.stop
    assert worse.update(1) == EarlyStopping(patience=1, best=1.0)


# -------------------------------------------------------------------------------------- Ctrl-C


def press():
    os.kill(os.getpid(), signal.SIGINT)


def test_the_first_interrupt_is_a_flag_and_the_second_raises():
    before = signal.getsignal(signal.SIGINT)
    done = []
    with interruptible() as interrupted:
        for step in range(5):
            if step == 2:
                press()
            done.append(step)
            if interrupted():
                break
    assert done == [0, 1, 2]
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(KeyboardInterrupt), interruptible():
        press()
        press()
    assert signal.getsignal(signal.SIGINT) is before


def test_after_the_context_an_interrupt_raises_again():
    with interruptible() as interrupted:
        pass
    with pytest.raises(KeyboardInterrupt):
        press()
        time.sleep(1)  # the handler runs between two instructions
    assert not interrupted()


def test_the_handler_goes_back_after_an_exception():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError), interruptible():
        raise ZeroDivisionError
    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_gets_no_signals():
    found = []

    def enter():
        try:
            with interruptible():
                pass
        except RuntimeError as error:
            found.append(str(error))

    thread = threading.Thread(target=enter, name="loader")
    thread.start()
    thread.join()
    assert found[0].startswith("interruptible: the thread is loader; expected the main thread")


def test_a_batch_is_weighed_by_its_first_array_that_has_rows():
    batches = [{"a": np.float32(7), "x": np.ones(3)}, {"a": np.float32(7), "x": np.zeros(1)}]
    assert evaluate(lambda p, s, batch: batch["x"].mean(), None, None, batches) == 0.75
    with pytest.raises(ValueError, match=r"evaluate: batches has \[1, 2\]; expected arrays"):
        evaluate(lambda p, s, batch: 1.0, None, None, [[1, 2]])
    assert evaluate(lambda p, s, batch: 1.0, None, None, [[1, 2]], rows=len) == 1.0


def test_early_stopping_needs_patience():
    with pytest.raises(ValueError, match="EarlyStopping: patience is 0; expected 1 or more"):
        EarlyStopping(patience=0).update(1.0)
