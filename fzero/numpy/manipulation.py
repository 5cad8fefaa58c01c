"""Functions that change the shape or the order of the elements of one array."""

import math
from typing import Any

import numpy as np

from ..cells import fresh, present
from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..ops import elementwise as el
from ..ops import structural as st
from ..ops.index import ARRAY
from ..shaping import op
from .entry import (
    asked_axes,
    asked_axis,
    from_host,
    host_value,
    like_numpy,
    named,
    operands,
    placed,
    whole,
)

__all__ = [
    "astype", "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_arrays", "broadcast_shapes",
    "broadcast_to", "copy", "expand_dims", "flip", "fliplr",
    "flipud", "moveaxis", "ndim", "permute_dims", "ravel", "repeat",
    "reshape", "resize", "roll", "rollaxis", "rot90", "shape", "size", "squeeze", "swapaxes",
    "tile", "transpose",
]  # fmt: skip


_INT = frozenset({int})


def sizes(name: str, wanted: Any) -> tuple[int, ...]:
    """A shape given as an int or a sequence of ints."""
    if type(wanted) is tuple and _INT.issuperset(map(type, wanted)):
        return wanted
    several = isinstance(wanted, (tuple, list)) or shape_of(wanted) != ()
    return tuple(whole(n, f"{name}: shape") for n in (wanted if several else (wanted,)))


def _order(name: str, order: str) -> bool:
    """Whether the elements are read in Fortran's order."""
    if order not in ("C", "F", "A", "K"):
        raise ValueError(f"{name}: order is {order!r}; expected 'C', 'F', 'A' or 'K'. Use 'C'.")
    return order == "F"


@like_numpy("reshape")
def reshape(a: Any, /, shape: Any = None, order: str = "C", *, copy: bool | None = None) -> Any:
    """The elements of `a` in another shape; one size may be -1."""
    a = coerce(a)
    if shape is None:
        raise TypeError("reshape: shape is missing; expected an int or a tuple of ints. Give one.")
    wanted, total = sizes("reshape", shape), math.prod(shape_of(a))
    full = st.full_shape(total, wanted)
    if math.prod(full) != total or any(n < 0 for n in full):
        raise ValueError(
            f"reshape: shape is {wanted} for an array of shape {shape_of(a)} with {total} "
            f"elements; expected sizes whose product is {total}. Use -1 for the size that follows."
        )
    if _order("reshape", order):
        return transpose(st.reshape(transpose(a), shape=full[::-1]))
    return st.reshape(a, shape=full)


@like_numpy("ravel")
def ravel(a: Any, order: str = "C") -> Any:
    """The elements of `a` along one axis."""
    return reshape(a, -1 if 0 not in shape_of(a) else 0, order)


@like_numpy("transpose", "permute_dims")
def transpose(a: Any, axes: Any = None) -> Any:
    """`a` with its axes in the order `axes`, reversed by default."""
    a = coerce(a)
    rank = len(shape_of(a))
    if axes is None:
        return st.transpose(a, axes=tuple(range(rank))[::-1])
    order = asked_axes("transpose", a, tuple(axes))
    if len(order) != rank:
        raise ValueError(
            f"transpose: axes is {tuple(axes)} for an array of shape {shape_of(a)}; expected all "
            f"of its {rank} axes. Use moveaxis or swapaxes to name only some."
        )
    return st.transpose(a, axes=order)


permute_dims = transpose


@like_numpy("swapaxes")
def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    """`a` with two axes exchanged."""
    a = coerce(a)
    return st.swapaxes(a, asked_axis("swapaxes", a, axis1), asked_axis("swapaxes", a, axis2))


@like_numpy("moveaxis")
def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """`a` with the axes `source` moved to `destination`, the others in order."""
    a = coerce(a)
    froms, tos = asked_axes("moveaxis", a, source), asked_axes("moveaxis", a, destination)
    if len(froms) != len(tos):
        raise ValueError(
            f"moveaxis: source is {source} and destination {destination}; expected as many "
            "positions in each. Name one destination for each source."
        )
    return st.moveaxis(a, froms, tos)


