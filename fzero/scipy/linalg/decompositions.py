"""Decompositions that NumPy has too, with SciPy's arguments."""

from typing import Any

import fzero.numpy as fnp

__all__ = ["eigh", "qr", "svd"]


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
