"""`fzero.scipy.linalg` against SciPy, with derivatives."""

import numpy as np
import pytest

from fzero import vmap
from fzero.scipy import linalg
from fzero.testing import check_grads

scipy_linalg = pytest.importorskip("scipy.linalg")

RNG = np.random.default_rng(0)
A = RNG.normal(size=(4, 4)) + 3 * np.eye(4)
POSITIVE = A @ A.T
HERMITIAN = POSITIVE + 1j * (np.triu(A, 1) - np.triu(A, 1).T)
B, V = RNG.normal(size=(4, 2)), RNG.normal(size=4)


@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("a", [POSITIVE, HERMITIAN], ids=["real", "complex"])
def test_cholesky_and_its_solutions(a, lower):
    np.testing.assert_allclose(linalg.cholesky(a, lower), scipy_linalg.cholesky(a, lower), 1e-12)
    for b in (B, V):
        x = linalg.cho_solve(linalg.cho_factor(a, lower), b)
        np.testing.assert_allclose(a @ x, b, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(linalg.solve(a, b, lower, "pos"), x)


@pytest.mark.parametrize("trans", [0, 1, 2, "N", "T", "C"])
@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("unit_diagonal", [False, True])
def test_solve_triangular_reads_one_triangle(trans, lower, unit_diagonal):
    a = A + 1j * A[::-1]
    for b in (B, V):
        got = linalg.solve_triangular(a, b, trans, lower, unit_diagonal)
        want = scipy_linalg.solve_triangular(a, b, trans, lower, unit_diagonal)
        np.testing.assert_allclose(got, want, rtol=1e-10)


@pytest.mark.parametrize("assume_a", ["gen", "sym", "her", "pos"])
def test_solve(assume_a):
    got = linalg.solve(POSITIVE, B, assume_a=assume_a)
    np.testing.assert_allclose(got, scipy_linalg.solve(POSITIVE, B), rtol=1e-10)


@pytest.mark.parametrize("mode", ["full", "economic"])
def test_qr(mode):
    q, r = linalg.qr(A[:, :2], mode)
    assert [q.shape, r.shape] == [x.shape for x in scipy_linalg.qr(A[:, :2], mode=mode)]
    np.testing.assert_allclose(q @ r, A[:, :2], atol=1e-12)


def test_qr_of_r_alone_is_a_tuple_of_one():
    (r,) = linalg.qr(A, "r")
    np.testing.assert_allclose(r.T @ r, A.T @ A, rtol=1e-10)


@pytest.mark.parametrize("lower", [False, True])
def test_eigh_reads_one_triangle(lower):
    values, vectors = linalg.eigh(A, lower)
    np.testing.assert_allclose(values, scipy_linalg.eigh(A, lower=lower, eigvals_only=True))
    np.testing.assert_allclose(linalg.eigh(A, lower, eigvals_only=True), values)
    half = np.tril(A) if lower else np.triu(A)
    np.testing.assert_allclose((half + half.T - np.diag(np.diag(A))) @ vectors, vectors * values)


def test_svd():
    u, s, vh = linalg.svd(A[:, :2], full_matrices=False)
    np.testing.assert_allclose(u * s @ vh, A[:, :2])
    np.testing.assert_allclose(linalg.svd(A, compute_uv=False), scipy_linalg.svdvals(A))


@pytest.mark.parametrize("scale", [0.0, 1e-8, 0.3, 2.0, 30.0])
def test_expm(scale):
    a = scale * RNG.normal(size=(2, 3, 3))
    got, want = linalg.expm(a), scipy_linalg.expm(a)
    for x, y in zip(got, want, strict=True):
        np.testing.assert_allclose(x, y, rtol=1e-10, atol=1e-12 * abs(y).max())


def test_expm_of_a_turn_is_a_rotation():
    got = linalg.expm(np.array([[0.0, -1.0], [1.0, 0.0]]))
    want = [[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]]
    np.testing.assert_allclose(got, want, rtol=1e-14)
    np.testing.assert_allclose(linalg.expm(np.array([[1j * np.pi]])), [[-1]], atol=1e-15)


def test_expm_of_no_matrix_and_under_vmap():
    assert linalg.expm(np.zeros((0, 0))).shape == (0, 0)
    stack = RNG.normal(size=(3, 2, 2)) * np.array([0.1, 1, 9])[:, None, None]
    np.testing.assert_allclose(vmap(linalg.expm)(stack), scipy_linalg.expm(stack), rtol=1e-11)


def test_float32_stays_float32():
    a = POSITIVE.astype("f4") / 20
    for got in (linalg.expm(a), linalg.cholesky(a), linalg.solve_triangular(a, a[0])):
        assert got.dtype == np.float32
    np.testing.assert_allclose(linalg.expm(a), scipy_linalg.expm(POSITIVE / 20), rtol=1e-4)


def test_derivatives_to_second_order():
    small = 0.3 * A[:3, :3]
    check_grads(linalg.expm, (small,), order=2)
    check_grads(lambda a: linalg.expm(9 * a) / 100, (small / 9,), order=2)
    check_grads(lambda a, b: linalg.solve(a @ a.T, b, assume_a="pos"), (A, V), order=2)
    check_grads(lambda a, b: linalg.solve_triangular(a, b, "T", True), (A, B), order=2)
    check_grads(linalg.toeplitz, (V, B[:, 0]), order=1)
    check_grads(linalg.block_diag, (B, V, 2.0), order=1)


def test_block_diag_and_toeplitz():
    parts = (B, V, 2.0, np.ones((0, 1)))
    np.testing.assert_array_equal(linalg.block_diag(*parts), scipy_linalg.block_diag(*parts))
    c, r = np.array([1.0, 2, 3 + 1j]), np.array([9.0, 5, 6, 7])
    np.testing.assert_array_equal(linalg.toeplitz(c), scipy_linalg.toeplitz(c))
    np.testing.assert_array_equal(linalg.toeplitz(c, r), scipy_linalg.toeplitz(c, r))


def test_unknown_options_are_errors():
    with pytest.raises(ValueError, match="mode is 'raw'; expected one of"):
        linalg.qr(A, "raw")
    with pytest.raises(ValueError, match="assume_a is 'banded'"):
        linalg.solve(A, V, assume_a="banded")
    with pytest.raises(ValueError, match="trans is 'H'"):
        linalg.solve_triangular(A, V, "H")
