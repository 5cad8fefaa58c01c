"""Optimizers against steps computed by hand, on trees, in both precisions, under transforms."""

import math

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero import random
from fzero_nn import optim
from tests.strict import no_sync, put, unwrap

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


def test_python_floats_are_parameters_too():
    updates, _ = optim.adam(0.1).update([1.0, -1.0], optim.adam(0.1).init([0.0, 0.0]))
    np.testing.assert_allclose(fnp.asarray(updates), [-0.1, 0.1], rtol=1e-6)


# --------------------------------------------------------------------------------------- DeZero

P0 = np.array([1.0, 2.0, 3.0])
G5 = np.array([[1, -2, 0.5], [0.3, 0.1, -1], [0, 1, 2], [-1, -1, -1], [0.2, 0.2, 0.2]])
CLIP = optim.clip_by_global_norm(1.0, eps=1e-6)
DECAY = optim.add_decayed_weights(0.1)
#: Its values after five steps from P0 with the gradients G5.
DEZERO = {
    "SGD": (optim.sgd(0.1), [0.95, 2.1700000000000004, 2.93]),
    "MomentumSGD": (optim.momentum_sgd(0.1, 0.9), [0.65732, 2.68363, 2.767145]),
    "AdaGrad": (
        optim.adagrad(0.1, 0.0, 1e-8, eps_in_sqrt=False),
        [0.9267328845240795, 2.0829892272765234, 2.9341810422300543],
    ),
    "AdaDelta": (
        optim.adadelta(rho=0.95),
        [0.9971408775687527, 2.003533167095827, 2.997371299307506],
    ),
    "Adam": (
        optim.adam(0.001, eps_hat=True),
        [0.9974286964002151, 2.002384766238996, 2.9987509894340523],
    ),
    "Adam(0.1)": (
        optim.adam(0.1, eps_hat=True),
        [0.7428696400215115, 2.2384766238996163, 2.875098943405271],
    ),
    "SGD+WeightDecay": (
        optim.chain(DECAY, optim.sgd(0.1)),
        [0.9048214789, 2.0653863118, 2.7849502492],
    ),
    "SGD+ClipGrad": (
        optim.chain(CLIP, optim.sgd(0.1)),
        [0.9654875841813942, 2.070766155233264, 3.0218167030014],
    ),
    "SGD+WeightDecay+ClipGrad": (
        optim.chain(DECAY, CLIP, optim.sgd(0.1)),
        [0.9433745105894142, 2.0191369117955875, 2.9467086069492376],
    ),
}


@pytest.mark.parametrize("name", DEZERO)
def test_the_values_of_dezero(name):
    optimizer, want = DEZERO[name]
    params, state = P0, optimizer.init(P0)
    for g in G5:
        updates, state = optimizer.update(g, state, params)
        params = optim.apply_updates(params, updates)
    np.testing.assert_allclose(params, want, rtol=1e-14)


# ----------------------------------------------------------------- every optimizer, on any tree

