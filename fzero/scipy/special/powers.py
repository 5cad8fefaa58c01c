"""Box and Cox's transformation, and the ratio (exp(x) - 1) / x that it is made of."""

import math
from typing import Any

import fzero.numpy as fnp

from ...rules import draw, elementwise
from .precision import in_double, promoted

__all__ = ["boxcox", "boxcox1p", "exprel"]


def _raw_exprel(xp: Any, x: Any, n: int) -> Any:
    r"""The n-th derivative: int_0^1 t^n exp(x t) dt."""
    near = abs(x) < 2 + n
    y, series, term = xp.where(near, x, 0.0), 0.0, 1.0
    for k in range(40 + 4 * n):
        series = series + term / (n + k + 1)
        term = term * y / (k + 1)
    z = xp.where(near, 1.0, x)
    exp = xp.exp(xp.minimum(z, 709.0))
    found = xp.expm1(xp.minimum(z, 709.0)) / z
    for k in range(1, n + 1):
        found = (exp - k * found) / z
    found = xp.where(z > 709.0, _overflowing(xp, xp.clip(z, 709.0, 720.0)), found)
    return xp.where(near, series, xp.where(xp.isnan(x), x, found))


def _overflowing(xp: Any, x: Any) -> Any:
    """exp(x) / x where exp(x) may overflow and the quotient not."""
    half = xp.exp(0.5 * xp.minimum(x, 716.35))
    return xp.where(x > 716.35, math.inf, half * (half / x))


_exprel = elementwise(
    "exprel",
    in_double(_raw_exprel),
    lambda ans, x, n: lambda t: t * _exprel(x, n=n + 1),
    samples=lambda rng: [
        ((draw(rng, shape),), {"n": n}) for shape, n in [((3,), 0), ((2, 3), 1), ((), 0), ((0,), 0)]
    ],
)


def exprel(x: Any) -> Any:
    """(exp(x) - 1) / x, and 1 at 0.

    Gradient: smooth at 0 too, where it is 1/2.

    Example:
        >>> float(exprel(0.0))
        1.0
    """
    return _exprel(*promoted(x), n=0)


def _transformed(log: Any, lmbda: Any) -> Any:
    """log * exprel(lmbda * log), and the limit where the logarithm is infinite."""
    end = fnp.isinf(log)
    y, sign = fnp.where(end, 0.0, log), fnp.sign(fnp.where(end, log, 1.0))
    flat = lmbda * sign < 0
    limit = fnp.where(flat, -1 / fnp.where(flat, lmbda, 1.0), sign * math.inf)
    return fnp.where(end, limit, y * exprel(lmbda * y))


def boxcox(x: Any, lmbda: Any) -> Any:
    """Box and Cox's transformation: (x^lmbda - 1) / lmbda, and log(x) for lmbda = 0.

    Args:
        x: >= 0; NaN below.
        lmbda: real.

    Gradient: smooth in both, also at lmbda = 0.

    Example:
        >>> bool(abs(boxcox(4.0, 0.5) - 2) < 1e-14)
        True
    """
    x, lmbda = promoted(x, lmbda)
    at_0 = x == 0
    log = fnp.log(fnp.where(at_0, 1.0, fnp.where(x < 0, math.nan, x)))
    return _transformed(fnp.where(at_0, -math.inf, log), lmbda)


def boxcox1p(x: Any, lmbda: Any) -> Any:
    """Box and Cox's transformation of 1 + x: ((1 + x)^lmbda - 1) / lmbda, precise at small x.

    Example:
        >>> bool(abs(boxcox1p(3.0, 0.5) - 2) < 1e-14)
        True
    """
    x, lmbda = promoted(x, lmbda)
    at_0 = x == -1
    log = fnp.log1p(fnp.where(at_0, 0.0, fnp.where(x < -1, math.nan, x)))
    return _transformed(fnp.where(at_0, -math.inf, log), lmbda)
