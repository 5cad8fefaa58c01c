"""LU, square roots, polar factors and Sylvester's equation against SciPy, with derivatives."""

import numpy as np
import pytest

from fzero import grad, jvp, vmap
from fzero.scipy import linalg
from fzero.testing import check_grads, check_vmap
from tests.strict import put, unwrap

scipy_linalg = pytest.importorskip("scipy.linalg")

RNG = np.random.default_rng(0)
SQUARE, TALL, WIDE = (RNG.normal(size=shape) for shape in [(4, 4), (5, 3), (3, 5)])
COMPLEX = RNG.normal(size=(3, 3)) + 1j * RNG.normal(size=(3, 3))
SPREAD = np.array([[4.0, 1.0, 0.5], [0.2, 3.0, 0.1], [0.3, 0.4, 5.0]])
MATRICES = {"square": SQUARE, "tall": TALL, "wide": WIDE, "complex": COMPLEX}


@pytest.mark.parametrize("name", MATRICES)
def test_lu_is_scipys(name):
    a = MATRICES[name]
    for permute_l in (False, True):
        got, want = linalg.lu(a, permute_l), scipy_linalg.lu(a, permute_l)
        for y, z in zip(got, want, strict=True):
            np.testing.assert_allclose(y, z, atol=1e-14)
    check_grads(lambda x: linalg.lu(x)[1:], [a], order=2, eps=1e-5, atol=1e-5, rtol=1e-5)


def test_lu_of_stacks_of_singular_and_of_empty_matrices():
    stack = RNG.normal(size=(2, 3, 4, 4))
    p, low, up = linalg.lu(stack)
    np.testing.assert_allclose(p @ low @ up, stack, atol=1e-14)
    p, low, up = linalg.lu(np.array([[0.0, 1.0], [0.0, 2.0]]))
    np.testing.assert_allclose(p @ low @ up, [[0, 1], [0, 2]])
    assert linalg.lu(np.zeros((0, 0)))[1].shape == (0, 0)
    assert linalg.lu(SQUARE.astype("f4"))[2].dtype == np.float32
    check_vmap(linalg.lu, [stack[0]])


@pytest.mark.parametrize("trans", [0, 1, 2])
def test_lu_solve_is_scipys(trans):
    for b in (np.arange(3.0), RNG.normal(size=(3, 2))):
        got = linalg.lu_solve(linalg.lu_factor(COMPLEX), b, trans)
        want = scipy_linalg.lu_solve(scipy_linalg.lu_factor(COMPLEX), b, trans)
        np.testing.assert_allclose(got, want, atol=1e-13)
    check_grads(lambda a: linalg.lu_solve(linalg.lu_factor(a), np.arange(4.0), trans), [SQUARE])
    with pytest.raises(ValueError, match="trans is 3; expected 0, 1 or 2"):
        linalg.lu_solve(linalg.lu_factor(SQUARE), np.ones(4), 3)


def test_lu_on_the_stand_in():
    for y, z in zip(linalg.lu(put(SQUARE)), linalg.lu(SQUARE), strict=True):
        np.testing.assert_allclose(unwrap(y), z, atol=1e-15)
    x = linalg.solve_sylvester(*map(put, (SQUARE, SQUARE, SQUARE)))
    np.testing.assert_allclose(unwrap(x), np.eye(4) / 2, atol=1e-13)


def test_sqrtm_is_scipys_with_derivatives_for_repeated_eigenvalues_too():
    np.testing.assert_allclose(linalg.sqrtm(SPREAD), scipy_linalg.sqrtm(SPREAD), atol=1e-14)
    np.testing.assert_allclose(linalg.sqrtm(COMPLEX), scipy_linalg.sqrtm(COMPLEX), atol=1e-13)
    check_grads(lambda a: linalg.sqrtm(a).real, [SPREAD], order=2)
    t = RNG.normal(size=(3, 3))  # the root of the identity moves by half of any step
    np.testing.assert_allclose(jvp(linalg.sqrtm, (np.eye(3),), (t,))[1], t / 2, atol=1e-15)


@pytest.mark.parametrize("side, a", [("right", TALL), ("left", WIDE), ("right", COMPLEX)])
def test_polar_is_scipys(side, a):
    for y, z in zip(linalg.polar(a, side), scipy_linalg.polar(a, side), strict=True):
        np.testing.assert_allclose(y, z, atol=1e-14)
    check_grads(lambda x: linalg.polar(x, side), [a], atol=1e-6, rtol=1e-6)


def test_polar_factors_at_repeated_singular_values():
    t = RNG.normal(size=(3, 3))  # at the identity U moves by the skew part, P by the other
    _, (du, dp) = jvp(linalg.polar, (np.eye(3),), (t,))
    np.testing.assert_allclose(du, (t - t.T) / 2, atol=1e-15)
    np.testing.assert_allclose(dp, (t + t.T) / 2, atol=1e-15)
    with pytest.raises(ValueError, match="Choose the other side"):
        linalg.polar(WIDE)
    with pytest.raises(ValueError, match="side is 'up'"):
        linalg.polar(TALL, "up")


def test_solve_sylvester_is_scipys():
    A, B, C = SPREAD, np.array([[1.0, 0.5], [0.0, 2.0]]), RNG.normal(size=(3, 2))
    want = scipy_linalg.solve_sylvester(A, B, C)
    np.testing.assert_allclose(linalg.solve_sylvester(A, B, C), want, atol=1e-14)
    check_grads(linalg.solve_sylvester, [A, B, C], order=2)
    rows = np.stack([C, 2 * C])
    np.testing.assert_allclose(
        vmap(lambda c: linalg.solve_sylvester(A, B, c))(rows)[1], 2 * want, atol=1e-14
    )


def test_expm_frechet_and_hankel_are_scipys():
    E = RNG.normal(size=(3, 3))
    for y, z in zip(
        linalg.expm_frechet(SPREAD, E), scipy_linalg.expm_frechet(SPREAD, E), strict=True
    ):
        np.testing.assert_allclose(y, z, rtol=1e-12)
    c, r = np.array([1.0, 2.0, 3.0]), np.array([9.0, 5.0])
    np.testing.assert_array_equal(linalg.hankel(c, r), scipy_linalg.hankel(c, r))
    np.testing.assert_array_equal(linalg.hankel(c), scipy_linalg.hankel(c))
    np.testing.assert_allclose(grad(lambda v: linalg.hankel(v).sum())(c), [1.0, 2.0, 3.0])
