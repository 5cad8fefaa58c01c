"""Trends of signals."""

from collections.abc import Sequence
from typing import Any

import fzero.numpy as fnp

from ...backend import array_namespace
from ..special.precision import promoted

__all__ = ["detrend"]


def detrend(data: Any, axis: int = -1, type: str = "linear", bp: int | Sequence[int] = 0) -> Any:
    """The signal without its mean, or without the line of least squares through it.

    Args:
        data: an array.
        axis: the axis of time.
        type: "linear" or "constant".
        bp: where a new line begins, for "linear": places in [0, n].

    Returns:
        An array of the shape of `data`.

    Raises:
        ValueError: for another type, and places outside.

    Example:
        >>> bool(abs(detrend([1.0, 2.0, 3.0])).max() < 1e-14)
        True
    """
    if type not in ("linear", "constant"):
        raise ValueError(f"detrend: type is {type!r}; expected 'linear' or 'constant'. Say one.")
    (x,) = promoted(fnp.asarray(data))
    if type == "constant":
        return x - fnp.mean(x, axis=axis, keepdims=True)
    x = fnp.moveaxis(x, axis, -1)
    n = x.shape[-1]
    ends = sorted({0, *([bp] if isinstance(bp, int) else map(int, bp)), n})
    if ends[0] < 0 or ends[-1] > n:
        raise ValueError(
            f"detrend: bp is {bp}; expected places from 0 to {n}, the length. Leave it out for one "
            "line."
        )
    pieces = [_levelled(x[..., a:b]) for a, b in zip(ends, ends[1:], strict=False)]
    return fnp.moveaxis(fnp.concatenate(pieces, axis=-1), -1, axis)


def _levelled(x: Any) -> Any:
    """Without the line of least squares along the last axis."""
    n = x.shape[-1]
    time = array_namespace(x).arange(n, dtype=x.dtype) - (n - 1) / 2
    x = x - fnp.mean(x, axis=-1, keepdims=True)
    size = n * (n * n - 1) / 12  # of the sum of the squares of the times
    slope = fnp.sum(x * time, axis=-1, keepdims=True) / max(size, 1.0)
    return x - slope * time
