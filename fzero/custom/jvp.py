"""`custom_jvp`: a forward-mode derivative stated by the user, transposed for reverse mode."""

import functools
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from .. import tree
from ..arguments import check_callable, checked_tangents, describe
from ..batching import BatchTrace
from ..core import top_trace
from ..dtypes import is_inexact, shape_of, zeros_of
from ..forward import JVPTrace, JVPTracer, LinearTrace
from ..guard import read_only
from ..ops.structural import broadcast_to
from ..reverse import pullback_of
from ..tape import ReverseTrace
from .calls import Arguments, WholePull, batched_call, check_closed, rewrap, unwrap

__all__ = ["custom_jvp"]


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
            values, flags = unwrap(trace, leaves)
            mapped = _BatchedJVP(self, trace, flags)
            return rewrap(trace, mapped.run(values), mapped.out_flags)
        if isinstance(trace, JVPTrace):
            return self.forward(trace, leaves)
        if isinstance(trace, ReverseTrace):
            return self.record(trace, leaves)
        return self.linear(trace, leaves)  # type: ignore[arg-type]

    def forward(self, trace: JVPTrace, leaves: list[Any]) -> list[Any]:
        """Push tangents by the stated rule."""
        own = [isinstance(x, JVPTracer) and x._trace is trace for x in leaves]
        values = [x.value if o else x for x, o in zip(leaves, own, strict=True)]
        if trace.suspended:
            return self.primal(values)
        ts = [x.tangent if o else zeros_of(x) for x, o in zip(leaves, own, strict=True)]
        outs, tangents = self.push(values, ts)
        check_closed("custom_jvp", trace, [*outs, *tangents])
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
        check_closed("custom_jvp", trace, outs)
        rule = SimpleNamespace(pull=lambda res, gs: pull(list(gs)))
        parents = [leaves[i].index for i in live]
        return list(trace.record_many((None, WholePull(rule, None, outs, parents)), outs))

    def linear(self, trace: LinearTrace, leaves: list[Any]) -> list[Any]:
        """Record the stated rule for `linearize`."""
        own = [trace.index_of(x) is not None for x in leaves]
        values = [x.value if o else x for x, o in zip(leaves, own, strict=True)]
        outs = self.primal(values)
        if trace.suspended:
            return outs
        check_closed("custom_jvp", trace, outs)

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
        outs, self.out_flags = batched_call(self.call.primal, [xs], [self.flags], self.like)
        return outs

    def push(self, xs: list[Any], ts: list[Any]) -> Any:  # type: ignore[override]
        count = 0

        def flat(xs: list[Any], ts: list[Any]) -> list[Any]:
            nonlocal count
            outs, tangents = self.call.push(xs, ts)
            count = len(outs)
            return [*outs, *tangents]

        both, flags = batched_call(flat, [xs, ts], [self.flags, self.flags], self.like)
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
        check_callable("custom_jvp", fun)
        functools.update_wrapper(self, fun)
        self.name = getattr(fun, "__name__", type(fun).__name__)
        self.fun = fun
        self._arguments = Arguments(fun, nondiff_argnums, "custom_jvp")
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
            ts = [read_only(t) for t in ts]
            pair = self._rule(*static, tree.unflatten(in_tree, xs), tree.unflatten(in_tree, ts))  # type: ignore[misc]
            if not isinstance(pair, (tuple, list)) or len(pair) != 2:
                raise TypeError(
                    f"custom_jvp: the rule of {self.name} returned {describe(pair)}; expected "
                    "a pair (out, tangent_out). Compute the value too."
                )
            outs, trees["out"] = tree.flatten(pair[0])
            name = f"custom_jvp: the tangent of {self.name}"
            ts = checked_tangents(name, pair[1], outs, trees["out"])
            return outs, [zeros_of(y) if t is None else t for t, y in zip(ts, outs, strict=True)]

        outs = _JVP(primal, push).run(leaves)
        return tree.unflatten(trees["out"], outs)
