"""Iterative solvers against direct ones, with derivatives."""

import numpy as np
import pytest

import fzero
from fzero import grad, vmap
from fzero.scipy.sparse.linalg import bicgstab, cg, gmres
from fzero.testing import check_grads

RNG = np.random.default_rng(0)
G = RNG.standard_normal((6, 6))
GENERAL = G + 4 * np.eye(6)
POSITIVE = G @ G.T + np.eye(6)
B = RNG.standard_normal(6)
SOLVERS = [(cg, POSITIVE), (bicgstab, POSITIVE), (bicgstab, GENERAL), (gmres, GENERAL)]
TIGHT = {"tol": 1e-13}


@pytest.mark.parametrize(("solver", "a"), SOLVERS)
@pytest.mark.parametrize("options", [{}, {"x0": np.ones(6)}, {"M": "jacobi"}])
def test_solutions_are_the_direct_ones(solver, a, options):
    if "M" in options:
        options = {"M": np.diag(1 / np.diag(a))}
    want = np.linalg.solve(a, B)
    x, info = solver(a, B, **TIGHT, **options)
    assert info is None
    np.testing.assert_allclose(x, want, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(solver(lambda v: a @ v, B, **TIGHT)[0], want, rtol=1e-8)


@pytest.mark.parametrize(("solver", "a"), SOLVERS)
def test_derivatives_are_those_of_the_equation(solver, a):
    symmetric = lambda m: (m + m.T) / 2 if solver is cg else m
    f = lambda m, b: solver(symmetric(m), b, **TIGHT)[0]
    check_grads(f, (a, B), order=1, rtol=1e-5)
    direct = grad(lambda m: fzero.numpy.sum(np.linalg.solve(symmetric(m), B) ** 2))(a)
    found = grad(lambda m: fzero.numpy.sum(f(m, B) ** 2))(a)
    np.testing.assert_allclose(found, direct, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(("solver", "a"), SOLVERS)
def test_rows_of_vmap(solver, a):
    rows = RNG.standard_normal((3, 6))
    found = vmap(lambda b: solver(a, b, **TIGHT)[0])(rows)
    np.testing.assert_allclose(found, np.linalg.solve(a, rows.T).T, rtol=1e-7, atol=1e-10)


def test_spaces_that_end_early_and_restarts():
    np.testing.assert_allclose(gmres(np.eye(6), B, **TIGHT)[0], B)
    want = np.linalg.solve(GENERAL, B)
    found = gmres(GENERAL, B, restart=3, **TIGHT)[0]
    np.testing.assert_allclose(found, want, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("solver", [cg, bicgstab, gmres])
def test_pytrees_zeros_and_limits(solver):
    b = {"u": np.ones(2), "v": np.full(3, 2.0)}
    x, _ = solver(lambda x: {"u": 2 * x["u"], "v": 4 * x["v"]}, b, **TIGHT)
    np.testing.assert_allclose(x["u"], 0.5)
    np.testing.assert_allclose(x["v"], 0.5)
    assert np.all(solver(POSITIVE, np.zeros(6))[0] == 0)
    assert np.all(solver(POSITIVE, B, maxiter=0)[0] == 0)
    assert solver(POSITIVE.astype("f4"), B.astype("f4"))[0].dtype == "f4"


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="Leave it out"):
        cg(POSITIVE, B, x0={"x": B})
    with pytest.raises(ValueError, match="solve_method is 'qr'"):
        gmres(GENERAL, B, solve_method="qr")
