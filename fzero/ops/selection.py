"""Choosing between elements: where, extrema, clipping, and what else looks at order or sign."""

from collections.abc import Callable
from typing import Any

from ..backend import namespace
from ..dtypes import dtype_of
from ..rules import draw, elementwise
from ..shaping import op
from .steps import (
    greater,
    greater_equal,
    isfinite,
    isnan,
    less,
    less_equal,
    logical_and,
    sign,
)

__all__ = [
    "INF",
    "astype_like",
    "clip",
    "copysign",
    "fmax",
    "fmin",
    "masked",
    "maximum",
    "minimum",
    "nan_to_num",
    "where",
]

INF = float("inf")


def _of_larger(xp: Any) -> Any:
    equal, greater, count, where = xp.equal, xp.greater, xp.count_nonzero, xp.where
    looks = xp is namespace()  # on a device a look at the result would wait for it

    def of_larger(t: Any, x: Any, y: Any) -> Any:
        ties = equal(x, y)
        share = t * greater(x, y)
        return share if looks and not count(ties) else where(ties, 0.5 * t, share)

    return of_larger


def _of_larger_samples(rng: Any) -> list[Any]:
    shapes = [((2, 3), (2, 3), (3,)), ((3,), (2, 1), (3,)), ((2, 3), (), (3,))]
    drawn = [tuple(draw(rng, s) for s in triple) for triple in shapes]
    return [(args, {}) for args in drawn] + [((t, x, x.round()), {}) for t, x, _ in drawn]


#: `of_larger(t, x, y)`: `t` where `x` is larger than `y`, half of it where they are equal, else 0.
of_larger = elementwise(
    "of_larger",
    _of_larger,
    lambda ans, t, x, y: lambda u: of_larger(u, x, y),
    None,
    None,
    samples=_of_larger_samples,
    linear=(frozenset({0}),),
)


def _extremum(name: str, share: Callable[[Any, Any, Any], Any]) -> Any:
    """maximum and its kin; `share(t, x, y)` is what `x` has of `t`."""
    return elementwise(
        name,
        lambda xp: getattr(xp, name),
        lambda ans, x, y: lambda t: share(t, x, y),
        lambda ans, x, y: lambda t: share(t, y, x),
    )


maximum = _extremum("maximum", of_larger)
minimum = _extremum("minimum", lambda t, x, y: of_larger(t, y, x))
fmax = _extremum("fmax", lambda t, x, y: where(isnan(y), t, of_larger(t, x, y)))
fmin = _extremum("fmin", lambda t, x, y: where(isnan(y), t, of_larger(t, y, x)))


def astype_like(x: Any, y: Any) -> Any:
    """`x` in the dtype of `y`."""
    return op("astype")(x, dtype=dtype_of(y)) if dtype_of(x) != dtype_of(y) else x


def _where_samples(rng: Any) -> list[Any]:
    return [
        ((rng.random(c) > 0.5, draw(rng, a), draw(rng, b)), {})
        for c, a, b in [((3,), (3,), (3,)), ((2, 3), (3,), ()), ((2, 1), (1, 3), (2, 3))]
    ]


#: NumPy's `where` branches at every element; from this size on, masking bits is faster, up to
#: 10 times.
_LARGE = 4096


def _masked(xp: Any) -> Any:
    def masked(c: Any, t: Any) -> Any:
        if not (type(t) is xp.ndarray and t.size >= _LARGE and t.shape == c.shape):
            return xp.where(c, t, 0)
        if t.dtype.char not in "efd":
            return xp.where(c, t, 0)
        bits = c.astype(f"i{t.itemsize}")
        xp.negative(bits, out=bits)
        bits &= t.view(bits.dtype)
        return bits.view(t.dtype)

    return masked if xp.__name__ == "numpy" else lambda c, t: xp.where(c, t, 0)


def _masked_samples(rng: Any) -> list[Any]:
    shapes = [((3,), (3,)), ((2, 3), (3,)), ((1,), (2, 3)), ((64, 65), (64, 65))]
    return [((rng.random(c) > 0.5, draw(rng, t)), {}) for c, t in shapes]


#: `masked(c, t)`: `t` where `c`, else 0. Most derivatives of choices are that.
masked = elementwise(
    "masked",
    _masked,
    None,
    lambda ans, c, t: lambda s: masked(c, s),
    samples=_masked_samples,
    linear=(frozenset({1}),),
)
where = elementwise(
    "where",
    lambda xp: xp.where,
    None,
    lambda ans, c, x, y: lambda t: masked(c, t),
    lambda ans, c, x, y: lambda t: where(c, 0, t),
    samples=_where_samples,
    linear=(frozenset({1, 2}),),
)


def _clip_samples(rng: Any) -> list[Any]:
    return [((draw(rng, s), -0.7, 0.8), {}) for s in [(3,), (2, 3), (), (0,)]] + [
        ((draw(rng, (2, 3)), None, draw(rng, (3,), (0.0, 1.0))), {}),
        ((draw(rng, (2, 3)), draw(rng, (2, 1), (-1.0, 0.0)), None), {}),
    ]


def _inside(ans: Any, x: Any, low: Any, high: Any) -> Any:
    if low is None and high is None:
        return lambda t: t
    if low is None or high is None:
        inside = less_equal(x, high) if low is None else greater_equal(x, low)
    else:
        inside = logical_and(greater_equal(x, low), less_equal(x, high))
    return lambda t: masked(inside, t)


clip = elementwise(
    "clip",
    lambda xp: xp.clip,
    _inside,
    lambda ans, x, low, high: lambda t: masked(less(x, low), t),
    lambda ans, x, low, high: lambda t: masked(greater(x, high), t),
    samples=_clip_samples,
)
copysign = elementwise(
    "copysign",
    lambda xp: xp.copysign,
    lambda ans, x, y: lambda t: t * copysign(sign(x), sign(x) * astype_like(y, ans)),
    None,
)


def _nan_samples(rng: Any) -> list[Any]:
    x = draw(rng, (2, 3))
    x[0, 0] = float("nan")
    infinite = x.copy()
    infinite[1, 1], infinite[1, 2] = INF, -INF
    return [((x,), {}), ((infinite,), {"nan": 1.0, "posinf": 9.0, "neginf": -9.0})]


nan_to_num = elementwise(
    "nan_to_num",
    lambda xp: xp.nan_to_num,
    lambda ans, x, **params: lambda t: masked(isfinite(x), t),
    samples=_nan_samples,
)
