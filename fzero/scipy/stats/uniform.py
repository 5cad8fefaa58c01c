"""The uniform distribution on [loc, loc + scale]."""

from typing import Any

import fzero.numpy as fnp

from . import standard

__all__ = ["cdf", "logpdf", "pdf", "ppf", "sf"]


def logpdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """-log(scale) for loc <= x <= loc + scale, else -inf.

    Example:
        >>> float(logpdf(0.5))
        0.0
    """
    return standard.log_density(fnp.zeros_like, x, loc=loc, scale=scale, support=standard.UNIT)


def cdf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X <= x) = (x - loc) / scale, from 0 to 1.

    Example:
        >>> float(cdf(3.0, 2.0, 4.0))
        0.25
    """
    return standard.distribution(
        lambda z: z, x, loc=loc, scale=scale, beyond=standard.CDF, support=standard.UNIT
    )


def sf(x: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """P(X > x) = 1 - cdf.

    Example:
        >>> float(sf(0.25))
        0.75
    """
    return standard.distribution(
        lambda z: 1 - z, x, loc=loc, scale=scale, beyond=standard.SF, support=standard.UNIT
    )


def ppf(q: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The quantile: loc + scale q.

    Example:
        >>> float(ppf(0.25, 2.0, 4.0))
        3.0
    """
    return standard.quantile(lambda q: q, q, loc=loc, scale=scale, ends=(0.0, 1.0))


pdf = standard.exponential_of(logpdf)
