"""The tape: reverse mode's record of one run, and the walk back through it.

A node is a flat tuple: the index of a parent and the pullback to it, for each parent. Values flow
in the tracers; the tape keeps alive only what the pullbacks captured. The walk drops each node and
each cotangent once used, never recurses, and leaves no reference cycle.
"""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from .backend import HOST
from .collector import STRIDE, Pause
from .core import NO_PARAMS, Contribution, Primitive, Trace, Tracer
from .dtypes import is_inexact
from .guard import Guard

__all__ = ["ReverseTrace", "TapeTracer", "backward"]

_ARRAY = np.ndarray
_new_tracer: Any = object.__new__


class TapeTracer(Tracer):
    """A value and the index of the tape's node that made it."""

    __slots__ = ("index",)

    def __init__(self, trace: "ReverseTrace", value: Any, index: int) -> None:
        self._trace = trace
        self.value = value
        self.index = index


class Slot:
    """The pullback of output `j` of an operation with `n` outputs."""

    __slots__ = ("j", "n")

    def __init__(self, j: int, n: int) -> None:
        self.j, self.n = j, n

    def __call__(self, g: Any) -> "_SlotCotangent":
        return _SlotCotangent(self.j, self.n, g)


class _SlotCotangent(Contribution):
    __slots__ = ("g", "j", "n")

    def __init__(self, j: int, n: int, g: Any) -> None:
        self.j, self.n, self.g = j, n, g

    def add_to(self, total: Any, owned: bool) -> Any:
        if total is None:
            total = [None] * self.n
        total[self.j] = self.g if total[self.j] is None else total[self.j] + self.g
        return total


