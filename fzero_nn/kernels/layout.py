"""Channels-last memory under (N, C, *sizes) semantics.

The kernels of convolution compute on arrays (N, *sizes, C) and return them with the channels moved
to axis 1, a view. What comes after keeps the order of memory, so that a chain of layers turns no
array around; only the first takes what the user gave.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fzero import array_namespace

__all__ = ["Pairs", "Sizes", "first", "last", "ordered_as", "padded", "wide"]

Sizes = Sequence[int]
Pairs = Sequence[tuple[int, int]]


def wide(dtype: Any) -> Any:
    """The dtype to sum in: half precision is summed in float32."""
    return np.dtype(np.float32) if dtype.itemsize == 2 else dtype


def last(x: Any) -> Any:
    """A view of images (N, C, *sizes) as (N, *sizes, C)."""
    return x.transpose(0, *range(2, x.ndim), 1)


def first(x: Any) -> Any:
    """A view of images (N, *sizes, C) as (N, C, *sizes)."""
    return x.transpose(0, x.ndim - 1, *range(1, x.ndim - 1))


def ordered_as(y: Any, g: Any) -> Any:
    """`g` with its axes in memory as those of `y`, of the same shape: loops over both run fast."""
    if g.strides == y.strides or g.flags.c_contiguous == y.flags.c_contiguous:
        return g
    out = array_namespace(g).empty_like(y, dtype=g.dtype)
    out[...] = g
    return out


def padded(x: Any, padding: Pairs, planar: bool = False) -> Any:
    """Images (N, *sizes, C) with zeros around them, cut where the padding is negative.

    With `planar`, the channels may come before the spatial axes in memory; else they come last.
    """
    xp, axes = array_namespace(x), tuple(range(1, x.ndim - 1))
    cuts = (
        slice(max(0, -a), n - max(0, -b)) for n, (a, b) in zip(x.shape[1:-1], padding, strict=True)
    )
    x = x[:, *cuts]
    borders = [(max(0, a), max(0, b)) for a, b in padding]
    if not any(map(any, borders)):
        return x if planar else xp.ascontiguousarray(x)
    sizes = [x.shape[i] + sum(p) for i, p in zip(axes, borders, strict=True)]
    if planar:
        out = last(xp.zeros((x.shape[0], x.shape[-1], *sizes), x.dtype))
    else:
        out = xp.zeros((x.shape[0], *sizes, x.shape[-1]), x.dtype)
    out[:, *(slice(p[0], p[0] + x.shape[i]) for i, p in zip(axes, borders, strict=True))] = x
    return out
