"""Images (N, C, ...) in memory: channels first, or last, where most primitives are fastest."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .primitive import Argument, Descriptor, Primitive, made, reorder_desc

__all__ = ["empty", "laid_out", "layout_of"]


def layout_of(x: Any) -> str:
    """How images (N, C, ...) lie in memory, or would if their memory had no gaps."""
    return "last" if x.ndim > 2 and _last(x).flags.c_contiguous else "plain"


def _last(x: Any) -> Any:
    return x.transpose(0, *range(2, x.ndim), 1)


def empty(shape: Sequence[int], layout: str) -> Any:
    """New images (N, C, ...) in a layout."""
    if layout == "plain":
        return np.empty(shape, np.float32)
    memory = np.empty((shape[0], *shape[2:], shape[1]), np.float32)
    return memory.transpose(0, memory.ndim - 1, *range(1, memory.ndim - 1))


def laid_out(x: Any, layout: str) -> Any:
    """The images in a layout: themselves, or a copy."""
    if (x if layout == "plain" else _last(x)).flags.c_contiguous:
        return x
    y, source = empty(x.shape, layout), layout_of(x)
    turn = made(_reorder, x.shape, source, layout) if source != layout else None
    if turn is None or not (source == "last" or x.flags.c_contiguous):
        y[...] = x
    else:
        turn(x, y)
    return y


def _reorder(shape: Sequence[int], source: str, target: str) -> Primitive:
    before, after = Descriptor(shape, source), Descriptor(shape, target)
    return Primitive(reorder_desc(before, after), {Argument.SRC: before}, {Argument.DST: after})
