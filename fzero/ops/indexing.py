"""`x[index]`, and its out-of-place updates `x.at[index]`."""

from typing import Any

from ..backend import array_namespace, is_array
from ..core import Tracer, coerce, concrete
from ..dtypes import dtype_of, shape_of
from ..shaping import PYTHON_SCALARS, op
from .gather import place, take
from .index import Index, parse
from .scatter import put, put_max, put_min
from .selection import where
from .structural import broadcast_to

__all__ = ["At", "AtIndexer", "at", "getitem"]


def getitem(x: Any, index: Any) -> Any:
    """`x[index]` with NumPy's meaning; the index may hold tracers of integers."""
    if index is True or index is False or _is_flag(index):
        return getitem(x, None)[: int(concrete(index, "a boolean mask as an index"))]
    static, arrays = parse(index, x)
    unique = not arrays or (not isinstance(index, tuple) and _is_mask(index))
    return take(x, *arrays, index=static, unique=unique)


def _is_flag(index: Any) -> bool:
    """Whether it is a 0-d mask, as `x > 0` of a number: a new axis of one element or none."""
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
        index, arrays = self._parts()
        return put(self.x, self._values(values), *arrays, index=index)

    def add(self, values: Any) -> Any:
        """The array with `values` added at the index; repeated indices add up."""
        index, arrays = self._parts()
        shape = shape_of(getitem(self.x, self.index))
        values = coerce(values)
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
        return put_max(self.x, self._values(values), *arrays, index=index)

    def min(self, values: Any) -> Any:
        """The array with the smaller of its elements and `values` at the index."""
        index, arrays = self._parts()
        return put_min(self.x, self._values(values), *arrays, index=index)

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
