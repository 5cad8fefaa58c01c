"""Reductions and cumulative functions over axes, given as NumPy gives them."""

from typing import Any

from ..backend import array_namespace
from ..dtypes import dtype_of, shape_of
from ..rules import axes_of, axis_of, custom, draw, linear, nondiff, shifted_axes
from .elementwise import astype_like, conjugate, detach, div0, isfinite, log, sqrt, where
from .elementwise import exp as exp_
from .structural import broadcast_to, flip, moveaxis, reshape


def _axis_samples(rng: Any) -> list[Any]:
    return [
        ((draw(rng, (2, 3)),), {"axis": axis, "keepdims": keep})
        for axis in (None, 0, -1, (0, 1), ())
        for keep in (False, True)
    ] + [((draw(rng, ()),), {"axis": None, "keepdims": False})]


def _some_axis_samples(rng: Any) -> list[Any]:
    return [s for s in _axis_samples(rng) if s[1]["axis"] != ()]


def kept(shape: tuple[int, ...], axis: Any) -> tuple[int, ...]:
    """The shape after a reduction with keepdims."""
    axes = axes_of(len(shape), axis)
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def spread(g: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """The cotangent of a sum: `g` repeated over the reduced axes."""
    return broadcast_to(reshape(g, shape=kept(shape, axis)), shape=shape)


def _reducer(name: str) -> Any:
    return lambda xp: lambda x, axis, keepdims: getattr(xp, name)(x, axis=axis, keepdims=keepdims)


sum = linear(
    "sum",
    _reducer("sum"),
    lambda shape, dtype, axis, keepdims: lambda g: spread(g, shape, axis),
    batch=lambda x, axis, keepdims: sum(x, axis=shifted_axes(x, axis), keepdims=keepdims),
    samples=_axis_samples,
)
mean = linear(
    "mean",
    _reducer("mean"),
    lambda shape, dtype, axis, keepdims: lambda g: spread(g / count(shape, axis), shape, axis),
    batch=lambda x, axis, keepdims: mean(x, axis=shifted_axes(x, axis), keepdims=keepdims),
    samples=_axis_samples,
)


def count(shape: tuple[int, ...], axis: Any) -> int:
    """How many elements a reduction over `axis` takes together."""
    n = 1
    for a in axes_of(len(shape), axis):
        n *= shape[a]
    return n


# max, min and prod are linear in no argument, but each has a weight per element: no category fits.
def _weighted(name: str, weights: Any) -> Any:
    """A reduction whose derivative is a sum over `axis` with weights(ans, x, axis)."""

    def pull(ans: Any, x: Any, axis: Any, keepdims: bool) -> Any:
        shape = shape_of(x)
        return lambda g: spread(g, shape, axis) * weights(spread(ans, shape, axis), x, axis)

    def jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
        (x,), axis = args, params["axis"]
        w = weights(spread(ans, shape_of(x), axis), x, axis)
        return sum(tangents[0] * w, axis=axis, keepdims=params["keepdims"])

    def batch(size: int, args: Any, batched: Any, params: Any) -> Any:
        (x,) = args
        axis = shifted_axes(x, params["axis"])
        return reduce(x, axis=axis, keepdims=params["keepdims"]), True

    reduce = custom(
        name,
        _reducer(name),
        pulls=(pull,),
        jvp=jvp,
        batch=batch,
        samples=_some_axis_samples,
    )
    return reduce


def _tied(ans: Any, x: Any, axis: Any) -> Any:
    """The share of each element in an extremum: ties share equally; a NaN takes it."""
    hit = (x == ans) | (x != x)
    return astype_like(hit / sum(hit, axis=axis, keepdims=True), x)


max = _weighted("max", _tied)
min = _weighted("min", _tied)


def _others(ans: Any, x: Any, axis: Any) -> Any:
    """The product of the other elements, exact where there are zeros."""
    zero = x == 0
    zeros = sum(zero, axis=axis, keepdims=True)
    nonzero = prod(where(zero, 1, x), axis=axis, keepdims=True)
    alone = where(zeros == 1, nonzero, 0) * zero
    return where(zeros == 0, div0(ans, where(zero, 1, x)), alone)


prod = _weighted("prod", _others)


def _cumulative(name: str) -> Any:
    return lambda xp: lambda x, axis: getattr(xp, name)(x, axis=axis)


def _reversed_sum(g: Any, axis: int) -> Any:
    return flip(cumsum(flip(g, axis=(axis,)), axis=axis), axis=(axis,))


def _one_axis_samples(rng: Any) -> list[Any]:
    return [((draw(rng, (2, 3)),), {"axis": a}) for a in (0, 1)]


# The axis is always given: flattening happens before the primitive.
cumsum = linear(
    "cumsum",
    _cumulative("cumsum"),
    lambda shape, dtype, axis: lambda g: _reversed_sum(g, axis),
    batch=lambda x, axis: cumsum(x, axis=axis + 1),
    samples=_one_axis_samples,
)


def _cumprod_matrix(x: Any, axis: int) -> Any:
    """d cumprod[i] / d x[k] along the last axis: prod of x[j] for j <= i, j != k, else 0."""
    rows = moveaxis(x, axis, -1)
    n = rows.shape[-1]
    grid = broadcast_to(reshape(rows, shape=(*rows.shape[:-1], 1, n)), shape=(*rows.shape, n))
    ks = namespace_eye(rows, n)
    ones_at_k = where(ks, 1, grid)
    products = cumprod(ones_at_k, axis=ones_at_k.ndim - 1)
    return where(upper(rows, n), products, 0)  # [..., k, i]


def namespace_eye(x: Any, n: int) -> Any:
    """The identity of size n as booleans, on the device of `x`."""
    return array_namespace(x).eye(n, dtype=bool)


def upper(x: Any, n: int) -> Any:
    """Booleans [k, i]: i >= k, on the device of `x`."""
    xp = array_namespace(x)
    return xp.arange(n)[:, None] <= xp.arange(n)[None, :]


def _cumprod_pull(ans: Any, x: Any, axis: int) -> Any:
    def pull(g: Any) -> Any:
        rows = moveaxis(g, axis, -1)
        terms = _cumprod_matrix(x, axis) * reshape(
            rows, shape=(*rows.shape[:-1], 1, rows.shape[-1])
        )
        return moveaxis(sum(terms, axis=-1, keepdims=False), -1, axis)

    return pull


def _cumprod_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    (x,), axis = args, params["axis"]
    t = moveaxis(tangents[0], axis, -1)
    terms = _cumprod_matrix(x, axis) * reshape(t, shape=(*t.shape, 1))
    return moveaxis(sum(terms, axis=-2, keepdims=False), -1, axis)


# Exact where elements are zero, at quadratic cost in the axis; no category has such a rule.
cumprod = custom(
    "cumprod",
    _cumulative("cumprod"),
    pulls=(_cumprod_pull,),
    jvp=_cumprod_jvp,
    batch=lambda size, args, batched, params: (cumprod(args[0], axis=params["axis"] + 1), True),
    samples=_one_axis_samples,
)


# --------------------------------------------------------------------------- no derivatives


def _counting(name: str) -> Any:
    def batch(size: int, args: Any, batched: Any, params: Any) -> Any:
        axis = shifted_axes(args[0], params["axis"])
        return reduce(args[0], axis=axis, keepdims=params["keepdims"]), True

    reduce = nondiff(name, _reducer(name), samples=_axis_samples, batch=batch)
    return reduce


any, all, count_nonzero = map(_counting, ("any", "all", "count_nonzero"))


def _arg(name: str) -> Any:
    """argmax, argmin and argsort along one axis, always given."""

    def batch(size: int, args: Any, batched: Any, params: Any) -> Any:
        return search(
            args[0], **{**params, "axis": axis_of(args[0].ndim - 1, params["axis"]) + 1}
        ), True

    search = nondiff(
        name,
        lambda xp: lambda x, axis, **params: getattr(xp, name)(x, axis=axis, **params),
        samples=_one_axis_samples,
        batch=batch,
    )
    return search


argmax, argmin = map(_arg, ("argmax", "argmin"))

# -------------------------------------------------------------------------------- composites


def var(x: Any, axis: Any = None, ddof: Any = 0, keepdims: bool = False, centre: Any = None) -> Any:
    """The variance by two passes, exact in float32 where E[x^2] - E[x]^2 is not."""
    shape = shape_of(x)
    centre = mean(x, axis=axis, keepdims=True) if centre is None else centre
    d = x - centre
    squares = (d * conjugate(d)).real if dtype_of(d).kind == "c" else d * d
    return sum(squares, axis=axis, keepdims=keepdims) / (count(shape, axis) - ddof)


def std(x: Any, axis: Any = None, ddof: Any = 0, keepdims: bool = False, centre: Any = None) -> Any:
    """The square root of the variance; its derivative at 0 is 0 for constant values."""
    return safe_sqrt(var(x, axis, ddof, keepdims, centre))


def safe_sqrt(x: Any) -> Any:
    """The square root, with derivative 0 at 0 (a subgradient of norms and deviations)."""
    zero = x == 0
    return where(zero, 0, sqrt(where(zero, 1, x)))


def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))), finite wherever the result is."""
    top = max(x, axis=axis, keepdims=True)
    top = detach(where(isfinite(top), top, 0))
    out = log(sum(exp_(x - top), axis=axis, keepdims=True)) + top
    return out if keepdims else reshape(out, shape=_dropped(shape_of(x), axis))


def _dropped(shape: tuple[int, ...], axis: Any) -> tuple[int, ...]:
    axes = axes_of(len(shape), axis)
    return tuple(n for i, n in enumerate(shape) if i not in axes)