class ReverseTrace(Trace):
    """Records the differentiated operations of one run."""

    __slots__ = ("guard", "mutex", "pause", "tape")
    transform = "grad or vjp"

    def __init__(self) -> None:
        super().__init__()
        self.tape: list[Any] = []
        self.pause = Pause()
        self.guard = Guard()
        self.mutex = threading.Lock()

    def inputs(self, leaves: Sequence[Any]) -> list[Any]:
        """Tracers for the leaves that have derivatives; the other leaves as they are."""
        out = []
        for x in leaves:
            if not is_inexact(x):
                out.append(x)
                continue
            self.guard.add(x)
            out.append(TapeTracer(self, x, len(self.tape)))
            self.tape.append(None)
        return out

    def process(self, prim: Primitive, args: Sequence[Any], params: dict[str, Any]) -> Any:
        if len(args) == 1:
            return ReverseTrace.unary(self, prim, args[0], params)
        if len(args) == 2 and not params:
            return ReverseTrace.binary(self, prim, *args)
        if self.closed:
            raise self.leaked(prim.name)
        own = [a.__class__ is TapeTracer and a._trace is self for a in args]
        values = [a.value if o else a for a, o in zip(args, own, strict=True)]
        ans = prim.call(*values, **params)
        if self.suspended or not prim.differentiable:
            return ans
        links: list[Any] = []
        for i, (a, o) in enumerate(zip(args, own, strict=True)):
            if o and (rule := prim.pulls[i]) is not None:
                links += (a.index, rule(ans, *values, **params))
            elif a.__class__ is _ARRAY and prim.keeps:
                self.guard.add(a)
        return self.record(prim, tuple(links), ans)

    # One and two arguments are the hot path: no loops.

    def unary(self, prim: Primitive, x: Any, params: dict[str, Any] = NO_PARAMS) -> Any:
        if self.closed:
            raise self.leaked(prim.name)
        value = x.value
        if params:
            ans = prim.call(value, **params)
        else:
            ans = prim.host(value) if value.__class__ is _ARRAY else prim.call(value)
        if self.suspended or not prim.differentiable:
            return ans
        rule: Any = prim.pulls[0]
        pull = rule(ans, value, **params) if params else rule(ans, value)
        return self.record(prim, (x.index, pull), ans)

    def binary(self, prim: Primitive, x: Any, y: Any) -> Any:
        if self.closed:
            raise self.leaked(prim.name)
        own_x = x.__class__ is TapeTracer and x._trace is self
        own_y = y.__class__ is TapeTracer and y._trace is self
        value_x = x.value if own_x else x
        value_y = y.value if own_y else y
        plain = type(value_x) in HOST and type(value_y) in HOST
        ans = prim.host(value_x, value_y) if plain else prim.call(value_x, value_y)
        if self.suspended or not prim.differentiable:
            return ans
        rule_x, rule_y = prim.pulls
        if plain and prim.partials:  # a rule that fits needs no care for broadcasting
            shape, dtype = ans.shape, ans.dtype
            if own_x and getattr(value_x, "shape", None) == shape and value_x.dtype is dtype:
                rule_x = prim.partials[0]
            if own_y and getattr(value_y, "shape", None) == shape and value_y.dtype is dtype:
                rule_y = prim.partials[1]
        node: tuple[Any, ...] = ()
        if own_x and rule_x is not None:
            node = (x.index, rule_x(ans, value_x, value_y))
        if own_y and rule_y is not None:
            node += (y.index, rule_y(ans, value_x, value_y))
        if prim.keeps and node:
            if x.__class__ is _ARRAY:
                self.guard.add(x)
            elif y.__class__ is _ARRAY:
                self.guard.add(y)
        return self.record(prim, node, ans)

    def record(self, prim: Primitive, node: tuple[Any, ...], ans: Any) -> Any:
        """Put a node on the tape; the tracer of its result, or the result of an empty node."""
        if not node:
            return ans
        if prim.multiple:
            return self.record_many(node, ans)
        tape = self.tape
        index = len(tape)
        if not index % STRIDE:
            self.pause.step()
        out = _new_tracer(TapeTracer)
        out._trace, out.value, out.index = self, ans, index
        tape.append(node)
        return out

    def record_many(self, node: tuple[Any, ...], values: Sequence[Any]) -> tuple[Any, ...]:
        """A node with several outputs, and one node for each output."""
        tape = self.tape
        tape.append(node)
        first = len(tape) - 1
        outs = []
        for j, value in enumerate(values):
            if not is_inexact(value):
                outs.append(value)
                continue
            outs.append(TapeTracer(self, value, len(tape)))
            tape.append((first, Slot(j, len(values))))
        return tuple(outs)

    def let_go(self) -> None:
        """End what lasts as long as the run: read-only arrays, the pause of the collector."""
        self.guard.release()
        self.pause.end()

    def rebuild(self, tracer: Any, parts: Sequence[Any]) -> Any:
        return TapeTracer(self, parts[0], tracer.index)

    def strip(self, x: Any) -> Any:
        """The value of a tracer of this trace; anything else as it is."""
        return x.value if x.__class__ is TapeTracer and x._trace is self else x

    def index_of(self, x: Any) -> int | None:
        """The node of `x`, None if `x` does not depend on the inputs."""
        return x.index if x.__class__ is TapeTracer and x._trace is self else None


def backward(tape: list[Any], cotangents: list[Any], stop: int) -> list[Any]:
    """Walk `tape` from its end down to node `stop`; the cotangents of the nodes below are left.

    Both lists are consumed. A cotangent is changed in place only after the walk itself has
    allocated it; before that it may be shared with a caller or with another node.
    """
    owned: set[int] = set()
    while len(tape) > stop:
        node = tape.pop()
        g = cotangents.pop()
        if g is None:
            continue
        if owned:
            owned.discard(len(tape))
        if node[0] is None:  # a call that is pulled back as a whole
            node[1].expand(g, cotangents)
            continue
        if len(node) == 2 and cotangents[node[0]] is None:
            p, pull = node
            c = pull(g)
            if c.__class__ is _ARRAY or not isinstance(c, Contribution):
                cotangents[p] = c
            else:
                cotangents[p] = c.add_to(None, False)
                owned.add(p)
            continue
        links = iter(node)
        for p, pull in zip(links, links):  # noqa: B905 (hot path)
            c = pull(g)
            total = cotangents[p]
            if c.__class__ is not _ARRAY and isinstance(c, Contribution):
                cotangents[p] = c.add_to(total, p in owned)
                owned.add(p)
            elif total is None:
                cotangents[p] = c
            elif p in owned and total.__class__ is _ARRAY and c.__class__ is _ARRAY:
                total += c
            else:
                cotangents[p] = total + c
                owned.add(p)
    return cotangents
