"""Derivatives stated by the user: custom_vjp, custom_jvp, stop_gradient.

A call is a small program of its own: `primal`, `forward`, ... act on lists of leaves. The newest
trace among the leaves decides what becomes of it, as with primitives. Under `vmap` the functions
themselves are mapped, so that the stated rule stays in force for the traces below.
"""

import functools
import inspect
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from . import tree
from .arguments import describe, leaves_like
from .batching import BatchTrace, BatchTracer
from .core import Tracer, splits, top_trace
from .dtypes import is_inexact, shape_of, zeros_of
from .errors import LeakedTracerError, NotDifferentiableError
from .forward import JVPTrace, JVPTracer, LinearTrace
from .ops.elementwise import detach
from .ops.reduction import sum as sum_
from .ops.structural import broadcast_to
from .reverse import pullback_of
from .shaping import fit
from .tape import ReverseTrace

__all__ = ["custom_jvp", "custom_vjp", "stop_gradient"]


def stop_gradient(x: Any) -> Any:
    """`x` as a constant: the identity, with derivative zero.

    Args:
        x: a pytree of arrays.

    Example:
        >>> import fzero
        >>> float(fzero.grad(lambda x: x * fzero.stop_gradient(x))(3.0))
        3.0
    """
    return tree.map(lambda leaf: detach(leaf) if isinstance(leaf, Tracer) else leaf, x)


class _Arguments:
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


def _check_closed(rule: str, trace: Any, values: Sequence[Any]) -> None:
    """Raise if a function brought in, by a closure, a tracer that its arguments should carry."""
    if any(isinstance(v, Tracer) and v._trace is trace for v in values):
        raise TypeError(
            f"{rule}: the function closes over a tracer of {trace.transform}; expected it among "
            "the arguments, since the stated rule cannot see it otherwise. Pass it as an argument."
        )


def _batched(
    f: Callable[..., Any], groups: Sequence[Sequence[Any]], flags: Any, like: BatchTrace
) -> tuple[list[Any], list[bool]]:
    """`f(*groups)` on rows: groups of leaves, flagged where they have a batch axis."""
    trace = BatchTrace(like.size, like.axis_name)
    try:
        wrapped = [
            [BatchTracer(trace, x) if b else x for x, b in zip(g, bs, strict=True)]
            for g, bs in zip(groups, flags, strict=True)
        ]
        outs = f(*wrapped)
    finally:
        trace.closed = True
    rows = [trace.rows_of(y) for y in outs]
    return [y if r is None else r for y, r in zip(outs, rows, strict=True)], [
        r is not None for r in rows
    ]


def _unwrap(trace: BatchTrace, leaves: Sequence[Any]) -> tuple[list[Any], list[bool]]:
    flags = [isinstance(x, BatchTracer) and x._trace is trace for x in leaves]
    return [x.value if b else x for x, b in zip(leaves, flags, strict=True)], flags


def _rewrap(trace: BatchTrace, outs: Sequence[Any], flags: Sequence[bool]) -> list[Any]:
    return [BatchTracer(trace, y) if b else y for y, b in zip(outs, flags, strict=True)]


# -------------------------------------------------------------------------------- custom_vjp


