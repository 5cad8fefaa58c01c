"""Vectors of numbers that are not negative and whose sum is given."""

from typing import Any

import fzero
import fzero.numpy as fnp

from .moments import as_float_dtype

__all__ = ["on_simplex"]


def on_simplex(x: Any, scale: Any) -> Any:
    """The projection of each vector along the last axis: max(x - t, 0), whose sum is `scale`.

    The support comes from a sort without derivatives; with it, all is linear.

    Args:
        x: floating numbers.
        scale: the sums, > 0.

    Example:
        >>> on_simplex(fnp.array([[2.5, 3.0, -1.0], [0.0, 0.0, -3.0]]), 1.0)
        array([[0.25, 0.75, 0.  ],
               [0.5 , 0.5 , 0.  ]])
    """
    scale = as_float_dtype(scale, x)
    # A shift of all numbers changes nothing, and large ones do not round the small away.
    x = x - fzero.stop_gradient(fnp.max(x, axis=-1, keepdims=True))
    fixed = fzero.stop_gradient(x)
    ordered = fnp.flip(fnp.sort(fixed, axis=-1), axis=-1)
    rank = fnp.cumsum(fnp.ones_like(ordered), axis=-1)
    above = ordered * rank > fnp.cumsum(ordered, axis=-1) - fzero.stop_gradient(scale)
    support = fixed >= fnp.min(fnp.where(above, ordered, 0), axis=-1, keepdims=True)
    total = fnp.sum(fnp.where(support, x, 0), axis=-1, keepdims=True) - scale
    count = fnp.maximum(fnp.sum(support, axis=-1, keepdims=True), 1)
    out = x - total / as_float_dtype(count, x)
    return fnp.where(out <= 0, 0, out)
