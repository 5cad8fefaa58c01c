"""Interpolation between the points of a grid, as in `scipy.ndimage`."""

import itertools
from collections.abc import Sequence
from typing import Any

import fzero.numpy as fnp

from ..ops.indexing import at
from .special.precision import promoted

__all__ = ["map_coordinates"]

_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")


def map_coordinates(
    input: Any, coordinates: Sequence[Any], order: int, mode: str = "constant", cval: Any = 0.0
) -> Any:
    """The values of an array at fractional places, from the nearest point or linearly.

    Args:
        input: an array of d axes.
        coordinates: d arrays of one shape, the places along each axis.
        order: 0 (the nearest point) or 1 (linear).
        mode: outside of the array: `cval` ("constant"), the edge ("nearest"), the array again
            ("wrap"), its mirror image about the middle of the edge points ("mirror") or about
            their outer borders ("reflect").
        cval: a number.

    Returns:
        An array of the shape of the coordinates and the dtype of `input`; floating for order 1.

    Raises:
        ValueError: for another order or mode, or another number of coordinates.

    Gradient: of `input` and, for order 1, of the coordinates.

    Example:
        >>> import numpy as np
        >>> float(map_coordinates(np.array([0.0, 10.0]), [0.25], 1))
        2.5
    """
    x = fnp.asarray(input)
    places = promoted(*(fnp.asarray(c) for c in coordinates))
    if order not in (0, 1) or mode not in _MODES:
        raise ValueError(
            f"map_coordinates: order is {order!r} and mode {mode!r}; expected 0 or 1, and one of "
            f"{_MODES}. Use scipy.ndimage for splines, without derivatives."
        )
    if len(places) != x.ndim:
        raise ValueError(
            f"map_coordinates: there are {len(places)} coordinates; expected {x.ndim}, one for "
            "each axis of input. Stack them along the first axis."
        )
    total = None
    for corner in itertools.product(*map(_ends[order], places)):
        weight, index = fnp.ones_like(places[0]), []
        inside = fnp.ones_like(places[0], dtype=bool)
        for (place, share), size in zip(corner, x.shape, strict=True):
            weight = weight * share
            inside = inside & (place >= 0) & (place < size)
            index.append(fnp.astype(_folded(place, size, mode), int))
        found = at(x, tuple(index)).get()
        if mode == "constant":
            found = fnp.where(inside, found, cval)
        if order == 0:
            return found
        total = found * weight if total is None else total + found * weight
    return fnp.astype(total, x.dtype) if x.dtype.kind in "fc" else total


def _around(place: Any) -> list[tuple[Any, Any]]:
    """The points below and above, with their shares."""
    low = fnp.floor(place)
    return [(low, 1 - (place - low)), (low + 1, place - low)]


def _nearest(place: Any) -> list[tuple[Any, Any]]:
    return [(fnp.floor(place + 0.5), 1.0)]


_ends = {0: _nearest, 1: _around}


def _folded(place: Any, size: int, mode: str) -> Any:
    """A whole place outside as the one inside that stands for it."""
    if mode == "wrap":
        return place % size
    if mode == "mirror":
        period = max(2 * (size - 1), 1)
        return fnp.minimum(place % period, -place % period) if size > 1 else 0 * place
    if mode == "reflect":
        period = 2 * size
        return fnp.minimum(place % period, (-place - 1) % period)
    return fnp.clip(place, 0, size - 1)
