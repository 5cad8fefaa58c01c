"""Pooling of whole images: the mean or the maximum of each channel."""

import math
from typing import Any

import fzero.numpy as fnp

__all__ = ["first_max", "global_avg_pool", "global_max_pool"]


def _images(name: str, x: Any) -> Any:
    x = fnp.asarray(x)
    if len(x.shape) < 3 or 0 in x.shape[2:]:
        raise ValueError(
            f"{name}: x is of shape {tuple(x.shape)}; expected (N, C, ...) with one spatial axis "
            "or more, none of size 0. Give a single image a batch axis with x[None]."
        )
    return x


def _kept(y: Any, x: Any, keepdims: bool) -> Any:
    return fnp.reshape(y, (*y.shape, *(1 for _ in x.shape[2:]))) if keepdims else y


def global_avg_pool(x: Any, keepdims: bool = False) -> Any:
    """The mean of each channel over all spatial axes.

    Args:
        x: images, shape (N, C, ...) with one spatial axis or more.
        keepdims: whether the spatial axes stay, with size 1.

    Returns:
        Shape (N, C), or (N, C, 1, ...).

    Raises:
        ValueError: there is no spatial axis, or one of size 0.

    Example:
        >>> import numpy as np
        >>> global_avg_pool(np.arange(8.0).reshape(1, 2, 2, 2))
        array([[1.5, 5.5]])
    """
    x = _images("global_avg_pool", x)
    return fnp.mean(x, axis=tuple(range(2, len(x.shape))), keepdims=keepdims)


def global_max_pool(x: Any, keepdims: bool = False) -> Any:
    """The maximum of each channel over all spatial axes.

    Args:
        x: images, shape (N, C, ...) with one spatial axis or more.
        keepdims: whether the spatial axes stay, with size 1.

    Returns:
        Shape (N, C), or (N, C, 1, ...).

    Raises:
        ValueError: there is no spatial axis, or one of size 0.

    Gradient: to the first maximum of each channel.

    Example:
        >>> import numpy as np
        >>> global_max_pool(np.arange(8.0).reshape(1, 2, 2, 2))
        array([[3., 7.]])
    """
    x = _images("global_max_pool", x)
    flat = fnp.reshape(x, (*x.shape[:2], math.prod(x.shape[2:])))
    return _kept(first_max(flat, 2)[..., 0], x, keepdims)


def first_max(x: Any, axis: int) -> Any:
    """The maximum along an axis, which stays with size 1; the gradient goes to the first."""
    return fnp.take_along_axis(x, fnp.argmax(x, axis=axis, keepdims=True), axis)
