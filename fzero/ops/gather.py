"""Reading at an index is linear in the array; adding into zeros at the index is its transpose."""

from typing import Any

from ..backend import array_namespace, scatter_add
from ..core import Contribution, Tracer
from ..dtypes import dtype_of, shape_of
from ..rules import custom, draw
from .index import ARRAY, Index, merge
from .index_layout import Layout
from .structural import broadcast_to

__all__ = ["NO_RULES", "place", "take"]


class _Scatter(Contribution):
    """A cotangent that is zero outside an index: added in place, at the cost of the index."""

    __slots__ = ("arrays", "g", "index", "shape", "unique")

    def __init__(self, g: Any, arrays: Any, index: Index, shape: Any, unique: bool) -> None:
        self.g, self.arrays, self.index = g, arrays, index
        self.shape, self.unique = shape, unique

    def add_to(self, total: Any, owned: bool) -> Any:
        if any(isinstance(v, Tracer) for v in (self.g, total, *self.arrays)):
            dense = place(
                self.g, *self.arrays, index=self.index, shape=self.shape, unique=self.unique
            )
            return dense if total is None else total + dense
        xp = array_namespace(self.g)
        if total is None:
            total = xp.zeros(self.shape, dtype_of(self.g))
        # NumPy's sum of two 0-d arrays is a scalar, which nothing can be added into.
        elif not (owned and isinstance(total, xp.ndarray)):
            total = xp.array(total)
        add_at(total, self.g, self.arrays, self.index, self.unique)
        return total


def add_at(out: Any, g: Any, arrays: Any, index: Index, unique: bool) -> None:
    if unique:
        out[merge(index, arrays)] += g
    else:
        scatter_add(out, merge(index, arrays), g)


def _place(xp: Any) -> Any:
    def place(g: Any, *arrays: Any, index: Index, shape: Any, unique: bool) -> Any:
        out = xp.zeros(shape, dtype_of(g))
        add_at(out, g, arrays, index, unique)
        return out

    return place


def _take(xp: Any) -> Any:
    def take(x: Any, *arrays: Any, index: Index, unique: bool) -> Any:
        x = x if isinstance(x, xp.ndarray) else xp.asarray(x)
        return x[merge(index, arrays)]

    return take


def _take_pull(ans: Any, x: Any, *arrays: Any, index: Index, unique: bool) -> Any:
    shape = shape_of(x)
    return lambda g: _Scatter(g, arrays, index, shape, unique)


def _take_batch(size: int, args: Any, batched: Any, params: Any) -> Any:
    layout = Layout(size, batched[0], args[1:], batched[1:], params["index"])
    y = take(args[0], *layout.arrays, index=layout.index, unique=params["unique"])
    return layout.leave(y), True


def _place_batch(size: int, args: Any, batched: Any, params: Any) -> Any:
    g, *arrays = args
    layout = Layout(size, True, arrays, batched[1:], params["index"])
    if not batched[0]:
        g = broadcast_to(g, shape=(size, *shape_of(g)))
    shape = (size, *params["shape"])
    unique = params["unique"]
    return place(
        layout.enter(g), *layout.arrays, index=layout.index, shape=shape, unique=unique
    ), True


def _index_samples(rng: Any) -> list[Any]:
    x, cube = draw(rng, (4, 3)), draw(rng, (2, 3, 4))
    i, j = rng.integers(0, 3, (2, 2)), rng.integers(0, 2, (2,))
    whole = slice(None)
    return [
        ((x,), {"index": (1,), "unique": True}),
        ((x,), {"index": (Ellipsis, None, slice(None, None, -2)), "unique": True}),
        ((x, i), {"index": (ARRAY, whole), "unique": False}),
        ((x, i), {"index": (whole, ARRAY), "unique": False}),
        ((x, i, j), {"index": (ARRAY, ARRAY), "unique": False}),
        ((cube, j, j), {"index": (ARRAY, whole, ARRAY), "unique": False}),
        ((cube, j), {"index": (1, whole, ARRAY), "unique": False}),
        ((cube, j), {"index": (whole, 1, ARRAY), "unique": False}),
        ((cube, j), {"index": (whole, None, ARRAY, slice(1, 3)), "unique": False}),
    ]


def _place_samples(rng: Any) -> list[Any]:
    return [
        (
            (draw(rng, _sample_shape(args, params)), *args[1:]),
            {**params, "shape": args[0].shape},
        )
        for args, params in _index_samples(rng)
    ]


def _sample_shape(args: Any, params: Any) -> Any:
    return args[0][merge(params["index"], args[1:])].shape


NO_RULES = (None,) * 16

# Linear in the array only; the index arrays are operands without derivatives. The pull is sparse.
take = custom(
    "take",
    _take,
    pulls=(_take_pull, *NO_RULES),
    jvp=lambda tangents, ans, args, params: take(tangents[0], *args[1:], **params),
    batch=_take_batch,
    samples=_index_samples,
    linear=(frozenset({0}),),
)


def _place_pull(ans: Any, g: Any, *arrays: Any, index: Index, shape: Any, unique: bool) -> Any:
    return lambda u: take(u, *arrays, index=index, unique=unique)


# The transpose of `take`.
place = custom(
    "place",
    _place,
    pulls=(_place_pull, *NO_RULES),
    jvp=lambda tangents, ans, args, params: place(tangents[0], *args[1:], **params),
    batch=_place_batch,
    samples=_place_samples,
    linear=(frozenset({0}),),
)
