"""Borders around arrays."""

from typing import Any

import numpy as np

from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..ops import elementwise as el
from ..ops import structural as st
from ..shaping import op
from .entry import host_value, like_numpy
from .manipulation import gathered

__all__ = ["pad"]


_BY_INDEX = ("edge", "reflect", "symmetric", "wrap")
_BY_VALUE = {"maximum": "max", "minimum": "min", "mean": "mean"}


@like_numpy("pad")
def pad(array: Any, pad_width: Any, mode: str = "constant", **options: Any) -> Any:
    """`array` with a border: `pad_width` is one width, or (before, after) for each axis.

    Args:
        mode: "constant" (with constant_values=), "edge", "reflect", "symmetric" (with
            reflect_type=), "wrap", "maximum", "minimum", "mean" or "empty" (zeros).
    """
    array = coerce(array)
    widths = _pairs(pad_width, len(shape_of(array)))
    if mode == "empty":
        return st.pad_zeros(array, widths=widths)
    if mode == "constant":
        return _pad_constant(array, widths, options.get("constant_values", 0))
    if mode in _BY_INDEX:
        _refuse_odd(options)
        for axis, width in enumerate(widths):
            places = np.pad(np.arange(shape_of(array)[axis]), width, mode)  # type: ignore
            array = gathered(array, places, axis)
        return array
    if mode in _BY_VALUE and not options:
        for axis, width in enumerate(widths):
            array = _pad_statistic(array, width, axis, _BY_VALUE[mode])
        return array
    raise ValueError(
        f"pad: mode is {mode!r} with {sorted(options) or 'no options'}; expected for tracers one "
        f"of {['constant', 'empty', *_BY_INDEX, *_BY_VALUE]}. Build the border with concatenate."
    )


def _refuse_odd(options: dict[str, Any]) -> None:
    if options.get("reflect_type", "even") != "even":
        raise ValueError(
            f"pad: reflect_type is {options['reflect_type']!r}; expected 'even' for tracers. "
            "Build the border with concatenate."
        )


def _pairs(widths: Any, rank: int) -> tuple[tuple[int, int], ...]:
    if isinstance(widths, dict):
        widths = [widths.get(i, widths.get(i - rank, 0)) for i in range(rank)]
        widths = [(w, w) if isinstance(w, int) else w for w in widths]
    pairs = np.broadcast_to(host_value(widths, "pad: pad_width"), (rank, 2))
    if pairs.dtype.kind not in "iu" or (pairs < 0).any():
        raise ValueError(
            f"pad: pad_width is {widths}; expected integers from 0 on. Slice to take elements away."
        )
    return tuple((int(low), int(high)) for low, high in pairs)


def _pad_constant(array: Any, widths: Any, values: Any) -> Any:
    if shape_of(coerce(values)) == ():
        return st.pad_value(array, widths, values)
    values = st.broadcast_to(coerce(values), shape=(len(widths), 2))
    for axis, (low, high) in enumerate(widths):
        for side, width in enumerate(((low, 0), (0, high))):
            border = tuple(width if i == axis else (0, 0) for i in range(len(widths)))
            array = st.pad_value(array, border, values[axis, side])
    return array


def _pad_statistic(array: Any, width: tuple[int, int], axis: int, name: str) -> Any:
    value = op(name)(array, axis=(axis,), keepdims=True)
    if dtype_of(array).kind in "iu":
        value = el.astype(el.rint(value), dtype=dtype_of(array))
    shape = shape_of(array)
    sides = [st.broadcast_to(value, shape=(*shape[:axis], n, *shape[axis + 1 :])) for n in width]
    return st.concatenate(sides[0], array, sides[1], axis=axis)
