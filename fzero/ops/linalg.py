"""Inverses, linear systems and powers of stacks of matrices.

Cotangents follow the pairing sum(g * t), so that the rules of holomorphic functions transpose
where textbooks take adjoints.
"""

import itertools
import math
import operator
from typing import Any

from ..backend import array_namespace, namespace
from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..rules import custom, draw
from ..shaping import align, axis_of, fit
from .matrices import (
    adjoint,
    cast_to,
    conj,
    eye_like,
    matrices,
    regular,
    stacked,
    swap,
)
from .products import matmul
from .structural import broadcast_to, expand_dims, reshape, transpose

_SINGULAR = namespace().linalg.LinAlgError  # NumPy's, which CuPy raises too


def square_samples(rng: Any) -> list[Any]:
    return [
        ((regular(rng, 3, 3),), {}),
        ((regular(rng, 2, 2, 2),), {}),
        ((regular(rng, 2, 2, complex=True),), {}),
    ]


# ------------------------------------------------------------------------- inverses and systems


def _inv_pull(ans: Any, a: Any) -> Any:
    return lambda g: cast_to(-matmul(matmul(swap(ans), g), swap(ans)), a)


# d inv = -inv dA inv: linear in no argument.
_inv = custom(
    "inv",
    lambda xp: lambda a: xp.linalg.inv(a),
    pulls=(_inv_pull,),
    jvp=lambda tangents, ans, args, params: -matmul(matmul(ans, tangents[0]), ans),
    batch=stacked("inv"),
    samples=square_samples,
)


def _solve_impl(xp: Any) -> Any:
    def solve(a: Any, b: Any) -> Any:
        if a.shape[:-2] != b.shape[:-2]:  # CuPy does not broadcast the stacks
            head = xp.broadcast_shapes(a.shape[:-2], b.shape[:-2])
            a = xp.broadcast_to(a, head + a.shape[-2:])
            b = xp.broadcast_to(b, head + b.shape[-2:])
        return xp.linalg.solve(a, b)

    return solve


def _solve_or_nan_impl(xp: Any) -> Any:
    solve = _solve_impl(xp)

    def solve_or_nan(a: Any, b: Any) -> Any:
        try:
            return solve(a, b)
        except _SINGULAR:
            pass
        head = xp.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        a, b = xp.broadcast_to(a, head + a.shape[-2:]), xp.broadcast_to(b, head + b.shape[-2:])
        x = xp.full(b.shape, math.nan, xp.result_type(a, b))
        for i in itertools.product(*map(range, head)):
            try:
                x[i] = solve(a[i], b[i])
            except _SINGULAR:
                continue
        return x

    return solve_or_nan


def _solve_pull_a(ans: Any, a: Any, b: Any) -> Any:
    return lambda g: fit(-matmul(solve_or_nan(swap(a), g), swap(ans)), shape_of(a), dtype_of(a))


def _solve_pull_b(ans: Any, a: Any, b: Any) -> Any:
    shape, dtype = shape_of(b), dtype_of(b)
    return lambda g: fit(solve_or_nan(swap(a), g), shape, dtype)


def _solve_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    t, u = tangents
    right = u if t is None else -matmul(t, ans) if u is None else u - matmul(t, ans)
    return solve_or_nan(args[0], right)


def _solve_batch(solve: Any, size: int, args: Any, batched: Any) -> Any:
    a, b = args
    if not batched[0] and len(shape_of(a)) == 2 and len(shape_of(b)) == 3:
        # One factorisation for all the rows: they become columns.
        n, k = b.shape[1:]
        columns = reshape(transpose(b, axes=(1, 0, 2)), shape=(n, size * k))
        x = reshape(solve(a, columns), shape=(n, size, k))
        return transpose(x, axes=(1, 0, 2)), True
    return solve(*align(args, batched)), True


def _solve_samples(rng: Any) -> list[Any]:
    return [
        ((regular(rng, 3, 3), draw(rng, (3, 2))), {}),
        ((regular(rng, 2, 2, 2), draw(rng, (2, 1))), {}),
        ((regular(rng, 2, 2), draw(rng, (3, 2, 1))), {}),
        ((regular(rng, 2, 2, complex=True), draw(rng, (2, 2), complex=True)), {}),
    ]


def _system(name: str, impl: Any) -> Any:
    """A primitive that solves systems: linear in b only, and b holds matrices."""
    made = custom(
        name,
        impl,
        pulls=(_solve_pull_a, _solve_pull_b),
        jvp=_solve_jvp,
        batch=lambda size, args, batched, params: _solve_batch(made, size, args, batched),
        samples=_solve_samples,
        linear=(frozenset({1}),),
    )
    return made


_solve = _system("solve", _solve_impl)
#: For derivatives: NaN where a matrix is singular, since the value there may exist.
solve_or_nan = _system("solve_or_nan", _solve_or_nan_impl)


