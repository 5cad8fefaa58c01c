"""Borders around arrays."""

from typing import Any

import numpy as np

from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..ops import elementwise as el
from ..ops import structural as st
from ..ops.quantiles import median
from ..shaping import op
from .entry import from_host, host_value, like_numpy
from .manipulation import gathered

__all__ = ["pad"]


_BY_INDEX = ("edge", "reflect", "symmetric", "wrap")
_BY_VALUE = {"maximum": op("max"), "minimum": op("min"), "mean": op("mean"), "median": median}
#: The option that each mode takes.
_OPTIONS = {
    "constant": "constant_values",
    "linear_ramp": "end_values",
    "reflect": "reflect_type",
    "symmetric": "reflect_type",
    **dict.fromkeys(_BY_VALUE, "stat_length"),
}


@like_numpy("pad")
def pad(array: Any, pad_width: Any, mode: str = "constant", **options: Any) -> Any:
    """`array` with a border: `pad_width` is one width, or (before, after) for each axis.

    Args:
        mode: "constant" (with constant_values=), "edge", "linear_ramp" (with end_values=),
            "reflect", "symmetric" (with reflect_type=), "wrap", "maximum", "minimum", "mean",
            "median" (with stat_length=) or "empty" (zeros).
    """
    array = coerce(array)
    rank = len(shape_of(array))
    widths = _pairs(pad_width, rank)
    option = _checked_option(mode, options)
    if mode == "empty":
        return st.pad_zeros(array, widths=widths)
    if mode == "constant":
        return _pad_constant(array, widths, 0 if option is None else option)
    if mode == "linear_ramp":
        ends = st.broadcast_to(coerce(0 if option is None else option), shape=(rank, 2))
    for axis, width in enumerate(widths):
        if mode in _BY_VALUE:
            array = _pad_statistic(array, width, axis, mode, option)
        elif mode == "linear_ramp":
            array = _pad_ramp(array, width, axis, ends[axis])
        elif option == "odd" and mode in ("reflect", "symmetric") and shape_of(array)[axis] > 1:
            array = _pad_odd(array, width, axis, mode)
        else:
            places = np.pad(np.arange(shape_of(array)[axis]), width, mode)  # type: ignore
            array = gathered(array, places, axis)
    return array


def _checked_option(mode: str, options: dict[str, Any]) -> Any:
    """The value of the mode's own option, None where it is not given."""
    known = ["empty", "linear_ramp", "constant", *_BY_INDEX, *_BY_VALUE]
    own = _OPTIONS.get(mode)
    if mode not in known or not {own}.issuperset(options):
        raise ValueError(
            f"pad: mode is {mode!r} with {sorted(options) or 'no options'}; expected one of "
            f"{known}, and no option but {own}. Build other borders with concatenate."
        )
    value = options.get(own) if own else None
    if own == "reflect_type" and value not in (None, "even", "odd"):
        raise ValueError(
            f"pad: reflect_type is {value!r}; expected 'even' or 'odd'. Leave it out for 'even'."
        )
    return value


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


def _part(array: Any, axis: int, start: int | None, stop: int | None) -> Any:
    return array[(slice(None),) * axis + (slice(start, stop),)]


def _pad_statistic(array: Any, width: tuple[int, int], axis: int, mode: str, lengths: Any) -> Any:
    """The statistic of so many elements next to each border, of all of them for None."""
    shape, n = shape_of(array), shape_of(array)[axis]
    each = np.broadcast_to(n if lengths is None else _pairs(lengths, len(shape)), (len(shape), 2))
    low, high = (min(int(k), n) for k in each[axis])
    sides = []
    parts = _part(array, axis, 0, low), _part(array, axis, n - high, n)
    for part, k in zip(parts, width, strict=True):
        value = _BY_VALUE[mode](part, axis=(axis,), keepdims=True)
        if dtype_of(array).kind in "iu":
            value = el.astype(el.rint(value), dtype=dtype_of(array))
        sides.append(st.broadcast_to(value, shape=(*shape[:axis], k, *shape[axis + 1 :])))
    return st.concatenate(sides[0], array, sides[1], axis=axis)


def _pad_ramp(array: Any, width: tuple[int, int], axis: int, ends: Any) -> Any:
    """Straight lines from the edges to the values `ends` at the outside."""
    dtype = dtype_of(array)
    edges = _part(array, axis, 0, 1), _part(array, axis, -1, None)
    sides = []
    for edge, end, n, order in zip(edges, (ends[0], ends[1]), width, (1, -1), strict=True):
        steps = (np.arange(n) / max(n, 1))[::order]
        steps = steps.astype(dtype) if dtype.kind in "fc" else steps
        line = end + (edge - end) * _along(steps, array, axis)
        sides.append(el.astype(line if dtype.kind in "fc" else el.floor(line), dtype=dtype))
    return st.concatenate(sides[0], array, sides[1], axis=axis)


def _pad_odd(array: Any, width: tuple[int, int], axis: int, mode: str) -> Any:
    """The array turned about its ends by half a turn, as often as the widths ask for.

    Over one period, twice the array, it rises by twice the difference of its ends.
    """
    n, half = shape_of(array)[axis], mode == "symmetric"
    period = 2 * (n if half else n - 1)
    first, last = _part(array, axis, 0, 1), _part(array, axis, -1, None)
    sides = []
    for k in (np.arange(-width[0], 0), np.arange(n, n + width[1])):
        s = (k + period // 2) % period - period // 2
        rows = gathered(array, np.where(s < 0, -s - half, s), axis)
        turned = el.where(_along(s < 0, array, axis), 2 * first - rows, rows)
        rises = _along(2 * ((k - s) // period).astype(dtype_of(array)), array, axis)
        sides.append(turned + rises * (last - first))
    return st.concatenate(sides[0], array, sides[1], axis=axis)


def _along(numbers: np.ndarray, array: Any, axis: int) -> Any:
    """Plain numbers along one axis of an array, in its library."""
    behind = len(shape_of(array)) - axis - 1
    return from_host(numbers.reshape((-1,) + (1,) * behind), array)