@like_numpy("rollaxis")
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """`a` with `axis` moved to lie before the axis that was at `start`."""
    a = coerce(a)
    axis, rank = asked_axis("rollaxis", a, axis), len(shape_of(a))
    start = start + rank if start < 0 else start
    return st.moveaxis(a, axis, start - 1 if axis < start else start)


@like_numpy("expand_dims")
def expand_dims(a: Any, axis: Any) -> Any:
    """`a` with axes of size 1 at `axis`, positions in the result."""
    return st.expand_dims(coerce(a), axis)


@like_numpy("squeeze")
def squeeze(a: Any, axis: Any = None) -> Any:
    """`a` without its axes of size 1, or without those in `axis`."""
    a = coerce(a)
    return st.squeeze(a, None if axis is None else asked_axes("squeeze", a, axis))


@like_numpy("broadcast_to")
def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    """`array` repeated to `shape`, without a copy on arrays."""
    array, wanted = coerce(array), sizes("broadcast_to", shape)
    have = shape_of(array)
    tail = wanted[len(wanted) - len(have) :] if len(have) <= len(wanted) else None
    if tail is None or any(n not in (1, m) for n, m in zip(have, tail, strict=True)):
        raise ValueError(
            f"broadcast_to: shape is {wanted} for an array of shape {have}; expected sizes that "
            "end with the array's, where it has no 1. Add axes with expand_dims."
        )
    return array if have == wanted else st.broadcast_to(array, shape=wanted)


def broadcast_shapes(*shapes: Any) -> tuple[int, ...]:
    """The shape that arrays of these shapes have together."""
    return np.broadcast_shapes(*shapes)


@like_numpy("broadcast_arrays")
def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Any, ...]:
    """The arrays, each broadcast to the shape that they have together."""
    arrays = operands(*args)
    together = np.broadcast_shapes(*map(shape_of, arrays))
    return tuple(broadcast_to(a, together) for a in arrays)


def _atleast(rank: int) -> Any:
    def atleast(*arys: Any) -> Any:
        made = tuple(_raised(coerce(a), rank) for a in arys)
        return made[0] if len(made) == 1 else made

    doc = f"Each array with at least {rank} axes; several arrays give a tuple."
    return named(atleast, f"atleast_{rank}d", doc)


def _raised(a: Any, rank: int) -> Any:
    """NumPy's places for new axes: a vector becomes (1, n), and for three axes (1, n, 1)."""
    if rank == 3 and len(shape_of(a)) in (1, 2):
        a = st.expand_dims(a, len(shape_of(a)))
    return st.atleast(a, rank)


atleast_1d, atleast_2d, atleast_3d = map(_atleast, (1, 2, 3))


@like_numpy("flip")
def flip(m: Any, axis: Any = None) -> Any:
    """`m` with the order along `axis` reversed (along all axes by default)."""
    m = coerce(m)
    return st.flip(m, axis=asked_axes("flip", m, axis))


@like_numpy("fliplr")
def fliplr(m: Any) -> Any:
    """`m` with its second axis reversed."""
    return flip(m, 1)


@like_numpy("flipud")
def flipud(m: Any) -> Any:
    """`m` with its first axis reversed."""
    return flip(m, 0)