def inv_or_nan(a: Any) -> Any:
    return solve_or_nan(a, eye_like(a, shape_of(a)[-1]))


def inv(a: Any) -> Any:
    """The inverses of square matrices."""
    return _inv(matrices("inv", a, square=True))


def solve(a: Any, b: Any) -> Any:
    """The x with a @ x = b, for a vector `b` (one dimension) or stacks of matrices."""
    a, b = matrices("solve", a, square=True), coerce(b)
    vector = len(shape_of(b)) == 1
    b = expand_dims(b, -1) if vector else matrices("solve", b)
    if shape_of(b)[-2] != shape_of(a)[-1]:
        raise ValueError(
            f"solve: b has {shape_of(b)[-2]} rows for matrices of {shape_of(a)[-1]}; expected the "
            "same. A stack of vectors needs an axis behind: b[..., None]."
        )
    x = _solve(a, b)
    return x[..., 0] if vector else x


def _pinv_terms(p: Any, a: Any) -> tuple[Any, Any]:
    """The projections on what `a` leaves out: I - a p and I - p a."""
    eye, dtype = array_namespace(p).eye, dtype_of(p)
    m, n = shape_of(a)[-2:]
    return eye(m, dtype=dtype) - matmul(a, p), eye(n, dtype=dtype) - matmul(p, a)


def _pinv_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    p, t = ans, adjoint(tangents[0])
    left, right = _pinv_terms(p, args[0])
    change = matmul(matmul(p, adjoint(p)), matmul(t, left))
    change = change + matmul(matmul(right, t), matmul(adjoint(p), p))
    return cast_to(change - matmul(matmul(p, tangents[0]), p), ans)


def _pinv_pull(ans: Any, a: Any, rcond: Any) -> Any:
    def pull(g: Any) -> Any:
        p, q = ans, adjoint(ans)
        left, right = _pinv_terms(p, a)
        change = matmul(matmul(left, swap(g)), matmul(p, q))
        change = change + matmul(matmul(q, p), matmul(swap(g), right))
        return cast_to(conj(change) - matmul(matmul(swap(p), g), swap(p)), a)

    return pull


# The rule of Golub and Pereyra (1973): exact where the rank is constant, also for repeated
# singular values, where a derivative through `svd` would fail.
_pinv = custom(
    "pinv",
    lambda xp: lambda a, rcond: xp.linalg.pinv(a, rcond),
    pulls=(_pinv_pull,),
    jvp=_pinv_jvp,
    batch=stacked("pinv"),
    samples=lambda rng: [
        ((regular(rng, *shape, complex=c),), {"rcond": 1e-15})
        for shape, c in [((3, 2), False), ((2, 2, 3), False), ((3, 2), True)]
    ],
)


def pinv(a: Any, rcond: float = 1e-15) -> Any:
    """The pseudo-inverses; singular values up to `rcond` times the largest count as zero."""
    return _pinv(matrices("pinv", a), rcond=rcond)


# --------------------------------------------------------------------------- powers and tensors


def matrix_power(a: Any, n: int) -> Any:
    """The n-th power of square matrices by repeated squaring; a negative `n` inverts first."""
    a, n = matrices("matrix_power", a, square=True), operator.index(n)
    if n == 0:
        eye = array_namespace(a).eye(shape_of(a)[-1], dtype=dtype_of(a))
        return broadcast_to(eye, shape=shape_of(a))
    if n < 0:
        a, n = inv(a), -n
    result = None
    while True:
        if n % 2:
            result = a if result is None else matmul(result, a)
        n //= 2
        if n == 0:
            return result
        a = matmul(a, a)


def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse of `a` as a linear map from its last axes to its first `ind`."""
    a = coerce(a)
    shape = shape_of(a)
    if not 0 < ind < len(shape) or math.prod(shape[:ind]) != math.prod(shape[ind:]):
        raise ValueError(
            f"tensorinv: a has shape {shape} and ind is {ind}; expected the first ind axes to "
            "hold as many elements as the others. Choose another ind."
        )
    n = math.prod(shape[:ind])
    return reshape(inv(reshape(a, shape=(n, n))), shape=shape[ind:] + shape[:ind])


def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The x with tensordot(a, x, x.ndim) = b; `axes` of `a` are moved to its end first."""
    a, b = coerce(a), coerce(b)
    last = [axis_of(len(shape_of(a)), i) for i in axes or ()]
    order = tuple(i for i in range(len(shape_of(a))) if i not in last) + tuple(last)
    a = transpose(a, axes=order)
    n, own = math.prod(shape_of(b)), shape_of(a)[len(shape_of(b)) :]
    if math.prod(own) != n:
        raise ValueError(
            f"tensorsolve: a has shape {shape_of(a)} for b of shape {shape_of(b)}; expected as "
            "many unknowns as equations. Use lstsq on reshaped arrays."
        )
    x = solve(reshape(a, shape=(n, n)), reshape(b, shape=(n,)))
    return reshape(x, shape=own)
