"""`primitive` with `defvjp` and `defjvp`: functions with derivatives of one's own, as autograd's.

Each call looks at the newest transform that differentiates it, and becomes a `custom_vjp` or a
`custom_jvp` with the rules stated for that mode. So rules of both modes may stand side by side.
"""

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any

from ... import tree
from ...batching import BatchTrace
from ...core import Trace, Tracer, traces_of
from ...custom import custom_jvp, custom_vjp, stop_gradient
from ...dtypes import zeros_of
from ...tape import ReverseTrace
from .refused import refusing

__all__ = [
    "def_linear",
    "defjvp",
    "defjvp_argnum",
    "defjvp_argnums",
    "defvjp",
    "defvjp_argnum",
    "defvjp_argnums",
    "notrace_primitive",
    "primitive",
]

Function = Callable[..., Any]


class primitive:
    """A function that transforms do not look into: its derivatives are stated by `defvjp`.

    Args:
        fun: a function of arrays; positional arguments may be differentiated, keywords are options.

    Raises:
        NotImplementedError: a derivative is asked for and no rule is stated.

    Example:
        >>> from fzero.compat.autograd import grad
        >>> from fzero.compat.autograd.extend import defvjp, primitive
        >>> cube = primitive(lambda x: x**3)
        >>> defvjp(cube, lambda ans, x: lambda g: 3 * x**2 * g)
        >>> float(grad(cube)(2.0)), float(grad(grad(cube))(2.0))
        (12.0, 12.0)
    """

    def __init__(self, fun: Function) -> None:
        functools.update_wrapper(self, fun)
        self.fun = fun
        self.vjp: Function | None = None
        self.jvp: Function | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        live = [i for i, a in enumerate(args) if any_tracer(a)]
        trace = newest_of([args[i] for i in live])
        if trace is None:
            return self.fun(*args, **kwargs)
        stated = by_vjp if isinstance(trace, ReverseTrace) else by_jvp
        return stated(self, live, kwargs)(*args)


def any_tracer(x: Any) -> bool:
    return any(isinstance(leaf, Tracer) for leaf in tree.leaves(x))


def newest_of(values: Sequence[Any]) -> Trace | None:
    """The newest trace around the values that differentiates; `vmap` does not."""
    around = (traces_of(leaf) for leaf in tree.leaves(values))
    found = [t for t in itertools.chain(*around) if not isinstance(t, BatchTrace)]
    return max(found, key=lambda t: t.level, default=None)


def missing(prim: primitive, mode: str, argnums: Sequence[int]) -> NotImplementedError:
    """The error of a derivative whose rule is not stated."""
    return NotImplementedError(
        f"primitive: {prim.fun.__name__} has no {mode} with respect to argument "
        f"{', '.join(map(str, argnums))}; expected a rule. State it with def{mode}."
    )


def by_vjp(prim: primitive, live: list[int], kwargs: dict[str, Any]) -> Function:
    """The function of the positional arguments, with the stated reverse rule."""
    rule = prim.vjp
    if rule is None:
        raise missing(prim, "vjp", live)

    def forward(*args: Any) -> Any:
        ans = prim(*args, **kwargs)
        return ans, (ans, args)

    def backward(residuals: Any, g: Any) -> tuple[Any, ...]:
        ans, args = residuals
        found = dict(zip(live, rule(live, ans, args, kwargs)(g), strict=True))
        return tuple(found.get(i) for i in range(len(args)))

    call = custom_vjp(lambda *args: prim.fun(*args, **kwargs))
    call.defvjp(forward, backward)
    return call


def by_jvp(prim: primitive, live: list[int], kwargs: dict[str, Any]) -> Function:
    """The function of the positional arguments, with the stated forward rule."""
    rule = prim.jvp
    if rule is None:
        raise missing(prim, "jvp", live)

    def push(primals: Any, tangents: Any) -> tuple[Any, Any]:
        ans = prim(*primals, **kwargs)
        return ans, rule(live, [tangents[i] for i in live], ans, primals, kwargs)

    call = custom_jvp(lambda *args: prim.fun(*args, **kwargs))
    call.defjvp(push)
    return call