ALL = {
    "adabelief": optim.adabelief(0.1, eps=1e-6),
    "adadelta": optim.adadelta(0.5),
    "adafactor": optim.adafactor(0.1, min_dim_size_to_factor=2, momentum=0.9),
    "adagrad": optim.adagrad(0.1),
    "adam": optim.adam(0.1, nesterov=True),
    "adamax": optim.adamax(0.1),
    "adamw": optim.adamw(np.float64(0.1), mask=lambda p: fzero.tree.map(lambda x: x.ndim > 1, p)),
    "adan": optim.adan(0.1),
    "amsgrad": optim.amsgrad(0.1),
    "fromage": optim.fromage(0.1),
    "lamb": optim.lamb(0.1),
    "lars": optim.lars(0.1),
    "lion": optim.lion(0.1),
    "momentum_sgd": optim.momentum_sgd(np.array(0.1)),
    "noisy_sgd": optim.noisy_sgd(0.1, eta=0.0, key=0),
    "novograd": optim.novograd(0.1),
    "optimistic": optim.optimistic_gradient_descent(0.1),
    "radam": optim.radam(0.1),
    "rmsprop": optim.rmsprop(0.1, centered=True, momentum=0.9),
    "rprop": optim.rprop(0.1),
    "sgd": optim.sgd(optim.warmup_cosine_decay_schedule(0.0, 0.1, 2, 5)),
    "signum": optim.signum(0.1),
    "sm3": optim.sm3(0.1),
    "yogi": optim.yogi(0.1),
    "ademamix": optim.contrib.ademamix(0.1),
    "muon": optim.contrib.muon(0.1),
    "prodigy": optim.contrib.prodigy(estim_lr0=1e-2),
    "sam": optim.contrib.sam(optim.sgd(0.1, 0.9), optim.sgd(0.05)),
    "schedule_free": optim.contrib.schedule_free_sgd(0.1, warmup_steps=2),
    "clipped": optim.chain(CLIP, optim.adaptive_grad_clip(0.1), optim.clip(1.0), optim.sgd(0.1)),
    "finite": optim.apply_if_finite(optim.adam(0.1), 3),
    "injected": optim.inject_hyperparams(optim.adam)(0.1),
    "steps": optim.MultiSteps(optim.adam(0.1), 2),
}


def steps_of(optimizer, params, gradient, count=7):
    state = optimizer.init(params)
    for i in range(count):
        g = fzero.tree.map(lambda p, i=i: gradient(p, i), params)
        updates, state = optimizer.update(g, state, params)
        params = optim.apply_updates(params, updates)
    return params, state


def some_gradient(p, i):
    """Different ones at each step, with zeros at the third, down to what float16 can just hold."""
    size = (0.0, 3e-5, 1.0)[(i + 1) % 3]
    return (size * np.cos(np.arange(p.size) + i).reshape(p.shape)).astype(p.dtype)


def sample(dtype):
    return {"W": np.ones((3, 2), dtype), "rest": [np.full(2, 0.5, dtype), None, ({},)]}


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("name", ALL)
def test_the_dtype_stays_and_the_steps_are_those_of_float64(name, dtype):
    want, _ = steps_of(ALL[name], sample(np.float64), some_gradient)
    got, state = steps_of(ALL[name], sample(dtype), some_gradient)
    tolerance = 200 * np.finfo(dtype).eps
    for a, b in zip(fzero.tree.leaves(got), fzero.tree.leaves(want), strict=True):
        assert a.dtype == dtype and np.isfinite(a).all()
        np.testing.assert_allclose(a, b, atol=tolerance)
    kept = [x.dtype for x in fzero.tree.leaves(state) if np.ndim(x) > 1]
    assert all(d in (dtype, np.float32) for d in kept)


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_changed_in_place_and_what_comes_back_is_frozen(name):
    params = sample(np.float64)
    before = fzero.tree.map(np.copy, params)
    state = ALL[name].init(params)
    for i in range(3):
        g = fzero.tree.map(lambda p, i=i: some_gradient(p, i), params)
        kept = fzero.tree.map(np.copy, g)
        updates, state = ALL[name].update(g, state, params)
        for x in fzero.tree.leaves(g):
            x[...] = np.nan  # what the caller does with its own arrays is its own affair
        assert not any(np.isnan(x).any() for x in fzero.tree.leaves((updates, state)))
        assert fzero.tree.structure(updates) == fzero.tree.structure(fzero.freeze(kept))
    arrays = [x for x in fzero.tree.leaves((updates, state)) if isinstance(x, np.ndarray)]
    assert arrays and not any(x.flags.writeable for x in arrays)
    fzero.tree.map(np.testing.assert_array_equal, params, before)


@pytest.mark.parametrize("name", ALL)
def test_trees_without_leaves(name):
    for empty in ({}, [None], ()):
        params, _ = steps_of(ALL[name], empty, some_gradient, count=2)
        assert params == empty


