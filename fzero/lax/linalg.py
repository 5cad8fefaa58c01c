"""Factors of matrices and triangular systems, over leading axes, as in jax.lax.linalg.

Example:
    >>> import numpy as np
    >>> from fzero.lax import linalg
    >>> linalg.triangular_solve(2 * np.eye(2), np.ones((2, 2)), left_side=True).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
"""

from typing import Any

from .. import numpy as fnp
from ..backend import array_namespace
from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..scipy.linalg import solve_triangular

__all__ = [
    "cholesky", "cholesky_update", "eig", "eigh", "householder_product", "qr", "svd",
    "symmetric_product", "triangular_solve", "tridiagonal_solve",
]  # fmt: skip


def _adjoint(a: Any) -> Any:
    return fnp.conjugate(fnp.swapaxes(a, -1, -2))


def _hermitian(x: Any) -> Any:
    return (x + _adjoint(x)) / 2


def cholesky(x: Any, *, symmetrize_input: bool = True) -> Any:
    """The lower triangular L with L L^H = x.

    Args:
        x: (..., N, N), positive definite.
        symmetrize_input: take (x + x^H) / 2; else the lower triangle is read alone.
    """
    x = coerce(x)
    return fnp.linalg.cholesky(_hermitian(x) if symmetrize_input else x)


def cholesky_update(r_matrix: Any, w_vector: Any) -> Any:
    """The upper triangular factor of R^T R + w w^T, from the factor R.

    Args:
        r_matrix: (N, N), real and upper triangular, of positive diagonal.
        w_vector: (N,).

    Cost: a new factorization, of order N^3.
    """
    r, w = fnp.triu(coerce(r_matrix)), coerce(w_vector)
    both = fnp.swapaxes(r, -1, -2) @ r + w[..., :, None] * w[..., None, :]
    return fnp.linalg.cholesky(both, upper=True)


def eig(
    x: Any, *, compute_left_eigenvectors: bool = True, compute_right_eigenvectors: bool = True
) -> list[Any]:
    """The eigenvalues of a general matrix, and its left and right eigenvectors if asked for.

    Args:
        x: (..., N, N).
        compute_left_eigenvectors: return the v with v^H x = w v^H, as columns of length 1.
        compute_right_eigenvectors: return the v with x v = w v, as columns of length 1.

    Returns:
        [w, left, right], complex, without those that are not asked for.
    """
    x = coerce(x)
    if not (compute_left_eigenvectors or compute_right_eigenvectors):
        return [fnp.linalg.eigvals(x)]
    w, right = fnp.linalg.eig(x)
    out = [w]
    if compute_left_eigenvectors:
        left = _adjoint(fnp.linalg.inv(right))
        out.append(left / fnp.linalg.vector_norm(left, axis=-2, keepdims=True))
    return [*out, right] if compute_right_eigenvectors else out


def eigh(
    x: Any,
    *,
    lower: bool = True,
    symmetrize_input: bool = True,
    sort_eigenvalues: bool = True,
    subset_by_index: tuple[int, int] | None = None,
) -> tuple[Any, Any]:
    """The eigenvectors and eigenvalues of a Hermitian matrix: (v, w), in this order.

    Args:
        x: (..., N, N).
        lower: whether the lower triangle is read.
        symmetrize_input: take (x + x^H) / 2 first.
        sort_eigenvalues: has no effect: they always rise.
        subset_by_index: (first, last + 1) of the eigenvalues to return.
    """
    x = coerce(x)
    w, v = fnp.linalg.eigh(_hermitian(x) if symmetrize_input else x, "L" if lower else "U")
    part = slice(*(subset_by_index or (None,)))
    return v[..., part], w[..., part]


def qr(x: Any, *, full_matrices: bool = True) -> tuple[Any, Any]:
    """Q with orthonormal columns and the upper triangular R, with Q R = x.

    Args:
        x: (..., M, N).
        full_matrices: make Q square; else it has min(M, N) columns.
    """
    return tuple(fnp.linalg.qr(x, "complete" if full_matrices else "reduced"))


