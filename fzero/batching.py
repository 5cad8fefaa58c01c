"""The trace of `vmap`: every operation on all rows at once, by its batching rule.

A `BatchTracer` holds its rows along axis 0. Values that do not depend on the row stay plain.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from .backend import HOST
from .core import NO_PARAMS, Primitive, Trace, Tracer, batched_value_error
from .shaping import PYTHON_SCALARS

__all__ = ["BatchTrace", "BatchTracer", "axes_in_force", "axis_trace", "named_axes"]


_ARRAY = np.ndarray
_new_tracer: Any = object.__new__


class BatchTracer(Tracer):
    """One row of a value whose rows lie along axis 0."""

    __slots__ = ()

    def __init__(self, trace: "BatchTrace", value: Any) -> None:
        self._trace = trace
        self.value = value

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one row."""
        return self.value.shape[1:]


class BatchTrace(Trace):
    """One run of `vmap` over `size` rows.

    `split` is the trace over some of the rows while a branch of `cond` runs on them.
    """

    __slots__ = ("axis_name", "size", "split")
    transform = "vmap"

    def __init__(self, size: int, axis_name: Any = None) -> None:
        super().__init__()
        self.size = size
        self.axis_name = axis_name
        self.split: Any = None

    def process(self, prim: Primitive, args: Sequence[Any], params: dict[str, Any]) -> Any:
        if self.closed:
            raise self.leaked(prim.name)
        if prim.category == "rows":
            return prim.batch(self, args, None, params)
        batched = [a.__class__ is BatchTracer and a._trace is self for a in args]
        values = [a.value if b else a for a, b in zip(args, batched, strict=True)]
        ans, out = prim.batch(self.size, values, batched, params)
        if prim.multiple:
            flags = (out,) * len(ans) if isinstance(out, bool) else out
            return tuple(BatchTracer(self, y) if b else y for y, b in zip(ans, flags, strict=True))
        return BatchTracer(self, ans) if out else ans

    # Elementwise functions are the hot path: no loops where nothing needs aligning.

    def unary(self, prim: Primitive, x: Any, params: dict[str, Any] = NO_PARAMS) -> Any:
        if params or not prim.pointwise or self.closed:
            return self.process(prim, (x,), params)
        rows = x.value
        out = _new_tracer(BatchTracer)
        out.value = prim.host(rows) if rows.__class__ is _ARRAY else prim.call(rows)
        out._trace = self
        return out

    def binary(self, prim: Primitive, x: Any, y: Any) -> Any:
        if not prim.pointwise or self.closed:
            return self.process(prim, (x, y), {})
        if y.__class__ in PYTHON_SCALARS:
            x = x.value
        elif x.__class__ in PYTHON_SCALARS:
            y = y.value
        elif (
            x.__class__ is y.__class__ is BatchTracer
            and x._trace is y._trace is self
            and x.value.ndim == y.value.ndim
        ):
            x, y = x.value, y.value
        else:
            return self.process(prim, (x, y), {})
        out = _new_tracer(BatchTracer)
        plain = type(x) in HOST and type(y) in HOST
        out.value = prim.host(x, y) if plain else prim.call(x, y)
        out._trace = self
        return out

    def wrap(self, rows: Any) -> BatchTracer:
        """A tracer of `rows`, made without a call of `__init__`."""
        out = _new_tracer(BatchTracer)
        out._trace, out.value = self, rows
        return out

    def rebuild(self, tracer: Any, parts: Sequence[Any]) -> Any:
        return BatchTracer(self, parts[0])

    def to_bool(self, tracer: Any, kind: str) -> Any:
        raise batched_value_error(kind, self.size)

    def exported(self, tracer: Any) -> Any:
        if self.size != 1:
            raise batched_value_error("__dlpack__", self.size)
        return super().exported(tracer)[0, ...]  # an array, where [0] may give a scalar

    def rows_of(self, x: Any) -> Any | None:
        """The rows of a tracer of this trace, None for a value that all rows share."""
        return x.value if x.__class__ is BatchTracer and x._trace is self else None


_AXES: ContextVar[tuple[BatchTrace, ...]] = ContextVar("fzero_axes", default=())


def named_axes() -> tuple[BatchTrace, ...]:
    """The running `vmap`s that have an axis name."""
    return _AXES.get()


@contextmanager
def axes_in_force(traces: tuple[BatchTrace, ...]) -> Iterator[None]:
    """Let collectives find these traces by their axis names."""
    token = _AXES.set(traces)
    try:
        yield
    finally:
        _AXES.reset(token)


def axis_trace(name: str, axis_name: Any) -> BatchTrace:
    """The running `vmap` with this axis name."""
    for trace in reversed(_AXES.get()):
        if trace.axis_name == axis_name:
            if trace.split is not None or hasattr(trace, "source"):
                raise ValueError(
                    f"{name}: axis {axis_name!r} is split between branches of cond, switch or "
                    f"while_loop; expected all its rows. Move the {name} out of the branch."
                )
            return trace
    known = [t.axis_name for t in _AXES.get()]
    raise NameError(
        f"{name}: axis_name is {axis_name!r}; expected a vmap axis in force, one of {known}. "
        f"Write vmap(f, axis_name={axis_name!r})."
    )
