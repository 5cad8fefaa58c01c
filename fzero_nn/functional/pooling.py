"""What pooling shares: where the windows lie, what they see, and their rows under vmap."""

import math
from typing import Any

import fzero.numpy as fnp
from fzero.dtypes import dtype_of
from fzero.ops.conv import windows

from ..kernels.layout import Pairs, Sizes
from ..kernels.pooling import covered
from .windows import pairs_per_axis, per_axis, spans, spatial_axes, window_sizes

__all__ = ["batch_images", "pooling_windows", "seen"]


def pooling_windows(
    name: str,
    axes: int,
    x: Any,
    window: Any,
    stride: Any,
    padding: Any,
    ceil_mode: bool,
    dilation: Any = 1,
) -> tuple[Any, dict[str, Any]]:
    """x as an array, and how windows lie on it: the keywords of the fused operations.

    Raises:
        ValueError: shapes or sizes that do not go together, or a window that sees only padding.
        TypeError: x is not of real numbers, or a size is not an integer.
    """
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
    if ceil_mode or any(map(any, pairs)):
        _check_seen(name, sizes, out, window, stride, pairs, dilation)
    how = {"out": out, "window": window, "stride": stride, "padding": pairs, "dilation": dilation}
    return x, how


def _check_seen(
    name: str,
    sizes: Sizes,
    out: Sizes,
    window: Sizes,
    stride: Sizes,
    padding: Pairs,
    dilation: Sizes,
) -> None:
    axes = zip(sizes, out, window, stride, padding, dilation, strict=True)
    if any(covered(n, o, w, s, p[0], d).min() == 0 for n, o, w, s, p, d in axes):
        raise ValueError(
            f"{name}: padding is {tuple(padding)}, so that a window of {tuple(window)} on an image "
            f"of sizes {tuple(sizes)} sees nothing else; expected an element of the image in each "
            "window. Take padding of at most half the window."
        )


def seen(
    x: Any, out: Sizes, window: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, fill: Any
) -> Any:
    """The windows of each image, flat, with `fill` around it: (N, C, *out, elements)."""
    sides = zip(x.shape[2:], out, stride, padding, spans(window, dilation), strict=True)
    widths = [(p[0], max(0, (o - 1) * s + w - p[0] - n)) for n, o, s, p, w in sides]
    x = fnp.pad(x, ((0, 0), (0, 0), *widths), constant_values=fill)
    axes = tuple(range(2, len(out) + 2))
    rows = windows(x, window=window, axis=axes, step=stride, dilation=dilation)
    return fnp.reshape(rows, (*x.shape[:2], *out, math.prod(window)))


def batch_images(call: Any, size: int, args: Any, batched: Any, params: Any) -> Any:
    """Rows as further images."""
    (x,) = args
    y = call(fnp.reshape(x, (x.shape[0] * x.shape[1], *x.shape[2:])), **params)
    return fnp.reshape(y, (*x.shape[:2], *y.shape[1:])), True
