"""Statistics of samples: `mode`, `rankdata`, `sem`."""

from typing import Any, NamedTuple

import fzero.numpy as fnp

from ..special.precision import promoted

__all__ = ["ModeResult", "mode", "rankdata", "sem"]

_METHODS = ("average", "min", "max", "dense", "ordinal")


class ModeResult(NamedTuple):
    """What `mode` returns."""

    mode: Any
    count: Any


def _refuse_policy(name: str, nan_policy: str) -> None:
    if nan_policy != "propagate":
        raise ValueError(
            f"{name}: nan_policy is {nan_policy!r}; expected 'propagate'. Remove what is NaN first."
        )


def _along(a: Any, axis: int | None) -> tuple[Any, int]:
    """The array and the axis to work along; None flattens."""
    a = fnp.asarray(a)
    return (fnp.ravel(a), 0) if axis is None else (a, axis)


def mode(
    a: Any, axis: int | None = 0, nan_policy: str = "propagate", keepdims: bool = False
) -> ModeResult:
    """The value that comes most often, the least one of several, and how often it comes.

    Args:
        a: an array, not empty along `axis`.
        axis: an axis, or None for all elements.
        nan_policy: "propagate".
        keepdims: keep the axis with length 1.

    Raises:
        ValueError: for another policy.

    Cost: n^2 comparisons along an axis of n elements.

    Gradient: 1 at the first element that has the value.

    Example:
        >>> int(mode([3, 1, 1, 2]).mode)
        1
    """
    _refuse_policy("mode", nan_policy)
    rank = fnp.ndim(a)
    a, axis_used = _along(a, axis)
    rows = fnp.sort(fnp.moveaxis(a, axis_used, -1), axis=-1)
    counts = fnp.sum(rows[..., :, None] == rows[..., None, :], axis=-1)
    counts = fnp.where(fnp.isnan(rows), fnp.sum(fnp.isnan(rows), axis=-1, keepdims=True), counts)
    place = fnp.argmax(counts, axis=-1)[..., None]
    found = [fnp.take_along_axis(x, place, axis=-1)[..., 0] for x in (rows, counts)]
    if keepdims:
        where = tuple(range(rank)) if axis is None else axis
        found = [fnp.expand_dims(x, where) for x in found]
    return ModeResult(*found)


def rankdata(
    a: Any, method: str = "average", *, axis: int | None = None, nan_policy: str = "propagate"
) -> Any:
    """The ranks of the elements, from 1 on.

    Args:
        a: an array.
        method: what equal elements get: the "average", "min" or "max" of their ranks, the same
            one without gaps behind ("dense"), or ranks in their order ("ordinal").
        axis: an axis, or None to flatten.
        nan_policy: "propagate": a row with a NaN has NaN for ranks.

    Returns:
        float64. No derivative.

    Raises:
        ValueError: for another method or policy.

    Example:
        >>> rankdata([20, 10, 20])
        array([2.5, 1. , 2.5])
    """
    _refuse_policy("rankdata", nan_policy)
    if method not in _METHODS:
        raise ValueError(f"rankdata: method is {method!r}; expected one of {_METHODS}. Say 'min'.")
    a, axis_used = _along(a, axis)
    rows = fnp.moveaxis(a, axis_used, -1)
    ranks = _ranks(rows, method) + 0.0
    ranks = fnp.where(fnp.any(fnp.isnan(rows), axis=-1, keepdims=True), fnp.nan, ranks)
    return fnp.moveaxis(ranks, -1, axis_used)


def _ranks(rows: Any, method: str) -> Any:
    """Ranks along the last axis, by comparison with all others."""
    less = rows[..., None, :] < rows[..., :, None]
    if method == "dense":
        ordered = fnp.sort(rows, axis=-1)
        first = fnp.concatenate(
            [fnp.ones_like(ordered[..., :1], dtype=bool), ordered[..., 1:] != ordered[..., :-1]],
            axis=-1,
        )
        return fnp.sum((ordered[..., None, :] <= rows[..., :, None]) & first[..., None, :], axis=-1)
    least = fnp.sum(less, axis=-1) + 1
    if method == "min":
        return least
    if method == "ordinal":
        return fnp.argsort(fnp.argsort(rows, axis=-1, stable=True), axis=-1) + 1
    most = fnp.sum(rows[..., None, :] <= rows[..., :, None], axis=-1)
    return most if method == "max" else (least + most) / 2


def sem(
    a: Any,
    axis: int | None = 0,
    ddof: int = 1,
    nan_policy: str = "propagate",
    *,
    keepdims: bool = False,
) -> Any:
    """The standard error of the mean: std(a) / sqrt(n).

    Args:
        a: an array.
        axis: an axis, or None for all elements.
        ddof: the sum of squares is divided by n - ddof.
        nan_policy: "propagate".
        keepdims: keep the axis with length 1.

    Raises:
        ValueError: for another policy.

    Example:
        >>> float(sem([1.0, 3.0]))
        1.0
    """
    _refuse_policy("sem", nan_policy)
    (a,) = promoted(fnp.asarray(a))
    n = a.size if axis is None else a.shape[axis]
    return fnp.std(a, axis=axis, ddof=ddof, keepdims=keepdims) / n**0.5
