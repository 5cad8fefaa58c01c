"""Reductions of the rows of an array by segments: sum, product, maximum, minimum by number."""

from typing import Any

from .backend import array_namespace
from .control import associative_scan
from .core import coerce, concrete
from .dtypes import dtype_of, shape_of
from .ops.elementwise import where
from .ops.indexing import at, getitem
from .ops.joining import concatenate
from .ops.sorting import argsort

__all__ = ["segment_max", "segment_min", "segment_prod", "segment_sum"]


def segment_sum(
    data: Any,
    segment_ids: Any,
    num_segments: int | None = None,
    indices_are_sorted: bool = False,
    unique_indices: bool = False,
) -> Any:
    """The sums of rows that have the same number.

        y[s] = sum_{i : segment_ids[i] = s} data[i]

    Args:
        data: (N, ...).
        segment_ids: (N,), integers in any order; rows whose number is negative, or not below
            `num_segments`, are left out.
        num_segments: the length of the result, by default the largest number plus one, which
            needs plain values.
        indices_are_sorted, unique_indices: hints of JAX, which change no value.

    Returns:
        (num_segments, ...) of the dtype of `data`; a segment without rows is 0.

    Raises:
        ValueError: shapes that do not fit; a negative `num_segments`.
        TypeError: numbers that are no integers.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.segment_sum(np.array([1.0, 2.0, 4.0]), np.array([0, 2, 0])).tolist()
        [5.0, 0.0, 2.0]
    """
    data, rows, n = _segments("segment_sum", data, segment_ids, num_segments)
    return at(_filled(data, n, 0), rows).add(data)[:n]


def segment_max(
    data: Any,
    segment_ids: Any,
    num_segments: int | None = None,
    indices_are_sorted: bool = False,
    unique_indices: bool = False,
) -> Any:
    """The largest of the rows that have the same number, element by element: see `segment_sum`.

    A segment without rows is the least value of the dtype, -inf for floats.

    Gradient: to the largest; rows that tie share it.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.segment_max(np.array([1.0, 2.0, 4.0]), np.array([0, 2, 0])).tolist()
        [4.0, -inf, 2.0]
    """
    data, rows, n = _segments("segment_max", data, segment_ids, num_segments)
    return at(_filled(data, n, _limits(data)[0]), rows).max(data)[:n]


def segment_min(
    data: Any,
    segment_ids: Any,
    num_segments: int | None = None,
    indices_are_sorted: bool = False,
    unique_indices: bool = False,
) -> Any:
    """The smallest of the rows that have the same number: see `segment_max`.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.segment_min(np.array([1.0, 2.0, 4.0]), np.array([0, 2, 0])).tolist()
        [1.0, inf, 2.0]
    """
    data, rows, n = _segments("segment_min", data, segment_ids, num_segments)
    return at(_filled(data, n, _limits(data)[1]), rows).min(data)[:n]


def segment_prod(
    data: Any,
    segment_ids: Any,
    num_segments: int | None = None,
    indices_are_sorted: bool = False,
    unique_indices: bool = False,
) -> Any:
    """The products of rows that have the same number: see `segment_sum`.

    A segment without rows is 1.

    Gradient: by products alone, so that zeros do no harm.
    Cost: a sort of the numbers, and about 2 log2(N) products of arrays.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.segment_prod(np.array([1.0, 2.0, 4.0]), np.array([0, 2, 0])).tolist()
        [4.0, 1.0, 2.0]
    """
    data, rows, n = _segments("segment_prod", data, segment_ids, num_segments)
    out = _filled(data, n, 1)
    if not shape_of(rows)[0]:
        return out[:n]
    order = argsort(rows, axis=0)
    data, rows = getitem(data, order), getitem(rows, order)
    change = rows[1:] != rows[:-1]
    end = array_namespace(data, rows).ones(1, bool)
    first, last = concatenate(end, change, axis=0), concatenate(change, end, axis=0)
    _, products = associative_scan(_joined, (first.reshape((-1,) + (1,) * (data.ndim - 1)), data))
    return at(out, where(last, rows, n)).set(products)[:n]


def _joined(left: Any, right: Any) -> Any:
    """Products of two stretches; one that holds the start of a segment forgets what is left."""
    (started, before), (starts, product) = left, right
    return started | starts, where(starts, product, before * product)


def _segments(name: str, data: Any, ids: Any, num_segments: int | None) -> tuple[Any, Any, int]:
    """The data, their rows in a result with one more row for what is left out, and its length."""
    data, ids = coerce(data), coerce(ids)
    if dtype_of(ids).kind not in "iu":
        raise TypeError(
            f"{name}: segment_ids has dtype {dtype_of(ids)}; expected integers. "
            "Convert it with segment_ids.astype(int)."
        )
    if len(shape_of(ids)) != 1 or shape_of(ids) != shape_of(data)[:1]:
        raise ValueError(
            f"{name}: segment_ids has shape {shape_of(ids)} for data of shape {shape_of(data)}; "
            "expected one number for each row. Reshape the data so that axis 0 is reduced."
        )
    n = _length(name, ids) if num_segments is None else int(num_segments)
    if n < 0:
        raise ValueError(
            f"{name}: num_segments is {n}; expected 0 or more. Leave it out for the largest "
            "number plus one."
        )
    return data, where((ids >= 0) & (ids < n), ids, n), n


def _length(name: str, ids: Any) -> int:
    plain = concrete(ids, f"{name} without num_segments")
    return max(int(plain.max()) + 1, 0) if plain.size else 0


def _filled(data: Any, n: int, value: Any) -> Any:
    xp = array_namespace(data)
    return xp.full((n + 1, *shape_of(data)[1:]), value, dtype=dtype_of(data))


def _limits(data: Any) -> tuple[Any, Any]:
    """The least and the largest value of a dtype."""
    dtype, xp = dtype_of(data), array_namespace(data)
    if dtype.kind == "b":
        return False, True
    if dtype.kind in "iu":
        return xp.iinfo(dtype).min, xp.iinfo(dtype).max
    return -xp.inf, xp.inf
