"""Histograms, and functions that apply other functions."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import tree
from ..core import coerce
from ..dtypes import shape_of
from ..mapping import vmap
from ..ops import structural as st
from ..ops.indexing import at
from .entry import (
    asked_axis,
    concrete_array,
    foreign,
    from_host,
    host_value,
    like_numpy,
    named,
    operands,
    whole,
)

__all__ = [
    "apply_along_axis", "bincount", "histogram", "histogram2d",
    "histogram_bin_edges", "histogramdd", "vectorize",
]  # fmt: skip


@like_numpy("bincount")
def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    """How often each number 0, 1, ... occurs in `x`, or the sum of its `weights`.

    Under vmap `minlength` is the length, and larger numbers are an error.
    Gradient: to the weights.
    """
    x, w = operands(x, np.int64(1) if weights is None else weights)
    length = whole(minlength, "bincount: minlength")
    if not length or not foreign(x):
        plain = concrete_array(x, "bincount without minlength")
        length = max(length, int(plain.max()) + 1 if plain.size else 0)
    start = np.zeros(length, np.int64 if weights is None else np.float64)
    w = st.broadcast_to(from_host(w, x), shape=shape_of(x))
    return at(from_host(start, x, w), from_host(x, w)).add(w)


def _of_values(name: str, doc: str) -> Callable[..., Any]:
    """A function of plain values, without derivatives."""

    def call(*args: Any, **keywords: Any) -> Any:
        plain = [host_value(a, name) if foreign(a) else a for a in args]
        given = {k: host_value(v, name) if foreign(v) else v for k, v in keywords.items()}
        made = getattr(np, name)(*plain, **given)
        return tree.map(lambda y: from_host(y, *args, *keywords.values()), made)

    return named(call, name, f"{doc} Needs plain values and has no derivative.")


histogram = _of_values("histogram", "The counts in bins, and the edges of the bins.")
histogram2d = _of_values("histogram2d", "The counts in bins of two variables, and the edges.")
histogramdd = _of_values("histogramdd", "The counts in bins of several variables, and the edges.")
histogram_bin_edges = _of_values("histogram_bin_edges", "The edges that `histogram` would use.")


@like_numpy("apply_along_axis")
def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kw: Any) -> Any:
    """`func1d` of each vector along `axis`; its axes take the place of that axis."""
    arr = coerce(arr)
    axis = asked_axis("apply_along_axis", arr, axis)
    rows = st.moveaxis(arr, axis, -1)
    outer = shape_of(rows)[:-1]
    flat = st.reshape(rows, shape=(int(np.prod(outer)), shape_of(rows)[-1]))
    made = vmap(lambda row: func1d(row, *args, **kw))(flat)
    inner = shape_of(made)[1:]
    made = st.reshape(made, shape=(*outer, *inner))
    sources = tuple(range(len(outer), len(outer) + len(inner)))
    return st.moveaxis(made, sources, tuple(range(axis, axis + len(inner))))


def vectorize(
    pyfunc: Callable[..., Any], *, excluded: Any = None, signature: str | None = None
) -> Callable[..., Any]:
    """A function of single numbers (or, by `signature`, of small arrays), broadcast by `vmap`.

    Args:
        pyfunc: the function of one element of each argument.
        excluded: positions of arguments that are passed on whole.
        signature: axes that `pyfunc` takes, such as "(n),(n,m)->(m)"; none by default.

    Example:
        >>> import fzero.numpy as fnp
        >>> fnp.vectorize(lambda a, b: a * b)(fnp.arange(2.0), 3.0)
        array([0., 3.])
    """
    fixed = set(excluded or ())

    def call(*args: Any) -> Any:
        moving = [i for i in range(len(args)) if i not in fixed]
        arrays = {i: coerce(args[i]) for i in moving}
        cores = _core_ranks(signature, len(moving))
        ranks = [len(shape_of(arrays[i])) - c for i, c in zip(moving, cores, strict=True)]
        loops = [shape_of(arrays[i])[:r] for i, r in zip(moving, ranks, strict=True)]
        loop = np.broadcast_shapes(*loops)
        for i, r in zip(moving, ranks, strict=True):
            arrays[i] = st.broadcast_to(arrays[i], shape=(*loop, *shape_of(arrays[i])[r:]))

        def one(*rows: Any) -> Any:
            full = list(args)
            for i, row in zip(moving, rows, strict=True):
                full[i] = row
            return pyfunc(*full)

        for _ in loop:
            one = vmap(one)
        return one(*(arrays[i] for i in moving))

    return call


def _core_ranks(signature: str | None, count: int) -> list[int]:
    """How many axes of each argument the function takes itself."""
    if signature is None:
        return [0] * count
    terms = signature.replace(" ", "").partition("->")[0].strip("()").split("),(")
    if len(terms) != count:
        raise ValueError(
            f"vectorize: signature is {signature!r} for {count} arguments; expected a term each. "
            "Write for example '(n),(n)->()'."
        )
    return [len([name for name in term.split(",") if name]) for term in terms]
