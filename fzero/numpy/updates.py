"""NumPy's functions that write into their argument; `inplace=False` returns a new array instead.

NumPy's own forms change an array and return None. Those of a tracer, which cannot be changed, and
of an array that should stay as it is, are written with `inplace=False`, as in JAX.
"""

import functools
import math
from collections.abc import Callable
from typing import Any

from ..backend import array_namespace
from ..cells import present
from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..ops import elementwise as el
from ..ops import structural as st
from ..ops.indexing import at, getitem
from .entry import named, operands
from .indexing import along_axis
from .reductions import flat

__all__ = ["fill_diagonal", "place", "put", "put_along_axis"]


def _in_place(name: str, instead: str) -> Callable[..., Any]:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise TypeError(
            f"{name}: the array is a tracer, and the function changes its argument; expected no "
            f"change in place. Write {instead}, which returns the new array."
        )

    return named(refuse, name, f"NumPy's in-place function; for tracers write {instead}.")


def _or_new(instead: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """NumPy's function in place, and `new` where `inplace` is False."""

    def decorate(new: Callable[..., Any]) -> Callable[..., Any]:
        in_place = _in_place(new.__name__, instead)

        @functools.wraps(new)
        def call(*args: Any, inplace: bool = True, **kwargs: Any) -> Any:
            return (in_place if inplace else new)(*args, **kwargs)

        return call

    return decorate


copyto = _in_place("copyto", "fnp.where(mask, values, x)")
putmask = _in_place("putmask", "fnp.where(mask, values, x)")


@_or_new("fnp.put(x, indices, values, inplace=False)")
def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> Any:
    """The values at these places of the flat array; of repeated places the last one stays.

    Args:
        a: an array.
        ind: integers.
        v: the values, repeated if there are too few.
        mode: of places out of bounds: "raise", "wrap" around, or "clip" to the ends.
        inplace: True, as in NumPy, changes `a` and returns None; False returns a new array, of
            tracers too.

    Example:
        >>> import fzero.numpy as fnp
        >>> fnp.put(fnp.zeros(4), [0, 2], [5.0, 7.0], inplace=False)
        array([5., 0., 7., 0.])
    """
    a, places, values = operands(present(a), ind, v)
    places, values, n = flat(places), flat(values), math.prod(shape_of(a))
    if mode not in ("raise", "wrap", "clip"):
        raise ValueError(
            f"put: mode is {mode!r}; expected 'raise', 'wrap' or 'clip'. Leave it out for 'raise'."
        )
    if not shape_of(values)[0] or not shape_of(places)[0]:
        return at(a, ...).add(0)
    if mode != "raise":
        places = el.clip(places, 0, n - 1) if mode == "clip" else el.remainder(places, n)
    values = _cycled(values, array_namespace(a).arange(shape_of(places)[0]))
    return st.reshape(at(flat(a), places).set(values), shape=shape_of(a))


@_or_new("fnp.place(x, mask, values, inplace=False)")
def place(arr: Any, mask: Any, vals: Any) -> Any:
    """The values, one after the other, where the mask holds.

    Args:
        arr: an array.
        mask: booleans in the shape of `arr`.
        vals: the values, repeated if there are too few.
        inplace: True, as in NumPy, changes `arr` and returns None; False returns a new array.

    Raises:
        ValueError: there are no values.

    Example:
        >>> import fzero.numpy as fnp
        >>> fnp.place(fnp.zeros(3), [True, False, True], [5.0, 7.0], inplace=False)
        array([5., 0., 7.])
    """
    arr, mask, values = operands(present(arr), mask, vals)
    if math.prod(shape_of(mask)) != math.prod(shape_of(arr)):
        raise ValueError(
            f"place: mask has shape {shape_of(mask)} for an array of shape {shape_of(arr)}; "
            "expected as many elements. Broadcast it with broadcast_to."
        )
    if not math.prod(shape_of(values)):
        raise ValueError(
            "place: vals is empty; expected a value or more. Leave the call out to keep the array."
        )
    chosen = el.not_equal(st.reshape(mask, shape=shape_of(arr)), 0)
    before = st.reshape(el.astype(chosen, dtype=int), shape=(-1,)).cumsum() - 1
    taken = st.reshape(_cycled(flat(values), before), shape=shape_of(arr))
    return el.where(chosen, el.astype(taken, dtype=dtype_of(arr)), arr)


@_or_new("fnp.put_along_axis(x, indices, values, axis, inplace=False)")
def put_along_axis(arr: Any, indices: Any, values: Any, axis: int | None = -1) -> Any:
    """The values at the indices of each row along `axis`: what `take_along_axis` would read.

    Args:
        arr: an array.
        indices: integers, with as many axes as `arr`.
        values: broadcast to the shape of `indices`.
        axis: the axis; None for the flat array.
        inplace: True, as in NumPy, changes `arr` and returns None; False returns a new array.

    Example:
        >>> import fzero.numpy as fnp
        >>> fnp.put_along_axis(fnp.zeros((2, 2)), [[1], [0]], 5.0, 1, inplace=False)
        array([[0., 5.],
               [5., 0.]])
    """
    arr, indices, values = operands(present(arr), indices, values)
    if axis is None:
        set_ = at(flat(arr), along_axis("put_along_axis", flat(arr), indices, 0)).set(values)
        return st.reshape(set_, shape=shape_of(arr))
    return at(arr, along_axis("put_along_axis", arr, indices, axis)).set(values)


@_or_new("fnp.fill_diagonal(x, value, inplace=False)")
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> Any:
    """The value on the main diagonal, that of all axes.

    Args:
        a: an array of two axes or more; three and more must have one length.
        val: a number, or values along the diagonal, repeated if there are too few.
        wrap: begin again, one row lower, below the square part of a tall matrix.
        inplace: True, as in NumPy, changes `a` and returns None; False returns a new array.

    Raises:
        ValueError: fewer than two axes; three or more of several lengths.

    Example:
        >>> import fzero.numpy as fnp
        >>> fnp.fill_diagonal(fnp.zeros((2, 3)), 1.0, inplace=False)
        array([[1., 0., 0.],
               [0., 1., 0.]])
    """
    shape = shape_of(coerce(present(a)))
    if len(shape) < 2 or (len(shape) > 2 and len(set(shape)) > 1):
        raise ValueError(
            f"fill_diagonal: the array has shape {shape}; expected two axes, or more of one "
            "length. Write fzero.at(x, index).set(values) for others."
        )
    size = math.prod(shape)
    step = 1 + sum(math.prod(shape[i:]) for i in range(1, len(shape)))
    end = size if wrap or len(shape) > 2 else min(size, shape[1] ** 2)
    return put(a, array_namespace(a).arange(0, end, step), val, inplace=False)


def _cycled(values: Any, numbers: Any) -> Any:
    """The values of these numbers, counted round and round."""
    return getitem(values, el.remainder(numbers, shape_of(values)[0]))
