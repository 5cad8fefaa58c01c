"""Linear algebra as in `scipy.linalg`, with derivatives, over leading axes.

Functions that NumPy has too are those of `fzero.numpy.linalg`, with SciPy's arguments.

Example:
    >>> import fzero, numpy as np
    >>> from fzero.scipy import linalg
    >>> fzero.grad(lambda a: linalg.expm(a).trace())(np.zeros((2, 2)))
    array([[1., 0.],
           [0., 1.]])
"""

import math
from typing import Any

import fzero.numpy as fnp
from fzero.numpy.linalg import det, inv, pinv

from ..array import value
from ..backend import array_namespace

__all__ = [
    "block_diag", "cho_factor", "cho_solve", "cholesky", "det", "eigh", "expm", "inv", "pinv",
    "qr", "solve", "solve_triangular", "svd", "toeplitz",
]  # fmt: skip


def _transposed(a: Any) -> Any:
    return fnp.swapaxes(a, -1, -2)


def _adjoint(a: Any) -> Any:
    return fnp.conjugate(_transposed(a))


# ------------------------------------------------------------------------------ factorisations


def cholesky(a: Any, lower: bool = False) -> Any:
    """The triangular U with U^H U = a, or L with L L^H = a if `lower`.

    Args:
        a: (..., N, N), Hermitian and positive definite; one triangle of it is read, the lower one
            if `lower`.

    Returns:
        An array of the shape and dtype of `a`.

    Example:
        >>> import numpy as np
        >>> cholesky(np.diag([4.0, 9.0]))
        array([[2., 0.],
               [0., 3.]])
    """
    return fnp.linalg.cholesky(a, upper=not lower)


def cho_factor(a: Any, lower: bool = False) -> tuple[Any, bool]:
    """The Cholesky factor and `lower`, for `cho_solve`; the other triangle is zero.

    Example:
        >>> import numpy as np
        >>> cho_solve(cho_factor(np.diag([4.0, 2.0])), np.ones(2))
        array([0.25, 0.5 ])
    """
    return cholesky(a, lower), lower


def cho_solve(c_and_lower: tuple[Any, bool], b: Any) -> Any:
    """The x with a x = b, from the result of `cho_factor(a)`.

    Args:
        c_and_lower: the factor, and whether it is lower triangular.
        b: (N,) or (..., N, K).

    Example:
        >>> import numpy as np
        >>> cho_solve((2 * np.eye(2), True), np.ones(2))
        array([0.25, 0.25])
    """
    c, lower = c_and_lower
    first, last = ("N", "C") if lower else ("C", "N")
    y = solve_triangular(c, b, trans=first, lower=lower)
    return solve_triangular(c, y, trans=last, lower=lower)


def eigh(a: Any, lower: bool = True, eigvals_only: bool = False) -> Any:
    """Eigenvalues, ascending, and eigenvectors of Hermitian matrices.

    Args:
        a: (..., N, N); one triangle is read.
        lower: whether that is the lower one.
        eigvals_only: give the eigenvalues alone.

    Example:
        >>> import numpy as np
        >>> eigh(np.diag([3.0, 1.0]), eigvals_only=True)
        array([1., 3.])
    """
    triangle = "L" if lower else "U"
    if eigvals_only:
        return fnp.linalg.eigvalsh(a, triangle)
    values, vectors = fnp.linalg.eigh(a, triangle)
    return values, vectors


def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """U, the singular values, and V^H; the values alone if not `compute_uv`.

    Example:
        >>> import numpy as np
        >>> svd(np.diag([3.0, 1.0]), compute_uv=False)
        array([3., 1.])
    """
    if not compute_uv:
        return fnp.linalg.svd(a, compute_uv=False)
    u, s, vh = fnp.linalg.svd(a, full_matrices=full_matrices)
    return u, s, vh


_MODES = {"full": "complete", "economic": "reduced", "r": "r"}


def qr(a: Any, mode: str = "full") -> Any:
    """Q and R with Q R = a, Q with orthonormal columns and R upper triangular.

    Args:
        a: (..., M, N).
        mode: "full" (Q is M x M), "economic" (min(M, N) columns), or "r" for (R,) alone, which
            has min(M, N) rows.

    Raises:
        ValueError: for another mode.

    Example:
        >>> import numpy as np
        >>> [x.shape for x in qr(np.ones((3, 1)), mode="economic")]
        [(3, 1), (1, 1)]
    """
    if mode not in _MODES:
        raise ValueError(
            f"qr: mode is {mode!r}; expected one of {sorted(_MODES)}. Call scipy.linalg.qr on "
            "an array for the raw factors."
        )
    found = fnp.linalg.qr(a, _MODES[mode])
    return (found,) if mode == "r" else tuple(found)


# ------------------------------------------------------------------------------------ equations


def solve(a: Any, b: Any, lower: bool = False, assume_a: str = "gen") -> Any:
    """The x with a x = b.

    Args:
        a: (..., N, N).
        b: (N,) or (..., N, K).
        lower: for assume_a="pos", the triangle of `a` that is read.
        assume_a: "gen"; "sym" and "her", which are solved as "gen"; or "pos" for positive
            definite matrices, by Cholesky's factor.

    Raises:
        ValueError: for another assumption.

    Example:
        >>> import numpy as np
        >>> solve(2 * np.eye(2), np.ones(2), assume_a="pos")
        array([0.5, 0.5])
    """
    if assume_a not in ("gen", "sym", "her", "pos"):
        raise ValueError(
            f"solve: assume_a is {assume_a!r}; expected 'gen', 'sym', 'her' or 'pos'. For "
            "triangular matrices call solve_triangular."
        )
    if assume_a == "pos":
        return cho_solve(cho_factor(a, lower), b)
    return fnp.linalg.solve(a, b)


