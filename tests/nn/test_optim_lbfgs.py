"""Line searches and L-BFGS beside Optax's steps, on losses with known minima, under `vmap`."""

import math

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero_nn import optim
from fzero_nn.optim import tree
from tests.strict import put, unwrap

RNG = np.random.default_rng(0)
A = RNG.normal(size=(40, 5))
SIGNS = np.where(A @ RNG.normal(size=5) + RNG.normal(size=40) > 0, 1.0, -1.0)


def rosenbrock(xp):
    return lambda p: 100.0 * (p["y"] - p["x"] ** 2) ** 2 + (1 - p["x"]) ** 2


def logistic(xp):
    def loss(p):
        penalty = 0.01 * xp.sum(p["w"] ** 2)
        return xp.mean(xp.log1p(xp.exp(-SIGNS * (A @ p["w"] + p["b"])))) + penalty

    return loss


LOSSES = {
    "rosenbrock": (rosenbrock, {"x": np.array(-1.2), "y": np.array(1.0)}, 35),
    "logistic": (logistic, {"w": np.zeros(5), "b": np.zeros(())}, 12),
}
OPTIMIZERS = {
    "lbfgs": lambda o: o.lbfgs(),
    "lbfgs_unscaled": lambda o: o.lbfgs(memory_size=3, scale_init_precond=False),
    "lbfgs_backtracking": lambda o: o.lbfgs(linesearch=o.scale_by_backtracking_linesearch(15)),
    "sgd_zoom": lambda o: o.chain(o.sgd(1.0), o.scale_by_zoom_linesearch(20)),
    "sgd_zoom_options": lambda o: o.chain(
        o.sgd(1.0),
        o.scale_by_zoom_linesearch(
            12, 0.01, 1e-6, 3.0, 1e-3, 0.5, None, 1e-4, initial_guess_strategy="one"
        ),
    ),
    "sgd_zoom_few": lambda o: o.chain(o.sgd(1.0), o.scale_by_zoom_linesearch(6, curv_rtol=0.01)),
    "adam_backtracking": lambda o: o.chain(
        o.adam(1.0),
        o.scale_by_backtracking_linesearch(
            10, 1e-3, 0.5, 2.0, 3.0, atol=1e-9, rtol=1e-3, store_grad=True
        ),
    ),
    "sgd_backtracking_inf": lambda o: o.chain(
        o.sgd(1.0), o.scale_by_backtracking_linesearch(50, increase_factor=math.inf)
    ),
}


def run(library, optimizer, loss, params, steps, value_and_grad, jit=lambda f: f):
    """The parameters, the values and the numbers of tries after each step."""
    state, path, tries = optimizer.init(params), [], []

    def step(params, state):
        value, g = value_and_grad(params)
        updates, state = optimizer.update(g, state, params, value=value, grad=g, value_fn=loss)
        return library.apply_updates(params, updates), state

    step = jit(step)
    for _ in range(steps):
        params, state = step(params, state)
        path.append(np.concatenate([np.ravel(params[k]) for k in sorted(params)]))
        tries.append(int(library.tree.get(state, "info").num_linesearch_steps))
    return np.stack(path), tries, params, state


@pytest.mark.parametrize(
    ("name", "loss"),
    [*((name, "rosenbrock") for name in OPTIMIZERS), ("lbfgs", "logistic")],
)
def test_the_steps_of_optax(name, loss):
    optax, jax = pytest.importorskip("optax"), pytest.importorskip("jax")
    make, start, steps = LOSSES[loss]
    f, g = make(fnp), make(jax.numpy)
    got, tries, *_ = run(optim, OPTIMIZERS[name](optim), f, start, steps, fzero.value_and_grad(f))
    with jax.enable_x64(True):
        peer = OPTIMIZERS[name](optax)
        start = jax.tree.map(jax.numpy.asarray, start)
        want, counts, *_ = run(optax, peer, g, start, steps, jax.value_and_grad(g), jax.jit)
    # Near a minimum both round differently, and may try once more or less.
    moving = np.abs(np.diff(want, axis=0, prepend=want[:1] - 1)).max(1) > 1e-6
    same = np.array(tries)[moving] == np.array(counts)[moving]
    assert same.all() and moving.sum() >= 5
    np.testing.assert_allclose(got, want, atol=1e-6)


def test_lbfgs_finds_the_minimum_of_rosenbrock():
    make, start, _ = LOSSES["rosenbrock"]
    f = make(fnp)
    _, tries, params, state = run(optim, optim.lbfgs(), f, start, 45, fzero.value_and_grad(f))
    np.testing.assert_allclose([params["x"], params["y"]], 1, rtol=1e-9)
    assert tree.get(state, "value") < 1e-18 and sum(tries) < 120


