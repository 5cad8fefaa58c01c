"""The bits of integers, and rounding to integers."""

import enum
from typing import Any

import numpy as np

from .. import numpy as fnp
from ..core import coerce
from ..dtypes import dtype_of

__all__ = [
    "RoundingMethod", "clz", "nextafter", "population_count", "round", "shift_left",
    "shift_right_arithmetic", "shift_right_logical",
]  # fmt: skip

nextafter = fnp.nextafter


class RoundingMethod(enum.IntEnum):
    """Where `round` takes a number half way between two integers."""

    AWAY_FROM_ZERO = 0
    TO_NEAREST_EVEN = 1


def round(x: Any, rounding_method: RoundingMethod = RoundingMethod.AWAY_FROM_ZERO) -> Any:
    """The nearest integer, in the dtype of `x`; its derivative is zero.

    Args:
        x: real numbers.
        rounding_method: where half way goes: away from zero, or to the even integer.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.round(np.array([0.5, -2.5])).tolist()
        [1.0, -3.0]
    """
    nearest = fnp.rint(x)
    if RoundingMethod(rounding_method) is RoundingMethod.TO_NEAREST_EVEN:
        return nearest
    whole = fnp.trunc(x)
    return fnp.where(fnp.abs(x - whole) == 0.5, whole + fnp.sign(x), nearest)


def _width(name: str, x: Any) -> int:
    """The number of bits of an integer dtype."""
    dtype = dtype_of(x)
    if dtype.kind not in "iu":
        raise TypeError(
            f"{name}: the array has dtype {dtype}; expected integers. Use x.view of an unsigned "
            "dtype for the bits of floats."
        )
    return 8 * dtype.itemsize


def _unsigned(x: Any) -> Any:
    """The same bits as an unsigned integer."""
    return fnp.astype(x, np.dtype(f"u{dtype_of(x).itemsize}"))


def population_count(x: Any) -> Any:
    """The number of bits that are set in each integer, in its dtype.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.population_count(np.array([0, 7, -1], np.int8)).tolist()
        [0, 3, 8]
    """
    x = coerce(x)
    _width("population_count", x)
    return fnp.astype(fnp.bitwise_count(_unsigned(x)), dtype_of(x))


def clz(x: Any) -> Any:
    """The number of zero bits before the first one that is set, in the dtype of `x`.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.clz(np.array([0, 1, -1], np.int16)).tolist()
        [16, 15, 0]
    """
    x = coerce(x)
    width, filled = _width("clz", x), _unsigned(x)
    step = 1
    while step < width:  # every bit below the first one is set
        filled = filled | (filled >> dtype_of(filled).type(step))
        step *= 2
    return fnp.astype(width - fnp.bitwise_count(filled), dtype_of(x))


def _within(name: str, x: Any, y: Any) -> tuple[Any, Any, Any]:
    """The integers, the shifts as unsigned ones below the width, and which shifts are below it."""
    x, y = coerce(x), coerce(y)
    width = _width(name, x)
    _width(name, y)
    inside = (y >= 0) & (y < width)
    return x, fnp.astype(fnp.clip(y, 0, width - 1), dtype_of(x)), inside


def shift_left(x: Any, y: Any) -> Any:
    """The bits of `x` moved up by `y`; 0 for a shift by the whole width, or by less than 0."""
    x, by, inside = _within("shift_left", x, y)
    return fnp.where(inside, x << by, 0)


def shift_right_logical(x: Any, y: Any) -> Any:
    """The bits of `x` moved down by `y`, with zeros from above.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.shift_right_logical(np.array([-1], np.int8), 4).tolist()
        [15]
    """
    x, by, inside = _within("shift_right_logical", x, y)
    moved = fnp.astype(_unsigned(x) >> _unsigned(by), dtype_of(x))
    return fnp.where(inside, moved, 0)


def shift_right_arithmetic(x: Any, y: Any) -> Any:
    """The bits of `x` moved down by `y`, with the sign's bit from above."""
    x, by, inside = _within("shift_right_arithmetic", x, y)
    by = fnp.where(inside, by, 8 * dtype_of(x).itemsize - 1)
    signed = np.dtype(f"i{dtype_of(x).itemsize}")
    return fnp.astype(fnp.astype(x, signed) >> fnp.astype(by, signed), dtype_of(x))