def defvjp_argnums(fun: primitive, maker: Function) -> None:
    """State `maker(argnums, ans, args, kwargs) -> (g -> cotangents)`."""
    fun.vjp = maker


def defvjp_argnum(fun: primitive, maker: Function) -> None:
    """State `maker(argnum, ans, args, kwargs) -> (g -> cotangent)`."""

    def rule(argnums: Sequence[int], ans: Any, args: Any, kwargs: Any) -> Function:
        pulls = [maker(i, ans, args, kwargs) for i in argnums]
        return lambda g: [pull(g) for pull in pulls]

    defvjp_argnums(fun, rule)


def defvjp(fun: primitive, *makers: Function | None, argnums: Sequence[int] | None = None) -> None:
    """State `maker(ans, *args, **kwargs) -> (g -> cotangent)` per argument; None for zero."""
    rules = dict(zip(argnums or itertools.count(), makers, strict=False))

    def maker(argnum: int, ans: Any, args: Any, kwargs: Any) -> Function:
        if argnum not in rules:
            raise missing(fun, "vjp", [argnum])
        rule = rules[argnum]
        return (lambda g: None) if rule is None else rule(ans, *args, **kwargs)

    defvjp_argnum(fun, maker)


def defjvp_argnums(fun: primitive, maker: Function) -> None:
    """State `maker(argnums, tangents, ans, args, kwargs) -> tangent`."""
    fun.jvp = maker


def defjvp_argnum(fun: primitive, maker: Function) -> None:
    """State `maker(argnum, tangent, ans, args, kwargs) -> tangent`; the tangents add up."""

    def rule(argnums: Sequence[int], ts: Sequence[Any], ans: Any, args: Any, kwargs: Any) -> Any:
        total = tree.map(zeros_of, ans)
        for i, t in zip(argnums, ts, strict=True):
            total = tree.map(lambda a, b: a + b, total, maker(i, t, ans, args, kwargs))
        return total

    defjvp_argnums(fun, rule)


def defjvp(
    fun: primitive, *rules: Function | str | None, argnums: Sequence[int] | None = None
) -> None:
    """State `rule(tangent, ans, *args, **kwargs) -> tangent` per argument.

    None is zero; "same" says that the function is linear in that argument.
    """
    unknown = [rule for rule in rules if isinstance(rule, str) and rule != "same"]
    if unknown:
        raise ValueError(
            f"defjvp: the rules are {unknown}; expected functions, None or 'same'. "
            "Write lambda t, ans, *args: ... for a rule."
        )
    stated = dict(zip(argnums or itertools.count(), rules, strict=False))

    def maker(argnum: int, t: Any, ans: Any, args: Any, kwargs: Any) -> Any:
        if argnum not in stated:
            raise missing(fun, "jvp", [argnum])
        rule = stated[argnum]
        if rule is None:
            return tree.map(zeros_of, ans)
        if isinstance(rule, str):
            return same(fun, argnum, t, args, kwargs)
        return rule(t, ans, *args, **kwargs)

    defjvp_argnum(fun, maker)


def same(fun: primitive, argnum: int, t: Any, args: Sequence[Any], kwargs: Any) -> Any:
    """The function with its argument replaced by the tangent."""
    return fun(*args[:argnum], t, *args[argnum + 1 :], **kwargs)


def def_linear(fun: primitive) -> None:
    """State that the function is linear in each argument, for forward mode."""
    defjvp_argnum(fun, lambda argnum, t, ans, args, kwargs: same(fun, argnum, t, args, kwargs))


def notrace_primitive(fun: Function) -> Function:
    """The function on values without derivatives: its result is a constant."""

    @functools.wraps(fun)
    def constant(*args: Any, **kwargs: Any) -> Any:
        return fun(*tree.map(stop_gradient, args), **tree.map(stop_gradient, kwargs))

    return constant


__getattr__ = refusing("extend", __all__)