def test_lbfgs_finds_the_minimum_that_scipy_finds():
    scipy = pytest.importorskip("scipy.optimize")
    make, start, _ = LOSSES["logistic"]
    f = make(fnp)
    got = run(optim, optim.lbfgs(), f, start, 25, fzero.value_and_grad(f))[2]
    by_vector = lambda v: f({"w": v[:5], "b": v[5]})
    want = scipy.minimize(by_vector, np.zeros(6), jac=fzero.grad(by_vector), tol=1e-12).x
    np.testing.assert_allclose([*got["w"], got["b"]], want, atol=1e-6)


def test_a_quadratic_in_n_steps_with_exact_searches():
    """With exact line searches L-BFGS with memory n is BFGS: a quadratic in n + 1 steps."""
    H = np.diag([1.0, 10.0, 100.0])
    f = lambda x: 0.5 * fnp.sum(x * (H @ x))
    search = optim.scale_by_zoom_linesearch(40, curv_rtol=1e-10, approx_dec_rtol=None)
    optimizer, x = optim.lbfgs(linesearch=search), np.ones(3)
    state = optimizer.init(x)
    for _ in range(4):
        value, g = fzero.value_and_grad(f)(x)
        updates, state = optimizer.update(g, state, x, value=value, grad=g, value_fn=f)
        x = optim.apply_updates(x, updates)
    np.testing.assert_allclose(x, 0, atol=1e-7)


def test_the_direction_is_that_of_the_dense_inverse_hessian():
    """Equation 7.16 of Nocedal and Wright with matrices, through a memory that overflows."""
    t, n = optim.scale_by_lbfgs(memory_size=2), 4
    points, gradients = RNG.normal(size=(2, 6, n))
    state, pairs = t.init(np.zeros(n)), []
    for i, (w, g) in enumerate(zip(points, gradients, strict=True)):
        got, state = t.update(g, state, w)
        if not i:
            np.testing.assert_allclose(got, g / max(1, np.linalg.norm(g)), rtol=1e-13)
            continue
        pairs = [*pairs[-1:], (w - points[i - 1], g - gradients[i - 1])]
        dw, du = pairs[-1]
        P = dw @ du / (du @ du) * np.eye(n)
        for dw, du in pairs:
            V = np.eye(n) - np.outer(du, dw) / (dw @ du)
            P = V.T @ P @ V + np.outer(dw, dw) / (dw @ du)
        np.testing.assert_allclose(got, P @ g, rtol=1e-10)


def test_value_and_gradient_are_taken_from_the_state():
    calls = []

    def f(p):
        calls.append(p)
        return fnp.sum((p - 1) ** 2)

    optimizer, p = optim.lbfgs(), np.zeros(3)
    state, value_and_grad = optimizer.init(p), optim.value_and_grad_from_state(f)
    for i in range(4):
        before = len(calls)
        value, g = value_and_grad(p, state=state)
        assert len(calls) - before == (i == 0)  # at the start there is none yet
        np.testing.assert_allclose((value, *g), (np.sum((p - 1) ** 2), *(2 * (p - 1))), atol=1e-12)
        updates, state = optimizer.update(g, state, p, value=value, grad=g, value_fn=f)
        p = optim.apply_updates(p, updates)
    np.testing.assert_allclose(p, 1, rtol=1e-12)


def test_parameters_may_be_called_value_and_members_take_theirs_from_the_state():
    f = lambda p: fnp.sum((p["value"] - 1) ** 2) + fnp.sum(fnp.cosh(p["grad"] + 2))
    optimizer, value_and_grad = optim.lbfgs(), optim.value_and_grad_from_state(f)

    def trained(params):
        state = optimizer.init(params)
        for _ in range(12):
            value, g = value_and_grad(params, state=state)
            updates, state = optimizer.update(g, state, params, value=value, grad=g, value_fn=f)
            params = optim.apply_updates(params, updates)
        return params

    starts = {"value": np.array([3.0, -5.0]), "grad": np.array([0.0, 1.0])}
    got = fzero.vmap(trained)(starts)
    np.testing.assert_allclose(got["value"], 1, rtol=1e-7)
    np.testing.assert_allclose(got["grad"], -2, rtol=1e-7)