_TRANS = {0: "N", 1: "T", 2: "C", "N": "N", "T": "T", "C": "C"}


def solve_triangular(
    a: Any, b: Any, trans: int | str = 0, lower: bool = False, unit_diagonal: bool = False
) -> Any:
    """The x with a x = b for triangular `a`.

    Args:
        a: (..., N, N); the other triangle is not read.
        b: (N,) or (..., N, K).
        trans: 0 or "N" for `a`, 1 or "T" for its transpose, 2 or "C" for its adjoint.
        lower: whether the triangle is the lower one.
        unit_diagonal: take the diagonal for ones; it is not read.

    Raises:
        ValueError: for another `trans`.

    Cost: a general solution, as NumPy has no triangular one.

    Example:
        >>> import numpy as np
        >>> solve_triangular(np.array([[2.0, 0.0], [0.0, 4.0]]), np.ones(2))
        array([0.5 , 0.25])
    """
    if trans not in _TRANS:
        raise ValueError(
            f"solve_triangular: trans is {trans!r}; expected 0, 1, 2, 'N', 'T' or 'C'. Leave it "
            "out for the matrix itself."
        )
    a = fnp.asarray(a)
    k = 1 if unit_diagonal else 0
    a = fnp.tril(a, -k) if lower else fnp.triu(a, k)
    if unit_diagonal:
        a = a + array_namespace(a).eye(a.shape[-1], dtype=a.dtype)
    turn = {"N": lambda x: x, "T": _transposed, "C": _adjoint}[_TRANS[trans]]
    return fnp.linalg.solve(turn(a), b)


# ------------------------------------------------------------------------ functions of matrices

#: The coefficients of the Pade approximant of degree 13 to exp, and the norm up to which it
#: holds in float64. Higham, "The scaling and squaring method for the matrix exponential
#: revisited", SIAM Journal on Matrix Analysis and Applications 26 (2005).
_DEGREE, _REACH = 13, 5.371920351148152


def _pade() -> list[float]:
    m, f = _DEGREE, math.factorial
    return [f(2 * m - j) * f(m) / (f(2 * m) * f(j) * f(m - j)) for j in range(m + 1)]


_PADE = _pade()


def _exp_of_small(a: Any) -> Any:
    """exp(a) for matrices of norm up to `_REACH`: (v + u) / (v - u), odd and even powers."""
    eye = array_namespace(a).eye(a.shape[-1], dtype=a.dtype)
    square = fnp.matmul(a, a)
    odd, even = _PADE[-1] * eye, _PADE[-2] * eye
    for j in range(_DEGREE - 2, 0, -2):
        odd = fnp.matmul(square, odd) + _PADE[j] * eye
        even = fnp.matmul(square, even) + _PADE[j - 1] * eye
    u = fnp.matmul(a, odd)
    return fnp.linalg.solve(even - u, even + u)


def expm(A: Any) -> Any:
    """The matrix exponential: sum_k A^k / k!.

    Args:
        A: (..., N, N), real or complex.

    Returns:
        An array of the shape and dtype of A.

    Gradient: through the squarings, as many as the largest norm in the stack asks for.

    Cost: about 8 + log2(norm / 5.4) products and one solution; the norm is read on the host.

    Source: Higham, SIAM Journal on Matrix Analysis and Applications 26 (2005).

    Example:
        >>> import numpy as np
        >>> expm(np.array([[0.0, 1.0], [0.0, 0.0]]))
        array([[1., 1.],
               [0., 1.]])
    """
    A = fnp.asarray(A)
    squarings = _squarings(A)
    found = _exp_of_small(A / 2.0**squarings)
    for _ in range(squarings):
        found = fnp.matmul(found, found)
    return found


def _squarings(a: Any) -> int:
    """How often to halve the matrices until the largest norm of all is within reach."""
    plain = value(a)
    size = float(abs(plain).sum(-2).max(initial=0.0))
    return max(0, math.ceil(math.log2(size / _REACH))) if 0 < size < math.inf else 0


# ----------------------------------------------------------------------------- special matrices


def block_diag(*arrs: Any) -> Any:
    """A matrix with the given ones along its diagonal, and zeros elsewhere.

    Args:
        *arrs: matrices; a vector counts as a row, a number as 1 x 1.

    Example:
        >>> import numpy as np
        >>> block_diag(np.ones((1, 2)), 3.0)
        array([[1., 1., 0.],
               [0., 0., 3.]])
    """
    blocks = [fnp.atleast_2d(a) for a in arrs]
    width, start, rows = sum(b.shape[1] for b in blocks), 0, []
    for b in blocks:
        rows.append(fnp.pad(b, ((0, 0), (start, width - start - b.shape[1]))))
        start += b.shape[1]
    return fnp.concatenate(rows, axis=0)


def toeplitz(c: Any, r: Any = None) -> Any:
    """The matrix with the first column `c` and the first row `r`, constant along diagonals.

    Args:
        c: (N,).
        r: (M,), the first element of which is not read; None for the conjugate of `c`.

    Example:
        >>> import numpy as np
        >>> toeplitz(np.array([1, 2, 3]), np.array([1, 4]))
        array([[1, 4],
               [2, 1],
               [3, 2]])
    """
    c = fnp.asarray(c)
    r = fnp.conjugate(c) if r is None else fnp.asarray(r)
    diagonals = fnp.concatenate([fnp.flip(c, 0), r[1:]])
    n, m, xp = c.shape[0], r.shape[0], array_namespace(c)
    return diagonals[(n - 1 - xp.arange(n))[:, None] + xp.arange(m)]
