"""Diagonals of Hessians, perturbed functions, and assignments."""

import builtins

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero import random
from fzero_nn.optim import assignment, perturbations, second_order
from tests.strict import no_sync, put, unwrap

RNG = np.random.default_rng(0)
PARAMS = {"W": RNG.normal(size=(3, 2)), "b": RNG.normal(size=2)}
INPUTS, TARGETS = RNG.normal(size=(6, 3)), RNG.normal(size=(6, 2))


def loss(p, x, y):
    return fnp.mean((fnp.tanh(x @ p["W"] + p["b"]) - y) ** 2)


def by_vector(v):
    return loss({"W": v[:6].reshape(3, 2), "b": v[6:]}, INPUTS, TARGETS)


VECTOR = np.concatenate([PARAMS["W"].ravel(), PARAMS["b"]])


def test_the_diagonal_is_that_of_the_whole_hessian():
    got = second_order.hessian_diag(loss, PARAMS, INPUTS, TARGETS)
    np.testing.assert_allclose(got, np.diag(fzero.hessian(by_vector)(VECTOR)), rtol=1e-12)


def test_the_fisher_diagonal_is_the_squared_gradient():
    got = second_order.fisher_diag(loss, PARAMS, INPUTS, TARGETS)
    np.testing.assert_allclose(got, fzero.grad(by_vector)(VECTOR) ** 2, rtol=1e-12)


def test_second_order_in_float32():
    small = fzero.tree.map(np.float32, PARAMS)
    for f in (second_order.hessian_diag, second_order.fisher_diag):
        got = f(loss, small, INPUTS.astype(np.float32), TARGETS.astype(np.float32))
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, f(loss, PARAMS, INPUTS, TARGETS), atol=1e-6)


@pytest.mark.parametrize("name", ["hessian_diag", "fisher_diag"])
def test_the_stand_in_for_cupy_gives_the_same_diagonals(name):
    of_line = lambda p, x, y: fnp.sum((p**3 * x - y) ** 2)
    f, p, x = getattr(second_order, name), np.array([1.0, 2.0]), np.array([3.0, 4.0])
    with no_sync():
        got = f(of_line, put(p), put(x), 1.0)
    np.testing.assert_allclose(unwrap(got), f(of_line, p, x, 1.0), rtol=1e-13)


# --------------------------------------------------------------------------------- perturbations


def one_hot_argmax(x):
    return 1.0 * (x == fnp.max(x))


SCORES = np.array([0.5, -0.2, 0.1])


def softmax(x):
    e = fnp.exp(x - fnp.max(x))
    return e / fnp.sum(e)


@pytest.mark.parametrize("baseline", [True, False])
def test_argmax_with_gumbel_noise_is_softmax(baseline):
    sigma = 0.7
    soft = perturbations.make_perturbed_fun(one_hot_argmax, 20_000, sigma, use_baseline=baseline)
    key = random.key(1)
    np.testing.assert_allclose(soft(key, SCORES), softmax(SCORES / sigma), atol=0.01)
    got = fzero.jacrev(lambda x: soft(key, x))(SCORES)
    want = fzero.jacrev(lambda x: softmax(x / sigma))(SCORES)
    np.testing.assert_allclose(got, want, atol=0.05)


def test_a_parabola_with_normal_noise_is_raised_by_its_variance():
    f = perturbations.make_perturbed_fun(
        lambda p: {"y": p["x"] ** 2}, 40_000, 0.5, perturbations.Normal()
    )
    key, x = random.key(0), {"x": np.array([1.0, -2.0])}
    np.testing.assert_allclose(f(key, x)["y"], x["x"] ** 2 + 0.25, atol=0.05)
    gradient = fzero.grad(lambda p: fnp.sum(f(key, p)["y"]))(x)["x"]
    np.testing.assert_allclose(gradient, 2 * x["x"], atol=0.15)
    curvature = fzero.hvp(lambda p: fnp.sum(f(key, p)["y"]))(x, {"x": np.array([1.0, 0.0])})["x"]
    np.testing.assert_allclose(curvature, [2, 0], atol=0.6)


def test_the_same_key_gives_the_same_estimate():
    f = perturbations.make_perturbed_fun(one_hot_argmax, 50)
    a, b, c = (f(random.key(seed), SCORES) for seed in (0, 0, 1))
    assert (a == b).all() and (a != c).any()
    assert f(random.key(0), SCORES.astype(np.float32)).shape == (3,)


# ------------------------------------------------------------------------------------ assignment


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3), (1, 1), (0, 3)])
def test_assignments_are_the_cheapest_of_all(shape):
    pytest.importorskip("scipy")
    from itertools import permutations

    costs = RNG.normal(size=shape)
    rows, columns = assignment.hungarian_algorithm(costs)
    wide = costs if shape[0] <= shape[1] else costs.T
    n = len(wide)
    cheapest = min(
        sum(wide[i, j] for i, j in zip(range(n), chosen, strict=True))
        for chosen in permutations(range(wide.shape[1]), n)
    )
    assert costs[rows, columns].sum() == pytest.approx(cheapest)
    assert len(rows) == len(columns) == n and (np.diff(rows) > 0).all()


def test_errors_of_assignments(monkeypatch):
    with pytest.raises(ValueError, match=r"shape \(2,\).*expected a matrix of finite numbers"):
        assignment.hungarian_algorithm([1.0, 2.0])
    with pytest.raises(ValueError, match="with 1 numbers that are not finite"):
        assignment.hungarian_algorithm([[1.0, np.inf]])
    real = builtins.__import__

    def without_scipy(name, *args, **kwargs):
        if name.startswith("scipy"):
            raise ModuleNotFoundError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_scipy)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'fzero\[scipy\]'"):
        assignment.hungarian_algorithm([[1.0]])
