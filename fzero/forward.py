"""Forward mode: each tracer carries its tangent. `linearize` records the pushes for later."""

from collections.abc import Callable, Sequence
from typing import Any

from . import tree
from .arguments import check_callable, check_numbers, checked_tangents, split_aux
from .core import Primitive, Trace, Tracer, check_open
from .dtypes import is_inexact, zeros_of
from .guard import Guard, own
from .nans import traced
from .shaping import match

__all__ = ["JVPTrace", "JVPTracer", "LinearTrace", "jvp", "linearize"]


_new_tracer: Any = object.__new__


class JVPTracer(Tracer):
    """A value and its tangent, never None: a value without one is not wrapped."""

    __slots__ = ("tangent",)

    def __init__(self, trace: "JVPTrace", value: Any, tangent: Any) -> None:
        self._trace = trace
        self.value = value
        self.tangent = tangent


class JVPTrace(Trace):
    """Pushes tangents through one run."""

    __slots__ = ()
    transform = "jvp"

    def process(self, prim: Primitive, args: Sequence[Any], params: dict[str, Any]) -> Any:
        if self.closed:
            raise self.leaked(prim.name)
        if self.suspended:
            return prim.call(*map(self.strip, args), **params)
        if prim.partials and not params:  # the hot path: no loops
            pushed = self._pushed(prim, args)
            if pushed is not None:
                return pushed
        values, tangents = [], []
        for a in args:
            if a.__class__ is JVPTracer and a._trace is self:
                values.append(a.value)
                tangents.append(a.tangent)
            else:
                values.append(a)
                tangents.append(None)
        ans = prim.call(*values, **params)
        if not prim.differentiable:
            return ans
        out = prim.jvp(tangents, ans, values, params)  # type: ignore[misc]
        if out is None:
            return ans
        if prim.multiple:
            return tuple(
                y if t is None or not is_inexact(y) else JVPTracer(self, y, t)
                for y, t in zip(ans, out, strict=True)
            )
        return JVPTracer(self, ans, out)

    def _pushed(self, prim: Primitive, args: Sequence[Any]) -> Any:
        """Elementwise functions of one and two arguments; None for the others."""
        x = args[0]
        if len(args) == 1:
            value = x.value
            ans = prim.call(value)
            tangent = prim.partials[0](ans, value)(x.tangent)  # type: ignore[misc]
        elif len(args) == 2:
            y = args[1]
            own_x = x.__class__ is JVPTracer and x._trace is self
            own_y = y.__class__ is JVPTracer and y._trace is self
            partial_x, partial_y = prim.partials
            if (own_x and partial_x is None) or (own_y and partial_y is None):
                return None
            value_x = x.value if own_x else x
            value_y = y.value if own_y else y
            ans = prim.call(value_x, value_y)
            tangent = None
            if own_x:
                tangent = partial_x(ans, value_x, value_y)(x.tangent)  # type: ignore[misc]
            if own_y:
                term = partial_y(ans, value_x, value_y)(y.tangent)  # type: ignore[misc]
                tangent = term if tangent is None else tangent + term
            tangent = match(tangent, ans)
        else:
            return None
        out = _new_tracer(JVPTracer)
        out._trace, out.value, out.tangent = self, ans, tangent
        return out

    def parts(self, tracer: Any) -> tuple[Any, ...]:
        return (tracer.value, tracer.tangent)

    def rebuild(self, tracer: Any, parts: Sequence[Any]) -> Any:
        return JVPTracer(self, *parts)

    def strip(self, x: Any) -> Any:
        """The value of a tracer of this trace; anything else as it is."""
        return x.value if x.__class__ is JVPTracer and x._trace is self else x

    def pair(self, x: Any) -> tuple[Any, Any]:
        """Value and tangent of a result, zeros where it does not depend on the inputs."""
        if x.__class__ is JVPTracer and x._trace is self:
            return x.value, x.tangent
        check_open("jvp", (x,))
        return x, zeros_of(x)


def jvp(
    f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False
) -> Any:
    r"""The value of `f` and its derivative along `tangents`: (f(x), J(x) t).

    Args:
        f: a function of pytrees of arrays, returning a pytree.
        primals: a tuple or list of arguments.
        tangents: the same structure and shapes; leaves for integer leaves are ignored.
        has_aux: `f` returns `(out, aux)`; `aux` is passed through.

    Returns:
        `(out, tangent_out)` or `(out, tangent_out, aux)`; dtypes as the output's.

    Raises:
        TypeError: `primals` or `tangents` is not a tuple or list.
        ValueError: their structures or shapes differ.

    Example:
        >>> import fzero, numpy as np
        >>> y, t = fzero.jvp(lambda x: x**3, (2.0,), (1.0,))
        >>> float(y), float(t)
        (8.0, 12.0)
    """
    check_callable("jvp", f, "Write jvp(f, (x,), (t,)).")
    for what, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            raise TypeError(
                f"jvp: {what} is a {type(given).__name__}; expected a tuple of arguments. "
                "Write jvp(f, (x,), (t,))."
            )
    leaves, in_tree = tree.flatten(tuple(primals))
    check_numbers("jvp: primals", leaves)
    ts = checked_tangents("jvp: tangents", tuple(tangents), leaves, in_tree)
    trace = traced(JVPTrace)()
    try:
        tracers = [
            x if t is None else JVPTracer(trace, x, t) for x, t in zip(leaves, ts, strict=True)
        ]
        out = f(*tree.unflatten(in_tree, tracers))
    finally:
        trace.closed = True
    aux = None
    if has_aux:
        out, aux = split_aux("jvp", out)
        aux = tree.map(lambda x: trace.pair(x)[0] if isinstance(x, JVPTracer) else x, aux)
    outs, out_tree = tree.flatten(out)
    pairs = [trace.pair(y) for y in outs]
    value = tree.unflatten(out_tree, [p[0] for p in pairs])
    tangent = tree.unflatten(out_tree, [p[1] for p in pairs])
    return (value, tangent, aux) if has_aux else (value, tangent)


