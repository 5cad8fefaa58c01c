"""The Poisson distribution of rate `mu`."""

from typing import Any

import fzero.numpy as fnp

from ..special import gammaln, xlogy
from ..special.precision import promoted

__all__ = ["logpmf", "pmf"]


def logpmf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """n log(mu) - mu - log(n!) for a whole number n = k - loc >= 0, else -inf.

    Example:
        >>> float(logpmf(0, 2.0))
        -2.0
    """
    k, mu, loc = promoted(k, mu, loc)
    n = k - loc
    inside = (n >= 0) & (fnp.floor(n) == n)
    n = fnp.where(inside, n, 0.0)
    return fnp.where(inside, xlogy(n, mu) - mu - gammaln(n + 1), -fnp.inf)


def pmf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """The probability, exp(logpmf)."""
    return fnp.exp(logpmf(k, mu, loc))
