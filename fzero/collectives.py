"""What goes across the rows of a named `vmap` axis: sums, extrema, gathered rows, row numbers."""

from typing import Any

from . import tree
from .backend import array_namespace
from .batching import BatchTrace, BatchTracer, axis_trace
from .core import Primitive, coerce
from .dtypes import shape_of
from .ops.indexing import getitem
from .ops.reduction import max as max_
from .ops.reduction import min as min_
from .ops.reduction import sum as sum_
from .ops.structural import broadcast_to, moveaxis, reshape
from .rows import holds

__all__ = ["all_gather", "axis_index", "axis_size", "pmax", "pmean", "pmin", "psum"]


def _sum_rows(trace: BatchTrace, args: Any, batched: Any, params: Any) -> Any:
    (x,) = args
    if trace is params["axis"]:
        return sum_(x.value, axis=0, keepdims=False)
    return BatchTracer(trace, _psum.call(x.value, **params))


# The axis is told by its trace, not by position, so that no category of rules.py fits. The sum is
# the same for all rows; its transpose gives every row the sum of the rows' cotangents.
_psum = Primitive(
    "psum",
    lambda xp: lambda x, axis: x * axis.size,
    category="rows",
    pulls=(lambda ans, x, axis: lambda g: _sum_leaf(g, axis),),
    jvp=lambda tangents, ans, args, params: _sum_leaf(tangents[0], params["axis"]),
    batch=_sum_rows,
    samples=lambda rng: [],
    linear=(frozenset({0}),),
)


def _sum_leaf(x: Any, trace: BatchTrace) -> Any:
    return _psum.call(x, axis=trace) if holds(x, trace) else x * trace.size


def psum(x: Any, axis_name: Any) -> Any:
    """The sum of `x` over all rows of the `vmap` whose axis has this name.

    Args:
        x: a pytree of arrays.
        axis_name: as given to `vmap(f, axis_name=...)`.

    Returns:
        The same structure; the same values in every row.

    Raises:
        NameError: no such axis is in force.
        ValueError: only some of the rows are running (inside a branch of `cond`).

    Example:
        >>> import fzero, numpy as np
        >>> share = lambda x: x / fzero.psum(x, "i")
        >>> fzero.vmap(share, axis_name="i")(np.array([1.0, 3.0])).tolist()
        [0.25, 0.75]
    """
    trace = axis_trace("psum", axis_name)
    return tree.map(lambda leaf: _sum_leaf(coerce(leaf), trace), x)


def pmean(x: Any, axis_name: Any) -> Any:
    """The mean of `x` over all rows of a named `vmap` axis: see `psum`.

    Example:
        >>> import fzero, numpy as np
        >>> centred = lambda x: x - fzero.pmean(x, "i")
        >>> fzero.vmap(centred, axis_name="i")(np.array([1.0, 3.0])).tolist()
        [-1.0, 1.0]
    """
    trace = axis_trace("pmean", axis_name)
    return tree.map(lambda leaf: _sum_leaf(coerce(leaf), trace) / trace.size, x)


def _gather_rows(trace: BatchTrace, args: Any, batched: Any, params: Any) -> Any:
    (x,) = args
    if trace is params["axis"]:
        return x.value
    return BatchTracer(trace, moveaxis(_gather.call(x.value, **params), 0, 1))


# Every row of the result holds all rows; its transpose gives each row what all of them owe to it.
_gather = Primitive(
    "all_gather",
    lambda xp: lambda x, axis: xp.broadcast_to(x, (axis.size, *x.shape)),
    category="rows",
    pulls=(lambda ans, x, axis: lambda g: getitem(_sum_leaf(g, axis), _row_numbers(axis)),),
    jvp=lambda tangents, ans, args, params: _gather_leaf(tangents[0], params["axis"]),
    batch=_gather_rows,
    samples=lambda rng: [],
    linear=(frozenset({0}),),
)


def _gather_leaf(x: Any, trace: BatchTrace) -> Any:
    if holds(x, trace):
        return _gather.call(x, axis=trace)
    return broadcast_to(x, shape=(trace.size, *shape_of(x)))


