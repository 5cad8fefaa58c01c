"""Arrays written in brackets: `r_[x, 0, 1:4]` joins along the first axis, `c_[x, y]` as columns."""

from typing import Any

import numpy as np

from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..ops import structural as st
from ..ops.elementwise import astype
from ..shaping import PYTHON_SCALARS, axis_of
from .entry import foreign, from_host

__all__ = ["c_", "r_"]


class _Brackets:
    """NumPy's `r_` or `c_`, also for tracers and arrays of other libraries."""

    def __init__(self, own: Any, axis: int, ndmin: int, trans1d: int) -> None:
        self._own, self._layout = own, (axis, ndmin, trans1d)
        self.__doc__ = own.__doc__

    def __getitem__(self, key: Any) -> Any:
        """The parts in the brackets as one array: see `numpy.r_`."""
        items = list(key) if isinstance(key, tuple) else [key]
        if not any(map(foreign, items)):
            return self._own[key]
        axis, ndmin, trans1d = self._layout
        if isinstance(items[0], str):
            axis, ndmin, trans1d = _directive(items.pop(0), self._layout)
        given = [x for x in items if foreign(x)]
        parts = [self._own[x] if isinstance(x, slice) else coerce(x) for x in items]
        dtype = np.result_type(*(x if type(x) in PYTHON_SCALARS else dtype_of(x) for x in parts))
        arrays = [x if foreign(x) else from_host(np.asarray(x), *given) for x in parts]
        joined = [_grown(astype(x, dtype=dtype), ndmin, trans1d) for x in arrays]
        return st.concatenate(*joined, axis=axis_of(len(shape_of(joined[0])), axis))

    def __len__(self) -> int:
        return 0


def _directive(text: str, layout: tuple[int, int, int]) -> tuple[int, int, int]:
    """The axis, the least rank and the place of a vector's axis that a first string names."""
    try:
        numbers = [int(n) for n in text.split(",")]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 3:
        raise ValueError(
            f"r_: the first part is {text!r}; expected 'axis', 'axis,ndmin' or 'axis,ndmin,place' "
            "in numbers. Call concatenate for everything else."
        )
    axis, ndmin, place = (*numbers, *layout[len(numbers) :])
    return axis, ndmin, place


def _grown(x: Any, ndmin: int, place: int) -> Any:
    """`x` with axes of size 1 up to `ndmin`, its own beginning at `place` if that is from 0 on."""
    shape = shape_of(x)
    missing = max(ndmin - len(shape), 0)
    before = missing if place == -1 else place + missing + 1 if place < 0 else place
    before = min(before, missing)
    return st.reshape(x, shape=(*(1,) * before, *shape, *(1,) * (missing - before)))


r_ = _Brackets(np.r_, 0, 1, -1)
c_ = _Brackets(np.c_, -1, 2, 0)
