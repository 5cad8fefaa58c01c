"""The Bernoulli distribution: 1 with probability `p`, else 0."""

from typing import Any

import fzero.numpy as fnp

from ..special import xlog1py, xlogy
from . import standard

__all__ = ["cdf", "logpmf", "pmf", "ppf"]

_BIT = standard.Support(0.0, 1.0, 0.0)
_allowed = lambda p: (p >= 0) & (p <= 1)


def logpmf(k: Any, p: Any, loc: Any = 0) -> Any:
    """n log(p) + (1 - n) log(1 - p) for n = k - loc in {0, 1}, else -inf.

    Example:
        >>> float(logpmf(1, 1.0))
        0.0
    """
    return standard.log_mass(
        lambda n, p: xlogy(n, p) + xlog1py(1 - n, -p), k, p, loc=loc, support=_BIT, allowed=_allowed
    )


def cdf(k: Any, p: Any, loc: Any = 0) -> Any:
    """P(X <= k): 0 below loc, 1 - p from there on, 1 from loc + 1 on.

    Example:
        >>> float(cdf(0, 0.25))
        0.75
    """
    n, (p,), _ = standard.standardised(k, (p,), loc, 1.0, _allowed)
    found = fnp.where(n < 0, 0.0, fnp.where(n < 1, 1 - p, 1.0))
    return fnp.where(fnp.isnan(n) | fnp.isnan(p), fnp.nan, found)


def ppf(q: Any, p: Any, loc: Any = 0) -> Any:
    """The least k with P(X <= k) >= q: loc or loc + 1; loc - 1 for q = 0. No derivative.

    Example:
        >>> float(ppf(0.8, 0.25))
        1.0
    """
    q, (p,), _ = standard.standardised(q, (p,), 0.0, 1.0, _allowed)
    found = fnp.where(q == 0, -1.0, fnp.where(q <= 1 - p, fnp.zeros_like(q), 1.0)) + loc
    good = (q >= 0) & (q <= 1) & ~fnp.isnan(p)
    return fnp.where(good, found, fnp.nan)


pmf = standard.exponential_of(logpmf)
