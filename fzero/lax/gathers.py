"""Reading slices at many places: the general gather, and where its slices are.

The axes that are indexed go to the front, those that are read whole stay slices behind them: then
reading is one index of arrays of places, and so is writing (see `fzero.lax.scatter`).
"""

import enum
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import numpy as fnp
from ..backend import array_namespace
from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..ops.indexing import getitem

__all__ = ["GatherDimensionNumbers", "GatherScatterMode", "gather"]


class GatherDimensionNumbers(NamedTuple):
    """How the axes of a gather belong together.

    Args:
        offset_dims: the axes of the result that run along the slices, rising.
        collapsed_slice_dims: the axes of the array whose slices have size 1 and are dropped.
        start_index_map: the axis of the array that each number of an index vector is for.
        operand_batching_dims: axes of the array that are read at their own place only, dropped.
        start_indices_batching_dims: the axes of the indices that go with them.
    """

    offset_dims: tuple[int, ...]
    collapsed_slice_dims: tuple[int, ...]
    start_index_map: tuple[int, ...]
    operand_batching_dims: tuple[int, ...] = ()
    start_indices_batching_dims: tuple[int, ...] = ()


class GatherScatterMode(enum.Enum):
    """What becomes of slices that lead out of the array."""

    CLIP = "clip"
    FILL_OR_DROP = "fill"
    PROMISE_IN_BOUNDS = "promise_in_bounds"

    @staticmethod
    def from_any(s: "str | GatherScatterMode | None") -> "GatherScatterMode":
        """The mode of this name; "drop" and None are FILL_OR_DROP.

        Raises:
            ValueError: another name.
        """
        if s is None or s == "drop":
            return GatherScatterMode.FILL_OR_DROP
        try:
            return GatherScatterMode(s)
        except ValueError:
            raise ValueError(
                f"gather: mode is {s!r}; expected 'clip', 'fill', 'drop', 'promise_in_bounds', "
                "None or a GatherScatterMode. Use 'clip' to move slices inside."
            ) from None


class Places(NamedTuple):
    """Where the slices of an array are.

    `order` has the array's axes, the indexed ones first. `index` holds an array of places for
    each of these; together they broadcast to (*batch, *window). Of the axes that belong to a
    slice, `window` says where they are behind the batch. `inside`, of the shape of the batch,
    is which slices are in the array.
    """

    order: tuple[int, ...]
    index: tuple[Any, ...]
    window: tuple[int, ...]
    inside: Any


def find_places(
    operand: Any, indices: Any, sizes: Sequence[int], numbers: GatherDimensionNumbers
) -> Places:
    """The places of slices of `sizes`, those that lead out moved inside."""
    shape, batch = shape_of(operand), shape_of(indices)[:-1]
    dropped = (*numbers.collapsed_slice_dims, *numbers.operand_batching_dims)
    axes = range(len(shape))
    indexed = [a for a in axes if a in dropped or sizes[a] != shape[a]] or [0]
    whole = [a for a in axes if a not in indexed]
    partial = [a for a in indexed if a not in dropped]
    starts, inside = _starts(shape, indices, sizes, numbers)
    index = []
    for a in indexed:
        place = _behind(starts.get(a, np.int64(0)), len(partial))
        if a in partial:
            steps = array_namespace(indices).arange(sizes[a])
            place = place + _behind(steps, len(partial) - partial.index(a) - 1)
        index.append(place)
    index[0] = fnp.broadcast_to(index[0], (*batch, *(sizes[a] for a in partial)))
    behind = [*partial, *whole]
    window = tuple(behind.index(a) for a in axes if a not in dropped)
    return Places((*indexed, *whole), tuple(index), window, inside)


def _starts(
    shape: tuple[int, ...], indices: Any, sizes: Sequence[int], numbers: GatherDimensionNumbers
) -> tuple[dict[int, Any], Any]:
    """The start along each axis that has one, and which slices are inside."""
    xp, rank = array_namespace(indices), len(shape_of(indices)) - 1
    inside = xp.ones(shape_of(indices)[:-1], bool)
    starts = {}
    for i, a in enumerate(numbers.start_index_map):
        start, last = indices[..., i], shape[a] - sizes[a]
        inside = inside & (start >= 0) & (start <= last)
        starts[a] = fnp.clip(start, 0, last)
    pairs = zip(numbers.operand_batching_dims, numbers.start_indices_batching_dims, strict=True)
    for a, b in pairs:
        starts[a] = _behind(xp.arange(shape[a]), rank - b - 1)
    return starts, inside


def _behind(x: Any, axes: int) -> Any:
    """`x` with so many more axes of size 1."""
    return fnp.reshape(x, (*shape_of(x), *(1,) * axes))


