"""Every optimizer takes the steps of Optax's, in float64, on a tree of several shapes."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import fzero
from fzero_nn import optim

STEPS = 100
SHAPES = {"matrix": (4, 3), "kernel": (3, 2, 2, 2), "vector": (5,), "scalar": ()}


@pytest.fixture(autouse=True)
def double_precision():
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield
    jax.config.update("jax_enable_x64", before)


def tree(seed, shapes):
    rng = np.random.default_rng(seed)
    return {"net": {k: np.asarray(rng.normal(size=s)) for k, s in shapes.items()}}


def gradients(shapes):
    """Gradients of all sizes, with some zeros, and one step that is zero."""
    for i in range(STEPS):
        yield fzero.tree.map(
            functools.partial(sized, 10.0 ** (i % 5 - 2) * (i != 7)), tree(i + 1, shapes)
        )


def sized(size, x):
    return np.asarray(np.where(np.abs(x) < 0.1, 0.0, x * size))


def loss(step):
    return 1.0 + 3.0 / (1 + step)


def path(library, optimizer, shapes, start=lambda params: params, takes_loss=False):
    """The parameters after each step, as rows."""
    params = start(tree(0, shapes))
    state, found = optimizer.init(params), []
    for i, g in enumerate(gradients(shapes)):
        more = {"value": loss(i)} if takes_loss else {}
        updates, state = optimizer.update(g, state, params, **more)
        params = library.apply_updates(params, updates)
        found.append(np.concatenate([np.ravel(x) for x in fzero.tree.leaves(tuples(params))]))
    return np.stack(found)


def tuples(params):
    """Optax's own pair of parameters as a tuple, whose order is the same."""
    return tuple(params) if isinstance(params, tuple) else params


def assert_same_paths(make, rtol=1e-10, shapes=None, **extra):
    """`make(library)` is the optimizer."""
    shapes = shapes or SHAPES
    got = path(optim, make(optim), shapes, **extra)
    want = path(optax, jitted(make(optax)), shapes, **extra)
    assert np.ptp(want[-1] - want[0]) > 0
    np.testing.assert_allclose(got, want, rtol=rtol, atol=1e-13)


def jitted(optimizer):
    return type(optimizer)(optimizer.init, jax.jit(optimizer.update))


def rate(count):
    return 0.1 / (1 + count)


MATRICES = {"net": {"matrix": True, "kernel": True, "vector": False, "scalar": False}}
OPTIMIZERS = {
    "sgd": lambda o: o.sgd(0.1),
    "sgd_momentum": lambda o: o.sgd(0.1, 0.9),
    "sgd_nesterov": lambda o: o.sgd(rate, 0.9, nesterov=True),
    "momentum_inside": lambda o: (
        o.momentum_sgd(rate, 0.9)
        if o is optim
        else o.chain(o.scale_by_learning_rate(rate), o.trace(0.9))
    ),
    "adagrad": lambda o: o.adagrad(0.1),
    "adagrad_0": lambda o: o.adagrad(0.1, 0.0, 1e-6),
    "adadelta": lambda o: o.adadelta(1.0, rho=0.95),
    "adadelta_decay": lambda o: o.adadelta(rate, 0.9, 1e-5, 0.1, MATRICES),
    "adam": lambda o: o.adam(0.1),
    "adam_options": lambda o: o.adam(rate, 0.8, 0.95, 1e-3, 1e-4, nesterov=True),
    "nadam": lambda o: o.nadam(0.1),
    "adamw": lambda o: o.adamw(0.1, weight_decay=0.1),
    "adamw_mask": lambda o: o.adamw(0.1, weight_decay=rate, mask=MATRICES),
    "nadamw": lambda o: o.nadamw(0.1, weight_decay=0.1),
    "adamax": lambda o: o.adamax(0.1),
    "adamaxw": lambda o: o.adamaxw(0.1, weight_decay=0.1),
    "adan": lambda o: o.adan(0.1, weight_decay=0.1),
    "amsgrad": lambda o: o.amsgrad(0.1),
    "amsgrad_paper": lambda o: o.amsgrad(0.1, bias_correction_mu=False, bias_correction_nu=False),
    "radam": lambda o: o.radam(0.1),
    "radam_nesterov": lambda o: o.radam(0.1, b2=0.99, nesterov=True),
    "adabelief": lambda o: o.adabelief(0.1, eps=1e-8),
    "adabelief_nesterov": lambda o: o.adabelief(0.1, eps=1e-8, nesterov=True),
    "yogi": lambda o: o.yogi(0.1),
    "rmsprop": lambda o: o.rmsprop(0.1),
    "rmsprop_centered": lambda o: o.rmsprop(0.1, 0.8, 1e-3, 0.1, centered=True, momentum=0.9),
    "rmsprop_outside": lambda o: o.rmsprop(
        0.1, eps_in_sqrt=False, bias_correction=True, momentum=0.5, nesterov=True
    ),
    "rmsprop_both": lambda o: o.rmsprop(0.1, eps=1e-3, centered=True, bias_correction=True),
    "lion": lambda o: o.lion(0.1),
    "lamb": lambda o: o.lamb(0.1, weight_decay=0.1, mask=MATRICES),
    "lars": lambda o: o.lars(rate, 0.1, MATRICES, momentum=0.8, nesterov=True),
    "lars_mask": lambda o: o.lars(0.1, 0.1, trust_ratio_mask=MATRICES),
    "novograd": lambda o: o.novograd(0.1, weight_decay=0.1),
    "sign_sgd": lambda o: o.sign_sgd(0.1),
    "signum": lambda o: o.signum(rate),
    "fromage": lambda o: o.fromage(0.1),
    "fromage_schedule": lambda o: o.fromage(rate),
    "optimistic": lambda o: o.optimistic_gradient_descent(0.1, 1.1, 0.7),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name):
    assert_same_paths(OPTIMIZERS[name])


