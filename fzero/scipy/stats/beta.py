"""The beta distribution of shapes `a` and `b` on [loc, loc + scale]."""

from typing import Any

from ..special import betainc, betaln, xlog1py, xlogy
from . import standard

__all__ = ["cdf", "logcdf", "logpdf", "logsf", "pdf", "sf"]

_allowed = lambda a, b: (a > 0) & (b > 0)


def _log_density(z: Any, a: Any, b: Any) -> Any:
    return xlogy(a - 1, z) + xlog1py(b - 1, -z) - betaln(a, b)


def logpdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """(a-1) log(z) + (b-1) log(1-z) - betaln(a, b) - log(scale), z = (x - loc) / scale in [0, 1].

    -inf outside.

    Example:
        >>> float(logpdf(0.5, 2.0, 2.0).round(4))
        0.4055
    """
    return standard.log_density(
        _log_density, x, a, b, loc=loc, scale=scale, support=standard.UNIT, allowed=_allowed
    )


def cdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X <= x) = betainc(a, b, z).

    Example:
        >>> float(cdf(0.5, 2.0, 2.0).round(12))
        0.5
    """
    return _distribution(lambda z, a, b: betainc(a, b, z), x, a, b, loc, scale, standard.CDF)


def sf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X > x) = betainc(b, a, 1 - z), accurate near the upper end.

    Example:
        >>> float(sf(0.5, 2.0, 2.0).round(12))
        0.5
    """
    return _distribution(lambda z, a, b: betainc(b, a, 1 - z), x, a, b, loc, scale, standard.SF)


def _distribution(f: Any, x: Any, a: Any, b: Any, loc: Any, scale: Any, beyond: Any) -> Any:
    support = standard.UNIT
    return standard.distribution(
        f, x, a, b, loc=loc, scale=scale, beyond=beyond, support=support, allowed=_allowed
    )


logcdf = standard.logarithm_of(cdf, sf)
logsf = standard.logarithm_of(sf, cdf)
pdf = standard.exponential_of(logpdf)
