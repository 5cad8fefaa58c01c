"""Functions of floats whose statistics need more than the 11 bits of float16."""

from typing import Any

import fzero.numpy as fnp
from fzero.dtypes import is_inexact

__all__ = ["floats", "like", "wide"]


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


def wide(x: Any) -> Any:
    """`x`, float16 as float32."""
    return fnp.astype(x, "float32") if x.dtype.itemsize < 4 else x


def like(y: Any, x: Any) -> Any:
    """`y` in the dtype of `x`."""
    return y if y.dtype == x.dtype else fnp.astype(y, x.dtype)