def outside_rows(inside: Any, rank: int) -> Any:
    """Which slices lead out, to broadcast against an array of `rank` axes."""
    return _behind(~inside, rank - len(shape_of(inside)))


def as_indices(name: str, indices: Any, operand: Any) -> Any:
    """Index vectors as an array of the operand's library.

    Raises:
        TypeError: other numbers than integers.
    """
    indices = coerce(indices)
    if isinstance(indices, np.ndarray):
        indices = array_namespace(operand).asarray(indices)
    if dtype_of(indices).kind not in "iu" or not shape_of(indices):
        raise TypeError(
            f"{name}: the indices have dtype {dtype_of(indices)} and shape {shape_of(indices)}; "
            "expected integers, the index vectors along the last axis. Add an axis with [:, None]."
        )
    return indices


def check_numbers(
    name: str, shape: Any, places: Any, sizes: Any, numbers: GatherDimensionNumbers
) -> None:
    """Raise ValueError where dimension numbers do not fit the shapes of array and indices."""
    offset, collapsed, starts, own, theirs = map(tuple, numbers)
    dropped, rank = {*collapsed, *own}, len(shape)
    fits = (
        len(sizes) == rank
        and all(0 <= k <= n for k, n in zip(sizes, shape, strict=True))
        and all(0 <= a < rank for a in (*collapsed, *starts, *own))
        and all(0 <= b < len(places) - 1 for b in theirs)
        and len(set(starts)) == len(starts) == places[-1]
        and len(dropped) == len(collapsed) + len(own)
        and not {*starts} & {*own}
        and all(sizes[a] == 1 for a in dropped)
        and [shape[a] for a in own] == [places[b] for b in theirs]
        and len(offset) == rank - len(dropped)
        and list(offset) == sorted({*offset} & {*range(len(places) - 1 + len(offset))})
    )
    if not fits:
        raise ValueError(
            f"{name}: the dimension numbers are {numbers} with slices of {tuple(sizes)} for an "
            f"array of shape {tuple(shape)} and indices of shape {tuple(places)}; expected each "
            "axis once, slices inside the array and of size 1 along dropped axes, and a number of "
            "the index vector for each axis of start_index_map. Use x[index], which needs none."
        )


def gather(
    operand: Any,
    start_indices: Any,
    dimension_numbers: GatherDimensionNumbers,
    slice_sizes: Sequence[int],
    *,
    unique_indices: bool = False,
    indices_are_sorted: bool = False,
    mode: str | GatherScatterMode | None = None,
    fill_value: Any = None,
) -> Any:
    """Slices of one size, read at many places.

    Args:
        operand: an array.
        start_indices: integers (*batch, k): the starts along the k axes of start_index_map. A
            negative one leads out of the array.
        dimension_numbers: how the axes belong together.
        slice_sizes: the size of a slice along every axis of `operand`.
        unique_indices, indices_are_sorted: have no effect.
        mode: what is read where a slice leads out: "promise_in_bounds" (the default) and "clip"
            move it inside, "fill" takes `fill_value`.
        fill_value: for "fill"; by default NaN, the smallest signed or the largest unsigned
            integer, or True.

    Returns:
        The batch axes of the indices, and the axes of the slices at offset_dims.

    Raises:
        ValueError: another mode, or dimension numbers that do not fit the shapes.
        TypeError: indices that are no integers.

    Gradient: to the elements that were read, added up where slices overlap.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> numbers = lax.GatherDimensionNumbers((1,), (0,), (0,))
        >>> lax.gather(np.eye(3), np.array([[2], [0]]), numbers, (1, 3)).tolist()
        [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    operand = coerce(operand)
    fills = mode is not None and GatherScatterMode.from_any(mode) is GatherScatterMode.FILL_OR_DROP
    indices = as_indices("gather", start_indices, operand)
    shape, batch = shape_of(operand), shape_of(indices)[:-1]
    check_numbers("gather", shape, shape_of(indices), slice_sizes, dimension_numbers)
    if not shape:
        return fnp.broadcast_to(operand, batch)
    places = find_places(operand, indices, slice_sizes, dimension_numbers)
    rows = getitem(fnp.transpose(operand, places.order), places.index)
    if fills:
        fill = _filler(dtype_of(operand)) if fill_value is None else fill_value
        fill = np.asarray(fill).astype(dtype_of(operand)).item()
        rows = fnp.where(outside_rows(places.inside, len(shape_of(rows))), fill, rows)
    sources = tuple(len(batch) + a for a in places.window)
    return fnp.moveaxis(rows, sources, tuple(dimension_numbers.offset_dims))


def _filler(dtype: np.dtype) -> Any:
    if dtype.kind in "fc":
        return math.nan
    return True if dtype.kind == "b" else np.iinfo(dtype).min or np.iinfo(dtype).max
