"""Indexing: reading is linear in the array, and adding into zeros at an index is its transpose.

An index is kept in two parts: the static one (slices, None, integers), in which `ARRAY` marks the
place of each index array, and the arrays themselves, which are operands and may be batched.
"""

import math
from collections.abc import Sequence
from typing import Any

from ..backend import array_namespace, scatter_add, scatter_extremum
from ..core import Contribution, Tracer, coerce, concrete
from ..dtypes import dtype_of, shape_of, zeros_of
from ..rules import custom, draw, fit, match, op
from .elementwise import where
from .structural import broadcast_to, reshape, transpose


class _Array:
    """The place of an index array in a static index."""

    def __repr__(self) -> str:
        return "ARRAY"


ARRAY = _Array()
Index = tuple[Any, ...]


def _merge(index: Index, arrays: Sequence[Any]) -> Index:
    rest = iter(arrays)
    return tuple(next(rest) if i is ARRAY else i for i in index)


# ---------------------------------------------------------------------------- reading the index


def _is_basic(i: Any) -> bool:
    if i is None or i is Ellipsis or isinstance(i, slice):
        return True
    return isinstance(i, int) and not isinstance(i, bool)


def parse(index: Any, shape: tuple[int, ...]) -> tuple[Index, list[Any]]:
    """A user's index on an array of `shape`: its static part and its arrays.

    Boolean masks become the integer arrays of their true elements, an Ellipsis its slices.

    Raises:
        BatchedValueError: a mask, or the bound of a slice, that differs between rows.
        IndexError: too many indices, or a mask that does not fit.
    """
    items = index if isinstance(index, tuple) else (index,)
    if all(map(_is_basic, items)):
        return tuple(map(_static, items)), []
    masks = [i if _is_basic(i) else _index_array(i) for i in items]
    used = sum(_consumed(i) for i in masks)
    if used > len(shape):
        raise IndexError(
            f"index: {used} indices for an array of {len(shape)} dimensions; expected at most "
            f"{len(shape)}. Drop {used - len(shape)} of them."
        )
    static: list[Any] = []
    arrays: list[Any] = []
    axis = 0
    for i in masks:
        if i is Ellipsis:
            static += [slice(None)] * (len(shape) - used)
            axis += len(shape) - used
        elif _is_basic(i):
            static.append(_static(i))
            axis += i is not None
        elif dtype_of(i).kind == "b":
            found = _true_elements(i, shape[axis : axis + i.ndim])
            static += [ARRAY] * len(found)
            arrays += found
            axis += i.ndim
        else:
            static.append(ARRAY)
            arrays.append(i)
            axis += 1
    static += [slice(None)] * (len(shape) - axis)
    return tuple(static), arrays


def _static(i: Any) -> Any:
    if isinstance(i, slice):
        bounds = (i.start, i.stop, i.step)
        return slice(*(b if b is None else concrete(b, "the bound of a slice") for b in bounds))
    return i


def _index_array(i: Any) -> Any:
    array = coerce(i)
    if dtype_of(array).kind == "f" and 0 in shape_of(array):
        return op("astype")(array, dtype="int64")
    if dtype_of(array).kind not in "iub":
        raise IndexError(
            f"index: an index has dtype {dtype_of(array)}; expected integers, booleans, slices, "
            "None or Ellipsis. Convert it, for example with .astype(int)."
        )
    return array


def _consumed(i: Any) -> int:
    if i is None or i is Ellipsis:
        return 0
    return i.ndim if dtype_of(i).kind == "b" and not _is_basic(i) else 1


def _true_elements(mask: Any, shape: tuple[int, ...]) -> list[Any]:
    mask = concrete(mask, "a boolean mask as an index")
    if mask.ndim == 0 or mask.shape != shape:
        raise IndexError(
            f"index: a boolean mask has shape {mask.shape} where the array has {shape}; expected "
            "the same. Use fzero.numpy.where for a mask that broadcasts."
        )
    return list(array_namespace(mask).nonzero(mask))


# ------------------------------------------------------------------------------------- batching


