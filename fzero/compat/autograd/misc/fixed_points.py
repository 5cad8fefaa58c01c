"""Fixed points with derivatives from the equation that they satisfy, not from the iteration."""

from collections.abc import Callable
from typing import Any

from .... import tree
from ....custom import custom_vjp
from ....dtypes import zeros_of
from ....reverse import vjp

__all__ = ["fixed_point"]


def fixed_point(
    f: Callable[[Any], Callable[[Any], Any]],
    a: Any,
    x0: Any,
    distance: Callable[[Any, Any], Any],
    tol: float,
) -> Any:
    r"""The x with x = f(a)(x), by iteration from x0; differentiable in `a`.

    Args:
        f: `f(a)` is a contraction of pytrees of arrays.
        a: its parameters, a pytree; f may not close over a value that is differentiated.
        x0: where to start; the derivative with respect to it is zero.
        distance: of two iterates, a number.
        tol: stop when the last step is no longer than this.

    Gradient: the cotangent w of x solves w = (df/dx)^T w + g, by iteration too.

    Example:
        >>> import fzero, numpy as np
        >>> from fzero.compat.autograd.misc.fixed_points import fixed_point
        >>> newton = lambda a: lambda x: 0.5 * (x + a / x)
        >>> root = lambda a: fixed_point(newton, a, 1.0, lambda x, y: abs(x - y), 1e-12)
        >>> round(float(fzero.grad(root)(4.0)), 9)
        0.25
    """
    call = custom_vjp(lambda a, x0: iterate(f(a), x0, distance, tol))

    def forward(a: Any, x0: Any) -> Any:
        x = fixed_point(f, a, x0, distance, tol)
        return x, (a, x)

    def backward(residuals: Any, g: Any) -> tuple[Any, None]:
        a, x = residuals
        start = tree.map(zeros_of, x)
        w = fixed_point(adjoint, (a, x, g), start, distance, tol)
        return vjp(lambda a: f(a)(x), a)[1](w)[0], None

    def adjoint(given: Any) -> Callable[[Any], Any]:
        a, x, g = given
        pull = vjp(f(a), x)[1]
        return lambda w: tree.map(lambda p, q: p + q, pull(w)[0], g)

    call.defvjp(forward, backward)
    return call(a, x0)


def iterate(step: Callable[[Any], Any], x: Any, distance: Callable[..., Any], tol: float) -> Any:
    """Repeat the step until it moves by no more than `tol`."""
    previous, x = x, step(x)
    while distance(x, previous) > tol:
        previous, x = x, step(x)
    return x
