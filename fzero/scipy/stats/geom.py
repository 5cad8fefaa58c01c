"""The geometric distribution: the number of the first success, of probability `p` each."""

from typing import Any

import fzero.numpy as fnp

from ..special import xlog1py
from . import standard

__all__ = ["logpmf", "pmf"]

_FROM_ONE = standard.Support(1.0, fnp.inf, 1.0)


def logpmf(k: Any, p: Any, loc: Any = 0) -> Any:
    """(n - 1) log(1 - p) + log(p) for a whole number n = k - loc >= 1, else -inf.

    Example:
        >>> float(logpmf(1, 1.0))
        0.0
    """
    return standard.log_mass(
        lambda n, p: xlog1py(n - 1, -p) + fnp.log(p),
        k,
        p,
        loc=loc,
        support=_FROM_ONE,
        allowed=lambda p: (p > 0) & (p <= 1),
    )


pmf = standard.exponential_of(logpmf)
