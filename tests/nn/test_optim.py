"""Optimizers against steps computed by hand, on trees, in both precisions, under transforms."""

import math

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero_nn import optim
from fzero_nn.schedules import cosine_decay

GRADIENTS = [0.5, -2.0, 1.0, 0.25]


def trajectory(optimizer, start=1.0, gradients=GRADIENTS, dtype=float):
    params = {"W": np.array([start], dtype)}
    state, path = optimizer.init(params), []
    for g in gradients:
        updates, state = optimizer.update({"W": np.array([g], dtype)}, state, params)
        params = optim.apply_updates(params, updates)
        path.append(float(params["W"][0]))
    return path


def by_hand(step):
    """The path of `step(t, p, g, memory) -> p` in plain Python."""
    p, memory, path = 1.0, {}, []
    for t, g in enumerate(GRADIENTS, 1):
        p = step(t, p, g, memory)
        path.append(p)
    return path


def sgd_step(t, p, g, memory):
    return p - 0.1 * g


def momentum_step(t, p, g, memory):
    memory["v"] = 0.9 * memory.get("v", 0.0) + g
    return p - 0.1 * memory["v"]


def nesterov_step(t, p, g, memory):
    memory["v"] = 0.9 * memory.get("v", 0.0) + g
    return p - 0.1 * (g + 0.9 * memory["v"])


def adam_step(t, p, g, memory):
    m = memory["m"] = 0.8 * memory.get("m", 0.0) + 0.2 * g
    v = memory["v"] = 0.95 * memory.get("v", 0.0) + 0.05 * g * g
    return p - 0.1 * (m / (1 - 0.8**t)) / (math.sqrt(v / (1 - 0.95**t)) + 1e-3)


CASES = {
    "sgd": (optim.sgd(0.1), sgd_step),
    "momentum": (optim.sgd(0.1, momentum=0.9), momentum_step),
    "nesterov": (optim.sgd(0.1, momentum=0.9, nesterov=True), nesterov_step),
    "adam": (optim.adam(0.1, b1=0.8, b2=0.95, eps=1e-3), adam_step),
    "schedule": (optim.sgd(lambda count: 0.1 / (1 + count)), lambda t, p, g, m: p - 0.1 / t * g),
}


@pytest.mark.parametrize("name", CASES)
def test_steps_are_those_of_the_formula(name):
    optimizer, step = CASES[name]
    np.testing.assert_allclose(trajectory(optimizer), by_hand(step), rtol=1e-13)


@pytest.mark.parametrize("name", CASES)
def test_float32_stays_float32_even_with_a_float64_rate(name):
    optimizer, step = CASES[name]
    np.testing.assert_allclose(trajectory(optimizer, dtype=np.float32), by_hand(step), rtol=1e-5)
    params = np.ones(3, np.float32)
    for tried in (optimizer, optim.adam(np.float64(0.1)), optim.sgd(np.float64(0.1), 0.5)):
        updates, state = tried.update(params, tried.init(params), params)
        assert updates.dtype == np.float32
        arrays = [x for x in fzero.tree.leaves(state) if np.ndim(x)]
        assert all(x.dtype == np.float32 for x in arrays)


def test_the_first_adam_step_has_the_size_of_the_rate():
    g = np.array([1e-4, -30.0, 1e6])
    updates, _ = optim.adam(0.01).update(g, optim.adam(0.01).init(g))
    np.testing.assert_allclose(updates, [-0.01, 0.01, -0.01], rtol=1e-3)


def test_adam_keeps_its_bias_correction_exact_in_float32():
    """1 - 0.999**t in float32 would be wrong by 1e-5 at t = 1."""
    g = np.array([0.5], np.float32)
    t = optim.scale_by_adam(eps=0.0)
    updates, _ = t.update(g, t.init(g))
    assert updates[0] == pytest.approx(1.0, rel=3e-7)


def test_adam_of_complex_parameters_scales_by_the_modulus():
    g = np.array([3.0 + 4.0j])
    t = optim.scale_by_adam()
    updates, state = t.update(g, t.init(g))
    np.testing.assert_allclose(updates, (3 + 4j) / 5, rtol=1e-8)
    assert state.nu.dtype == np.float64


