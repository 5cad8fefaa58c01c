"""Medians, quantiles and percentiles, by all of NumPy's methods."""

from collections.abc import Callable
from typing import Any

from ..dtypes import dtype_of
from ..ops import elementwise as el
from ..ops import quantiles as ops
from .entry import asked_axes, named, operands, refuse_out

__all__ = [
    "median", "nanmedian", "nanpercentile", "nanquantile", "percentile", "quantile",
]  # fmt: skip


#: Methods whose result is one of the elements, so that integers stay integers.
_CHOOSING = ("lower", "higher", "nearest", "inverted_cdf", "closest_observation")
_GRADIENT = " Gradient: to the elements between which it lies."


def _middle(name: str, median: Callable[..., Any], doc: str) -> Callable[..., Any]:
    def call(
        a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
        keepdims: bool = False,
    ) -> Any:  # fmt: skip
        refuse_out(name, out)
        (a,) = operands(a)
        return median(a, asked_axes(name, a, axis), bool(keepdims))

    return named(call, name, doc + _GRADIENT)


def _fraction(name: str, quantile: Callable[..., Any], doc: str) -> Callable[..., Any]:
    def call(
        a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
        method: str = "linear", keepdims: bool = False, *, weights: Any = None,
    ) -> Any:  # fmt: skip
        refuse_out(name, out)
        given = () if weights is None else (weights,)
        a, q, *weight = operands(a, q, *given)
        made = quantile(a, q, asked_axes(name, a, axis), method, bool(keepdims), *weight)
        chosen = method in _CHOOSING and dtype_of(a).kind in "iu"
        return el.astype(made, dtype=dtype_of(a)) if chosen else made

    return named(call, name, doc + _GRADIENT)


median = _middle("median", ops.median, "The middle element over `axis`, or the mean of two.")
nanmedian = _middle("nanmedian", ops.nanmedian, "The median of the numbers.")
quantile = _fraction("quantile", ops.quantile, "The value below which a fraction `q` lies.")
percentile = _fraction("percentile", ops.percentile, "The quantile at q / 100.")
nanquantile = _fraction("nanquantile", ops.nanquantile, "The quantile of the numbers.")
nanpercentile = _fraction("nanpercentile", ops.nanpercentile, "The percentile of the numbers.")
