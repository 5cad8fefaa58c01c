"""The gamma distribution of shape `a`, shifted by `loc` and scaled by `scale`."""

from typing import Any

import fzero.numpy as fnp

from ..special import gammaln, xlogy
from ..special.precision import promoted

__all__ = ["logpdf", "pdf"]


def logpdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """(a - 1) log(z) - z - gammaln(a) - log(scale) for z = (x - loc) / scale >= 0, else -inf.

    Example:
        >>> float(logpdf(2.0, 1.0))
        -2.0
    """
    x, a, loc, scale = promoted(x, a, loc, scale)
    z = (x - loc) / scale
    inside = z >= 0
    z = fnp.where(inside, z, 1.0)
    found = xlogy(a - 1, z) - z - gammaln(a) - fnp.log(scale)
    return fnp.where(inside, found, -fnp.inf)


def pdf(x: Any, a: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density, exp(logpdf)."""
    return fnp.exp(logpdf(x, a, loc, scale))