class _VJP:
    """One call: `primal(xs) -> ys`, `forward(xs) -> (ys, res)`, `pull(res, gs) -> cotangents`."""

    def __init__(self, primal: Any, forward: Any, pull: Any) -> None:
        self.primal, self.forward, self.pull = primal, forward, pull

    def run(self, leaves: list[Any]) -> list[Any]:
        """The outputs, recorded by the newest trace among the leaves."""
        trace = top_trace(leaves)
        if trace is None:
            return self.primal(leaves)
        if trace.closed:
            raise trace.leaked("custom_vjp")
        if isinstance(trace, ReverseTrace):
            return self.record(trace, leaves)
        if isinstance(trace, BatchTrace):
            values, flags = _unwrap(trace, leaves)
            mapped = _BatchedVJP(self, trace, flags)
            outs = mapped.run(values)
            return _rewrap(trace, outs, mapped.out_flags)
        raise NotDifferentiableError(
            f"custom_vjp: {trace.transform} asks for a forward derivative; expected reverse mode, "
            "the only rule stated. State the function with fzero.custom_jvp, which serves both "
            "modes."
        )

    def record(self, trace: ReverseTrace, leaves: list[Any]) -> list[Any]:
        """Run `forward`, and put the stated rule on the tape."""
        outs, res = self.forward([trace.strip(x) for x in leaves])
        _check_closed("custom_vjp", trace, [*outs, *res])
        if trace.suspended:
            return outs
        parents = [trace.index_of(x) for x in leaves]
        return list(trace.record_many((None, _Pull(self, res, outs, parents)), outs))


class _Pull:
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


class _BatchedVJP(_VJP):
    """A call whose functions run on rows."""

    def __init__(self, call: _VJP, like: BatchTrace, flags: list[bool]) -> None:
        self.call, self.like, self.flags = call, like, flags
        self.out_flags: list[bool] = []
        self.res_flags: list[bool] = []

    def primal(self, xs: list[Any]) -> list[Any]:  # type: ignore[override]
        outs, self.out_flags = _batched(self.call.primal, [xs], [self.flags], self.like)
        return outs

    def forward(self, xs: list[Any]) -> Any:  # type: ignore[override]
        count = 0

        def flat(xs: list[Any]) -> list[Any]:
            nonlocal count
            outs, res = self.call.forward(xs)
            count = len(outs)
            return [*outs, *res]

        both, flags = _batched(flat, [xs], [self.flags], self.like)
        self.out_flags, self.res_flags = flags[:count], flags[count:]
        return both[:count], both[count:]

    def pull(self, res: Any, gs: list[Any]) -> list[Any]:  # type: ignore[override]
        flags = [self.res_flags, self.out_flags]
        mask: list[bool] = []

        def present(res: list[Any], gs: list[Any]) -> list[Any]:
            cs = self.call.pull(res, gs)
            mask[:] = [c is not None for c in cs]
            return [c for c in cs if c is not None]

        cs, batched = _batched(present, [res, gs], flags, self.like)
        found = iter(zip(cs, batched, strict=True))
        out: list[Any] = []
        for has, shared in zip(mask, [not f for f in self.flags], strict=True):
            if not has:
                out.append(None)
                continue
            c, b = next(found)
            if shared:  # the argument is one for all rows: its cotangents add up
                c = sum_(c, axis=0, keepdims=False) if b else c * self.like.size
            elif not b:
                c = broadcast_to(c, shape=(self.like.size, *shape_of(c)))
            out.append(c)
        return out


