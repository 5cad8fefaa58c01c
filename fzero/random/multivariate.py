"""Normal vectors with a covariance."""

from typing import Any

import numpy as np

from ..dtypes import shape_of
from ..ops.elementwise import maximum, sqrt
from ..ops.factor import cholesky
from ..ops.products import matmul
from ..ops.spectral import eigh
from .checks import as_shape, check_key, float_dtype
from .draws import as_param, draw

__all__ = ["multivariate_normal"]

Shape = int | tuple[int, ...]


def _factor(cov: Any, method: str) -> Any:
    """A matrix A with A A^T = cov."""
    if method == "cholesky":
        return cholesky(cov)
    if method == "eigh":
        values, vectors = eigh(cov)
        return vectors * sqrt(maximum(values, 0.0))[..., None, :]  # a zero may come out below 0
    raise ValueError(
        f"random.multivariate_normal: method is {method!r}; expected 'cholesky' or 'eigh'. "
        "Leave it out for 'cholesky'."
    )


def multivariate_normal(
    key: Any,
    mean: Any,
    cov: Any,
    shape: Shape | None = None,
    dtype: Any = np.float64,
    method: str = "cholesky",
) -> Any:
    """Normal vectors: x = mean + A z with A A^T = cov.

    Args:
        key: one key.
        mean: (..., N); differentiable.
        cov: (..., N, N), symmetric positive definite; differentiable.
        shape: the shape of the result without its last axis; None takes the leading axes of the
            parameters.
        dtype: float64 or float32.
        method: "cholesky", or "eigh", which also takes a singular `cov`.

    Returns:
        An array of shape (*shape, N) and of `dtype`.

    Example:
        >>> from fzero import random
        >>> multivariate_normal(random.key(0), np.zeros(2), np.eye(2), (5,)).shape
        (5, 2)
    """
    name = "multivariate_normal"
    check_key(name, key)
    found = float_dtype(name, dtype)
    mean, cov = as_param(name, "mean", mean, found), as_param(name, "cov", cov, found)
    n = shape_of(mean)[-1:]
    if not n or shape_of(cov)[-2:] != n * 2:
        raise ValueError(
            f"random.{name}: mean has shape {shape_of(mean)} and cov {shape_of(cov)}; expected "
            "(..., N) and (..., N, N). For one number use mean + sigma * random.normal(key)."
        )
    lead = np.broadcast_shapes(shape_of(mean)[:-1], shape_of(cov)[:-2])
    shape = lead if shape is None else as_shape(name, shape)
    z = draw(key, kind="normal", shape=(*shape, *n), dtype=found)
    return mean + matmul(_factor(cov, method), z[..., None])[..., 0]
