"""Making arrays, and changing their shape or the order of their elements."""

import builtins
import itertools
import math
from collections.abc import Sequence
from typing import Any

from .. import numpy as fnp
from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..shaping import axis_of

__all__ = [
    "broadcast", "broadcast_in_dim", "broadcast_like", "broadcast_shapes", "broadcasted_iota",
    "collapse", "concatenate", "dtype", "empty", "expand_dims", "full", "full_like",
    "index_in_dim", "iota", "reshape", "rev", "slice", "slice_in_dim", "split", "squeeze",
    "stack", "tile", "transpose", "unstack",
]  # fmt: skip

broadcast_shapes = fnp.broadcast_shapes


def dtype(x: Any) -> Any:
    """The dtype of an array or a number."""
    return dtype_of(coerce(x))


# --------------------------------------------------------------------------------- making


def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """One value in a shape, with its own dtype by default."""
    return fnp.full(shape, fill_value, dtype)


def empty(shape: Any, dtype: Any) -> Any:
    """An array whose values are not set."""
    return fnp.empty(shape, dtype)


def full_like(x: Any, fill_value: Any, dtype: Any = None, shape: Any = None) -> Any:
    """One value in the dtype and shape of `x`, or in those that are given."""
    return fnp.full_like(x, fill_value, dtype, shape=shape)


def iota(dtype: Any, size: int) -> Any:
    """0, 1, ..., size - 1."""
    return fnp.arange(size).astype(dtype)


def broadcasted_iota(dtype: Any, shape: Sequence[int], dimension: int) -> Any:
    """The position of each element along the axis `dimension`, in a shape."""
    axis = axis_of(len(shape), dimension)
    counts = iota(dtype, shape[axis]).reshape((-1, *(1,) * (len(shape) - axis - 1)))
    return fnp.broadcast_to(counts, tuple(shape))


# --------------------------------------------------------------------------------- shapes


def broadcast(operand: Any, sizes: Sequence[int]) -> Any:
    """`operand` repeated along new axes of `sizes` in front."""
    operand = coerce(operand)
    return fnp.broadcast_to(operand, (*sizes, *shape_of(operand)))


def broadcast_in_dim(
    operand: Any, shape: Sequence[int], broadcast_dimensions: Sequence[int]
) -> Any:
    """`operand` repeated to `shape`, its axis i being axis broadcast_dimensions[i] there.

    Raises:
        ValueError: not one axis of `shape` for each of the operand's, in rising order; a size
            that is neither 1 nor the one of `shape`.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.broadcast_in_dim(np.array([1, 2]), (2, 3), (0,)).tolist()
        [[1, 1, 1], [2, 2, 2]]
    """
    operand, axes = coerce(operand), list(broadcast_dimensions)
    rising = len(axes) == len(shape_of(operand)) and axes == sorted(set(axes))
    if not rising or any(not 0 <= a < len(shape) for a in axes):
        raise ValueError(
            f"broadcast_in_dim: broadcast_dimensions is {axes} for an array of shape "
            f"{shape_of(operand)} and the shape {tuple(shape)}; expected an axis of the new shape "
            "for each old one, rising. Transpose first to reorder."
        )
    sizes = dict(zip(axes, shape_of(operand), strict=True))
    aligned = fnp.reshape(operand, tuple(sizes.get(i, 1) for i in range(len(shape))))
    return fnp.broadcast_to(aligned, tuple(shape))


def broadcast_like(arr: Any, like_arr: Any) -> Any:
    """`arr` broadcast to the shape of another array."""
    return fnp.broadcast_to(arr, shape_of(coerce(like_arr)))


def collapse(operand: Any, start_dimension: int, stop_dimension: int | None = None) -> Any:
    """`operand` with the axes from start to before stop (by default the end) as one."""
    operand = coerce(operand)
    shape = shape_of(operand)
    start, stop, _ = builtins.slice(start_dimension, stop_dimension).indices(len(shape))
    return fnp.reshape(operand, (*shape[:start], math.prod(shape[start:stop]), *shape[stop:]))


def concatenate(operands: Sequence[Any], dimension: int) -> Any:
    """The arrays one after the other along an axis."""
    return fnp.concatenate(operands, dimension)


def stack(operands: Sequence[Any], axis: int = 0) -> Any:
    """The arrays one beside the other along a new axis."""
    return fnp.stack(operands, axis)


def unstack(x: Any, axis: int = 0) -> tuple[Any, ...]:
    """The slices of an array along an axis."""
    return fnp.unstack(x, axis=axis)


