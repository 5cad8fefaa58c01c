"""The Cauchy distribution: no mean, and tails as 1/x."""

import math
from typing import Any

import fzero.numpy as fnp

from . import standard

__all__ = ["cdf", "isf", "logcdf", "logpdf", "logsf", "pdf", "ppf", "sf"]


def _log_of_one_plus_square(z: Any) -> Any:
    """log(1 + z^2), whose square may overflow."""
    far = abs(z) > 1e8  # from there on the 1 is below the last digit
    near = fnp.log1p(fnp.square(fnp.where(far, 1.0, z)))
    return fnp.where(far, 2 * fnp.log(abs(fnp.where(far, z, 1.0))), near)


def _quantile(q: Any) -> Any:
    """-1 / tan(pi q), by the tangent where its argument is small."""
    middle = abs(q - 0.5) < 0.25
    inner = fnp.tan(math.pi * (fnp.where(middle, q, 0.5) - 0.5))
    upper = q > 0.5
    tail = 1 / fnp.tan(math.pi * fnp.where(middle, 0.25, fnp.where(upper, 1 - q, q)))
    return fnp.where(middle, inner, fnp.where(upper, tail, -tail))


def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """-log(pi) - log(1 + z^2) - log(scale), z = (x - loc) / scale.

    Example:
        >>> float(logpdf(0.0).round(4))
        -1.1447
    """
    return standard.log_density(
        lambda z: -math.log(math.pi) - _log_of_one_plus_square(z), x, loc=loc, scale=scale
    )


def cdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X <= x) = 1/2 + arctan(z) / pi, by arctan2 that keeps the digits of the tails.

    Example:
        >>> float(cdf(0.0))
        0.5
    """
    return standard.distribution(
        lambda z: fnp.arctan2(fnp.ones_like(z), -z) / math.pi,
        x,
        loc=loc,
        scale=scale,
        beyond=standard.CDF,
    )


def sf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X > x), accurate in the far upper tail.

    Example:
        >>> float(sf(0.0))
        0.5
    """
    return standard.distribution(
        lambda z: fnp.arctan2(fnp.ones_like(z), z) / math.pi,
        x,
        loc=loc,
        scale=scale,
        beyond=standard.SF,
    )


def ppf(q: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The quantile: loc - scale / tan(pi q).

    Example:
        >>> float(ppf(0.25).round(12))
        -1.0
    """
    return standard.quantile(_quantile, q, loc=loc, scale=scale, ends=(-fnp.inf, fnp.inf))


def isf(q: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The x with P(X > x) = q.

    Example:
        >>> float(isf(0.25).round(12))
        1.0
    """
    return standard.quantile(
        lambda q: -_quantile(q), q, loc=loc, scale=scale, ends=(fnp.inf, -fnp.inf)
    )


pdf = standard.exponential_of(logpdf)
logcdf = standard.logarithm_of(cdf, sf)
logsf = standard.logarithm_of(sf, cdf)
