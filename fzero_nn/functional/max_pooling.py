"""Pooling of images: the maximum of each window."""

import math
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero.dtypes import dtype_of
from fzero.fused import Fused

from ..kernels.pooling import MAX_POOL
from .pooling import batch_images, pooling_windows, seen

__all__ = ["max_pool1d", "max_pool2d", "max_pool3d"]


def _max_pool(x: Any, **windows: Any) -> Any:
    dtype = dtype_of(x)
    rows = seen(x, fill=-math.inf if dtype.kind == "f" else np.iinfo(dtype).min, **windows)
    values = fzero.stop_gradient(rows)
    hits = (values == fnp.max(values, axis=-1, keepdims=True)) | (values != values)
    # Padding is no element, even where all elements are -inf.
    image = fzero.array_namespace(x).ones((1, 1, *x.shape[2:]), bool)
    choice = fnp.argmax(hits & seen(image, fill=False, **windows), axis=-1)
    return fnp.take_along_axis(rows, fnp.expand_dims(choice, -1), -1)[..., 0]


def _samples(rng: Any) -> list[Any]:
    shuffled = lambda *shape: rng.permutation(math.prod(shape)).reshape(shape) / 10
    line = {"out": (4,), "window": (3,), "stride": (2,), "padding": ((1, 1),), "dilation": (1,)}
    plane = {"out": (2, 1), "window": (2, 3), "stride": (2, 1), "padding": ((0, 1), (1, 1))}
    return [
        ((shuffled(2, 1, 6),), line),
        ((shuffled(1, 2, 4, 3),), {**plane, "dilation": (1, 2)}),
    ]


_FUSED = Fused(
    "max_pool",
    _max_pool,
    {"numpy": MAX_POOL, "cupy": MAX_POOL},
    samples=_samples,
    batch=batch_images,
)


def _pooled(name: str, axes: int, x: Any, *given: Any) -> Any:
    x, windows = pooling_windows(name, axes, x, *given)
    return _FUSED(x, **windows)


def max_pool1d(
    x: Any,
    window: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    dilation: Any = 1,
) -> Any:
    """The maximum of each window along one axis.

    Args:
        x: shape (N, C, L).
        window, stride, padding, ceil_mode, dilation: as for `max_pool2d`, for one axis.

    Returns:
        Shape (N, C, conv_outsize(L, window, ...)).

    Raises:
        ValueError, TypeError: as for `max_pool2d`.

    Example:
        >>> import numpy as np
        >>> max_pool1d(np.array([[[1.0, 5.0, 2.0, 4.0]]]), 2)
        array([[[5., 4.]]])
    """
    return _pooled("max_pool1d", 1, x, window, stride, padding, ceil_mode, dilation)


def max_pool2d(
    x: Any,
    window: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    dilation: Any = 1,
) -> Any:
    """The maximum of each window of an image.

        y[n, c, i, j] = max over k, l of x[n, c, i s + k d - p, j s + l d - p]

    with stride s, dilation d and padding p.

    Args:
        x: images of real numbers, shape (N, C, H, W).
        window: an integer from 1 on, or one per axis.
        stride: the step from window to window, as `window`; None for the window.
        padding: how far windows may reach beyond the border, as for `conv2d`. What lies there never
            is the maximum.
        ceil_mode: whether a last window that only starts inside of the image counts, so that sizes
            are rounded up.
        dilation: the step inside the window, as `window`.

    Returns:
        Shape (N, C, OH, OW) with OH = conv_outsize(H, ...), of the dtype of x. NaN stays NaN.

    Raises:
        ValueError: shapes or sizes that do not go together, or a window that sees only padding.
        TypeError: x is not of real numbers, or a size is not an integer.

    Gradient: to the maximum of each window; of equal ones to the first in reading order, and of NaN
    to the first NaN.

    Example:
        >>> import numpy as np
        >>> max_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), 2)[0, 0]
        array([[ 5.,  7.],
               [13., 15.]])
    """
    return _pooled("max_pool2d", 2, x, window, stride, padding, ceil_mode, dilation)


def max_pool3d(
    x: Any,
    window: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    dilation: Any = 1,
) -> Any:
    """The maximum of each window of a volume.

    Args:
        x: shape (N, C, D, H, W).
        window, stride, padding, ceil_mode, dilation: as for `max_pool2d`, for three axes.

    Returns:
        Shape (N, C, OD, OH, OW).

    Raises:
        ValueError, TypeError: as for `max_pool2d`.

    Example:
        >>> import numpy as np
        >>> max_pool3d(np.arange(8.0).reshape(1, 1, 2, 2, 2), 2)
        array([[[[[7.]]]]])
    """
    return _pooled("max_pool3d", 3, x, window, stride, padding, ceil_mode, dilation)
