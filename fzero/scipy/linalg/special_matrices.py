"""Matrices of a given structure."""

from typing import Any

import fzero.numpy as fnp

from ...backend import array_namespace

__all__ = ["block_diag", "hankel", "toeplitz"]


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


def hankel(c: Any, r: Any = None) -> Any:
    """The matrix with the first column `c` and the last row `r`, constant along antidiagonals.

    Args:
        c: (N,).
        r: (M,), the first element of which is not read; None for zeros, as many as in `c`.

    Example:
        >>> import numpy as np
        >>> hankel(np.array([1, 2, 3]), np.array([3, 4]))
        array([[1, 2],
               [2, 3],
               [3, 4]])
    """
    c = fnp.asarray(c)
    r = fnp.zeros_like(c) if r is None else fnp.asarray(r)
    antidiagonals = fnp.concatenate([c, r[1:]])
    n, m, xp = c.shape[0], r.shape[0], array_namespace(c)
    return antidiagonals[xp.arange(n)[:, None] + xp.arange(m)]