class custom_vjp:
    """A function with a reverse-mode derivative of your own.

    Args:
        fun: positional arguments are pytrees; returns a pytree.
        nondiff_argnums: positions of arguments that are no arrays (functions, options): they are
            given to the rules as they are.

    State the rule with `defvjp(fwd, bwd)`: `fwd(*args) -> (out, residuals)`, and
    `bwd(*nondiff_args, residuals, g) -> tuple of cotangents`, one per differentiated argument, None
    for zero. It holds under every nesting of transforms, `vmap` included; forward mode is refused.

    Raises:
        AttributeError: called before `defvjp`.
        NotDifferentiableError: under jvp.
        TypeError, ValueError: a rule that returns cotangents of another structure or shape.

    Example:
        >>> import fzero
        >>> @fzero.custom_vjp
        ... def clipped(x): return x
        >>> clipped.defvjp(lambda x: (x, None), lambda res, g: (max(min(g, 1.0), -1.0),))
        >>> float(fzero.grad(lambda x: 10.0 * clipped(x))(2.0))
        1.0
    """

    def __init__(self, fun: Callable[..., Any], nondiff_argnums: int | Sequence[int] = ()) -> None:
        functools.update_wrapper(self, fun)
        self.name = getattr(fun, "__name__", type(fun).__name__)
        self.fun = fun
        self._arguments = _Arguments(fun, nondiff_argnums, "custom_vjp")
        self._fwd: Callable[..., Any] | None = None
        self._bwd: Callable[..., Any] | None = None

    def defvjp(self, fwd: Callable[..., Any], bwd: Callable[..., Any]) -> None:
        """State the forward pass with residuals, and the pullback."""
        self._fwd, self._bwd = fwd, bwd

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._fwd is None or self._bwd is None:
            raise AttributeError(
                f"custom_vjp: {self.name} has no rule; expected one before the first call. "
                f"Write {self.name}.defvjp(fwd, bwd)."
            )
        where = self._arguments
        static, leaves, in_tree = where.split(where.bind(args, kwargs))
        trees: dict[str, Any] = {}

        def arguments(xs: list[Any]) -> list[Any]:
            return where.join(static, tree.unflatten(in_tree, xs))

        def primal(xs: list[Any]) -> list[Any]:
            outs, trees["out"] = tree.flatten(self.fun(*arguments(xs)))
            return outs

        def forward(xs: list[Any]) -> Any:
            both = self._fwd(*arguments(xs))  # type: ignore[misc]
            if not isinstance(both, tuple) or len(both) != 2:
                raise TypeError(
                    f"custom_vjp: the forward rule of {self.name} returned "
                    f"{describe(both)}; expected a pair (out, residuals)."
                )
            outs, trees["out"] = tree.flatten(both[0])
            res, trees["res"] = tree.flatten(both[1])
            return outs, res

        def pull(res: list[Any], gs: list[Any]) -> list[Any]:
            g = tree.unflatten(trees["out"], gs)
            try:
                cs = self._bwd(*static, tree.unflatten(trees["res"], res), g)  # type: ignore[misc]
            except LeakedTracerError as error:
                raise LeakedTracerError(
                    f"custom_vjp: the backward rule of {self.name} closes over a tracer; "
                    "expected it among the residuals. Return it from the forward rule."
                ) from error
            return _checked_cotangents(self.name, cs, in_tree, leaves)

        outs = _VJP(primal, forward, pull).run(leaves)
        return tree.unflatten(trees["out"], outs)


def _checked_cotangents(name: str, cs: Any, in_tree: Any, primals: Sequence[Any]) -> list[Any]:
    """The leaves of what a stated pullback returned; None for zero."""
    children = in_tree.children()
    if not isinstance(cs, (tuple, list)) or len(cs) != len(children):
        raise TypeError(
            f"custom_vjp: the backward rule of {name} returned {describe(cs)}; expected a tuple of "
            f"{len(children)} cotangents, one per differentiated argument. Use None for zero."
        )
    out: list[Any] = []
    for i, (c, child) in enumerate(zip(cs, children, strict=True)):
        if c is None:
            out += [None] * child.num_leaves
        else:
            out += leaves_like(child, c, "custom_vjp", f"cotangent {i} of {name}")
    fitted = []
    for i, (c, x) in enumerate(zip(out, primals, strict=True)):
        if c is None or not is_inexact(x):
            fitted.append(None)
            continue
        if shape_of(c) != shape_of(x):
            raise ValueError(
                f"custom_vjp: the backward rule of {name} returned shape {shape_of(c)} for leaf "
                f"{i}; expected {shape_of(x)}, as the argument has. Sum over broadcast axes."
            )
        fitted.append(fit(c, shape_of(x), x.dtype) if hasattr(x, "dtype") else c)
    return fitted


# -------------------------------------------------------------------------------- custom_jvp


