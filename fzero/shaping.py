"""Axes, shapes and dtypes: what the rules of all categories share."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .backend import array_namespace
from .core import REGISTRY
from .dtypes import dtype_of, shape_of

__all__ = [
    "PYTHON_SCALARS",
    "align",
    "axes_of",
    "axis_of",
    "batch_all",
    "fit",
    "match",
    "op",
    "shifted_axes",
]

#: Numbers that take part in promotion with their kind only.
PYTHON_SCALARS = frozenset({bool, int, float, complex})


def op(name: str) -> Callable[..., Any]:
    """The function of a registered primitive, for rules that are stated before it is."""
    return REGISTRY[name].call


def axis_of(ndim: int, axis: int) -> int:
    """`axis` counted from the front; NumPy's AxisError where it is out of range."""
    if not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(
            f"fzero: axis is {axis} for an array of {ndim} dimensions; expected "
            f"-{ndim} <= axis < {ndim}. Use -1 for the last axis."
        )
    return axis % ndim


def axes_of(ndim: int, axis: Any) -> tuple[int, ...]:
    """NumPy's `axis` argument (None, an int or several) as a tuple of axes from the front."""
    if axis is None:
        return tuple(range(ndim))
    if isinstance(axis, (tuple, list)):
        return tuple(axis_of(ndim, a) for a in axis)
    return (axis_of(ndim, axis),)


def shifted_axes(x: Any, axis: Any) -> tuple[int, ...]:
    """The axes of the batched `x` that `axis` means inside `vmap`."""
    return tuple(a + 1 for a in axes_of(x.ndim - 1, axis))


def fit(g: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """Undo broadcasting and promotion: `g` summed to `shape` and cast to `dtype`.

    A real `dtype` takes the real part.
    """
    have = shape_of(g)
    if have != shape:
        extra = len(have) - len(shape)
        stretched = tuple(i + extra for i, n in enumerate(shape) if n == 1 and have[i + extra] != 1)
        g = op("sum")(g, axis=(*range(extra), *stretched), keepdims=False)
        if stretched:
            g = op("reshape")(g, shape=shape)
    if dtype_of(g) != dtype:
        g = op("astype")(g, dtype=dtype)
    return g


def match(t: Any, ans: Any) -> Any:
    """A tangent broadcast and promoted to the shape and dtype of its primal `ans`."""
    shape, dtype = shape_of(ans), dtype_of(ans)
    if shape_of(t) != shape:
        t = op("broadcast_to")(t, shape=shape)
    return t if dtype_of(t) == dtype else op("astype")(t, dtype=dtype)


def align(args: Sequence[Any], batched: Sequence[bool]) -> list[Any]:
    """Batched operands reshaped so that, under broadcasting, the batch axis comes first."""
    ranks = [len(shape_of(a)) - b for a, b in zip(args, batched, strict=True)]
    rank = max(ranks)
    return [
        op("reshape")(a, shape=(a.shape[0], *(1,) * (rank - r), *a.shape[1:]))
        if b and r < rank
        else a
        for a, b, r in zip(args, batched, ranks, strict=True)
    ]


def batch_all(args: Sequence[Any], batched: Sequence[bool], size: int) -> list[Any]:
    """Every operand with a batch axis first, broadcast where it had none.

    Numbers, NumPy's too, become arrays of the library of those that have one.
    """
    pairs = list(zip(args, batched, strict=True))
    xp = array_namespace(next(a for a, b in pairs if b))
    numbers = (*PYTHON_SCALARS, np.generic)
    arrays = [xp.asarray(a) if isinstance(a, numbers) else a for a in args]
    return [
        a if b else op("broadcast_to")(a, shape=(size, *shape_of(a)))
        for a, b in zip(arrays, batched, strict=True)
    ]
