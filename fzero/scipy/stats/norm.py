"""The normal distribution of mean `loc` and standard deviation `scale`."""

import math
from typing import Any

import fzero.numpy as fnp

from ..special import log_ndtr, ndtr, ndtri
from ..special.precision import promoted

__all__ = ["cdf", "logcdf", "logpdf", "logsf", "pdf", "ppf", "sf"]

_HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)


def _standard(x: Any, loc: Any, scale: Any) -> Any:
    x, loc, scale = promoted(x, loc, scale)
    return (x - loc) / scale


def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """-((x - loc) / scale)^2 / 2 - log(scale) - log(2 pi) / 2.

    Example:
        >>> float(logpdf(0.0).round(4))
        -0.9189
    """
    x, loc, scale = promoted(x, loc, scale)
    z = (x - loc) / scale
    return -0.5 * z * z - fnp.log(scale) - _HALF_LOG_TAU


def pdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density, exp(logpdf)."""
    return fnp.exp(logpdf(x, loc, scale))


def cdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X <= x)."""
    return ndtr(_standard(x, loc, scale))


def logcdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log P(X <= x), finite also in the far lower tail."""
    return log_ndtr(_standard(x, loc, scale))


def sf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X > x), accurate in the far upper tail."""
    return ndtr(-_standard(x, loc, scale))


def logsf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log P(X > x), finite also in the far upper tail."""
    return log_ndtr(-_standard(x, loc, scale))


def ppf(q: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The quantile: the x with P(X <= x) = q.

    Example:
        >>> float(ppf(0.5, 2.0, 3.0))
        2.0
    """
    q, loc, scale = promoted(q, loc, scale)
    return ndtri(q) * scale + loc