class _JVP:
    """One call: `primal(xs) -> ys` and `push(xs, ts) -> (ys, tangents)`."""

    def __init__(self, primal: Any, push: Any) -> None:
        self.primal, self.push = primal, push

    def run(self, leaves: list[Any]) -> list[Any]:
        """The outputs, handled by the newest trace among the leaves."""
        trace = top_trace(leaves)
        if trace is None:
            return self.primal(leaves)
        if trace.closed:
            raise trace.leaked("custom_jvp")
        if isinstance(trace, BatchTrace):
            values, flags = _unwrap(trace, leaves)
            mapped = _BatchedJVP(self, trace, flags)
            return _rewrap(trace, mapped.run(values), mapped.out_flags)
        if isinstance(trace, JVPTrace):
            return self.forward(trace, leaves)
        if isinstance(trace, ReverseTrace):
            return self.record(trace, leaves)
        return self.linear(trace, leaves)  # type: ignore[arg-type]

    def forward(self, trace: JVPTrace, leaves: list[Any]) -> list[Any]:
        """Push tangents by the stated rule."""
        own = [isinstance(x, JVPTracer) and x._trace is trace for x in leaves]
        values = [x.value if o else x for x, o in zip(leaves, own, strict=True)]
        ts = [x.tangent if o else zeros_of(x) for x, o in zip(leaves, own, strict=True)]
        outs, tangents = self.push(values, ts)
        _check_closed("custom_jvp", trace, [*outs, *tangents])
        return [
            JVPTracer(trace, y, t) if is_inexact(y) else y
            for y, t in zip(outs, tangents, strict=True)
        ]

    def record(self, trace: ReverseTrace, leaves: list[Any]) -> list[Any]:
        """Transpose the stated rule: it is linear in the tangents."""
        values = [trace.strip(x) for x in leaves]
        if trace.suspended:
            return self.primal(values)
        live = [i for i, x in enumerate(leaves) if trace.index_of(x) is not None]

        def tangents(*ts: Any) -> Any:
            full = [zeros_of(v) for v in values]
            for i, t in zip(live, ts, strict=True):
                full[i] = t
            outs, pushed = self.push(values, full)
            return list(pushed), list(outs)

        zeros = tuple(zeros_of(values[i]) for i in live)
        _, pull, outs = pullback_of(tangents, zeros, has_aux=True)
        _check_closed("custom_jvp", trace, outs)
        rule = SimpleNamespace(pull=lambda res, gs: pull(list(gs)))
        parents = [leaves[i].index for i in live]
        return list(trace.record_many((None, _Pull(rule, None, outs, parents)), outs))

    def linear(self, trace: LinearTrace, leaves: list[Any]) -> list[Any]:
        """Record the stated rule for `linearize`."""
        own = [trace.index_of(x) is not None for x in leaves]
        values = [x.value if o else x for x, o in zip(leaves, own, strict=True)]
        outs = self.primal(values)

        def jvp(ts: Any, ans: Any, args: Any, params: Any) -> Any:
            full = [zeros_of(v) if t is None else t for t, v in zip(ts, values, strict=True)]
            return self.push(values, full)[1]

        return list(trace.record(leaves, SimpleNamespace(jvp=jvp, multiple=True), outs, values, {}))


class _BatchedJVP(_JVP):
    """A call whose functions run on rows."""

    def __init__(self, call: _JVP, like: BatchTrace, flags: list[bool]) -> None:
        self.call, self.like, self.flags = call, like, flags
        self.out_flags: list[bool] = []

    def primal(self, xs: list[Any]) -> list[Any]:  # type: ignore[override]
        outs, self.out_flags = _batched(self.call.primal, [xs], [self.flags], self.like)
        return outs

    def push(self, xs: list[Any], ts: list[Any]) -> Any:  # type: ignore[override]
        count = 0

        def flat(xs: list[Any], ts: list[Any]) -> list[Any]:
            nonlocal count
            outs, tangents = self.call.push(xs, ts)
            count = len(outs)
            return [*outs, *tangents]

        both, flags = _batched(flat, [xs, ts], [self.flags, self.flags], self.like)
        outs, tangents = both[:count], both[count:]
        self.out_flags = [a or b for a, b in zip(flags[:count], flags[count:], strict=True)]
        size = self.like.size
        for values, had in ((outs, flags[:count]), (tangents, flags[count:])):
            for i, (want, has) in enumerate(zip(self.out_flags, had, strict=True)):
                if want and not has:
                    values[i] = broadcast_to(values[i], shape=(size, *shape_of(values[i])))
        return outs, tangents


