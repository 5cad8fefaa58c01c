"""Functions of floats whose statistics need more than the 11 bits of float16."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import fzero.numpy as fnp
from fzero.dtypes import is_inexact

__all__ = ["floats", "in_float32", "like", "wide"]


def floats(name: str, x: Any, argument: str = "x") -> Any:
    """`x` as an array of floats.

    Raises:
        TypeError: it is of another kind.
    """
    x = fnp.asarray(x)
    if not is_inexact(x):
        raise TypeError(
            f"{name}: {argument} is of {x.dtype}; expected floats. Convert it with "
            f"{argument}.astype('float32')."
        )
    return x


def in_float32(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f`, whose sums are taken in float32 where all of its arrays are of float16."""

    @wraps(f)
    def wider(*args: Any, **params: Any) -> Any:
        if any(a is not None and a.dtype != "float16" for a in args):
            return f(*args, **params)
        y = f(*(a if a is None else wide(a) for a in args), **params)
        return fnp.astype(y, "float16")

    return wider


def wide(x: Any) -> Any:
    """`x`, float16 as float32."""
    return fnp.astype(x, "float32") if x.dtype.itemsize < 4 else x


def like(y: Any, x: Any) -> Any:
    """`y` in the dtype of `x`."""
    return y if y.dtype == x.dtype else fnp.astype(y, x.dtype)
