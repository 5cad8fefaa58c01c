"""Places in a sequence, as vectors to add or as angles to turn by."""

from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp

from .floats import floats, like, wide
from .windows import per_axis

__all__ = ["rotary", "sinusoidal_positions"]


def sinusoidal_positions(
    length: int, features: int, base: float = 10000.0, dtype: Any = np.float32
) -> Any:
    """Sines and cosines of each place, to be added to embeddings.

        y[t, 2 i] = sin(t / base^(2 i / features)),  y[t, 2 i + 1] = cos(t / base^(2 i / features))

    Args:
        length: how many places there are.
        features: the length of a vector.
        base: the longest wave is about 2 pi base.
        dtype: of the result.

    Returns:
        A NumPy array of shape (length, features).

    Raises:
        TypeError, ValueError: length or features is not an integer from 1 on.

    Source: Vaswani et al., arXiv:1706.03762.

    Example:
        >>> sinusoidal_positions(2, 2).round(3)
        array([[0.   , 1.   ],
               [0.841, 0.54 ]], dtype=float32)
    """
    name = "sinusoidal_positions"
    (length,) = per_axis(name, "length", length, 1)
    (features,) = per_axis(name, "features", features, 1)
    pairs = np.arange(features) // 2 * 2
    angles = np.arange(length)[:, None] / base ** (pairs / features)
    return np.where(np.arange(features) % 2, np.cos(angles), np.sin(angles)).astype(dtype)


def rotary(x: Any, positions: Any = None, base: float = 10000.0) -> Any:
    """Queries or keys turned by angles that grow with their places.

    Feature i and feature i + H/2 are a point of a plane, turned by position * base^(-2 i / H). The
    product of a query and a key then depends on how far apart they are, and not on where.

    Args:
        x: queries or keys as for `dot_product_attention`, shape (..., T, N, H), H even.
        positions: integers that broadcast to (..., T); 0 ... T - 1 by default.
        base: the longest wave is about 2 pi base.

    Returns:
        An array of the shape and dtype of x. Half precision is turned in float32.

    Raises:
        TypeError: x is not of floats.
        ValueError: x has fewer than three axes, or H is odd.

    Source: Su et al., arXiv:2104.09864.

    Example:
        >>> rotary(np.array([1.0, 0.0]).reshape(1, 1, 2), np.array([1])).round(3)
        array([[[0.54 , 0.841]]])
    """
    x = floats("rotary", x)
    if x.ndim < 3 or x.shape[-1] % 2:
        raise ValueError(
            f"rotary: x is of shape {x.shape}; expected (..., T, N, H) with H even. For one head "
            "insert an axis, as in x[..., None, :]."
        )
    half, xp, y = x.shape[-1] // 2, fzero.array_namespace(x), wide(x)
    # Angles are taken in float64: a float32 has no digits left behind a large position.
    rates = xp.asarray(base ** (np.arange(half) / -half))
    places = xp.arange(x.shape[-3]) if positions is None else fnp.asarray(positions)
    angles = fnp.expand_dims(places, (-2, -1)) * rates
    cos, sin = like(fnp.cos(angles), y), like(fnp.sin(angles), y)
    a, b = y[..., :half], y[..., half:]
    return like(fnp.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1), x)
