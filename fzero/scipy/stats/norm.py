"""The normal distribution of mean `loc` and standard deviation `scale`."""

import math
from typing import Any

import fzero.numpy as fnp

from ..special import log_ndtr, ndtr, ndtri
from . import standard

__all__ = ["cdf", "isf", "logcdf", "logpdf", "logsf", "pdf", "ppf", "sf"]

_HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)


def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """-z^2 / 2 - log(scale) - log(2 pi) / 2, z = (x - loc) / scale.

    Example:
        >>> float(logpdf(0.0).round(4))
        -0.9189
    """
    return standard.log_density(lambda z: -0.5 * z * z - _HALF_LOG_TAU, x, loc=loc, scale=scale)


def cdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X <= x).

    Example:
        >>> float(cdf(0.0))
        0.5
    """
    return standard.distribution(ndtr, x, loc=loc, scale=scale, beyond=standard.CDF)


def logcdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log P(X <= x), finite also in the far lower tail.

    Example:
        >>> float(logcdf(-1000.0).round(2))
        -500007.83
    """
    return standard.distribution(log_ndtr, x, loc=loc, scale=scale, beyond=standard.LOGCDF)


def sf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X > x), accurate in the far upper tail.

    Example:
        >>> float(sf(0.0))
        0.5
    """
    return standard.distribution(lambda z: ndtr(-z), x, loc=loc, scale=scale, beyond=standard.SF)


def logsf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log P(X > x), finite also in the far upper tail.

    Example:
        >>> float(logsf(1000.0).round(2))
        -500007.83
    """
    return standard.distribution(
        lambda z: log_ndtr(-z), x, loc=loc, scale=scale, beyond=standard.LOGSF
    )


def ppf(q: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The quantile: the x with P(X <= x) = q.

    Example:
        >>> float(ppf(0.5, 2.0, 3.0))
        2.0
    """
    return standard.quantile(ndtri, q, loc=loc, scale=scale, ends=(-fnp.inf, fnp.inf))


def isf(q: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The x with P(X > x) = q, accurate for tiny q.

    Example:
        >>> float(isf(0.5, 2.0, 3.0))
        2.0
    """
    return standard.quantile(lambda q: -ndtri(q), q, loc=loc, scale=scale, ends=(fnp.inf, -fnp.inf))


pdf = standard.exponential_of(logpdf)
