"""Indices into an array as one number, and as a number for each axis."""

import math
from collections.abc import Callable
from typing import Any

from ..core import coerce, innermost
from ..ops.elementwise import clip
from .entry import like_numpy

__all__ = ["ravel_multi_index", "unravel_index"]


def _refuse_outside(name: str, index: Any, n: int) -> None:
    plain = coerce(innermost(index))
    outside = (plain < 0) | (plain >= n)
    if outside if isinstance(outside, bool) else outside.any():
        raise ValueError(
            f"{name}: an index is outside the {n} that there are; expected 0 <= index < {n}. "
            "Use mode='clip' or 'wrap' of ravel_multi_index, or numpy.clip."
        )


def _checked_order(name: str, order: str) -> int:
    """1 for "C", -1 for "F": the direction in which the axes count."""
    if order not in ("C", "F"):
        raise ValueError(
            f"{name}: order is {order!r}; expected 'C' (the last axis is the fastest) or 'F'. "
            "Leave it out for 'C'."
        )
    return 1 if order == "C" else -1


def _raised(index: Any, n: int) -> Any:
    _refuse_outside("ravel_multi_index", index, n)
    return index


_MODES: dict[str, Callable[[Any, int], Any]] = {
    "raise": _raised,
    "wrap": lambda index, n: index % n,
    "clip": lambda index, n: clip(index, 0, n - 1),
}


@like_numpy("ravel_multi_index")
def ravel_multi_index(
    multi_index: Any, dims: Any, mode: str | tuple[str, ...] = "raise", order: str = "C"
) -> Any:
    """The flat indices that belong to an index for each axis.

    Args:
        mode: what is done with an index outside, one for all axes or one for each: "raise",
            "wrap" or "clip".
        order: "C" or "F".
    """
    way = _checked_order("ravel_multi_index", order)
    modes = (mode,) * len(dims) if isinstance(mode, str) else tuple(mode)
    if not set(_MODES).issuperset(modes):
        raise ValueError(
            f"ravel_multi_index: mode is {mode!r}; expected one of {list(_MODES)}, or one for each "
            "axis. Leave it out for 'raise'."
        )
    flat_index: Any = 0
    axes = list(zip(map(coerce, multi_index), dims, modes, strict=True))
    for index, n, name in axes[::way]:
        flat_index = flat_index * n + _MODES[name](index, n)
    return flat_index


@like_numpy("unravel_index")
def unravel_index(indices: Any, shape: Any, order: str = "C") -> tuple[Any, ...]:
    """For each axis the index that belongs to flat indices, which count as `order` says."""
    way = _checked_order("unravel_index", order)
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    rest, found = coerce(indices), []
    _refuse_outside("unravel_index", rest, math.prod(shape))
    for n in shape[::-way]:
        found.append(rest % n)
        rest = rest // n
    return tuple(found[::-way])
