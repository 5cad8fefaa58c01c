"""fzero.lax.linalg beside jax.lax.linalg; the equations that factors satisfy."""

import numpy as np
import pytest

import fzero
from fzero.lax import linalg
from fzero.testing import check_grads
from tests.beside_jax import near

RNG = np.random.default_rng(0)
A = RNG.normal(size=(2, 4, 4)) + 4 * np.eye(4)
TALL = RNG.normal(size=(3, 5, 3))
SYMMETRIC = A + A.swapaxes(-1, -2) + np.diag([0.0, 9.0, 18.0, 27.0])
UPPER = np.linalg.cholesky(SYMMETRIC[0]).T
B = RNG.normal(size=(2, 4, 3))
DIAGONALS = RNG.normal(size=(3, 2, 4)) + np.array([0.0, 5.0, 0.0])[:, None, None]


def sides(module, a, b, left, options):
    return module.triangular_solve(a, b if left else b.swapaxes(-1, -2), left_side=left, **options)


SOLVES = [
    (left, {"lower": lower, "transpose_a": transpose, "unit_diagonal": unit})
    for left in (True, False)
    for lower, transpose, unit in [
        (False, False, False), (True, False, True), (True, True, False), (False, True, True)
    ]
]  # fmt: skip

#: (name, function of the module and its operands, operands)
CASES = [
    ("cholesky", lambda m, a: m.cholesky(a), [SYMMETRIC]),
    ("eigh", lambda m, a: m.eigh(a)[1], [SYMMETRIC]),
    ("eigh", lambda m, a: abs(m.eigh(a, lower=False)[0]), [SYMMETRIC]),
    ("eig", lambda m, a: m.eig(a, compute_left_eigenvectors=False,
                               compute_right_eigenvectors=False)[0].real.sum(), [A[0]]),
    ("qr", lambda m, a: abs(m.qr(a, full_matrices=False)[0]), [TALL]),
    ("qr", lambda m, a: abs(m.qr(a, full_matrices=False)[1]), [TALL]),
    ("svd", lambda m, a: m.svd(a, compute_uv=False), [TALL]),
    ("svd", lambda m, a: abs(m.svd(a, full_matrices=False)[0]), [TALL]),
    ("svd", lambda m, a: m.svd(a, full_matrices=False, compute_uv=False), [TALL]),
    *[
        ("triangular_solve", lambda m, a, b, s=side: sides(m, a, b, *s), [A, B])
        for side in SOLVES
    ],
    ("triangular_solve", lambda m, a, b: m.triangular_solve(a, b, left_side=True), [A, B[..., 0]]),
    ("tridiagonal_solve", lambda m, *xs: m.tridiagonal_solve(*xs), [*DIAGONALS, B]),
]  # fmt: skip

#: Those that JAX has no derivative of.
VALUES = [
    ("cholesky_update", lambda m, r, w: m.cholesky_update(r, w), [UPPER, B[0, :, 0]]),
    ("symmetric_product",
     lambda m, a, c: m.symmetric_product(a, c, alpha=2.0, beta=0.5, symmetrize_output=True),
     [A[0], SYMMETRIC[0]]),
    ("householder_product", lambda m, a, t: m.householder_product(a, t), [TALL, B[0, :3, :3]]),
    ("cholesky", lambda m, a: m.cholesky(a, symmetrize_input=False), [SYMMETRIC[0]]),
    ("eig", lambda m, a: abs(np.stack(m.eig(a, compute_right_eigenvectors=False)[1:])), [A[0]]),
    ("eig", lambda m, a: abs(np.stack(m.eig(a)[1:])), [A[0]]),
    ("qr", lambda m, a: abs(m.qr(a)[0] @ m.qr(a)[1]), [TALL]),
]  # fmt: skip


def ids(cases) -> list[str]:
    return [f"{name}-{i}" for i, (name, *_) in enumerate(cases)]


@pytest.mark.parametrize(("name", "function", "operands"), CASES, ids=ids(CASES))
def test_values_and_derivatives_are_those_of_jax(jax, name, function, operands):
    def ours(*xs):
        return function(linalg, *xs)

    def theirs(*xs):
        return function(jax.lax.linalg, *xs)

    inputs = tuple(map(jax.numpy.asarray, operands))
    tangents = tuple(np.cos(x + 1) for x in operands)
    near(fzero.jvp(ours, tuple(operands), tangents), jax.jvp(theirs, inputs, tangents))
    ans, pull = fzero.vjp(ours, *operands)
    g = np.cos(np.arange(np.size(ans), dtype=float)).reshape(np.shape(ans))
    near(pull(g), jax.vjp(theirs, *inputs)[1](jax.numpy.asarray(g)))


@pytest.mark.parametrize(("name", "function", "operands"), VALUES, ids=ids(VALUES))
def test_values_are_those_of_jax(jax, name, function, operands):
    near(
        function(linalg, *operands),
        function(jax.lax.linalg, *map(jax.numpy.asarray, operands)),
    )


@pytest.mark.parametrize(
    ("name", "function", "operands"), CASES + VALUES[:4], ids=ids(CASES + VALUES[:4])
)
def test_vmap_is_a_loop(name, function, operands):
    rows = [np.stack([x, x * 1.1]) for x in operands]
    looped = [function(linalg, *(r[i] for r in rows)) for i in (0, 1)]
    near(fzero.vmap(lambda *xs: function(linalg, *xs))(*rows), np.stack(looped))


@pytest.mark.parametrize(("name", "function", "operands"), VALUES[:3], ids=ids(VALUES[:3]))
def test_derivatives_are_central_differences(name, function, operands):
    check_grads(lambda *xs: function(linalg, *xs), operands, order=2)


def test_reflections_of_lapack_give_its_factor():
    h, taus = np.linalg.qr(TALL[0], mode="raw")
    q, _ = np.linalg.qr(TALL[0])
    near(linalg.householder_product(h.T, taus), q)


def test_left_eigenvectors_satisfy_their_equation():
    w, left, right = linalg.eig(A)
    near(A @ right, right * w[..., None, :])
    adjoint = np.conj(left.swapaxes(-1, -2))
    near(adjoint @ A, w[..., :, None] * adjoint)


def test_parts_of_factors_belong_together():
    u, s, vh = linalg.svd(TALL, full_matrices=False, subset_by_index=(1, 2))
    assert (u.shape, s.shape, vh.shape) == ((3, 5, 1), (3, 1), (3, 1, 3))
    near((u.swapaxes(-1, -2) @ TALL @ vh.swapaxes(-1, -2))[..., 0], s)
    v, w = linalg.eigh(SYMMETRIC, subset_by_index=(1, 3))
    near(SYMMETRIC @ v, v * w[..., None, :])
    near(w, np.linalg.eigvalsh(SYMMETRIC)[..., 1:3])
    with pytest.raises(ValueError, match="full_matrices=False"):
        linalg.svd(TALL, subset_by_index=(1, 2))


def test_float32_stays_and_every_name_is_one_of_jax(jax):
    x = SYMMETRIC.astype(np.float32)
    assert linalg.cholesky(x).dtype == linalg.eigh(x)[0].dtype == np.float32
    assert linalg.triangular_solve(x, x).dtype == linalg.householder_product(x, x[0, :2]).dtype
    assert [n for n in linalg.__all__ if not hasattr(jax.lax.linalg, n)] == []
    assert fzero.lax.linalg is linalg
