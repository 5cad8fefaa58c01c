"""Determinants of stacks of matrices, and their logarithms.

Cotangents follow the pairing sum(g * t), as in `linalg`.
"""

from typing import Any

from ..dtypes import dtype_of, zeros_of
from ..rules import custom
from .elementwise import div0, imag, real
from .linalg import inv_or_nan, square_samples
from .matrices import cast_to, matrices, pairing, stacked, swap, times_i
from .products import matmul
from .structural import expand_dims

__all__ = ["cofactors", "det", "slogdet"]


def _per_matrix(g: Any) -> Any:
    """A value per matrix, ready to multiply matrices."""
    return expand_dims(g, (-2, -1))


def _cofactors(xp: Any) -> Any:
    """det(a) * inv(a).T from the singular values, so that it exists where `a` is singular."""

    def cofactors(a: Any) -> Any:
        u, s, vh = xp.linalg.svd(a)
        n = s.shape[-1]
        others = xp.where(xp.eye(n, dtype=bool), xp.ones((), s.dtype), s[..., None, :])
        scale = xp.linalg.det(u) * xp.linalg.det(vh)
        weights = scale[..., None] * xp.prod(others, axis=-1)
        return xp.matmul(xp.conj(u) * weights[..., None, :], xp.conj(vh))

    return cofactors


def _cofactors_change(c: Any, a: Any, t: Any) -> Any:
    """The derivative of the cofactors along t, its own transpose. Not finite at singular `a`."""
    change = _per_matrix(pairing(c, t)) * c - matmul(matmul(c, swap(t)), c)
    return div0(change, _per_matrix(_det(a)))


# The derivative of the determinant, a function of its own because inv(a) may not exist.
cofactors = custom(
    "cofactors",
    _cofactors,
    pulls=(lambda ans, a: lambda g: cast_to(_cofactors_change(ans, a, g), a),),
    jvp=lambda tangents, ans, args, params: _cofactors_change(ans, args[0], tangents[0]),
    batch=stacked("cofactors"),
    samples=square_samples,
)


# Neither linear nor elementwise. Its derivative is right at singular matrices too.
_det = custom(
    "det",
    lambda xp: lambda a: xp.linalg.det(a),
    pulls=(lambda ans, a: lambda g: cast_to(_per_matrix(g) * cofactors(a), a),),
    jvp=lambda tangents, ans, args, params: pairing(cofactors(args[0]), tangents[0]),
    batch=stacked("det"),
    samples=square_samples,
)


def det(a: Any) -> Any:
    """The determinants of square matrices."""
    return _det(matrices("det", a, square=True))


def _slogdet_pull(ans: Any, a: Any) -> Any:
    sign = ans[0]

    def pull(gs: Any) -> Any:
        along_sign, along_log = gs
        total = along_log
        if dtype_of(sign).kind == "c" and along_sign is not None:
            turn = -times_i(real(along_sign * times_i(sign, sign)), sign)
            total = turn if total is None else total + turn
        if total is None:
            return zeros_of(a)
        return cast_to(_per_matrix(total) * swap(inv_or_nan(a)), a)

    return pull


def _slogdet_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    change = pairing(swap(inv_or_nan(args[0])), tangents[0])
    if dtype_of(change).kind != "c":
        return None, change
    return ans[0] * times_i(imag(change), change), real(change)


# Two results: the sign turns with the imaginary part of tr(inv(a) t).
_slogdet = custom(
    "slogdet",
    lambda xp: lambda a: tuple(xp.linalg.slogdet(a)),
    pulls=(_slogdet_pull,),
    jvp=_slogdet_jvp,
    batch=stacked("slogdet"),
    samples=square_samples,
    multiple=True,
)


def slogdet(a: Any) -> tuple[Any, Any]:
    """The signs (or phases) and the logarithms of the absolute determinants."""
    return _slogdet(matrices("slogdet", a, square=True))
