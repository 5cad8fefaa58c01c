"""Running totals along one axis, from either end; the dtype stays."""

from collections.abc import Callable
from typing import Any

from .. import numpy as fnp
from ..control import associative_scan
from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..shaping import axis_of

__all__ = ["cumlogsumexp", "cummax", "cummin", "cumprod", "cumsum"]


def _running(total: Callable[..., Any], operand: Any, axis: int, reverse: bool) -> Any:
    operand = coerce(operand)
    axis = axis_of(len(shape_of(operand)), axis)
    rows = fnp.flip(operand, axis) if reverse else operand
    out = total(rows, axis, dtype=dtype_of(operand))
    return fnp.flip(out, axis) if reverse else out


def cumsum(operand: Any, axis: int = 0, reverse: bool = False) -> Any:
    """The running sum along an axis, from its end if `reverse`.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.cumsum(np.array([1.0, 2.0, 3.0]), reverse=True).tolist()
        [6.0, 5.0, 3.0]
    """
    return _running(fnp.cumsum, operand, axis, reverse)


def cumprod(operand: Any, axis: int = 0, reverse: bool = False) -> Any:
    """The running product along an axis, from its end if `reverse`."""
    return _running(fnp.cumprod, operand, axis, reverse)


def cummax(operand: Any, axis: int = 0, reverse: bool = False) -> Any:
    """The largest element so far along an axis, from its end if `reverse`."""
    return associative_scan(fnp.maximum, coerce(operand), reverse, axis)


def cummin(operand: Any, axis: int = 0, reverse: bool = False) -> Any:
    """The smallest element so far along an axis, from its end if `reverse`."""
    return associative_scan(fnp.minimum, coerce(operand), reverse, axis)


def cumlogsumexp(operand: Any, axis: int = 0, reverse: bool = False) -> Any:
    """log of the running sum of exp along an axis, without overflow."""
    return associative_scan(fnp.logaddexp, coerce(operand), reverse, axis)