def test_a_state_without_a_gradient_is_an_error_with_a_way_out():
    f = lambda p: p**2
    for t in (optim.sgd(0.1), optim.scale_by_backtracking_linesearch(5)):
        with pytest.raises(ValueError, match="state holds no value or no grad.*store_grad=True"):
            optim.value_and_grad_from_state(f)(1.0, state=t.init(1.0))
    t = optim.scale_by_backtracking_linesearch(5, store_grad=True)
    value, g = optim.value_and_grad_from_state(f)(3.0, state=t.init(np.float64(3.0)))
    assert (value, g) == (9, 6)


@pytest.mark.parametrize("search", ["scale_by_backtracking_linesearch", "scale_by_zoom_linesearch"])
def test_further_arguments_go_to_the_loss(search):
    def f(p, x, y=0.0):
        return (p * x - y) ** 2

    t, p = getattr(optim, search)(15), np.array(3.0)
    value, g = fzero.value_and_grad(f)(p, 2.0, y=1.0)
    common = {"value": value, "grad": g, "value_fn": f}
    u, _ = t.update(-g, t.init(p), p, **common, x=2.0, y=1.0)
    assert f(p + u, 2.0, 1.0) < value
    with pytest.raises(TypeError, match=rf"{search}: update got \['z'\]; .*\['p', 'x', 'y'\]"):
        t.update(-g, t.init(p), p, **common, x=2.0, z=1.0)
    anything = {**common, "value_fn": lambda p, **more: f(p, more["x"])}
    t.update(-g, t.init(p), p, **anything, x=2.0, z=1.0)
    with pytest.raises(ValueError, match=f"{search}: params is None"):
        t.update(-g, t.init(p), **common, x=2.0)


def narrow(p):
    """Infinite at and below 0, where a step of 1 along the gradient leads."""
    return fnp.where(p > 0, p - fnp.log(fnp.where(p > 0, p, 1.0)), np.inf)


@pytest.mark.parametrize("search", ["scale_by_backtracking_linesearch", "scale_by_zoom_linesearch"])
def test_a_loss_that_is_infinite_out_there(search):
    t, p = getattr(optim, search)(25), np.array(1.5)
    value, g = fzero.value_and_grad(narrow)(p)
    u, state = t.update(-20 * g, t.init(p), p, value=value, grad=g, value_fn=narrow)
    assert np.isfinite(state.value) and narrow(p + u) == state.value < value
    assert state.info.decrease_error == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("search", ["scale_by_backtracking_linesearch", "scale_by_zoom_linesearch"])
def test_no_step_where_there_is_no_value(search, bad):
    t, p = getattr(optim, search)(4), np.array([1.0, 2.0])
    nowhere = lambda p: bad * fnp.sum(p * p + 1)
    u, state = t.update(-p, t.init(p), p, value=5.0, grad=p, value_fn=nowhere)
    np.testing.assert_array_equal(u, [0, 0])
    assert state.learning_rate == 0
    # The next search has steps to try again.
    f = lambda p: 0.5 * fnp.sum(p * p)
    keep = {"initial_guess_strategy": "one"} if "zoom" in search else {}
    t = getattr(optim, search)(10, **keep)
    u, state = t.update(-p, state, p, value=f(p), grad=p, value_fn=f)
    assert f(p + u) < f(p) and state.learning_rate > 0


def test_an_uphill_direction_makes_no_progress_and_says_so():
    f = lambda p: p**2
    t = optim.scale_by_backtracking_linesearch(5)
    _, state = t.update(np.array(2.0), t.init(1.0), 1.0, value=1.0, grad=np.array(2.0), value_fn=f)
    assert state.info.decrease_error > 0 and state.info.num_linesearch_steps == 6
    t = optim.scale_by_zoom_linesearch(5)
    _, state = t.update(np.array(2.0), t.init(1.0), 1.0, value=1.0, grad=np.array(2.0), value_fn=f)
    assert state.info.decrease_error > 0 and state.info.num_linesearch_steps == 5