def _row_numbers(trace: BatchTrace) -> Any:
    return BatchTracer(trace, array_namespace().arange(trace.size))


def all_gather(x: Any, axis_name: Any, *, axis: int = 0, tiled: bool = False) -> Any:
    """All rows of a named `vmap` axis, stacked, in every row: see `psum`.

    Args:
        x: a pytree of arrays.
        axis_name: as given to `vmap(f, axis_name=...)`.
        axis: where the new axis goes.
        tiled: join the rows along the axis that is there instead of stacking them.

    Returns:
        The same structure; arrays with one axis more, as long as there are rows.

    Raises:
        ValueError: `axis` is none of the result's; tiled arrays that have no axes.

    Gradient: each row gets the sum of what the rows owe to it.

    Example:
        >>> import fzero, numpy as np
        >>> rank = lambda x: (fzero.all_gather(x, "i") < x).sum()
        >>> fzero.vmap(rank, axis_name="i")(np.array([5.0, 1.0, 3.0])).tolist()
        [2, 0, 1]
    """
    trace = axis_trace("all_gather", axis_name)
    return tree.map(lambda leaf: _gathered(coerce(leaf), trace, axis, tiled), x)


def _gathered(x: Any, trace: BatchTrace, axis: int, tiled: bool) -> Any:
    shape = shape_of(x)
    rank = len(shape) if tiled else len(shape) + 1
    if not -rank <= axis < rank:
        raise ValueError(
            f"all_gather: axis is {axis} for rows of shape {shape}; expected one of {rank} axes. "
            "Leave it out for the first one."
        )
    axis %= rank
    stacked = moveaxis(_gather_leaf(x, trace), 0, axis)
    return reshape(stacked, shape=_tiled(shape, trace.size, axis)) if tiled else stacked


def _tiled(shape: tuple[int, ...], size: int, axis: int) -> tuple[int, ...]:
    return (*shape[:axis], size * shape[axis], *shape[axis + 1 :])


def pmax(x: Any, axis_name: Any) -> Any:
    """The largest over all rows of a named `vmap` axis: see `psum`.

    Gradient: to the largest; rows that tie share it.

    Example:
        >>> import fzero, numpy as np
        >>> scaled = lambda x: x / fzero.pmax(x, "i")
        >>> fzero.vmap(scaled, axis_name="i")(np.array([1.0, 4.0])).tolist()
        [0.25, 1.0]
    """
    trace = axis_trace("pmax", axis_name)
    return tree.map(lambda leaf: _extreme(max_, coerce(leaf), trace), x)


def pmin(x: Any, axis_name: Any) -> Any:
    """The smallest over all rows of a named `vmap` axis: see `pmax`.

    Example:
        >>> import fzero, numpy as np
        >>> over = lambda x: x - fzero.pmin(x, "i")
        >>> fzero.vmap(over, axis_name="i")(np.array([1.0, 4.0])).tolist()
        [0.0, 3.0]
    """
    trace = axis_trace("pmin", axis_name)
    return tree.map(lambda leaf: _extreme(min_, coerce(leaf), trace), x)


def _extreme(reduce: Any, x: Any, trace: BatchTrace) -> Any:
    return reduce(_gather.call(x, axis=trace), axis=0, keepdims=False) if holds(x, trace) else x


def axis_index(axis_name: Any) -> Any:
    """The number of the row, an integer, on a named `vmap` axis.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.vmap(lambda x: x * fzero.axis_index("i"), axis_name="i")(np.ones(3)).tolist()
        [0.0, 1.0, 2.0]
    """
    return _row_numbers(axis_trace("axis_index", axis_name))


def axis_size(axis_name: Any) -> int:
    """The number of rows of a named `vmap` axis.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.vmap(lambda x: x / fzero.axis_size("i"), axis_name="i")(np.ones(4)).tolist()
        [0.25, 0.25, 0.25, 0.25]
    """
    return axis_trace("axis_size", axis_name).size