@pytest.mark.parametrize("variant", ["sps", "sps+"])
def test_polyak_sgd(variant):
    assert_same_paths(
        lambda o: o.polyak_sgd(0.5, scaling=rate, f_min=2.0, eps=1e-3, variant=variant),
        takes_loss=True,
    )


ADAFACTOR = {
    "plain": {"learning_rate": 0.1},
    "without_rate": {},
    "unfactored": {"learning_rate": 0.1, "factored": False, "clipping_threshold": None},
    "momentum": {"learning_rate": rate, "momentum": 0.9, "weight_decay_rate": 0.01},
    "unscaled": {"learning_rate": 0.01, "multiply_by_parameter_scale": False},
}


@pytest.mark.parametrize("name", ADAFACTOR)
def test_adafactor(name, monkeypatch):
    """Optax computes its decay in float32: it is given the same in float64."""
    precise = functools.partial(
        optax.scale_by_factored_rms,
        decay_rate_fn=lambda step, exponent: 1.0 - (step + 1.0) ** -exponent,
    )
    monkeypatch.setattr(optax._src.alias.factorized, "scale_by_factored_rms", precise)
    shapes = {**SHAPES, "wide": (3, 2, 7)}
    options = {"min_dim_size_to_factor": 3, "dtype_momentum": np.float64, **ADAFACTOR[name]}
    assert_same_paths(lambda o: o.adafactor(**options), shapes=shapes)


def test_sm3():
    """Optax's has no scalars."""
    shapes = {k: s for k, s in SHAPES.items() if s}
    assert_same_paths(lambda o: o.sm3(0.1), shapes=shapes)


def test_rprop():
    """Against PyTorch: Optax returns each step one update late."""
    torch = pytest.importorskip("torch")
    params = fzero.tree.leaves(tree(0, SHAPES))
    want = [torch.tensor(p, requires_grad=True) for p in params]
    peer = torch.optim.Rprop(want, lr=0.1)
    optimizer = optim.rprop(0.1)
    state = optimizer.init(params)
    for g in map(fzero.tree.leaves, gradients(SHAPES)):
        for p, x in zip(want, g, strict=True):
            p.grad = torch.tensor(x)
        peer.step()
        updates, state = optimizer.update(g, state, params)
        params = optim.apply_updates(params, updates)
        for a, b in zip(params, want, strict=True):
            np.testing.assert_allclose(a, b.detach().numpy(), rtol=1e-13)


