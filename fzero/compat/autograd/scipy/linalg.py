"""`fzero.scipy.linalg` under autograd's path, and what SciPy solves on the host.

Names that have no derivative are SciPy's own.

Example:
    >>> import fzero, numpy as np
    >>> from fzero.compat.autograd.scipy.linalg import sqrtm
    >>> fzero.grad(lambda a: sqrtm(a).trace())(np.diag([4.0, 1.0]))
    array([[0.25, 0.  ],
           [0.  , 0.5 ]])
"""
# ruff: noqa: F403

from importlib import import_module
from typing import Any

from .... import numpy as fnp
from ....scipy.linalg import *
from ....scipy.linalg import __all__ as _all
from ..extend import defjvp, defjvp_argnum, defvjp, defvjp_argnum
from .host import hosted

__all__ = [*_all, "solve_banded", "solve_sylvester", "sqrtm"]

sqrtm, solve_sylvester, solve_banded = (
    hosted("linalg", name) for name in ("sqrtm", "solve_sylvester", "solve_banded")
)


def _t(x: Any) -> Any:
    return fnp.swapaxes(x, -1, -2)


# X X = A, so that dX X + X dX = dA.
defjvp(sqrtm, lambda t, ans, a: solve_sylvester(ans, ans, t))
defvjp(sqrtm, lambda ans, a: lambda g: solve_sylvester(_t(ans), _t(ans), g))


# ------------------------------------------------------------------------------- A X + X B = Q


def _sylvester_jvp(i: int, t: Any, ans: Any, args: Any, kwargs: Any) -> Any:
    a, b, _ = args
    right = (lambda: -(t @ ans), lambda: -(ans @ t), lambda: t)[i]()
    return solve_sylvester(a, b, right)


def _sylvester_vjp(i: int, ans: Any, args: Any, kwargs: Any) -> Any:
    a, b, _ = args

    def pull(g: Any) -> Any:
        w = solve_sylvester(_t(a), _t(b), g)
        return (lambda: -(w @ _t(ans)), lambda: -(_t(ans) @ w), lambda: w)[i]()

    return pull


defjvp_argnum(solve_sylvester, _sylvester_jvp)
defvjp_argnum(solve_sylvester, _sylvester_vjp)


# ---------------------------------------------------------------------------- banded matrices
# ab[u + i - j, j] = a[i, j]: row r of `ab` holds the diagonal u - r, its column j that of `a`.


def _offsets(l_and_u: Any) -> range:
    """How far below its column's place each row of the bands acts."""
    lower, upper = l_and_u
    return range(-upper, lower + 1)


def _moved(x: Any, offset: int) -> Any:
    """y[j] = x[j + offset] along the first axis, zeros from beyond."""
    n = x.shape[0]
    widths = [(max(-offset, 0), max(offset, 0))] + [(0, 0)] * (x.ndim - 1)
    start = max(offset, 0)
    return fnp.pad(x, widths)[start : start + n]


def _columns(x: Any) -> Any:
    return x if x.ndim > 1 else x[:, None]


def _banded_product(l_and_u: Any, ab: Any, x: Any) -> Any:
    """a x of the matrix of those bands."""
    total = 0.0
    for row, offset in enumerate(_offsets(l_and_u)):
        diagonal = ab[row] if x.ndim == 1 else ab[row][:, None]
        total = total + _moved(diagonal * x, -offset)
    return total


def _transposed_bands(l_and_u: Any, ab: Any) -> tuple[tuple[int, int], Any]:
    lower, upper = l_and_u
    rows = [_moved(ab[row], -offset) for row, offset in enumerate(_offsets(l_and_u))]
    return (upper, lower), fnp.stack(rows[::-1])


def _banded_jvp(i: int, t: Any, ans: Any, args: Any, kwargs: Any) -> Any:
    l_and_u, ab, _ = args
    return solve_banded(l_and_u, ab, -_banded_product(l_and_u, t, ans) if i == 1 else t)


def _banded_vjp(i: int, ans: Any, args: Any, kwargs: Any) -> Any:
    l_and_u, ab, _ = args

    def pull(g: Any) -> Any:
        w = solve_banded(*_transposed_bands(l_and_u, ab), g)
        if i == 2:
            return w
        rows = [_columns(_moved(w, offset)) * _columns(ans) for offset in _offsets(l_and_u)]
        return -fnp.stack([fnp.sum(row, axis=1) for row in rows])

    return pull


defjvp_argnum(solve_banded, _banded_jvp)
defvjp_argnum(solve_banded, _banded_vjp)


def __getattr__(name: str) -> Any:
    """SciPy's own function, for what has no derivative in autograd either."""
    if name.startswith("_"):
        raise AttributeError(name)
    return getattr(import_module("scipy.linalg"), name)
