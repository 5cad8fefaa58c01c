"""The binomial distribution: successes among `n` trials of probability `p`."""

from typing import Any

import fzero.numpy as fnp

from ..special import betainc, betaln, xlog1py, xlogy
from . import standard

__all__ = ["cdf", "logpmf", "pmf"]


def _allowed(n: Any, p: Any) -> Any:
    return (n >= 0) & (fnp.floor(n) == n) & (p >= 0) & (p <= 1)


def _log_mass(j: Any, n: Any, p: Any) -> Any:
    choices = -betaln(j + 1, n - j + 1) - fnp.log1p(n)
    return choices + xlogy(j, p) + xlog1py(n - j, -p)


def logpmf(k: Any, n: Any, p: Any, loc: Any = 0) -> Any:
    """log C(n, j) + j log(p) + (n - j) log(1 - p) for a whole number j = k - loc in [0, n].

    -inf for other k.

    Example:
        >>> float(logpmf(1, 2, 0.5).round(4))
        -0.6931
    """
    return standard.log_mass(
        _log_mass, k, n, p, loc=loc, support=standard.Support(0.0, n, 0.0), allowed=_allowed
    )


def cdf(k: Any, n: Any, p: Any, loc: Any = 0) -> Any:
    """P(X <= k) = betainc(n - j, j + 1, 1 - p) for the whole part j of k - loc below n.

    Example:
        >>> float(cdf(1, 2, 0.5).round(12))
        0.75
    """
    f = lambda j, n, p: betainc(n - fnp.floor(j), fnp.floor(j) + 1, 1 - p)
    support = standard.Support(0.0, n, 0.0)
    return standard.distribution(
        f, k, n, p, loc=loc, beyond=standard.CDF, support=support, closed=True, allowed=_allowed
    )


pmf = standard.exponential_of(logpmf)
