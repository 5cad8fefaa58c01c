"""The standard normal distribution cut to [a, b], then shifted and scaled."""

import math
from typing import Any

import fzero.numpy as fnp

from ..special import log_ndtr, ndtr
from ..special.precision import promoted
from . import standard
from .tails import log_of_one_minus_exp

__all__ = ["cdf", "logcdf", "logpdf", "logsf", "pdf", "sf"]

_HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)
_allowed = lambda a, b: a < b


def _log_mass(low: Any, high: Any) -> Any:
    """log P(low < Z < high) of a normal Z, in the tail that keeps the digits.

    An interval above 0 is mirrored; one that holds 0 is what two tails leave.
    """
    above = low > 0
    low, high = fnp.where(above, -high, low), fnp.where(above, -low, high)
    low = fnp.maximum(low, -1e18)  # as good as -inf, with a slope
    holds = high > 0
    around = fnp.log1p(-ndtr(fnp.where(holds, low, -1.0)) - ndtr(fnp.where(holds, -high, -1.0)))
    top = log_ndtr(fnp.where(holds, 0.0, high))
    bottom = log_ndtr(fnp.where(holds, -1.0, low))
    return fnp.where(holds, around, top + log_of_one_minus_exp(bottom - top))


def logpdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """-z^2/2 - log(2 pi)/2 - log P(a < Z < b) - log(scale), z = (x - loc) / scale in [a, b].

    -inf outside. Args:
        a, b: the ends in units of `scale` from `loc`; they may be infinite.

    Example:
        >>> float(logpdf(0.0, -1.0, 1.0).round(4))
        -0.5372
    """
    f = lambda z, a, b: -0.5 * z * z - _HALF_LOG_TAU - _log_mass(a, b)
    support = standard.Support(a, b, 0.0)
    return standard.log_density(f, x, a, b, loc=loc, scale=scale, support=support, allowed=_allowed)


def logcdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log P(X <= x) = log P(a < Z < z) - log P(a < Z < b).

    Example:
        >>> float(logcdf(0.0, -1.0, 1.0).round(4))
        -0.6931
    """
    f = lambda z, a, b: _log_mass(a, z) - _log_mass(a, b)
    return _distribution(f, x, a, b, loc, scale, standard.LOGCDF)


def logsf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log P(X > x) = log P(z < Z < b) - log P(a < Z < b).

    Example:
        >>> float(logsf(0.0, -1.0, 1.0).round(4))
        -0.6931
    """
    f = lambda z, a, b: _log_mass(z, b) - _log_mass(a, b)
    return _distribution(f, x, a, b, loc, scale, standard.LOGSF)


def _distribution(f: Any, x: Any, a: Any, b: Any, loc: Any, scale: Any, beyond: Any) -> Any:
    x, a, b = promoted(x, a, b)
    support = standard.Support(a, b, _between(a, b))
    return standard.distribution(
        f, x, a, b, loc=loc, scale=scale, support=support, allowed=_allowed, beyond=beyond
    )


def _between(a: Any, b: Any) -> Any:
    """A finite point between `a` and `b`."""
    low, high = fnp.maximum(a, -1e6), fnp.minimum(b, 1e6)
    return 0.5 * (low + high)


pdf = standard.exponential_of(logpdf)
cdf = standard.exponential_of(logcdf)
sf = standard.exponential_of(logsf)
