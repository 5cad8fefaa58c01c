"""`x[index]`, and its out-of-place updates `x.at[index]`."""

from typing import Any

from ..backend import array_namespace, is_array
from ..core import Tracer, coerce, concrete
from ..dtypes import dtype_of, shape_of
from ..shaping import PYTHON_SCALARS, op
from .gather import place, take
from .index import Index, out_of_bounds, parse
from .index_layout import result_shape
from .scatter import put, put_max, put_min
from .selection import where
from .structural import broadcast_to

__all__ = ["At", "AtIndexer", "at", "getitem"]


def getitem(x: Any, index: Any) -> Any:
    """`x[index]` with NumPy's meaning; the index may hold tracers of integers."""
    if _is_flag(index):
        times = int(concrete(index, "a boolean mask as an index"))
        places = array_namespace(x).zeros(times, int)
        return getitem(getitem(x, None), places)  # a copy, as of all masks
    static, arrays = parse(index, x)
    unique = not arrays or (not isinstance(index, tuple) and _is_mask(index))
    try:
        return take(x, *arrays, index=static, unique=unique)
    except IndexError as error:
        if better := out_of_bounds(x, static, arrays):
            raise better from error
        raise


def _is_flag(index: Any) -> bool:
    """Whether it is a 0-d mask, as `x > 0` of a number: a new axis of one element or none."""
    if index is True or index is False:
        return True
    return getattr(index, "ndim", 1) == 0 and dtype_of(index).kind == "b"


def _is_mask(index: Any) -> bool:
    return dtype_of(coerce(index)).kind == "b"