class _Layout:
    """How an indexing looks when operands carry a batch axis in front.

    `index` and `arrays` apply to operands with the batch axis; `order` brings the axes of the
    result into the order of one row's result, behind the batch axis.
    """

    def __init__(
        self, size: int, x_batched: bool, arrays: Sequence[Any], batched: Any, index: Index
    ) -> None:
        places = [k for k, i in enumerate(index) if i is ARRAY or isinstance(i, int)]
        together = not arrays or places[-1] - places[0] + 1 == len(places)
        ranks = [len(shape_of(a)) - b for a, b in zip(arrays, batched, strict=True)]
        inner = max(ranks, default=0)
        before = sum(not isinstance(i, int) for i in index[: places[0]]) if arrays else 0
        start = before if together else 0
        kept = sum(i is None or isinstance(i, slice) for i in index)
        if not any(batched):
            self.index, self.arrays = (slice(None), *index), list(arrays)
            batch_at = 0 if together else inner
            self.order = (batch_at, *(k for k in range(1 + inner + kept) if k != batch_at))
            if not arrays:
                self.order = ()
            return
        lined = [
            reshape(a, shape=(size, *(1,) * (inner - r), *a.shape[1:])) if b else a
            for a, b, r in zip(arrays, batched, ranks, strict=True)
        ]
        block = tuple(range(1, 1 + inner))
        if not x_batched:
            self.index, self.arrays = index, lined
            self.order = (start, *range(start), *range(start + 1, 1 + inner + kept))
            return
        xp = array_namespace(lined[0])
        self.index = (ARRAY, *index)
        self.arrays = [xp.arange(size).reshape((size,) + (1,) * inner), *lined]
        rest = tuple(range(1 + inner, 1 + inner + kept))
        self.order = (0, *rest[:start], *block, *rest[start:])

    def leave(self, y: Any) -> Any:
        """The result with the batch axis first."""
        done = self.order in ((), tuple(range(y.ndim)))
        return y if done else transpose(y, axes=self.order)

    def enter(self, v: Any) -> Any:
        """Values with the batch axis first, as the index wants them."""
        if self.order in ((), tuple(range(v.ndim))):
            return v
        back = [0] * v.ndim
        for i, a in enumerate(self.order):
            back[a] = i
        return transpose(v, axes=tuple(back))


def _result_shape(shape: tuple[int, ...], rows: Sequence[Any], index: Index, xp: Any) -> Any:
    """The shape that reading an index with arrays of shapes `rows` would give, at no cost."""
    arrays = [xp.zeros(r, int) for r in rows]
    wide = tuple(max(n, 1) if i is ARRAY else n for n, i in _axis_items(shape, index))
    dummy = xp.broadcast_to(xp.zeros(()), wide)
    return dummy[_merge(index, arrays)].shape


def _axis_items(shape: tuple[int, ...], index: Index) -> list[tuple[int, Any]]:
    items = [i for i in index if i is not None and i is not Ellipsis]
    gap = len(shape) - len(items)
    at = next((k for k, i in enumerate(index) if i is Ellipsis), len(index))
    at = sum(i is not None for i in index[:at])
    full = [*items[:at], *[slice(None)] * gap, *items[at:]]
    return list(zip(shape, full, strict=True))


# ---------------------------------------------------------------------------------- take, place


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
        elif not owned:
            total = xp.array(total)
        _add_at(total, self.g, self.arrays, self.index, self.unique)
        return total


def _add_at(out: Any, g: Any, arrays: Any, index: Index, unique: bool) -> None:
    if unique:
        out[_merge(index, arrays)] += g
    else:
        scatter_add(out, _merge(index, arrays), g)


def _place(xp: Any) -> Any:
    def place(g: Any, *arrays: Any, index: Index, shape: Any, unique: bool) -> Any:
        out = xp.zeros(shape, dtype_of(g))
        _add_at(out, g, arrays, index, unique)
        return out

    return place


def _take_pull(ans: Any, x: Any, *arrays: Any, index: Index, unique: bool) -> Any:
    shape = shape_of(x)
    return lambda g: _Scatter(g, arrays, index, shape, unique)


def _take_batch(size: int, args: Any, batched: Any, params: Any) -> Any:
    layout = _Layout(size, batched[0], args[1:], batched[1:], params["index"])
    y = take(args[0], *layout.arrays, index=layout.index, unique=params["unique"])
    return layout.leave(y), True


def _place_batch(size: int, args: Any, batched: Any, params: Any) -> Any:
    g, *arrays = args
    layout = _Layout(size, True, arrays, batched[1:], params["index"])
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
    return args[0][_merge(params["index"], args[1:])].shape


_NONE = (None,) * 16

# Linear in the array only; the index arrays are operands without derivatives. The pull is sparse.
take = custom(
    "take",
    lambda xp: lambda x, *arrays, index, unique: x[_merge(index, arrays)],
    pulls=(_take_pull, *_NONE),
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
    pulls=(_place_pull, *_NONE),
    jvp=lambda tangents, ans, args, params: place(tangents[0], *args[1:], **params),
    batch=_place_batch,
    samples=_place_samples,
    linear=(frozenset({0}),),
)

# ------------------------------------------------------------------------------- setting values


def _put(xp: Any) -> Any:
    def put(x: Any, v: Any, *arrays: Any, index: Index) -> Any:
        out = xp.array(x)
        out[_merge(index, arrays)] = v
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
        layout = _Layout(size, True, arrays, batched[2:], params["index"])
        if not batched[0]:
            x = broadcast_to(x, shape=(size, *shape_of(x)))
        several = batched[1]
        if not several and shape_of(v) and layout.order:
            v, several = broadcast_to(v, shape=(size, *shape_of(v))), True
        if several:  # the values broadcast against one row's selection
            row = _result_shape(
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
    pulls=(_put_pull_x, _put_pull_v, *_NONE),
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
            scatter_extremum(out, _merge(index, arrays), v, sign)
            return out

        return scatter

    def shares(ans: Any, x: Any, v: Any, arrays: Any, index: Index) -> Any:
        read = {"index": index, "unique": False}
        hit_x = op("astype")(x == ans, dtype=dtype_of(ans))
        hit_v = op("astype")(v == take(ans, *arrays, **read), dtype=dtype_of(ans))
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
        pulls=(pull_x, pull_v, *_NONE),
        jvp=jvp,
        batch=_scatter_batch(name),
        samples=_put_samples,
    )


