"""The Laplace distribution: exponential on both sides of `loc`."""

import math
from typing import Any

import fzero.numpy as fnp

from . import standard

__all__ = ["cdf", "logpdf", "pdf", "ppf", "sf"]


def _below(z: Any) -> Any:
    """P(Z <= z), with one exponential that cannot overflow."""
    half = 0.5 * fnp.exp(-abs(z))
    return fnp.where(z > 0, 1 - half, half)


def _quantile(q: Any) -> Any:
    upper = q > 0.5
    below = fnp.log(2 * fnp.where(upper, 1 - q, q))
    return fnp.where(upper, -below, below)


def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """-|z| - log(2 scale), z = (x - loc) / scale.

    Example:
        >>> float(logpdf(0.0, scale=0.5))
        0.0
    """
    return standard.log_density(lambda z: -abs(z) - math.log(2), x, loc=loc, scale=scale)


def cdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X <= x) = exp(z) / 2 for z <= 0, else 1 - exp(-z) / 2.

    Example:
        >>> float(cdf(0.0))
        0.5
    """
    return standard.distribution(_below, x, loc=loc, scale=scale, beyond=standard.CDF)


def sf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X > x), accurate in the far upper tail.

    Example:
        >>> float(sf(0.0))
        0.5
    """
    return standard.distribution(lambda z: _below(-z), x, loc=loc, scale=scale, beyond=standard.SF)


def ppf(q: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The quantile: log(2 q) below the middle, -log(2 (1 - q)) above, scaled and shifted.

    Example:
        >>> float(ppf(0.5, 3.0))
        3.0
    """
    return standard.quantile(_quantile, q, loc=loc, scale=scale, ends=(-fnp.inf, fnp.inf))


pdf = standard.exponential_of(logpdf)
