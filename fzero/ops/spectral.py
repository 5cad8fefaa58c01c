"""Eigenvalues and singular values.

LAPACK chooses a factor for each vector, and a basis for the vectors of equal values. The tangents
here leave these choices alone: no vector turns into itself, nor into a vector of an equal value.
So derivatives stay finite, and are right for every function that does not depend on the choice.
"""

from typing import Any

from ..dtypes import dtype_of, shape_of
from ..rules import custom
from .elementwise import astype, imag, real
from .linalg import solve as _solve
from .matrices import (
    adjoint,
    cast_to,
    columns,
    completed,
    completed_transpose,
    conj,
    diagonals,
    eye_like,
    matrices,
    regular,
    resolution,
    safe_inverse,
    stacked,
    swap,
)
from .products import matmul
from .structural import concatenate, expand_dims

# --------------------------------------------------------------- eigenvalues of Hermitian matrices


def _gaps(w: Any) -> Any:
    """1 / (w[j] - w[i]), zero where the two are equal."""
    return safe_inverse(columns(w) - expand_dims(w, -1), expand_dims(resolution(w), -1))


def _on_diagonal(g: Any, like: Any) -> Any:
    """A real vector per matrix as the diagonal of matrices like `like`."""
    return astype(columns(g), dtype=dtype_of(like)) * eye_like(like, shape_of(like)[-1])


def _read(t: Any, UPLO: str) -> Any:
    """The Hermitian matrices that LAPACK takes from one triangle."""
    return completed(t if UPLO == "L" else adjoint(t))


def _as_cotangent(x: Any, a: Any, UPLO: str) -> Any:
    """The cotangent of `a` from the adjoint derivative by the Hermitian matrices read from it."""
    x = completed_transpose(x)
    return cast_to(conj(x) if UPLO == "L" else swap(x), a)


def _eigh_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    w, v = ans
    change = matmul(adjoint(v), matmul(_read(tangents[0], params["UPLO"]), v))
    return real(diagonals(change)), matmul(v, _gaps(w) * change)


def _eigh_pull(ans: Any, a: Any, UPLO: str) -> Any:
    w, v = ans

    def pull(gs: Any) -> Any:
        along_w, along_v = gs
        inner = None if along_w is None else _on_diagonal(along_w, v)
        if along_v is not None:
            turn = _gaps(w) * matmul(adjoint(v), conj(along_v))
            inner = turn if inner is None else inner + turn
        return _as_cotangent(matmul(v, matmul(inner, adjoint(v))), a, UPLO)

    return pull


def _symmetric_samples(rng: Any) -> list[Any]:
    return [((regular(rng, 3, 3),), {"UPLO": "L"}), ((regular(rng, 2, 2, 2),), {"UPLO": "U"})]


# Two results. Only one triangle counts, so derivatives lie there.
_eigh = custom(
    "eigh",
    lambda xp: lambda a, UPLO: tuple(xp.linalg.eigh(a, UPLO)),
    pulls=(_eigh_pull,),
    jvp=_eigh_jvp,
    batch=stacked("eigh"),
    samples=_symmetric_samples,
    multiple=True,
)


def _eigvalsh_pull(ans: Any, a: Any, UPLO: str) -> Any:
    def pull(g: Any) -> Any:
        v = _eigh(a, UPLO=UPLO)[1]
        inner = v * astype(columns(g), dtype=dtype_of(v))
        return _as_cotangent(matmul(inner, adjoint(v)), a, UPLO)

    return pull


def _eigvalsh_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    v = _eigh(*args, **params)[1]
    return real(diagonals(matmul(adjoint(v), matmul(_read(tangents[0], **params), v))))


# Without vectors LAPACK is faster; they are computed when a derivative asks for them.
_eigvalsh = custom(
    "eigvalsh",
    lambda xp: lambda a, UPLO: xp.linalg.eigvalsh(a, UPLO),
    pulls=(_eigvalsh_pull,),
    jvp=_eigvalsh_jvp,
    batch=stacked("eigvalsh"),
    samples=lambda rng: [
        *_symmetric_samples(rng),
        ((regular(rng, 2, 2, complex=True),), {"UPLO": "U"}),
    ],
)


def _hermitian(name: str, a: Any, UPLO: str) -> tuple[Any, str]:
    if UPLO not in ("L", "U", "l", "u"):
        raise ValueError(
            f"{name}: UPLO is {UPLO!r}; expected 'L' or 'U'. Choose the triangle that counts."
        )
    return matrices(name, a, square=True), UPLO.upper()


def eigh(a: Any, UPLO: str = "L") -> tuple[Any, Any]:
    """The eigenvalues, ascending, and eigenvectors (columns) of Hermitian matrices.

    Gradient: as NumPy reads one triangle only, the cotangent lies in that triangle.
    """
    a, UPLO = _hermitian("eigh", a, UPLO)
    return _eigh(a, UPLO=UPLO)


def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """The eigenvalues of Hermitian matrices, ascending."""
    a, UPLO = _hermitian("eigvalsh", a, UPLO)
    return _eigvalsh(a, UPLO=UPLO)


