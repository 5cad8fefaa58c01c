"""Sorting, searching, and arrays as sets."""

from typing import Any, NamedTuple

import numpy as np

from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..ops import elementwise as el
from ..ops import sorting as ops
from .entry import asked_axis, host_value, like_numpy, operands
from .joining import concatenate
from .logic import isin
from .manipulation import ravel

__all__ = [
    "argpartition", "argsort", "digitize", "intersect1d", "lexsort", "partition", "searchsorted",
    "setdiff1d", "setxor1d", "sort", "sort_complex", "union1d", "unique", "unique_all",
    "unique_counts", "unique_inverse", "unique_values",
]  # fmt: skip


def _checked(name: str, a: Any, axis: Any, order: Any) -> tuple[Any, Any]:
    if order is not None:
        raise ValueError(
            f"{name}: order is {order!r}; expected None, as there are no fields. Leave it out."
        )
    a = coerce(a)
    return a, axis if axis is None else asked_axis(name, a, axis)


@like_numpy("sort")
def sort(
    a: Any, axis: int | None = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Any:
    """The elements in ascending order along `axis`; NaN last. Gradient: back to their places."""
    return ops.sort(*_checked("sort", a, axis, order))


@like_numpy("argsort")
def argsort(
    a: Any, axis: int | None = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Any:
    """The indices that sort along `axis`; equal elements keep their order."""
    return ops.argsort(*_checked("argsort", a, axis, order))


@like_numpy("partition")
def partition(
    a: Any, kth: Any, axis: int | None = -1, kind: str = "introselect", order: Any = None
) -> Any:
    """The elements at `kth` as if sorted, smaller ones before and larger ones after them."""
    a, axis = _checked("partition", a, axis, order)
    return ops.partition(a, _places(kth), axis)


@like_numpy("argpartition")
def argpartition(
    a: Any, kth: Any, axis: int | None = -1, kind: str = "introselect", order: Any = None
) -> Any:
    """The indices of `partition`."""
    a, axis = _checked("argpartition", a, axis, order)
    return ops.argpartition(a, _places(kth), axis)


def _places(kth: Any) -> Any:
    places = host_value(kth, "partition: kth").tolist()
    return places if isinstance(places, int) else tuple(places)


@like_numpy("lexsort")
def lexsort(keys: Any, axis: int = -1) -> Any:
    """The indices that sort by the last key, equal ones by the key before it, and so on."""
    return ops.lexsort(keys, axis)


@like_numpy("sort_complex")
def sort_complex(a: Any) -> Any:
    """The elements as complex numbers, sorted by real and then by imaginary part."""
    ordered = sort(a)
    dtype = dtype_of(ordered)
    if dtype.kind == "c":
        return ordered
    small = dtype.kind in "iu" and dtype.itemsize <= 2
    return el.astype(ordered, dtype=np.dtype(np.complex64 if small else np.complex128))


@like_numpy("searchsorted")
def searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Any:
    """Where each of `v` would be put into the ascending vector `a`, before or after equals."""
    a, v = operands(a, v)
    return ops.searchsorted(el.detach(a), el.detach(v), side, sorter)


@like_numpy("digitize")
def digitize(x: Any, bins: Any, right: bool = False) -> Any:
    """The number of the bin of each element, for edges in rising or falling order."""
    x, bins = operands(x, bins)
    n = shape_of(bins)[0]
    side = "left" if right else "right"
    if n and bool(bins[-1] < bins[0]):
        return n - searchsorted(bins[::-1], x, side)
    return searchsorted(bins, x, side)


# ----------------------------------------------------------------------------------------- sets


@like_numpy("unique")
def unique(
    ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False,
    axis: int | None = None, *, equal_nan: bool = True, sorted: bool = True,
) -> Any:  # fmt: skip
    """The different elements in ascending order; needs plain values.

    Gradient: to the first of equal elements.
    """
    values, *more = ops.unique(ar, axis, equal_nan)
    asked = (return_index, return_inverse, return_counts)
    chosen = [m for m, wanted in zip(more, asked, strict=True) if wanted]
    return (values, *chosen) if chosen else values


class UniqueAllResult(NamedTuple):
    """What `unique_all` returns for tracers."""

    values: Any
    indices: Any
    inverse_indices: Any
    counts: Any


class UniqueCountsResult(NamedTuple):
    """What `unique_counts` returns for tracers."""

    values: Any
    counts: Any


class UniqueInverseResult(NamedTuple):
    """What `unique_inverse` returns for tracers."""

    values: Any
    inverse_indices: Any


@like_numpy("unique_all")
def unique_all(x: Any, /) -> UniqueAllResult:
    """The different elements, their first places, which one each element is, and the counts."""
    return UniqueAllResult(*ops.unique(x, None, False))


@like_numpy("unique_counts")
def unique_counts(x: Any, /) -> UniqueCountsResult:
    """The different elements and how often each occurs."""
    values, _, _, counts = ops.unique(x, None, False)
    return UniqueCountsResult(values, counts)


@like_numpy("unique_inverse")
def unique_inverse(x: Any, /) -> UniqueInverseResult:
    """The different elements, and which of them each element is."""
    values, _, inverse, _ = ops.unique(x, None, False)
    return UniqueInverseResult(values, inverse)


@like_numpy("unique_values")
def unique_values(x: Any, /) -> Any:
    """The different elements; on tracers in ascending order."""
    return ops.unique(x, None, False)[0]


@like_numpy("union1d")
def union1d(ar1: Any, ar2: Any) -> Any:
    """The different elements of both arrays, in ascending order."""
    return unique(concatenate((ar1, ar2), axis=None))


@like_numpy("intersect1d")
def intersect1d(
    ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False
) -> Any:
    """The elements that are in both arrays, in ascending order."""
    ar1, ar2 = operands(ar1, ar2)
    a, first_a, *_ = ops.unique(ar1)
    b, first_b, *_ = ops.unique(ar2)
    in_both = isin(a, b)
    if not return_indices:
        return a[in_both]
    return a[in_both], first_a[in_both], first_b[isin(b, a)]


@like_numpy("setdiff1d")
def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """The elements of the first array that are not in the second."""
    a = ravel(ar1) if assume_unique else unique(ar1)
    return a[isin(a, ar2, invert=True)]


@like_numpy("setxor1d")
def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """The elements that are in one of the arrays only, in ascending order."""
    a, b = map(unique, operands(ar1, ar2))
    return sort(concatenate((a[isin(a, b, invert=True)], b[isin(b, a, invert=True)])))
