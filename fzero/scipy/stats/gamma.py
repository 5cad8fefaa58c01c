"""The gamma distribution of shape `a`, shifted by `loc` and scaled by `scale`."""

from typing import Any

from ..special import gammainc, gammaincc, gammaln, xlogy
from . import standard

__all__ = ["cdf", "logcdf", "logpdf", "logsf", "pdf", "sf"]

_allowed = lambda a: a > 0


def _log_density(z: Any, a: Any) -> Any:
    return xlogy(a - 1, z) - z - gammaln(a)


def logpdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """(a - 1) log(z) - z - gammaln(a) - log(scale) for z = (x - loc) / scale >= 0, else -inf.

    Example:
        >>> float(logpdf(2.0, 1.0))
        -2.0
    """
    return standard.log_density(
        _log_density, x, a, loc=loc, scale=scale, support=standard.POSITIVE, allowed=_allowed
    )


def cdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X <= x) = gammainc(a, z).

    Example:
        >>> float(cdf(0.0, 1.0))
        0.0
    """
    return _distribution(lambda z, a: gammainc(a, z), x, a, loc, scale, standard.CDF)


def sf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X > x) = gammaincc(a, z), accurate in the far upper tail.

    Example:
        >>> float(sf(0.0, 1.0))
        1.0
    """
    return _distribution(lambda z, a: gammaincc(a, z), x, a, loc, scale, standard.SF)


def _distribution(f: Any, x: Any, a: Any, loc: Any, scale: Any, beyond: Any) -> Any:
    support = standard.POSITIVE
    return standard.distribution(
        f, x, a, loc=loc, scale=scale, beyond=beyond, support=support, allowed=_allowed
    )


logcdf = standard.logarithm_of(cdf, sf)
logsf = standard.logarithm_of(sf, cdf)
pdf = standard.exponential_of(logpdf)
