"""Reductions of whole axes by one function; the dtype stays."""

from collections.abc import Callable, Sequence
from typing import Any

from .. import numpy as fnp
from ..core import coerce
from ..dtypes import dtype_of
from .windows import reduce

__all__ = [
    "reduce_and", "reduce_max", "reduce_min", "reduce_or", "reduce_prod", "reduce_sum",
    "reduce_xor",
]  # fmt: skip


def reduce_sum(operand: Any, axes: Sequence[int]) -> Any:
    """The sum over axes.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.reduce_sum(np.arange(6.0).reshape(2, 3), (1,)).tolist()
        [3.0, 12.0]
    """
    operand = coerce(operand)
    return fnp.sum(operand, axis=tuple(axes), dtype=dtype_of(operand))


def reduce_prod(operand: Any, axes: Sequence[int]) -> Any:
    """The product over axes."""
    operand = coerce(operand)
    return fnp.prod(operand, axis=tuple(axes), dtype=dtype_of(operand))


def reduce_max(operand: Any, axes: Sequence[int]) -> Any:
    """The largest element over axes; equal ones share the gradient."""
    return fnp.max(operand, axis=tuple(axes))


def reduce_min(operand: Any, axes: Sequence[int]) -> Any:
    """The smallest element over axes; equal ones share the gradient."""
    return fnp.min(operand, axis=tuple(axes))


def _bitwise(
    name: str, computation: Callable[[Any, Any], Any], init: int, logical: Callable[..., Any] | None
) -> Callable[..., Any]:
    """A reduction of integers or booleans, of these by NumPy's own where there is one."""

    def function(operand: Any, axes: Sequence[int]) -> Any:
        operand = coerce(operand)
        kind = dtype_of(operand).kind
        if kind not in "biu":
            raise TypeError(
                f"{name}: the array has dtype {dtype_of(operand)}; expected integers or booleans. "
                "Compare it first, for example operand != 0."
            )
        if kind == "b" and logical is not None:
            return logical(operand, axis=tuple(axes))
        start = dtype_of(operand).type(init % 2 if kind == "b" else 0)
        return reduce(operand, ~start if init and kind != "b" else start, computation, axes)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The {name[7:]} of all bits over axes, of integers or booleans."
    return function


reduce_and = _bitwise("reduce_and", fnp.bitwise_and, 1, fnp.all)
reduce_or = _bitwise("reduce_or", fnp.bitwise_or, 0, fnp.any)
reduce_xor = _bitwise("reduce_xor", fnp.bitwise_xor, 0, None)
