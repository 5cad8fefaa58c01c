"""Pooling of images: the mean of each window."""

from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero.dtypes import dtype_of
from fzero.fused import Fused

from ..kernels.pooling import AVG_POOL, divisor
from .pooling import batch_images, pooling_windows, seen

__all__ = ["avg_pool1d", "avg_pool2d", "avg_pool3d"]


def _avg_pool(x: Any, count_include_pad: bool, **windows: Any) -> Any:
    dtype = dtype_of(x)
    summed = fnp.astype(x, np.float32) if dtype == np.float16 else x
    total = fnp.sum(seen(summed, fill=0, **windows), axis=-1)
    counts = divisor(tuple(x.shape[2:]), count_include_pad=count_include_pad, **windows)
    if not isinstance(counts, int):
        # Counts of integers divide as float64 in any case.
        wanted = dtype_of(total) if dtype.kind == "f" else np.float64
        counts = fzero.array_namespace(x).asarray(counts, wanted)
    y = total / counts
    return fnp.astype(y, dtype) if dtype.kind == "f" else y


def _samples(rng: Any) -> list[Any]:
    line = {"out": (4,), "window": (3,), "stride": (2,), "padding": ((1, 1),), "dilation": (1,)}
    plane = {"out": (2, 3), "window": (2, 3), "stride": (2, 1), "padding": ((0, 1), (1, 1))}
    return [
        ((rng.normal(size=(2, 1, 6)),), {**line, "count_include_pad": True}),
        (
            (rng.normal(size=(1, 2, 4, 3)),),
            {**plane, "dilation": (1, 1), "count_include_pad": False},
        ),
    ]


_FUSED = Fused(
    "avg_pool",
    _avg_pool,
    {"numpy": AVG_POOL, "cupy": AVG_POOL},
    samples=_samples,
    batch=batch_images,
)


def _pooled(name: str, axes: int, x: Any, count_include_pad: bool, *given: Any) -> Any:
    x, windows = pooling_windows(name, axes, x, *given)
    return _FUSED(x, count_include_pad=bool(count_include_pad), **windows)


def avg_pool1d(
    x: Any,
    window: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:
    """The mean of each window along one axis.

    Args:
        x: shape (N, C, L).
        window, stride, padding, ceil_mode, count_include_pad: as for `avg_pool2d`, for one axis.

    Returns:
        Shape (N, C, conv_outsize(L, window, ...)).

    Raises:
        ValueError, TypeError: as for `avg_pool2d`.

    Example:
        >>> import numpy as np
        >>> avg_pool1d(np.array([[[1.0, 5.0, 2.0, 4.0]]]), 2)
        array([[[3., 3.]]])
    """
    return _pooled("avg_pool1d", 1, x, count_include_pad, window, stride, padding, ceil_mode)


def avg_pool2d(
    x: Any,
    window: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:
    """The mean of each window of an image.

    Args:
        x: images of real numbers, shape (N, C, H, W).
        window, stride, ceil_mode: as for `max_pool2d`.
        padding: zeros around, as for `conv2d`.
        count_include_pad: whether these zeros count as elements; what windows of ceil_mode reach
            beyond them never does.

    Returns:
        Shape (N, C, OH, OW) with OH = conv_outsize(H, ...), of the dtype of x; float64 for
        integers.

    Raises:
        ValueError: shapes or sizes that do not go together, or a window that sees only padding.
        TypeError: x is not of real numbers, or a size is not an integer.

    Gradient: nothing is kept but the shape of x. Half precision is summed in float32.

    Example:
        >>> import numpy as np
        >>> avg_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), 2)[0, 0]
        array([[ 2.5,  4.5],
               [10.5, 12.5]])
    """
    return _pooled("avg_pool2d", 2, x, count_include_pad, window, stride, padding, ceil_mode)


def avg_pool3d(
    x: Any,
    window: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:
    """The mean of each window of a volume.

    Args:
        x: shape (N, C, D, H, W).
        window, stride, padding, ceil_mode, count_include_pad: as for `avg_pool2d`, for three axes.

    Returns:
        Shape (N, C, OD, OH, OW).

    Raises:
        ValueError, TypeError: as for `avg_pool2d`.

    Example:
        >>> import numpy as np
        >>> avg_pool3d(np.arange(8.0).reshape(1, 1, 2, 2, 2), 2)
        array([[[[[3.5]]]]])
    """
    return _pooled("avg_pool3d", 3, x, count_include_pad, window, stride, padding, ceil_mode)
