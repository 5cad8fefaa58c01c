"""Decompositions, systems, determinants, norms: NumPy's values, JAX's gradients, closed forms."""

import numpy as np
import pytest

from fzero.mapping import vmap
from fzero.ops import determinants, factor, linalg, norms, singular, spectral
from fzero.ops import elementwise as el
from fzero.ops.matrices import adjoint
from fzero.ops.products import matmul
from fzero.ops.reduction import sum as total
from fzero.reverse import grad, vjp
from fzero.testing import check_grads, check_vmap

RNG = np.random.default_rng(0)
LEGEND = np.arange(1, 10).reshape(3, 3)
A = np.cos(LEGEND) + 1j * np.sin(2 * LEGEND)


def normal(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape)


def summed(x):
    return total(x, axis=None, keepdims=False)


def positive(x):
    return matmul(x, adjoint(x)) + 3 * np.eye(x.shape[-1])


def weighted(y):
    """A real function of every real and imaginary part."""
    n = np.arange(int(np.prod(y.shape))).reshape(y.shape)
    return summed(np.cos(n) * el.real(y)) + summed(np.sin(n + 1.0) * el.imag(y))


def first_row(u):
    """A function of vectors that does not depend on their phases."""
    return summed(el.square(el.absolute(u[0])) * np.arange(3))


def of_svd(x):
    u, s, _ = singular.svd(x)
    return weighted(s) + first_row(u)


def of_eigh(x):
    w, v = spectral.eigh(positive(x))
    return weighted(w) + first_row(v)


# The first rows of jax.grad at A, from jax 0.10.2 in float64.
GOLDEN = [
    (
        lambda x: weighted(linalg.inv(x)),
        [
            -0.156289887996 - 0.953279393544j,
            -1.165447450501 + 0.657397828523j,
            0.489818946804 - 0.781279459164j,
        ],
    ),
    (
        lambda x: weighted(determinants.det(x)),
        [
            0.031937662611 + 0.794729614746j,
            0.722300640001 + 1.027146252649j,
            -0.226929815012 + 0.487092771294j,
        ],
    ),
    (
        lambda x: weighted(determinants.slogdet(x)[0]) + determinants.slogdet(x)[1],
        [
            -0.633129799217 + 1.224264143574j,
            0.207354836139 + 2.166058472414j,
            -0.759291184062 + 0.539056545352j,
        ],
    ),
    (
        lambda x: weighted(factor.cholesky(positive(x))),
        [
            0.974502787226 - 0.006894727792j,
            -0.317562930392 - 0.061446246871j,
            -1.326211277653 - 0.024002422266j,
        ],
    ),
    (
        lambda x: weighted(factor.qr(x)[0]) + weighted(factor.qr(x)[1]),
        [
            0.583044204822 - 0.181428753033j,
            1.652169178423 - 0.795404657896j,
            0.017832008938 - 0.226206306933j,
        ],
    ),
    (
        of_svd,
        [
            0.336626107722 - 0.238642691316j,
            0.277962159739 - 0.122032517388j,
            -0.008272944462 + 0.020087663391j,
        ],
    ),
    (
        of_eigh,
        [
            -1.057933865382 + 0.371837125737j,
            -0.081981526098 + 0.475247874013j,
            0.129140708355 - 0.942315299857j,
        ],
    ),
    (
        lambda x: weighted(linalg.pinv(x[:, :2])),
        [-0.663451044813 - 0.695358269844j, -2.590408183461 - 0.678894999274j, 0],
    ),
    (
        lambda x: el.real(summed(spectral.eigvals(x) ** 3)),
        [
            0.048896276956 - 0.377382034711j,
            1.066318062157 + 3.369191240504j,
            -0.16933971405 - 0.611279973804j,
        ],
    ),
    (
        lambda x: weighted(linalg.solve(x, x[0])),
        [
            -0.541493281966 + 7.53873700724j,
            0.360228733832 + 5.193442314522j,
            -2.688659995922 - 1.762911886387j,
        ],
    ),
]
NAMES = "inv det slogdet cholesky qr svd eigh pinv eigvals solve".split()


@pytest.mark.parametrize("f, row", GOLDEN, ids=NAMES)
def test_complex_gradients_are_those_of_jax(f, row):
    np.testing.assert_allclose(grad(f)(A)[0], row, atol=1e-10)


