"""`custom_vjp`: a reverse-mode derivative stated by the user."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from .. import tree
from ..arguments import check_callable, describe, leaves_like
from ..batching import BatchTrace
from ..core import top_trace
from ..dtypes import is_inexact, shape_of
from ..errors import LeakedTracerError, NotDifferentiableError
from ..guard import read_only
from ..ops.reduction import sum as sum_
from ..ops.structural import broadcast_to
from ..shaping import fit
from ..tape import ReverseTrace
from .calls import Arguments, WholePull, batched_call, check_closed, rewrap, unwrap

__all__ = ["custom_vjp"]


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
            values, flags = unwrap(trace, leaves)
            mapped = _BatchedVJP(self, trace, flags)
            outs = mapped.run(values)
            return rewrap(trace, outs, mapped.out_flags)
        if trace.suspended:
            return self.run([trace.strip(x) for x in leaves])  # type: ignore[attr-defined]
        raise NotDifferentiableError(
            f"custom_vjp: {trace.transform} asks for a forward derivative; expected reverse mode, "
            "the only rule stated. State the function with fzero.custom_jvp, which serves both "
            "modes."
        )

    def record(self, trace: ReverseTrace, leaves: list[Any]) -> list[Any]:
        """Run `forward`, and put the stated rule on the tape."""
        outs, res = self.forward([trace.strip(x) for x in leaves])
        check_closed("custom_vjp", trace, [*outs, *res])
        if trace.suspended:
            return outs
        parents = [trace.index_of(x) for x in leaves]
        given = {id(x) for x in leaves}
        for r in res:
            if id(r) in given:  # an array of the caller's
                trace.guard.add(r)
        return list(trace.record_many((None, WholePull(self, res, outs, parents)), outs))


class _BatchedVJP(_VJP):
    """A call whose functions run on rows."""

    def __init__(self, call: _VJP, like: BatchTrace, flags: list[bool]) -> None:
        self.call, self.like, self.flags = call, like, flags
        self.out_flags: list[bool] = []
        self.res_flags: list[bool] = []

    def primal(self, xs: list[Any]) -> list[Any]:  # type: ignore[override]
        outs, self.out_flags = batched_call(self.call.primal, [xs], [self.flags], self.like)
        return outs

    def forward(self, xs: list[Any]) -> Any:  # type: ignore[override]
        count = 0

        def flat(xs: list[Any]) -> list[Any]:
            nonlocal count
            outs, res = self.call.forward(xs)
            count = len(outs)
            return [*outs, *res]

        both, flags = batched_call(flat, [xs], [self.flags], self.like)
        self.out_flags, self.res_flags = flags[:count], flags[count:]
        return both[:count], both[count:]

    def pull(self, res: Any, gs: list[Any]) -> list[Any]:  # type: ignore[override]
        flags = [self.res_flags, self.out_flags]
        mask: list[bool] = []

        def present(res: list[Any], gs: list[Any]) -> list[Any]:
            cs = self.call.pull(res, gs)
            mask[:] = [c is not None for c in cs]
            return [c for c in cs if c is not None]

        cs, batched = batched_call(present, [res, gs], flags, self.like)
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
        check_callable("custom_vjp", fun)
        functools.update_wrapper(self, fun)
        self.name = getattr(fun, "__name__", type(fun).__name__)
        self.fun = fun
        self._arguments = Arguments(fun, nondiff_argnums, "custom_vjp")
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
                    f"{describe(both)}; expected a pair (out, residuals). "
                    "Return (out, None) if the pullback needs nothing."
                )
            outs, trees["out"] = tree.flatten(both[0])
            res, trees["res"] = tree.flatten(both[1])
            return outs, res

        def pull(res: list[Any], gs: list[Any]) -> list[Any]:
            # A rule that changed them in place would change those of others, and of the next call.
            g = tree.unflatten(trees["out"], [read_only(x) for x in gs])
            residuals = tree.unflatten(trees["res"], [read_only(x) for x in res])
            try:
                cs = self._bwd(*static, residuals, g)  # type: ignore[misc]
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
