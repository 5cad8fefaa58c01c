"""Sampling from arrays: permutation and choice."""

import math
import operator
from functools import partial
from typing import Any

import numpy as np

from ..backend import array_namespace
from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..ops.indexing import getitem
from ..ops.sorting import take_along_axis
from ..rules import nondiff
from ..shaping import axis_of, op
from .checks import as_shape, check_key
from .discrete import probability, randint
from .draws import draw
from .generators import child_keys, raw_bits
from .keys import sample_keys, stacked

__all__ = ["choice", "permutation"]

Shape = int | tuple[int, ...]


def _order_impl(xp: Any, key: Any, *, shape: tuple[int, ...], axis: int) -> Any:
    """Indices in random order along `axis`: sorted by random words, as JAX does it.

    One round of 32-bit words may have ties from about 1,600 elements on; more rounds mix them.
    """
    lead, size, n = key.shape[:-1], math.prod(shape), shape[axis]
    place = axis - len(shape)
    position = xp.arange(n, dtype=xp.uint64)
    order = xp.broadcast_to(position, (*lead, *(m for i, m in enumerate(shape) if i != axis), n))
    for _ in range(math.ceil(3 * math.log(max(1, size)) / math.log(2**32 - 1))):
        pair = child_keys(xp, key, 2)
        key, drawn = pair[..., 0, :], pair[..., 1, :]
        words = raw_bits(xp, drawn, size, 32).reshape((*lead, *shape))
        # The position in the low half makes any sort stable, on every device.
        packed = xp.moveaxis(words, place, -1).astype(xp.uint64) << 32 | position
        by_word = (xp.sort(packed, axis=-1) & 0xFFFFFFFF).astype(xp.int64)
        order = xp.take_along_axis(order, by_word, axis=-1)
    return xp.moveaxis(order.astype(xp.int64), -1, place)


_order = nondiff(
    "random_order",
    lambda xp: partial(_order_impl, xp),
    batch=stacked("random_order"),
    samples=lambda rng: [
        ((k,), {"shape": shape, "axis": axis})
        for k in sample_keys(rng)
        for shape, axis in (((5,), 0), ((3, 4), 0), ((3, 4), 1))
    ],
)


def _take(x: Any, index: Any, axis: int) -> Any:
    return getitem(x, (*(slice(None),) * axis, index))


def _is_count(x: Any) -> bool:
    return isinstance(x, (int, np.integer)) and not isinstance(x, bool)


def _with_axis(name: str, argument: str, x: Any, axis: int) -> tuple[Any, int]:
    """An array that has axes, and one of them counted from the front."""
    x = coerce(x)
    if shape_of(x) == ():
        raise TypeError(
            f"random.{name}: {argument} is one {dtype_of(x)}; expected an int or an array of at "
            f"least one dimension. Write random.{name}(key, int({argument})) for a range."
        )
    return x, axis_of(len(x.shape), axis)


def permutation(key: Any, x: Any, axis: int = 0, independent: bool = False) -> Any:
    """A random order of range(x), or of the slices of an array.

    Args:
        key: one key.
        x: a count, or an array of at least one dimension; differentiable.
        axis: the axis to reorder.
        independent: give every line along `axis` an order of its own.

    Returns:
        int64 of shape (x,) for a count, else an array of the shape and dtype of `x`.

    Example:
        >>> from fzero import random
        >>> sorted(permutation(random.key(0), 4).tolist())
        [0, 1, 2, 3]
    """
    check_key("permutation", key)
    if _is_count(x):
        return _order(key, shape=as_shape("permutation", x, "x"), axis=0)
    x, axis = _with_axis("permutation", "x", x, axis)
    if independent:
        return take_along_axis(x, _order(key, shape=x.shape, axis=axis), axis, unique=True)
    return _take(x, _order(key, shape=(x.shape[axis],), axis=0), axis)


def _weighted_impl(xp: Any, key: Any, p: Any, *, n: int, replace: bool) -> Any:
    """`n` classes with probabilities `p`: by inversion, or by the Gumbel order of log p."""
    lead, classes = key.shape[:-1], p.shape[-1]
    keys, rows = key.reshape(-1, 2), p.reshape(-1, classes)
    if not replace:
        noise = draw(keys, kind="gumbel", shape=(classes,), dtype=np.dtype(p.dtype))
        score = -noise - xp.log(xp.maximum(rows, xp.finfo(p.dtype).tiny))
        return xp.argsort(score, axis=-1)[:, :n].reshape((*lead, n))
    total = xp.cumsum(rows, axis=-1)
    u = draw(keys, kind="uniform", shape=(n,), dtype=np.dtype(p.dtype))
    found = xp.empty(u.shape, xp.int64)
    for row, t, v in zip(found, total, u, strict=True):
        row[:] = xp.searchsorted(t, t[-1] * (1 - v))
    return found.reshape((*lead, n))


_weighted = nondiff(
    "random_weighted",
    lambda xp: partial(_weighted_impl, xp),
    batch=stacked("random_weighted"),
    samples=lambda rng: [
        ((k, rng.uniform(0.1, 0.9, (*k.shape[:-1], 5))), {"n": 3, "replace": replace})
        for k in sample_keys(rng)
        for replace in (True, False)
    ],
)


def _chosen(key: Any, n: int, shape: tuple[int, ...], replace: bool, p: Any) -> Any:
    """Indices below `n`, of `shape`."""
    count = math.prod(shape)
    if not replace and count > n:
        raise ValueError(
            f"random.choice: {count} draws without replacement from {n}; expected at most {n}. "
            "Pass replace=True."
        )
    if n == 0 < count:
        raise ValueError(
            "random.choice: a is empty; expected something to choose from. Pass shape=(0,)."
        )
    if count == 0:
        return array_namespace(key).zeros(shape, np.int64)
    if p is None:
        if replace:
            return randint(key, shape, 0, n)
        return op("reshape")(_order(key, shape=(n,), axis=0)[:count], shape=shape)
    p = probability("choice", "p", p)
    if shape_of(p) != (n,):
        raise ValueError(
            f"random.choice: p has shape {shape_of(p)}; expected ({n},), one probability for each "
            "element. Leave p out for equal ones."
        )
    return op("reshape")(_weighted(key, p, n=count, replace=replace), shape=shape)


def choice(
    key: Any, a: Any, shape: Shape = (), replace: bool = True, p: Any = None, axis: int = 0
) -> Any:
    """Elements of range(a), or slices of an array, drawn with or without replacement.

    Args:
        key: one key.
        a: a count, or an array of at least one dimension; differentiable.
        shape: the shape of the draws.
        replace: whether an element may be drawn again.
        p: a probability for each element, of any positive sum; None for equal ones.
        axis: the axis of `a` to draw from.

    Returns:
        int64 of `shape` for a count, else an array of the dtype of `a` whose `axis` is replaced
        by `shape`.

    Raises:
        NotDifferentiableError: a derivative with respect to `p`.

    Example:
        >>> from fzero import random
        >>> sorted(choice(random.key(0), 3, (3,), replace=False).tolist())
        [0, 1, 2]
    """
    check_key("choice", key)
    shape = as_shape("choice", shape)
    if _is_count(a):
        return _chosen(key, operator.index(a), shape, replace, p)
    a, axis = _with_axis("choice", "a", a, axis)
    return _take(a, _chosen(key, a.shape[axis], shape, replace, p), axis)
