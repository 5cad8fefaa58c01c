"""Slices of a fixed size at places that are computed.

A negative start counts from the end; then the slice is moved inside the array, as JAX moves it.
NumPy would raise IndexError, or cut the slice.
"""

from collections.abc import Sequence
from typing import Any

from .. import numpy as fnp
from ..backend import array_namespace
from ..core import coerce
from ..dtypes import shape_of
from ..ops.indexing import at, getitem
from ..shaping import axis_of

__all__ = [
    "dynamic_index_in_dim", "dynamic_slice", "dynamic_slice_in_dim", "dynamic_update_index_in_dim",
    "dynamic_update_slice", "dynamic_update_slice_in_dim", "index_take",
]  # fmt: skip


def _places(name: str, operand: Any, starts: Any, sizes: Sequence[int]) -> tuple[Any, ...]:
    """The index of a slice: slices where the starts are plain integers, an open grid otherwise."""
    shape, sizes = shape_of(operand), tuple(sizes)
    starts = tuple(starts) if isinstance(starts, (tuple, list)) else tuple(coerce(starts))
    if {len(starts), len(sizes)} != {len(shape)} or any(
        not 0 <= k <= n for k, n in zip(sizes, shape, strict=True)
    ):
        raise ValueError(
            f"{name}: the starts are {len(starts)} and the sizes {sizes} for an array of shape "
            f"{shape}; expected a start and a size, at most the array's, for each axis. Use the "
            "functions in_dim for one axis."
        )
    axes = enumerate(zip(starts, sizes, shape, strict=True))
    return tuple(_along(operand, s, k, n, len(shape) - i - 1) for i, (s, k, n) in axes)


def _along(operand: Any, start: Any, size: int, n: int, behind: int) -> Any:
    """`size` places from `start` on, as one axis with `behind` more axes of size 1."""
    if isinstance(start, int):
        start = min(max(start + n if start < 0 else start, 0), n - size)
        return slice(start, start + size)
    start = fnp.clip(fnp.where(start < 0, start + n, start), 0, n - size)
    steps = array_namespace(operand).arange(size)
    return (start + steps).reshape((size,) + (1,) * behind)


def _as_grid(operand: Any, index: tuple[Any, ...]) -> tuple[Any, ...]:
    """The index with arrays for all axes where one of them is an array.

    Mixed with slices, the arrays' axes would move to the front.
    """
    if all(isinstance(i, slice) for i in index):
        return index
    xp, rank = array_namespace(operand), len(index)
    return tuple(
        xp.arange(i.start, i.stop).reshape((-1,) + (1,) * (rank - axis - 1))
        if isinstance(i, slice)
        else i
        for axis, i in enumerate(index)
    )


def dynamic_slice(operand: Any, start_indices: Any, slice_sizes: Sequence[int]) -> Any:
    """The elements operand[start:start + size], along every axis.

    Args:
        operand: an array.
        start_indices: an integer for each axis; arrays and tracers of integers are welcome, also
            one array of them all. A start that leads out of the array is moved inside.
        slice_sizes: the sizes of the result, at most those of `operand`.

    Returns:
        An array of shape `slice_sizes`.

    Raises:
        ValueError: not one start and one size for each axis, or a size above the array's.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.dynamic_slice(np.arange(5), (4,), (3,)).tolist()
        [2, 3, 4]
    """
    operand = coerce(operand)
    return operand[_as_grid(operand, _places("dynamic_slice", operand, start_indices, slice_sizes))]


def dynamic_update_slice(operand: Any, update: Any, start_indices: Any) -> Any:
    """`operand` with the slice at `start_indices` replaced by `update`.

    Args:
        operand: an array; it is not changed.
        update: an array of as many axes, none longer than the operand's.
        start_indices: as in `dynamic_slice`; the slice is moved inside the array.

    Gradient: to `update`, and to `operand` where it stays.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.dynamic_update_slice(np.zeros(4), np.ones(2), (1,)).tolist()
        [0.0, 1.0, 1.0, 0.0]
    """
    operand, update = coerce(operand), coerce(update)
    index = _places("dynamic_update_slice", operand, start_indices, shape_of(update))
    return at(operand, _as_grid(operand, index)).set(update)


def _in_dim(operand: Any, start: Any, axis: int) -> tuple[list[Any], int]:
    """The starts of all axes for a start along one of them, and that axis."""
    rank = len(shape_of(operand))
    axis = axis_of(rank, axis)
    return [start if i == axis else 0 for i in range(rank)], axis


def dynamic_slice_in_dim(operand: Any, start_index: Any, slice_size: int, axis: int = 0) -> Any:
    """`slice_size` elements from `start_index` on, along one axis: see `dynamic_slice`."""
    operand = coerce(operand)
    starts, axis = _in_dim(operand, start_index, axis)
    sizes = list(shape_of(operand))
    sizes[axis] = slice_size
    return dynamic_slice(operand, starts, sizes)


def dynamic_index_in_dim(operand: Any, index: Any, axis: int = 0, keepdims: bool = True) -> Any:
    """The slice at `index` of one axis, which stays with size 1 by default.

    An index out of range takes the nearest slice.
    """
    part = dynamic_slice_in_dim(operand, index, 1, axis)
    return part if keepdims else fnp.squeeze(part, axis)


def dynamic_update_slice_in_dim(operand: Any, update: Any, start_index: Any, axis: int) -> Any:
    """`operand` with `update` from `start_index` of one axis on: see `dynamic_update_slice`."""
    operand = coerce(operand)
    starts, _ = _in_dim(operand, start_index, axis)
    return dynamic_update_slice(operand, update, starts)


def dynamic_update_index_in_dim(operand: Any, update: Any, index: Any, axis: int) -> Any:
    """`operand` with the slice at `index` of one axis replaced.

    Args:
        update: the new slice, with the axis (of size 1) or without it.
    """
    operand, update = coerce(operand), coerce(update)
    _, axis = _in_dim(operand, index, axis)
    if len(shape_of(update)) < len(shape_of(operand)):
        update = fnp.expand_dims(update, axis)
    return dynamic_update_slice_in_dim(operand, update, index, axis)


def index_take(src: Any, idxs: Sequence[Any], axes: Sequence[int]) -> Any:
    """The slices at src[..., idxs[0], ..., idxs[1], ...], each index for one of `axes`.

    Args:
        src: an array.
        idxs: an array of integers (N,) for each axis, taken modulo its size.
        axes: the axes.

    Returns:
        (N, *the other axes).

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.index_take(np.eye(3), (np.array([0, -1]), np.array([0, 2])), (0, 1)).tolist()
        [1.0, 1.0]
    """
    src = coerce(src)
    shape = shape_of(src)
    rest = [a for a in range(len(shape)) if a not in axes]
    places = tuple(coerce(i) % shape[a] for i, a in zip(idxs, axes, strict=True))
    return getitem(fnp.transpose(src, (*axes, *rest)), places)
