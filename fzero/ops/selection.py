"""Choosing between elements: where, extrema, clipping, and what else looks at order or sign."""

from typing import Any

from ..dtypes import dtype_of
from ..rules import draw, elementwise, nondiff
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


def _share(xp: Any) -> Any:
    """The share of `x` in the larger of two: 1 where it is, 1/2 where they are equal, else 0."""

    def share(x: Any, y: Any) -> Any:
        # Promotion is worked out only where there is some: it costs more than a comparison.
        dtypes = {v.dtype for v in (x, y) if hasattr(v, "dtype")}
        dtype = dtypes.pop() if len(dtypes) == 1 else xp.result_type(x, y)
        return xp.where(xp.equal(x, y), dtype.type(0.5), xp.greater(x, y))

    return share


def _share_samples(rng: Any) -> list[Any]:
    x = draw(rng, (2, 3))
    return [((x, x.round()), {}), ((x, x[0]), {})]


larger_share = nondiff("larger_share", _share, samples=_share_samples)


def _extremum(name: str, sign: int) -> Any:
    """maximum, minimum and the variants that pass over NaN."""

    def weight(x: Any, y: Any) -> Any:
        wins = larger_share(x, y) if sign > 0 else larger_share(y, x)
        return where(isnan(y), 1, wins) if name.startswith("f") else wins

    return elementwise(
        name,
        lambda xp: getattr(xp, name),
        lambda ans, x, y: lambda t: t * weight(x, y),
        lambda ans, x, y: lambda t: t * weight(y, x),
    )


def astype_like(x: Any, y: Any) -> Any:
    """`x` in the dtype of `y`."""
    return op("astype")(x, dtype=dtype_of(y)) if dtype_of(x) != dtype_of(y) else x


maximum = _extremum("maximum", 1)
minimum = _extremum("minimum", -1)
fmax = _extremum("fmax", 1)
fmin = _extremum("fmin", -1)


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
