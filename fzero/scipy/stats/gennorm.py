"""The generalised normal distribution: exp(-|z|^beta), 1 for Laplace's and 2 for Gauss's."""

from typing import Any

import fzero.numpy as fnp

from ..special import gammaincc, gammaln
from . import standard

__all__ = ["cdf", "logpdf", "pdf", "sf"]

_allowed = lambda beta: beta > 0


def _power(z: Any, beta: Any) -> Any:
    """|z|^beta, of slope 0 at z = 0."""
    zero = z == 0
    return fnp.where(zero, 0.0, fnp.power(abs(fnp.where(zero, 1.0, z)), beta))


def _log_density(z: Any, beta: Any) -> Any:
    return fnp.log(beta / 2) - gammaln(1 / beta) - _power(z, beta)


def _below(z: Any, beta: Any) -> Any:
    """P(Z <= z): a tail of the gamma distribution, and a line at 0, where that has no slope."""
    middle = z == 0
    tail = 0.5 * gammaincc(1 / beta, _power(fnp.where(middle, 1.0, z), beta))
    line = 0.5 + z * fnp.exp(_log_density(fnp.zeros_like(z), beta))
    return fnp.where(middle, line, fnp.where(z < 0, tail, 1 - tail))


def logpdf(x: Any, beta: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log(beta / 2) - gammaln(1 / beta) - |z|^beta - log(scale), z = (x - loc) / scale.

    Example:
        >>> float(logpdf(0.0, 1.0).round(4))
        -0.6931
    """
    return standard.log_density(_log_density, x, beta, loc=loc, scale=scale, allowed=_allowed)


def cdf(x: Any, beta: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X <= x) = gammaincc(1 / beta, |z|^beta) / 2 for z < 0, else what that leaves of 1.

    Example:
        >>> float(cdf(0.0, 1.5))
        0.5
    """
    return standard.distribution(
        _below, x, beta, loc=loc, scale=scale, beyond=standard.CDF, allowed=_allowed
    )


def sf(x: Any, beta: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X > x), accurate in the far upper tail.

    Example:
        >>> float(sf(0.0, 1.5))
        0.5
    """
    f = lambda z, beta: _below(-z, beta)
    return standard.distribution(
        f, x, beta, loc=loc, scale=scale, beyond=standard.SF, allowed=_allowed
    )


pdf = standard.exponential_of(logpdf)