TRANSFORMATIONS = {
    "ema": lambda o: o.ema(0.9),
    "ema_biased": lambda o: o.ema(0.9, debias=False),
    "clip": lambda o: o.clip(0.5),
    "clip_by_global_norm": lambda o: o.clip_by_global_norm(1.0),
    "clip_by_block_rms": lambda o: o.clip_by_block_rms(0.5),
    "adaptive_grad_clip": lambda o: o.adaptive_grad_clip(0.1),
    "adaptive_grad_clip_axis": lambda o: o.masked(
        o.adaptive_grad_clip(0.1, 1e-2, axis=1), MATRICES
    ),
    "centralize": lambda o: o.centralize(),
    "normalize": lambda o: o.normalize_by_update_norm(2.0),
    "block_norm": lambda o: o.scale_by_param_block_norm(),
    "block_rms": lambda o: o.scale_by_param_block_rms(),
    "trust_ratio": lambda o: o.scale_by_trust_ratio(0.5, 0.1, 1e-3),
    "smooth_lion": lambda o: o.scale_by_lion(mode="smooth", smooth_beta=3.0),
    "refined_lion": lambda o: o.scale_by_lion(mode="refined"),
    "apply_every": lambda o: o.apply_every(3),
    "apply_if_finite": lambda o: o.apply_if_finite(o.sgd(1.0, 0.9), 3),
    "zero_nans": lambda o: o.zero_nans(),
    "set_to_zero_some": lambda o: o.masked(o.set_to_zero(), MATRICES),
    "nonnegative": lambda o: o.keep_params_nonnegative(),
    "conditionally_transform": lambda o: o.conditionally_transform(
        o.trace(0.9), lambda step: step % 3 == 0
    ),
    "conditionally_mask": lambda o: o.conditionally_mask(o.trace(0.9), lambda step: step % 3 == 0),
    "partition": lambda o: o.partition({True: o.adam(0.1), False: o.sgd(0.1, 0.9)}, MATRICES),
    "inject_hyperparams": lambda o: o.inject_hyperparams(o.adamw)(rate, b1=0.8, weight_decay=0.1),
    "named_chain": lambda o: o.named_chain(("clip", o.clip(0.5)), ("adam", o.scale_by_adam())),
}


@pytest.mark.parametrize("name", TRANSFORMATIONS)
def test_transformations(name):
    assert_same_paths(lambda o: o.chain(TRANSFORMATIONS[name](with_all(o)), o.scale(-0.01)))


class with_all:
    """The names of Optax and of its `transforms`."""

    def __init__(self, library):
        self.libraries = [library, getattr(library, "transforms", library)]

    def __getattr__(self, name):
        return next(getattr(x, name) for x in self.libraries if hasattr(x, name))


@pytest.mark.parametrize("mean", [True, False])
def test_multi_steps(mean):
    def make(o):
        more = {"accumulator_dtype": jnp.float64} if o is optax else {}
        every = lambda step: 2 + (step > 3)
        return o.MultiSteps(
            o.adam(0.1), every, use_grad_mean=mean, **more
        ).gradient_transformation()

    assert_same_paths(make)


@pytest.mark.parametrize("reset", [True, False])
def test_lookahead(reset):
    def run(o):
        optimizer = o.lookahead(o.sgd(0.1, 0.9), 3, 0.4, reset_state=reset)
        return path(o, optimizer, SHAPES, start=o.LookaheadParams.init_synced)

    np.testing.assert_allclose(run(optim), run(optax), rtol=1e-10, atol=1e-13)


def test_updates_of_parameters():
    new, old = tree(1, SHAPES), tree(2, SHAPES)
    for call in (
        lambda o: o.incremental_update(new, old, 0.3),
        lambda o: o.periodic_update(new, old, 6, 3),
        lambda o: o.periodic_update(new, old, 7, 3),
    ):
        got, want = call(optim), call(optax)
        for a, b in zip(fzero.tree.leaves(got), jax.tree.leaves(want), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-14)
    np.testing.assert_allclose(optim.global_norm(new), optax.tree.norm(new), rtol=1e-14)


def test_states_have_the_fields_of_optax():
    params = tree(0, SHAPES)
    for name, make in {**OPTIMIZERS, **TRANSFORMATIONS}.items():
        got, want = make(with_all(optim)).init(params), make(with_all(optax)).init(params)
        if name != "inject_hyperparams" and name != "momentum_inside":
            assert fields(got) == fields(want), name


