"""Norms of vectors and matrices, and what is read off singular values: rank, condition, lstsq."""

import math
from typing import Any

from ..backend import array_namespace
from ..core import Tracer, coerce
from ..dtypes import dtype_of, shape_of
from ..shaping import axes_of
from .elementwise import absolute, astype, power, real, where
from .linalg import inv, pinv
from .matrices import conj, matrices
from .products import matmul
from .reduction import any as any_
from .reduction import count_nonzero, dropped, kept, safe_sqrt
from .reduction import max as max_
from .reduction import min as min_
from .reduction import sum as sum_
from .singular import svdvals
from .spectral import eigvalsh
from .structural import expand_dims, moveaxis, reshape

INF = math.inf


def _inexact(x: Any) -> Any:
    x = coerce(x)
    return x if dtype_of(x).kind in "fc" else astype(x, dtype="float64")


def _square(x: Any) -> Any:
    return real(x * conj(x)) if dtype_of(x).kind == "c" else x * x


def _real_dtype(x: Any) -> Any:
    return array_namespace(x).finfo(dtype_of(x)).dtype


# --------------------------------------------------------------------------------------- vectors


def _power_norm(x: Any, order: float, axis: Any) -> Any:
    """(sum |x|^order)^(1/order); its derivative at 0 is 0."""
    size = absolute(x)
    if order > 0:
        zero = size == 0
        terms = where(zero, 0, power(where(zero, 1, size), order))
    else:
        terms = power(size, order)
    total = sum_(terms, axis=axis, keepdims=True)
    zero = total == 0
    return where(zero, 0, power(where(zero, 1, total), 1 / order))


def _vector_norm(x: Any, order: Any, axis: Any) -> Any:
    """The norm over `axis`, which is kept with size 1."""
    if order is None or order == 2:
        return safe_sqrt(sum_(_square(x), axis=axis, keepdims=True))
    if order == INF:
        return max_(absolute(x), axis=axis, keepdims=True)
    if order == -INF:
        return min_(absolute(x), axis=axis, keepdims=True)
    if order == 0:
        return astype(count_nonzero(x, axis=axis, keepdims=True), dtype=_real_dtype(x))
    if order == 1:
        return sum_(absolute(x), axis=axis, keepdims=True)
    return _power_norm(x, order, axis)


