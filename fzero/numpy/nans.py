"""Reductions that pass over NaN."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..core import coerce
from ..dtypes import dtype_of
from ..ops import elementwise as el
from ..ops import reduction as red
from . import reductions as plain
from .entry import like_numpy, named

__all__ = [
    "nanargmax", "nanargmin", "nancumprod", "nancumsum", "nanmax", "nanmean", "nanmin", "nanprod",
    "nanstd", "nansum", "nanvar",
]  # fmt: skip


def filled(a: Any, value: Any) -> Any:
    """`a` with NaN replaced; the gradient of a NaN is zero."""
    a = coerce(a)
    return el.where(el.isnan(a), value, a) if dtype_of(a).kind in "fc" else a


def present(a: Any, where: Any) -> Any:
    """Where there is a number that counts."""
    mask = el.logical_not(el.isnan(a))
    return mask if where is True else mask & where


def _folding(name: str, reduce: Callable[..., Any], neutral: int) -> Callable[..., Any]:
    def call(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False,
        initial: Any = None, where: Any = True,
    ) -> Any:  # fmt: skip
        return reduce(filled(a, neutral), axis, dtype, out, keepdims, initial, where)

    return named(call, name, f"`{name[3:]}` with NaN counted as {neutral}.")


nansum = _folding("nansum", plain.sum, 0)
nanprod = _folding("nanprod", plain.prod, 1)


def _running(name: str, accumulate: Callable[..., Any], neutral: int) -> Callable[..., Any]:
    def call(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        return accumulate(filled(a, neutral), axis, dtype, out)

    return named(call, name, f"`{name[3:]}` with NaN counted as {neutral}.")


nancumsum = _running("nancumsum", plain.cumsum, 0)
nancumprod = _running("nancumprod", plain.cumprod, 1)


def _extremum(name: str, reduce: Callable[..., Any], least: float) -> Callable[..., Any]:
    def call(
        a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None,
        where: Any = True,
    ) -> Any:  # fmt: skip
        a = coerce(a)
        ans = reduce(filled(a, least), axis, out, keepdims, initial, where)
        if dtype_of(a).kind not in "fc":
            return ans
        found = plain.any(present(a, where), axis, keepdims=keepdims)
        return el.where(found, ans, np.nan if initial is None else initial)

    return named(call, name, f"`{name[3:]}` of the numbers; NaN where there is none.")


nanmax = _extremum("nanmax", plain.max, -np.inf)
nanmin = _extremum("nanmin", plain.min, np.inf)


def _searching(name: str, search: Callable[..., Any], least: float) -> Callable[..., Any]:
    def call(a: Any, axis: Any = None, out: Any = None, *, keepdims: bool = False) -> Any:
        return search(filled(a, least), axis, out, keepdims=keepdims)

    return named(call, name, f"`{name[3:]}` of the numbers.")


nanargmax = _searching("nanargmax", plain.argmax, -np.inf)
nanargmin = _searching("nanargmin", plain.argmin, np.inf)


@like_numpy("nanmean")
def nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, *,
    where: Any = True,
) -> Any:  # fmt: skip
    """The mean of the numbers over `axis`."""
    a = coerce(a)
    return plain.mean(filled(a, 0), axis, dtype, out, keepdims, where=present(a, where))


@like_numpy("nanvar")
def nanvar(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: bool = False, *, where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """The variance of the numbers over `axis`."""
    a = coerce(a)
    return plain.var(
        filled(a, 0), axis, dtype, out, ddof, keepdims, where=present(a, where), mean=mean,
        correction=correction,
    )  # fmt: skip


@like_numpy("nanstd")
def nanstd(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: bool = False, *, where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """The square root of the variance of the numbers over `axis`."""
    spread = nanvar(
        a, axis, dtype, out, ddof, keepdims, where=where, mean=mean, correction=correction
    )
    return red.safe_sqrt(spread)
