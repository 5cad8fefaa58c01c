"""Convolution where every channel has windows of its own: sums of shifted images.

No matrix joins channels here. Images are (N, *sizes, C), kernels (C * m, 1, *window).
"""

import itertools
import math
from collections.abc import Iterator
from typing import Any

from fzero import array_namespace

from .columns import Block, blocks, windows
from .layout import Pairs, Sizes, padded, wide

__all__ = ["correlate", "kernel_gradient", "spread", "takes"]

#: How many arrays of the size of a block of outputs a step touches.
_TOUCHED = 4


def takes(W: Any, groups: int) -> bool:
    """Whether the kernel joins no channels."""
    return groups > 1 and W.shape[1] == 1


def _taps(W: Any, groups: int, width: int) -> Any:
    """The kernel as (*window, width, C, m): repeated along a row, so that loops are long."""
    xp, window = array_namespace(W), W.shape[2:]
    taps = W.reshape(groups, -1, *window).astype(wide(W.dtype), copy=False)
    taps = taps.transpose(*range(2, taps.ndim), 0, 1)[..., None, :, :]
    shape = (*window, width, groups, W.shape[0] // groups)
    return xp.ascontiguousarray(xp.broadcast_to(taps, shape))


def _steps(y: Any, seen: Any, window: Sizes) -> Iterator[tuple[Block, tuple[int, ...], Any, Any]]:
    """Blocks of outputs `y` (N, *out, C, m): their place, an offset in the window, the elements
    (N, *out, *window, C) that they see there, and memory for one more of the block.
    """
    xp = array_namespace(y)
    row_bytes = _TOUCHED * math.prod(y.shape[2:]) * y.itemsize
    buffer = None
    for place in blocks(xp, y.shape[0], y.shape[1], row_bytes):
        part = y[place]
        buffer = xp.empty(part.size, wide(y.dtype)) if buffer is None else buffer
        scratch = buffer[: part.size].reshape(part.shape)
        for offset in itertools.product(*map(range, window)):
            yield place, offset, seen[(*place, ..., *offset, slice(None), None)], scratch


def correlate(
    x: Any, W: Any, b: Any, out: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> Any:
    """The first `out` windows of each image times the kernel, plus `b`: (N, *out, C * m)."""
    xp, window, taps = array_namespace(x), W.shape[2:], _taps(W, groups, out[-1])
    (seen,) = windows(padded(x, padding), out, window, stride, dilation, 1)
    y = xp.zeros((x.shape[0], *out, *taps.shape[-2:]), taps.dtype)
    if b is not None:
        y += b.reshape(y.shape[-2:])
    for place, offset, part, scratch in _steps(y, seen, window):
        y[place] += xp.multiply(part, taps[offset], out=scratch)
    return y.reshape(*y.shape[:-2], W.shape[0])


def spread(
    g: Any, W: Any, sizes: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> Any:
    """Each element of `g` times the kernel, added up where its window lies in images of `sizes`."""
    xp, window, out = array_namespace(g), W.shape[2:], g.shape[1:-1]
    taps = _taps(W, groups, out[-1])
    full = (n + sum(p) for n, p in zip(sizes, padding, strict=True))
    x = xp.zeros((g.shape[0], *full, groups), taps.dtype)
    (seen,) = windows(x, out, window, stride, dilation, 1)
    g = g.reshape(*g.shape[:-1], *taps.shape[-2:])
    for place, offset, part, scratch in _steps(g, seen, window):
        product = xp.multiply(g[place], taps[offset], out=scratch)
        part += product if product.shape[-1] == 1 else product.sum(axis=-1, keepdims=True)
    return padded(x, [(-low, -high) for low, high in padding])


def kernel_gradient(
    x: Any, g: Any, shape: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> Any:
    """The cotangent of a kernel of `shape`, where `correlate(x, kernel)` has the cotangent `g`."""
    xp, window, many = array_namespace(x), shape[2:], shape[0] // groups
    (seen,) = windows(padded(x, padding), g.shape[1:-1], window, stride, dilation, 1)
    g = g.reshape(*g.shape[:-1], groups, many)
    total = xp.zeros((*window, groups * many), wide(x.dtype))
    for place, offset, part, scratch in _steps(g, seen, window):
        product = xp.multiply(part, g[place], out=scratch).reshape(-1, groups * many)
        total[offset] += xp.ones(len(product), product.dtype) @ product
    return xp.ascontiguousarray(total.reshape(math.prod(window), shape[0]).T).reshape(shape)