class LinearTracer(Tracer):
    __slots__ = ("index",)

    def __init__(self, trace: "LinearTrace", value: Any, index: int) -> None:
        self._trace = trace
        self.value = value
        self.index = index


class LinearTrace(Trace):
    """Records, per operation, what its push needs: `(parents, prim, ans, values, params)`."""

    __slots__ = ("guard", "tape")
    transform = "linearize"

    def __init__(self) -> None:
        super().__init__()
        self.tape: list[Any] = []
        self.guard = Guard()

    def inputs(self, leaves: Sequence[Any]) -> list[Any]:
        """Tracers for the leaves that have derivatives."""
        out = []
        for x in leaves:
            if is_inexact(x):
                self.guard.add(x)
                self.tape.append(None)
                x = LinearTracer(self, x, len(self.tape) - 1)
            out.append(x)
        return out

    def process(self, prim: Primitive, args: Sequence[Any], params: dict[str, Any]) -> Any:
        if self.closed:
            raise self.leaked(prim.name)
        own = [a.__class__ is LinearTracer and a._trace is self for a in args]
        values = [a.value if o else a for a, o in zip(args, own, strict=True)]
        for v, o in zip(values, own, strict=True):
            if not o and prim.keeps:
                self.guard.add(v)
        ans = prim.call(*values, **params)
        if self.suspended or not prim.differentiable:
            return ans
        return self.record(args, prim, ans, values, params)

    def record(self, args: Any, prim: Any, ans: Any, values: Any, params: Any) -> Any:
        """Remember the operation; the tracer of its result, or a tuple of them."""
        parents = [self.index_of(a) for a in args]
        self.tape.append((parents, prim, ans, values, params))
        node = len(self.tape) - 1
        if not prim.multiple:
            return LinearTracer(self, ans, node)
        outs = []
        for j, y in enumerate(ans):
            if is_inexact(y):
                self.tape.append((node, j))
                y = LinearTracer(self, y, len(self.tape) - 1)
            outs.append(y)
        return tuple(outs)

    def rebuild(self, tracer: Any, parts: Sequence[Any]) -> Any:
        return LinearTracer(self, parts[0], tracer.index)

    def strip(self, x: Any) -> Any:
        """The value of a tracer of this trace; anything else as it is."""
        return x.value if x.__class__ is LinearTracer and x._trace is self else x

    def index_of(self, x: Any) -> int | None:
        """The node of `x`, None if it does not depend on the inputs."""
        return x.index if x.__class__ is LinearTracer and x._trace is self else None


def _replay(tape: Sequence[Any], tangents: list[Any]) -> list[Any]:
    """Push the inputs' tangents through the recorded operations."""
    for node in tape[len(tangents) :]:
        if len(node) == 2:
            parent, j = node
            tangents.append(None if tangents[parent] is None else tangents[parent][j])
            continue
        parents, prim, ans, values, params = node
        ts = [None if p is None else tangents[p] for p in parents]
        live = any(t is not None for t in ts)
        tangents.append(prim.jvp(ts, ans, values, params) if live else None)
    return tangents


def linearize(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    r"""The value of `f` and its derivative at that point as a linear function: t -> J(x) t.

    `f` runs once; the returned function only replays the derivatives of its operations.

    Args:
        f: a function of pytrees of arrays, returning a pytree.
        *primals: where to linearize.

    Returns:
        `(out, push)`; `push(*tangents)` takes tangents of the primals' structures and shapes.

    Raises:
        ValueError: (from `push`) a tangent whose structure or shape is not that of its primal.
        MutatedArrayError: (from `push`) an array that it needs was changed in place.

    Example:
        >>> import fzero, numpy as np
        >>> y, push = fzero.linearize(lambda x: x**3, 2.0)
        >>> float(push(1.0)), float(push(2.0))
        (12.0, 24.0)
    """
    check_callable("linearize", f, "Write linearize(f, x).")
    leaves, in_tree = tree.flatten(primals)
    check_numbers("linearize: primals", leaves)
    trace = traced(LinearTrace)()
    try:
        with trace.guard.watching():
            tracers = trace.inputs(leaves)
            outs, out_tree = tree.flatten(f(*tree.unflatten(in_tree, tracers)))
            check_open("linearize", outs)
    except BaseException:
        trace.guard.release()
        raise
    finally:
        trace.closed = True
    trace.guard.seal()
    indices = [trace.index_of(y) for y in outs]
    values = [y if i is None else y.value for y, i in zip(outs, indices, strict=True)]

    def push(*tangents: Any) -> Any:
        """The derivative along `tangents`."""
        trace.guard.verify()
        ts = checked_tangents("linearize: the tangent", tangents, leaves, in_tree)
        pushed = _replay(trace.tape, [t for t in ts if t is not None])
        return tree.unflatten(
            out_tree,
            [
                zeros_of(y) if i is None or pushed[i] is None else pushed[i]
                for i, y in zip(indices, values, strict=True)
            ],
        )

    # What push needs, the caller may not change: he gets copies.
    return tree.unflatten(out_tree, [own(y) for y in values]), push
