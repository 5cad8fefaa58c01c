"""Functions that move elements without computing on them: reshape, transpose, flip, pad."""

import math
from collections.abc import Sequence
from typing import Any

from ..backend import array_namespace, namespace
from ..dtypes import dtype_of, shape_of
from ..rules import draw, linear
from ..shaping import axis_of, fit, op
from .joining import concatenate, split_at, stack, unstack
from .selection import where

__all__ = [
    "atleast",
    "broadcast_to",
    "concatenate",
    "diagonal",
    "expand_dims",
    "flip",
    "full_shape",
    "moveaxis",
    "pad_value",
    "pad_zeros",
    "place_diagonal",
    "reshape",
    "roll",
    "split_at",
    "squeeze",
    "stack",
    "swapaxes",
    "transpose",
    "tril",
    "triu",
    "unstack",
]


_HOST = namespace()
_ARRAY, _NUMBER = _HOST.ndarray, _HOST.generic


def _one(shape: tuple[int, ...], *params: dict[str, Any]) -> Any:
    return lambda rng: [((draw(rng, shape),), p) for p in params]


# --------------------------------------------------------------------------- shape and order

# The methods of NumPy's arrays cost a fifth of the functions that call them.
reshape = linear(
    "reshape",
    lambda xp: lambda x, shape: x.reshape(shape) if x.__class__ is _ARRAY else xp.reshape(x, shape),
    lambda own, dtype, shape: lambda g: reshape(g, shape=own),
    batch=lambda x, shape: reshape(x, shape=(x.shape[0], *shape)),
    samples=_one((2, 3), {"shape": (3, 2)}, {"shape": (6,)}, {"shape": (1, 2, 3, 1)}),
)