@pytest.mark.parametrize("name", ["lbfgs", "lbfgs_backtracking", "adam_backtracking", "sgd_zoom"])
def test_members_of_an_ensemble_take_their_own_steps(name):
    make, _, _ = LOSSES["rosenbrock"]
    f, starts = make(fnp), {"x": np.array([-1.2, 0.5, 3.0]), "y": np.array([1.0, 2.0, -1.0])}
    optimizer = OPTIMIZERS[name](optim)

    def trained(params):
        state = optimizer.init(params)
        for _ in range(6):
            value, g = fzero.value_and_grad(f)(params)
            updates, state = optimizer.update(g, state, params, value=value, grad=g, value_fn=f)
            params = optim.apply_updates(params, updates)
        return params, tree.get(state, "info").num_linesearch_steps

    together, tries = fzero.vmap(trained)(starts)
    for i in range(3):
        alone, count = trained({k: v[i] for k, v in starts.items()})
        np.testing.assert_allclose(together["x"][i], alone["x"], rtol=1e-9)
        assert tries[i] == count


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_stand_in_for_cupy_takes_the_same_steps(name):
    make, start, _ = LOSSES["rosenbrock"]
    f = make(fnp)
    ways = []
    for params in (start, fzero.tree.map(put, start)):
        optimizer, value_and_grad = OPTIMIZERS[name](optim), fzero.value_and_grad(f)
        state = optimizer.init(params)
        for _ in range(6):
            value, g = value_and_grad(params)
            updates, state = optimizer.update(g, state, params, value=value, grad=g, value_fn=f)
            params = optim.apply_updates(params, updates)
        ways.append([float(unwrap(params[k])) for k in ("x", "y")])
    np.testing.assert_allclose(*ways, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("name", ["lbfgs", "lbfgs_backtracking"])
def test_the_dtype_of_the_parameters_stays(name, dtype):
    f = lambda p: fnp.sum((p["W"] - dtype(1)) ** 2) + fnp.sum(p["b"] ** 2)
    start = {"W": np.zeros((2, 2), dtype), "b": np.ones(3, dtype)}
    before = fzero.tree.map(np.copy, start)
    optimizer = OPTIMIZERS[name](optim)
    params, state = start, optimizer.init(start)
    for _ in range(6):
        value, g = fzero.value_and_grad(f)(params)
        updates, state = optimizer.update(g, state, params, value=value, grad=g, value_fn=f)
        assert all(x.dtype == dtype for x in fzero.tree.leaves(updates))
        params = optim.apply_updates(params, updates)
    np.testing.assert_allclose(params["W"], 1, atol=20 * np.finfo(dtype).eps)
    arrays = [x for x in fzero.tree.leaves((updates, state)) if np.ndim(x)]
    assert all(x.dtype == dtype and not x.flags.writeable for x in arrays)
    fzero.tree.map(np.testing.assert_array_equal, start, before)


def test_complex_parameters_take_the_steps_of_their_two_parts():
    target = np.array([1.0 - 2.0j, 0.5j])
    scales = np.array([1.0, 5.0])
    f = lambda z: fnp.sum(scales * fnp.abs(z - target) ** 2)
    of_parts = lambda x: f(x[:2] + 1j * x[2:])
    for search in (optim.scale_by_zoom_linesearch(20), optim.scale_by_backtracking_linesearch(20)):
        optimizer = optim.lbfgs(linesearch=search)
        z, x = np.zeros(2, complex), np.zeros(4)
        s, t = optimizer.init(z), optimizer.init(x)
        for _ in range(6):
            value, g = fzero.value_and_grad(f)(z)
            g = np.conj(g)
            u, s = optimizer.update(g, s, z, value=value, grad=g, value_fn=f)
            value, h = fzero.value_and_grad(of_parts)(x)
            v, t = optimizer.update(h, t, x, value=value, grad=h, value_fn=of_parts)
            z, x = optim.apply_updates(z, u), optim.apply_updates(x, v)
            np.testing.assert_allclose([*z.real, *z.imag], x, atol=1e-10)
        np.testing.assert_allclose(z, target, atol=1e-6)


def test_errors_name_the_argument():
    with pytest.raises(ValueError, match="scale_by_lbfgs: memory_size is 0; expected 1 or more"):
        optim.lbfgs(memory_size=0)
    with pytest.raises(
        ValueError, match="initial_guess_strategy is 'two'; expected 'keep' or 'one"
    ):
        optim.scale_by_zoom_linesearch(5, initial_guess_strategy="two")
    with pytest.raises(ValueError, match="scale_by_lbfgs: params is None"):
        optim.lbfgs().update(1.0, optim.lbfgs().init(1.0), value=1.0, grad=1.0, value_fn=abs)


def test_the_state_is_its_own():
    params, gradient = np.array([1.0, 2.0]), np.array([0.5, -1.0])
    search = optim.scale_by_lbfgs()
    _, state = search.update(gradient, search.init(params), params)
    kept = [x for x in fzero.tree.leaves(state) if isinstance(x, np.ndarray)]
    assert kept and not any(x.flags.writeable for x in kept)
    assert not any(np.shares_memory(x, y) for x in kept for y in (params, gradient))
