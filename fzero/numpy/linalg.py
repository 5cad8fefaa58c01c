"""Linear algebra: `numpy.linalg` on arrays and tracers, over leading axes as there.

Decompositions that are not unique (the phases of singular vectors, eigenvectors of equal
eigenvalues) have finite derivatives, of LAPACK's choice kept as still as can be: see "Eigenvectors
and repeated eigenvalues" in docs/sharp_bits.md.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.linalg import LinAlgError

from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..ops import determinants, factor, norms, singular, spectral
from ..ops import linalg as ops
from ..ops import products as tensors
from ..ops import structural as st
from ..shaping import op
from .entry import concrete_array, floating, like_numpy, refuse_out
from .products import tensordot
from .reductions import as_asked
from .triangles import matrix_transpose

__all__ = [
    "EigResult", "EighResult", "LinAlgError", "QRResult", "SVDResult", "SlogdetResult",
    "cholesky", "cond", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh", "inv",
    "lstsq", "matmul", "matrix_norm", "matrix_power", "matrix_rank", "matrix_transpose",
    "multi_dot", "norm", "outer", "pinv", "qr", "slogdet", "solve", "svd", "svdvals",
    "tensordot", "tensorinv", "tensorsolve", "trace", "vecdot", "vector_norm",
]  # fmt: skip


class EigResult(NamedTuple):
    """What `eig` returns for tracers."""

    eigenvalues: Any
    eigenvectors: Any


class EighResult(NamedTuple):
    """What `eigh` returns for tracers."""

    eigenvalues: Any
    eigenvectors: Any


class QRResult(NamedTuple):
    """What `qr` returns for tracers."""

    Q: Any
    R: Any


class SlogdetResult(NamedTuple):
    """What `slogdet` returns for tracers."""

    sign: Any
    logabsdet: Any


class SVDResult(NamedTuple):
    """What `svd` returns for tracers."""

    U: Any
    S: Any
    Vh: Any


# ------------------------------------------------------------------------- equations, inverses


@like_numpy("linalg.solve")
def solve(a: Any, b: Any) -> Any:
    """The x with a @ x = b, for a vector `b` or stacks of matrices.

    Example:
        >>> import fzero, fzero.numpy as fnp
        >>> fzero.grad(lambda b: fnp.linalg.solve(2 * fnp.eye(2), b).sum())(fnp.ones(2))
        array([0.5, 0.5])
    """
    return ops.solve(floating(a), floating(b))


@like_numpy("linalg.inv")
def inv(a: Any) -> Any:
    """The inverses of square matrices."""
    return ops.inv(floating(a))


@like_numpy("linalg.pinv")
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = np._NoValue) -> Any:
    """The pseudo-inverses; singular values up to `rcond` times the largest count as zero.

    Gradient: where the rank does not change.
    """
    a = floating(a)
    if rcond is None:
        rcond = 1e-15
        if rtol is None:
            rcond = max(shape_of(a)[-2:]) * float(np.finfo(dtype_of(a)).eps)
        elif rtol is not np._NoValue:
            rcond = rtol
    return ops.pinv(a, concrete_array(rcond, "linalg.pinv: rtol"))


@like_numpy("linalg.lstsq")
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """The x that minimises |a @ x - b|, the residuals, the rank and the singular values."""
    return norms.lstsq(floating(a), floating(b), rcond)


@like_numpy("linalg.tensorinv")
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse of `a` as a map from its last axes to its first `ind`."""
    return ops.tensorinv(floating(a), ind)


