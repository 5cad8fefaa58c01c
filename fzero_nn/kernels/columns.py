"""The windows of images as the columns of a matrix, a block of bounded size at a time.

Images are (N, *sizes, C), already padded, and `out` is how many windows they have along each axis.
A block is several images, or some rows of windows, along the first axis, of one. Each place of a
block gives a row of window * C / groups numbers for every group of channels.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from fzero import array_namespace, config

from .layout import Pairs, Sizes, wide

__all__ = ["Block", "blocks", "column_blocks", "columns", "few_channels", "out_sizes", "windows"]

#: Bytes of columns at a time: what stays in the cache of a core; a card wants large blocks.
_HOST_BYTES, _DEVICE_BYTES = 1 << 21, 1 << 28
#: Bytes of columns for which another thread is worth waking.
_LEAST_SHARE = 1 << 21
#: With fewer channels than this, a copy along the channels is too short to be fast.
_FEW_CHANNELS = 8


#: Some images, and some of their rows of windows.
Block = tuple[slice, slice]


def out_sizes(
    sizes: Sizes, window: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes
) -> tuple[int, ...]:
    """How many windows lie inside of the padded image, along each axis."""
    axes = zip(sizes, window, stride, padding, dilation, strict=True)
    return tuple((n + sum(p) - (w - 1) * d - 1) // s + 1 for n, w, s, p, d in axes)


def few_channels(channels: int) -> bool:
    """Whether columns are better copied along the places than along the channels of a group."""
    return channels < _FEW_CHANNELS


def blocks(xp: Any, images: int, rows: int, row_bytes: int, least: int = 0) -> list[Block]:
    """The blocks of so many bytes that they stay in the cache, or `least` if that is more.

    `least` is the size of the other matrix of the product, which is read once a block. No block is
    larger than the share of a thread.
    """
    limit = min(max(least, _HOST_BYTES), _share(images * rows * row_bytes))
    limit = limit if xp is np else _DEVICE_BYTES
    many = max(1, limit // max(1, rows * row_bytes))
    step = rows if many > 1 else max(1, min(rows, limit // max(1, row_bytes)))
    return [
        (slice(i, min(i + many, images)), slice(r, min(r + step, rows)))
        for i in range(0, images, many)
        for r in range(0, rows, step)
    ]


def _share(size: int) -> int:
    """What leaves a block for each thread, unless that would be too little work for one."""
    return max(_LEAST_SHARE, -(-size // config.threads()))


def windows(x: Any, out: Sizes, window: Sizes, stride: Sizes, dilation: Sizes, groups: int) -> Any:
    """A view (groups, N, *out, *window, C / groups) of the first `out` windows of each image."""
    image, *places, channel = x.strides
    steps = (p * s for p, s in zip(places, stride, strict=True))
    inner = (p * d for p, d in zip(places, dilation, strict=True))
    each = x.shape[-1] // groups
    return array_namespace(x).lib.stride_tricks.as_strided(
        x,
        (groups, x.shape[0], *out, *window, each),
        (each * channel, image, *steps, *inner, channel),
    )


def column_blocks(seen: Any, axes: int, least: int) -> list[Block]:
    """The blocks of the windows `seen`, whose outputs have so many axes."""
    groups, images, rows, *rest = seen.shape[: 2 + axes]
    row_bytes = groups * math.prod((*rest, *seen.shape[2 + axes :])) * wide(seen.dtype).itemsize
    return blocks(array_namespace(seen), images, rows, row_bytes, least)


def columns(seen: Any, axes: int, places: Iterable[Block]) -> Iterator[tuple[Block, Any]]:
    """Each block of the windows `seen` with its columns, (groups, places, window * C / groups).

    The next block may overwrite the columns.
    """
    xp, dtype = array_namespace(seen), wide(seen.dtype)
    groups, inner = seen.shape[0], math.prod(seen.shape[2 + axes :])
    planar = few_channels(seen.shape[-1])
    order = (0, *range(2 + axes, seen.ndim), *range(1, 2 + axes)) if planar else None
    buffer = xp.empty(0, dtype)
    for block in places:
        part = seen[:, *block]
        if part.flags.c_contiguous and part.dtype == dtype:  # a window of one element
            yield block, part.reshape(groups, -1, inner)
            continue
        part = part.transpose(order) if planar else part
        if buffer.size < part.size:
            buffer = xp.empty(part.size, dtype)
        filled = buffer[: part.size].reshape(part.shape)
        filled[...] = part
        if planar:
            yield block, filled.reshape(groups, inner, -1).swapaxes(1, 2)
        else:
            yield block, filled.reshape(groups, -1, inner)
