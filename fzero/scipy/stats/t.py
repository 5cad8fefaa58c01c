"""Student's t distribution of `df` degrees of freedom."""

import math
from typing import Any

import fzero.numpy as fnp

from ..special import gammaln
from . import standard

__all__ = ["logpdf", "pdf"]

_allowed = lambda df: df > 0


def _log_density(z: Any, df: Any) -> Any:
    half = (df + 1) / 2
    norm = gammaln(half) - gammaln(df / 2) - 0.5 * fnp.log(math.pi * df)
    return norm - half * fnp.log1p(z * z / df)


def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log Gamma((df+1)/2) - log Gamma(df/2) - log(pi df)/2 - log(scale) - (df+1)/2 log1p(z^2/df).

    z is (x - loc) / scale.

    Example:
        >>> float(logpdf(0.0, 1.0).round(4))
        -1.1447
    """
    return standard.log_density(_log_density, x, df, loc=loc, scale=scale, allowed=_allowed)


pdf = standard.exponential_of(logpdf)
