"""The windows of images as columns of a matrix, a block of bounded size at a time.

Images are (N, C, *sizes), and `out` is how many windows they have along each axis. The columns of a
block are (C, *window, n, rows, *out[1:]): n images, some rows of windows along the first axis, all
along the others. One matrix product serves a block.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from fzero import array_namespace

__all__ = [
    "Pairs",
    "Sizes",
    "column_blocks",
    "cropped",
    "out_sizes",
    "padded",
    "partition",
    "shifts",
    "wide",
]

Sizes = Sequence[int]
Pairs = Sequence[tuple[int, int]]
#: Bytes of columns at a time: what stays in the cache of a core; a card wants large blocks.
_HOST_BYTES, _DEVICE_BYTES = 1 << 21, 1 << 28


def wide(dtype: Any) -> Any:
    """The dtype to sum in: half precision is summed in float32."""
    return np.dtype(np.float32) if dtype.itemsize == 2 else dtype


def out_sizes(
    sizes: Sizes, window: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes
) -> tuple[int, ...]:
    """How many windows lie inside of the padded image, along each axis."""
    axes = zip(sizes, window, stride, padding, dilation, strict=True)
    return tuple((n + sum(p) - (w - 1) * d - 1) // s + 1 for n, w, s, p, d in axes)


def _inside(sizes: Sizes, padding: Pairs) -> tuple[slice, ...]:
    return tuple(slice(p[0], p[0] + n) for n, p in zip(sizes, padding, strict=True))


def padded(x: Any, padding: Pairs) -> Any:
    """Images with zeros around them."""
    if not any(map(any, padding)):
        return x
    shape = tuple(n + sum(p) for n, p in zip(x.shape[2:], padding, strict=True))
    out = array_namespace(x).zeros((*x.shape[:2], *shape), x.dtype)
    out[(..., *_inside(x.shape[2:], padding))] = x
    return out


def cropped(x: Any, sizes: Sizes, padding: Pairs) -> Any:
    """The images of those sizes inside of padded ones."""
    if not any(map(any, padding)):
        return x
    return array_namespace(x).ascontiguousarray(x[(..., *_inside(sizes, padding))])


def partition(
    xp: Any, images: int, rows: int, row_bytes: int, least: int
) -> Iterator[tuple[slice, slice]]:
    """Blocks (images, rows): several whole images, or some rows of one where an image is large.

    `least` bytes are allowed in any case: the size of the other matrix of the product.
    """
    limit = max(least, _HOST_BYTES if xp is np else _DEVICE_BYTES)
    many = max(1, limit // max(1, rows * row_bytes))
    step = rows if many > 1 else max(1, min(rows, limit // max(1, row_bytes)))
    for i in range(0, images, many):
        for r in range(0, rows, step):
            yield slice(i, min(i + many, images)), slice(r, min(r + step, rows))


def shifts(
    window: Sizes, stride: Sizes, dilation: Sizes, rows: slice, rest: Sizes
) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...]]]:
    """For each offset in the window, the slices of the padded image that a block reads there."""
    starts, counts = (rows.start, *(0 for _ in rest)), (rows.stop - rows.start, *rest)
    for offsets in itertools.product(*map(range, window)):
        axes = zip(offsets, starts, counts, stride, dilation, strict=True)
        first = [(b * s + o * d, n, s) for o, b, n, s, d in axes]
        yield offsets, tuple(slice(f, f + (n - 1) * s + 1, s) for f, n, s in first)


def column_blocks(
    x: Any, out: Sizes, window: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, least: int
) -> Iterator[tuple[tuple[slice, ...], Any]]:
    """Pairs (place, columns): where the block's outputs lie in (N, F, *out), and its columns.

    The next block overwrites the columns.
    """
    xp, dtype, channels = array_namespace(x), wide(x.dtype), x.shape[1]
    images = xp.moveaxis(padded(x, padding), 0, 1)
    per_row = channels * math.prod(window) * math.prod(out[1:])
    buffer = None
    for which, rows in partition(xp, x.shape[0], out[0], per_row * dtype.itemsize, least):
        shape = (which.stop - which.start, rows.stop - rows.start, *out[1:])
        size = per_row * shape[0] * shape[1]
        buffer = xp.empty(size, dtype) if buffer is None else buffer
        columns = buffer[:size].reshape(channels, *window, *shape)
        for offsets, place in shifts(window, stride, dilation, rows, out[1:]):
            columns[(slice(None), *offsets)] = images[(slice(None), which, *place)]
        yield (which, slice(None), rows), columns
