"""The multinomial distribution: how often each of K outcomes comes in `n` trials."""

from typing import Any

import fzero.numpy as fnp

from ..special import gammaln, xlogy
from ..special.precision import promoted
from . import standard

__all__ = ["logpmf", "pmf"]


def logpmf(x: Any, n: Any, p: Any) -> Any:
    """log n! + sum_i (x_i log(p_i) - log x_i!), for whole x_i >= 0 of sum n, else -inf.

    Args:
        x: (..., K), counts.
        n: (...), numbers of trials.
        p: (..., K), probabilities; they are to sum to 1 over the last axis.

    Returns:
        An array of shape (...).

    Example:
        >>> float(logpmf([1, 1], 2, [0.5, 0.5]).round(4))
        -0.6931
    """
    x, n, p = promoted(fnp.asarray(x), n, fnp.asarray(p))
    counts = (x >= 0) & (fnp.floor(x) == x)
    inside = fnp.all(counts, axis=-1) & (fnp.sum(x, axis=-1) == n)
    x = fnp.where(counts, x, 0.0)
    terms = xlogy(x, p) - gammaln(x + 1)
    found = gammaln(n + 1) + fnp.sum(terms, axis=-1)
    return fnp.where(inside, found, -fnp.inf)


pmf = standard.exponential_of(logpmf)
