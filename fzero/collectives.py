"""Reductions over the rows of a named `vmap` axis: psum, pmean, axis_index."""

from typing import Any

from . import tree
from .backend import array_namespace
from .batching import BatchTrace, BatchTracer, axis_trace
from .core import Primitive, coerce
from .ops.reduction import sum as sum_
from .rows import holds

__all__ = ["axis_index", "axis_size", "pmean", "psum"]


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


def axis_index(axis_name: Any) -> Any:
    """The number of the row, an integer, on a named `vmap` axis.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.vmap(lambda x: x * fzero.axis_index("i"), axis_name="i")(np.ones(3)).tolist()
        [0.0, 1.0, 2.0]
    """
    trace = axis_trace("axis_index", axis_name)
    return BatchTracer(trace, array_namespace().arange(trace.size))


def axis_size(axis_name: Any) -> int:
    """The number of rows of a named `vmap` axis.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.vmap(lambda x: x / fzero.axis_size("i"), axis_name="i")(np.ones(4)).tolist()
        [0.25, 0.25, 0.25, 0.25]
    """
    return axis_trace("axis_size", axis_name).size
