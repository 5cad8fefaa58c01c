"""Joining arrays, and splitting them into several."""

from typing import Any

from ..backend import array_namespace
from ..dtypes import dtype_of
from ..rules import draw, linear, nary_linear
from ..shaping import batch_all, op

__all__ = ["concatenate", "split_at", "stack", "unstack"]


def _concatenate(xp: Any) -> Any:
    return lambda *xs, axis: xp.concatenate(xs, axis)


def _part(i: int, shapes: Any, axis: int) -> Any:
    start = sum(s[axis] for s in shapes[:i])
    index = (slice(None),) * axis + (slice(start, start + shapes[i][axis]),)
    return lambda g: g[index]


def _batch_join(name: str) -> Any:
    def batch(size: int, args: Any, batched: Any, params: Any) -> Any:
        return op(name)(*batch_all(args, batched, size), axis=params["axis"] + 1), True

    return batch


def _join_samples(rng: Any) -> list[Any]:
    return [
        ((draw(rng, (2, 3)), draw(rng, (2, 3)), draw(rng, (2, 3))), {"axis": a}) for a in (0, 1)
    ]


concatenate = nary_linear(
    "concatenate",
    _concatenate,
    _part,
    batch=_batch_join("concatenate"),
    samples=lambda rng: [
        *_join_samples(rng),
        ((draw(rng, (2, 3)), draw(rng, (2, 1)), draw(rng, (2, 0))), {"axis": 1}),
    ],
)


def _stack(xp: Any) -> Any:
    def stack(*xs: Any, axis: int) -> Any:
        return xp.stack([x if isinstance(x, xp.ndarray) else xp.asarray(x) for x in xs], axis)

    return stack


stack = nary_linear(
    "stack",
    _stack,
    lambda i, shapes, axis: lambda g: g[(slice(None),) * axis + (i,)],
    batch=_batch_join("stack"),
    samples=lambda rng: [*_join_samples(rng), ((1.0, draw(rng, ())), {"axis": 0})],
)


def _filled(gs: Any, shapes: Any) -> list[Any]:
    """The cotangents of several results, zeros where one has none."""
    like = next(g for g in gs if g is not None)
    xp, dtype = array_namespace(like), dtype_of(like)
    return [xp.zeros(s, dtype) if g is None else g for g, s in zip(gs, shapes, strict=True)]


def _unstack_transpose(shape: Any, dtype: Any, axis: int) -> Any:
    rest = shape[:axis] + shape[axis + 1 :]
    return lambda gs: stack(*_filled(gs, [rest] * shape[axis]), axis=axis)


# Several outputs: one node on the tape for all the slices of a loop, so that its cost is linear.
unstack = linear(
    "unstack",
    lambda xp: lambda x, axis: tuple(xp.moveaxis(x, axis, 0)),
    _unstack_transpose,
    batch=lambda x, axis: unstack(x, axis=axis + 1),
    samples=lambda rng: [((draw(rng, (2, 3)),), {"axis": a}) for a in (0, 1)],
    multiple=True,
)


def _split_transpose(shape: Any, dtype: Any, sections: Any, axis: int) -> Any:
    edges = (0, *sections, shape[axis])
    sizes = [max(b - a, 0) for a, b in zip(edges, edges[1:], strict=False)]
    shapes = [(*shape[:axis], n, *shape[axis + 1 :]) for n in sizes]
    return lambda gs: concatenate(*_filled(gs, shapes), axis=axis)


split_at = linear(
    "split_at",
    lambda xp: lambda x, sections, axis: tuple(xp.split(x, sections, axis)),
    _split_transpose,
    batch=lambda x, sections, axis: split_at(x, sections=sections, axis=axis + 1),
    samples=lambda rng: [
        ((draw(rng, (2, 5)),), {"sections": (2, 3), "axis": 1}),
        ((draw(rng, (2, 5)),), {"sections": (1,), "axis": 0}),
    ],
    multiple=True,
)
