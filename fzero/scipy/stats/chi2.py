"""The chi-square distribution of `df` degrees of freedom: a gamma of shape df/2 and scale 2."""

from typing import Any

from ..special.precision import promoted
from . import gamma, standard

__all__ = ["cdf", "logcdf", "logpdf", "logsf", "pdf", "sf"]


def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density: that of the gamma distribution of shape df/2 and scale 2.

    Example:
        >>> float(logpdf(2.0, 2.0).round(4))
        -1.6931
    """
    return gamma.logpdf(*_as_gamma(x, df, loc, scale))


def cdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X <= x) = gammainc(df / 2, z / 2), z = (x - loc) / scale.

    Example:
        >>> float(cdf(0.0, 1.0))
        0.0
    """
    return gamma.cdf(*_as_gamma(x, df, loc, scale))


def sf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X > x) = gammaincc(df / 2, z / 2), accurate in the far upper tail.

    Example:
        >>> float(sf(0.0, 1.0))
        1.0
    """
    return gamma.sf(*_as_gamma(x, df, loc, scale))


def _as_gamma(*args: Any) -> tuple[Any, Any, Any, Any]:
    """The arguments for the gamma distribution that it is."""
    x, df, loc, scale = promoted(*args)
    return x, df / 2, loc, 2 * scale


logcdf = standard.logarithm_of(cdf, sf)
logsf = standard.logarithm_of(sf, cdf)
pdf = standard.exponential_of(logpdf)
