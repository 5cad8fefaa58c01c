"""Linear systems: general, triangular, and by the factors of Cholesky or of elimination."""

from typing import Any

import fzero.numpy as fnp

from ...backend import array_namespace

__all__ = [
    "cho_factor", "cho_solve", "cholesky", "solve", "solve_triangular", "turned",
]  # fmt: skip


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
    return fnp.linalg.solve(turned(a, _TRANS[trans]), b)


def turned(a: Any, trans: str) -> Any:
    """The matrices themselves ("N"), their transposes ("T") or their adjoints ("C")."""
    if trans == "N":
        return a
    a = fnp.swapaxes(a, -1, -2)
    return fnp.conjugate(a) if trans == "C" else a
