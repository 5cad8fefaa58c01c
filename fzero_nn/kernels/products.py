"""Convolution as products of matrices, for any window, step, dilation and number of groups.

Images are (N, *sizes, C), kernels (F, C / groups, *window).
"""

import itertools
import math
from collections.abc import Sequence
from functools import reduce
from operator import iadd
from typing import Any

from fzero import array_namespace
from fzero.parallel import shared

from .columns import Block, blocks, column_blocks, columns, few_channels, windows
from .layout import Pairs, Sizes, first, last, padded, wide

__all__ = ["correlate", "kernel_gradient", "spread"]


def _matrices(W: Any, groups: int) -> Any:
    """The kernel as a matrix (F / groups, window * C / groups) per group, wide enough to sum."""
    rows = array_namespace(W).ascontiguousarray(last(W), dtype=wide(W.dtype))
    return rows.reshape(groups, W.shape[0] // groups, -1)


def _grouped(x: Any, groups: int) -> Any:
    """A block of images as a matrix (places, C / groups) per group: a view where memory allows."""
    return x.reshape(-1, groups, x.shape[-1] // groups).transpose(1, 0, 2)


def correlate(
    x: Any, W: Any, b: Any, out: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> Any:
    """The first `out` windows of each image times the kernel, plus `b`: (N, *out, F)."""
    xp, dtype, matrices = array_namespace(x), wide(x.dtype), _matrices(W, groups)
    x = padded(x, padding, planar=few_channels(W.shape[1]))
    seen = windows(x, out, W.shape[2:], stride, dilation, groups)
    y = xp.empty((x.shape[0], *out, W.shape[0]), dtype)

    def fill(places: Sequence[Block]) -> None:
        for place, rows in columns(seen, len(out), places):
            part = y[place]
            xp.matmul(rows, matrices.swapaxes(1, 2), out=_grouped(part, groups))
            if b is not None:
                part += b

    shared(fill, column_blocks(seen, len(out), matrices.nbytes))
    return y


def spread(
    g: Any, W: Any, sizes: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> Any:
    """Each element of `g` times the kernel, added up where its window lies in images of `sizes`."""
    xp, dtype, matrices = array_namespace(g), wide(g.dtype), _matrices(W, groups)
    window, out = W.shape[2:], g.shape[1:-1]
    full = tuple(n + sum(p) for n, p in zip(sizes, padding, strict=True))
    x = xp.zeros((g.shape[0], *full, W.shape[1] * groups), dtype)
    seen = windows(x, out, window, stride, dilation, groups)
    row_bytes = groups * matrices[0].nbytes // matrices.shape[1] * math.prod(out[1:])

    def add(images: Sequence[Sequence[Block]]) -> None:
        for place in itertools.chain(*images):
            part = seen[:, *place]
            rows = _grouped(g[place], groups).astype(dtype, copy=False)
            product = xp.matmul(rows, matrices).reshape(part.shape)
            for offset in itertools.product(*map(range, window)):
                at = (..., *offset, slice(None))
                part[at] += product[at]

    places = blocks(xp, g.shape[0], out[0], row_bytes, matrices.nbytes)
    # Windows of one image overlap: no two threads may work on it.
    shared(add, [list(same) for _, same in itertools.groupby(places, key=lambda p: str(p[0]))])
    return padded(x, [(-low, -high) for low, high in padding])


def kernel_gradient(
    x: Any, g: Any, shape: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> Any:
    """The cotangent of a kernel of `shape`, where `correlate(x, kernel)` has the cotangent `g`."""
    xp, dtype, out, window = array_namespace(x), wide(x.dtype), g.shape[1:-1], shape[2:]
    x = padded(x, padding, planar=few_channels(shape[1]))
    seen = windows(x, out, window, stride, dilation, groups)
    inner = math.prod(shape[1:])

    def summed(places: Sequence[Block]) -> Any:
        total = xp.zeros((groups, shape[0] // groups, inner), dtype)
        for place, rows in columns(seen, len(out), places):
            part = _grouped(g[place], groups).astype(dtype, copy=False)
            total += xp.matmul(part.swapaxes(1, 2), rows)
        return total

    least = shape[0] * inner * dtype.itemsize
    total = reduce(iadd, shared(summed, column_blocks(seen, len(out), least)))
    return xp.ascontiguousarray(first(total.reshape(shape[0], *window, shape[1])))
