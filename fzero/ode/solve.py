"""`odeint`: an initial value problem at given times."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from .. import numpy as fnp
from .. import tree
from ..arguments import check_callable, describe, leaves_like
from ..array import value
from ..checkpointing import traces_within
from ..control import cond, while_loop
from ..custom import custom_vjp, stop_gradient
from ..dtypes import dtype_of, is_inexact, shape_of
from ..forward import JVPTrace, LinearTrace
from ..reverse import vjp
from .dormand_prince import error_ratio, first_step, next_step, step

__all__ = ["odeint"]


def odeint(
    f: Callable[..., Any],
    y0: Any,
    t: Any,
    *args: Any,
    rtol: float = 1e-6,
    atol: float = 1e-8,
    mxstep: int = 10_000,
    method: str = "adjoint",
) -> Any:
    r"""The solution of dy/dt = f(y, t, *args), y(t[0]) = y0, at the times `t`.

    Args:
        f: `(y, t, *args) -> dy/dt`, of the structure and shapes of `y0`.
        y0: a pytree of floating arrays.
        t: shape (n,), n >= 1, rising or falling; taken in the dtype of `y0`.
        *args: pytrees; differentiated.
        rtol, atol: the error of a step is at most atol + rtol * |y|.
        mxstep: the most steps between two times.
        method: "adjoint" solves an equation backwards in time for the gradient, in the memory of
            the results, for what `args` bring in. "direct" differentiates the steps, in the memory
            of all of them, closures included.

    Returns:
        The structure of `y0` with leaves of shape (n, *shape).

    Raises:
        ArithmeticError: more than `mxstep` steps.
        TypeError: integers in `y0`; a closure over what is differentiated, by the adjoint.
        ValueError: times that neither rise nor fall; an unknown method; a slope of another shape.

    Gradient: of `y0`, `t` and `args`, to any order. Forward mode takes the steps in both methods.
    The sizes of the steps count as constants.

    Example:
        >>> import fzero, numpy as np
        >>> decay = lambda a: fzero.odeint(lambda y, t, a: -a * y, 1.0, np.array([0.0, 1.0]), a)[1]
        >>> round(float(decay(2.0)), 5), round(float(fzero.grad(decay)(2.0)), 5)
        (0.13534, -0.13534)
    """
    check_callable("odeint", f, "Write odeint(f, y0, t).")
    if method not in ("adjoint", "direct"):
        raise ValueError(
            f"odeint: method is {method!r}; expected 'adjoint' or 'direct'. Leave it out for the "
            "adjoint."
        )
    y0, t = _checked(y0, t)
    _check_slope(f, y0, t, args)
    options = (rtol, atol, mxstep)
    forward = (JVPTrace, LinearTrace)
    traces = traces_within((y0, t, args)).values()
    if method == "direct" or any(isinstance(trace, forward) for trace in traces):
        return _by_steps(f, options, y0, t, args)
    return _by_adjoint(f, options, y0, t, args)


def _checked(y0: Any, t: Any) -> tuple[Any, Any]:
    """The start as arrays, and the times in its dtype."""
    bad = [describe(x) for x in tree.leaves(y0) if not is_inexact(x)]
    if bad or not tree.leaves(y0):
        raise TypeError(
            f"odeint: y0 holds {', '.join(bad) or 'no array'}; expected floating arrays. "
            "Write 1.0 for 1, or use x.astype(float)."
        )
    y0, t = tree.map(fnp.asarray, y0), fnp.asarray(t)
    if len(shape_of(t)) != 1 or not shape_of(t)[0] or not _monotonic(value(t)):
        raise ValueError(
            f"odeint: t is {describe(t)} with the values {str(value(t))[:60]}; expected times that "
            "rise or fall along one axis. Sort them, and drop those that occur twice."
        )
    real = fnp.result_type(*(dtype_of(x) for x in tree.leaves(y0)))
    return y0, t.astype(np.finfo(real).dtype)


def _monotonic(times: Any) -> bool:
    """Whether each row of times rises or falls throughout."""
    gaps = times[..., 1:] - times[..., :-1]
    return bool(((gaps > 0).all(-1) | (gaps < 0).all(-1)).all())


def _check_slope(f: Any, y0: Any, t: Any, args: Any) -> None:
    leaves, treedef = tree.flatten(y0)
    slopes = leaves_like(treedef, f(y0, t[0], *args), "odeint", "the slope that f returned")
    have, want = [shape_of(x) for x in slopes], [shape_of(x) for x in leaves]
    if have != want:
        raise ValueError(
            f"odeint: the slope that f returned has the shapes {have}; expected {want}, as y0 has. "
            "Return one number per unknown."
        )


def _by_steps(f: Any, options: Any, y0: Any, t: Any, args: Any) -> Any:
    rtol, atol, _ = options
    slope_at = lambda y, time: f(y, time, *args)
    slope = slope_at(y0, t[0])
    state = (y0, slope, t[0], first_step(y0, slope, rtol, atol))
    found = [y0]
    for i in range(1, shape_of(t)[0]):
        state = _advanced(slope_at, state, t[i], options)
        found.append(state[0])
    return tree.map(lambda *ys: fnp.stack(ys), *found)


def _advanced(f: Any, state: Any, end: Any, options: tuple[float, float, int]) -> Any:
    """The state `(y, slope, t, size of the next step)` at the time `end`."""
    rtol, atol, mxstep = options

    def body(state: Any) -> Any:
        count, (y, slope, t, size) = state
        left = end - t
        last = size >= fnp.abs(stop_gradient(left))
        h = fnp.where(last, left, fnp.sign(stop_gradient(left)) * size)
        new, new_slope, error = step(f, y, slope, t, h)
        ratio = error_ratio(error, y, new, rtol, atol)
        wanted = next_step(fnp.abs(stop_gradient(h)), ratio)
        # A step cut short by the end says little of how large the next may be.
        longer = fnp.where(last, fnp.maximum(wanted, size), wanted)
        accepted = lambda: (new, new_slope, fnp.where(last, end, t + h), longer)
        return count + 1, cond(ratio <= 1, accepted, lambda: (y, slope, t, wanted))

    going = lambda state: (state[1][2] != end) & (state[0] < mxstep)
    _, state = while_loop(going, body, (0, state))
    if (value(state[2]) != value(end)).any():
        raise ArithmeticError(
            f"odeint: {mxstep} steps lead to t={value(state[2])}, short of {value(end)}; expected "
            "to arrive. Raise mxstep, rtol or atol, or look for a stiff or exploding solution."
        )
    return state


# ----------------------------------------------------------------------------- the adjoint


@partial(custom_vjp, nondiff_argnums=(0, 1))
def _by_adjoint(f: Any, options: Any, y0: Any, t: Any, args: Any) -> Any:
    return _by_steps(f, options, y0, t, args)


def _forward(f: Any, options: Any, y0: Any, t: Any, args: Any) -> Any:
    ys = _by_adjoint(f, options, y0, t, args)
    return ys, (ys, t, args)


def _backward(f: Any, options: Any, kept: Any, g: Any) -> Any:
    """The cotangents of y0, t and args, by the adjoint equation from time to time."""
    ys, t, args = kept
    rtol, atol, mxstep = options

    def slope(state: Any, time: Any, args: Any) -> Any:
        y, c, _ = state
        dy, pull = vjp(lambda y, args: f(y, time, *args), y, args)
        back = tree.map(lambda v: -v, pull(c))
        return dy, *back

    at = lambda i: tree.map(lambda v: v[i], (ys, g))
    c = tree.map(lambda v: 0 * v[0], ys)
    total = tree.map(lambda a: 0.0 * a, args)
    times: list[Any] = []
    for i in reversed(range(shape_of(t)[0])):
        y, g_here = at(i)
        dy = f(y, t[i], *args)
        # c is what later results ask of the value here; the start moves against it.
        times.append(_dot(g_here, dy) if i else -_dot(c, dy))
        c = tree.map(lambda a, b: a + b, c, g_here)
        if i:
            span = fnp.stack([t[i], t[i - 1]])
            state = odeint(slope, (y, c, total), span, args, rtol=rtol, atol=atol, mxstep=mxstep)
            _, c, total = tree.map(lambda v: v[1], state)
    return c, fnp.stack(times[::-1]), total


def _dot(a: Any, b: Any) -> Any:
    return sum(tree.leaves(tree.map(lambda x, y: fnp.sum(x * y), a, b)))


_by_adjoint.defvjp(_forward, _backward)
