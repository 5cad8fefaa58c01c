"""`vmap`: which axes are mapped, and a function run on all rows, in chunks, or row by row."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import tree
from .arguments import check_callable, check_numbers, describe
from .batching import BatchTrace, BatchTracer, axes_in_force, named_axes
from .core import coerce
from .dtypes import shape_of
from .errors import BatchedValueError
from .nans import traced
from .shaping import axis_of, op

__all__ = ["vmap"]


def _check_options(axis_name: Any, chunk_size: Any, fallback: Any) -> None:
    if fallback not in (None, "loop"):
        raise ValueError(
            f"vmap: fallback is {fallback!r}; expected None or 'loop'. Leave it out for an error "
            "where a row's value is needed."
        )
    if chunk_size is not None and (not isinstance(chunk_size, int) or chunk_size < 1):
        raise ValueError(
            f"vmap: chunk_size is {chunk_size!r}; expected an int of at least 1, or None. Leave "
            "it out for all rows at once."
        )
    for name, option in (("chunk_size", chunk_size), ("fallback", fallback)):
        if option is not None and axis_name is not None:
            raise ValueError(
                f"vmap: {name} is {option!r} and axis_name {axis_name!r}; expected one of them, "
                f"since psum and pmean need all the rows at once. Leave out {name}."
            )


def _check_axes(name: str, axes: Any) -> None:
    for a in tree.leaves(axes, is_leaf=lambda x: x is None):
        if a is not None and (isinstance(a, bool) or not isinstance(a, int)):
            raise TypeError(
                f"vmap: {name} has {describe(a)}; expected an int or None for each argument, or "
                "pytrees of them. Use 0 for the first axis and None for what is not mapped."
            )


def _prefix(name: str, axes: Any, full: Any) -> list[Any]:
    """One axis per leaf of `full`; `axes` may be a prefix of its structure."""
    try:
        return tree.broadcast_prefix(axes, full, is_leaf=lambda x: x is None)
    except ValueError as error:
        raise ValueError(
            f"vmap: {name} is {axes!r}, which is no prefix of the structure "
            f"{tree.structure(full)}; expected an int, None, or a tuple with one entry per "
            f"argument. Write for example {name}=(0, None). ({error})"
        ) from error


def _size(leaves: Sequence[Any], axes: Sequence[Any], given: int | None) -> int:
    """The number of rows that all mapped leaves agree on."""
    sizes = {}
    for i, (x, a) in enumerate(zip(leaves, axes, strict=True)):
        if a is None:
            continue
        shape = shape_of(x)
        if not -len(shape) <= a < len(shape):
            raise ValueError(
                f"vmap: leaf {i} of the arguments is {describe(x)} with in_axes {a}; expected an "
                "array with that axis. Use in_axes=None for what is not mapped."
            )
        sizes[i] = shape[a]
    found = set(sizes.values()) | ({given} if given is not None else set())
    if len(found) == 1:
        return found.pop()
    if not found:
        raise ValueError(
            "vmap: no argument is mapped (all in_axes are None); expected at least one axis to "
            "map over. Give in_axes, or axis_size=n for a function of none."
        )
    listing = ", ".join(f"leaf {i}: {n} ({describe(leaves[i])})" for i, n in sizes.items())
    extra = f", axis_size: {given}" if given is not None else ""
    raise ValueError(
        f"vmap: the mapped axes have different sizes: {listing}{extra}; expected one size. "
        "Check in_axes: use None for arguments that all rows share."
    )


def _move(x: Any, source: int, target: int) -> Any:
    if source == target:
        return x
    axes = [i for i in range(len(shape_of(x))) if i != source]
    axes.insert(target, source)
    return op("transpose")(x, axes=tuple(axes))


def _slice(x: Any, axis: int | None, rows: Any) -> Any:
    """`x` with `rows` (a slice or an int) taken along `axis`."""
    return x if axis is None else x[(slice(None),) * axis_of(len(shape_of(x)), axis) + (rows,)]


class _Mapped:
    """A call of a mapped function: its leaves, their axes and the number of rows."""

    def __init__(self, args: Any, in_axes: Any, axis_size: int | None) -> None:
        leaves, self.treedef = tree.flatten(args)
        self.axes = _prefix("in_axes", in_axes, args)
        self.leaves = [
            x if a is None else coerce(x) for x, a in zip(leaves, self.axes, strict=True)
        ]
        check_numbers("vmap", self.leaves)
        self.size = _size(self.leaves, self.axes, axis_size)

    def rows(self, rows: Any) -> Any:
        """The arguments with some rows (a slice), or one (an int)."""
        pairs = zip(self.leaves, self.axes, strict=True)
        return tree.unflatten(self.treedef, [_slice(x, a, rows) for x, a in pairs])

    def tracers(self, trace: BatchTrace) -> Any:
        """The arguments with their mapped leaves as tracers."""
        out = []
        for x, a in zip(self.leaves, self.axes, strict=True):
            if a is not None:
                x = BatchTracer(trace, _move(x, axis_of(len(shape_of(x)), a), 0))
            out.append(x)
        return tree.unflatten(self.treedef, out)


def _outputs(trace: BatchTrace, out: Any, out_axes: Any) -> Any:
    """The rows of the results, moved to `out_axes`; shared values are repeated."""
    leaves, treedef = tree.flatten(out)
    axes = _prefix("out_axes", out_axes, out)
    done = []
    for y, a in zip(leaves, axes, strict=True):
        rows = trace.rows_of(y)
        if a is None:
            if rows is not None:
                raise ValueError(
                    f"vmap: out_axes is None for an output that differs between rows "
                    f"({describe(y)}); expected an int. Use out_axes=0, or reduce it over the "
                    "rows with psum or pmean."
                )
            done.append(y)
            continue
        if rows is None:
            y = coerce(y)
            rows = op("broadcast_to")(y, shape=(trace.size, *shape_of(y)))
        if rows.__class__ is np.ndarray and not rows.flags.writeable:
            rows = rows.copy()  # a broadcast view: the caller may change what he gets
        rank = len(shape_of(rows))
        if not -rank <= a < rank:
            raise ValueError(
                f"vmap: out_axes is {a} for a result of shape {shape_of(rows)} with the rows in "
                f"front; expected -{rank} <= out_axes < {rank}. Use -1 for the last axis."
            )
        done.append(_move(rows, 0, a % rank))
    return tree.unflatten(treedef, done)


def _run_batched(f: Callable[..., Any], call: _Mapped, out_axes: Any, axis_name: Any) -> Any:
    trace = traced(BatchTrace)(call.size, axis_name)
    try:
        args, kwargs = call.tracers(trace)
        if axis_name is None:
            return _outputs(trace, f(*args, **kwargs), out_axes)
        with axes_in_force((*named_axes(), trace)):
            return _outputs(trace, f(*args, **kwargs), out_axes)
    finally:
        trace.closed = True


def _run_loop(f: Callable[..., Any], call: _Mapped, out_axes: Any) -> Any:
    """Row by row: any Python runs, at Python's speed."""
    if call.size == 0:
        raise ValueError(
            "vmap: fallback='loop' with 0 rows; expected at least 1, since the shape of the "
            "result is not known otherwise. Treat the empty batch outside."
        )
    outs = []
    for i in range(call.size):
        args, kwargs = call.rows(i)
        outs.append(tree.flatten(f(*args, **kwargs)))
    treedef = outs[0][1]
    for i, (_, other) in enumerate(outs):
        if other != treedef:
            raise ValueError(
                f"vmap: row {i} returned the structure {other}, row 0 {treedef}; expected one "
                "structure. Return the same containers for every row."
            )
    rows = list(zip(*(leaves for leaves, _ in outs), strict=True))
    axes = _prefix("out_axes", out_axes, tree.unflatten(treedef, [ys[0] for ys in rows]))
    return tree.unflatten(
        treedef,
        [
            ys[0] if a is None else op("stack")(*ys, axis=axis_of(len(shape_of(ys[0])) + 1, a))
            for ys, a in zip(rows, axes, strict=True)
        ],
    )


