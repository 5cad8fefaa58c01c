"""`fixed_point`: the x with x = f(params, x), by iteration or by Newton's method."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import numpy as fnp
from .. import tree
from ..arguments import check_callable
from ..array import value
from ..backend import array_namespace
from ..control import while_loop
from ..dtypes import dtype_of, shape_of
from ..forward import linearize
from ..mapping import vmap
from .roots import custom_root

__all__ = ["fixed_point"]


def fixed_point(
    f: Callable[[Any, Any], Any],
    params: Any,
    x0: Any,
    *,
    solver: str = "iteration",
    tol: float = 1e-9,
    max_steps: int = 1000,
) -> Any:
    r"""The x with x = f(params, x).

    Its derivative is (I - df/dx)^-1 df/dparams: the steps that lead there are not differentiated.

    Args:
        f: `(params, x) -> x`, with the structure and shapes of x.
        params: a pytree; differentiated.
        x0: a pytree of floating arrays, where to start; x does not depend on it.
        solver: "iteration", x = f(params, x) until it stays, for contractions (its linear systems
            are iterated too); or "newton", which forms the Jacobian, for few unknowns.
        tol: stop at a step whose elements are at most tol * (1 + |x|).
        max_steps: the most steps.

    Returns:
        x of the structure of `x0`.

    Raises:
        ArithmeticError: no convergence within `max_steps`.
        ValueError: an unknown solver; a result of another structure or other shapes.

    Gradient: every mode, to any order, at the cost of one linear system each.

    Example:
        >>> import fzero, numpy as np
        >>> x = lambda a: fzero.fixed_point(lambda a, x: (x + a / x) / 2, a, 1.0)
        >>> round(float(x(9.0)), 9), round(float(fzero.grad(x)(9.0)), 9)
        (3.0, 0.166666667)
    """
    check_callable("fixed_point", f, "Write fixed_point(f, params, x0).")
    if solver not in ("iteration", "newton"):
        raise ValueError(
            f"fixed_point: solver is {solver!r}; expected 'iteration' or 'newton'. "
            "Use fzero.custom_root for a solver of your own."
        )
    residual = lambda x: tree.map(lambda a, b: a - b, f(params, x), x)

    def step(residual: Any, x: Any) -> Any:
        if solver == "iteration":
            return _plus(x, residual(x))
        push = linearize(residual, x)[1]
        return _plus(x, _dense_solve(push, tree.map(lambda r: -r, residual(x))))

    def solve(residual: Any, x: Any) -> Any:
        return _repeated(lambda x: step(residual, x), x, tol, max_steps)

    def tangent_solve(g: Any, y: Any) -> Any:
        if solver == "newton":
            return _dense_solve(g, y)
        # g(v) = J v - v = y, so that v = J v - y: a fixed point of the same contraction.
        turn = lambda v: tree.map(lambda v, r, y: v + r - y, v, g(v), y)
        return _repeated(turn, tree.map(lambda y: -y, y), tol, max_steps)

    return custom_root(residual, x0, solve, tangent_solve)


def _plus(x: Any, step: Any) -> Any:
    return tree.map(lambda a, b: a + b, x, step)


def _repeated(step: Callable[[Any], Any], x: Any, tol: float, max_steps: int) -> Any:
    """`x = step(x)` until it stays."""

    def body(state: Any) -> Any:
        count, x, _ = state
        new = step(x)
        return count + 1, new, _distance(new, x)

    def going(state: Any) -> Any:
        return (state[2] > tol) & (state[0] < max_steps)

    _, x, change = while_loop(going, body, (0, x, np.inf))
    last = value(change)
    if not (last <= tol).all():
        raise ArithmeticError(
            f"fixed_point: the last step is {float(np.max(last)):.3g} after at most {max_steps} "
            f"steps; expected at most tol={tol}. Raise max_steps or tol, start closer, or use "
            "solver='newton'."
        )
    return x


def _distance(new: Any, old: Any) -> Any:
    """The largest step of an element, relative to 1 + |x|."""
    pairs = zip(tree.leaves(new), tree.leaves(old), strict=True)
    sizes = [fnp.max(fnp.abs(a - b) / (1 + fnp.abs(a))) for a, b in pairs]
    out = sizes[0]
    for size in sizes[1:]:
        out = fnp.maximum(out, size)
    return out


def _dense_solve(g: Callable[[Any], Any], y: Any) -> Any:
    """The x with g(x) = y for a linear g, by its matrix."""
    leaves, treedef = tree.flatten(y)
    flat = fnp.concatenate([fnp.ravel(v) for v in leaves])

    def unflat(v: Any) -> Any:
        start, out = 0, []
        for leaf in leaves:
            size = int(np.prod(shape_of(leaf)))
            out.append(fnp.reshape(v[start : start + size], shape_of(leaf)))
            start += size
        return tree.unflatten(treedef, out)

    column = lambda v: fnp.concatenate([fnp.ravel(c) for c in tree.leaves(g(unflat(v)))])
    basis = array_namespace(flat).eye(shape_of(flat)[0], dtype=dtype_of(flat))
    return unflat(fnp.linalg.solve(fnp.transpose(vmap(column)(basis)), flat))
