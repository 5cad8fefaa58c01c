"""Reductions and running totals over axes."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..ops import elementwise as el
from ..ops import reduction as red
from ..ops import structural as st
from ..ops.structural import concatenate, expand_dims, reshape
from ..shaping import op
from .entry import asked_axes, asked_axis, from_host, like_numpy, named, operands, refuse_out

__all__ = [
    "all", "any", "argmax", "argmin", "average", "count_nonzero", "cumprod", "cumsum",
    "cumulative_prod", "cumulative_sum", "max", "mean", "min", "prod", "ptp", "std", "sum", "var",
]  # fmt: skip


def prepared(name: str, a: Any, axis: Any, dtype: Any, out: Any) -> tuple[Any, Any]:
    """The operand of a reduction in the dtype to compute in, and the axes from the front."""
    refuse_out(name, out)
    a = coerce(a)
    axes = asked_axes(name, a, axis)
    return as_asked(a, dtype), axes


def as_asked(x: Any, dtype: Any) -> Any:
    """`x` in the dtype asked for, if one is. A sum in a small integer dtype comes out wider."""
    if dtype is None or dtype_of(x) == np.dtype(dtype):
        return x
    return el.astype(x, dtype=np.dtype(dtype))


def _masked(a: Any, where: Any, neutral: Any) -> Any:
    return a if where is True or where is None else el.where(where, a, neutral)


def _cast_like(value: Any, x: Any) -> Any:
    """`value` in the dtype of `x`: what is reduced decides the dtype."""
    return el.astype(coerce(value), dtype=dtype_of(x))


def _folding(
    name: str, primitive: Callable[..., Any], combine: Callable[..., Any], neutral: Any
) -> Callable[..., Any]:
    """sum or prod: with `where`, the others count as `neutral`."""

    def reduce(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False,
        initial: Any = None, where: Any = True,
    ) -> Any:  # fmt: skip
        a, axes = prepared(name, a, axis, dtype, out)
        ans = primitive(_masked(a, where, neutral), axis=axes, keepdims=bool(keepdims))
        ans = ans if initial is None else combine(ans, _cast_like(initial, ans))
        return as_asked(ans, dtype)

    return named(reduce, name, _DOCS[name])


_DOCS = {
    "sum": "The sum over `axis` (all axes by default). Booleans and integers give integers.",
    "prod": "The product over `axis` (all axes by default).",
    "max": "The largest element over `axis`. Gradient: ties share it equally.",
    "min": "The smallest element over `axis`. Gradient: ties share it equally.",
    "any": "Whether any element over `axis` is nonzero.",
    "all": "Whether all elements over `axis` are nonzero.",
    "argmax": "The index of the first largest element, into the flat array without `axis`.",
    "argmin": "The index of the first smallest element, into the flat array without `axis`.",
    "cumsum": "The running sum along `axis` (of the flat array by default).",
    "cumprod": "The running product along `axis` (of the flat array by default).",
    "cumulative_sum": "The running sum along `axis`, optionally with 0 in front.",
    "cumulative_prod": "The running product along `axis`, optionally with 1 in front.",
}
sum = _folding("sum", red.sum, el.add, 0)
prod = _folding("prod", red.prod, el.multiply, 1)


def _extremum(
    name: str, primitive: Callable[..., Any], combine: Callable[..., Any]
) -> Callable[..., Any]:
    def reduce(
        a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, initial: Any = None,
        where: Any = True,
    ) -> Any:  # fmt: skip
        a, axes = prepared(name, a, axis, None, out)
        if initial is None:
            if where is not True and where is not None:
                raise ValueError(
                    f"{name}: where is given without initial; expected a value for the case that "
                    "nothing is selected. Pass initial, for example -inf or inf."
                )
            return primitive(a, axis=axes, keepdims=bool(keepdims))
        initial = _cast_like(initial, a)
        a = _masked(a, where, initial)
        if 0 in (shape_of(a)[i] for i in axes):
            return red.sum(a, axis=axes, keepdims=bool(keepdims)) + initial  # an empty sum is 0
        return combine(primitive(a, axis=axes, keepdims=bool(keepdims)), initial)

    return named(reduce, name, _DOCS[name], name, f"a{name}")


max = _extremum("max", red.max, el.maximum)
min = _extremum("min", red.min, el.minimum)


def _counted(a: Any, axes: Any, where: Any) -> Any:
    """How many elements each result is made of."""
    if where is True or where is None:
        return red.count(shape_of(a), axes)
    mask = st.broadcast_to(el.not_equal(where, 0), shape=shape_of(a))
    count = red.sum(mask, axis=axes, keepdims=True)
    return el.astype(count, dtype=real_dtype(a))


def real_dtype(a: Any) -> Any:
    """The real floating dtype that goes with the dtype of `a`."""
    dtype = dtype_of(a)
    return np.finfo(dtype).dtype if dtype.kind in "fc" else np.dtype(float)


@like_numpy("mean")
def mean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False, *,
    where: Any = True,
) -> Any:  # fmt: skip
    """The arithmetic mean over `axis` (all axes by default); integers give float64."""
    a, axes = prepared("mean", a, axis, dtype, out)
    if where is True or where is None:
        return red.mean(a, axis=axes, keepdims=bool(keepdims))
    total = red.sum(_masked(a, where, 0), axis=axes, keepdims=True)
    return red.dropped(total / _counted(a, axes, where), axes, keepdims)


def _spread(name: str, a: Any, axis: Any, dtype: Any, out: Any, ddof: Any, keepdims: Any,
            where: Any, centre: Any, correction: Any) -> Any:  # fmt: skip
    a, axes = prepared(name, a, axis, dtype, out)
    ddof = ddof if correction is None else correction
    if where is True or where is None:
        return red.var(a, axes, ddof, bool(keepdims), centre)
    count = _counted(a, axes, where)
    if centre is None:
        centre = red.sum(_masked(a, where, 0), axis=axes, keepdims=True) / count
    d = _masked(a - centre, where, 0)
    squares = el.real(d * el.conjugate(d))
    total = red.sum(squares, axis=axes, keepdims=True)
    return red.dropped(total / (count - ddof), axes, keepdims)


@like_numpy("var")
def var(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: bool = False, *, where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """The variance over `axis`, sum(|x - mean|^2) / (n - ddof), by two passes."""
    return _spread("var", a, axis, dtype, out, ddof, keepdims, where, mean, correction)


@like_numpy("std")
def std(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: bool = False, *, where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """The square root of the variance over `axis`. Gradient: 0 where all values are equal."""
    return red.safe_sqrt(
        _spread("std", a, axis, dtype, out, ddof, keepdims, where, mean, correction)
    )


def _testing(name: str, primitive: Callable[..., Any], neutral: bool) -> Callable[..., Any]:
    def reduce(
        a: Any, axis: Any = None, out: Any = None, keepdims: bool = False, *, where: Any = True
    ) -> Any:
        a, axes = prepared(name, a, axis, None, out)
        return primitive(_masked(a, where, neutral), axis=axes, keepdims=bool(keepdims))

    return named(reduce, name, _DOCS[name])


any = _testing("any", red.any, False)
all = _testing("all", red.all, True)


@like_numpy("count_nonzero")
def count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """How many elements over `axis` are nonzero."""
    a, axes = prepared("count_nonzero", a, axis, None, None)
    return red.count_nonzero(a, axis=axes, keepdims=keepdims)


@like_numpy("ptp")
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: bool = False) -> Any:
    """The largest element minus the smallest, over `axis`."""
    return max(a, axis, out, keepdims) - min(a, axis, out, keepdims)


def _searching(name: str, primitive: Callable[..., Any]) -> Callable[..., Any]:
    def search(a: Any, axis: Any = None, out: Any = None, *, keepdims: bool = False) -> Any:
        refuse_out(name, out)
        a = coerce(a)
        rank = len(shape_of(a))
        if axis is None:
            ans = primitive(reshape(a, shape=(-1 if rank != 1 else shape_of(a)[0],)), axis=0)
            return reshape(ans, shape=(1,) * rank) if keepdims else ans
        axis = asked_axis(name, a, axis)
        ans = primitive(a, axis=axis)
        return expand_dims(ans, axis) if keepdims else ans

    return named(search, name, _DOCS[name])


argmax = _searching("argmax", red.argmax)
argmin = _searching("argmin", red.argmin)


def flat(a: Any) -> Any:
    """`a` with one axis."""
    return a if len(shape_of(a)) == 1 else reshape(a, shape=(math.prod(shape_of(a)),))


def _running(name: str, primitive: Callable[..., Any]) -> Callable[..., Any]:
    def accumulate(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        a = coerce(a)
        a = flat(a) if axis is None else a
        axis = asked_axis(name, a, 0 if axis is None else axis)
        return as_asked(primitive(prepared(name, a, axis, dtype, out)[0], axis=axis), dtype)

    return named(accumulate, name, _DOCS[name])


cumsum = _running("cumsum", red.cumsum)
cumprod = _running("cumprod", red.cumprod)


def _array_api_running(name: str, running: Callable[..., Any], start: int) -> Callable[..., Any]:
    def accumulate(
        x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None,
        include_initial: bool = False,
    ) -> Any:  # fmt: skip
        x = coerce(x)
        if axis is None and len(shape_of(x)) != 1:
            raise ValueError(
                f"{name}: axis is None for an array of shape {shape_of(x)}; expected an axis for "
                "more than one dimension. Give axis, or flatten the array first."
            )
        axis = asked_axis(name, x, 0 if axis is None else axis)
        ans = running(x, axis, dtype, out)
        if not include_initial:
            return ans
        shape = shape_of(ans)
        edge = np.full((*shape[:axis], 1, *shape[axis + 1 :]), start, dtype_of(ans))
        return concatenate(from_host(edge, ans), ans, axis=axis)

    return named(accumulate, name, _DOCS[name])


cumulative_sum = _array_api_running("cumulative_sum", cumsum, 0)
cumulative_prod = _array_api_running("cumulative_prod", cumprod, 1)


@like_numpy("average")
def average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *,
    keepdims: bool = False,
) -> Any:  # fmt: skip
    """The weighted mean over `axis`, sum(w x) / sum(w); with `returned` also sum(w)."""
    (a,) = operands(a)
    if weights is None:
        ans = mean(a, axis, keepdims=keepdims)
        total: Any = red.count(shape_of(a), asked_axes("average", a, axis))
    else:
        w = _aligned_weights(a, axis, coerce(weights))
        total = red.sum(w, axis=asked_axes("average", a, axis), keepdims=keepdims)
        ans = sum(a * w, axis, keepdims=keepdims) / total
    return (ans, ans * 0 + total) if returned else ans


def _aligned_weights(a: Any, axis: Any, w: Any) -> Any:
    """Weights with the shape of `a`, or with that of its `axis`, made to line up with `a`."""
    shape = shape_of(a)
    if shape_of(w) == shape:
        return w
    axes = () if axis is None else asked_axes("average", a, axis)
    if shape_of(w) != tuple(shape[i] for i in axes) or not axes:
        raise ValueError(
            f"average: weights has shape {shape_of(w)} for an array of shape {shape} and axis "
            f"{axis}; expected the array's shape, or that of its axis. Reshape the weights."
        )
    order = sorted(range(len(axes)), key=lambda i: axes[i])
    w = w if order == list(range(len(axes))) else op("transpose")(w, axes=tuple(order))
    w = reshape(w, shape=tuple(n if i in axes else 1 for i, n in enumerate(shape)))
    return op("broadcast_to")(w, shape=shape)
