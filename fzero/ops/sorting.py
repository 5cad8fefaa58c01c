"""Sorting, searching, and what is read off sorted values.

Sorting is a permutation of its values: derivatives go along it, ties in the order of the array.
"""

import math
from typing import Any

from ..backend import array_namespace
from ..core import coerce, concrete
from ..dtypes import shape_of
from ..rules import custom, draw, nondiff
from ..shaping import axis_of, op
from .elementwise import equal, less, less_equal, logical_and, logical_or, not_equal
from .gather import place, take
from .index import ARRAY
from .reduction import sum as sum_
from .structural import expand_dims, flip, reshape

# ------------------------------------------------------------------------ reading along one axis


def _grid(shape: tuple[int, ...], indices: Any, axis: int) -> tuple[Any, ...]:
    """The index arrays that make `indices` count along `axis` only, for an array of `shape`."""
    xp, rank = array_namespace(indices), len(shape)
    return tuple(
        indices if i == axis else xp.arange(n).reshape((1,) * i + (n,) + (1,) * (rank - i - 1))
        for i, n in enumerate(shape)
    )


def take_along_axis(x: Any, indices: Any, axis: int, unique: bool = False) -> Any:
    """The elements of `x` at `indices` along `axis`, each row by its own.

    `unique` promises that no element is named twice, which makes the transpose cheaper.
    """
    shape = shape_of(x)
    grid = _grid(shape, indices, axis_of(len(shape), axis))
    return take(x, *grid, index=(ARRAY,) * len(shape), unique=unique)


def _permuted_back(g: Any, order: Any, axis: int) -> Any:
    """The transpose of reading in `order`."""
    shape = shape_of(g)
    grid = _grid(shape, order, axis)
    return place(g, *grid, index=(ARRAY,) * len(shape), shape=shape, unique=True)


# ---------------------------------------------------------------------------------- primitives


def _samples(*params: dict[str, Any]) -> Any:
    return lambda rng: [((draw(rng, (3, 4)),), p) for p in params]


def _batch(name: str) -> Any:
    def batch(size: int, args: Any, batched: Any, params: Any) -> Any:
        (x,) = args
        axis = axis_of(len(shape_of(x)) - 1, params["axis"]) + 1
        return op(name)(x, **{**params, "axis": axis}), True

    return batch


def _sort_pull(ans: Any, x: Any, axis: int) -> Any:
    return lambda g: _permuted_back(g, _argsort(x, axis=axis), axis_of(len(shape_of(x)), axis))


def _sort_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    order = _argsort(args[0], **params)
    return take_along_axis(tangents[0], order, params["axis"], unique=True)


# Faster than reading in the order of argsort, which only a derivative asks for.
_sort = custom(
    "sort",
    lambda xp: lambda x, axis: xp.sort(x, axis=axis),
    pulls=(_sort_pull,),
    jvp=_sort_jvp,
    batch=_batch("sort"),
    samples=_samples({"axis": 0}, {"axis": -1}),
)


def _argsort_impl(xp: Any) -> Any:
    def argsort(x: Any, axis: int, stable: bool = True) -> Any:
        return xp.argsort(x, axis=axis, kind="stable" if stable else None)

    return argsort


_argsort = nondiff(
    "argsort",
    _argsort_impl,
    batch=_batch("argsort"),
    samples=_samples({"axis": 0}, {"axis": 1, "stable": True}),
)
_argpartition = nondiff(
    "argpartition",
    lambda xp: lambda x, kth, axis: xp.argpartition(x, kth, axis=axis),
    batch=_batch("argpartition"),
    samples=_samples({"kth": 1, "axis": 1}, {"kth": (0, 2), "axis": 0}),
)


def _searchsorted_batch(size: int, args: Any, batched: Any, params: Any) -> Any:
    a, v = args
    if not batched[0]:
        return _searchsorted(a, v, **params), True
    # No library searches in several arrays at once: count what lies before.
    inner = len(shape_of(v)) - batched[1]
    a = reshape(a, shape=(size, *(1,) * inner, a.shape[1]))
    v = expand_dims(v, -1)
    if params["side"] == "left":
        before = logical_or(less(a, v), logical_and(not_equal(v, v), equal(a, a)))
    else:
        before = logical_or(less_equal(a, v), not_equal(v, v))
    return sum_(before, axis=-1, keepdims=False), True


def _searchsorted_samples(rng: Any) -> list[Any]:
    a = draw(rng, (5,))
    a.sort()
    return [((a, draw(rng, s)), {"side": side}) for s, side in [((2, 3), "left"), ((), "right")]]