@pytest.mark.parametrize("name", ALL)
def test_a_vmapped_step_is_that_of_each_member(name):
    rng = np.random.default_rng(0)
    together = {"W": rng.normal(size=(3, 2, 2)), "b": rng.normal(size=(3, 2))}

    def train(params):
        return steps_of(ALL[name], params, lambda p, i: fnp.sin(p) * (i + 1), count=4)[0]

    got = fzero.vmap(train)(together)
    for i in range(3):
        want = train({k: v[i] for k, v in together.items()})
        for k in want:
            np.testing.assert_allclose(got[k][i], want[k], rtol=1e-12)


def test_a_shared_array_is_one_leaf_for_each_place_and_gets_one_step_each():
    W = np.ones(2)
    params, _ = steps_of(optim.sgd(0.5), {"a": W, "b": W}, lambda p, i: np.ones(2), count=1)
    np.testing.assert_array_equal(params["a"], [0.5, 0.5])
    np.testing.assert_array_equal(params["b"], [0.5, 0.5])


# ------------------------------------------------------------------------------------- freezing


def test_frozen_layers_keep_their_values_to_the_bit():
    params = {"l1": {"W": np.ones((2, 2)), "b": np.zeros(2)}, "l2": {"W": np.ones(2)}}
    ways = {
        "partition": optim.partition(
            {"train": optim.adam(0.1), "not": optim.set_to_zero()}, {"l1": "not", "l2": "train"}
        ),
        "multi_transform": optim.multi_transform(
            {1: optim.adam(0.1), 0: optim.set_to_zero()}, lambda p: {"l1": 0, "l2": 1}
        ),
        "freeze": optim.chain(optim.adamw(0.1), optim.freeze({"l1": True, "l2": False})),
        "selective": optim.selective_transform(
            optim.adamw(0.1), freeze_mask={"l1": True, "l2": False}
        ),
    }
    for name, optimizer in ways.items():
        new, state = steps_of(optimizer, params, lambda p, i: np.ones_like(p))
        fzero.tree.map(np.testing.assert_array_equal, dict(new["l1"]), params["l1"])
        assert (new["l2"]["W"] < 0.5).all(), name
        if name != "freeze":  # no state for what is frozen: count, mu and nu of l2/W
            assert len([x for x in fzero.tree.leaves(state) if np.ndim(x)]) == 2


def test_a_mask_that_does_not_fit_names_the_paths():
    params = {"a": {"W": 1.0}, "b": 2.0}
    with pytest.raises(ValueError, match=r"masked: params is a dict without \['c'\]"):
        optim.masked(optim.scale(1.0), {"a": True, "b": True, "c": True}).init(params)
    with pytest.raises(TypeError, match=r"masked: mask\['b'\] is 'yes'; expected booleans"):
        optim.masked(optim.scale(1.0), {"a": True, "b": "yes"}).init(params)
    optimizer = optim.partition({"x": optim.sgd(0.1)}, {"a": {"W": "y"}, "b": "x"})
    with pytest.raises(ValueError, match=r"partition: labels\['a'\]\['W'\] is 'y'; expected one"):
        optimizer.init(params)


# ------------------------------------------------------------------------------------- wrappers


def test_multi_steps_train_as_one_large_batch():
    rng = np.random.default_rng(0)
    gs = rng.normal(size=(6, 3))
    accumulated, plain = optim.MultiSteps(optim.adam(0.1), 3), optim.adam(0.1)
    params, state = np.zeros(3), accumulated.init(np.zeros(3))
    for i, g in enumerate(gs):
        updates, state = accumulated.update(g, state, params)
        params = optim.apply_updates(params, updates)
        assert bool(accumulated.has_updated(state)) == (i % 3 == 2)
    want, s = np.zeros(3), plain.init(np.zeros(3))
    for g in gs.reshape(2, 3, 3).mean(1):
        updates, s = plain.update(g, s, want)
        want = optim.apply_updates(want, updates)
    np.testing.assert_allclose(params, want, rtol=1e-13)
    assert (state.mini_step, state.gradient_step) == (0, 2)


