"""`checkpoint`: keep a function's arguments instead of what its pullbacks need, and run it again.

On the tape a checkpointed call is one node. When the backward walk meets it, the function runs
again with recording on: its operations take the node's place at the end of the tape, and the walk
goes on through them. So nothing recurses, closures work, and checkpoints nest.
"""

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from . import tree
from .arguments import check_callable
from .backend import is_array
from .batching import axes_in_force, named_axes
from .core import Trace, Tracer
from .forward import LinearTrace
from .rows import PartTrace, resumed
from .tape import ReverseTrace

__all__ = ["checkpoint", "reopened", "traces_within"]


def traces_within(values: Any) -> dict[int, Trace]:
    """Every trace in the tracers of a tree, tangents and row sets included, by identity."""
    return {id(t): t for x in tree.leaves(values) for t in _traces_in(x)}


def _traces_in(x: Any) -> Iterator[Trace]:
    if isinstance(x, Tracer):
        yield x._trace
        split = getattr(x._trace, "split", None)
        while split is not None:  # only some of its rows are running
            yield split
            split = split.split
        source = getattr(x._trace, "source", None)
        while source is not None:  # these rows can run only while all of them can
            yield source
            source = getattr(source, "source", None)
        for p in x._trace.parts(x):
            yield from _traces_in(p)


def _closure(f: Any) -> list[Any]:
    """What a function brings along: closure cells, global arrays, defaults, bound arguments."""
    if isinstance(f, functools.partial):
        return [*f.args, f.keywords, *_closure(f.func)]
    cells = getattr(f, "__closure__", None) or ()
    found = [getattr(f, "__defaults__", None), getattr(f, "__self__", None)]
    if (code := getattr(f, "__code__", None)) is not None:
        values = (f.__globals__.get(name) for name in code.co_names)
        found += [v for v in values if is_array(v) or isinstance(v, Tracer)]
    for cell in cells:
        try:
            found.append(cell.cell_contents)
        except ValueError:  # not assigned yet
            continue
    return found


@contextmanager
def reopened(traces: Sequence[Trace]) -> Iterator[None]:
    """Let tracers of finished transforms be used once more, and their row splits with them."""
    before = [t.closed for t in traces]
    targets = sorted((t for t in traces if isinstance(t, PartTrace)), key=lambda t: t.born)
    for t in traces:
        t.closed = False
    try:
        with ExitStack() as stack:
            stack.enter_context(resumed(targets))
            yield
    finally:
        for t, closed in zip(traces, before, strict=True):
            t.closed = closed


class _Again:
    """The tape's node of a checkpointed call."""

    __slots__ = ("above", "axes", "call", "tape_trace")

    def __init__(self, tape_trace: ReverseTrace, call: Callable[[], Any], above: Any) -> None:
        self.tape_trace, self.call, self.above = tape_trace, call, above
        self.axes = named_axes()

    def expand(self, gs: Sequence[Any], cotangents: list[Any]) -> None:
        """Record the call at the end of the tape, with the cotangents of its results."""
        trace = self.tape_trace
        with reopened([trace, *self.above]), axes_in_force(self.axes):
            leaves = tree.leaves(self.call())
        parts: list[Any] = []
        for y in leaves:
            _at_tape(y, trace, lambda part: parts.append(part) or part)
        cotangents += [None] * (len(trace.tape) - len(cotangents))
        for part, g in zip(parts, gs, strict=True):
            i = trace.index_of(part)
            if i is not None and g is not None:
                cotangents[i] = g if cotangents[i] is None else cotangents[i] + g


def _at_tape(x: Any, trace: ReverseTrace, change: Callable[[Any], Any]) -> Any:
    """`x` with `change` applied where, under the tracers of newer traces, the tape's values are."""
    if isinstance(x, Tracer) and x._trace.level > trace.level:
        parts = [_at_tape(p, trace, change) for p in x._trace.parts(x)]
        return x._trace.rebuild(x, parts)
    return change(x)


def checkpoint(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f`, whose intermediate values are computed again in the backward pass instead of kept.

    Args:
        f: a function of pytrees of arrays, returning a pytree; it must do the same when it runs
            again (take random keys as arguments).

    Returns:
        A function with `f`'s signature and values.

    Gradient: the same; memory for the arguments only, time of one more forward pass.

    Example:
        >>> import fzero, numpy as np
        >>> f = fzero.checkpoint(lambda x: np.sin(np.sin(x)))
        >>> float(fzero.grad(f)(0.0))
        1.0
    """
    check_callable("checkpoint", f)

    @functools.wraps(f)
    def run_checkpoint(*args: Any, **kwargs: Any) -> Any:
        given = tree.leaves((args, kwargs, _closure(f)))
        return _run(lambda: f(*args, **kwargs), traces_within(given), given)

    return run_checkpoint


def _run(call: Callable[[], Any], seen: dict[int, Trace], given: Sequence[Any]) -> Any:
    """The results of `call` as one node of the newest tape among the traces `seen`.

    `given` is what it will find again when it runs a second time, so that must not change.
    """
    tapes = [t for t in seen.values() if isinstance(t, ReverseTrace) and not t.suspended]
    if not tapes:
        return call()
    trace = max(tapes, key=lambda t: t.level)
    if trace.closed:
        raise trace.leaked("checkpoint")
    if any(isinstance(t, LinearTrace) and t.level > trace.level for t in seen.values()):
        return call()  # it keeps values for later, which must be on the tape
    for x in given:
        trace.guard.add(x)
    trace.suspended = True
    try:
        out = call()
    finally:
        trace.suspended = False
    found = traces_within(out)
    if any(_records(t) and t.level > trace.level for i, t in found.items() if i not in seen):
        return _run(call, seen | found, given)  # it was hidden, for example in an attribute
    above = [
        t for t in (seen | found).values() if t.level > trace.level or isinstance(t, PartTrace)
    ]
    return _recorded(trace, out, _Again(trace, call, above))


def _records(trace: Trace) -> bool:
    return isinstance(trace, (ReverseTrace, LinearTrace))


def _recorded(trace: ReverseTrace, out: Any, again: _Again) -> Any:
    """The results as outputs of one node."""
    leaves, treedef = tree.flatten(out)
    parts: list[Any] = []
    for y in leaves:
        _at_tape(y, trace, lambda part: parts.append(part) or part)
    values = [trace.strip(p) for p in parts]
    made = iter(trace.record_many((None, again), values))
    return tree.unflatten(treedef, [_at_tape(y, trace, lambda part: next(made)) for y in leaves])