def split(operand: Any, sizes: Sequence[int], axis: int = 0) -> list[Any]:
    """Consecutive parts of an array along an axis.

    Raises:
        ValueError: sizes that do not add up to that of the axis.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> [x.tolist() for x in lax.split(np.arange(3), (1, 2))]
        [[0], [1, 2]]
    """
    operand = coerce(operand)
    shape = shape_of(operand)
    n = shape[axis_of(len(shape), axis)]
    if sum(sizes) != n or min(sizes, default=0) < 0:
        raise ValueError(
            f"split: sizes is {tuple(sizes)} for an axis of {n}; expected sizes from 0 that add up "
            "to it. Use fzero.numpy.split for equal parts."
        )
    return fnp.split(operand, list(itertools.accumulate(sizes))[:-1], axis)


def tile(operand: Any, reps: Sequence[int]) -> Any:
    """`operand` repeated as often as `reps` says along each axis."""
    return fnp.tile(operand, tuple(reps))


def expand_dims(array: Any, dimensions: Sequence[int]) -> Any:
    """`array` with axes of size 1 at the places `dimensions` of the result."""
    return fnp.expand_dims(array, tuple(dimensions))


def squeeze(array: Any, dimensions: Sequence[int]) -> Any:
    """`array` without the axes `dimensions`, whose size is 1."""
    return fnp.squeeze(array, tuple(dimensions))


def reshape(operand: Any, new_sizes: Any, dimensions: Sequence[int] | None = None) -> Any:
    """The elements of `operand` in another shape, its axes first put in the order `dimensions`."""
    return fnp.reshape(operand if dimensions is None else transpose(operand, dimensions), new_sizes)


def transpose(operand: Any, permutation: Sequence[int]) -> Any:
    """`operand` with its axes in the order `permutation`."""
    return fnp.transpose(operand, tuple(permutation))


def rev(operand: Any, dimensions: Sequence[int]) -> Any:
    """`operand` with the order along the axes `dimensions` reversed."""
    return fnp.flip(operand, tuple(dimensions))


# --------------------------------------------------------------------------------- slices


def slice(
    operand: Any,
    start_indices: Sequence[int],
    limit_indices: Sequence[int],
    strides: Sequence[int] | None = None,
) -> Any:
    """The elements from start to before limit, along every axis.

    Raises:
        ValueError: not 0 <= start <= limit <= size for each axis, or a stride below 1.
    """
    operand = coerce(operand)
    shape = shape_of(operand)
    steps = (1,) * len(shape) if strides is None else tuple(strides)
    parts = tuple(map(tuple, (start_indices, limit_indices, steps)))
    if {len(p) for p in parts} != {len(shape)} or any(
        not 0 <= a <= b <= n or s < 1 for a, b, s, n in zip(*parts, shape, strict=True)
    ):
        raise ValueError(
            f"slice: start, limit and strides are {parts[0]}, {parts[1]} and {parts[2]} for an "
            f"array of shape {shape}; expected 0 <= start <= limit <= size and a stride from 1 "
            "for each axis. Use x[a:b] for NumPy's slices, which stop at the end."
        )
    return operand[tuple(builtins.slice(a, b, s) for a, b, s in zip(*parts, strict=True))]


def slice_in_dim(
    operand: Any,
    start_index: int | None,
    limit_index: int | None,
    stride: int = 1,
    axis: int = 0,
) -> Any:
    """`operand[start:limit:stride]` along one axis; negative bounds count from its end."""
    operand = coerce(operand)
    shape = shape_of(operand)
    axis = axis_of(len(shape), axis)
    n = shape[axis]
    bounds = [0 if start_index is None else start_index, n if limit_index is None else limit_index]
    bounds = [b + n if b < 0 else b for b in bounds]
    starts, limits, steps = [0] * len(shape), list(shape), [1] * len(shape)
    starts[axis], limits[axis], steps[axis] = *bounds, stride
    return slice(operand, starts, limits, steps)


def index_in_dim(operand: Any, index: int, axis: int = 0, keepdims: bool = True) -> Any:
    """The slice at `index` of one axis, which stays with size 1 by default.

    Raises:
        IndexError: an index that is not there.
    """
    operand = coerce(operand)
    axis = axis_of(len(shape_of(operand)), axis)
    part = operand[(builtins.slice(None),) * axis + (int(index),)]
    return fnp.expand_dims(part, axis) if keepdims else part
