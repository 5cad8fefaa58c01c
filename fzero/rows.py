"""Running a function on some of the rows of a `vmap`.

While a branch of `cond` runs on the rows `rows` of a trace `source`, values are carried by a
second trace `target` at the same level. `take_rows` brings a value from the one to the other, and
`merge_rows` brings the results of all branches back. Both are linear primitives, so that every
transform passes through. What a closure brings in is converted where it is used (`core.splits`).
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from .backend import array_namespace, is_array
from .batching import BatchTrace, BatchTracer
from .core import Primitive, Tracer, coerce, splits
from .dtypes import dtype_of, shape_of, zeros_of
from .ops.elementwise import astype
from .ops.gather import place, take
from .ops.index import ARRAY
from .ops.structural import broadcast_to, concatenate
from .rules import Each
from .tape import ReverseTrace

__all__ = ["PartTrace", "convert", "holds", "merge_results", "resumed", "split_of", "take_rows"]

_MUTEX = threading.Lock()
#: The row sets that are running, the outermost first.
_RUNNING: ContextVar[tuple["PartTrace", ...]] = ContextVar("fzero_rows", default=())


def holds(x: Any, trace: Any) -> bool:
    """Whether a tracer of `trace` is anywhere in `x`."""
    if not isinstance(x, Tracer):
        return False
    return x._trace is trace or any(holds(p, trace) for p in x._trace.parts(x))


def split_of(x: Any) -> BatchTrace | None:
    """The oldest trace in `x` of which only some rows are running.

    The oldest first: a cut at a newer trace would cut what it carries behind the back of the tape.
    """
    if not isinstance(x, Tracer):
        return None
    found = [t for p in x._trace.parts(x) if (t := split_of(p)) is not None]
    if not found and getattr(x._trace, "split", None) is not None:
        found.append(x._trace)  # type: ignore[arg-type]
    return min(found, key=lambda t: t.level, default=None)


def convert(x: Any) -> Any:
    """`x` cut to the rows that are running."""
    while (source := split_of(x)) is not None:
        target = source.split
        x = take_rows(x, source, target, target.rows)  # type: ignore[union-attr]
    for target in _RUNNING.get():
        if _collects(x, target) and not holds(x, _deepest(target)):
            x = take_rows(x, target.source, target, target.rows)
    return x


def _deepest(target: BatchTrace) -> BatchTrace:
    """The row set that is running within `target`."""
    while target.split is not None:
        target = target.split
    return target


def _collects(x: Any, target: "PartTrace") -> bool:
    """Whether `x` is on a tape, inside the `vmap`, that began before the split.

    Its cotangents come from several row sets, so that each must be spread over all the rows.
    """
    if not isinstance(x, Tracer):
        return False
    if isinstance(x._trace, ReverseTrace) and target.level < x._trace.level < target.born:
        return True
    return any(_collects(p, target) for p in x._trace.parts(x))


splits.convert = convert


class PartTrace(BatchTrace):
    """A trace over `rows` (an integer array) of `source`, at its level, as long as it is open."""

    __slots__ = ("born", "rows", "source")

    def __init__(self, source: BatchTrace, rows: Any) -> None:
        super().__init__(len(rows), source.axis_name)
        self.born, self.level = self.level, source.level
        self.source, self.rows = source, rows

    @property
    def closed(self) -> bool:  # type: ignore[override]
        """Whether the `vmap` whose rows these are has returned."""
        return self.source.closed

    @closed.setter
    def closed(self, value: bool) -> None:
        pass


@contextmanager
def resumed(targets: Sequence[PartTrace]) -> Iterator[None]:
    """Enter splits that were made before."""
    before = [t.source.split for t in targets]
    with _MUTEX:
        splits.active += len(targets)
    for t in targets:
        t.source.split = t
    token = _RUNNING.set((*_RUNNING.get(), *targets))
    try:
        yield
    finally:
        _RUNNING.reset(token)
        for t, split in zip(targets, before, strict=True):
            t.source.split = split
        with _MUTEX:
            splits.active -= len(targets)


# ---------------------------------------------------------------------------------- primitives


def _take_in(trace: BatchTrace, args: Any, batched: Any, params: Any) -> Any:
    (x,) = args
    if trace is params["source"]:
        index = (ARRAY, *(slice(None),) * (x.value.ndim - 1))
        cut = take(x.value, params["rows"], index=index, unique=True)
        return BatchTracer(params["target"], cut)
    return BatchTracer(trace, _take.call(x.value, **params))


def _take_or_spread(x: Any, source: Any, target: Any, rows: Any) -> Any:
    """`take_rows` of a tracer of `source` or of newer traces; the rest is the same for all rows."""
    if isinstance(x, Tracer) and x._trace.level >= target.level:
        return _take_traced(x, source=source, target=target, rows=rows)
    if not isinstance(x, Tracer) and not is_array(x):
        x = array_namespace(rows).asarray(x)
    return BatchTracer(target, _repeat(x, target.size))


def _merge_in(trace: BatchTrace, args: Any, batched: Any, params: Any) -> Any:
    source, targets = params["source"], params["targets"]
    if trace not in targets:  # another vmap around this one
        values = [a.value if _own(a, trace) else _repeat(a, trace.size) for a in args]
        return BatchTracer(trace, _merge.call(*values, **params))
    parts = [a.value for a in args]
    xp = array_namespace(params["rows"][0])
    rows = xp.concatenate(params["rows"])
    values = parts[0] if len(parts) == 1 else concatenate(*parts, axis=0)
    index = (ARRAY, *(slice(None),) * (values.ndim - 1))
    if len(rows) == source.size:
        return BatchTracer(source, take(values, xp.argsort(rows), index=index, unique=True))
    shape = (source.size, *shape_of(values)[1:])
    return BatchTracer(source, place(values, rows, index=index, shape=shape, unique=True))


def _own(x: Any, trace: BatchTrace) -> bool:
    return isinstance(x, BatchTracer) and x._trace is trace


def _repeat(x: Any, size: int) -> Any:
    return broadcast_to(x, shape=(size, *shape_of(x)))


def _take_pull(ans: Any, x: Any, source: Any, target: Any, rows: Any) -> Any:
    return lambda g: merge_rows([g], source, [target], [rows])


def _merge_pull(i: int, ans: Any, args: Any, params: Any) -> Any:
    source, target, rows = params["source"], params["targets"][i], params["rows"][i]
    return lambda g: take_rows(g, source, target, rows)


def _merge_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    full = [zeros_of(x) if t is None else t for t, x in zip(tangents, args, strict=True)]
    return merge_rows(full, **params)


# Their operands are told by trace, not by position, so that no category of rules.py fits.
_take = Primitive(
    "take_rows",
    lambda xp: lambda x, source, target, rows: x,
    category="rows",
    pulls=(_take_pull,),
    jvp=lambda tangents, ans, args, params: take_rows(tangents[0], **params),
    batch=_take_in,
    samples=lambda rng: [],
    linear=(frozenset({0}),),
)
_take_traced, _take.call = _take.call, _take_or_spread
_merge = Primitive(
    "merge_rows",
    lambda xp: lambda *xs, source, targets, rows: xs[0],
    category="rows",
    pulls=Each(_merge_pull),
    jvp=_merge_jvp,
    batch=_merge_in,
    samples=lambda rng: [],
    linear=None,
)


def take_rows(x: Any, source: BatchTrace, target: PartTrace, rows: Any) -> Any:
    """`x` over the rows of `source`, cut to `rows` of them and carried by `target`."""
    return _take.call(x, source=source, target=target, rows=rows)


def merge_rows(
    parts: Sequence[Any], source: BatchTrace, targets: Sequence[PartTrace], rows: Sequence[Any]
) -> Any:
    """The values of several row sets as one value over `source`; rows in none of them are zero."""
    cut = [
        x if holds(x, t) else take_rows(x, source, t, r)
        for x, t, r in zip(parts, targets, rows, strict=True)
    ]
    return _merge.call(*cut, source=source, targets=tuple(targets), rows=tuple(rows))


def merge_results(parts: Sequence[Any], source: BatchTrace, targets: Sequence[PartTrace]) -> Any:
    """`merge_rows` of what several branches returned, promoted to one dtype."""
    parts = [coerce(x) for x in parts]
    if len({dtype_of(x) for x in parts}) > 1:
        weak = (bool, int, float, complex)
        xp = array_namespace()
        want = xp.result_type(*(x if type(x) in weak else dtype_of(x) for x in parts))
        parts = [astype(x, dtype=want) for x in parts]
    return merge_rows(parts, source, targets, [t.rows for t in targets])
