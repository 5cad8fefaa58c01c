"""Types for hints: `Array`, and `ArrayLike`, what functions take for one."""

from typing import Any, Protocol, TypeAlias

import numpy as np

from .backend import is_array
from .core import Tracer

__all__ = ["Array", "ArrayLike"]


class _AskWhatItIs(type(Protocol)):
    """`isinstance(x, Array)` by kind: a protocol alone would take any object with a shape."""

    def __instancecheck__(cls, x: Any) -> bool:
        if cls is not Array:
            return super().__instancecheck__(x)
        return is_array(x) or isinstance(x, (Tracer, np.generic))


class Array(Protocol, metaclass=_AskWhatItIs):
    """An array of NumPy, CuPy or a library that is registered, a scalar of NumPy, or a tracer.

    It is for hints and for `isinstance`: `def f(x: fzero.Array) -> fzero.Array`. There is no array
    class of ours; make arrays with NumPy, or with `fzero.numpy`.

    Example:
        >>> import numpy as np
        >>> isinstance(np.ones(3), Array), isinstance(3.0, Array), isinstance([3.0], Array)
        (True, False, False)
    """

    @property
    def shape(self) -> tuple[int, ...]:
        """The length of each axis."""
        ...

    @property
    def dtype(self) -> Any:
        """The type of the elements."""
        ...

    @property
    def ndim(self) -> int:
        """How many axes there are."""
        ...

    @property
    def size(self) -> Any:
        """How many elements there are."""
        ...

    @property
    def T(self) -> Any:
        """The axes reversed."""
        ...

    def __getitem__(self, index: Any, /) -> Any: ...
    def __add__(self, other: Any, /) -> Any: ...
    def __radd__(self, other: Any, /) -> Any: ...
    def __sub__(self, other: Any, /) -> Any: ...
    def __rsub__(self, other: Any, /) -> Any: ...
    def __mul__(self, other: Any, /) -> Any: ...
    def __rmul__(self, other: Any, /) -> Any: ...
    def __truediv__(self, other: Any, /) -> Any: ...
    def __rtruediv__(self, other: Any, /) -> Any: ...
    def __pow__(self, other: Any, /) -> Any: ...
    def __matmul__(self, other: Any, /) -> Any: ...
    def __neg__(self) -> Any: ...
    def __abs__(self) -> Any: ...
    def __lt__(self, other: Any, /) -> Any: ...
    def __le__(self, other: Any, /) -> Any: ...
    def __gt__(self, other: Any, /) -> Any: ...
    def __ge__(self, other: Any, /) -> Any: ...


#: What functions take for an array: also Python's numbers. Lists work in most places too.
ArrayLike: TypeAlias = Array | np.generic | bool | int | float | complex
