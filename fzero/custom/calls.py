"""What stated rules share: their arguments, their calls on rows, and their node on the tape."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from .. import tree
from ..arguments import describe
from ..batching import BatchTrace, BatchTracer, axes_in_force, named_axes
from ..core import Trace, Tracer, splits
from ..dtypes import zeros_of
from ..nans import traced
from ..rows import PartTrace

__all__ = ["Arguments", "WholePull", "batched_call", "check_closed", "rewrap", "unwrap"]


class Arguments:
    """Positional arguments, of which some are differentiated and some are static."""

    def __init__(self, fun: Callable[..., Any], nondiff: Any, rule: str) -> None:
        nondiff = (nondiff,) if isinstance(nondiff, int) else tuple(nondiff)
        self.fun, self.nondiff, self.rule = fun, nondiff, rule

    def bind(self, args: Any, kwargs: Any) -> tuple[Any, ...]:
        """All arguments by position, defaults included."""
        if not kwargs:
            return tuple(args)
        bound = inspect.signature(self.fun).bind(*args, **kwargs)
        bound.apply_defaults()
        if bound.kwargs:
            raise TypeError(
                f"{self.rule}: {describe(self.fun)} was called with keyword-only arguments "
                f"{list(bound.kwargs)}; expected positional ones. Close over them instead."
            )
        return bound.args

    def split(self, args: Sequence[Any]) -> tuple[list[Any], list[Any], Any]:
        """The static arguments, the leaves of the others, and how to join them again."""
        static = [args[i] for i in self.nondiff]
        for i in self.nondiff:
            if any(isinstance(x, Tracer) for x in tree.leaves(args[i])):
                raise TypeError(
                    f"{self.rule}: argument {i} is in nondiff_argnums but holds a tracer; "
                    "expected a plain value. Leave it out of nondiff_argnums, and return a zero "
                    "derivative for it."
                )
        rest = tuple(a for i, a in enumerate(args) if i not in self.nondiff)
        leaves, treedef = tree.flatten(rest)
        if splits.active:
            leaves = [splits.convert(x) for x in leaves]
        return static, leaves, treedef

    def join(self, static: Sequence[Any], rest: Sequence[Any]) -> list[Any]:
        """The arguments in their order."""
        count = len(static) + len(rest)
        statics, rests = iter(static), iter(rest)
        return [next(statics) if i in self.nondiff else next(rests) for i in range(count)]


def check_closed(rule: str, trace: Trace, values: Sequence[Any]) -> None:
    """Raise if a function brought in, by a closure, a tracer that its arguments should carry.

    `trace` is the newest among the arguments, of which the function was given the values.
    """
    own = [v for v in values if isinstance(v, Tracer) and v._trace is trace]
    refuse_newer(rule, trace.level, values)
    refuse_newer(rule, -1, own)


def refuse_newer(rule: str, level: float, values: Sequence[Any]) -> None:
    """Raise if a value is a tracer newer than `level`: it can only come from a closure."""
    for v in values:
        if isinstance(v, Tracer) and v._trace.level > level:
            raise TypeError(
                f"{rule}: the function closes over a tracer of {v._trace.transform}; expected it "
                "among the arguments, since the stated rule cannot see it otherwise. Pass it as an "
                "argument."
            )


def batched_call(
    f: Callable[..., Any], groups: Sequence[Sequence[Any]], flags: Any, like: BatchTrace
) -> tuple[list[Any], list[bool]]:
    """`f(*groups)` on rows: groups of leaves, flagged where they have a batch axis."""
    trace = traced(BatchTrace)(like.size, like.axis_name)
    wrapped = [
        [BatchTracer(trace, x) if b else x for x, b in zip(g, bs, strict=True)]
        for g, bs in zip(groups, flags, strict=True)
    ]
    # Collectives find this trace by the name; a row set they must find as such, to refuse it.
    named = like if isinstance(like, PartTrace) else trace
    axes = named_axes() if like.axis_name is None else (*named_axes(), named)
    try:
        with axes_in_force(axes):
            outs = f(*wrapped)
    finally:
        trace.closed = True
    rows = [trace.rows_of(y) for y in outs]
    given = [x._trace.level for g in groups for x in g if isinstance(x, Tracer)]
    refuse_newer("custom_vjp or custom_jvp", max([like.level, *given]), rows)
    return [y if r is None else r for y, r in zip(outs, rows, strict=True)], [
        r is not None for r in rows
    ]


def unwrap(trace: BatchTrace, leaves: Sequence[Any]) -> tuple[list[Any], list[bool]]:
    flags = [isinstance(x, BatchTracer) and x._trace is trace for x in leaves]
    return [x.value if b else x for x, b in zip(leaves, flags, strict=True)], flags


def rewrap(trace: BatchTrace, outs: Sequence[Any], flags: Sequence[bool]) -> list[Any]:
    return [BatchTracer(trace, y) if b else y for y, b in zip(outs, flags, strict=True)]


class WholePull:
    """The tape's node of a stated rule: all cotangents come from one call."""

    __slots__ = ("outs", "parents", "res", "rule")

    def __init__(self, rule: Any, res: Any, outs: Any, parents: Any) -> None:
        self.rule, self.res, self.parents = rule, res, parents
        self.outs = [zeros_of(y) for y in outs]

    def expand(self, gs: Sequence[Any], cotangents: list[Any]) -> None:
        """Add the cotangents of the parents."""
        full = [z if g is None else g for g, z in zip(gs, self.outs, strict=True)]
        for i, c in zip(self.parents, self.rule.pull(self.res, full), strict=True):
            if i is not None and c is not None:
                cotangents[i] = c if cotangents[i] is None else cotangents[i] + c
