"""The Poisson distribution of rate `mu`."""

from typing import Any

import fzero.numpy as fnp

from ..special import gammaincc, gammaln, xlogy
from . import standard

__all__ = ["cdf", "logpmf", "pmf"]

_allowed = lambda mu: mu >= 0


def _log_mass(n: Any, mu: Any) -> Any:
    return xlogy(n, mu) - mu - gammaln(n + 1)


def logpmf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """n log(mu) - mu - log(n!) for a whole number n = k - loc >= 0, else -inf.

    Example:
        >>> float(logpmf(0, 2.0))
        -2.0
    """
    return standard.log_mass(_log_mass, k, mu, loc=loc, allowed=_allowed)


def cdf(k: Any, mu: Any, loc: Any = 0) -> Any:
    """P(X <= k) = gammaincc(n + 1, mu) for the whole part n of k - loc.

    Example:
        >>> float(cdf(0, 2.0).round(4))
        0.1353
    """
    f = lambda n, mu: gammaincc(fnp.floor(n) + 1, mu)
    return standard.distribution(
        f,
        k,
        mu,
        loc=loc,
        beyond=standard.CDF,
        support=standard.POSITIVE,
        closed=True,
        allowed=_allowed,
    )


pmf = standard.exponential_of(logpmf)
