"""The beta-binomial distribution: binomial, with a probability drawn from a beta."""

from typing import Any

import fzero.numpy as fnp

from ..special import betaln
from . import standard

__all__ = ["logpmf", "pmf"]


def _allowed(n: Any, a: Any, b: Any) -> Any:
    return (n >= 0) & (fnp.floor(n) == n) & (a > 0) & (b > 0)


def _log_mass(j: Any, n: Any, a: Any, b: Any) -> Any:
    choices = -betaln(j + 1, n - j + 1) - fnp.log1p(n)
    return choices + betaln(j + a, n - j + b) - betaln(a, b)


def logpmf(k: Any, n: Any, a: Any, b: Any, loc: Any = 0) -> Any:
    """log C(n, j) + betaln(j + a, n - j + b) - betaln(a, b), j = k - loc = 0, ..., n.

    -inf for other k. a, b > 0.

    Example:
        >>> float(logpmf(0, 0, 1.0, 1.0))
        0.0
    """
    return standard.log_mass(
        _log_mass, k, n, a, b, loc=loc, support=standard.Support(0.0, n, 0.0), allowed=_allowed
    )


pmf = standard.exponential_of(logpmf)
