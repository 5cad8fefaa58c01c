"""Solutions of f(x) = 0 as values with derivatives: dx = -(df/dx)^-1 df.

The solver runs once, while every trace of derivatives is suspended. Then the derivatives are put
on, the oldest trace first: `f` at the solution tells how the residual depends on what the trace
differentiates, and the stated inverse turns that into the derivative of the solution. The inverse
is computed with the older traces in force, so that it has derivatives of its own, to any order.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any, NamedTuple

from .. import tree
from ..arguments import leaves_like
from ..batching import BatchTrace, BatchTracer, axes_in_force, named_axes
from ..checkpointing import reopened, traces_within
from ..core import Trace, Tracer
from ..custom.calls import WholePull
from ..dtypes import dtype_of, is_inexact, shape_of, zeros_of
from ..errors import NotDifferentiableError
from ..forward import JVPTrace, JVPTracer, LinearTrace
from ..ops.elementwise import astype
from ..ops.structural import broadcast_to, moveaxis, reshape
from ..tape import ReverseTrace

__all__ = ["Relation", "implied"]

#: The traces that are suspended: a derivative that is taken later has to suspend them again.
_SUSPENDED: ContextVar[tuple[Trace, ...]] = ContextVar("fzero_suspended", default=())
_DERIVATIVES = (JVPTrace, LinearTrace, ReverseTrace)


def _derivatives(seen: dict[int, Trace]) -> list[Trace]:
    """Those of the traces that take derivatives, the oldest first."""
    return sorted((t for t in seen.values() if isinstance(t, _DERIVATIVES)), key=lambda t: t.level)


class Relation(NamedTuple):
    """An equation and the inverse of its derivative.

    Attributes:
        name: of the function that users called, for messages.
        residual: x -> f(x), of the structure and shapes of x.
        invert: `(lowered, x, b) -> (df/dx)^-1 b`; `lowered(f)` is f without the derivatives that
            are being put on, and is what the inverse has to call.
        transposed: `(lowered, x, g) -> (df/dx)^-T g`.
    """

    name: str
    residual: Callable[[Any], Any]
    invert: Callable[[Any, Any, Any], Any]
    transposed: Callable[[Any, Any, Any], Any]


def implied(relation: Relation, start: Any, solve: Callable[[Any, Any], Any]) -> Any:
    """The x that `solve(lowered, start)` finds, with the derivatives that the relation implies."""
    seen = traces_within((start, relation.residual(start)))
    traces = _derivatives(seen)
    lowered = _lowering(traces)
    with _suspended(traces):
        x = _constant(solve(lowered, _constant(start, traces)), traces)
    late = traces_within((x, relation.residual(x)))
    if any(t not in traces for t in _derivatives(late)):  # a branch not taken at the start
        return implied(relation, _constant(x, _derivatives(late)), solve)
    seen |= late
    for i, trace in enumerate(traces):
        y = _lowering(traces[i + 1 :])(relation.residual)(x)
        _check_residual(relation.name, x, y)
        x = _Attached(relation, trace, traces[i:], list(seen.values()), x, y).value()
    return x


def _check_residual(name: str, x: Any, y: Any) -> None:
    leaves, treedef = tree.flatten(x)
    have = [shape_of(v) for v in leaves_like(treedef, y, name, "what the function returned")]
    want = [shape_of(v) for v in leaves]
    if have != want:
        raise ValueError(
            f"{name}: what the function returned has the shapes {have}; expected {want}, as its "
            "argument has. Return one number per unknown."
        )


@contextmanager
def _suspended(traces: Sequence[Trace]) -> Iterator[None]:
    """Let the tracers of these traces count as constants, also when they have returned."""
    before = [(t.closed, t.suspended) for t in traces]
    for t in traces:
        t.closed, t.suspended = False, True
    token = _SUSPENDED.set((*_SUSPENDED.get(), *traces))
    try:
        yield
    finally:
        _SUSPENDED.reset(token)
        for t, states in zip(traces, before, strict=True):
            t.closed, t.suspended = states


def _constant(value: Any, traces: Sequence[Trace]) -> Any:
    """A pytree without the tracers of `traces`, wherever they are."""

    def strip(x: Any) -> Any:
        if not isinstance(x, Tracer):
            return x
        if x._trace in traces:
            return strip(x.value)
        return x._trace.rebuild(x, [strip(p) for p in x._trace.parts(x)])

    return tree.map(strip, value)


def _lowering(traces: Sequence[Trace]) -> Callable[[Any], Any]:
    """f -> f without the derivatives of `traces`."""

    def lowered(f: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any) -> Any:
            with _suspended(traces):
                return _constant(f(*args), traces)

        return run

    return lowered


# ------------------------------------------------------------------ rows of newer vmaps


def _wrappers(y: Any, trace: Trace) -> list[BatchTrace]:
    """The traces of `vmap` around the tracer of `trace` in `y`, the outermost first."""
    found: list[Any] = []
    while isinstance(y, Tracer) and y._trace is not trace:
        found.append(y._trace)
        y = y.value
    if not isinstance(y, Tracer):
        return []
    for t in found:
        if not isinstance(t, BatchTrace):
            raise NotDifferentiableError(
                f"fzero.implicit: a {t.transform} runs inside the {trace.transform} that is to see "
                "the solution; expected only vmap there. Put it around the derivative."
            )
    return found


def _unwrap(x: Any, chain: Sequence[BatchTrace]) -> Any:
    """What `x` carries under the traces of `chain`: all their rows."""
    for trace in chain:
        x = _rows(x, trace, 0)
    return x


def _rows(x: Any, trace: BatchTrace, depth: int) -> Any:
    """`x` with the rows of `trace` along an axis instead; `depth` batches are around it."""
    if isinstance(x, BatchTracer) and x._trace is not trace:
        return x._trace.rebuild(x, [_rows(x.value, trace, depth + 1)])
    if isinstance(x, BatchTracer):
        return moveaxis(x.value, 0, depth)
    shape = shape_of(x)
    wide = reshape(x, shape=(*shape[:depth], 1, *shape[depth:]))
    return broadcast_to(wide, shape=(*shape[:depth], trace.size, *shape[depth:]))


def _wrap(x: Any, chain: Sequence[BatchTrace]) -> Any:
    """The inverse of `_unwrap`. A newer `vmap` stays outside, where dispatch expects it."""
    for trace in reversed(chain):
        x = _carried(x, trace, 0)
    return x


def _carried(x: Any, trace: BatchTrace, depth: int) -> Any:
    if isinstance(x, BatchTracer) and x._trace.level > trace.level:
        return x._trace.rebuild(x, [_carried(x.value, trace, depth + 1)])
    return BatchTracer(trace, moveaxis(x, depth, 0))


class _Attached:
    """A solution `x` of which `trace` is to see the derivative, given the residual `y` there."""

    def __init__(
        self,
        relation: Relation,
        trace: Trace,
        muted: Sequence[Trace],
        seen: Sequence[Trace],
        x: Any,
        y: Any,
    ) -> None:
        self.relation, self.trace, self.seen = relation, trace, seen
        self.muted = [*muted, *_SUSPENDED.get()]
        self.x, self.axes = x, named_axes()
        leaves, self.treedef = tree.flatten(x)
        residuals = tree.leaves(y)
        chains = sorted((_wrappers(v, trace) for v in residuals), key=len, reverse=True)
        self.chain = list(dict.fromkeys(t for chain in chains for t in chain))
        self.values = [_unwrap(v, self.chain) for v in leaves]
        self.residuals = [_unwrap(v, self.chain) for v in residuals]

    def value(self) -> Any:
        """`x` as a value of the trace."""
        if not any(isinstance(r, Tracer) and r._trace is self.trace for r in self.residuals):
            return self.x
        if isinstance(self.trace, JVPTrace):
            values = self.push_now(self.trace)
        elif isinstance(self.trace, ReverseTrace):
            values = self.record(self.trace)
        else:
            values = self.push_later(self.trace)
        return tree.unflatten(self.treedef, [_wrap(v, self.chain) for v in values])

    def solved(self, solver: Callable[..., Any], parts: Sequence[Any]) -> list[Any]:
        """Minus `solver` applied to what the trace carries."""
        with reopened(self.seen), axes_in_force(self.axes), _suspended(self.muted):
            given = tree.unflatten(self.treedef, [_wrap(p, self.chain) for p in parts])
            out = tree.leaves(solver(_lowering(self.muted), self.x, given))
            return [-_unwrap(v, self.chain) for v in out]

    def tangents(self, parts: Sequence[Any]) -> list[Any]:
        """Those of the solution, from those of the residual; None for zero."""
        full = [zeros_of(r) if t is None else t for t, r in zip(parts, self.residuals, strict=True)]
        out = self.solved(self.relation.invert, full)
        return [_as_dtype(t, x) for t, x in zip(out, self.values, strict=True)]

    def push_now(self, trace: Any) -> list[Any]:
        tangents = self.tangents([trace.pair(r)[1] for r in self.residuals])
        return [JVPTracer(trace, x, t) for x, t in zip(self.values, tangents, strict=True)]

    def push_later(self, trace: Any) -> list[Any]:
        rule = SimpleNamespace(jvp=lambda ts, ans, args, params: self.tangents(ts), multiple=True)
        return list(trace.record(self.residuals, rule, self.values, None, {}))

    def record(self, trace: Any) -> list[Any]:
        parents = [trace.index_of(r) for r in self.residuals]

        def pull(residuals: Any, gs: Sequence[Any]) -> list[Any]:
            out = self.solved(self.relation.transposed, gs)
            return [_as_dtype(c, r) for c, r in zip(out, self.residuals, strict=True)]

        for x in self.values:
            trace.guard.add(x)
        node = WholePull(SimpleNamespace(pull=pull), None, self.values, parents)
        return list(trace.record_many((None, node), self.values))


def _as_dtype(t: Any, like: Any) -> Any:
    dtype = dtype_of(like)
    return t if not is_inexact(like) or dtype_of(t) == dtype else astype(t, dtype=dtype)
