"""The negative binomial distribution: failures before `n` successes of probability `p`."""

from typing import Any

import fzero.numpy as fnp

from ..special import betaln, xlog1py
from . import standard

__all__ = ["logpmf", "pmf"]


def _log_mass(j: Any, n: Any, p: Any) -> Any:
    ways = -betaln(j + 1, n) - fnp.log(j + n)
    return ways + n * fnp.log(p) + xlog1py(j, -p)


def logpmf(k: Any, n: Any, p: Any, loc: Any = 0) -> Any:
    """log Gamma(j+n) - log Gamma(n) - log j! + n log(p) + j log(1 - p), j = k - loc = 0, 1, ...

    -inf for other k. `n` > 0 need not be a whole number.

    Example:
        >>> float(logpmf(0, 1, 0.5).round(4))
        -0.6931
    """
    return standard.log_mass(
        _log_mass, k, n, p, loc=loc, allowed=lambda n, p: (n > 0) & (p > 0) & (p <= 1)
    )


pmf = standard.exponential_of(logpmf)
