"""Sylvester's equation."""

from typing import Any

import fzero.numpy as fnp

from ...backend import array_namespace

__all__ = ["solve_sylvester"]


def solve_sylvester(A: Any, B: Any, C: Any) -> Any:
    """The X with A X + X B = C.

    Args:
        A: (..., M, M).
        B: (..., N, N), without an eigenvalue that is the negative of one of A.
        C: (..., M, N).

    Returns:
        An array of shape (..., M, N).

    Cost: one system of M N equations, O((M N)^3): for small matrices.

    Example:
        >>> import numpy as np
        >>> solve_sylvester(np.eye(2), np.eye(2), 4 * np.eye(2)).tolist()
        [[2.0, 0.0], [0.0, 2.0]]
    """
    A, B, C = fnp.asarray(A), fnp.asarray(B), fnp.asarray(C)
    m, n = A.shape[-1], B.shape[-1]
    # Row by row: (A x I + I x B^T) vec(X) = vec(C).
    eye = array_namespace(A, B).eye
    one, other = eye(n, dtype=B.dtype), eye(m, dtype=A.dtype)
    left = fnp.einsum("...ik,jl->...ijkl", A, one)
    right = fnp.einsum("ik,...lj->...ijkl", other, B)
    system = left + right
    system = fnp.reshape(system, (*system.shape[:-4], m * n, m * n))
    x = fnp.linalg.solve(system, fnp.reshape(C, (*C.shape[:-2], m * n, 1)))
    return fnp.reshape(x, (*x.shape[:-2], m, n))
