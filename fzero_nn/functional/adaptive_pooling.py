"""Pooling to a size that is given."""

from collections.abc import Callable
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero.dtypes import dtype_of

from ..kernels.layout import Sizes
from .avg_pooling import avg_pool1d, avg_pool2d, avg_pool3d
from .global_pooling import first_max
from .max_pooling import max_pool1d, max_pool2d, max_pool3d
from .windows import per_axis, spatial_axes

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
]

_AVG = {1: avg_pool1d, 2: avg_pool2d, 3: avg_pool3d}
_MAX = {1: max_pool1d, 2: max_pool2d, 3: max_pool3d}


def _gathered(x: Any, axis: int, out: int) -> tuple[Any, np.ndarray]:
    """The windows of an axis side by side, as long as the longest, and which elements are theirs.

    Window i is floor(i size / out) ... ceil((i + 1) size / out) - 1; a shorter one ends with its
    last element once more.
    """
    size, i = x.shape[axis], np.arange(out)
    starts, ends = i * size // out, -(-(i + 1) * size // out)
    places = starts[:, None] + np.arange((ends - starts).max())
    own = places < ends[:, None]
    index = fzero.array_namespace(x).asarray(np.minimum(places, ends[:, None] - 1))
    return fnp.take(x, index, axis=axis), own


def _axis_max(x: Any, axis: int, out: int) -> Any:
    seen, _ = _gathered(x, axis, out)
    return fnp.squeeze(first_max(seen, axis + 1), axis + 1)


def _axis_mean(x: Any, axis: int, out: int) -> Any:
    seen, own = _gathered(x, axis, out)
    xp, rest = fzero.array_namespace(x), (1,) * (len(seen.shape) - axis - 2)
    own = own.reshape(*own.shape, *rest)
    total = fnp.sum(fnp.where(xp.asarray(own), seen, 0), axis=axis + 1)
    return total / xp.asarray(own.sum(axis=1), dtype_of(total))


def _adaptive(
    name: str,
    axes: int,
    x: Any,
    output_size: Any,
    even: Callable[..., Any],
    along: Callable[[Any, int, int], Any],
) -> Any:
    x = fnp.asarray(x)
    sizes: Sizes = spatial_axes(name, x, axes)
    out = per_axis(name, "output_size", output_size, axes)
    if min(sizes) < 1:
        raise ValueError(
            f"{name}: x is of shape {tuple(x.shape)}; expected spatial axes of size 1 or more. "
            "Leave empty images out."
        )
    if not any(n % o for n, o in zip(sizes, out, strict=True)):
        return even(x, tuple(n // o for n, o in zip(sizes, out, strict=True)))
    for axis in reversed(range(axes)):  # the last first: see `max_pool2d` about equal maxima
        x = along(x, axis + 2, out[axis])
    return x


def _mean(name: str, axes: int, x: Any, output_size: Any) -> Any:
    x = fnp.asarray(x)
    dtype = dtype_of(x)
    summed = fnp.astype(x, np.float32) if dtype == np.float16 else x
    y = _adaptive(name, axes, summed, output_size, _AVG[axes], _axis_mean)
    return fnp.astype(y, dtype) if dtype == np.float16 else y


def adaptive_avg_pool1d(x: Any, output_size: Any) -> Any:
    """The means of `output_size` windows along one axis.

    Args:
        x: shape (N, C, L).
        output_size: how many windows, from 1 on; see `adaptive_avg_pool2d`.

    Returns:
        Shape (N, C, output_size).

    Raises:
        ValueError: as for `adaptive_avg_pool2d`.

    Example:
        >>> adaptive_avg_pool1d(np.array([[[1.0, 2.0, 6.0]]]), 2)
        array([[[1.5, 4. ]]])
    """
    return _mean("adaptive_avg_pool1d", 1, x, output_size)


def adaptive_avg_pool2d(x: Any, output_size: Any) -> Any:
    """The means of as many windows as are asked for, whatever the size of the image.

    Window i of an axis goes from floor(i size / out) to ceil((i + 1) size / out) - 1; windows
    overlap where the sizes do not divide.

    Args:
        x: images, shape (N, C, H, W).
        output_size: how many windows: an integer from 1 on, or one per axis.

    Returns:
        Shape (N, C, *output_size).

    Raises:
        ValueError: x is not of four axes, or a size is below 1.
        TypeError: output_size is not of integers.

    Example:
        >>> adaptive_avg_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), (1, 2))
        array([[[[6.5, 8.5]]]])
    """
    return _mean("adaptive_avg_pool2d", 2, x, output_size)


def adaptive_avg_pool3d(x: Any, output_size: Any) -> Any:
    """The means of as many windows of a volume as are asked for.

    Args:
        x: shape (N, C, D, H, W).
        output_size: how many windows: an integer or one per axis; see `adaptive_avg_pool2d`.

    Returns:
        Shape (N, C, *output_size).

    Raises:
        ValueError: as for `adaptive_avg_pool2d`.

    Example:
        >>> adaptive_avg_pool3d(np.arange(8.0).reshape(1, 1, 2, 2, 2), 1)
        array([[[[[3.5]]]]])
    """
    return _mean("adaptive_avg_pool3d", 3, x, output_size)


def adaptive_max_pool1d(x: Any, output_size: Any) -> Any:
    """The maxima of `output_size` windows along one axis.

    Args:
        x: shape (N, C, L).
        output_size: how many windows, from 1 on; see `adaptive_avg_pool2d`.

    Returns:
        Shape (N, C, output_size).

    Raises:
        ValueError: as for `adaptive_avg_pool2d`.

    Gradient: to the first maximum of each window.

    Example:
        >>> adaptive_max_pool1d(np.array([[[1.0, 2.0, 6.0]]]), 2)
        array([[[2., 6.]]])
    """
    return _adaptive("adaptive_max_pool1d", 1, x, output_size, _MAX[1], _axis_max)


def adaptive_max_pool2d(x: Any, output_size: Any) -> Any:
    """The maxima of as many windows as are asked for, whatever the size of the image.

    Args:
        x: images, shape (N, C, H, W).
        output_size: how many windows: an integer or one per axis; see `adaptive_avg_pool2d`.

    Returns:
        Shape (N, C, *output_size).

    Raises:
        ValueError, TypeError: as for `adaptive_avg_pool2d`.

    Gradient: to the first maximum of each window, in reading order.

    Example:
        >>> adaptive_max_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), (1, 2))
        array([[[[13., 15.]]]])
    """
    return _adaptive("adaptive_max_pool2d", 2, x, output_size, _MAX[2], _axis_max)


def adaptive_max_pool3d(x: Any, output_size: Any) -> Any:
    """The maxima of as many windows of a volume as are asked for.

    Args:
        x: shape (N, C, D, H, W).
        output_size: how many windows: an integer or one per axis; see `adaptive_avg_pool2d`.

    Returns:
        Shape (N, C, *output_size).

    Raises:
        ValueError, TypeError: as for `adaptive_avg_pool2d`.

    Gradient: to the first maximum of each window, in reading order.

    Example:
        >>> adaptive_max_pool3d(np.arange(8.0).reshape(1, 1, 2, 2, 2), 1)
        array([[[[[7.]]]]])
    """
    return _adaptive("adaptive_max_pool3d", 3, x, output_size, _MAX[3], _axis_max)
