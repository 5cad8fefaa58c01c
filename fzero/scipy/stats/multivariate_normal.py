"""The normal distribution of vectors."""

import math
from typing import Any

import fzero.numpy as fnp

from ...backend import array_namespace
from ..linalg import cholesky, solve_triangular
from ..special.precision import promoted
from . import standard

__all__ = ["entropy", "logpdf", "pdf"]


def logpdf(x: Any, mean: Any = None, cov: Any = 1.0, allow_singular: bool = False) -> Any:
    """-(x - mean)^T cov^-1 (x - mean) / 2 - log det(cov) / 2 - K log(2 pi) / 2.

    Args:
        x: (..., K); for K = 1 also (...).
        mean: (..., K), or None for zeros.
        cov: (..., K, K), positive definite, of which the lower triangle is read; or (K,), its
            diagonal; or a number, a multiple of the identity.
        allow_singular: False; a density on a subspace is not here.

    Returns:
        The leading axes of x, mean and cov, broadcast.

    Raises:
        NotImplementedError: for `allow_singular`.
        LinAlgError: a covariance that is not positive definite.

    Cost: one Cholesky factorisation per covariance.

    Example:
        >>> import numpy as np
        >>> float(logpdf(np.zeros(2), np.zeros(2), np.eye(2)).round(4))
        -1.8379
    """
    _refuse_singular("logpdf", allow_singular)
    mean, cov = _matrices(mean, cov)
    x, mean, cov = promoted(fnp.asarray(x), mean, cov)
    size = cov.shape[-1]
    if size == 1 and (x.ndim == 0 or x.shape[-1] != 1 or x.ndim == 1):
        x = x[..., None]
    factor = cholesky(cov, lower=True)
    difference = x - mean
    if cov.ndim == 2:
        rows = fnp.reshape(difference, (-1, size))
        z = solve_triangular(factor, fnp.swapaxes(rows, 0, 1), lower=True)
        squares = fnp.reshape(fnp.sum(z * z, axis=0), difference.shape[:-1])
    else:
        batch = fnp.broadcast_shapes(difference.shape[:-1], cov.shape[:-2])
        column = fnp.broadcast_to(difference, (*batch, size))[..., None]
        z = solve_triangular(fnp.broadcast_to(factor, (*batch, size, size)), column, lower=True)
        squares = fnp.sum(z * z, axis=(-2, -1))
    return -0.5 * squares - _half_log_det(factor) - 0.5 * size * math.log(2 * math.pi)


def entropy(mean: Any = None, cov: Any = 1.0) -> Any:
    """log det(cov) / 2 + K (1 + log(2 pi)) / 2.

    Args:
        mean: ignored but for its length, as in SciPy.
        cov: as in `logpdf`.

    Example:
        >>> import numpy as np
        >>> float(entropy(cov=np.eye(2)).round(4))
        2.8379
    """
    _, cov = _matrices(mean, cov)
    half = _half_log_det(cholesky(cov, lower=True))
    return half + 0.5 * cov.shape[-1] * (1 + math.log(2 * math.pi))


def _half_log_det(factor: Any) -> Any:
    return fnp.sum(fnp.log(fnp.diagonal(factor, axis1=-2, axis2=-1)), axis=-1)


def _matrices(mean: Any, cov: Any) -> tuple[Any, Any]:
    """The mean as a vector and the covariance as a matrix."""
    mean, cov = fnp.asarray(0.0 if mean is None else mean), fnp.asarray(cov)
    if cov.ndim < 2:
        size = (cov.shape or mean.shape or (1,))[-1]
        cov = array_namespace(cov).eye(size, dtype=cov.dtype) * cov
    return mean, cov


def _refuse_singular(name: str, allow_singular: bool) -> None:
    if allow_singular:
        raise NotImplementedError(
            f"multivariate_normal.{name}: allow_singular is {allow_singular}; expected False. Add "
            "a small multiple of the identity to cov."
        )


pdf = standard.exponential_of(logpdf)
