"""Pooling of images: the maximum or the mean of each window."""

import math
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero.dtypes import dtype_of
from fzero.fused import Fused
from fzero.ops.conv import windows

from ..kernels.columns import Pairs, Sizes
from ..kernels.pooling import AVG_POOL, MAX_POOL, covered, divisor
from .windows import pairs_per_axis, per_axis, spans, spatial_axes, window_sizes

__all__ = [
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
]


# ---------------------------------------------------------------------------------- references


def _seen(
    x: Any, out: Sizes, window: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, fill: Any
) -> Any:
    """The windows of each image, flat: (N, C, *out, elements)."""
    sides = zip(x.shape[2:], out, stride, padding, spans(window, dilation), strict=True)
    widths = [(p[0], max(0, (o - 1) * s + w - p[0] - n)) for n, o, s, p, w in sides]
    x = fnp.pad(x, ((0, 0), (0, 0), *widths), constant_values=fill)
    axes = tuple(range(2, len(out) + 2))
    seen = windows(x, window=tuple(window), axis=axes, step=stride, dilation=dilation)
    seen = seen[(slice(None), slice(None), *map(slice, out))]
    return fnp.reshape(seen, (*x.shape[:2], *out, math.prod(window)))


def _max_pool(x: Any, **how: Any) -> Any:
    dtype = dtype_of(x)
    seen = _seen(x, fill=-math.inf if dtype.kind == "f" else np.iinfo(dtype).min, **how)
    values = fzero.stop_gradient(seen)
    hits = (values == fnp.max(values, axis=-1, keepdims=True)) | (values != values)
    # Padding is no element, even where all elements are -inf.
    image = fzero.array_namespace(x).ones((1, 1, *x.shape[2:]), bool)
    choice = fnp.argmax(hits & _seen(image, fill=False, **how), axis=-1)
    return fnp.take_along_axis(seen, fnp.expand_dims(choice, -1), -1)[..., 0]


def _avg_pool(x: Any, out: Sizes, count_include_pad: bool, **how: Any) -> Any:
    dtype = dtype_of(x)
    summed = fnp.astype(x, np.float32) if dtype == np.float16 else x
    total = fnp.sum(_seen(summed, out, dilation=(1,) * len(out), fill=0, **how), axis=-1)
    xp, sizes = fzero.array_namespace(x), tuple(x.shape[2:])
    y = total / divisor(xp, dtype_of(total), sizes, out, count_include_pad=count_include_pad, **how)
    return fnp.astype(y, dtype) if dtype.kind == "f" else y


# ---------------------------------------------------------------------------------- both forms


def _batch(call: Any, size: int, args: Any, batched: Any, params: Any) -> Any:
    """Rows as further images."""
    (x,) = args
    y = call(fnp.reshape(x, (x.shape[0] * x.shape[1], *x.shape[2:])), **params)
    return fnp.reshape(y, (*x.shape[:2], *y.shape[1:])), True


_LINE: dict[str, Any] = {"window": (3,), "stride": (2,), "padding": ((1, 1),)}
_PLANE: dict[str, Any] = {"window": (2, 3), "stride": (2, 1), "padding": ((0, 1), (1, 1))}


def _max_samples(rng: Any) -> list[Any]:
    shuffled = lambda *shape: rng.permutation(math.prod(shape)).reshape(shape) / 10
    return [
        ((shuffled(2, 1, 6),), {"out": (4,), "dilation": (1,), **_LINE}),
        ((shuffled(1, 2, 4, 3),), {"out": (2, 1), "dilation": (1, 2), **_PLANE}),
    ]


def _avg_samples(rng: Any) -> list[Any]:
    return [
        ((rng.normal(size=(2, 1, 6)),), {"out": (4,), "count_include_pad": True, **_LINE}),
        ((rng.normal(size=(1, 2, 4, 3)),), {"out": (2, 3), "count_include_pad": False, **_PLANE}),
    ]


_MAX = Fused(
    "max_pool",
    _max_pool,
    {"numpy": MAX_POOL, "cupy": MAX_POOL},
    samples=_max_samples,
    batch=_batch,
)
_AVG = Fused(
    "avg_pool",
    _avg_pool,
    {"numpy": AVG_POOL, "cupy": AVG_POOL},
    samples=_avg_samples,
    batch=_batch,
)


# ----------------------------------------------------------------------------------- arguments


def _check_seen(
    name: str, sizes: Sizes, out: Sizes, window: Sizes, stride: Sizes, padding: Pairs,
    dilation: Sizes,
) -> None:  # fmt: skip
    axes = zip(sizes, out, window, stride, padding, dilation, strict=True)
    if any(covered(n, o, w, s, p[0], d).min() == 0 for n, o, w, s, p, d in axes):
        raise ValueError(
            f"{name}: padding is {tuple(padding)}, so that a window of {tuple(window)} on an image "
            f"of sizes {tuple(sizes)} sees nothing else; expected an element of the image in each "
            "window. Take padding of at most half the window."
        )


def _checked(
    name: str, axes: int, x: Any, window: Any, stride: Any, padding: Any, ceil_mode: bool,
    dilation: Any = 1,
) -> tuple[Any, dict[str, Any]]:  # fmt: skip
    """x as an array, and how windows lie on it."""
    x = fnp.asarray(x)
    if dtype_of(x).kind not in "iuf":
        raise TypeError(
            f"{name}: x is of dtype {dtype_of(x)}; expected real numbers. Pool the real and the "
            "imaginary part alone, or booleans as x.astype('u1')."
        )
    sizes = spatial_axes(name, x, axes)
    window = per_axis(name, "window", window, axes)
    stride = window if stride is None else per_axis(name, "stride", stride, axes)
    dilation = per_axis(name, "dilation", dilation, axes)
    pairs = pairs_per_axis(name, padding, sizes, spans(window, dilation), stride)
    out = window_sizes(name, sizes, window, stride, pairs, dilation, ceil_mode)
    how = {"out": out, "window": window, "stride": stride, "padding": pairs}
    if ceil_mode or any(map(any, pairs)):
        _check_seen(name, sizes, dilation=dilation, **how)
    return x, {**how, "dilation": dilation}


def _pooled_max(name: str, axes: int, x: Any, *args: Any) -> Any:
    x, how = _checked(name, axes, x, *args)
    return _MAX(x, **how)


def _pooled_mean(name: str, axes: int, x: Any, *args: Any, count_include_pad: bool) -> Any:
    x, how = _checked(name, axes, x, *args)
    del how["dilation"]
    return _AVG(x, **how, count_include_pad=bool(count_include_pad))


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
    return _pooled_max("max_pool1d", 1, x, window, stride, padding, ceil_mode, dilation)


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
    return _pooled_max("max_pool2d", 2, x, window, stride, padding, ceil_mode, dilation)


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
    return _pooled_max("max_pool3d", 3, x, window, stride, padding, ceil_mode, dilation)


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
    given = (window, stride, padding, ceil_mode)
    return _pooled_mean("avg_pool1d", 1, x, *given, count_include_pad=count_include_pad)


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
    given = (window, stride, padding, ceil_mode)
    return _pooled_mean("avg_pool2d", 2, x, *given, count_include_pad=count_include_pad)


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
    given = (window, stride, padding, ceil_mode)
    return _pooled_mean("avg_pool3d", 3, x, *given, count_include_pad=count_include_pad)
