"""Medians and quantiles, by sorting. They differentiate in the values and in q."""

import math
from typing import Any

from ..backend import array_namespace
from ..core import coerce, innermost
from ..dtypes import dtype_of, shape_of
from ..shaping import axes_of
from .elementwise import astype, ceil, clip, floor, isfinite, isnan, logical_not, mul0, rint, where
from .reduction import cumsum, kept
from .reduction import sum as sum_
from .sorting import argsort, sort, take_along_axis
from .structural import broadcast_to, moveaxis, reshape

#: alpha and beta of Hyndman and Fan (1996): the fractional index is n q + alpha + q (1 - alpha -
#: beta) - 1.
CONTINUOUS = {
    "interpolated_inverted_cdf": (0, 1),
    "hazen": (0.5, 0.5),
    "weibull": (0, 0),
    "linear": (1, 1),
    "median_unbiased": (1 / 3, 1 / 3),
    "normal_unbiased": (3 / 8, 3 / 8),
}


def _fractional(method: str, n: Any, q: Any) -> tuple[Any, Any]:
    """The index below the quantile of n ordered values, and the weight of the value above."""
    if method in CONTINUOUS:
        alpha, beta = CONTINUOUS[method]
        at = (n - 1) * q if method == "linear" else n * q + (alpha + q * (1 - alpha - beta)) - 1
        return floor(at), at - floor(at)
    return _STEPS[method](n, q)


def _step(at: Any) -> tuple[Any, Any]:
    return at, at * 0


def _averaged(n: Any, q: Any) -> tuple[Any, Any]:
    at = n * q - 1
    return floor(at), where(at == floor(at), 0.5, 1.0)


def _closest(n: Any, q: Any) -> tuple[Any, Any]:
    at = n * q - 1.5
    low = floor(at)
    return _step(where((at == low) & (low % 2 == 1), low, low + 1))


def _midpoint(n: Any, q: Any) -> tuple[Any, Any]:
    at = (n - 1) * q
    return floor(at), where(at == floor(at), 0.0, 0.5)


_STEPS = {
    "inverted_cdf": lambda n, q: _step(ceil(n * q - 1)),
    "averaged_inverted_cdf": _averaged,
    "closest_observation": _closest,
    "lower": lambda n, q: _step(floor((n - 1) * q)),
    "higher": lambda n, q: _step(ceil((n - 1) * q)),
    "midpoint": _midpoint,
    "nearest": lambda n, q: _step(rint((n - 1) * q)),
}


def _check(name: str, q: Any, method: str) -> None:
    if method not in CONTINUOUS and method not in _STEPS:
        raise ValueError(
            f"{name}: method is {method!r}; expected one of {[*CONTINUOUS, *_STEPS]}. 'linear' is "
            "the default."
        )
    plain = coerce(innermost(q))
    inside = (plain >= 0) & (plain <= 1)
    if not (inside if isinstance(inside, bool) else inside.all()):
        raise ValueError(
            f"{name}: q is {str(plain)[:60]}; expected values from 0 to 1 (to 100 for percentiles)."
            " Divide percentages by 100."
        )


def _in_front(x: Any, axes: tuple[int, ...]) -> Any:
    """The reduced axes as one axis in front."""
    x = moveaxis(x, axes, tuple(range(len(axes))))
    n, rest = math.prod(shape_of(x)[: len(axes)]), shape_of(x)[len(axes) :]
    return reshape(x, shape=(n, *rest))


def _between(values: Any, q: Any, n: Any, method: str, weak: bool) -> Any:
    """Quantiles q[:] of values ordered along axis 0, of which the first n[...] count."""
    rest = shape_of(values)[1:]
    q = reshape(q, shape=(*shape_of(q), *(1,) * len(rest)))
    low, weight = _fractional(method, n, q)
    top = shape_of(values)[0] - 1 if isinstance(n, int) else clip(n - 1, 0, None)

    def read(at: Any) -> Any:
        at = astype(clip(at, 0, top), dtype="int64")
        return take_along_axis(values, broadcast_to(at, shape=(shape_of(q)[0], *rest)), 0)

    below, above = read(low), read(low + 1)
    if weak:
        weight = astype(weight, dtype=dtype_of(values))
    alike = (below == above) & logical_not(isfinite(below))  # inf - inf would be NaN
    gap = where(alike, 0, above) - where(alike, 0, below)
    return below + mul0(weight, gap)


def _spread(name: str, weights: Any, shape: tuple[int, ...], axes: tuple[int, ...]) -> Any:
    """Weights of the shape of the array, or of the reduced axes, as an array of its shape."""
    weights = coerce(weights)
    have, rising = shape_of(weights), sorted(axes)
    if have != shape and have != tuple(shape[a] for a in axes):
        raise ValueError(
            f"{name}: weights has shape {have} for an array of shape {shape} and the axes {axes}; "
            "expected the shape of the array or of these axes. Broadcast the weights first."
        )
    if have != shape:
        weights = moveaxis(weights, tuple(range(len(axes))), tuple(map(rising.index, axes)))
        weights = reshape(weights, shape=tuple(n if a in axes else 1 for a, n in enumerate(shape)))
    plain = coerce(innermost(weights))
    if bool((plain < 0).any()):
        raise ValueError(
            f"{name}: weights has values below 0; expected from 0 on. Take abs(weights)."
        )
    return broadcast_to(weights, shape=shape)


