"""Reductions and cumulative functions over axes, given as NumPy gives them."""

import math
from typing import Any

from ..backend import namespace
from ..dtypes import dtype_of, shape_of
from ..rules import custom, draw, linear, nondiff
from ..shaping import axes_of, axis_of, shifted_axes
from .elementwise import INF, astype_like, conjugate, detach, isfinite, log, not_equal, sqrt, where
from .elementwise import exp as exp_
from .structural import broadcast_to, flip, moveaxis, pad_value, reshape


def _axis_samples(rng: Any) -> list[Any]:
    return [
        ((draw(rng, (2, 3)),), {"axis": axis, "keepdims": keep})
        for axis in (None, 0, -1, (0, 1), ())
        for keep in (False, True)
    ] + [
        ((draw(rng, ()),), {"axis": None, "keepdims": False}),
        ((draw(rng, (3, 0)),), {"axis": 0, "keepdims": False}),
    ]


def _some_axis_samples(rng: Any) -> list[Any]:
    return [s for s in _axis_samples(rng) if s[1]["axis"] != ()]


def kept(shape: tuple[int, ...], axis: Any) -> tuple[int, ...]:
    """The shape after a reduction with keepdims."""
    axes = axes_of(len(shape), axis)
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def dropped(y: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    """A reduction that kept `axes` with size 1, without them unless `keepdims`."""
    if keepdims:
        return y
    return reshape(y, shape=tuple(n for i, n in enumerate(shape_of(y)) if i not in axes))


def spread(g: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """The cotangent of a sum: `g` repeated over the reduced axes."""
    if shape_of(g):  # one number needs no axes to be repeated
        g = reshape(g, shape=kept(shape, axis))
    return broadcast_to(g, shape=shape)


#: The ufuncs that NumPy's reductions come down to; its functions around them cost more than a
#: small sum.
_LOOPS = {"sum": "add", "prod": "multiply", "max": "maximum", "min": "minimum"}


def _reducer(name: str) -> Any:
    def implement(xp: Any) -> Any:
        loop = getattr(xp, _LOOPS[name]) if xp is namespace() and name in _LOOPS else None
        reduce = loop.reduce if loop else getattr(xp, name)
        return lambda x, axis, keepdims: reduce(x, axis=axis, keepdims=keepdims)

    return implement


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
    return math.prod(shape[a] for a in axes_of(len(shape), axis))


# max, min and prod are linear in no argument, but each has a weight per element: no category fits.
def _weighted(name: str, weights: Any, samples: Any) -> Any:
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
        samples=samples,
    )
    return reduce


def _tied(ans: Any, x: Any, axis: Any) -> Any:
    """The share of each element in an extremum: ties share equally; a NaN takes it."""
    hit = (x == ans) | (x != x)
    return astype_like(hit / sum(hit, axis=axis, keepdims=True), x)


max = _weighted("max", _tied, _some_axis_samples)
min = _weighted("min", _tied, _some_axis_samples)


def _others(ans: Any, x: Any, axis: Any) -> Any:
    """The product of the other elements, from both sides: exact to any order where some are 0."""
    shape = shape_of(x)
    axes = axes_of(len(shape), axis)
    last = tuple(range(len(shape) - len(axes), len(shape)))
    moved = moveaxis(x, axes, last)
    rows = reshape(moved, shape=(*shape_of(moved)[: len(shape) - len(axes)], count(shape, axis)))
    end = len(shape_of(rows)) - 1
    before = cumprod(_delayed(rows, 1, 1), axis=end)
    after = flip(cumprod(_delayed(flip(rows, axis=(end,)), 1, 1), axis=end), axis=(end,))
    return moveaxis(reshape(before * after, shape=shape_of(moved)), last, axes)


def _delayed(x: Any, steps: int, fill: Any) -> Any:
    """`x` moved by some steps along its last axis, `fill` coming in."""
    size = shape_of(x)[-1]
    if steps > size:  # no element stays
        steps = size
    widths = ((0, 0),) * (len(shape_of(x)) - 1) + ((steps, 0),)
    return pad_value(x[..., : size - steps], widths, fill)


def _with_zeros(rng: Any) -> Any:
    """Rows with no, one and two zeros."""
    x = draw(rng, (3, 4))
    x[1, 1] = x[2, 0] = x[2, 2] = 0.0
    return x


prod = _weighted(
    "prod",
    _others,
    lambda rng: [
        *_axis_samples(rng),
        ((_with_zeros(rng),), {"axis": 1, "keepdims": False}),
        ((draw(rng, (2, 3), complex=True),), {"axis": 0, "keepdims": True}),
    ],
)


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


def _recurrence(a: Any, b: Any) -> Any:
    """y[i] = a[i] y[i - 1] + b[i] along the last axis, by doubling: in log2(n) rounds."""
    steps = 1
    while steps < shape_of(b)[-1]:
        b = b + a * _delayed(b, steps, 0)
        a = a * _delayed(a, steps, 0)
        steps *= 2
    return b


def _cumprod_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    axis = params["axis"]
    x, t = moveaxis(args[0], axis, -1), moveaxis(tangents[0], axis, -1)
    before = cumprod(_delayed(x, 1, 1), axis=len(shape_of(x)) - 1)
    return moveaxis(_recurrence(x, before * t), -1, axis)


def _cumprod_pull(ans: Any, x: Any, axis: int) -> Any:
    rows = moveaxis(x, axis, -1)
    end = (len(shape_of(rows)) - 1,)
    before = cumprod(_delayed(rows, 1, 1), axis=end[0])
    factors = _delayed(flip(rows, axis=end), 1, 0)

    def pull(g: Any) -> Any:
        after = flip(_recurrence(factors, flip(moveaxis(g, axis, -1), axis=end)), axis=end)
        return moveaxis(before * after, -1, axis)

    return pull


# Exact where elements are zero, which a division by them would not be; no category has such a rule.
cumprod = custom(
    "cumprod",
    _cumulative("cumprod"),
    pulls=(_cumprod_pull,),
    jvp=_cumprod_jvp,
    batch=lambda size, args, batched, params: (cumprod(args[0], axis=params["axis"] + 1), True),
    samples=lambda rng: [*_one_axis_samples(rng), ((_with_zeros(rng),), {"axis": 1})],
)


# --------------------------------------------------------------------------- no derivatives


def _counting(name: str) -> Any:
    def batch(size: int, args: Any, batched: Any, params: Any) -> Any:
        axis = shifted_axes(args[0], params["axis"])
        return reduce(args[0], axis=axis, keepdims=params["keepdims"]), True

    reduce = nondiff(name, _reducer(name), samples=_axis_samples, batch=batch)
    return reduce


any, all = map(_counting, ("any", "all"))


def count_nonzero(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """How many elements are not zero."""
    return sum(not_equal(x, 0), axis=axis, keepdims=keepdims)


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


def safe_sqrt(x: Any) -> Any:
    """The square root, with derivative 0 at 0 (a subgradient of norms and deviations)."""
    zero = x == 0
    return where(zero, 0, sqrt(where(zero, 1, x)))


def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))), finite wherever the result is."""
    top = max(x, axis=axis, keepdims=True)
    top = detach(where(isfinite(top), top, 0))
    total = sum(exp_(x - top), axis=axis, keepdims=True)
    empty = total == 0
    out = where(empty, -INF, log(where(empty, 1, total))) + top
    return dropped(out, axes_of(len(shape_of(x)), axis), keepdims)