def _run_chunks(
    run: Callable[[_Mapped], Any], call: _Mapped, chunk_size: int, in_axes: Any, out_axes: Any
) -> Any:
    chunks = []
    for start in range(0, call.size, chunk_size):
        rows = slice(start, min(start + chunk_size, call.size))
        chunks.append(run(_Mapped(call.rows(rows), in_axes, rows.stop - rows.start)))
    axes = _prefix("out_axes", out_axes, chunks[0])
    parts = [tree.leaves(c) for c in chunks]
    joined = [
        ys[0] if a is None else op("concatenate")(*ys, axis=axis_of(len(shape_of(ys[0])), a))
        for ys, a in zip(zip(*parts, strict=True), axes, strict=True)
    ]
    return tree.unflatten(tree.structure(chunks[0]), joined)


def vmap(
    f: Callable[..., Any],
    in_axes: Any = 0,
    out_axes: Any = 0,
    *,
    axis_size: int | None = None,
    axis_name: Any = None,
    chunk_size: int | None = None,
    fallback: str | None = None,
) -> Callable[..., Any]:
    """`f` for one row, made into a function of all rows at once.

    Args:
        f: a function of pytrees of arrays, written for one row.
        in_axes: the axis to map over: an int or None (shared by all rows) for all arguments, or a
            tuple with an entry per positional argument, each of them a prefix of its pytree.
            Keyword arguments are mapped over axis 0.
        out_axes: where the rows go in the results: an int, None (the same for all rows), or a
            prefix of the result's pytree.
        axis_size: the number of rows; needed only where no argument is mapped.
        axis_name: a name for `psum`, `pmean` and `axis_index` inside `f`.
        chunk_size: at most so many rows at once, to bound memory; the result is the same.
        fallback: "loop" runs `f` row by row where it needs concrete values (`if`, `float`,
            boolean masks). `f` then starts again from the first row.

    Returns:
        A function with `f`'s signature.

    Raises:
        ValueError: mapped axes of different sizes, axes that do not exist.
        BatchedValueError: Python needs one value where there is one per row.

    Cost: a Python `if` is not possible on a row's value, but `fzero.cond` runs each branch on its
        rows only.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.vmap(np.dot, in_axes=(0, None))(np.eye(3), np.arange(3.0)).tolist()
        [0.0, 1.0, 2.0]
    """
    check_callable("vmap", f)
    if not isinstance(axis_size, (int, np.integer, type(None))):
        raise TypeError(
            f"vmap: axis_size is {axis_size!r}; expected an integer. Convert it with int()."
        )
    _check_options(axis_name, chunk_size, fallback)
    in_axes = tuple(in_axes) if isinstance(in_axes, list) else in_axes
    _check_axes("in_axes", in_axes)
    _check_axes("out_axes", out_axes)

    def run(call: _Mapped) -> Any:
        try:
            return _run_batched(f, call, out_axes, axis_name)
        except BatchedValueError:
            if fallback is None:
                raise
        return _run_loop(f, call, out_axes)

    @functools.wraps(f)
    def run_vmap(*args: Any, **kwargs: Any) -> Any:
        if isinstance(in_axes, tuple) and len(in_axes) != len(args):
            raise ValueError(
                f"vmap: in_axes has {len(in_axes)} entries for {len(args)} positional arguments; "
                "expected one each. Use None for arguments that all rows share."
            )
        axes = (in_axes, 0)
        call = _Mapped((args, kwargs), axes, axis_size)
        if chunk_size is None or chunk_size >= call.size:
            return run(call)
        return _run_chunks(run, call, chunk_size, axes, out_axes)

    return run_vmap
