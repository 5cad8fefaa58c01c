"""Elimination with interchanged rows: the factors L and U, and systems solved by them."""

from typing import Any

import fzero.numpy as fnp

from ...backend import array_namespace
from ...ops import pivoting
from .equations import solve_triangular

__all__ = ["lu", "lu_factor", "lu_solve"]


def lu(a: Any, permute_l: bool = False) -> Any:
    """P, L and U with a = P L U: a permutation, unit lower and upper triangular matrices.

    Args:
        a: (..., M, N), real or complex.
        permute_l: give P L and U alone.

    Returns:
        P (..., M, M), L (..., M, K) and U (..., K, N), K = min(M, N).

    Gradient: of L and U; the first K rows and columns of P^T a must be regular.

    Cost: K steps over all matrices of the stack at once.

    Example:
        >>> import numpy as np
        >>> p, l, u = lu(np.array([[1.0, 2.0], [2.0, 6.0]]))
        >>> u.tolist()
        [[2.0, 6.0], [0.0, -1.0]]
    """
    packed, order = pivoting.lu(fnp.asarray(a) * 1.0)
    m, n = packed.shape[-2:]
    k = min(m, n)
    eye = array_namespace(packed).eye(m, k, dtype=packed.dtype)
    low = fnp.tril(packed, -1)[..., :k] + eye
    high = fnp.triu(packed)[..., :k, :]
    p = fnp.swapaxes(pivoting.permutation(order, packed), -1, -2)
    return (fnp.matmul(p, low), high) if permute_l else (p, low, high)


def lu_factor(a: Any) -> tuple[Any, Any]:
    """L below the diagonal and U above in one matrix, and the order of the rows, for `lu_solve`.

    Args:
        a: (..., N, N).

    Returns:
        The factors, and the order of the rows of `a` (..., N): SciPy gives the interchanges that
        lead to it instead.

    Example:
        >>> import numpy as np
        >>> lu_solve(lu_factor(np.diag([4.0, 2.0])), np.ones(2)).tolist()
        [0.25, 0.5]
    """
    return pivoting.lu(fnp.asarray(a) * 1.0)


def lu_solve(lu_and_order: tuple[Any, Any], b: Any, trans: int = 0) -> Any:
    """The x with a x = b, from the result of `lu_factor(a)`.

    Args:
        lu_and_order: what `lu_factor` gave.
        b: (N,) or (..., N, K).
        trans: 0 for `a`, 1 for its transpose, 2 for its adjoint.

    Raises:
        ValueError: for another `trans`.

    Example:
        >>> import numpy as np
        >>> lu_solve(lu_factor(np.array([[0.0, 2.0], [1.0, 0.0]])), np.array([2.0, 3.0])).tolist()
        [3.0, 1.0]
    """
    if trans not in (0, 1, 2):
        raise ValueError(
            f"lu_solve: trans is {trans!r}; expected 0, 1 or 2. Leave it out for the matrix itself."
        )
    packed, order = lu_and_order
    b = fnp.asarray(b)
    vector = b.ndim == 1
    columns = b[:, None] if vector else b
    p = pivoting.permutation(order, packed)
    if trans == 0:
        y = solve_triangular(packed, fnp.matmul(p, columns), lower=True, unit_diagonal=True)
        x = solve_triangular(packed, y)
    else:
        y = solve_triangular(packed, columns, trans=trans)
        y = solve_triangular(packed, y, trans=trans, lower=True, unit_diagonal=True)
        x = fnp.matmul(fnp.swapaxes(p, -1, -2), y)
    return x[..., 0] if vector else x
