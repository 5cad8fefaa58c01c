"""Student's t distribution of `df` degrees of freedom."""

import math
from typing import Any

import fzero.numpy as fnp

from ..special import betainc, gammaln
from . import standard

__all__ = ["cdf", "logcdf", "logpdf", "logsf", "pdf", "sf"]

_allowed = lambda df: df > 0


def _log_density(z: Any, df: Any) -> Any:
    half = (df + 1) / 2
    norm = gammaln(half) - gammaln(df / 2) - 0.5 * fnp.log(math.pi * df)
    return norm - half * fnp.log1p(z * z / df)


def _below(z: Any, df: Any) -> Any:
    """P(Z <= z): a tail of the beta distribution, by the argument that keeps its digits."""
    square = z * z
    near = square < df
    middle = z == 0  # where the square root in the first one has no slope
    inner = betainc(0.5, df / 2, fnp.where(near & ~middle, square / (df + square), 0.5))
    outer = betainc(df / 2, 0.5, fnp.where(near, 0.5, df / (df + square)))
    line = 0.5 + z * fnp.exp(_log_density(fnp.zeros_like(z), df))
    tail = 0.5 * fnp.where(near, 1 - inner, outer)
    return fnp.where(middle, line, fnp.where(z < 0, tail, 1 - tail))


def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log Gamma((df+1)/2) - log Gamma(df/2) - log(pi df)/2 - log(scale) - (df+1)/2 log1p(z^2/df).

    z is (x - loc) / scale.

    Example:
        >>> float(logpdf(0.0, 1.0).round(4))
        -1.1447
    """
    return standard.log_density(_log_density, x, df, loc=loc, scale=scale, allowed=_allowed)


def cdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X <= x) = betainc(df / 2, 1 / 2, df / (df + z^2)) / 2 for z < 0, else what that leaves.

    Example:
        >>> float(cdf(0.0, 3.0))
        0.5
    """
    return standard.distribution(
        _below, x, df, loc=loc, scale=scale, beyond=standard.CDF, allowed=_allowed
    )


def sf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X > x), accurate in the far upper tail.

    Example:
        >>> float(sf(0.0, 3.0))
        0.5
    """
    f = lambda z, df: _below(-z, df)
    return standard.distribution(
        f, x, df, loc=loc, scale=scale, beyond=standard.SF, allowed=_allowed
    )


logcdf = standard.logarithm_of(cdf, sf)
logsf = standard.logarithm_of(sf, cdf)
pdf = standard.exponential_of(logpdf)
