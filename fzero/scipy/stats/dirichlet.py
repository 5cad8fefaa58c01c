"""The Dirichlet distribution of concentrations `alpha`."""

from typing import Any

import fzero.numpy as fnp

from ..special import gammaln, xlogy
from ..special.precision import promoted

__all__ = ["logpdf", "pdf"]


def logpdf(x: Any, alpha: Any) -> Any:
    """sum_i (alpha_i - 1) log(x_i) - sum_i gammaln(alpha_i) + gammaln(sum_i alpha_i).

    Args:
        x: (K, ...), probabilities along the FIRST axis, as in SciPy; all K are needed.
        alpha: (K,), > 0.

    Example:
        >>> import numpy as np
        >>> float(logpdf(np.array([0.4, 0.6]), np.ones(2)))
        0.0
    """
    x, alpha = promoted(x, alpha)
    norm = fnp.sum(gammaln(alpha)) - gammaln(fnp.sum(alpha))
    shape = alpha.shape + (1,) * (x.ndim - 1)
    return fnp.sum(xlogy(fnp.reshape(alpha, shape) - 1, x), axis=0) - norm


def pdf(x: Any, alpha: Any) -> Any:
    """The density, exp(logpdf)."""
    return fnp.exp(logpdf(x, alpha))