@like_numpy("linalg.tensorsolve")
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The x with tensordot(a, x, x.ndim) = b."""
    return ops.tensorsolve(floating(a), floating(b), axes)


@like_numpy("linalg.matrix_power")
def matrix_power(a: Any, n: int) -> Any:
    """Square matrices multiplied with themselves; a negative power inverts first."""
    a = coerce(a)
    return ops.matrix_power(floating(a) if n < 0 else a, n)


# ------------------------------------------------------------------------------ decompositions


@like_numpy("linalg.cholesky")
def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """The triangular L with L @ L^H = a, for positive definite Hermitian matrices."""
    return factor.cholesky(floating(a), upper)


@like_numpy("linalg.qr")
def qr(a: Any, mode: str = "reduced") -> Any:
    """Q with orthonormal columns and upper triangular R with Q @ R = a; mode "r" gives R alone."""
    made = factor.qr(floating(a), mode)
    return made if mode == "r" else QRResult(*made)


@like_numpy("linalg.svd")
def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """U, S and Vh with U @ diag(S) @ Vh = a, S descending; S alone without `compute_uv`.

    Gradient: of the vectors where the values differ; of S also where they repeat.
    """
    made = singular.svd(floating(a), full_matrices, compute_uv, hermitian)
    return SVDResult(*made) if compute_uv else made


@like_numpy("linalg.svdvals")
def svdvals(x: Any, /) -> Any:
    """The singular values, descending."""
    return singular.svdvals(floating(x))


@like_numpy("linalg.eigh")
def eigh(a: Any, UPLO: str = "L") -> EighResult:
    """The eigenvalues, ascending, and eigenvectors of Hermitian matrices.

    Gradient: of the vectors where the values differ; of the values also where they repeat.
    """
    return EighResult(*spectral.eigh(floating(a), UPLO))


@like_numpy("linalg.eigvalsh")
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """The eigenvalues of Hermitian matrices, ascending."""
    return spectral.eigvalsh(floating(a), UPLO)


@like_numpy("linalg.eig")
def eig(a: Any) -> EigResult:
    """The eigenvalues and eigenvectors of square matrices; on tracers always complex."""
    return EigResult(*spectral.eig(floating(a)))


@like_numpy("linalg.eigvals")
def eigvals(a: Any) -> Any:
    """The eigenvalues of square matrices; on tracers always complex."""
    return spectral.eigvals(floating(a))


# --------------------------------------------------------------------------- numbers of a matrix


@like_numpy("linalg.det")
def det(a: Any) -> Any:
    """The determinants. Gradient: finite for singular matrices too."""
    return determinants.det(floating(a))


@like_numpy("linalg.slogdet")
def slogdet(a: Any) -> SlogdetResult:
    """The signs (or phases) and the logarithms of the absolute determinants."""
    return SlogdetResult(*determinants.slogdet(floating(a)))


@like_numpy("linalg.norm")
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of vectors (one axis) or matrices (two axes), by default of all elements.

    Gradient: 0 at 0.
    """
    return norms.norm(floating(x), ord, axis, keepdims)


@like_numpy("linalg.vector_norm")
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """The norm of the vectors along `axis`, sum(|x|^ord)^(1/ord). Gradient: 0 at 0."""
    return norms.vector_norm(floating(x), axis, keepdims, ord)


@like_numpy("linalg.matrix_norm")
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of the matrices in the last two axes."""
    return norms.matrix_norm(floating(x), keepdims, ord)


@like_numpy("linalg.cond")
def cond(x: Any, p: Any = None) -> Any:
    """The condition number, norm(x) * norm(inv(x))."""
    return norms.cond(floating(x), p)


@like_numpy("linalg.matrix_rank")
def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    """How many singular values exceed the tolerance. No derivative."""
    return norms.matrix_rank(A, tol, hermitian, rtol)


# ------------------------------------------------------------------------------------- products


@like_numpy("linalg.multi_dot")
def multi_dot(arrays: Any, *, out: Any = None) -> Any:
    """The product of several matrices in the cheapest order; the ends may be vectors."""
    refuse_out("multi_dot", out)
    return tensors.multi_dot(arrays)


@like_numpy("linalg.matmul")
def matmul(x1: Any, x2: Any, /) -> Any:
    """The matrix product x1 @ x2."""
    return tensors.matmul(x1, x2)


@like_numpy("linalg.outer")
def outer(x1: Any, x2: Any, /) -> Any:
    """The matrix of all products of two vectors' elements."""
    _need_vectors("outer", x1, x2)
    return tensors.outer(x1, x2)


@like_numpy("linalg.cross")
def cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The vector products of vectors of 3 numbers along `axis`."""
    return tensors.cross(x1, x2, -1, -1, -1, axis)


@like_numpy("linalg.vecdot")
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The inner product along `axis`, the first vector conjugated."""
    return tensors.vecdot(x1, x2, axis)


@like_numpy("linalg.diagonal")
def diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """The diagonals of the matrices in the last two axes."""
    return st.diagonal(coerce(x), offset=offset, axis1=-2, axis2=-1)


@like_numpy("linalg.trace")
def trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """The sums of the diagonals of the matrices in the last two axes."""
    along = as_asked(diagonal(x, offset=offset), dtype)
    return as_asked(op("sum")(along, axis=-1, keepdims=False), dtype)


def _need_vectors(name: str, *xs: Any) -> None:
    shapes = [shape_of(coerce(x)) for x in xs]
    if any(len(s) != 1 for s in shapes):
        raise ValueError(
            f"{name}: the shapes are {shapes}; expected vectors. Use ravel, or fnp.{name}."
        )