@pytest.mark.parametrize("f", [f for f, _ in GOLDEN], ids=NAMES)
@pytest.mark.parametrize("x", [A, A.real + np.eye(3)], ids=["complex", "real"])
def test_gradients_are_those_of_differences_to_second_order(f, x):
    check_grads(f, [x], eps=1e-5 if f is of_svd else 1e-4, atol=1e-5, rtol=1e-5)


SQUARE, TALL, WIDE = normal(2, 3, 3) + 3 * np.eye(3), normal(4, 2), normal(2, 2, 3)
VALUES = [
    (linalg.inv, np.linalg.inv, SQUARE, {}),
    (determinants.det, np.linalg.det, SQUARE, {}),
    (determinants.slogdet, np.linalg.slogdet, SQUARE, {}),
    (linalg.pinv, np.linalg.pinv, TALL, {}),
    (linalg.pinv, np.linalg.pinv, WIDE, {}),
    (linalg.tensorinv, np.linalg.tensorinv, normal(2, 3, 6), {}),
    (factor.cholesky, np.linalg.cholesky, positive(SQUARE), {}),
    (factor.cholesky, np.linalg.cholesky, positive(A), {}),
    *((factor.qr, np.linalg.qr, x, {"mode": m}) for x in (TALL, WIDE, SQUARE, A)
      for m in ("reduced", "complete", "r")),
    *((singular.svd, np.linalg.svd, x, p) for x in (TALL, WIDE, A)
      for p in ({}, {"full_matrices": False}, {"compute_uv": False})),
    (singular.svdvals, np.linalg.svdvals, WIDE, {}),
    *((spectral.eigh, np.linalg.eigh, x, {"UPLO": u}) for x in (SQUARE, A) for u in "LU"),
    *((spectral.eigvalsh, np.linalg.eigvalsh, x, {"UPLO": u}) for x in (SQUARE, A) for u in "LU"),
    (spectral.eig, np.linalg.eig, SQUARE, {}),
    (spectral.eigvals, np.linalg.eigvals, A, {}),
    *((norms.cond, np.linalg.cond, SQUARE, {"p": p})
      for p in (None, 1, -1, 2, -2, "fro", "nuc", np.inf)),
    (norms.matrix_rank, np.linalg.matrix_rank, np.stack([np.ones((3, 3)), np.eye(3)]), {}),
    (norms.matrix_rank, np.linalg.matrix_rank, np.ones((3, 3)), {"hermitian": True}),
    (norms.matrix_rank, np.linalg.matrix_rank, np.diag([1, 0.1, 1e-3]), {"tol": 0.01}),
    (norms.matrix_rank, np.linalg.matrix_rank, np.diag([1, 0.1, 1e-3]), {"rtol": 0.2}),
    (norms.matrix_rank, np.linalg.matrix_rank, np.zeros(3), {}),
    *((linalg.matrix_power, np.linalg.matrix_power, SQUARE, {"n": n}) for n in (-3, -1, 0, 1, 5)),
    *((norms.norm, np.linalg.norm, x, {}) for x in (TALL, WIDE, A, TALL[0], np.arange(4))),
    *((norms.norm, np.linalg.norm, x, {"ord": o, "axis": -1})
      for x in (TALL, A) for o in (None, 0, 1, 2, 3, 0.5, -1, -2, np.inf, -np.inf)),
    *((norms.norm, np.linalg.norm, x, {"ord": o, "axis": (0, -1), "keepdims": k})
      for x in (WIDE, A) for o in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)
      for k in (False, True)),
    (norms.matrix_norm, np.linalg.matrix_norm, WIDE, {"ord": 1}),
    (norms.vector_norm, np.linalg.vector_norm, WIDE, {"axis": (0, 2), "keepdims": True}),
    (norms.vector_norm, np.linalg.vector_norm, WIDE, {"ord": 3}),
]  # fmt: skip


@pytest.mark.parametrize(
    "f, numpy_f, x, params", VALUES, ids=[f"{f.__name__} {x.shape} {p}" for f, _, x, p in VALUES]
)
def test_values_are_those_of_numpy(f, numpy_f, x, params):
    got, want = f(x, **params), numpy_f(x, **params)
    for y, z in zip(*((v if isinstance(v, tuple) else (v,)) for v in (got, want)), strict=True):
        assert np.shape(y) == np.shape(z)
        assert y.dtype == np.asarray(z).dtype
        np.testing.assert_allclose(y, z, atol=1e-12, rtol=1e-12)


