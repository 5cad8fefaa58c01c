"""Functions of matrices: the exponential, the square root, the polar factors."""

import math
from typing import Any

import fzero.numpy as fnp

from ...array import value
from ...backend import array_namespace
from ...custom import custom_jvp
from ...forward import jvp
from .sylvester import solve_sylvester

__all__ = ["expm", "expm_frechet", "polar", "sqrtm"]

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


def expm_frechet(A: Any, E: Any, *, compute_expm: bool = True) -> Any:
    """The matrix exponential and its derivative at A along E.

    Args:
        A, E: (..., N, N), of one shape.
        compute_expm: False to give the derivative alone.

    Returns:
        `(expm(A), derivative)`, or the derivative.

    Cost: that of one exponential and its tangent.

    Example:
        >>> import numpy as np
        >>> expm_frechet(np.zeros((2, 2)), np.eye(2), compute_expm=False).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    A, E = fnp.asarray(A), fnp.asarray(E)
    dtype = fnp.result_type(A, E, 0.0)
    found, change = jvp(expm, (fnp.astype(A, dtype),), (fnp.astype(E, dtype),))
    return (found, change) if compute_expm else change


@custom_jvp
def _root(A: Any) -> Any:
    w, v = fnp.linalg.eig(A)
    return fnp.matmul(v * fnp.sqrt(w)[..., None, :], fnp.linalg.inv(v))


@_root.defjvp
def _root_jvp(primals: Any, tangents: Any) -> Any:
    X = _root(*primals)
    return X, solve_sylvester(X, X, tangents[0])


def sqrtm(A: Any) -> Any:
    """The principal square root: the X with X X = A and eigenvalues of nonnegative real part.

    Args:
        A: (..., N, N), real or complex, with N independent eigenvectors.

    Returns:
        A complex array, as the root of a real matrix may be complex; take its real part where
        it is known to be real.

    Gradient: from Sylvester's equation X dX + dX X = dA, so also for repeated eigenvalues.

    Cost: one eigendecomposition; a derivative solves N^2 equations, for small matrices.

    Example:
        >>> import numpy as np
        >>> sqrtm(np.array([[4.0, 0.0], [0.0, 9.0]])).real.round(6).tolist()
        [[2.0, 0.0], [0.0, 3.0]]
    """
    A = fnp.asarray(A)
    return _root(fnp.astype(A, fnp.result_type(A, 1j)))


def _adjoint(x: Any) -> Any:
    return fnp.conjugate(fnp.swapaxes(x, -1, -2))


@custom_jvp
def _right_polar(a: Any) -> tuple[Any, Any]:
    u, s, vh = fnp.linalg.svd(a, full_matrices=False)
    return fnp.matmul(u, vh), fnp.matmul(_adjoint(vh) * s[..., None, :], vh)


@_right_polar.defjvp
def _right_polar_jvp(primals: Any, tangents: Any) -> Any:
    """dU = U W + (1 - U U^H) da P^-1 with skew W, P W + W P = U^H da - da^H U; dP the rest."""
    (a,), (t,) = primals, tangents
    U, P = _right_polar(a)
    own = fnp.matmul(_adjoint(U), t)
    turn = solve_sylvester(P, P, own - _adjoint(own))
    out = _adjoint(fnp.linalg.solve(P, _adjoint(t - fnp.matmul(U, own))))
    return (U, P), (fnp.matmul(U, turn) + out, own - fnp.matmul(turn, P))


def polar(a: Any, side: str = "right") -> tuple[Any, Any]:
    """U and P with a = U P, U with orthonormal columns, P positive semidefinite.

    Args:
        a: (..., M, N), M >= N; for side "left" M <= N.
        side: "right" for a = U P, "left" for a = P U, U with orthonormal rows.

    Raises:
        ValueError: for another side, or a shape that does not go with it.

    Gradient: where the rank is full, also for repeated singular values.

    Cost: one singular value decomposition; a derivative solves N^2 equations, for small N.

    Example:
        >>> import numpy as np
        >>> u, p = polar(np.array([[0.0, -2.0], [3.0, 0.0]]))
        >>> p.round(6).tolist()
        [[3.0, 0.0], [0.0, 2.0]]
    """
    if side not in ("left", "right"):
        raise ValueError(
            f"polar: side is {side!r}; expected 'left' or 'right'. Leave it out for a = U P."
        )
    a = fnp.asarray(a) * 1.0
    shape = a.shape if side == "right" else (*a.shape[:-2], a.shape[-1], a.shape[-2])
    if len(shape) < 2 or shape[-2] < shape[-1]:
        raise ValueError(
            f"polar: a has shape {a.shape} for side {side!r}; expected at least as many rows as "
            "columns for 'right', as many columns as rows for 'left'. Choose the other side."
        )
    if side == "right":
        return _right_polar(a)
    U, P = _right_polar(_adjoint(a))
    return _adjoint(U), P