# ------------------------------------------------------------------ eigenvalues of other matrices


def _eig_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    w, v = ans
    change = _solve(v, matmul(tangents[0], v))
    turn = matmul(v, _gaps(w) * change)
    return diagonals(change), turn - v * columns(diagonals(matmul(adjoint(v), turn)))


def _eig_pull(ans: Any, a: Any) -> Any:
    w, v = ans

    def pull(gs: Any) -> Any:
        along_w, along_v = gs
        inner = None if along_w is None else _on_diagonal(along_w, v)
        if along_v is not None:
            own = diagonals(matmul(swap(v), along_v))
            turn = _gaps(w) * matmul(swap(v), along_v - conj(v) * columns(own))
            inner = turn if inner is None else inner + turn
        return cast_to(_solve(swap(v), matmul(inner, swap(v))), a)

    return pull


def _general_samples(rng: Any) -> list[Any]:
    return [((regular(rng, 3, 3),), {}), ((regular(rng, 2, 2, 2),), {})]


# Two results; each vector keeps its length, and is not turned along itself.
_eig = custom(
    "eig",
    lambda xp: lambda a: tuple(xp.linalg.eig(a)),
    pulls=(_eig_pull,),
    jvp=_eig_jvp,
    batch=stacked("eig"),
    samples=_general_samples,
    multiple=True,
)


def _eigvals_pull(ans: Any, a: Any) -> Any:
    def pull(g: Any) -> Any:
        v = _eig(a)[1]
        return cast_to(_solve(swap(v), expand_dims(g, -1) * swap(v)), a)

    return pull


def _eigvals_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    v = _eig(args[0])[1]
    return diagonals(_solve(v, matmul(tangents[0], v)))


_eigvals = custom(
    "eigvals",
    lambda xp: lambda a: xp.linalg.eigvals(a),
    pulls=(_eigvals_pull,),
    jvp=_eigvals_jvp,
    batch=stacked("eigvals"),
    samples=lambda rng: [*_general_samples(rng), ((regular(rng, 2, 2, complex=True),), {})],
)


def eig(a: Any) -> tuple[Any, Any]:
    """The eigenvalues and eigenvectors (columns) of square matrices that have N of them.

    Gradient: of the eigenvectors as unit vectors; not of the phase that LAPACK gives them.
    """
    return _eig(matrices("eig", a, square=True))


def eigvals(a: Any) -> Any:
    """The eigenvalues of square matrices, in LAPACK's order."""
    return _eigvals(matrices("eigvals", a, square=True))


# -------------------------------------------------------------------------------- singular values


def _split(ans: Any) -> tuple[Any, Any, Any, Any, Any]:
    """U, s, V without the vectors beyond the singular values, and those vectors."""
    u, s, vh = ans
    v, k = adjoint(vh), shape_of(s)[-1]
    return u[..., :k], s, v[..., :k], u[..., k:], v[..., k:]


def _scales(s: Any) -> tuple[Any, Any]:
    """1 / (s[j]^2 - s[i]^2) and 1 / s, zero where these have no meaning."""
    gaps = _gaps(s) * safe_inverse(columns(s) + expand_dims(s, -1), 0)
    return gaps, safe_inverse(s, resolution(s))


def _svd_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    u, s, v, u_rest, v_rest = _split(ans)
    gaps, inverse = _scales(s)
    t_v, t_u = matmul(tangents[0], v), matmul(adjoint(tangents[0]), u)
    change = matmul(adjoint(u), t_v)
    ds = diagonals(change)
    scaled = change * columns(s)
    turn_u = gaps * (scaled + adjoint(scaled))
    scaled = change * expand_dims(s, -1)
    turn_v = gaps * (scaled + adjoint(scaled))
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
        gaps, inverse = _scales(s)
        along_u, along_s, along_vh = gs
        inner = None if along_s is None else _on_diagonal(along_s, u)
        total = None
        if along_u is not None:
            g = conj(along_u)
            own = matmul(adjoint(u), g[..., :k])
            turn = gaps * own
            part = (turn + adjoint(turn)) * columns(s)
            if dtype_of(own).kind == "c":
                phase = astype(imag(diagonals(own)) * inverse, dtype=dtype_of(own)) * 1j
                part = part + columns(phase) * eye_like(own, k)
            inner = part if inner is None else inner + part
            total = matmul(_outside(g, own, u, u_rest) * columns(inverse), adjoint(v))
        if along_vh is not None:
            g = swap(along_vh)
            own = matmul(adjoint(v), g[..., :k])
            turn = gaps * own
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

    Gradient: of vectors up to the choices named above, so of gauge invariant functions.
    """
    if hermitian:
        raise ValueError(
            "svd: hermitian is True; expected False. Use eigh: s is abs(w) in descending order."
        )
    a = matrices("svd", a)
    return _svd(a, full_matrices=full_matrices) if compute_uv else _svdvals(a)


def svdvals(a: Any) -> Any:
    """The singular values of matrices, descending."""
    return _svdvals(matrices("svdvals", a))