def test_cholesky_reads_the_triangle_that_numpy_reads():
    x = positive(SQUARE)
    np.testing.assert_allclose(factor.cholesky(np.tril(x)), np.linalg.cholesky(x))
    upper = factor.cholesky(np.triu(x), upper=True)
    np.testing.assert_allclose(matmul(adjoint(upper), upper), x, atol=1e-12)
    pulled = vjp(factor.cholesky, x)[1](x)[0]
    assert (np.triu(pulled, 1) == 0).all() and (np.tril(pulled) != 0).any()


@pytest.mark.parametrize("shape", [(5, 2), (2, 5)])
@pytest.mark.parametrize("complex", [False, True])
def test_full_factors_differentiate_through_what_does_not_depend_on_their_basis(shape, complex):
    x = normal(*shape) + (1j * normal(*shape) if complex else 0)
    k = min(shape)

    def projections(x):
        u, s, vh = singular.svd(x)
        q, r = factor.qr(x, mode="complete")
        rest = matmul(u[:, k:], adjoint(u[:, k:])), matmul(adjoint(vh[k:]), vh[k:])
        return (*rest, s, matmul(u[:, :k] * s, vh[:k]), matmul(q[:, k:], adjoint(q[:, k:])), r[:k])

    check_grads(projections, [x], order=1, atol=1e-6, rtol=1e-6)


def phaseless(v):
    return el.square(el.absolute(v))


@pytest.mark.parametrize("complex", [False, True])
def test_eigenvectors_of_complex_matrices_up_to_their_phase(complex):
    x = A if complex else np.array([[1.0, -2.0, 0.3], [2.0, 1.0, 0.1], [0.2, 0.4, -1.5]])
    check_grads(lambda x: phaseless(spectral.eig(x)[1]), [x], order=1, atol=1e-6, rtol=1e-6)
    for u in "LU":
        check_grads(lambda x, u=u: phaseless(spectral.eigh(x, u)[1]), [x], eps=1e-5, atol=1e-5)


EMPTY = [linalg.inv, determinants.det, determinants.slogdet, linalg.pinv,
         factor.cholesky, factor.qr, spectral.eigh, spectral.eigvalsh, spectral.eig, singular.svd,
         singular.svdvals]  # fmt: skip


@pytest.mark.parametrize("f", EMPTY, ids=lambda f: f.__name__)
def test_stacks_of_no_matrices(f):
    x = np.zeros((0, 3, 3))
    out, pull = vjp(f, x)
    assert pull(out)[0].shape == x.shape
    assert vmap(f, axis_size=2, in_axes=None)(x) is not None


def test_equal_values_give_finite_and_right_gradients():
    x = np.diag([2.0, 2.0, 1.0])
    np.testing.assert_allclose(grad(lambda x: summed(spectral.eigh(x)[0] ** 2))(x), 2 * x)
    np.testing.assert_allclose(grad(lambda x: summed(singular.svd(x)[1] ** 2))(x), 2 * x)
    whole = grad(lambda x: summed(matmul(spectral.eigh(x)[1], adjoint(spectral.eigh(x)[1]))))(x)
    np.testing.assert_allclose(whole, np.zeros((3, 3)), atol=1e-14)
    for f in (lambda x: spectral.eigh(x), lambda x: singular.svd(x), lambda x: spectral.eig(x)):
        out, pull = vjp(f, np.eye(3))
        assert np.isfinite(pull(tuple(np.ones_like(y) for y in out))[0]).all()
    np.testing.assert_allclose(
        vjp(linalg.pinv, np.eye(2))[1](np.ones((2, 2)))[0], -np.ones((2, 2)), atol=1e-14
    )


def test_det_differentiates_at_singular_matrices():
    x = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 1.0, 1.0]])
    cofactors = [
        [(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(x, i, 0), j, 1)) for j in range(3)]
        for i in range(3)
    ]
    np.testing.assert_allclose(grad(determinants.det)(x), cofactors, atol=1e-12)
    np.testing.assert_allclose(grad(determinants.det)(np.zeros((2, 2))), np.zeros((2, 2)))
    assert grad(determinants.det)(np.zeros((1, 1))) == 1


SYSTEMS = [((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 3, 3), (3, 1)), ((3, 3), (4, 3, 2)),
           ((2, 3, 3), (3,)), ((4, 1, 3, 3), (2, 3, 2))]  # fmt: skip