class custom_jvp:
    """A function with a forward-mode derivative of your own, which serves reverse mode too.

    Args:
        fun: positional arguments are pytrees; returns a pytree.
        nondiff_argnums: positions of arguments that are no arrays.

    State the rule with `defjvp(rule)`: `rule(*nondiff_args, primals, tangents) -> (out,
    tangent_out)`, linear in the tangents. Reverse mode transposes it; it holds under every nesting
    of transforms, `vmap` included. `defjvps(*rules)` states one rule per argument instead:
    `rule(t, out, *args) -> tangent`, or None for zero.

    Raises:
        AttributeError: called before a rule is stated.
        TypeError: a rule that does not return a pair.

    Example:
        >>> import fzero, numpy as np
        >>> @fzero.custom_jvp
        ... def log1pexp(x): return np.logaddexp(0.0, x)
        >>> log1pexp.defjvps(lambda t, out, x: t / (1 + np.exp(-x)))
        >>> float(fzero.grad(log1pexp)(0.0))
        0.5
    """

    def __init__(self, fun: Callable[..., Any], nondiff_argnums: int | Sequence[int] = ()) -> None:
        functools.update_wrapper(self, fun)
        self.name = getattr(fun, "__name__", type(fun).__name__)
        self.fun = fun
        self._arguments = _Arguments(fun, nondiff_argnums, "custom_jvp")
        self._rule: Callable[..., Any] | None = None

    def defjvp(self, rule: Callable[..., Any]) -> Callable[..., Any]:
        """State the rule for all arguments at once; also a decorator."""
        self._rule = rule
        return rule

    def defjvps(self, *rules: Callable[..., Any] | None) -> None:
        """State a rule per argument; their tangents add up."""

        def rule(*given: Any) -> Any:
            *static, primals, tangents = given
            out = self(*self._arguments.join(static, primals))
            total = tree.map(zeros_of, out)
            for r, t in zip(rules, tangents, strict=True):
                if r is not None:
                    total = tree.map(lambda a, b: a + b, total, r(t, out, *primals))
            return out, total

        self._rule = rule

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._rule is None:
            raise AttributeError(
                f"custom_jvp: {self.name} has no rule; expected one before the first call. "
                f"Write {self.name}.defjvp(rule)."
            )
        where = self._arguments
        static, leaves, in_tree = where.split(where.bind(args, kwargs))
        trees: dict[str, Any] = {}

        def primal(xs: list[Any]) -> list[Any]:
            args = where.join(static, tree.unflatten(in_tree, xs))
            outs, trees["out"] = tree.flatten(self.fun(*args))
            return outs

        def push(xs: list[Any], ts: list[Any]) -> Any:
            pair = self._rule(*static, tree.unflatten(in_tree, xs), tree.unflatten(in_tree, ts))  # type: ignore[misc]
            if not isinstance(pair, (tuple, list)) or len(pair) != 2:
                raise TypeError(
                    f"custom_jvp: the rule of {self.name} returned {describe(pair)}; expected "
                    "a pair (out, tangent_out)."
                )
            outs, trees["out"] = tree.flatten(pair[0])
            name = f"the tangent of {self.name}"
            return outs, leaves_like(trees["out"], pair[1], "custom_jvp", name)

        outs = _JVP(primal, push).run(leaves)
        return tree.unflatten(trees["out"], outs)
