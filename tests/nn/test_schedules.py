"""Schedules against Optax's, at their joints and past their ends, and under transforms."""

import math

import jax
import numpy as np
import optax
import pytest

import fzero
from fzero_nn import optim
from tests.strict import no_sync, put, unwrap

COUNTS = range(131)
CYCLE = {"init_value": 0.0, "peak_value": 0.3, "warmup_steps": 5, "decay_steps": 30}
SCHEDULES = {
    "constant": lambda o: o.constant_schedule(0.1),
    "polynomial": lambda o: o.polynomial_schedule(0.5, 0.1, 2.5, 40, 20),
    "polynomial_0": lambda o: o.polynomial_schedule(0.5, 0.1, 2, 0),
    "linear": lambda o: o.linear_schedule(0.5, 0.1, 40, 20),
    "cosine": lambda o: o.cosine_decay_schedule(0.5, 100, alpha=0.1, exponent=1.3),
    "exponential": lambda o: o.exponential_decay(0.5, 7, 0.8, transition_begin=10),
    "exponential_stairs": lambda o: o.exponential_decay(0.5, 7, 0.8, 3, True, end_value=0.05),
    "exponential_growth": lambda o: o.exponential_decay(0.5, 7, 1.2, end_value=2.0),
    "piecewise": lambda o: o.piecewise_constant_schedule(0.5, {60: 0.1, 20: 0.5}),
    "piecewise_none": lambda o: o.piecewise_constant_schedule(0.5),
    "interpolate_linear": lambda o: o.piecewise_interpolate_schedule(
        "linear", 0.5, {60: 0.1, 20: 2.0, 90: 3.0}
    ),
    "interpolate_cosine": lambda o: o.piecewise_interpolate_schedule(
        "cosine", 0.5, {60: 0.1, 20: 2.0}
    ),
    "linear_onecycle": lambda o: o.linear_onecycle_schedule(100, 0.5),
    "linear_onecycle_short": lambda o: o.linear_onecycle_schedule(3, 0.5, 0.2, 0.5),
    "cosine_onecycle": lambda o: o.cosine_onecycle_schedule(100, 0.5, 0.25, 10.0, 100.0),
    "warmup_constant": lambda o: o.warmup_constant_schedule(0.1, 0.5, 20),
    "warmup_cosine": lambda o: o.warmup_cosine_decay_schedule(0.1, 0.5, 20, 100, 0.01),
    "warmup_cosine_0": lambda o: o.warmup_cosine_decay_schedule(0.1, 0.5, 0, 100),
    "warmup_to_zero": lambda o: o.warmup_cosine_decay_schedule(0.1, 0.0, 20, 100),
    "warmup_exponential": lambda o: o.warmup_exponential_decay_schedule(
        0.1, 0.5, 20, 10, 0.8, transition_begin=5, staircase=True, end_value=0.02
    ),
    "sgdr": lambda o: o.sgdr_schedule([CYCLE, {**CYCLE, "peak_value": 0.2}, CYCLE]),
    "join": lambda o: o.join_schedules(
        [o.linear_schedule(0.0, 1.0, 10), o.constant_schedule(0.5), lambda t: 1 / (40 + t)],
        [10, 30],
    ),
}


@pytest.fixture(autouse=True)
def double_precision():
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


@pytest.mark.parametrize("name", SCHEDULES)
def test_values(name):
    schedule, peer = SCHEDULES[name](optim), SCHEDULES[name](optax)
    want = [float(peer(t)) for t in COUNTS]
    np.testing.assert_allclose([float(schedule(np.int64(t))) for t in COUNTS], want, rtol=1e-12)
    assert float(schedule(5)) == pytest.approx(want[5], rel=1e-12)
    assert math.isfinite(schedule(np.int64(10_000)))


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_vmapped_count_and_a_count_on_a_device(name):
    schedule = SCHEDULES[name](optim)
    want = [float(schedule(t)) for t in COUNTS]
    got = fzero.vmap(lambda t: schedule(t) + 0.0 * t)(np.arange(len(COUNTS)))
    np.testing.assert_allclose(got, want, rtol=1e-14)
    with no_sync():
        value = schedule(put(7))
    assert float(unwrap(value)) == pytest.approx(want[7], rel=1e-14)


def test_a_joined_schedule_is_not_asked_before_its_start():
    rate = optim.join_schedules([lambda t: 5.0, lambda t: 1 / (1 + t)], [1])
    assert [float(rate(t)) for t in range(3)] == [5.0, 1.0, 0.5]


def test_a_schedule_scales_float32_on_every_library():
    for name, make in SCHEDULES.items():
        t = optim.scale_by_schedule(make(optim))
        state = t.init(None)
        for place in (lambda x: x, put):
            updates, _ = t.update(place(np.ones(2, np.float32)), state)
            assert updates.dtype == np.float32, name


def test_derivatives_with_respect_to_what_a_schedule_is_made_of():
    def at_30(start):
        return optim.cosine_decay_schedule(start, 60, alpha=0.5)(30)

    assert fzero.grad(at_30)(0.2) == pytest.approx(0.75, rel=1e-14)
    value = lambda scale: optim.piecewise_constant_schedule(2.0, {10: scale})(20)
    assert fzero.grad(value)(0.5) == pytest.approx(2.0, rel=1e-14)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optim.cosine_decay_schedule(0.1, 0), "decay_steps is 0; expected 1 or more"),
        (lambda: optim.linear_schedule(0.1, 0.0, -1), "transition_steps is -1; expected 0"),
        (lambda: optim.polynomial_schedule(0.1, 0.0, 1, 2, -3), "transition_begin is -3"),
        (lambda: optim.exponential_decay(0.1, 5, 0.0), "decay_rate is 0.0; expected a positive"),
        (lambda: optim.piecewise_constant_schedule(1.0, {3: -1.0}), r"has \{3: -1.0\}"),
        (lambda: optim.piecewise_interpolate_schedule("cubic", 1.0), "is 'cubic'; expected one"),
        (lambda: optim.linear_onecycle_schedule(0, 1.0), "linear_onecycle_schedule: transition"),
        (lambda: optim.cosine_onecycle_schedule(0, 1.0), "cosine_onecycle_schedule: transition"),
        (lambda: optim.join_schedules([abs], [3]), "1 schedules and 1 boundaries; expected one"),
        (lambda: optim.warmup_cosine_decay_schedule(0.0, 1.0, 9, 9), "decay_steps is 9 with"),
        (lambda: optim.sgdr_schedule([]), "cosine_kwargs is empty"),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()