def vector_norm(x: Any, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """The norm of the vectors along `axis` (None: of all elements).

    Args:
        ord: any number, inf or -inf; 0 counts what is not zero.

    Gradient: 0 at 0, for every order.
    """
    x = _inexact(x)
    axes = axes_of(len(shape_of(x)), axis)
    return dropped(_vector_norm(x, ord, axes), axes, keepdims)


# -------------------------------------------------------------------------------------- matrices

_SINGULAR = {"nuc": sum_, 2: max_, -2: min_}
_LINES = {1: (max_, -2), -1: (min_, -2), INF: (max_, -1), -INF: (min_, -1)}


def _matrix_norm(x: Any, order: Any) -> Any:
    """The norm of each matrix over the last two axes, which are dropped."""
    if order is None or order == "fro":
        return safe_sqrt(sum_(_square(x), axis=(-2, -1), keepdims=False))
    if order in _SINGULAR:
        return _SINGULAR[order](svdvals(x), axis=-1, keepdims=False)
    if order not in _LINES:
        raise ValueError(
            f"norm: ord is {order!r} for matrices; expected None, 'fro', 'nuc', 1, -1, 2, -2, inf "
            "or -inf. For other orders of all elements use vector_norm."
        )
    choose, axis = _LINES[order]
    return choose(sum_(absolute(x), axis=axis, keepdims=False), axis=-1, keepdims=False)


def matrix_norm(x: Any, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of the matrices in the last two axes."""
    return norm(matrices("matrix_norm", x), ord, (-2, -1), keepdims)


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of vectors (one axis) or of matrices (two axes), as `numpy.linalg.norm`.

    Without `axis` it is that of the whole array: its 2-norm flattened if `ord` is None, else of a
    vector or a matrix by the number of its dimensions.

    Gradient: 0 at 0 for norms of vectors and 'fro'.
    """
    x = _inexact(x)
    rank = len(shape_of(x))
    if axis is None and (ord is None or rank == 1):
        return vector_norm(x, None, keepdims, 2 if ord is None else ord)
    axes = axes_of(rank, axis)
    if len(axes) == 1:
        if isinstance(ord, str):
            raise ValueError(
                f"norm: ord is {ord!r} for vectors; expected a number. Give two axes for matrices."
            )
        return vector_norm(x, axes, keepdims, 2 if ord is None else ord)
    if len(axes) != 2 or axes[0] == axes[1]:
        raise ValueError(
            f"norm: axis is {axis} for an array of {rank} dimensions; expected one axis for "
            "vectors or two for matrices. Use vector_norm to norm over more."
        )
    out = _matrix_norm(moveaxis(x, axes, (-2, -1)), ord)
    return reshape(out, shape=kept(shape_of(x), axes)) if keepdims else out


def cond(x: Any, p: Any = None) -> Any:
    """The condition number: norm(x) * norm(inv(x)), by singular values for p None, 2 and -2."""
    x = _inexact(matrices("cond", x))
    if p in (None, 2, -2):
        s = svdvals(x)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    return norm(x, p, (-2, -1)) * norm(inv(x), p, (-2, -1))


# --------------------------------------------------------------------------- rank, least squares


def _eps(a: Any) -> float:
    return float(array_namespace(a).finfo(dtype_of(a)).eps)


def matrix_rank(a: Any, tol: Any = None, hermitian: bool = False, rtol: Any = None) -> Any:
    """How many singular values exceed `tol`, or `rtol` times the largest. No derivative.

    `rtol` is by default the larger size of the matrices times the resolution of their dtype.
    """
    a = _inexact(a)
    if len(shape_of(a)) < 2:
        return astype(any_(a != 0, axis=None, keepdims=False), dtype="int64")
    s = absolute(eigvalsh(a)) if hermitian else svdvals(a)
    if tol is None:
        rtol = max(shape_of(a)[-2:]) * _eps(a) if rtol is None else expand_dims(coerce(rtol), -1)
        limit = max_(s, axis=-1, keepdims=True) * rtol
    else:
        limit = expand_dims(coerce(tol), -1)
    return count_nonzero(s > limit, axis=-1, keepdims=False)


def lstsq(a: Any, b: Any, rcond: float | None = None) -> tuple[Any, Any, Any, Any]:
    """The x of least norm that minimises |a @ x - b|, the residuals, the rank, singular values.

    Args:
        a: a matrix.
        b: a vector or a matrix with as many rows.
        rcond: singular values up to this times the largest count as zero; by default (or negative)
            the larger size of `a` times the resolution of its dtype.

    Returns:
        `(x, residuals, rank, s)`. The residuals are empty where NumPy leaves them out; under
        `vmap`, where each row has its own rank, only the shape of `a` decides.
    """
    a, b = _inexact(matrices("lstsq", a)), _inexact(b)
    if len(shape_of(a)) != 2 or shape_of(b)[:1] != shape_of(a)[:1] or len(shape_of(b)) > 2:
        raise ValueError(
            f"lstsq: a and b have shapes {shape_of(a)} and {shape_of(b)}; expected (M, N) and (M,) "
            "or (M, K). Use vmap for stacks."
        )
    m, n = shape_of(a)
    if rcond is None or rcond < 0:
        rcond = _eps(a) * max(m, n)
    x = matmul(pinv(a, rcond), b)
    s = svdvals(a)
    rank = count_nonzero(s > rcond * s[:1], axis=-1, keepdims=False)
    residuals = sum_(_square(matmul(a, x) - b), axis=0, keepdims=False)
    residuals = reshape(residuals, shape=shape_of(residuals) or (1,))
    deficient = m <= n or (not isinstance(rank, Tracer) and rank < n)
    return x, residuals[:0] if deficient else residuals, rank, s
