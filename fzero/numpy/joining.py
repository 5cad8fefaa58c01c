"""Functions that join arrays, cut them apart, and put in or leave out elements."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..ops import elementwise as el
from ..ops import structural as st
from .entry import asked_axis, from_host, host_value, like_numpy, named, operands, refuse_out
from .manipulation import atleast_1d, atleast_2d, atleast_3d, gathered, ravel

__all__ = [
    "append", "array_split", "block", "column_stack", "concat", "concatenate", "delete", "dsplit",
    "dstack", "hsplit", "hstack", "insert", "split", "stack", "trim_zeros", "unstack",
    "vsplit", "vstack",
]  # fmt: skip


def _cast(arrays: Sequence[Any], dtype: Any) -> list[Any]:
    if dtype is None:
        return list(arrays)
    return [el.astype(a, dtype=np.dtype(dtype)) for a in arrays]


def _sequence(name: str, arrays: Any, axis: Any) -> list[Any]:
    if shape_of(axis) != ():
        raise TypeError(
            f"{name}: axis is an array of shape {shape_of(axis)}; expected an int. "
            f"Put the arrays into one list: {name}([x, y])."
        )
    if not isinstance(arrays, (list, tuple)) and not hasattr(arrays, "shape"):
        raise TypeError(
            f"{name}: arrays is of type {type(arrays).__name__}; expected a list or tuple of "
            f"arrays. Write {name}(list(arrays))."
        )
    items = operands(*arrays)
    if not items:
        raise ValueError(f"{name}: the sequence is empty; expected at least one array. Add one.")
    return items


@like_numpy("concatenate", "concat")
def concatenate(
    arrays: Any, /, axis: int | None = 0, out: Any = None, *, dtype: Any = None,
    casting: str = "same_kind",
) -> Any:  # fmt: skip
    """The arrays one after the other along `axis`, or flat with axis=None."""
    refuse_out("concatenate", out)
    items = _cast(_sequence("concatenate", arrays, axis), dtype)
    if axis is None:
        items, axis = [ravel(a) for a in items], 0
    if any(shape_of(a) == () for a in items):
        raise ValueError(
            "concatenate: an array has no axes; expected one at least. Use stack for numbers."
        )
    axis = asked_axis("concatenate", items[0], axis)
    rests = {(s[:axis], s[axis + 1 :]) for s in map(shape_of, items)}
    if len(rests) > 1:
        raise ValueError(
            f"concatenate: the shapes are {[shape_of(a) for a in items]}; expected the same except "
            f"along axis {axis}. Reshape or broadcast them first."
        )
    return st.concatenate(*items, axis=axis)


concat = concatenate


@like_numpy("stack")
def stack(
    arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    """The arrays, all of one shape, along a new axis."""
    refuse_out("stack", out)
    items = _cast(_sequence("stack", arrays, axis), dtype)
    if len({shape_of(a) for a in items}) > 1:
        raise ValueError(
            f"stack: the shapes are {[shape_of(a) for a in items]}; expected one shape. "
            "Use concatenate, or broadcast_arrays first."
        )
    rank = len(shape_of(items[0])) + 1
    if not -rank <= axis < rank:
        raise np.exceptions.AxisError(
            f"stack: axis is {axis} for arrays of shape {shape_of(items[0])}; expected "
            f"-{rank} <= axis < {rank}. Use axis=-1 for a new last axis."
        )
    return st.stack(*items, axis=axis % rank)


@like_numpy("vstack")
def vstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """The arrays below each other, along the first axis; vectors count as rows."""
    return concatenate([atleast_2d(a) for a in tup], 0, dtype=dtype)


@like_numpy("hstack")
def hstack(tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    """The arrays beside each other, along the second axis; vectors along their only one."""
    items = [atleast_1d(a) for a in tup]
    return concatenate(items, 0 if items and len(shape_of(items[0])) == 1 else 1, dtype=dtype)


@like_numpy("dstack")
def dstack(tup: Any) -> Any:
    """The arrays behind each other, along the third axis."""
    return concatenate([atleast_3d(a) for a in tup], 2)


@like_numpy("column_stack")
def column_stack(tup: Any) -> Any:
    """Vectors as the columns of a matrix, beside matrices."""
    items = operands(*tup)
    return concatenate([a if len(shape_of(a)) > 1 else atleast_2d(a).T for a in items], 1)


@like_numpy("block")
def block(arrays: Any) -> Any:
    """Arrays joined as nested lists say: the innermost along the last axis, and so outwards."""
    depth = _depth(arrays)
    rank = max(depth, _highest(arrays))
    return _joined(arrays, rank, depth)


def _depth(arrays: Any) -> int:
    return 1 + max(map(_depth, arrays)) if isinstance(arrays, list) else 0


def _highest(arrays: Any) -> int:
    if isinstance(arrays, list):
        return max(map(_highest, arrays))
    return len(shape_of(coerce(arrays)))


def _joined(arrays: Any, rank: int, depth: int) -> Any:
    if not isinstance(arrays, list):
        return st.atleast(coerce(arrays), rank)
    return concatenate([_joined(a, rank, depth - 1) for a in arrays], rank - depth)


@like_numpy("append")
def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """`values` after `arr`: both flat, or along `axis`."""
    return concatenate((arr, values), axis)


# ------------------------------------------------------------------------------------- cutting


def _cut(a: Any, edges: Sequence[int], axis: int) -> list[Any]:
    """The parts of `a` between `edges`, which NumPy allows to be negative or in any order."""
    n = shape_of(a)[axis]
    ordered = all(0 <= x <= y for x, y in zip(edges, edges[1:], strict=False))
    if ordered and all(0 <= x <= n for x in edges):
        return list(st.split_at(a, sections=tuple(edges), axis=axis))
    whole = (slice(None),) * axis
    return [a[(*whole, slice(x, y))] for x, y in zip((0, *edges), (*edges, None), strict=True)]


@like_numpy("array_split")
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """`ary` cut at the given places, or into so many parts, the first ones longer by one."""
    ary = coerce(ary)
    axis, n = asked_axis("array_split", ary, axis), shape_of(ary)[axis]
    places = host_value(indices_or_sections, "array_split: indices_or_sections")
    if places.ndim == 0:
        short, longer = divmod(n, int(places))
        places = np.cumsum([short + 1] * longer + [short] * (int(places) - longer))[:-1]
    return _cut(ary, [int(i) for i in places], axis)


@like_numpy("split")
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """`ary` cut at the given places, or into so many equal parts."""
    ary = coerce(ary)
    places = host_value(indices_or_sections, "split: indices_or_sections")
    n = shape_of(ary)[asked_axis("split", ary, axis)]
    if places.ndim == 0 and (places <= 0 or n % int(places)):
        raise ValueError(
            f"split: indices_or_sections is {places} for an axis of size {n}; expected a divisor. "
            "Use array_split for parts that differ by one."
        )
    return array_split(ary, places, axis)


def _splitting(name: str, axis_for: Callable[[int], int], least: int) -> Callable[..., Any]:
    def cut(ary: Any, indices_or_sections: Any) -> list[Any]:
        ary = coerce(ary)
        rank = len(shape_of(ary))
        if rank < least:
            raise ValueError(
                f"{name}: ary has shape {shape_of(ary)}; expected at least {least} axes. "
                "Use split with an axis."
            )
        return split(ary, indices_or_sections, axis_for(rank))

    return named(cut, name, f"`split` along the axis that {name[0]}stack joins.")


vsplit = _splitting("vsplit", lambda rank: 0, 2)
hsplit = _splitting("hsplit", lambda rank: 1 if rank > 1 else 0, 1)
dsplit = _splitting("dsplit", lambda rank: 2, 3)


@like_numpy("unstack")
def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    """The slices of `x` along `axis`, one recorded operation for all of them."""
    x = coerce(x)
    return st.unstack(x, axis=asked_axis("unstack", x, axis))


@like_numpy("delete")
def delete(arr: Any, obj: Any, axis: int | None = None) -> Any:
    """`arr` without the places `obj` along `axis` (of the flat array by default)."""
    arr = coerce(arr)
    arr = ravel(arr) if axis is None else arr
    axis = asked_axis("delete", arr, 0 if axis is None else axis)
    gone = obj if isinstance(obj, slice) else host_value(obj, "delete: obj")
    return gathered(arr, np.delete(np.arange(shape_of(arr)[axis]), gone), axis)


@like_numpy("insert")
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """`arr` with `values` put before the places `obj` along `axis`."""
    arr, values = operands(arr, values)
    arr = ravel(arr) if axis is None else arr
    axis = asked_axis("insert", arr, 0 if axis is None else axis)
    shape, n = shape_of(arr), shape_of(arr)[axis]
    places: Any = obj if isinstance(obj, slice) else host_value(obj, "insert: obj")
    values = st.atleast(from_host(values, arr), len(shape))
    if not isinstance(obj, slice) and places.ndim == 0:
        values = st.moveaxis(values, 0, axis)  # NumPy's reading of one place
        count = shape_of(values)[axis]
        order = np.insert(np.arange(n), [int(places)] * count, np.arange(n, n + count))
    else:
        count = len(np.insert(np.zeros(n), places, 0)) - n
        order = np.insert(np.arange(n), places, np.arange(n, n + count))
    added = st.broadcast_to(values, shape=(*shape[:axis], count, *shape[axis + 1 :]))
    added = el.astype(added, dtype=dtype_of(arr))
    return gathered(st.concatenate(arr, added, axis=axis), order, axis)


@like_numpy("trim_zeros")
def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """A vector without the zeros at its front ("f") and back ("b")."""
    filt = coerce(filt)
    nonzero = np.flatnonzero(host_value(filt, "trim_zeros: filt"))
    first, last = (nonzero[0], nonzero[-1] + 1) if nonzero.size else (0, 0)
    front, back = "f" in trim.lower(), "b" in trim.lower()
    return filt[int(first) if front else 0 : int(last) if back else None]
