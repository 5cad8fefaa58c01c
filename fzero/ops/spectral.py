"""Eigenvalues and eigenvectors.

LAPACK chooses a factor for each vector, and a basis for the vectors of equal values. The tangents
here leave these choices alone: no vector turns into itself, nor into a vector of an equal value.
So derivatives stay finite. They are right for every function that does not depend on the choice
where the values differ; where values are equal, for functions of the values that treat them alike,
and not for what is built from the vectors, such as (v * f(w)) @ v.T.
"""

from typing import Any

from ..dtypes import dtype_of
from ..rules import custom
from .elementwise import astype, real
from .linalg import solve_or_nan
from .matrices import (
    adjoint,
    cast_to,
    columns,
    completed,
    completed_transpose,
    conj,
    diagonals,
    gaps,
    matrices,
    on_diagonal,
    regular,
    stacked,
    swap,
)
from .products import matmul
from .structural import expand_dims

# --------------------------------------------------------------- eigenvalues of Hermitian matrices


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
    return real(diagonals(change)), matmul(v, gaps(w) * change)


def _eigh_pull(ans: Any, a: Any, UPLO: str) -> Any:
    w, v = ans

    def pull(gs: Any) -> Any:
        along_w, along_v = gs
        inner = None if along_w is None else on_diagonal(along_w, v)
        if along_v is not None:
            turn = gaps(w) * matmul(adjoint(v), conj(along_v))
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
    change = solve_or_nan(v, matmul(tangents[0], v))
    turn = matmul(v, gaps(w) * change)
    return diagonals(change), turn - v * columns(diagonals(matmul(adjoint(v), turn)))


def _eig_pull(ans: Any, a: Any) -> Any:
    w, v = ans

    def pull(gs: Any) -> Any:
        along_w, along_v = gs
        inner = None if along_w is None else on_diagonal(along_w, v)
        if along_v is not None:
            own = diagonals(matmul(swap(v), along_v))
            turn = gaps(w) * matmul(swap(v), along_v - conj(v) * columns(own))
            inner = turn if inner is None else inner + turn
        return cast_to(solve_or_nan(swap(v), matmul(inner, swap(v))), a)

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
        return cast_to(solve_or_nan(swap(v), expand_dims(g, -1) * swap(v)), a)

    return pull


def _eigvals_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    v = _eig(args[0])[1]
    return diagonals(solve_or_nan(v, matmul(tangents[0], v)))


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
