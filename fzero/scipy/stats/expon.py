"""The exponential distribution: waiting times of mean `scale`, from `loc` on."""

from typing import Any

import fzero.numpy as fnp

from . import standard
from .tails import log_of_one_minus_exp

__all__ = ["cdf", "logcdf", "logpdf", "logsf", "pdf", "ppf", "sf"]


def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """-z - log(scale) for z = (x - loc) / scale >= 0, else -inf.

    Example:
        >>> float(logpdf(2.0))
        -2.0
    """
    return standard.log_density(lambda z: -z, x, loc=loc, scale=scale, support=standard.POSITIVE)


def cdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X <= x) = 1 - exp(-z).

    Example:
        >>> float(cdf(0.0))
        0.0
    """
    return standard.distribution(
        lambda z: -fnp.expm1(-z),
        x,
        loc=loc,
        scale=scale,
        beyond=standard.CDF,
        support=standard.POSITIVE,
    )


def logcdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log P(X <= x), exact for small and for large z.

    Example:
        >>> float(logcdf(0.0))
        -inf
    """
    return standard.distribution(
        lambda z: log_of_one_minus_exp(-z),
        x,
        loc=loc,
        scale=scale,
        beyond=standard.LOGCDF,
        support=standard.POSITIVE,
    )


def logsf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log P(X > x) = -z.

    Example:
        >>> float(logsf(3.0, scale=2.0))
        -1.5
    """
    return standard.distribution(
        lambda z: -z, x, loc=loc, scale=scale, beyond=standard.LOGSF, support=standard.POSITIVE
    )


def ppf(q: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The quantile: loc - scale log(1 - q).

    Example:
        >>> float(ppf(0.0, 2.0))
        2.0
    """
    return standard.quantile(lambda q: -fnp.log1p(-q), q, loc=loc, scale=scale, ends=(0.0, fnp.inf))


pdf = standard.exponential_of(logpdf)
sf = standard.exponential_of(logsf)