def full_shape(size: int, shape: Any) -> tuple[int, ...]:
    """`shape` (an int or a tuple with at most one -1) with the -1 worked out."""
    shape = (shape,) if isinstance(shape, int) else tuple(int(n) for n in shape)
    if -1 not in shape:
        return shape
    rest = -math.prod(shape)
    if rest <= 0 or size % rest or shape.count(-1) > 1:
        raise ValueError(
            f"reshape: shape is {shape} for an array of {size} elements; expected sizes whose "
            "product is that number, at most one of them -1. Give -1 for the size that follows."
        )
    return tuple(size // rest if n == -1 else n for n in shape)


def _inverse(axes: Sequence[int]) -> tuple[int, ...]:
    out = [0] * len(axes)
    for i, a in enumerate(axes):
        out[a] = i
    return tuple(out)


transpose = linear(
    "transpose",
    lambda xp: (
        lambda x, axes: x.transpose(axes) if x.__class__ is _ARRAY else xp.transpose(x, axes)
    ),
    lambda shape, dtype, axes: lambda g: transpose(g, axes=_inverse(axes)),
    batch=lambda x, axes: transpose(x, axes=(0, *(a + 1 for a in axes))),
    samples=_one((2, 3, 4), {"axes": (2, 0, 1)}, {"axes": (1, 0, 2)}),
)


def _batch_broadcast(x: Any, shape: Any) -> Any:
    ones = (1,) * (len(shape) - x.ndim + 1)
    return broadcast_to(
        reshape(x, shape=(x.shape[0], *ones, *x.shape[1:])), shape=(x.shape[0], *shape)
    )


def _broadcast(xp: Any) -> Any:
    def broadcast(x: Any, shape: tuple[int, ...]) -> Any:
        if not isinstance(x, (_ARRAY, _NUMBER)) or x.shape or min(shape, default=0) < 0:
            return xp.broadcast_to(x, shape)
        # One number, as from a sum: the view is easy to make, and NumPy's own takes its time.
        view = _ARRAY(shape, x.dtype, x, 0, (0,) * len(shape))
        view.flags.writeable = False
        return view

    return broadcast


broadcast_to = linear(
    "broadcast_to",
    _broadcast,
    lambda own, dtype, shape: lambda g: fit(g, own, dtype),
    batch=_batch_broadcast,
    samples=_one((2, 1), {"shape": (2, 3)}, {"shape": (4, 2, 1)}),
)


flip = linear(
    "flip",
    lambda xp: lambda x, axis: xp.flip(x, axis),
    lambda shape, dtype, axis: lambda g: flip(g, axis=axis),
    batch=lambda x, axis: flip(x, axis=tuple(a + 1 for a in axis)),
    samples=_one((2, 3), {"axis": (0,)}, {"axis": (0, 1)}, {"axis": ()}),
)
roll = linear(
    "roll",
    lambda xp: lambda x, shift, axis: xp.roll(x, shift, axis),
    lambda shape, dtype, shift, axis: lambda g: roll(g, shift=tuple(-s for s in shift), axis=axis),
    batch=lambda x, shift, axis: roll(x, shift=shift, axis=tuple(a + 1 for a in axis)),
    samples=_one((2, 3), {"shift": (1,), "axis": (1,)}, {"shift": (1, 2), "axis": (0, 1)}),
)


def _pad(xp: Any) -> Any:
    return lambda x, widths: xp.pad(x, widths)


def _unpad(widths: Any) -> Any:
    return tuple(slice(low, -high or None) for low, high in widths)


# Zeros around; other values and modes are built from it.
pad_zeros = linear(
    "pad_zeros",
    _pad,
    lambda shape, dtype, widths: lambda g: g[_unpad(widths)],
    batch=lambda x, widths: pad_zeros(x, widths=((0, 0), *widths)),
    samples=_one((2, 3), {"widths": ((1, 2), (0, 1))}, {"widths": ((0, 0), (0, 0))}),
)
tril = linear(
    "tril",
    lambda xp: lambda x, k: xp.tril(x, k),
    lambda shape, dtype, k: lambda g: tril(g, k=k),
    batch=lambda x, k: tril(x, k=k),
    samples=_one((3, 4), {"k": 0}, {"k": 1}, {"k": -1}),
)
triu = linear(
    "triu",
    lambda xp: lambda x, k: xp.triu(x, k),
    lambda shape, dtype, k: lambda g: triu(g, k=k),
    batch=lambda x, k: triu(x, k=k),
    samples=_one((3, 4), {"k": 0}, {"k": 1}),
)


def _shifted(axis: int) -> int:
    return axis if axis < 0 else axis + 1


# ---------------------------------------------------------------------------------- diagonals

diagonal = linear(
    "diagonal",
    lambda xp: lambda x, offset, axis1, axis2: xp.diagonal(x, offset, axis1, axis2),
    lambda shape, dtype, **params: lambda g: place_diagonal(g, shape=shape, **params),
    batch=lambda x, offset, axis1, axis2: diagonal(
        x, offset=offset, axis1=_shifted(axis1), axis2=_shifted(axis2)
    ),
    samples=_one(
        (3, 4),
        {"offset": 0, "axis1": 0, "axis2": 1},
        {"offset": -1, "axis1": 0, "axis2": 1},
        {"offset": 1, "axis1": -1, "axis2": 0},
    ),
)


def _diagonal_index(xp: Any, shape: Any, offset: int, axis1: int, axis2: int) -> Any:
    axis1, axis2 = axis1 % len(shape), axis2 % len(shape)
    row, column = max(-offset, 0), max(offset, 0)
    n = max(min(shape[axis1] - row, shape[axis2] - column), 0)
    steps = xp.arange(n)
    return axis1, axis2, steps + row, steps + column


def _place_diagonal(xp: Any) -> Any:
    def place(g: Any, shape: Any, offset: int, axis1: int, axis2: int) -> Any:
        out = xp.zeros(shape, g.dtype)
        axis1, axis2, rows, columns = _diagonal_index(xp, shape, offset, axis1, axis2)
        moved = xp.moveaxis(out, (axis1, axis2), (-2, -1))
        moved[..., rows, columns] = g
        return out

    return place


def _take_diagonal(own: Any, dtype: Any, shape: Any, **params: Any) -> Any:
    return lambda g: diagonal(g, **params)


place_diagonal = linear(
    "place_diagonal",
    _place_diagonal,
    _take_diagonal,
    batch=lambda g, shape, offset, axis1, axis2: place_diagonal(
        g,
        shape=(g.shape[0], *shape),
        offset=offset,
        axis1=_shifted(axis1),
        axis2=_shifted(axis2),
    ),
    samples=_one((3,), {"shape": (3, 4), "offset": 0, "axis1": 0, "axis2": 1}),
)

# --------------------------------------------------------------------------------- composites


def expand_dims(x: Any, axis: Any) -> Any:
    """`x` with axes of size 1 inserted at `axis` (positions in the result)."""
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    shape = shape_of(x)
    rank = len(shape) + len(axes)
    places = {axis_of(rank, a) for a in axes}
    if len(places) != len(axes):
        raise ValueError(
            f"expand_dims: axis is {axis}; expected each position once. Drop the repeated one."
        )
    rest = iter(shape)
    return reshape(x, shape=tuple(1 if i in places else next(rest) for i in range(rank)))


def squeeze(x: Any, axis: Any = None) -> Any:
    """`x` without axes of size 1: those in `axis`, or all of them."""
    shape = shape_of(x)
    if axis is None:
        return reshape(x, shape=tuple(n for n in shape if n != 1))
    axes = {axis_of(len(shape), a) for a in ((axis,) if isinstance(axis, int) else axis)}
    bad = [a for a in axes if shape[a] != 1]
    if bad:
        raise ValueError(
            f"squeeze: axis {bad[0]} has size {shape[bad[0]]}; expected 1. Index it, or reduce it."
        )
    return reshape(x, shape=tuple(n for i, n in enumerate(shape) if i not in axes))


def moveaxis(x: Any, source: Any, destination: Any) -> Any:
    """`x` with axes moved from `source` to `destination`, the others in order."""
    rank = len(shape_of(x))
    froms = [axis_of(rank, a) for a in ((source,) if isinstance(source, int) else source)]
    tos = [
        axis_of(rank, a) for a in ((destination,) if isinstance(destination, int) else destination)
    ]
    order = [a for a in range(rank) if a not in froms]
    for to, origin in sorted(zip(tos, froms, strict=True)):
        order.insert(to, origin)
    return transpose(x, axes=tuple(order))


def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """`x` with two axes exchanged."""
    rank = len(shape_of(x))
    order = list(range(rank))
    a, b = axis_of(rank, axis1), axis_of(rank, axis2)
    order[a], order[b] = order[b], order[a]
    return transpose(x, axes=tuple(order))


def atleast(x: Any, rank: int) -> Any:
    """`x` with axes of size 1 in front until it has `rank` of them."""
    shape = shape_of(x)
    return x if len(shape) >= rank else reshape(x, shape=(1,) * (rank - len(shape)) + shape)


def pad_value(x: Any, widths: Any, value: Any) -> Any:
    """`x` with a constant around it."""
    padded = pad_zeros(x, widths=widths)
    if isinstance(value, (int, float)) and value == 0:
        return padded
    inside = pad_zeros(array_namespace(x).ones(shape_of(x), bool), widths=widths)
    return where(inside, padded, op("astype")(value, dtype=dtype_of(x)))