_searchsorted = nondiff(
    "searchsorted",
    lambda xp: lambda a, v, side: xp.searchsorted(a, v, side=side),
    batch=_searchsorted_batch,
    samples=_searchsorted_samples,
)

# ---------------------------------------------------------------------------------- composites


def _along(x: Any, axis: int | None) -> tuple[Any, int]:
    """`x` and the axis to work along, flattened where that is None."""
    x = coerce(x)
    if axis is None:
        return reshape(x, shape=(math.prod(shape_of(x)),)), 0
    return x, axis_of(len(shape_of(x)), axis)


def sort(x: Any, axis: int | None = -1, descending: bool = False) -> Any:
    """The values in ascending order along an axis (None: flattened); NaN counts as the largest."""
    x, axis = _along(x, axis)
    ordered = _sort(x, axis=axis)
    return flip(ordered, axis=(axis,)) if descending else ordered


def argsort(x: Any, axis: int | None = -1, stable: bool = True, descending: bool = False) -> Any:
    """The indices that sort; equal values stay in their order."""
    x, axis = _along(x, axis)
    if not descending:
        return _argsort(x, axis=axis, stable=stable)
    back = _argsort(flip(x, axis=(axis,)), axis=axis, stable=stable)
    return shape_of(x)[axis] - 1 - flip(back, axis=(axis,))


def argpartition(x: Any, kth: Any, axis: int | None = -1) -> Any:
    """The indices of `partition`."""
    x, axis = _along(x, axis)
    return _argpartition(x, kth=kth, axis=axis)


def partition(x: Any, kth: Any, axis: int | None = -1) -> Any:
    """The values with those at `kth` where sorting puts them, and smaller ones before."""
    x, axis = _along(x, axis)
    return take_along_axis(x, _argpartition(x, kth=kth, axis=axis), axis, unique=True)


def lexsort(keys: Any, axis: int = -1) -> Any:
    """The indices that sort by the last key, ties by the one before, and so on."""
    keys = [coerce(k) for k in keys] if isinstance(keys, (tuple, list)) else list(coerce(keys))
    if not keys:
        raise ValueError("lexsort: keys is empty; expected at least one key. Give a tuple of keys.")
    order = argsort(keys[0], axis)
    for k in keys[1:]:
        again = argsort(take_along_axis(k, order, axis, unique=True), axis)
        order = take_along_axis(order, again, axis, unique=True)
    return order


def top_k(x: Any, k: int, axis: int = -1) -> tuple[Any, Any]:
    """The `k` largest values in descending order and their indices; of equal ones the first."""
    x, axis = _along(x, axis)
    n = shape_of(x)[axis]
    if not 0 <= k <= n:
        raise ValueError(f"top_k: k is {k} along an axis of {n}; expected 0 <= k <= {n}. Lower k.")
    order = argsort(x, axis, descending=True)[(slice(None),) * axis + (slice(0, k),)]
    return take_along_axis(x, order, axis, unique=True), order


def searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Any:
    """Where in the ascending `a` to insert `v`: before ("left") or behind equal values."""
    a, v = coerce(a), coerce(v)
    if len(shape_of(a)) != 1:
        raise ValueError(
            f"searchsorted: a has shape {shape_of(a)}; expected one axis. Use vmap for rows."
        )
    if side not in ("left", "right"):
        raise ValueError(
            f"searchsorted: side is {side!r}; expected 'left' or 'right'. 'left' is the default."
        )
    if sorter is not None:
        a = take_along_axis(a, coerce(sorter), 0, unique=True)
    return _searchsorted(a, v, side=side)


def unique(x: Any, axis: int | None = None, equal_nan: bool = True) -> tuple[Any, Any, Any, Any]:
    """The different values in ascending order, with first index, inverse and count of each.

    Gradient: a value's cotangent goes to its first occurrence.

    Raises:
        BatchedValueError: under `vmap`, where each row would have its own number of them.
    """
    x = coerce(x)
    plain = concrete(x, "unique")
    xp = array_namespace(plain)
    _, index, inverse, counts = xp.unique(
        plain,
        return_index=True,
        return_inverse=True,
        return_counts=True,
        axis=axis,
        equal_nan=equal_nan,
    )
    flat, axis = _along(x, axis)
    places = tuple(ARRAY if i == axis else slice(None) for i in range(len(shape_of(flat))))
    values = take(flat, index, index=places, unique=True)
    return values, index, inverse, counts
