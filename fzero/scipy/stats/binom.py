"""The binomial distribution: successes among `n` trials of probability `p`."""

from typing import Any

import fzero.numpy as fnp

from ..special import betaln, xlog1py, xlogy
from . import standard

__all__ = ["logpmf", "pmf"]


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


pmf = standard.exponential_of(logpmf)
