"""Triangular factorisations: Cholesky and QR."""

from typing import Any

from ..dtypes import dtype_of, shape_of
from ..rules import custom
from .elementwise import astype, imag
from .linalg import solve_or_nan
from .matrices import (
    adjoint,
    cast_to,
    completed,
    completed_transpose,
    conj,
    eye_like,
    matrices,
    real_diagonal,
    regular,
    stacked,
    swap,
)
from .products import matmul
from .structural import concatenate, pad_zeros, tril

# ------------------------------------------------------------------------------------- Cholesky


def _half(x: Any) -> Any:
    """The lower triangle with half of the real diagonal: h with h + h^H = x for Hermitian x."""
    return tril(x, k=-1) + real_diagonal(x) * 0.5


def _cholesky_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    left = solve_or_nan(ans, completed(tangents[0]))
    return matmul(ans, _half(solve_or_nan(ans, adjoint(left))))


def _cholesky_pull(ans: Any, a: Any) -> Any:
    def pull(g: Any) -> Any:
        inner = _half(matmul(adjoint(ans), conj(g)))
        right = adjoint(solve_or_nan(adjoint(ans), adjoint(inner)))
        outer = solve_or_nan(adjoint(ans), right)
        return cast_to(conj(completed_transpose(outer)), a)

    return pull


def _positive_samples(rng: Any) -> list[Any]:
    return [
        ((regular(rng, 3, 3),), {}),
        ((regular(rng, 2, 2, 2),), {}),
        ((regular(rng, 2, 2, complex=True),), {}),
    ]


# Only the lower triangle counts, so derivatives lie there.
_cholesky = custom(
    "cholesky",
    lambda xp: lambda a: xp.linalg.cholesky(a),
    pulls=(_cholesky_pull,),
    jvp=_cholesky_jvp,
    batch=stacked("cholesky"),
    samples=_positive_samples,
)


def cholesky(a: Any, upper: bool = False) -> Any:
    """The triangular L with L @ L^H = a (or U^H @ U = a) for positive definite Hermitian `a`.

    Gradient: as NumPy reads one triangle only, the cotangent lies in that triangle.
    """
    a = matrices("cholesky", a, square=True)
    return adjoint(_cholesky(adjoint(a))) if upper else _cholesky(a)


# ------------------------------------------------------------------------------------------- QR


def _blocks(ans: Any) -> tuple[Any, Any, Any, Any, Any]:
    """Q and R of the first K columns, R of the columns beyond, the columns of Q beyond, and K."""
    q, r = ans
    k = min(shape_of(q)[-2], shape_of(r)[-1])
    return q[..., :k], r[..., :k, :k], r[..., :k, k:], q[..., k:], k


def _turn(c: Any) -> Any:
    """The skew-Hermitian part: `c` less it is upper triangular with a real diagonal."""
    low = tril(c, k=-1)
    skew = low - adjoint(low)
    if dtype_of(c).kind == "c":
        skew = skew + astype(imag(c), dtype=dtype_of(c)) * _imaginary_unit(c)
    return skew


def _turn_adjoint(x: Any) -> Any:
    """The adjoint of `_turn` under the product Re sum(conj(x) * y)."""
    low = tril(x - adjoint(x), k=-1)
    if dtype_of(x).kind == "c":
        low = low + astype(imag(x), dtype=dtype_of(x)) * _imaginary_unit(x)
    return low


def _imaginary_unit(x: Any) -> Any:
    return eye_like(x, shape_of(x)[-1]) * 1j


def _qr_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    q, r, r_more, q_more, k = _blocks(ans)
    t = tangents[0]
    step = _right_divide(t[..., :k], r)
    inner = matmul(adjoint(q), step)
    skew = _turn(inner)
    dq = matmul(q, skew - inner) + step
    dr = matmul(inner - skew, r)
    last = len(shape_of(dq)) - 1
    if shape_of(r_more)[-1]:
        more = matmul(adjoint(q), t[..., k:]) - matmul(skew, r_more)
        dr = concatenate(dr, more, axis=last)
    if shape_of(q_more)[-1]:
        more = -matmul(q, matmul(adjoint(step), q_more))
        dq, dr = concatenate(dq, more, axis=last), _padded(dr, shape_of(q_more)[-1])
    return dq, dr


def _padded(r: Any, rows: int) -> Any:
    widths = ((0, 0),) * (len(shape_of(r)) - 2) + ((0, rows), (0, 0))
    return pad_zeros(r, widths=widths)


def _right_divide(x: Any, r: Any) -> Any:
    """x @ inv(r)."""
    return swap(solve_or_nan(swap(r), swap(x)))


def _qr_pull(ans: Any, a: Any) -> Any:
    q, r, r_more, q_more, k = _blocks(ans)

    def pull(gs: Any) -> Any:
        along_q, along_r = (None if g is None else conj(g) for g in gs)
        skew, direct, step, more = None, None, None, None
        if along_r is not None:
            direct = matmul(along_r[..., :k, :k], adjoint(r))
            skew = -direct
            if shape_of(r_more)[-1]:
                beyond = along_r[..., :k, k:]
                skew = skew - matmul(beyond, adjoint(r_more))
                more = matmul(q, beyond)
        if along_q is not None:
            own = matmul(adjoint(q), along_q[..., :k])
            skew = own if skew is None else skew + own
            direct = -own if direct is None else direct - own
            step = along_q[..., :k]
            if shape_of(q_more)[-1]:
                step = step - matmul(q_more, matmul(adjoint(along_q[..., k:]), q))
        inner = matmul(q, direct + _turn_adjoint(skew))
        total = inner if step is None else step + inner
        total = _right_divide(total, adjoint(r))
        if shape_of(r_more)[-1]:
            more = matmul(q, r_more) * 0 if more is None else more
            total = concatenate(total, more, axis=len(shape_of(total)) - 1)
        return cast_to(conj(total), a)

    return pull


def _qr_samples(rng: Any) -> list[Any]:
    cases = [
        ((3, 2), "reduced", False),
        ((2, 2, 2), "reduced", False),
        ((2, 3), "reduced", False),
        ((3, 2), "complete", False),
        ((3, 2), "reduced", True),
    ]
    return [((regular(rng, *shape, complex=c),), {"mode": mode}) for shape, mode, c in cases]


# Two results, and a rule for the first K = min(M, N) columns, which must be independent.
_qr = custom(
    "qr",
    lambda xp: lambda a, mode: tuple(xp.linalg.qr(a, mode)),
    pulls=(lambda ans, a, mode: _qr_pull(ans, a),),
    jvp=_qr_jvp,
    batch=stacked("qr"),
    samples=_qr_samples,
    multiple=True,
)


def qr(a: Any, mode: str = "reduced") -> Any:
    """Q and R with Q @ R = a, Q with orthonormal columns and R upper triangular.

    Args:
        mode: "reduced", "complete" (a square Q), or "r" (R alone).

    Gradient: the first min(M, N) columns of `a` must be independent. What "complete" appends to Q
        is a choice; its tangent is that of least change.
    """
    if mode not in ("reduced", "complete", "r"):
        raise ValueError(
            f"qr: mode is {mode!r}; expected 'reduced', 'complete' or 'r'. Call numpy.linalg.qr "
            "on an array for the raw factors."
        )
    a = matrices("qr", a)
    if mode == "r":
        return _qr(a, mode="reduced")[1]
    return _qr(a, mode=mode)
