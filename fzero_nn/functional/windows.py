"""Where windows lie on the spatial axes of images: their arguments, and the sizes of outputs."""

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..kernels.columns import out_sizes
from ..kernels.layout import Pairs, Sizes

__all__ = [
    "conv_outsize",
    "deconv_outsize",
    "pairs_per_axis",
    "per_axis",
    "spans",
    "spatial_axes",
    "window_sizes",
]


def _items(value: Any) -> Any:
    """The entries of a sequence, None for a single value."""
    return tuple(value) if isinstance(value, (list, tuple, np.ndarray)) else None


def _check_integers(name: str, argument: str, value: Any, items: Sequence[Any]) -> None:
    wrong = [v for v in items if isinstance(v, bool) or not isinstance(v, numbers.Integral)]
    if wrong:
        raise TypeError(
            f"{name}: {argument} is {value!r}, with {wrong[0]!r} a {type(wrong[0]).__name__}; "
            "expected integers. Convert it with int()."
        )


def per_axis(name: str, argument: str, value: Any, axes: int, least: int = 1) -> tuple[int, ...]:
    """An integer for each spatial axis, given as one for all or one each."""
    items = _items(value)
    items = (value,) * axes if items is None else items
    _check_integers(name, argument, value, items)
    if len(items) != axes or min(items) < least:
        raise ValueError(
            f"{name}: {argument} is {value!r}; expected an integer from {least} on, or {axes} of "
            f"them, one per spatial axis. Write for example {argument}={(max(1, least),) * axes}."
        )
    return tuple(map(int, items))


def pairs_per_axis(name: str, value: Any, sizes: Sizes, span: Sizes, stride: Sizes) -> Pairs:
    """Padding as (before, after) for each spatial axis."""
    if isinstance(value, str):
        return _named_padding(name, value, sizes, span, stride)
    axes = len(sizes)
    items = _items(value)
    items = (value,) * axes if items is None else items
    pairs = [(v, v) if _items(v) is None else _items(v) for v in items]
    _check_integers(name, "padding", value, [v for pair in pairs for v in pair])
    if len(pairs) != axes or any(len(pair) != 2 or min(pair) < 0 for pair in pairs):
        raise ValueError(
            f"{name}: padding is {value!r}; expected an integer from 0 on, {axes} of them or "
            f"{axes} pairs (before, after), one per spatial axis, 'SAME' or 'VALID'. Write for "
            f"example padding={((0, 1),) * axes}; to cut x instead, slice it."
        )
    return tuple((int(low), int(high)) for low, high in pairs)


def _named_padding(name: str, value: str, sizes: Sizes, span: Sizes, stride: Sizes) -> Pairs:
    if value == "VALID":
        return ((0, 0),) * len(sizes)
    if value != "SAME":
        raise ValueError(
            f"{name}: padding is {value!r}; expected 'SAME', 'VALID' or integers. 'SAME' gives "
            "ceil(size / stride) outputs."
        )
    axes = zip(sizes, span, stride, strict=True)
    totals = [max(0, (-(-n // s) - 1) * s + w - n) for n, w, s in axes]
    return tuple((total // 2, total - total // 2) for total in totals)


def spans(window: Sizes, dilation: Sizes) -> tuple[int, ...]:
    """The lengths from the first to the last element of a window."""
    return tuple((w - 1) * d + 1 for w, d in zip(window, dilation, strict=True))


def spatial_axes(name: str, x: Any, axes: int) -> tuple[int, ...]:
    """The sizes of the spatial axes of a batch of images.

    Raises:
        ValueError: x has another rank.
    """
    if len(x.shape) != axes + 2:
        names = ("L", "H, W", "D, H, W")[axes - 1]
        raise ValueError(
            f"{name}: x is of shape {tuple(x.shape)}; expected {axes + 2} axes, (N, C, {names}). "
            "Give a single image a batch axis with x[None]."
        )
    return tuple(x.shape[2:])


def window_sizes(
    name: str,
    sizes: Sizes,
    window: Sizes,
    stride: Sizes,
    padding: Pairs,
    dilation: Sizes,
    ceil_mode: bool = False,
) -> tuple[int, ...]:
    """How many windows there are along each axis.

    Raises:
        ValueError: a window does not fit.
    """
    out = out_sizes(sizes, window, stride, padding, dilation)
    if ceil_mode:
        rounded = [n + s - 1 for n, s in zip(sizes, stride, strict=True)]
        more = out_sizes(rounded, window, stride, padding, dilation)
        # A window that starts in the padding at the end would see nothing.
        ends = [-(-(n + p[0]) // s) for n, p, s in zip(sizes, padding, stride, strict=True)]
        out = tuple(max(o, min(m, e)) for o, m, e in zip(out, more, ends, strict=True))
    if min(out) < 1:
        raise ValueError(
            f"{name}: the window spans {spans(window, dilation)} of an image of sizes "
            f"{tuple(sizes)} with padding {tuple(padding)}; expected at most the padded size "
            "along each axis. Enlarge padding, or take a smaller window or dilation."
        )
    return out


def conv_outsize(
    size: int,
    window: int,
    stride: int = 1,
    padding: Any = 0,
    dilation: int = 1,
    ceil_mode: bool = False,
) -> int:
    """The number of windows along an axis, which is the size of a convolution or pooling there.

        out = floor((size + before + after - dilation (window - 1) - 1) / stride) + 1

    Args:
        size: the size of the axis.
        window, stride, dilation: integers from 1 on.
        padding: an integer, a pair ((before, after),), "SAME" or "VALID".
        ceil_mode: ceil instead of floor, as far as the last window starts before the padding at
            the end.

    Returns:
        The number of windows, at least 1.

    Raises:
        ValueError: the window does not fit into the padded axis, or an argument is out of range.

    Example:
        >>> conv_outsize(4, 3, stride=1, padding=1)
        4
        >>> conv_outsize(112, 3, stride=2), conv_outsize(112, 3, stride=2, ceil_mode=True)
        (55, 56)
    """
    name = "conv_outsize"
    sizes = per_axis(name, "size", size, 1, 0)
    windows, strides = per_axis(name, "window", window, 1), per_axis(name, "stride", stride, 1)
    dilations = per_axis(name, "dilation", dilation, 1)
    pairs = pairs_per_axis(name, padding, sizes, spans(windows, dilations), strides)
    return window_sizes(name, sizes, windows, strides, pairs, dilations, ceil_mode)[0]


def deconv_outsize(
    size: int,
    window: int,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
    output_padding: int = 0,
) -> int:
    """The size of a transposed convolution along an axis.

        out = (size - 1) stride + dilation (window - 1) + 1 - 2 padding + output_padding

    Args:
        size: the size of the axis.
        window, stride, dilation: integers from 1 on.
        padding, output_padding: integers from 0 on.

    Returns:
        The size, below 1 where nothing is left.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> deconv_outsize(4, 3, stride=2, padding=1, output_padding=1)
        8
    """
    name = "deconv_outsize"
    least = {"size": 1, "window": 1, "stride": 1, "padding": 0, "dilation": 1, "output_padding": 0}
    given = (size, window, stride, padding, dilation, output_padding)
    n, w, s, p, d, extra = (
        per_axis(name, key, value, 1, low)[0]
        for (key, low), value in zip(least.items(), given, strict=True)
    )
    return (n - 1) * s + (w - 1) * d + 1 - 2 * p + extra