@pytest.mark.parametrize("shape_a, shape_b", SYSTEMS)
def test_solve(shape_a, shape_b):
    a, b = normal(*shape_a) + 3 * np.eye(3), normal(*shape_b)
    want = np.linalg.solve(a, b if b.ndim > 1 else b[:, None])
    want = want[..., 0] if b.ndim == 1 else want
    np.testing.assert_allclose(linalg.solve(a, b), want)
    check_grads(linalg.solve, [a, b])
    check_vmap(linalg.solve, (np.stack([a, a + 1]), b), in_axes=(0, None))
    check_vmap(linalg.solve, (a, np.stack([b, b + 1])), in_axes=(None, 0))
    check_vmap(linalg.solve, (np.stack([a, a + 1]), np.stack([b, b + 1])), in_axes=0)


def test_lstsq_and_tensorsolve():
    for a, b in [(TALL, normal(4)), (TALL, normal(4, 3)), (WIDE[0], normal(2)),
                 (np.ones((3, 2)), normal(3))]:  # fmt: skip
        got, want = norms.lstsq(a, b), np.linalg.lstsq(a, b, rcond=None)
        for y, z in zip(got, want, strict=True):
            np.testing.assert_allclose(y, z, atol=1e-12)
    check_grads(lambda a, b: norms.lstsq(a, b)[:2], [TALL, normal(4)])
    check_vmap(lambda b: norms.lstsq(TALL, b)[0], (normal(3, 4),), in_axes=0)
    check_vmap(lambda a: norms.lstsq(a, np.ones(2))[0], (normal(3, 2, 2),), in_axes=0)
    a, b = normal(2, 3, 6), normal(2, 3)
    np.testing.assert_allclose(linalg.tensorsolve(a, b), np.linalg.tensorsolve(a, b))
    a = normal(2, 6, 3)
    got = linalg.tensorsolve(a, b, axes=(1,))
    np.testing.assert_allclose(got, np.linalg.tensorsolve(a, b, axes=(1,)))


ORDERS = [(o, -1) for o in (None, 1, 3, 1.5, np.inf, -np.inf, -1)]
ORDERS += [(o, (-2, -1)) for o in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)]


@pytest.mark.parametrize("order, axis", ORDERS)
@pytest.mark.parametrize("x", [WIDE, A], ids=["real", "complex"])
def test_norms_differentiate(order, axis, x):
    check_grads(lambda x: norms.norm(x, order, axis), [x], eps=1e-5, atol=1e-5, rtol=1e-5)


def test_norms_have_gradient_zero_at_zero():
    for order in (None, 1, 2, 3, 0.5):
        assert (grad(lambda x, o=order: norms.norm(x, o))(np.zeros(3)) == 0).all()
    assert (grad(norms.norm)(np.zeros((2, 2))) == 0).all()
    rows = vmap(grad(norms.norm))(np.array([[3.0, 4.0], [0.0, 0.0]]))
    np.testing.assert_allclose(rows, [[0.6, 0.8], [0.0, 0.0]])


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda x: linalg.inv(x), "(2, 3); expected square"),
        (lambda x: determinants.det(x[0]), "(3,); expected matrices"),
        (lambda x: linalg.solve(np.eye(3), x), "b has 2 rows for matrices of 3"),
        (lambda x: factor.qr(x, mode="raw"), "mode is 'raw'"),
        (lambda x: spectral.eigh(np.eye(2), UPLO="X"), "UPLO is 'X'"),
        (lambda x: norms.norm(x, 3), "ord is 3"),
        (lambda x: norms.norm(x, "fro", 0), "for vectors"),
        (lambda x: norms.norm(x[None], 1), "axis is None"),
        (lambda x: norms.lstsq(x, np.ones(3)), "(2, 3) and (3,)"),
        (lambda x: linalg.tensorinv(x), "ind is 2"),
        (lambda x: linalg.tensorsolve(x, np.ones(2)), "as many unknowns"),
    ],
)
def test_errors(call, text):
    with pytest.raises(ValueError) as error:
        call(np.ones((2, 3)))
    assert text in str(error.value)


def test_factors_keep_float32():
    x = SQUARE[0].astype("f")
    for f in (linalg.inv, linalg.pinv, determinants.det, factor.qr, singular.svd, spectral.eigh,
              norms.norm, norms.cond):  # fmt: skip
        out, pull = vjp(f, x)
        outs = out if isinstance(out, tuple) else (out,)
        assert {y.dtype for y in outs} == {np.dtype("f")}
        ones = tuple(np.ones_like(y) for y in outs)
        assert pull(ones if isinstance(out, tuple) else ones[0])[0].dtype == np.float32
