"""The laws that every primitive obeys, each a function of one sample.

A law takes `(call, args, params)`, raises AssertionError where it is broken, and returns how many
cases it tried. `LAWS` names them all.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .. import tree
from ..core import REGISTRY, Primitive, Tracer
from ..dtypes import is_inexact
from ..forward import jvp
from ..mapping import vmap
from ..reverse import vjp
from .checks import check_grads, check_jvp, check_vjp, same_kind
from .compare import Flat, agree, direction, report
from .loops import check_vmap
from .operands import memory, purity, scalars, single_precision
from .samples import Args, Call, as_function, differentiated, subsets

__all__ = ["LAWS", "batched", "check_primitive", "layouts"]


def derivatives(call: Call, args: Args, params: dict[str, Any]) -> int:
    """Both modes to second order, in every mixture, for each argument and for all together."""
    chosen = subsets(call, args)
    for own in chosen:
        check_grads(as_function(call, args, params, own), [args[i] for i in own])
    return len(chosen)


def no_derivatives(call: Call, args: Args, params: dict[str, Any]) -> int:
    """A primitive without derivatives: its tangent is zero and no tape grows."""
    if call.primitive.differentiable:  # type: ignore[attr-defined]
        return 0
    own = [i for i, x in enumerate(args) if is_inexact(x)]
    seen: list[Any] = []

    def f(*xs: Any) -> Any:
        seen.append(as_function(call, args, params, own)(*xs))
        return xs

    if not own:
        return 0
    xs = [np.asarray(args[i]) for i in own]
    vjp(f, *xs)
    jvp(f, xs, xs)
    for y in seen:
        if any(isinstance(v, Tracer) for v in (y if isinstance(y, tuple) else (y,))):
            raise report(f"{call.__name__}: result", y, "an array", "it carries a derivative")
    return 1


# -------------------------------------------------------------------------------------- vmap


def variant(x: Any, k: int) -> Any:
    """Another operand in the domain of `x`: floats shrink a little, integers are rotated."""
    x = np.asarray(x)
    return x * (1 - 0.07 * k) if x.dtype.kind in "fc" else np.roll(x, k)


def stacked(x: Any, axis: int, rows: int = 2) -> Any:
    """`rows` variants of `x` along a new axis."""
    return np.stack([variant(x, k) for k in range(rows)], axis=axis)


def layouts(args: Args, positions: bool) -> Iterator[tuple[Any, ...]]:
    """Every in_axes with at least one axis: 0, the last (if `positions`) or None each."""
    choices = []
    for x in args:
        last = (-1,) if positions and np.ndim(x) > 0 else ()
        choices.append((None,) if x is None else (None, 0, *last))
    for axes in itertools.product(*choices):
        if any(a is not None for a in axes):
            yield axes


def batched(args: Args, axes: Sequence[Any], rows: int = 2) -> list[Any]:
    return [x if a is None else stacked(x, a, rows) for x, a in zip(args, axes, strict=True)]


def rows(call: Call, args: Args, params: dict[str, Any]) -> int:
    """vmap against a loop, for every combination of batched operands and their axes."""
    n = 0
    for axes in layouts(args, positions=True):
        check_vmap(lambda *xs: call(*xs, **params), batched(args, axes), axes, -1 if n % 2 else 0)
        n += 1
    return n


def rows_of_derivatives(call: Call, args: Args, params: dict[str, Any]) -> int:
    """vmap of vjp and of jvp against a loop, for every combination of batched operands."""
    if not (own := differentiated(call, args)):
        return 0
    rng = np.random.default_rng(0)
    flat, k = Flat(as_function(call, args, params, own), [args[i] for i in own]), len(args)
    gs = [direction(rng, y) for y in flat(*flat.inputs)]
    ts = [direction(rng, x) for x in flat.inputs]

    def pull(*v: Any) -> Any:
        f = Flat(as_function(call, v[:k], params, own), [v[i] for i in own])
        return vjp(f, *f.inputs)[1](v[k:])

    def push(*v: Any) -> Any:
        f = Flat(as_function(call, v[:k], params, own), [v[i] for i in own])
        return jvp(f, f.inputs, v[k:])[1]

    n = 0
    for axes in layouts(args, positions=False):
        for f, vs in ((pull, gs), (push, ts)):
            for a in (None, 0):
                full, all_axes = [*args, *vs], (*axes, *(a for _ in vs))
                check_vmap(f, batched(full, all_axes), all_axes)
                n += 1
    return n


def derivatives_of_rows(call: Call, args: Args, params: dict[str, Any]) -> int:
    """vjp and jvp of vmap against differences, for every combination of batched operands."""
    own, n = differentiated(call, args), 0
    for axes in layouts(args, positions=False) if own else ():
        full = batched(args, axes)
        mapped = vmap(lambda *xs: call(*xs, **params), axes)
        for check in (check_jvp, check_vjp):
            check(as_function(mapped, full, {}, own), [full[i] for i in own])
        n += 1
    return n


def no_rows(call: Call, args: Args, params: dict[str, Any]) -> int:
    """vmap over zero rows gives zero rows of the right shape and dtype, and so do derivatives."""
    own, n = differentiated(call, args), 0
    for axes in layouts(args, positions=False):
        mapped = vmap(lambda *xs: call(*xs, **params), axes)
        one = batched(args, axes, 1)
        empty = [x if a is None else x[:0] for x, a in zip(one, axes, strict=True)]
        want = tree.map(lambda y: y[:0], mapped(*one))
        what = f"{call.__name__}: 0 rows, in_axes {axes}"
        agree(what, mapped(*empty), want, 0.0, 0.0)
        if own:
            flat = Flat(as_function(mapped, empty, {}, own), [empty[i] for i in own])
            out, pullback = vjp(flat, *flat.inputs)
            same_kind(f"{what}, cotangents", pullback(out), flat.inputs)
            same_kind(f"{what}, tangents", jvp(flat, flat.inputs, flat.inputs)[1], out)
        n += 1
    return n


#: Name -> law.
LAWS: dict[str, Callable[[Call, Args, dict[str, Any]], int]] = {
    law.__name__: law
    for law in (
        derivatives,
        no_derivatives,
        rows,
        rows_of_derivatives,
        derivatives_of_rows,
        no_rows,
        memory,
        scalars,
        single_precision,
        purity,
    )
}


def check_primitive(
    prim: Primitive | Callable[..., Any] | str,
    args: Sequence[Any],
    params: dict[str, Any] | None = None,
) -> int:
    """Hold a primitive to all `LAWS` at one sample.

    Args:
        prim: the primitive, the function that its constructor returned, or its name.
        args: operands in float64 or complex128, away from kinks.
        params: its static parameters.

    Returns:
        The number of cases tried.

    Raises:
        AssertionError: a law is broken; says which, where, and both values.
        KeyError: no primitive of that name.

    Example:
        >>> import numpy as np
        >>> from fzero.testing import check_primitive
        >>> check_primitive("sin", (np.ones((2, 3)),)) > 10
        True
    """
    name = prim if isinstance(prim, str) else getattr(prim, "primitive", prim).name  # type: ignore
    call = REGISTRY[name].call
    return sum(law(call, tuple(args), params or {}) for law in LAWS.values())
