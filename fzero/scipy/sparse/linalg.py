"""Iterative solvers: `cg`, `bicgstab`, `gmres`, with derivatives from the equation.

Example:
    >>> import fzero, numpy as np
    >>> from fzero.scipy.sparse.linalg import cg
    >>> x, _ = cg(lambda x: 2 * x, np.array([2.0, 4.0]))
    >>> x
    array([1., 2.])
"""

import math
from collections.abc import Callable
from typing import Any

import fzero.numpy as fnp

from ... import tree
from ...control import while_loop
from ...implicit import custom_linear_solve

__all__ = ["bicgstab", "cg", "gmres"]

Map = Callable[[Any], Any]
#: `(A, b, x0, M, least residual, maxiter) -> x`, of a linear map A.
Method = Callable[..., Any]


def cg(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    tol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int | None = None,
    M: Any = None,
) -> tuple[Any, None]:
    """The x with A x = b for a positive definite A, by conjugate gradients.

    Args:
        A: a matrix, or a linear function from and to the structure of b; symmetric (Hermitian)
            and positive definite.
        b: a pytree of floating arrays.
        x0: where to start; None is 0. Its derivative is 0.
        tol, atol: the end is |b - A x| <= max(tol |b|, atol).
        maxiter: the most steps; None is ten times the size of b.
        M: about the inverse of A, positive definite: a matrix or a function.

    Returns:
        `(x, None)`.

    Raises:
        ValueError: an x0 of another structure.

    Gradient: of b and of what A closes over, by another such system; to any order.

    Source: Hestenes and Stiefel, "Methods of conjugate gradients for solving linear systems", 1952.

    Example:
        >>> import numpy as np
        >>> cg(np.diag([1.0, 4.0]), np.array([1.0, 2.0]))[0].round(6)
        array([1. , 0.5])
    """
    return _solved("cg", _cg, A, b, x0, tol, atol, maxiter, M)


def bicgstab(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    tol: float = 1e-5,
    atol: float = 0.0,
    maxiter: int | None = None,
    M: Any = None,
) -> tuple[Any, None]:
    """The x with A x = b for any regular A, by stabilised biconjugate gradients.

    Args, Returns, Raises, Gradient: as in `cg`; A and M need no symmetry.

    Source: van der Vorst, "Bi-CGSTAB", 1992.

    Example:
        >>> import numpy as np
        >>> bicgstab(np.array([[2.0, 1.0], [0.0, 1.0]]), np.array([3.0, 1.0]))[0].round(6)
        array([1., 1.])
    """
    return _solved("bicgstab", _bicgstab, A, b, x0, tol, atol, maxiter, M)


def gmres(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    tol: float = 1e-5,
    atol: float = 0.0,
    restart: int = 20,
    maxiter: int | None = None,
    M: Any = None,
    solve_method: str = "batched",
) -> tuple[Any, None]:
    """The x with A x = b for any regular A, by least residuals in Krylov's spaces.

    Args:
        restart: the dimension of a space; its vectors are kept.
        maxiter: the most spaces; None is ten times the size of b.
        solve_method: "batched" or "incremental", as JAX names them; the same here.
        A, b, x0, tol, atol, M: as in `bicgstab`.

    Returns, Raises, Gradient: as in `cg`.

    Source: Saad and Schultz, "GMRES", 1986.

    Example:
        >>> import numpy as np
        >>> gmres(np.array([[2.0, 1.0], [0.0, 1.0]]), np.array([3.0, 1.0]))[0].round(6)
        array([1., 1.])
    """
    if solve_method not in ("batched", "incremental"):
        raise ValueError(
            f"gmres: solve_method is {solve_method!r}; expected 'batched' or 'incremental'. Leave "
            "it out."
        )
    method = lambda *args: _gmres(*args, size=restart)
    return _solved("gmres", method, A, b, x0, tol, atol, maxiter, M)


# ------------------------------------------------------------------------------------ methods


def _cg(A: Map, b: Any, x: Any, M: Map, least: Any, maxiter: int) -> Any:
    r = _plus(b, -1.0, A(x))
    z = M(r)

    def step(state: Any) -> Any:
        x, r, p, gamma, k = state
        q = A(p)
        alpha = gamma / _dot(p, q)
        x, r = _plus(x, alpha, p), _plus(r, -alpha, q)
        z = M(r)
        new = _dot(r, z)
        return x, r, _plus(z, new / gamma, p), new, k + 1

    going = lambda state: (_norm(state[1]) > least) & (state[4] < maxiter)
    return while_loop(going, step, (x, r, z, _dot(r, z), 0))[0]