class At:
    """Out-of-place updates of one index of an array: see `fzero.at`."""

    __slots__ = ("index", "x")

    def __init__(self, x: Any, index: Any) -> None:
        self.x, self.index = coerce(x), index

    def _parts(self) -> tuple[Index, list[Any]]:
        return parse(self.index, self.x)

    def _values(self, v: Any) -> Any:
        v = coerce(v)
        if dtype_of(v).kind == "c" and dtype_of(self.x).kind != "c":
            raise TypeError(
                f"at: the values have dtype {dtype_of(v)} and the array {dtype_of(self.x)}; "
                "expected a real update. Take its real part, or make the array complex."
            )
        weak = type(v) in PYTHON_SCALARS
        return v if weak else op("astype")(v, dtype=dtype_of(self.x))

    def get(self) -> Any:
        """The selected elements."""
        return getitem(self.x, self.index)

    def set(self, values: Any) -> Any:
        """The array with `values` (broadcast) at the index; of repeated indices one wins."""
        values = self._values(values)
        if (mask := self._mask(len(shape_of(values)))) is not None:
            chosen = where(mask, values, self.x)
            return op("astype")(chosen, dtype=dtype_of(self.x))
        if _is_flag(self.index) and len(shape_of(values)) > len(shape_of(self.x)):
            taken = bool(concrete(self.index, "a boolean mask as an index"))
            return At(self.x, ...).set(values[0]) if taken else self.x
        index, arrays = self._parts()
        if shape_of(values)[:1] == (1,):
            values = self._narrowed(values, index, arrays)
        return self._updated(put, values, index, arrays)

    def _updated(self, update: Any, values: Any, index: Index, arrays: list[Any]) -> Any:
        """The array after `update` at the index; what is wrong is told in the caller's terms."""
        try:
            return update(self.x, values, *arrays, index=index)
        except (IndexError, ValueError):
            self._check_fit(values)  # which looks at the index first
            raise

    def _check_fit(self, values: Any) -> tuple[int, ...]:
        """The shape of the selected elements, to which the values must broadcast."""
        shape, own = shape_of(self.get()), shape_of(values)
        if len(own) > len(shape) or any(
            a not in (1, b) for a, b in zip(own[::-1], shape[::-1], strict=False)
        ):
            raise ValueError(
                f"at: the values have shape {own} for selected elements of shape {shape}; "
                "expected shapes that broadcast to that. Reshape them, or select as many."
            )
        return shape

    def _narrowed(self, values: Any, index: Index, arrays: list[Any]) -> Any:
        """`values` without the leading axes of size 1 that the selection has not, as in NumPy."""
        rows, shape = map(shape_of, arrays), shape_of(values)
        chosen = result_shape(shape_of(self.x), list(rows), index, array_namespace(self.x))
        extra = len(shape) - len(chosen)
        if extra <= 0 or shape[:extra] != (1,) * extra:
            return values
        return op("reshape")(values, shape=shape[extra:])

    def _mask(self, rank: int) -> Any:
        """The index as a mask over all of the array, None where values of this rank need more.

        So a mask may differ between the rows of `vmap`, as long as the values do not go by it.
        """
        traced = isinstance(self.index, Tracer) and dtype_of(self.index).kind == "b"
        if not traced and not _is_flag(self.index):
            return None
        shape, own = shape_of(self.index), shape_of(self.x)
        if shape != own[: len(shape)] or rank > len(own) - len(shape):
            return None
        return op("reshape")(self.index, shape=shape + (1,) * (len(own) - len(shape)))

    def add(self, values: Any) -> Any:
        """The array with `values` added at the index; repeated indices add up."""
        index, arrays = self._parts()
        values = coerce(values)
        shape = self._check_fit(values)
        if not (is_array(values) or isinstance(values, Tracer)):
            values = array_namespace(self.x).asarray(values)
        values = broadcast_to(op("astype")(values, dtype=dtype_of(self.x)), shape=shape)
        return self.x + place(
            values, *arrays, index=index, shape=shape_of(self.x), unique=not arrays
        )

    def subtract(self, values: Any) -> Any:
        """The array with `values` subtracted at the index; repeated indices add up."""
        return self.add(-coerce(values))

    def multiply(self, values: Any) -> Any:
        """The array with the index multiplied by `values`.

        Raises:
            ValueError: an index that is repeated.
        """
        self._check_unique("multiply")
        return self.set(self.get() * self._values(values))

    def divide(self, values: Any) -> Any:
        """The array with the index divided by `values`; an index must not be repeated."""
        self._check_unique("divide")
        return self.set(self.get() / self._values(values))

    def power(self, values: Any) -> Any:
        """The array with the index raised to `values`; an index must not be repeated."""
        self._check_unique("power")
        return self.set(self.get() ** self._values(values))

    def apply(self, function: Any) -> Any:
        """The array with `function` applied to the selected elements, none of them repeated."""
        self._check_unique("apply")
        return self.set(function(self.get()))

    def max(self, values: Any) -> Any:
        """The array with the larger of its elements and `values` at the index."""
        index, arrays = self._parts()
        return self._updated(put_max, self._values(values), index, arrays)

    def min(self, values: Any) -> Any:
        """The array with the smaller of its elements and `values` at the index."""
        index, arrays = self._parts()
        return self._updated(put_min, self._values(values), index, arrays)

    def _check_unique(self, name: str) -> None:
        index, arrays = self._parts()
        if not arrays:
            return
        ones = where(broadcast_to(True, shape=shape_of(self.get())), 1.0, 0.0)
        count = place(ones, *arrays, index=index, shape=shape_of(self.x), unique=False)
        while isinstance(count, Tracer):
            count = count.value
        if (count > 1).any():
            raise ValueError(
                f"at(x, index).{name}: the index names an element more than once; expected each "
                "once. Combine the values first, or use add, max or min, which take repeats."
            )


class AtIndexer:
    """`x.at[index]`, the same as `fzero.at(x, index)`."""

    __slots__ = ("x",)

    def __init__(self, x: Any) -> None:
        self.x = x

    def __getitem__(self, index: Any) -> At:
        return At(self.x, index)


def at(x: Any, index: Any) -> At:
    """Out-of-place updates of `x` at `index`, with the methods set, add, multiply, min, max, ...

    Args:
        x: an array of any library, or a tracer; it is not changed.
        index: what `x[index]` would take: integers, slices, None, Ellipsis, integer arrays (also
            repeated ones, which `add`, `max` and `min` combine), boolean masks.

    Returns:
        An object whose methods return a new array of the shape and dtype of `x`.

    Gradient: to the array and to the values.

    Example:
        >>> import numpy as np
        >>> at(np.zeros(3), np.array([0, 0, 2])).add(1.0).tolist()
        [2.0, 0.0, 1.0]
    """
    return At(x, index)
