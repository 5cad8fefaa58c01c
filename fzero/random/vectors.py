"""Samplers of vectors and matrices, and the generalized normal distribution that balls need."""

from functools import partial
from typing import Any

import numpy as np

from ..core import coerce
from ..ops.elementwise import absolute, exp, log, where
from ..rules import nondiff
from ..shaping import op
from .checks import as_shape, check_key, check_positive, float_dtype, joint_shape
from .draws import as_param, draw
from .gammas import loggamma
from .keys import sample_keys, split, stacked
from .standard import exponential, uniform

__all__ = ["ball", "generalized_normal", "orthogonal"]

Shape = int | tuple[int, ...]


def _orthogonal_impl(
    xp: Any, key: Any, *, shape: tuple[int, ...], rows: int, columns: int, dtype: np.dtype
) -> Any:
    """Q of a normal matrix, with the signs that make its distribution uniform.

    Source: Mezzadri, How to generate random matrices from the classical compact groups, 2007.
    """
    tall, wide = max(rows, columns), min(rows, columns)
    z = draw(key, kind="normal", shape=(*shape, tall, wide), dtype=dtype)
    q, r = xp.linalg.qr(z)
    signs = xp.where(xp.diagonal(r, axis1=-2, axis2=-1) < 0, -1, 1).astype(dtype)
    q = q * signs[..., None, :]
    return q if rows >= columns else xp.swapaxes(q, -1, -2)


_orthogonal = nondiff(
    "random_orthogonal",
    lambda xp: partial(_orthogonal_impl, xp),
    batch=stacked("random_orthogonal"),
    samples=lambda rng: [
        ((k,), {"shape": (), "rows": 3, "columns": 2, "dtype": np.dtype(float)})
        for k in sample_keys(rng)
    ],
)


def orthogonal(
    key: Any, n: int, shape: Shape = (), dtype: Any = np.float64, m: int | None = None
) -> Any:
    """Orthogonal matrices, uniformly distributed (by the Haar measure).

    Args:
        key: one key.
        n: rows.
        shape: how many, the leading axes of the result.
        dtype: float64 or float32.
        m: columns, `n` by default; the shorter side is orthonormal.

    Returns:
        An array of shape (*shape, n, m) and of `dtype`.

    Example:
        >>> from fzero import random
        >>> q = orthogonal(random.key(0), 3)
        >>> bool(np.allclose(q @ q.T, np.eye(3)))
        True
    """
    check_key("orthogonal", key)
    (rows,) = as_shape("orthogonal", n, "n")
    (columns,) = (rows,) if m is None else as_shape("orthogonal", m, "m")
    return _orthogonal(
        key,
        shape=as_shape("orthogonal", shape),
        rows=rows,
        columns=columns,
        dtype=float_dtype("orthogonal", dtype),
    )


def generalized_normal(
    key: Any, p: Any, shape: Shape | None = None, dtype: Any = np.float64
) -> Any:
    """Generalized normal numbers: density ~ exp(-|x|^p); p = 2 is normal, p = 1 Laplace.

    Args:
        key: one key.
        p: > 0; differentiable.
        shape: the shape of the result; None takes that of `p`.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> generalized_normal(random.key(0), 3.0, (2,)).shape
        (2,)
    """
    check_key("generalized_normal", key)
    check_positive("generalized_normal", "p", p)
    found, keys = float_dtype("generalized_normal", dtype), split(key)
    p = as_param("generalized_normal", "p", coerce(p), found)
    shape = joint_shape("generalized_normal", shape, p)
    size = exp(loggamma(keys[0], 1 / p, shape, found) / p)
    return where(uniform(keys[1], shape, found) < 0.5, -size, size)


def ball(key: Any, d: int, p: float = 2.0, shape: Shape = (), dtype: Any = np.float64) -> Any:
    """Points uniform in the unit ball of `d` dimensions and the p-norm.

    Args:
        key: one key.
        d: the dimension, at least 1.
        p: the order of the norm, > 0.
        shape: the shape of the result without its last axis.
        dtype: float64 or float32.

    Returns:
        An array of shape (*shape, d) and of `dtype`.

    Source: Barthe, Guedon, Mendelson, Naor, Annals of Probability 33 (2005).

    Example:
        >>> from fzero import random
        >>> bool(np.linalg.norm(ball(random.key(0), 3)) <= 1)
        True
    """
    check_key("ball", key)
    found, keys, shape = float_dtype("ball", dtype), split(key), as_shape("ball", shape)
    g = generalized_normal(keys[0], p, (*shape, d), found)
    total = op("sum")(absolute(g) ** found.type(p), axis=(-1,), keepdims=True)
    total = total + exponential(keys[1], (*shape, 1), found)
    return g * exp(-log(total) / found.type(p))
