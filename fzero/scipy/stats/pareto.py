"""The Pareto distribution of exponent `b`: a power law behind loc + scale."""

from typing import Any

import fzero.numpy as fnp

from . import standard
from .tails import log_of_one_minus_exp

__all__ = ["cdf", "logcdf", "logpdf", "logsf", "pdf", "ppf", "sf"]

_BEHIND_ONE = standard.Support(1.0, fnp.inf, 2.0)
_allowed = lambda b: b > 0


def logpdf(x: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log(b) - (b + 1) log(z) - log(scale) for z = (x - loc) / scale >= 1, else -inf.

    Example:
        >>> float(logpdf(1.0, 1.0))
        0.0
    """
    return standard.log_density(
        lambda z, b: fnp.log(b) - (b + 1) * fnp.log(z),
        x,
        b,
        loc=loc,
        scale=scale,
        support=_BEHIND_ONE,
        allowed=_allowed,
    )


def cdf(x: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X <= x) = 1 - z^-b.

    Example:
        >>> float(cdf(2.0, 1.0))
        0.5
    """
    return standard.distribution(
        lambda z, b: -fnp.expm1(-b * fnp.log(z)),
        x,
        b,
        loc=loc,
        scale=scale,
        beyond=standard.CDF,
        support=_BEHIND_ONE,
        allowed=_allowed,
    )


def logcdf(x: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log P(X <= x) = log(1 - z^-b).

    Example:
        >>> float(logcdf(1.0, 1.0))
        -inf
    """
    return standard.distribution(
        lambda z, b: log_of_one_minus_exp(-b * fnp.log(z)),
        x,
        b,
        loc=loc,
        scale=scale,
        beyond=standard.LOGCDF,
        support=_BEHIND_ONE,
        allowed=_allowed,
    )


def logsf(x: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log P(X > x) = -b log(z).

    Example:
        >>> float(logsf(1.0, 3.0))
        0.0
    """
    return standard.distribution(
        lambda z, b: -b * fnp.log(z),
        x,
        b,
        loc=loc,
        scale=scale,
        beyond=standard.LOGSF,
        support=_BEHIND_ONE,
        allowed=_allowed,
    )


def ppf(q: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The quantile: loc + scale (1 - q)^(-1/b).

    Example:
        >>> float(ppf(0.5, 1.0))
        2.0
    """
    return standard.quantile(
        lambda q, b: fnp.exp(-fnp.log1p(-q) / b),
        q,
        b,
        loc=loc,
        scale=scale,
        ends=(1.0, fnp.inf),
        allowed=_allowed,
    )


pdf = standard.exponential_of(logpdf)
sf = standard.exponential_of(logsf)