put_max = _extremum("put_max", 1)
put_min = _extremum("put_min", -1)

# --------------------------------------------------------------------------------- user's calls


def getitem(x: Any, index: Any) -> Any:
    """`x[index]` with NumPy's meaning; the index may hold tracers of integers."""
    static, arrays = parse(index, shape_of(x))
    unique = not arrays or (not isinstance(index, tuple) and _is_mask(index))
    return take(x, *arrays, index=static, unique=unique)


def _is_mask(index: Any) -> bool:
    return dtype_of(coerce(index)).kind == "b"


class At:
    """Out-of-place updates of one index of an array: see `fzero.at`."""

    __slots__ = ("index", "x")

    def __init__(self, x: Any, index: Any) -> None:
        self.x, self.index = coerce(x), index

    def _parts(self) -> tuple[Index, list[Any]]:
        return parse(self.index, shape_of(self.x))

    def _values(self, v: Any) -> Any:
        v = coerce(v)
        if dtype_of(v).kind == "c" and dtype_of(self.x).kind != "c":
            raise TypeError(
                f"at: the values have dtype {dtype_of(v)} and the array {dtype_of(self.x)}; "
                "expected a real update. Take its real part, or make the array complex."
            )
        weak = type(v) in (bool, int, float, complex)
        return v if weak else op("astype")(v, dtype=dtype_of(self.x))

    def get(self) -> Any:
        """The selected elements."""
        return getitem(self.x, self.index)

    def set(self, values: Any) -> Any:
        """The array with `values` (broadcast) at the index; of repeated indices one wins."""
        index, arrays = self._parts()
        return put(self.x, self._values(values), *arrays, index=index)

    def add(self, values: Any) -> Any:
        """The array with `values` added at the index; repeated indices add up."""
        index, arrays = self._parts()
        shape = shape_of(getitem(self.x, self.index))
        values = broadcast_to(op("astype")(coerce(values), dtype=dtype_of(self.x)), shape=shape)
        return self.x + place(
            values, *arrays, index=index, shape=shape_of(self.x), unique=not arrays
        )

    def subtract(self, values: Any) -> Any:
        """The array with `values` subtracted at the index; repeated indices add up."""
        return self.add(-coerce(values))

    def multiply(self, values: Any) -> Any:
        """The array with the index multiplied by `values`.

        Raises:
            ValueError: an index that is repeated.
        """
        self._check_unique("multiply")
        return self.set(self.get() * self._values(values))

    def divide(self, values: Any) -> Any:
        """The array with the index divided by `values`; an index must not be repeated."""
        self._check_unique("divide")
        return self.set(self.get() / self._values(values))

    def power(self, values: Any) -> Any:
        """The array with the index raised to `values`; an index must not be repeated."""
        self._check_unique("power")
        return self.set(self.get() ** self._values(values))

    def apply(self, function: Any) -> Any:
        """The array with `function` applied to the selected elements, none of them repeated."""
        self._check_unique("apply")
        return self.set(function(self.get()))

    def max(self, values: Any) -> Any:
        """The array with the larger of its elements and `values` at the index."""
        index, arrays = self._parts()
        return put_max(self.x, self._values(values), *arrays, index=index)

    def min(self, values: Any) -> Any:
        """The array with the smaller of its elements and `values` at the index."""
        index, arrays = self._parts()
        return put_min(self.x, self._values(values), *arrays, index=index)

    def _check_unique(self, name: str) -> None:
        index, arrays = self._parts()
        if not arrays:
            return
        ones = where(broadcast_to(True, shape=shape_of(self.get())), 1.0, 0.0)
        count = place(ones, *arrays, index=index, shape=shape_of(self.x), unique=False)
        while isinstance(count, Tracer):
            count = count.value
        if (count > 1).any():
            raise ValueError(
                f"at(x, index).{name}: the index names an element more than once; expected each "
                "once. Combine the values first, or use add, max or min, which take repeats."
            )


class AtIndexer:
    """`x.at[index]`, the same as `fzero.at(x, index)`."""

    __slots__ = ("x",)

    def __init__(self, x: Any) -> None:
        self.x = x

    def __getitem__(self, index: Any) -> At:
        return At(self.x, index)


def at(x: Any, index: Any) -> At:
    """Out-of-place updates of `x` at `index`, with the methods set, add, multiply, min, max, ...

    Args:
        x: an array of any library, or a tracer; it is not changed.
        index: what `x[index]` would take: integers, slices, None, Ellipsis, integer arrays (also
            repeated ones, which `add`, `max` and `min` combine), boolean masks.

    Returns:
        An object whose methods return a new array of the shape and dtype of `x`.

    Gradient: to the array and to the values.

    Example:
        >>> import numpy as np
        >>> at(np.zeros(3), np.array([0, 0, 2])).add(1.0).tolist()
        [2.0, 0.0, 1.0]
    """
    return At(x, index)
