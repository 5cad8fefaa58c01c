"""The Dirichlet distribution of concentrations `alpha`."""

from typing import Any

import fzero.numpy as fnp

from ..special import gammaln, xlogy
from ..special.precision import promoted
from . import standard

__all__ = ["logpdf", "pdf"]


def logpdf(x: Any, alpha: Any) -> Any:
    """sum_i (alpha_i - 1) log(x_i) - sum_i gammaln(alpha_i) + gammaln(sum_i alpha_i).

    -inf where an x_i is negative; NaN where an alpha_i is not positive. That the x_i sum to 1 is
    not checked.

    Args:
        x: (K, ...), probabilities along the FIRST axis, as in SciPy; or the first K - 1 of them.
        alpha: (K,), > 0.

    Raises:
        ValueError: another number of probabilities.

    Example:
        >>> import numpy as np
        >>> float(logpdf(np.array([0.4, 0.6]), np.ones(2)))
        0.0
    """
    x, alpha = promoted(fnp.asarray(x), fnp.asarray(alpha))
    if alpha.shape[0] - x.shape[0] == 1:
        x = fnp.concatenate([x, 1 - fnp.sum(x, axis=0, keepdims=True)])
    if alpha.shape[0] != x.shape[0]:
        raise ValueError(
            f"dirichlet.logpdf: the first axis of x has {x.shape[0]} entries; expected "
            f"{alpha.shape[0]}, as alpha, or one less. Put the probabilities along the first axis."
        )
    alpha = fnp.where(alpha > 0, alpha, fnp.nan)
    inside = x >= 0
    norm = fnp.sum(gammaln(alpha)) - gammaln(fnp.sum(alpha))
    powers = fnp.reshape(alpha, alpha.shape + (1,) * (x.ndim - 1)) - 1
    found = fnp.sum(xlogy(powers, fnp.where(inside, x, 1.0)), axis=0) - norm
    outside = fnp.any(x < 0, axis=0) & ~fnp.isnan(norm)
    found = fnp.where(outside, -fnp.inf, found)
    return fnp.where(fnp.any(fnp.isnan(x), axis=0), fnp.nan, found)


pdf = standard.exponential_of(logpdf)