def test_multi_steps_skip_what_is_not_finite():
    optimizer = optim.MultiSteps(optim.sgd(1.0), 2, should_skip_update_fn=optim.skip_not_finite)
    state, found = optimizer.init(np.zeros(1)), []
    for g in (1.0, np.nan, 3.0):
        updates, state = optimizer.update(np.array([g]), state, np.zeros(1))
        found.append((float(updates[0]), bool(state.skip_state["should_skip"])))
    assert found == [(0.0, False), (0.0, True), (-2.0, False)]


def test_steps_that_are_not_finite_leave_the_state_alone_until_there_are_too_many():
    optimizer = optim.apply_if_finite(optim.sgd(1.0, 0.5), 2)
    state, found = optimizer.init(np.zeros(1)), []
    for g in (1.0, np.inf, np.nan, 1.0, np.nan, np.nan, np.nan):
        updates, state = optimizer.update(np.array([g]), state)
        found.append(float(updates[0]))
    np.testing.assert_equal(found, [-1.0, 0, 0, -1.5, 0, 0, np.nan])
    assert (state.notfinite_count, bool(state.last_finite), state.total_notfinite) == (3, False, 5)


def test_injected_hyperparameters_are_read_and_changed_in_the_state():
    optimizer = optim.inject_hyperparams(optim.adamw)(lambda count: 1.0 / (1 + count), b1=0.0)
    state = optimizer.init(np.zeros(2))
    assert state.hyperparams["learning_rate"] == 1.0
    assert state.hyperparams["b1"] == 0.0 and "nesterov" not in state.hyperparams
    _, state = optimizer.update(np.ones(2), state, np.zeros(2))
    _, state = optimizer.update(np.ones(2), state, np.zeros(2))
    assert state.hyperparams["learning_rate"] == 0.5
    changed = state._replace(hyperparams=state.hyperparams | {"weight_decay": 100.0})
    updates, _ = optimizer.update(np.zeros(2), changed, np.ones(2))
    assert (updates < -30).all()
    with pytest.raises(ValueError, match=r"static_args has \['lr'\]; expected some of"):
        optim.inject_hyperparams(optim.sgd, static_args="lr")


def test_noise_follows_its_key_and_dies_out():
    t = optim.add_noise(eta=4.0, gamma=2.0, key=random.key(0))
    zeros, state, sizes = {"a": np.zeros(1000), "b": np.zeros(1000)}, t.init(None), []
    first, _ = t.update(zeros, state)
    again, _ = t.update(zeros, t.init(None))
    np.testing.assert_array_equal(first["a"], again["a"])
    assert np.abs(np.corrcoef(first["a"], first["b"])[0, 1]) < 0.1
    for _ in range(4):
        noise, state = t.update(zeros, state)
        sizes.append(noise["a"].std())
    np.testing.assert_allclose(sizes, [2 / n for n in (1, 2, 3, 4)], rtol=0.1)


def test_further_arguments_reach_those_who_take_them():
    optimizer = optim.chain(optim.sgd(1.0), optim.masked(optim.scale_by_polyak(), {"a": True}))
    g = {"a": np.array([2.0])}
    updates, _ = optimizer.update(g, optimizer.init(g), g, value=1.0)
    np.testing.assert_allclose(updates["a"], [-0.5])
    plain = optim.with_extra_args_support(optim.scale(2.0))
    assert plain.update(1.0, plain.init(1.0), value=3.0)[0] == 2.0


# --------------------------------------------------------------------------- extremes and errors


def test_a_clipped_gradient_of_zero_is_zero_and_has_a_derivative():
    def clipped(g):
        return CLIP.update(g, ())[0].sum()

    np.testing.assert_array_equal(CLIP.update(np.zeros(2), ())[0], [0, 0])
    np.testing.assert_array_equal(fzero.grad(clipped)(np.zeros(2)), [1, 1])
    assert optim.global_norm({}) == 0.0
    assert np.isnan(CLIP.update(np.array([np.nan, 1.0]), ())[0]).all()
    large = np.full(4, 300.0, np.float16)  # its squares are above the range of float16
    np.testing.assert_allclose(CLIP.update(large, ())[0], np.full(4, 0.5), rtol=1e-3)


