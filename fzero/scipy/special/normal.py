"""The error function and the normal distribution function, their logarithms and inverses."""

import math
from typing import Any

import fzero.numpy as fnp

from ...ops.special import erf, erfc, raw_erfc, raw_erfcx
from ...random import special as raw
from ...rules import elementwise
from .precision import in_double

__all__ = ["erf", "erfc", "erfcinv", "erfcx", "erfinv", "log_ndtr", "ndtr", "ndtri"]

_ROOT_HALF = math.sqrt(0.5)
_ROOT_TAU = math.sqrt(2 * math.pi)

_erfcx = elementwise(
    "erfcx",
    in_double(raw_erfcx),
    lambda ans, x: lambda t: t * (2 * x * ans - 2 / math.sqrt(math.pi)),
)


def erfcx(x: Any) -> Any:
    """The scaled complement of the error function: exp(x^2) erfc(x), without underflow.

    Gradient: 2 x erfcx(x) - 2 / sqrt(pi), which loses digits as x^-2 for large x.

    Example:
        >>> float(erfcx(0.0))
        1.0
    """
    return _erfcx(x)


# ---------------------------------------------------------------------- distribution function


def _density(x: Any) -> Any:
    x = fnp.clip(x, -40.0, 40.0)  # its square does not overflow, and the density is 0 there
    return fnp.exp(-0.5 * x * x) / _ROOT_TAU


_ndtr = elementwise(
    "ndtr",
    in_double(lambda xp, x: 0.5 * raw_erfc(xp, -_ROOT_HALF * x)),
    lambda ans, x: lambda t: t * _density(x),
)


def ndtr(x: Any) -> Any:
    """The normal distribution function P(X < x), also in the far lower tail.

    Gradient: the density.

    Example:
        >>> float(ndtr(0.0))
        0.5
    """
    return _ndtr(x)


def _raw_log_ndtr(xp: Any, x: Any) -> Any:
    below, above = xp.minimum(x, 0.0), xp.maximum(x, 0.0)
    low = xp.log(0.5 * raw_erfcx(xp, -_ROOT_HALF * xp.maximum(below, -1e150)))
    low = low - 0.5 * xp.maximum(below, -1e150) ** 2
    high = xp.log1p(-0.5 * raw_erfc(xp, _ROOT_HALF * above))
    return xp.where(x == -math.inf, -math.inf, xp.where(x < 0, low, high))


def _hazard(x: Any) -> Any:
    """density / ndtr: the derivative of log_ndtr."""
    low = math.sqrt(2 / math.pi) / erfcx(-_ROOT_HALF * fnp.minimum(x, 0.0))
    return fnp.where(x < 0, low, _density(x) / ndtr(fnp.maximum(x, 0.0)))


_log_ndtr = elementwise(
    "log_ndtr", in_double(_raw_log_ndtr), lambda ans, x: lambda t: t * _hazard(x)
)


def log_ndtr(x: Any) -> Any:
    """The logarithm of the normal distribution function, finite for all finite x.

    Gradient: density / ndtr, accurate in both tails.

    Example:
        >>> import numpy as np
        >>> log_ndtr(np.array([-1000.0])).round(2)
        array([-500007.83])
    """
    return _log_ndtr(x)


# ------------------------------------------------------------------------------------ inverses


def _at_ends(xp: Any, inside: Any, outside: Any, sign: Any, found: Any) -> Any:
    """`found` inside, infinity with that sign at the ends, NaN outside."""
    return xp.where(inside, found, xp.where(outside, math.nan, xp.copysign(math.inf, sign)))


def _raw_ndtri(xp: Any, p: Any) -> Any:
    inside = (p > 0) & (p < 1)
    found = raw.ndtri(xp, xp.where(inside, p, 0.5))
    return _at_ends(xp, inside, ~((p == 0) | (p == 1)), p - 0.5, found)


def _raw_erfinv(xp: Any, y: Any) -> Any:
    inside = abs(y) < 1
    q = xp.where(inside, y, 0.0) / 2
    found = _ROOT_HALF * raw.ndtri_of_centred(xp, q, 0.5 - abs(q))
    return _at_ends(xp, inside, ~(abs(y) == 1), y, found)


def _raw_erfcinv(xp: Any, y: Any) -> Any:
    return -_ROOT_HALF * _raw_ndtri(xp, y / 2)


_ndtri = elementwise(
    "ndtri",
    in_double(_raw_ndtri),
    lambda ans, p: lambda t: t * (_ROOT_TAU * fnp.exp(0.5 * ans * ans)),
    domain=(0.1, 0.9),
)
_erfinv = elementwise(
    "erfinv",
    in_double(_raw_erfinv),
    lambda ans, y: lambda t: t * (0.5 * math.sqrt(math.pi) * fnp.exp(ans * ans)),
    domain=(-0.9, 0.9),
)
_erfcinv = elementwise(
    "erfcinv",
    in_double(_raw_erfcinv),
    lambda ans, y: lambda t: t * (-0.5 * math.sqrt(math.pi) * fnp.exp(ans * ans)),
    domain=(0.2, 1.8),
)


def ndtri(p: Any) -> Any:
    """The normal quantile: the x with ndtr(x) = p.

    Args:
        p: in [0, 1]; NaN outside.

    Example:
        >>> float(ndtri(0.5))
        0.0
    """
    return _ndtri(p)


def erfinv(y: Any) -> Any:
    """The inverse of erf: infinite at -1 and 1, NaN beyond.

    Gradient: sqrt(pi)/2 exp(erfinv(y)^2).

    Example:
        >>> float(erfinv(0.0))
        0.0
    """
    return _erfinv(y)


def erfcinv(y: Any) -> Any:
    """The inverse of erfc, for y in [0, 2], also for tiny y.

    Example:
        >>> abs(float(erfcinv(1.0)))
        0.0
    """
    return _erfcinv(y)
