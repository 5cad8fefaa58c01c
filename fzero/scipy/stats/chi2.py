"""The chi-square distribution of `df` degrees of freedom."""

from typing import Any

import fzero.numpy as fnp

from ..special.precision import promoted
from . import gamma

__all__ = ["logpdf", "pdf"]


def logpdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The logarithm of the density: that of the gamma distribution of shape df/2 and scale 2.

    Example:
        >>> float(logpdf(2.0, 2.0).round(4))
        -1.6931
    """
    x, df, loc, scale = promoted(x, df, loc, scale)
    return gamma.logpdf(x, df / 2, loc, 2 * scale)


def pdf(x: Any, df: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density, exp(logpdf)."""
    return fnp.exp(logpdf(x, df, loc, scale))
