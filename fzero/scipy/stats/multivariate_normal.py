"""The normal distribution of vectors."""

import math
from typing import Any

import fzero.numpy as fnp

from ..linalg import cholesky, solve_triangular
from ..special.precision import promoted

__all__ = ["logpdf", "pdf"]


def logpdf(x: Any, mean: Any, cov: Any) -> Any:
    """-(x - mean)^T cov^-1 (x - mean) / 2 - log det(cov) / 2 - K log(2 pi) / 2.

    Args:
        x: (..., K).
        mean: (K,).
        cov: (K, K), positive definite; its lower triangle is read.

    Example:
        >>> import numpy as np
        >>> float(logpdf(np.zeros(2), np.zeros(2), np.eye(2)).round(4))
        -1.8379
    """
    x, mean, cov = promoted(x, mean, cov)
    factor = cholesky(cov, lower=True)
    rows = fnp.reshape(x - mean, (-1, cov.shape[-1]))
    z = solve_triangular(factor, fnp.swapaxes(rows, 0, 1), lower=True)
    squares = fnp.reshape(fnp.sum(z * z, axis=0), x.shape[:-1])
    scale = fnp.sum(fnp.log(fnp.diagonal(factor)))
    return -0.5 * squares - scale - 0.5 * cov.shape[-1] * math.log(2 * math.pi)


def pdf(x: Any, mean: Any, cov: Any) -> Any:
    """The density, exp(logpdf)."""
    return fnp.exp(logpdf(x, mean, cov))
