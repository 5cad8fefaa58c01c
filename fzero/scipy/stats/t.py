"""Student's t distribution of `df` degrees of freedom."""

import math
from typing import Any

import fzero.numpy as fnp

from ..special import gammaln
from ..special.precision import promoted

__all__ = ["logpdf", "pdf"]


def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log Gamma((df+1)/2) - log Gamma(df/2) - log(pi df)/2 - log(scale) - (df+1)/2 log1p(z^2/df).

    z is (x - loc) / scale.

    Example:
        >>> float(logpdf(0.0, 1.0).round(4))
        -1.1447
    """
    x, df, loc, scale = promoted(x, df, loc, scale)
    z, half = (x - loc) / scale, (df + 1) / 2
    norm = gammaln(half) - gammaln(df / 2) - 0.5 * fnp.log(math.pi * df) - fnp.log(scale)
    return norm - half * fnp.log1p(z * z / df)


def pdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density, exp(logpdf)."""
    return fnp.exp(logpdf(x, df, loc, scale))