def fields(state):
    if hasattr(state, "_fields"):
        return {name: fields(getattr(state, name)) for name in state._fields}
    if isinstance(state, dict):
        return {name: fields(x) for name, x in state.items()}
    return [fields(x) for x in state] if isinstance(state, (tuple, list)) else None


# --------------------------------------------------------------------------------------- contrib

CONTRIB = {
    "ademamix": lambda o: o.contrib.ademamix(0.1, weight_decay=0.1),
    "ademamix_schedules": lambda o: o.contrib.ademamix(
        rate, b3=lambda count: 0.99 + 0 * count, alpha=lambda count: 0.1 * count
    ),
    "muon": lambda o: o.contrib.muon(0.1, weight_decay=0.1),
    "muon_adaptive": lambda o: o.contrib.muon(
        rate, ns_steps=3, adaptive=True, nesterov=False, adam_weight_decay=0.1
    ),
    "muon_rms": lambda o: o.contrib.muon(
        0.1, [(3.0, -3.2, 1.2), (2.0, -1.5, 0.5)], 2, consistent_rms=0.2
    ),
    "prodigy": lambda o: o.contrib.prodigy(weight_decay=0.01),
    "prodigy_warmup": lambda o: o.contrib.prodigy(
        lambda count: count / 100.0, estim_lr0=1e-3, safeguard_warmup=True
    ),
    "schedule_free_sgd": lambda o: o.contrib.schedule_free_sgd(0.1, weight_decay=0.1),
    # Numbers that float32 holds: JAX divides a count by a number of steps in float32.
    "schedule_free_adamw": lambda o: o.contrib.schedule_free_adamw(0.125, warmup_steps=4),
    "schedule_free": lambda o: o.contrib.schedule_free(o.sgd(rate), rate, b1=0.8),
    "sam": lambda o: o.contrib.sam(o.adam(0.1), o.sgd(0.05), 3, reset_state=False),
    "sam_reset": lambda o: o.contrib.sam(o.adamw(0.1), o.sgd(0.05, 0.9), 3),
}


@pytest.mark.parametrize("name", CONTRIB)
def test_contrib(name):
    assert_same_paths(CONTRIB[name])


def test_the_parameters_to_evaluate_of_schedule_free():
    def run(o):
        optimizer, params = o.contrib.schedule_free_sgd(0.1), tree(0, SHAPES)
        state = optimizer.init(params)
        updates, state = optimizer.update(tree(1, SHAPES), state, params)
        params = o.apply_updates(params, updates)
        return o.contrib.schedule_free_eval_params(state, params)["net"]["matrix"]

    np.testing.assert_allclose(run(optim), run(optax), rtol=1e-13)


def test_sam_in_one_step():
    cube = lambda p, i=0: fzero.tree.map(lambda x: x**3, p)

    def run(o):
        ascent = o.chain(o.contrib.normalize(), o.sgd(0.05))
        optimizer = o.contrib.sam(o.sgd(0.1, 0.9), ascent, opaque_mode=True)
        params = tree(0, SHAPES)
        state = optimizer.init(params)
        for _ in range(5):
            updates, state = optimizer.update(cube(params), state, params, grad_fn=cube)
            params = o.apply_updates(params, updates)
        return params["net"]["matrix"]

    np.testing.assert_allclose(run(optim), run(optax), rtol=1e-12)


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("cooldown", [0, 4])
def test_reduce_on_plateau(size, cooldown):
    def make(o):
        plateau = o.contrib.reduce_on_plateau(0.5, 3, cooldown=cooldown, accumulation_size=size)
        return o.chain(o.sgd(0.1), plateau)

    values = np.round(np.random.default_rng(0).uniform(1, 3, STEPS), 1)
    got, want = make(optim), jitted(make(optax))
    s, t = got.init(np.ones(2)), want.init(np.ones(2))
    for value in values:
        u, s = got.update(np.ones(2), s, value=value)
        v, t = want.update(np.ones(2), t, value=value)
        np.testing.assert_allclose(u, v, rtol=1e-12)
    assert s[1].scale < 0.1
