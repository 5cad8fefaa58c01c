"""Functions of floats whose statistics need more than the 11 bits of float16."""

from typing import Any

import fzero.numpy as fnp
from fzero.dtypes import is_inexact

__all__ = ["check_floats", "like", "wide"]


def check_floats(name: str, x: Any) -> None:
    """Raise TypeError unless `x` is of floats."""
    if not is_inexact(x):
        raise TypeError(
            f"{name}: x is of {x.dtype}; expected floats. Convert it with x.astype('float32')."
        )


def wide(x: Any) -> Any:
    """`x`, float16 as float32."""
    return fnp.astype(x, "float32") if x.dtype.itemsize < 4 else x


def like(y: Any, x: Any) -> Any:
    """`y` in the dtype of `x`."""
    return y if y.dtype == x.dtype else fnp.astype(y, x.dtype)