def _at_share(values: Any, weights: Any, q: Any, skip_nan: bool) -> Any:
    """The first of the values, ordered along axis 0, up to which a share q[:] of the weight lies.

    Gradient: to this value; none to the weights, in which it is a step.
    """
    order = argsort(values, 0)
    ordered = take_along_axis(values, order, 0)
    if skip_nan:
        weights = where(isnan(values), 0, weights)
    total = cumsum(take_along_axis(weights, order, 0), axis=0)
    share = where(total == 0, -1.0, total / total[-1])
    q = reshape(q, shape=(*shape_of(q), *(1,) * len(shape_of(values))))
    place = clip(sum_(share < q, axis=1, keepdims=False), 0, shape_of(values)[0] - 1)
    out = take_along_axis(ordered, place, 0)
    return out if skip_nan else where(isnan(ordered[-1]), float("nan"), out)


def _quantile(
    name: str,
    x: Any,
    q: Any,
    axis: Any,
    method: str,
    keepdims: bool,
    skip_nan: bool,
    weights: Any = None,
) -> Any:
    x, weak = coerce(x), type(q) in (int, float)
    q = array_namespace(x).asarray(q, dtype="float64") if weak else coerce(q)
    _check(name, q, method)
    if weights is not None and method != "inverted_cdf":
        raise ValueError(
            f"{name}: method is {method!r} with weights; expected 'inverted_cdf', the only one "
            "that NumPy weighs. Pass method='inverted_cdf'."
        )
    if dtype_of(x).kind == "c":
        raise TypeError(
            f"{name}: x has dtype {dtype_of(x)}; expected real values, which have an order. Take "
            "the real part or the absolute value."
        )
    if dtype_of(x).kind != "f":
        x = astype(x, dtype="float64")
    shape = shape_of(x)
    axes = axes_of(len(shape), axis)
    flat = _in_front(x, axes)
    if shape_of(flat)[0] == 0:
        raise ValueError(
            f"{name}: x has shape {shape}, no values along axis {axis}; expected at least one. "
            "Treat the empty array outside."
        )
    qs = reshape(q, shape=(math.prod(shape_of(q)),))
    if weights is None:
        out = _at_rank(flat, qs, method, weak, skip_nan)
    else:
        out = _at_share(flat, _in_front(_spread(name, weights, shape, axes), axes), qs, skip_nan)
    tail = kept(shape, axes) if keepdims else shape_of(flat)[1:]
    return reshape(out, shape=(*shape_of(q), *tail))


def _at_rank(flat: Any, qs: Any, method: str, weak: bool, skip_nan: bool) -> Any:
    ordered = sort(flat, 0)
    count: Any = shape_of(flat)[0]
    if skip_nan:
        count = sum_(logical_not(isnan(flat)), axis=0, keepdims=False)
    out = _between(ordered, qs, count, method, weak)
    return out if skip_nan else where(isnan(ordered[-1]), float("nan"), out)


def quantile(
    x: Any,
    q: Any,
    axis: Any = None,
    method: str = "linear",
    keepdims: bool = False,
    weights: Any = None,
) -> Any:
    """The values below which the fractions `q` lie, by any of NumPy's methods.

    A slice with a NaN has the quantile NaN.
    """
    return _quantile("quantile", x, q, axis, method, keepdims, False, weights)


def nanquantile(
    x: Any,
    q: Any,
    axis: Any = None,
    method: str = "linear",
    keepdims: bool = False,
    weights: Any = None,
) -> Any:
    """The quantiles of the values that are not NaN."""
    return _quantile("nanquantile", x, q, axis, method, keepdims, True, weights)


def percentile(
    x: Any,
    q: Any,
    axis: Any = None,
    method: str = "linear",
    keepdims: bool = False,
    weights: Any = None,
) -> Any:
    """The quantiles at q / 100."""
    return _quantile("percentile", x, _hundredth(q), axis, method, keepdims, False, weights)


def nanpercentile(
    x: Any,
    q: Any,
    axis: Any = None,
    method: str = "linear",
    keepdims: bool = False,
    weights: Any = None,
) -> Any:
    """The percentiles of the values that are not NaN."""
    return _quantile("nanpercentile", x, _hundredth(q), axis, method, keepdims, True, weights)


def _hundredth(q: Any) -> Any:
    return q / 100 if type(q) in (int, float) else coerce(q) / 100


def median(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The middle value, or the mean of the two in the middle."""
    return _quantile("median", x, 0.5, axis, "linear", keepdims, False)


def nanmedian(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The median of the values that are not NaN."""
    return _quantile("nanmedian", x, 0.5, axis, "linear", keepdims, True)