def _bicgstab(A: Map, b: Any, x: Any, M: Map, least: Any, maxiter: int) -> Any:
    r = _plus(b, -1.0, A(x))
    shadow, one = r, _dot(r, r) * 0 + 1
    zero = tree.map(lambda leaf: 0 * leaf, r)

    def step(state: Any) -> Any:
        x, r, p, q, rho, alpha, omega, k = state
        new = _dot(shadow, r)
        beta = new / rho * (alpha / omega)
        p = _plus(r, beta, _plus(p, -omega, q))
        y = M(p)
        q = A(y)
        alpha = new / _dot(shadow, q)
        s = _plus(r, -alpha, q)
        z = M(s)
        t = A(z)
        size = _dot(t, t)
        done = fnp.real(size) == 0  # the half step was exact
        omega = fnp.where(done, 1.0, _dot(t, s) / fnp.where(done, 1.0, size))
        x = _plus(_plus(x, alpha, y), omega, z)
        return x, _plus(s, -omega, t), p, q, new, alpha, omega, k + 1

    going = lambda state: (_norm(state[1]) > least) & (state[7] < maxiter)
    return while_loop(going, step, (x, r, zero, zero, one, one, one, 0))[0]


def _gmres(A: Map, b: Any, x: Any, M: Map, least: Any, maxiter: int, size: int) -> Any:
    size = min(size, _size(b))

    def step(state: Any) -> Any:
        x, _, k = state
        basis, rows = _krylov(lambda v: M(A(v)), M(_plus(b, -1.0, A(x))), size)
        matrix = fnp.stack([fnp.stack(row) for row in rows])  # transposed
        first = _norm(M(_plus(b, -1.0, A(x))))
        weights = fnp.linalg.pinv(fnp.swapaxes(matrix, 0, 1))[:, 0] * first
        for i in range(size):
            x = _plus(x, weights[i], basis[i])
        return x, _norm(_plus(b, -1.0, A(x))), k + 1

    going = lambda state: (state[1] > least) & (state[2] < maxiter)
    return while_loop(going, step, (x, _norm(_plus(b, -1.0, A(x))), 0))[0]


def _krylov(A: Map, r: Any, size: int) -> tuple[list[Any], list[list[Any]]]:
    """Orthonormal vectors, and the components of A times each; zeros where the space ends."""
    basis, rows = [_unit(r, _norm(r))], []
    for _ in range(size):
        w = A(basis[-1])
        row = []
        for v in basis:
            row.append(_dot(v, w))
            w = _plus(w, -row[-1], v)
        length = _norm(w)
        tiny = length <= 10 * fnp.finfo(length.dtype).eps * abs(sum(row[1:], row[0]))
        length = fnp.where(tiny, 0.0, length)
        basis.append(_unit(w, length))
        zero = 0 * length
        row = [*row, length, *[zero] * (size - len(basis) + 1)]
        rows.append([entry + zero for entry in row])
    return basis[:-1], rows


# ------------------------------------------------------------------------------------ systems


def _solved(
    name: str, method: Method, A: Any, b: Any, x0: Any, tol: Any, atol: Any, maxiter: Any, M: Any
) -> tuple[Any, None]:
    b = tree.map(fnp.asarray, b)
    start = tree.map(lambda leaf: 0 * leaf, b) if x0 is None else tree.map(fnp.asarray, x0)
    if tree.structure(start) != tree.structure(b):
        raise ValueError(
            f"{name}: x0 is a {tree.structure(start)}; expected {tree.structure(b)}, as b. Leave "
            "it out."
        )
    steps = 10 * _size(b) if maxiter is None else maxiter

    def solve_from(x: Any, M: Any) -> Callable[[Map, Any], Any]:
        def solve(matvec: Map, b: Any) -> Any:
            least = fnp.maximum(tol * _norm(b), atol)
            begin = tree.map(lambda leaf: 0 * leaf, b) if x is None else x
            return method(matvec, b, begin, _as_map(M), least, steps)

        return solve

    transposed = None if callable(M) or M is None else fnp.swapaxes(fnp.asarray(M), -1, -2)
    x = custom_linear_solve(
        _as_map(A), b, solve_from(start, M), transpose_solve=solve_from(None, transposed)
    )
    return x, None


def _as_map(A: Any) -> Map:
    if A is None:
        return lambda x: x
    return A if callable(A) else lambda x: fnp.asarray(A) @ x


def _plus(x: Any, factor: Any, y: Any) -> Any:
    return tree.map(lambda p, q: p + factor * q, x, y)


def _dot(x: Any, y: Any) -> Any:
    pairs = zip(tree.leaves(x), tree.leaves(y), strict=True)
    terms = [fnp.sum(fnp.conjugate(p) * q) for p, q in pairs]
    return sum(terms[1:], terms[0])


def _norm(x: Any) -> Any:
    return fnp.sqrt(fnp.real(_dot(x, x)))


def _unit(x: Any, length: Any) -> Any:
    """x / length, and 0 for no length."""
    zero = length == 0
    factor = fnp.where(zero, 0.0, 1 / fnp.where(zero, 1.0, length))
    return tree.map(lambda leaf: leaf * factor, x)


def _size(x: Any) -> int:
    return sum(math.prod(fnp.shape(leaf)) for leaf in tree.leaves(x))
