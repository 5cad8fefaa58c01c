"""Linear algebra where matrices are singular, zero or have repeated values: finite and right."""

import numpy as np
import pytest

import fzero
from fzero.numpy import linalg

RNG = np.random.default_rng(0)
EYE, ZERO = np.eye(3), np.zeros((3, 3))
DOUBLE = np.diag([2.0, 2.0, 5.0])
LOW = np.outer([1.0, 2.0, 3.0], [1.0, 0.0, 2.0])
STEP = RNG.normal(size=(3, 3))
STEP = STEP + STEP.T


def slopes(f, x, t):
    """The derivative along t in forward mode, and in reverse mode."""
    return fzero.jvp(f, (x,), (t,))[1], np.sum(fzero.grad(f)(x) * t)


# A function, where, and its derivative along STEP in closed form.
CLOSED = {
    "trace by eigenvalues": (lambda a: linalg.eigvalsh(a).sum(), DOUBLE, np.trace(STEP)),
    "trace by eigh": (lambda a: linalg.eigh(a)[0].sum(), EYE, np.trace(STEP)),
    "trace by eigvals": (lambda a: linalg.eigvals(a).real.sum(), EYE, np.trace(STEP)),
    "cubes": (
        lambda a: (linalg.eigvalsh(a) ** 3).sum(), DOUBLE, 3 * np.trace(DOUBLE @ DOUBLE @ STEP)
    ),
    "singular values": (lambda a: linalg.svdvals(a).sum(), DOUBLE, np.trace(STEP)),
    "values of svd": (lambda a: linalg.svd(a)[1].sum(), EYE, np.trace(STEP)),
    "nuc": (lambda a: linalg.norm(a, "nuc"), DOUBLE, np.trace(STEP)),
    "largest": (lambda a: linalg.norm(a, 2), DOUBLE, STEP[2, 2]),
    "det of rank 1": (linalg.det, LOW, 0.0),
    "det of zero": (linalg.det, ZERO, 0.0),
    "inverse squared": (
        lambda a: linalg.matrix_power(a, -2).trace(), DOUBLE,
        -2 * np.trace(np.linalg.matrix_power(DOUBLE, -3) @ STEP),
    ),
    "power 0": (lambda a: linalg.matrix_power(a, 0).sum(), LOW, 0.0),
}  # fmt: skip


@pytest.mark.parametrize("name", CLOSED)
def test_derivatives_are_those_of_the_closed_form(name):
    f, x, want = CLOSED[name]
    assert slopes(f, x, STEP) == pytest.approx((want, want), abs=1e-12)


def test_the_determinant_of_corank_1_has_its_cofactors():
    a = np.array([[1.0, 2.0], [2.0, 4.0]])
    np.testing.assert_allclose(fzero.grad(linalg.det)(a), [[4, -2], [-2, 1]], atol=1e-14)


@pytest.mark.parametrize("ord", [1, 2, 3, 0.5, np.inf, -np.inf])
def test_norms_of_the_zero_vector_have_finite_gradients(ord):
    assert np.isfinite(fzero.grad(lambda x: linalg.norm(x, ord))(np.zeros(3))).all()


@pytest.mark.parametrize("ord", ["fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf])
def test_norms_of_the_zero_matrix_have_finite_gradients(ord):
    assert np.isfinite(fzero.grad(lambda x: linalg.norm(x, ord))(ZERO)).all()
    if ord == "fro":
        assert not fzero.grad(linalg.norm)(ZERO).any()


def test_least_squares_of_deficient_rank_along_directions_that_keep_it():
    b = np.array([1.0, -1.0, 2.0])
    u, v = np.array([0.3, -0.2, 0.5]), np.array([1.0, 0.0, 2.0])
    t = np.outer(u, v)  # LOW + h t has rank 1 for every h
    f = lambda a: linalg.lstsq(a, b)[0] @ np.arange(3.0)
    h = 1e-6
    want = (f(LOW + h * t) - f(LOW - h * t)) / (2 * h)
    assert slopes(f, LOW, t) == pytest.approx((want, want), rel=1e-7)
    p = lambda a: (linalg.pinv(a, rtol=1e-10) * STEP).sum()
    want = (p(LOW + h * t) - p(LOW - h * t)) / (2 * h)
    assert slopes(p, LOW, t) == pytest.approx((want, want), rel=1e-7)


@pytest.mark.parametrize("a", [STEP, STEP + 1j * (np.triu(STEP, 1) - np.triu(STEP, 1).T)])
def test_svd_of_hermitian_matrices(a):
    stack = np.stack([a, 2 * a])
    want = np.linalg.svd(stack, hermitian=True)
    u, s, vh = fzero.vmap(lambda x: tuple(linalg.svd(x, hermitian=True)))(stack)
    np.testing.assert_allclose(s, want[1], rtol=1e-13)
    np.testing.assert_allclose((u * s[:, None]) @ vh, stack, atol=1e-13)
    values = lambda x: linalg.svd(x, compute_uv=False, hermitian=True)
    np.testing.assert_allclose(fzero.vmap(values)(stack), want[1], rtol=1e-13)
    t, weights = a @ a, np.arange(3.0)

    def slope(f):
        return fzero.jvp(lambda x: f(x) @ weights, (a,), (t,))[1]

    assert slope(values) == pytest.approx(slope(linalg.svdvals), rel=1e-10)
    by_all = lambda hermitian: lambda x: linalg.svd(x, hermitian=hermitian)[1]
    assert slope(by_all(True)) == pytest.approx(slope(by_all(False)), rel=1e-10)
