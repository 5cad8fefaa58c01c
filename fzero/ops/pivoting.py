"""Triangular factors of any matrices, with rows interchanged: LU."""

import math
from typing import Any

from ..backend import array_namespace
from ..dtypes import dtype_of, shape_of
from ..rules import custom
from .elementwise import astype, equal
from .linalg import solve_or_nan
from .matrices import cast_to, eye_like, matrices, regular, stacked, swap
from .products import matmul
from .structural import concatenate, expand_dims, tril, triu

__all__ = ["lu", "permutation"]


def _lu(xp: Any) -> Any:
    def lu(a: Any) -> tuple[Any, Any]:
        """Right-looking elimination of a stack at once; LAPACK's choice of pivots."""
        head, (m, n) = a.shape[:-2], a.shape[-2:]
        work = xp.array(a, copy=True).reshape((math.prod(head), m, n))
        rows = xp.arange(work.shape[0])
        order = xp.zeros((work.shape[0], m), dtype=int) + xp.arange(m)
        for j in range(min(m, n)):
            column = work[:, j:, j]
            pivot = j + xp.argmax(abs(column.real) + abs(column.imag), axis=1)
            for x in (work, order):
                chosen = x[rows, pivot]
                x[rows, pivot] = x[:, j]
                x[:, j] = chosen
            top = work[:, j, j][:, None]
            zero = top == 0  # then the column below is zero, too
            work[:, j + 1 :, j] /= xp.where(zero, xp.ones_like(top), top)
            work[:, j + 1 :, j + 1 :] -= work[:, j + 1 :, j, None] * work[:, j, None, j + 1 :]
        return work.reshape(a.shape), order.reshape((*head, m))

    return lu


def permutation(order: Any, like: Any) -> Any:
    """The matrices that put row `order[i]` at place i, in the dtype of `like`."""
    places = array_namespace(order).arange(shape_of(order)[-1])
    return astype(equal(expand_dims(order, -1), places), dtype=dtype_of(like))


def _unit_lower(x: Any, k: int) -> Any:
    """The unit lower triangles in the first k rows and columns."""
    return tril(x[..., :k, :k], k=-1) + eye_like(x, k)


def _left(lower: Any, x: Any) -> Any:
    return solve_or_nan(lower, x)


def _right(x: Any, upper: Any) -> Any:
    """x @ inv(upper)."""
    return swap(solve_or_nan(swap(upper), swap(x)))


def _lu_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    packed, order = ans
    m, n = shape_of(packed)[-2:]
    k, last = min(m, n), len(shape_of(packed)) - 1
    lower, upper = _unit_lower(packed, k), triu(packed[..., :k, :k], k=0)
    t = matmul(permutation(order, packed), tangents[0])
    step = _right(t[..., :k], upper)
    inner = _left(lower, step[..., :k, :])
    below, above = tril(inner, k=-1), triu(inner, k=0)
    change = tril(matmul(lower, below), k=-1) + triu(matmul(above, upper), k=0)
    if m > k:
        more = step[..., k:, :] - matmul(packed[..., k:, :], above)
        change = concatenate(change, more, axis=last - 1)
    if n > k:
        more = _left(lower, t[..., k:]) - matmul(below, packed[..., k:])
        change = concatenate(change, more, axis=last)
    return change, None


def _lu_pull(ans: Any, a: Any) -> Any:
    packed, order = ans
    m, n = shape_of(packed)[-2:]
    k, last = min(m, n), len(shape_of(packed)) - 1

    def pull(gs: Any) -> Any:
        g = gs[0]
        lower, upper = _unit_lower(packed, k), triu(packed[..., :k, :k], k=0)
        own = g[..., :k, :k]
        below = matmul(swap(lower), tril(own, k=-1))
        above = matmul(triu(own, k=0), swap(upper))
        if m > k:
            above = above - matmul(swap(packed[..., k:, :]), g[..., k:, :])
        if n > k:
            below = below - matmul(g[..., k:], swap(packed[..., k:]))
        total = _left(swap(lower), tril(below, k=-1) + triu(above, k=0))
        if m > k:
            total = concatenate(total, g[..., k:, :], axis=last - 1)
        total = _right(total, swap(upper))
        if n > k:
            total = concatenate(total, _left(swap(lower), g[..., k:]), axis=last)
        return cast_to(matmul(swap(permutation(order, packed)), total), a)

    return pull


# Two results, of which the order of the rows has no derivative; the first min(M, N) rows and
# columns must be regular for that of the factors.
_packed = custom(
    "lu",
    _lu,
    pulls=(_lu_pull,),
    jvp=_lu_jvp,
    batch=stacked("lu"),
    samples=lambda rng: [
        ((regular(rng, *shape, complex=c),), {})
        for shape, c in [((3, 3), False), ((2, 3, 2), False), ((2, 3), False), ((2, 2), True)]
    ],
    multiple=True,
)


def lu(a: Any) -> tuple[Any, Any]:
    """L below the diagonal and U on and above it, in one matrix each, and the order of the rows.

    With P the rows of the identity in that order, P @ a = L @ U, and L has a unit diagonal.

    Gradient: the first min(M, N) columns of `a` must be independent; NaN where they are not.
    """
    return _packed(matrices("lu", a))
