"""`fzero.scipy.optimize.minimize` finds known minima, with every kind of method."""

import sys

import numpy as np
import pytest

from fzero.scipy import optimize

scipy_optimize = pytest.importorskip("scipy.optimize")

SIMPLE = ["Nelder-Mead", "Powell", "COBYLA"]
GRADIENT = ["CG", "BFGS", "L-BFGS-B", "TNC", "SLSQP"]
NEWTON = ["Newton-CG", "trust-ncg", "trust-krylov"]


def rosenbrock(x, scale=100.0):
    return scale * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


@pytest.mark.parametrize("method", GRADIENT + NEWTON)
def test_a_known_minimum(method):
    found = optimize.minimize(rosenbrock, np.array([0.6, 0.5]), (5.0,), method)
    np.testing.assert_allclose(found.x, [1, 1], atol=2e-3)


@pytest.mark.parametrize("method", SIMPLE)
def test_methods_without_gradients_take_scipys_steps(method):
    found = optimize.minimize(rosenbrock, np.array([0.6, 0.5]), (5.0,), method)
    want = scipy_optimize.minimize(rosenbrock, np.array([0.6, 0.5]), (5.0,), method)
    np.testing.assert_array_equal(found.x, want.x)


@pytest.mark.parametrize("method", NEWTON)
def test_products_with_the_hessian_are_given(method):
    found = optimize.minimize(rosenbrock, np.array([-1.2, 1.0]), method=method)
    want = scipy_optimize.minimize(
        rosenbrock,
        np.array([-1.2, 1.0]),
        method=method,
        jac=scipy_optimize.rosen_der,
        hessp=scipy_optimize.rosen_hess_prod,
    )
    assert found.nit == want.nit
    np.testing.assert_allclose(found.x, want.x, atol=1e-6)


def test_trees_come_back_with_their_shapes_and_dtypes():
    start = {"a": np.zeros((2, 1)), "b": [np.ones(3, "f4"), 2.0]}

    def f(p):
        return ((p["a"] - 3) ** 2).sum() + (p["b"][0] ** 2).sum() + (p["b"][1] - 1) ** 2

    found = optimize.minimize(f, start)
    np.testing.assert_allclose(found.x["a"], [[3], [3]], atol=1e-5)
    assert found.x["b"][0].dtype == np.float32 and found.jac["b"][0].shape == (3,)
    assert found.x["b"][1] == pytest.approx(1, abs=1e-5)


def test_bounds_and_options_are_scipys():
    found = optimize.minimize(
        rosenbrock, np.zeros(2), method="L-BFGS-B", bounds=[(0, 0.5), (None, None)]
    )
    np.testing.assert_allclose(found.x, [0.5, 0.25], atol=1e-4)
    assert optimize.minimize(rosenbrock, np.zeros(2), options={"maxiter": 2}).nit == 2


def test_methods_that_need_a_whole_hessian_are_errors():
    with pytest.raises(ValueError, match="Use 'trust-krylov'"):
        optimize.minimize(rosenbrock, np.zeros(2), method="dogleg")


def test_without_scipy_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'fzero\[scipy\]'"):
        optimize.minimize(rosenbrock, np.zeros(2))
