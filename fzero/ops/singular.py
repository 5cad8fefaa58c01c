"""Singular values and vectors.

The choices of LAPACK are left alone as in `spectral`: of the common phase of a pair of vectors, of
a basis for equal values, and of the vectors beyond the singular values.
"""

from typing import Any

from ..dtypes import dtype_of, shape_of
from ..rules import custom
from .elementwise import absolute, astype, imag, real, sign
from .matrices import (
    adjoint,
    cast_to,
    columns,
    conj,
    diagonals,
    eye_like,
    gaps,
    matrices,
    on_diagonal,
    regular,
    resolution,
    safe_inverse,
    stacked,
    swap,
)
from .products import matmul
from .sorting import argsort, sort, take_along_axis
from .spectral import eigh, eigvalsh
from .structural import concatenate, expand_dims


def _split(ans: Any) -> tuple[Any, Any, Any, Any, Any]:
    """U, s, V without the vectors beyond the singular values, and those vectors."""
    u, s, vh = ans
    v, k = adjoint(vh), shape_of(s)[-1]
    return u[..., :k], s, v[..., :k], u[..., k:], v[..., k:]


def _scales(s: Any) -> tuple[Any, Any]:
    """1 / (s[j]^2 - s[i]^2) and 1 / s, zero where these have no meaning."""
    scales = gaps(s) * safe_inverse(columns(s) + expand_dims(s, -1), 0)
    return scales, safe_inverse(s, resolution(s))


def _svd_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    u, s, v, u_rest, v_rest = _split(ans)
    scales, inverse = _scales(s)
    t_v, t_u = matmul(tangents[0], v), matmul(adjoint(tangents[0]), u)
    change = matmul(adjoint(u), t_v)
    ds = diagonals(change)
    scaled = change * columns(s)
    turn_u = scales * (scaled + adjoint(scaled))
    scaled = change * expand_dims(s, -1)
    turn_v = scales * (scaled + adjoint(scaled))
    if dtype_of(change).kind == "c":  # of the common phase of a pair, U takes all
        phase = astype(imag(ds) * inverse, dtype=dtype_of(ds)) * 1j
        turn_u = turn_u + columns(phase) * eye_like(change, shape_of(s)[-1])
    left = (t_v - matmul(u, change)) * columns(inverse)
    right = (t_u - matmul(v, adjoint(change))) * columns(inverse)
    du, dv = matmul(u, turn_u) + left, matmul(v, turn_v) + right
    du = _with_rest(du, u, left, u_rest)
    dv = _with_rest(dv, v, right, v_rest)
    return du, real(ds), adjoint(dv)


def _with_rest(du: Any, u: Any, left: Any, rest: Any) -> Any:
    """The tangent of the vectors beyond the singular values, which stay orthogonal to `u`."""
    if shape_of(rest)[-1] == 0:
        return du
    return concatenate(du, -matmul(u, matmul(adjoint(left), rest)), axis=len(shape_of(du)) - 1)


def _svd_pull(ans: Any, a: Any, full_matrices: bool) -> Any:
    u, s, v, u_rest, v_rest = _split(ans)
    k = shape_of(s)[-1]

    def pull(gs: Any) -> Any:
        scales, inverse = _scales(s)
        along_u, along_s, along_vh = gs
        inner = None if along_s is None else on_diagonal(along_s, u)
        total = None
        if along_u is not None:
            g = conj(along_u)
            own = matmul(adjoint(u), g[..., :k])
            turn = scales * own
            part = (turn + adjoint(turn)) * columns(s)
            if dtype_of(own).kind == "c":
                phase = astype(imag(diagonals(own)) * inverse, dtype=dtype_of(own)) * 1j
                part = part + columns(phase) * eye_like(own, k)
            inner = part if inner is None else inner + part
            total = matmul(_outside(g, own, u, u_rest) * columns(inverse), adjoint(v))
        if along_vh is not None:
            g = swap(along_vh)
            own = matmul(adjoint(v), g[..., :k])
            turn = scales * own
            part = (turn + adjoint(turn)) * expand_dims(s, -1)
            inner = part if inner is None else inner + part
            part = matmul(u * columns(inverse), adjoint(_outside(g, own, v, v_rest)))
            total = part if total is None else total + part
        part = matmul(matmul(u, inner), adjoint(v))
        return cast_to(conj(part if total is None else total + part), a)

    return pull


def _outside(g: Any, own: Any, u: Any, rest: Any) -> Any:
    """The part of a cotangent of [u, rest] that turns `u` out of its space."""
    k = shape_of(u)[-1]
    out = g[..., :k] - matmul(u, own)
    if shape_of(rest)[-1] == 0:
        return out
    return out - matmul(rest, matmul(adjoint(g[..., k:]), u))


# Three results.
_svd = custom(
    "svd",
    lambda xp: lambda a, full_matrices: tuple(xp.linalg.svd(a, full_matrices=full_matrices)),
    pulls=(_svd_pull,),
    jvp=_svd_jvp,
    batch=stacked("svd"),
    samples=lambda rng: [
        ((regular(rng, *shape),), {"full_matrices": full})
        for shape, full in [
            ((3, 2), False), ((2, 2, 3), False), ((3, 3), True), ((3, 2), True), ((2, 3), True),
        ]
    ],
    multiple=True,
)  # fmt: skip


def _svdvals_pull(ans: Any, a: Any) -> Any:
    def pull(g: Any) -> Any:
        u, _, vh = _svd(a, full_matrices=False)
        return cast_to(conj(matmul(u * astype(columns(g), dtype=dtype_of(u)), vh)), a)

    return pull


def _svdvals_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    u, _, vh = _svd(args[0], full_matrices=False)
    return real(diagonals(matmul(adjoint(u), matmul(tangents[0], adjoint(vh)))))


_svdvals = custom(
    "svdvals",
    lambda xp: lambda a: xp.linalg.svd(a, compute_uv=False),
    pulls=(_svdvals_pull,),
    jvp=_svdvals_jvp,
    batch=stacked("svdvals"),
    samples=lambda rng: [
        ((regular(rng, *shape, complex=c),), {})
        for shape, c in [((3, 2), False), ((2, 2, 3), False), ((2, 2), True)]
    ],
)


def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """U, s, Vh with a = (U[..., :K] * s) @ Vh[..., :K, :]; only s without `compute_uv`.

    With `hermitian`, which is promised and not checked, by the eigenvalues, faster.

    Gradient: of vectors up to LAPACK's choices, so of functions that do not depend on them.
    """
    if hermitian:
        return _svd_of_hermitian(a, compute_uv)
    a = matrices("svd", a)
    return _svd(a, full_matrices=full_matrices) if compute_uv else _svdvals(a)


def _svd_of_hermitian(a: Any, compute_uv: bool) -> Any:
    """U, s, Vh from the eigenvalues w and vectors: s = |w|, and V has the signs of w."""
    if not compute_uv:
        return sort(absolute(eigvalsh(a)), descending=True)
    w, v = eigh(a)
    order = argsort(absolute(w), descending=True)
    w, u = take_along_axis(w, order, -1), take_along_axis(v, columns(order), -1)
    signed = u * astype(columns(sign(w)), dtype=dtype_of(u))
    return u, absolute(w), adjoint(signed)


def svdvals(a: Any) -> Any:
    """The singular values of matrices, descending."""
    return _svdvals(matrices("svdvals", a))
