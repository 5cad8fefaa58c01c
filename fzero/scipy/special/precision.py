"""The dtypes that functions of real numbers compute in, and take their arguments to."""

from collections.abc import Callable
from typing import Any

import fzero.numpy as fnp

from ...backend import array_namespace
from ...core import coerce
from ...dtypes import refuse_complex

__all__ = ["in_double", "promoted"]


def in_double(f: Callable[..., Any]) -> Callable[[Any], Callable[..., Any]]:
    """namespace -> `f(xp, *arrays, **params)` in float64, its result in the dtype of the arguments.

    Integers give float64. Shifts and sums of many terms would cost float32 most of its digits.
    """

    def implement(xp: Any) -> Any:
        def wide(*args: Any, **params: Any) -> Any:
            dtype = xp.result_type(*args, 0.0)
            refuse_complex(dtype)
            arrays = [xp.asarray(x).astype(xp.float64) for x in args]
            return xp.asarray(f(xp, *arrays, **params)).astype(dtype)

        return wide

    return implement


def promoted(*args: Any) -> list[Any]:
    """The arguments as floating arrays of one dtype; Python numbers take that of the others."""
    args = tuple(map(coerce, args))
    xp, dtype = array_namespace(*args), fnp.result_type(*args, 0.0)
    return [
        xp.asarray(x, dtype=dtype) if isinstance(x, (int, float)) else fnp.astype(x, dtype)
        for x in args
    ]
