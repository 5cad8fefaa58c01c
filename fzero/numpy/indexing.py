"""Functions that select elements, and arrays of indices."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy import index_exp, mgrid, ogrid, s_

from ..backend import array_namespace
from ..cells import present
from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..ops import elementwise as el
from ..ops import structural as st
from ..ops.indexing import getitem
from .entry import asked_axis, concrete_array, from_host, like_numpy, operands, refuse_out
from .manipulation import ravel
from .reductions import flat

__all__ = [
    "argwhere", "choose", "compress", "diag_indices", "diag_indices_from", "extract",
    "flatnonzero", "index_exp", "ix_", "mask_indices", "mgrid", "nonzero",
    "ogrid", "piecewise", "s_",
    "select", "take", "take_along_axis", "tril_indices", "tril_indices_from", "triu_indices",
    "triu_indices_from", "where",
]  # fmt: skip


@like_numpy("where")
def where(condition: Any, x: Any = None, y: Any = None, /) -> Any:
    """`x` where the condition holds, else `y`; alone, the indices where it holds.

    Gradient: each side gets it where it is taken; the other side's NaN does no harm.
    """
    if x is None and y is None:
        return nonzero(condition)
    if x is None or y is None:
        raise ValueError(
            "where: one of x and y is missing; expected both or neither. Give both values."
        )
    return el.where(condition, x, y)


@like_numpy("take")
def take(
    a: Any, indices: Any, axis: int | None = None, out: Any = None, mode: str = "raise"
) -> Any:
    """The elements at `indices` along `axis` (of the flat array by default).

    Args:
        mode: what to do out of bounds: "raise", "wrap" around, or "clip" to the ends.
    """
    refuse_out("take", out)
    a, indices = operands(present(a), indices)
    a = flat(a) if axis is None else a
    axis = asked_axis("take", a, 0 if axis is None else axis)
    n = shape_of(a)[axis]
    if mode == "clip":
        indices = el.clip(indices, 0, n - 1)
    elif mode == "wrap":
        indices = el.remainder(indices, n)
    elif mode != "raise":
        raise ValueError(
            f"take: mode is {mode!r}; expected 'raise', 'wrap' or 'clip'. Leave it out for 'raise'."
        )
    return getitem(a, (*(slice(None),) * axis, indices))


@like_numpy("take_along_axis")
def take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    """Along `axis`, the elements at the indices of each row, as argsort and argmax give them."""
    arr, indices = operands(arr, indices)
    if axis is None:
        arr, axis = flat(arr), 0
    return getitem(arr, along_axis("take_along_axis", arr, indices, axis))


def along_axis(name: str, arr: Any, indices: Any, axis: int) -> tuple[Any, ...]:
    """The index of `arr` that means `indices` along `axis`, other axes side by side."""
    axis, shape, rank = asked_axis(name, arr, axis), shape_of(arr), len(shape_of(arr))
    if len(shape_of(indices)) != rank:
        raise ValueError(
            f"{name}: indices has shape {shape_of(indices)} for an array of shape {shape}; "
            "expected as many axes. Add axes with expand_dims."
        )
    xp = array_namespace(arr, indices)
    return tuple(
        indices
        if i == axis
        else xp.arange(n).reshape((-1,) + (1,) * (rank - i - 1))
        if n > 1
        else 0 * xp.arange(shape_of(indices)[i]).reshape((-1,) + (1,) * (rank - i - 1))
        for i, n in enumerate(shape)
    )


# ------------------------------------------------------------------- results sized by the values


@like_numpy("nonzero")
def nonzero(a: Any) -> tuple[Any, ...]:
    """For each axis the indices of the nonzero elements; needs plain values."""
    a = concrete_array(a, "nonzero")
    return tuple(array_namespace(a).nonzero(a))


@like_numpy("flatnonzero")
def flatnonzero(a: Any) -> Any:
    """The flat indices of the nonzero elements; needs plain values."""
    return nonzero(ravel(a))[0]


@like_numpy("argwhere")
def argwhere(a: Any) -> Any:
    """The indices of the nonzero elements, a row for each; needs plain values."""
    a = concrete_array(a, "argwhere")
    return array_namespace(a).argwhere(a)


@like_numpy("extract")
def extract(condition: Any, arr: Any) -> Any:
    """The elements where the condition holds, flat."""
    return getitem(ravel(arr), ravel(el.not_equal(coerce(condition), 0)))


@like_numpy("compress")
def compress(condition: Any, a: Any, axis: int | None = None, out: Any = None) -> Any:
    """The slices along `axis` where the condition, a vector, holds."""
    refuse_out("compress", out)
    return take(a, from_host(flatnonzero(condition), a), axis)


# --------------------------------------------------------------------------------- many choices


@like_numpy("choose")
def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """At each place the element of choices[a] there, all broadcast together."""
    refuse_out("choose", out)
    index, stacked = coerce(a), operands(*choices)
    together = np.broadcast_shapes(shape_of(index), *map(shape_of, stacked))
    wide = [st.broadcast_to(c, shape=together) for c in stacked]
    index = st.expand_dims(st.broadcast_to(index, shape=together), 0)
    if mode != "raise":
        n = len(wide)
        index = el.clip(index, 0, n - 1) if mode == "clip" else el.remainder(index, n)
    return take_along_axis(st.stack(*wide, axis=0), index, 0)[0]


@like_numpy("select")
def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """At each place the choice of the first condition that holds, else `default`."""
    if len(condlist) != len(choicelist) or not condlist:
        raise ValueError(
            f"select: {len(condlist)} conditions for {len(choicelist)} choices; expected as many "
            "of each, at least one. Give one choice for each condition."
        )
    ans = coerce(default)
    for condition, choice in zip(condlist[::-1], choicelist[::-1], strict=True):
        ans = el.where(condition, choice, ans)
    return ans


@like_numpy("piecewise")
def piecewise(x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any) -> Any:
    """At each place the function of the last condition that holds there; one more for the rest.

    Each function is applied to all of `x`, as in `where`.
    """
    x = coerce(x)
    conditions = list(condlist) if isinstance(condlist, (list, tuple)) else [condlist]
    functions = list(funclist)
    if len(functions) not in (len(conditions), len(conditions) + 1):
        raise ValueError(
            f"piecewise: {len(functions)} functions for {len(conditions)} conditions; expected as "
            "many, or one more for the rest. Add or drop one."
        )

    def values(f: Any) -> Any:
        return el.astype(coerce(f(x, *args, **kw) if callable(f) else f), dtype=dtype_of(x))

    ans = values(functions.pop() if len(functions) > len(conditions) else 0)
    ans = st.broadcast_to(ans, shape=shape_of(x))
    for condition, f in zip(conditions, functions, strict=True):
        ans = el.where(condition, values(f), ans)
    return ans


# ------------------------------------------------------------------------------ arrays of indices


def diag_indices(n: int, ndim: int = 2) -> tuple[Any, ...]:
    """The indices of the main diagonal of an array with `ndim` axes of size `n`."""
    return np.diag_indices(n, ndim)


@like_numpy("diag_indices_from")
def diag_indices_from(arr: Any) -> tuple[Any, ...]:
    """The indices of the main diagonal of `arr`."""
    shape = shape_of(arr)
    if len(shape) < 2 or len(set(shape)) > 1:
        raise ValueError(
            f"diag_indices_from: arr has shape {shape}; expected at least two axes of one size. "
            "Use diag_indices(n)."
        )
    return tuple(from_host(i, arr) for i in np.diag_indices(shape[0], len(shape)))


def tril_indices(n: int, k: int = 0, m: int | None = None) -> tuple[Any, Any]:
    """The indices of the lower triangle of an (n, m) matrix."""
    return np.tril_indices(n, k, m)


def triu_indices(n: int, k: int = 0, m: int | None = None) -> tuple[Any, Any]:
    """The indices of the upper triangle of an (n, m) matrix."""
    return np.triu_indices(n, k, m)


@like_numpy("tril_indices_from")
def tril_indices_from(arr: Any, k: int = 0) -> tuple[Any, ...]:
    """The indices of the lower triangle of the matrix `arr`."""
    n, m = shape_of(arr)
    return tuple(from_host(i, arr) for i in np.tril_indices(n, k, m))


@like_numpy("triu_indices_from")
def triu_indices_from(arr: Any, k: int = 0) -> tuple[Any, ...]:
    """The indices of the upper triangle of the matrix `arr`."""
    n, m = shape_of(arr)
    return tuple(from_host(i, arr) for i in np.triu_indices(n, k, m))


def mask_indices(n: int, mask_func: Callable[..., Any], k: Any = 0) -> tuple[Any, ...]:
    """The indices that `mask_func` (such as `triu`) leaves nonzero in an (n, n) matrix of ones."""
    return np.mask_indices(n, mask_func, k)


@like_numpy("ix_")
def ix_(*args: Any) -> tuple[Any, ...]:
    """Vectors of indices (or masks) reshaped so that they select an open grid."""
    vectors = [_places(coerce(a)) for a in args]
    return tuple(
        st.reshape(v, shape=tuple(-1 if j == i else 1 for j in range(len(vectors))))
        for i, v in enumerate(vectors)
    )


def _places(a: Any) -> Any:
    if len(shape_of(a)) != 1:
        raise ValueError(f"ix_: an argument has shape {shape_of(a)}; expected one axis. Use ravel.")
    return nonzero(a)[0] if dtype_of(a).kind == "b" else a
