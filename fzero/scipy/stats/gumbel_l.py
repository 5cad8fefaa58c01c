"""The Gumbel distribution of minima."""

from typing import Any

import fzero.numpy as fnp

from . import standard
from .tails import log_of_gumbel_tail

__all__ = ["cdf", "logcdf", "logpdf", "logsf", "pdf", "ppf", "sf"]


def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """z - exp(z) - log(scale), z = (x - loc) / scale.

    Example:
        >>> float(logpdf(0.0))
        -1.0
    """
    return standard.log_density(lambda z: z - fnp.exp(z), x, loc=loc, scale=scale)


def logcdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log P(X <= x) = log(1 - exp(-exp(z))).

    Example:
        >>> float(logcdf(0.0).round(4))
        -0.4587
    """
    return standard.distribution(
        lambda z: log_of_gumbel_tail(-z), x, loc=loc, scale=scale, beyond=standard.LOGCDF
    )


def logsf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log P(X > x) = -exp(z).

    Example:
        >>> float(logsf(0.0))
        -1.0
    """
    return standard.distribution(
        lambda z: -fnp.exp(z), x, loc=loc, scale=scale, beyond=standard.LOGSF
    )


def ppf(q: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The quantile: loc + scale log(-log(1 - q)).

    Example:
        >>> float(ppf(0.5).round(4))
        -0.3665
    """
    return standard.quantile(
        lambda q: fnp.log(-fnp.log1p(-q)), q, loc=loc, scale=scale, ends=(-fnp.inf, fnp.inf)
    )


pdf = standard.exponential_of(logpdf)
cdf = standard.exponential_of(logcdf)
sf = standard.exponential_of(logsf)
