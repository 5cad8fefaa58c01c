"""Memory that one step returned, and that the next may write to."""

import sys
from collections import Counter
from collections.abc import Iterable
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

__all__ = ["memory_like", "uses"]

#: The arrays that steps have made and that are still there, by their id.
_MADE: WeakValueDictionary[int, np.ndarray] = WeakValueDictionary()


def _memory(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """A new array that may be written to again once it is donated."""
    made = np.empty(shape, dtype)
    _MADE[id(made)] = made
    return made


def _holders(x: np.ndarray) -> int:
    return sys.getrefcount(x.base)


#: What `_holders` counts where a view is all that holds its memory.
_ALONE = _holders(np.empty(1).view())


def uses(leaves: Iterable[Any]) -> Counter[int]:
    """How often each piece of memory stands among arrays that are given away."""
    return Counter(id(x.base) for x in leaves if isinstance(x, np.ndarray))


def memory_like(x: np.ndarray, dtype: Any, given: Counter[int]) -> np.ndarray:
    """The memory of `x`, if a step made it, it is given away and nobody else sees it; else new.

    An array that a derivative still needs is no longer writeable, and one that somebody looks at
    through a view of his own has more holders: both are left alone.

    Args:
        x: an array of the old tree.
        dtype: that of the new one.
        given: the `uses` of all that goes into the step; empty where nothing is given away.
    """
    base: Any = x.base
    usable = (
        given[id(base)] == 1
        and base is _MADE.get(id(base))
        and (base.shape, base.dtype) == (x.shape, dtype)
        and base.flags.writeable
    )
    del base
    if usable and _holders(x) == _ALONE:
        return x.base  # type: ignore[return-value]
    return _memory(x.shape, dtype)
