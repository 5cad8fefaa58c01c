"""The logistic distribution: its distribution function is `expit`."""

from typing import Any

import fzero.numpy as fnp

from ..special import expit, logit
from . import standard

__all__ = ["cdf", "isf", "logcdf", "logpdf", "logsf", "pdf", "ppf", "sf"]


def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """-z - 2 log(1 + exp(-z)) - log(scale), z = (x - loc) / scale.

    Example:
        >>> float(logpdf(0.0, scale=0.25))
        0.0
    """
    return standard.log_density(
        lambda z: -fnp.logaddexp(0.0, -z) - fnp.logaddexp(0.0, z), x, loc=loc, scale=scale
    )


def cdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X <= x) = 1 / (1 + exp(-z)).

    Example:
        >>> float(cdf(0.0))
        0.5
    """
    return standard.distribution(expit, x, loc=loc, scale=scale, beyond=standard.CDF)


def sf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X > x) = 1 / (1 + exp(z)).

    Example:
        >>> float(sf(0.0))
        0.5
    """
    return standard.distribution(lambda z: expit(-z), x, loc=loc, scale=scale, beyond=standard.SF)


def logcdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log P(X <= x) = -log(1 + exp(-z)).

    Example:
        >>> float(logcdf(-1000.0))
        -1000.0
    """
    return standard.distribution(
        lambda z: -fnp.logaddexp(0.0, -z), x, loc=loc, scale=scale, beyond=standard.LOGCDF
    )


def logsf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log P(X > x) = -log(1 + exp(z)).

    Example:
        >>> float(logsf(1000.0))
        -1000.0
    """
    return standard.distribution(
        lambda z: -fnp.logaddexp(0.0, z), x, loc=loc, scale=scale, beyond=standard.LOGSF
    )


def ppf(q: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The quantile: loc + scale log(q / (1 - q)).

    Example:
        >>> float(ppf(0.5, 2.0))
        2.0
    """
    return standard.quantile(logit, q, loc=loc, scale=scale, ends=(-fnp.inf, fnp.inf))


def isf(q: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The x with P(X > x) = q.

    Example:
        >>> float(isf(0.5, 2.0))
        2.0
    """
    return standard.quantile(lambda q: -logit(q), q, loc=loc, scale=scale, ends=(fnp.inf, -fnp.inf))


pdf = standard.exponential_of(logpdf)