def test_derivatives_through_a_step():
    """Of the loss after a step with respect to the rate: one number against differences."""

    def after(rate, make):
        optimizer, p = make(rate), np.array([1.0, -0.5])
        state = optimizer.init(p)
        for _ in range(3):
            updates, state = optimizer.update(fnp.sin(p), state, p)
            p = optim.apply_updates(p, updates)
        return fnp.sum(p**2)

    makers = (optim.sgd, optim.adam, optim.adamw, optim.lamb, optim.rmsprop, optim.adagrad)
    for make in (*makers, lambda r: optim.sgd(0.1, r), lambda r: optim.adam(0.1, b1=r)):
        want = (after(0.3 + 1e-6, make) - after(0.3 - 1e-6, make)) / 2e-6
        assert fzero.grad(after)(0.3, make) == pytest.approx(want, rel=1e-6)


NEEDS_PARAMS = {
    "add_decayed_weights": optim.adamw(0.1),
    "scale_by_trust_ratio": optim.scale_by_trust_ratio(),
    "scale_by_param_block_norm": optim.scale_by_param_block_norm(),
    "scale_by_param_block_rms": optim.scale_by_param_block_rms(),
    "scale_by_novograd": optim.novograd(0.1),
    "scale_by_factored_rms": optim.adafactor(0.1),
    "adaptive_grad_clip": optim.adaptive_grad_clip(0.1),
    "keep_params_nonnegative": optim.keep_params_nonnegative(),
}


@pytest.mark.parametrize("name", NEEDS_PARAMS)
def test_params_that_are_missing_are_asked_for(name):
    g, optimizer = np.ones(2), NEEDS_PARAMS[name]
    with pytest.raises(ValueError, match=rf"{name}: params is None.*Write update\(grads, state, p"):
        optimizer.update(g, optimizer.init(g))
    optimizer.update(g, optimizer.init(g), g)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: optim.sgd(0.1, 1.5), "trace: decay is 1.5; expected 0 <= decay < 1"),
        (lambda: optim.adam(0.1, np.float32(2)), "scale_by_adam: b1 is 2.0"),
        (lambda: optim.clip_by_global_norm(0.0), "max_norm is 0.0; expected a positive"),
        (lambda: optim.noisy_sgd(0.1), "noisy_sgd: key is None"),
        (lambda: optim.polyak_sgd(variant="x"), "variant is 'x'; expected 'sps' or"),
        (lambda: optim.scale_by_lion(mode="x"), "mode is 'x'; expected one of"),
        (lambda: optim.lookahead(optim.sgd(0.1), 0, 0.5), "sync_period is 0; expected 1"),
        (lambda: optim.apply_every(0), "k is 0; expected 1 or more"),
        (
            lambda: optim.named_chain(("a", optim.sgd(1)), ("a", optim.sgd(1))),
            r"with \['a'\] repeated",
        ),
        (
            lambda: optim.apply_updates({"W": np.ones(1)}, {"W": np.ones((2, 1))}),
            r"updates\['W'\] \(2, 1\) for params of \(1,\)",
        ),
    ],
)
def test_errors(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_lookahead_wants_its_pair():
    with pytest.raises(TypeError, match=r"params is a dict; expected LookaheadParams"):
        optim.lookahead(optim.sgd(0.1), 2, 0.5).init({"W": 1.0})


@pytest.mark.parametrize("name", sorted(set(ALL) - {"noisy_sgd"}))
def test_the_stand_in_for_cupy_takes_the_same_steps_without_waiting(name):
    def train(place):
        params = fzero.tree.map(place, sample(np.float32))
        state = ALL[name].init(params)
        for i in range(5):
            g = fzero.tree.map(lambda p, i=i: place(some_gradient(p, i)), sample(np.float32))
            updates, state = ALL[name].update(g, state, params)
            params = optim.apply_updates(params, updates)
        return fzero.tree.leaves(params)

    with no_sync():
        got = train(put)
    for a, b in zip(got, train(lambda x: x), strict=True):
        np.testing.assert_allclose(unwrap(a), b, rtol=1e-5)