def svd(
    x: Any,
    *,
    full_matrices: bool = True,
    compute_uv: bool = True,
    subset_by_index: tuple[int, int] | None = None,
) -> Any:
    """The singular value decomposition U diag(s) V^H = x: (U, s, V^H), or s alone.

    Args:
        x: (..., M, N).
        full_matrices: make U and V^H square.
        compute_uv: return all three.
        subset_by_index: (first, last + 1) of the singular values to return, with
            full_matrices=False.
    """
    part = slice(*(subset_by_index or (None,)))
    if subset_by_index is not None and compute_uv and full_matrices:
        raise ValueError(
            f"svd: subset_by_index is {subset_by_index} with full_matrices; expected one of them. "
            "Pass full_matrices=False."
        )
    if not compute_uv:
        return fnp.linalg.svdvals(x)[..., part]
    u, s, vh = fnp.linalg.svd(x, full_matrices)
    if subset_by_index is None:
        return u, s, vh
    return u[..., :, part], s[..., part], vh[..., part, :]


def symmetric_product(
    a_matrix: Any,
    c_matrix: Any,
    *,
    alpha: float = 1.0,
    beta: float = 0.0,
    symmetrize_output: bool = False,
) -> Any:
    """alpha a a^T + beta c; all of it, whether or not symmetrize_output is set."""
    a = coerce(a_matrix)
    return alpha * (a @ fnp.swapaxes(a, -1, -2)) + beta * coerce(c_matrix)


def triangular_solve(
    a: Any,
    b: Any,
    *,
    left_side: bool = False,
    lower: bool = False,
    transpose_a: bool = False,
    conjugate_a: bool = False,
    unit_diagonal: bool = False,
) -> Any:
    """The x with op(a) x = b if `left_side`, else x op(a) = b, for triangular `a`.

    Args:
        a: (..., N, N); the other triangle is not read.
        b: (..., N, K) if `left_side`, else (..., K, N); or (..., N) where `a` has one axis more.
        left_side: whether `a` stands left of x.
        lower: whether the triangle is the lower one.
        transpose_a, conjugate_a: what op does.
        unit_diagonal: take the diagonal for ones; it is not read.

    Cost: a general solution, as NumPy has no triangular one.
    """
    a, b = coerce(a), coerce(b)
    vector = len(shape_of(b)) == len(shape_of(a)) - 1
    b = b[..., None] if vector and left_side else b[..., None, :] if vector else b
    a = fnp.conjugate(a) if conjugate_a else a
    if left_side:
        x = solve_triangular(a, b, int(transpose_a), lower, unit_diagonal)
    else:
        flipped = fnp.swapaxes(b, -1, -2)
        x = solve_triangular(a, flipped, int(not transpose_a), lower, unit_diagonal)
        x = fnp.swapaxes(x, -1, -2)
    return (x[..., 0] if left_side else x[..., 0, :]) if vector else x


def householder_product(a: Any, taus: Any) -> Any:
    """The product of the reflections I - tau v v^H: the first columns of their matrix.

    Args:
        a: (..., M, N) with M >= N: column i holds v below its diagonal, which counts as 1, as
            LAPACK's geqrf leaves it.
        taus: (..., K) with K <= N: the factors tau.

    Returns:
        An array of the shape of `a`, of orthonormal columns where the factors are geqrf's.

    Cost: two products with a vector for each factor.
    """
    a, taus = coerce(a), coerce(taus)
    *_, m, n = shape_of(a)
    eye = array_namespace(a).eye(m, n, dtype=dtype_of(a))
    q = fnp.broadcast_to(eye, shape_of(a))
    vectors = fnp.tril(a, -1) + eye
    for i in reversed(range(shape_of(taus)[-1])):
        v = vectors[..., i : i + 1]
        q = q - taus[..., i, None, None] * (v @ (_adjoint(v) @ q))
    return q


def tridiagonal_solve(dl: Any, d: Any, du: Any, b: Any) -> Any:
    """The x with A x = b for A with three diagonals, by Thomas's elimination without pivoting.

    Args:
        dl: (..., N), the diagonal below; dl[0] is not read.
        d: (..., N), the diagonal.
        du: (..., N), the diagonal above; du[N - 1] is not read.
        b: (..., N, K).

    Cost: 2 N small steps.
    """
    dl, d, du, b = (coerce(v) for v in (dl, d, du, b))
    n = shape_of(d)[-1]
    above: list[Any] = []
    right: list[Any] = []
    for i in range(n):
        pivot, rest = d[..., i, None], b[..., i, :]
        if i:
            below = dl[..., i, None]
            pivot = pivot - below * above[-1]
            rest = rest - below * right[-1]
        above.append(du[..., i, None] / pivot)
        right.append(rest / pivot)
    for i in reversed(range(n - 1)):
        right[i] = right[i] - above[i] * right[i + 1]
    return fnp.stack(right, -2)