def test_any_tree_and_frozen_results():
    params = [{"W": np.ones((2, 2)), "b": np.zeros(2)}, (np.ones(3), None)]
    optimizer = optim.adam(0.1)
    state = optimizer.init(params)
    updates, state = optimizer.update(params, state, params)
    new = optim.apply_updates(params, updates)
    assert isinstance(new[0], fzero.FrozenDict) and new[1][1] is None
    kept = [x for x in fzero.tree.leaves((new, state)) if np.ndim(x)]
    assert len(kept) == 9 and not any(x.flags.writeable for x in kept)
    assert all(x.flags.writeable for x in fzero.tree.leaves(params))
    np.testing.assert_array_equal(params[0]["W"], np.ones((2, 2)))  # the old ones are unchanged


def test_chain_passes_updates_on_and_keeps_states_apart():
    optimizer = optim.chain(optim.trace(0.5), optim.scale(-2.0))
    state = optimizer.init(0.0)
    assert state == (optim.TraceState(0.0), optim.EmptyState())
    first, state = optimizer.update(1.0, state)
    second, state = optimizer.update(1.0, state)
    assert (first, second) == (-2.0, -3.0)
    with pytest.raises(ValueError, match="chain: state is of 1 transformations; expected 2"):
        optimizer.update(1.0, (optim.EmptyState(),))


def test_errors_name_the_argument():
    with pytest.raises(ValueError, match="scale_by_adam: b2 is 1.0; expected 0 <= b2 < 1"):
        optim.adam(0.1, b2=1.0)
    with pytest.raises(ValueError, match="trace: decay is -0.1"):
        optim.sgd(0.1, momentum=-0.1)
    with pytest.raises(ValueError, match=r"\['b'\]"):
        optim.apply_updates({"W": 1.0, "b": 2.0}, {"W": 1.0})


def rosenbrock(p):
    return (1 - p["x"]) ** 2 + 100 * (p["y"] - p["x"] ** 2) ** 2


def descend(optimizer, params, steps):
    def step(carry, _):
        params, state = carry
        updates, state = optimizer.update(fzero.grad(rosenbrock)(params), state, params)
        return (optim.apply_updates(params, updates), state), None

    (params, _), _ = fzero.scan(step, (params, optimizer.init(params)), None, length=steps)
    return params


def test_adam_finds_a_minimum_inside_scan():
    found = descend(optim.adam(0.05), {"x": np.array(-1.0), "y": np.array(1.0)}, 3000)
    np.testing.assert_allclose([found["x"], found["y"]], [1, 1], atol=2e-3)


def test_an_ensemble_by_vmap_takes_the_steps_of_each_member():
    starts = {"x": np.array([-1.0, 0.0, 0.5]), "y": np.array([1.0, 0.2, -0.5])}
    optimizer = optim.adam(0.05)
    together = fzero.vmap(lambda p: descend(optimizer, p, 5))(starts)
    for i in range(3):
        alone = descend(optimizer, {k: v[i] for k, v in starts.items()}, 5)
        np.testing.assert_allclose(together["x"][i], alone["x"], rtol=1e-13)


def test_gradient_with_respect_to_the_learning_rate():
    """After one step of SGD on p**2 from 1: loss (1 - 2 r)**2, derivative -4 (1 - 2 r)."""

    def after(rate):
        optimizer = optim.sgd(rate)
        updates, _ = optimizer.update(2.0, optimizer.init(1.0), 1.0)
        return optim.apply_updates(1.0, updates) ** 2

    assert fzero.grad(after)(0.1) == pytest.approx(-4 * (1 - 0.2), rel=1e-14)


def test_cosine_decay():
    rate = cosine_decay(0.1, 10, end=0.02)
    wanted = [0.02 + 0.08 * (1 + math.cos(math.pi * t / 10)) / 2 for t in range(11)]
    np.testing.assert_allclose([rate(t) for t in range(11)], wanted, rtol=1e-14)
    assert rate(11) == rate(np.int64(10**9)) == pytest.approx(0.02)
    np.testing.assert_allclose(fzero.vmap(rate)(np.arange(11)), wanted, rtol=1e-14)
    with pytest.raises(ValueError, match="cosine_decay: steps is 0; expected 1 or more"):
        cosine_decay(0.1, 0)


def test_python_floats_are_parameters_too():
    updates, _ = optim.adam(0.1).update([1.0, -1.0], optim.adam(0.1).init([0.0, 0.0]))
    np.testing.assert_allclose(fnp.asarray(updates), [-0.1, 0.1], rtol=1e-6)
