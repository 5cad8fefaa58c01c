"""The beta distribution of shapes `a` and `b` on [loc, loc + scale]."""

from typing import Any

import fzero.numpy as fnp

from ..special import betaln, xlog1py, xlogy
from ..special.precision import promoted

__all__ = ["logpdf", "pdf"]


def logpdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """(a-1) log(z) + (b-1) log(1-z) - betaln(a, b) - log(scale), z = (x - loc) / scale in [0, 1].

    -inf outside.

    Example:
        >>> float(logpdf(0.5, 2.0, 2.0).round(4))
        0.4055
    """
    x, a, b, loc, scale = promoted(x, a, b, loc, scale)
    z = (x - loc) / scale
    inside = (z >= 0) & (z <= 1)
    z = fnp.where(inside, z, 0.5)
    found = xlogy(a - 1, z) + xlog1py(b - 1, -z) - betaln(a, b) - fnp.log(scale)
    return fnp.where(inside, found, -fnp.inf)


def pdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """The density, exp(logpdf)."""
    return fnp.exp(logpdf(x, a, b, loc, scale))
