"""Writing at an index: set, and the running maximum and minimum."""

import math
from typing import Any

from ..backend import array_namespace, scatter_extremum
from ..dtypes import dtype_of, shape_of, zeros_of
from ..rules import custom, draw
from ..shaping import fit, match, op
from .gather import NO_RULES, place, take
from .index import ARRAY, Index, merge
from .index_layout import Layout, result_shape
from .selection import astype_like, where
from .structural import broadcast_to, reshape

__all__ = ["put", "put_max", "put_min"]


def _put(xp: Any) -> Any:
    def put(x: Any, v: Any, *arrays: Any, index: Index) -> Any:
        out = xp.array(x)
        out[merge(index, arrays)] = v
        return out

    return put


def _put_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    t, u = tangents[:2]
    t = zeros_of(ans) if t is None else t
    u = 0 if u is None else u
    return put(t, u, *args[2:], **params)


def _put_pull_x(ans: Any, x: Any, v: Any, *arrays: Any, index: Index) -> Any:
    return lambda g: put(g, 0, *arrays, index=index)


def _put_pull_v(ans: Any, x: Any, v: Any, *arrays: Any, index: Index) -> Any:
    shape, dtype = shape_of(v), dtype_of(v)

    def pull(g: Any) -> Any:
        part = take(g, *arrays, index=index, unique=True)
        if arrays:
            part = where(_wins(part, shape_of(g), arrays, index), part, 0)
        return fit(part, shape, dtype)

    return pull


def _wins(part: Any, shape: Any, arrays: Any, index: Index) -> Any:
    """Which of the written values are there in the end: of repeated indices one wins."""
    xp = array_namespace(part)
    chosen = shape_of(part)
    order = xp.arange(math.prod(chosen)).reshape(chosen)
    final = put(xp.zeros(shape, order.dtype), order, *arrays, index=index)
    return take(final, *arrays, index=index, unique=False) == order


def _scatter_batch(name: str) -> Any:
    def batch(size: int, args: Any, batched: Any, params: Any) -> Any:
        x, v, *arrays = args
        layout = Layout(size, True, arrays, batched[2:], params["index"])
        if not batched[0]:
            x = broadcast_to(x, shape=(size, *shape_of(x)))
        several = batched[1]
        if not several and shape_of(v) and layout.order:
            v, several = broadcast_to(v, shape=(size, *shape_of(v))), True
        if several:  # the values broadcast against one row's selection
            row = result_shape(
                x.shape[1:],
                [shape_of(a)[b:] for a, b in zip(arrays, batched[2:], strict=True)],
                params["index"],
                array_namespace(x),
            )
            v = reshape(v, shape=(size, *(1,) * (len(row) - v.ndim + 1), *v.shape[1:]))
            v = layout.enter(broadcast_to(v, shape=(size, *row)))
        return op(name)(x, v, *layout.arrays, **{**params, "index": layout.index}), True

    return batch


def _put_samples(rng: Any) -> list[Any]:
    x, i = draw(rng, (4, 3)), rng.permutation(3)[:2]
    repeated = rng.integers(0, 2, (2, 2))
    whole = slice(None)
    return [
        ((x, draw(rng, (3,))), {"index": (1,)}),
        ((x, draw(rng, (2, 1))), {"index": (slice(0, 4, 2),)}),
        ((x, draw(rng, (2, 3)), i), {"index": (ARRAY, whole)}),
        ((draw(rng, (3, 4)), draw(rng, ()), i), {"index": (whole, ARRAY)}),
        ((draw(rng, (3, 4)), draw(rng, (3, 2)), i), {"index": (whole, ARRAY)}),
        ((draw(rng, (3, 3, 4)), draw(rng, (3,)), i[:1], i[1:]), {"index": (ARRAY, whole, ARRAY)}),
        ((draw(rng, (3, 2)), draw(rng, (2, 2)), repeated), {"index": (1, ARRAY)}),
    ]


# Linear jointly in the array and the values; the index arrays have no derivatives.
put = custom(
    "put",
    _put,
    pulls=(_put_pull_x, _put_pull_v, *NO_RULES),
    jvp=_put_jvp,
    batch=_scatter_batch("put"),
    samples=_put_samples,
    linear=(frozenset({0, 1}),),
)


def _extremum(name: str, sign: int) -> Any:
    """The running maximum or minimum into an index; ties share the derivative."""

    def impl(xp: Any) -> Any:
        def scatter(x: Any, v: Any, *arrays: Any, index: Index) -> Any:
            out = xp.array(x)
            scatter_extremum(out, merge(index, arrays), v, sign)
            return out

        return scatter

    def shares(ans: Any, x: Any, v: Any, arrays: Any, index: Index) -> Any:
        read = {"index": index, "unique": False}
        v, chosen = astype_like(v, ans), take(ans, *arrays, **read)
        hit_x = astype_like((x == ans) | (x != x), ans)  # a NaN takes the place
        hit_v = astype_like((v == chosen) | (v != v), ans)
        count = hit_x + place(hit_v, *arrays, shape=shape_of(ans), **read)
        return hit_x / count, hit_v / take(count, *arrays, **read)

    def pull_x(ans: Any, x: Any, v: Any, *arrays: Any, index: Index) -> Any:
        return lambda g: g * shares(ans, x, v, arrays, index)[0]

    def pull_v(ans: Any, x: Any, v: Any, *arrays: Any, index: Index) -> Any:
        def pull(g: Any) -> Any:
            part = take(g, *arrays, index=index, unique=False)
            return fit(part * shares(ans, x, v, arrays, index)[1], shape_of(v), dtype_of(v))

        return pull

    def jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
        (x, v, *arrays), (t, u, *_) = args, tangents
        share_x, share_v = shares(ans, x, v, arrays, params["index"])
        out = 0 if t is None else t * share_x
        if u is not None:
            part = share_v * u
            out = out + place(part, *arrays, shape=shape_of(ans), unique=False, **params)
        return match(out, ans)

    # Piecewise linear with repeated indices: no category has such a rule.
    return custom(
        name,
        impl,
        pulls=(pull_x, pull_v, *NO_RULES),
        jvp=jvp,
        batch=_scatter_batch(name),
        samples=_put_samples,
    )


put_max = _extremum("put_max", 1)
put_min = _extremum("put_min", -1)