@like_numpy("rot90")
def rot90(m: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """`m` turned by k * 90 degrees in the plane of `axes`, from the first towards the second."""
    m = coerce(m)
    a, b = asked_axes("rot90", m, tuple(axes))
    k = whole(k, "rot90: k") % 4
    if k == 0:
        return m
    if k == 2:
        return st.flip(m, axis=(a, b))
    if k == 1:
        return st.swapaxes(st.flip(m, axis=(b,)), a, b)
    return st.flip(st.swapaxes(m, a, b), axis=(b,))


@like_numpy("roll")
def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """`a` with its elements moved by `shift` along `axis`, those past the end first again."""
    a = coerce(a)
    if axis is None:
        return st.reshape(roll(ravel(a), shift, 0), shape=shape_of(a))
    shifts, axes = np.broadcast_arrays(host_value(shift, "roll: shift"), axis)
    places = tuple(asked_axis("roll", a, int(i)) for i in axes.ravel())
    return st.roll(a, shift=tuple(int(s) for s in shifts.ravel()), axis=places)


@like_numpy("repeat")
def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    """Each element of `a` `repeats` times, along `axis` or, by default, of the flat array."""
    a = present(coerce(a))
    a = ravel(a) if axis is None else a
    axis = asked_axis("repeat", a, 0 if axis is None else axis)
    counts, own = host_value(repeats, "repeat: repeats"), shape_of(a)
    if counts.dtype.kind not in "biu" or (counts < 0).any():
        raise ValueError(
            f"repeat: repeats is {repeats}; expected integers from 0 on. Convert it with int()."
        )
    if counts.size == 1:
        n = int(counts.reshape(()))
        wide = st.broadcast_to(
            st.expand_dims(a, axis + 1), shape=(*own[: axis + 1], n, *own[axis + 1 :])
        )
        return st.reshape(wide, shape=(*own[:axis], own[axis] * n, *own[axis + 1 :]))
    if counts.shape != (own[axis],):
        raise ValueError(
            f"repeat: repeats has shape {counts.shape} for axis {axis} of an array of shape {own}; "
            f"expected one count, or {own[axis]} of them. Pass an int to repeat all alike."
        )
    return gathered(a, np.repeat(np.arange(own[axis]), counts), axis)


def gathered(a: Any, places: Any, axis: int) -> Any:
    """`a` at the static `places` (NumPy integers) along `axis`."""
    return op("take")(
        a,
        from_host(places, a),
        index=(*(slice(None),) * axis, ARRAY, *(slice(None),) * (len(shape_of(a)) - axis - 1)),
        unique=len(np.unique(places)) == places.size,
    )


@like_numpy("tile")
def tile(A: Any, reps: Any) -> Any:
    """`A` repeated as a whole: `reps` times along each axis."""
    counts = sizes("tile", reps)
    a = st.atleast(present(coerce(A)), len(counts))
    own = shape_of(a)
    counts = (1,) * (len(own) - len(counts)) + counts
    a = st.reshape(a, shape=tuple(k for n in own for k in (1, n)))
    a = st.broadcast_to(a, shape=tuple(k for c, n in zip(counts, own, strict=True) for k in (c, n)))
    return st.reshape(a, shape=tuple(c * n for c, n in zip(counts, own, strict=True)))


@like_numpy("resize")
def resize(a: Any, new_shape: Any) -> Any:
    """The elements of `a` in a new shape, over again or cut off as the size asks."""
    a, wanted = ravel(a), sizes("resize", new_shape)
    have, total = shape_of(a)[0], math.prod(wanted)
    return st.reshape(gathered(a, np.arange(total) % max(have, 1), 0), shape=wanted)


@like_numpy("copy")
def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    """A copy of an array; a tracer's can be assigned into: `y = copy(x)`, then `y[0] = 1`."""
    return fresh(el.positive(a) if dtype_of(a).kind != "b" else coerce(a), a)


@like_numpy("astype")
def astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    """`x` in another dtype. Gradient: cast back; none through integers and booleans."""
    x = coerce(x)
    x = placed(x, device)
    if np.dtype(dtype).kind in "biu":
        x = el.detach(x)
    if dtype_of(x) != np.dtype(dtype):
        return fresh(el.astype(x, dtype=np.dtype(dtype)), x)
    return fresh(x) if copy else x


@like_numpy("ndim")
def ndim(a: Any) -> int:
    """The number of axes."""
    return len(shape_of(coerce(a)))


@like_numpy("shape")
def shape(a: Any) -> tuple[int, ...]:
    """The sizes of the axes."""
    return shape_of(coerce(a))


@like_numpy("size")
def size(a: Any, axis: Any = None) -> int:
    """The number of elements, in all or along `axis`."""
    a = coerce(a)
    return math.prod(shape_of(a)[i] for i in asked_axes("size", a, axis))
