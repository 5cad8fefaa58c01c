"""An index in two parts: the static one, and the arrays in it.

The static part holds slices, None and integers, and `ARRAY` at the place of each index array. The
arrays are operands of the primitives, and may be batched.
"""

from collections.abc import Sequence
from typing import Any

from ..backend import array_namespace
from ..core import Tracer, coerce, concrete, innermost
from ..dtypes import dtype_of, shape_of
from ..shaping import op

__all__ = ["ARRAY", "Index", "merge", "out_of_bounds", "parse"]


class _Array:
    """The place of an index array in a static index."""

    def __repr__(self) -> str:
        return "ARRAY"


ARRAY = _Array()
Index = tuple[Any, ...]


def merge(index: Index, arrays: Sequence[Any]) -> Index:
    """The index as the array library takes it."""
    rest = iter(arrays)
    return tuple(next(rest) if i is ARRAY else i for i in index)


def _is_basic(i: Any) -> bool:
    if i is None or i is Ellipsis or isinstance(i, slice):
        return True
    return isinstance(i, int) and not isinstance(i, bool)


def parse(index: Any, x: Any) -> tuple[Index, list[Any]]:
    """A user's index on the array `x`: its static part and its arrays, which go where `x` is.

    Boolean masks become the integer arrays of their true elements, an Ellipsis its slices.

    Raises:
        BatchedValueError: a mask, or the bound of a slice, that differs between rows.
        IndexError: too many indices, or a mask that does not fit.
    """
    items = index if isinstance(index, tuple) else (index,)
    if all(map(_is_basic, items)):
        return tuple(map(_static, items)), []
    shape, xp = shape_of(x), array_namespace(x)
    masks = [i if _is_basic(i) else _index_array(i, xp) for i in items]
    used = sum(_consumed(i) for i in masks)
    if used > len(shape):
        raise IndexError(
            f"index: {used} indices for an array of {len(shape)} dimensions; expected at most "
            f"{len(shape)}. Drop {used - len(shape)} of them."
        )
    static: list[Any] = []
    arrays: list[Any] = []
    axis = 0
    for i in masks:
        if i is Ellipsis:
            static += [slice(None)] * (len(shape) - used)
            axis += len(shape) - used
        elif _is_basic(i):
            static.append(_static(i))
            axis += i is not None
        elif dtype_of(i).kind == "b":
            found = _true_elements(i, shape[axis : axis + i.ndim])
            static += [ARRAY] * len(found)
            arrays += found
            axis += i.ndim
        else:
            static.append(ARRAY)
            arrays.append(i)
            axis += 1
    static += [slice(None)] * (len(shape) - axis)
    return tuple(static), arrays


def _static(i: Any) -> Any:
    if isinstance(i, slice):
        bounds = (i.start, i.stop, i.step)
        return slice(*(b if b is None else concrete(b, "the bound of a slice") for b in bounds))
    return i


def _index_array(i: Any, xp: Any) -> Any:
    array = xp.asarray(i) if isinstance(i, bool) else coerce(i)
    if array_namespace(array) is not xp and not isinstance(array, Tracer):
        array = xp.asarray(array)
    if dtype_of(array).kind == "f" and 0 in shape_of(array):
        return op("astype")(array, dtype="int64")
    if dtype_of(array).kind not in "iub":
        raise IndexError(
            f"index: an index has dtype {dtype_of(array)}; expected integers, booleans, slices, "
            "None or Ellipsis. Convert it, for example with .astype(int)."
        )
    return array


def out_of_bounds(x: Any, index: Index, arrays: Sequence[Any]) -> IndexError | None:
    """What is wrong with an index of `x` that was refused, None if it is not an entry of it."""
    shape, rest, axis = shape_of(x), iter(arrays), 0
    used = sum(i is not None and i is not Ellipsis for i in index)
    if used > len(shape):
        return IndexError(
            f"index: {used} indices for an array of shape {shape}; expected at most {len(shape)}. "
            f"Drop {used - len(shape)} of them."
        )
    for i in index:
        if i is Ellipsis:
            axis += len(shape) - used
            continue
        entries = innermost(next(rest)) if i is ARRAY else i
        if isinstance(i, int) or i is ARRAY:
            size = shape[axis]
            bad = _beyond(entries, size)
            if bad is not None:
                return IndexError(
                    f"index: {bad} is out of bounds for axis {axis} of an array of shape {shape}; "
                    f"expected -{size} <= index < {size}. Clip it with fzero.numpy.clip, or use "
                    "-1 for the last."
                )
        axis += i is not None
    return None


def _beyond(entries: Any, size: int) -> int | None:
    """An entry that is no index into `size` elements."""
    if 0 in shape_of(entries):
        return None
    low, high = (entries, entries) if isinstance(entries, int) else (entries.min(), entries.max())
    return int(high) if high >= size else int(low) if low < -size else None


def _consumed(i: Any) -> int:
    if i is None or i is Ellipsis:
        return 0
    return i.ndim if dtype_of(i).kind == "b" and not _is_basic(i) else 1


def _true_elements(mask: Any, shape: tuple[int, ...]) -> list[Any]:
    mask = concrete(mask, "a boolean mask as an index")
    if mask.ndim == 0 or mask.shape != shape:
        raise IndexError(
            f"index: a boolean mask has shape {mask.shape} where the array has {shape}; expected "
            "the same. Use fzero.numpy.where for a mask that broadcasts."
        )
    return list(array_namespace(mask).nonzero(mask))
