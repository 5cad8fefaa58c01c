"""autograd's loops of optimization: `grad(x, i)` at step i, and the last x as the result.

Each keeps a state beside the vector of all parameters; `x` may be any pytree of arrays.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from .flatten import flatten

__all__ = ["adam", "rmsprop", "sgd", "unflatten_optimizer"]

Gradient = Callable[[Any, int], Any]
Callback = Callable[[Any, int, Any], Any] | None
Step = Callable[[int, Any, Any, Any], tuple[Any, Any]]


def descend(
    grad: Gradient,
    x: Any,
    callback: Callback,
    num_iters: int,
    start: Callable[[Any], Any],
    step: Step,
) -> Any:
    """Take `step(i, x, gradient, state) -> (x, state)` on the vector of all parameters."""
    flat, unflatten = flatten(x)
    state = start(flat)
    for i in range(num_iters):
        g = flatten(grad(unflatten(flat), i))[0]
        if callback is not None:
            callback(unflatten(flat), i, unflatten(g))
        flat, state = step(i, flat, g, state)
    return unflatten(flat)


def sgd(
    grad: Gradient,
    x: Any,
    callback: Callback = None,
    num_iters: int = 200,
    step_size: float = 0.1,
    mass: float = 0.9,
) -> Any:
    """Gradient descent with momentum: v = mass v - (1 - mass) g, x = x + step_size v.

    Example:
        >>> from fzero.compat.autograd.misc.optimizers import sgd
        >>> round(float(sgd(lambda x, i: 2 * (x - 3.0), 0.0)), 3)
        3.0
    """

    def step(i: int, x: Any, g: Any, velocity: Any) -> tuple[Any, Any]:
        velocity = mass * velocity - (1.0 - mass) * g
        return x + step_size * velocity, velocity

    return descend(grad, x, callback, num_iters, np.zeros_like, step)


def rmsprop(
    grad: Gradient,
    x: Any,
    callback: Callback = None,
    num_iters: int = 100,
    step_size: float = 0.1,
    gamma: float = 0.9,
    eps: float = 1e-8,
) -> Any:
    """Steps divided by the root of a running mean of squares, which starts at one."""

    def step(i: int, x: Any, g: Any, squares: Any) -> tuple[Any, Any]:
        squares = gamma * squares + (1 - gamma) * g**2
        return x - step_size * g / (np.sqrt(squares) + eps), squares

    return descend(grad, x, callback, num_iters, np.ones_like, step)


def adam(
    grad: Gradient,
    x: Any,
    callback: Callback = None,
    num_iters: int = 100,
    step_size: float = 0.001,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> Any:
    """Adam with its corrections of the start.

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015.
    """

    def step(i: int, x: Any, g: Any, moments: Any) -> tuple[Any, Any]:
        m = b1 * moments[0] + (1 - b1) * g
        v = b2 * moments[1] + (1 - b2) * g**2
        scale = np.sqrt(v / (1 - b2 ** (i + 1))) + eps
        return x - step_size * m / (1 - b1 ** (i + 1)) / scale, (m, v)

    start = lambda x: (np.zeros_like(x), np.zeros_like(x))
    return descend(grad, x, callback, num_iters, start, step)


def unflatten_optimizer(optimize: Callable[..., Any]) -> Callable[..., Any]:
    """An optimizer of vectors, `(grad, x0, callback, ...) -> x`, as one of pytrees.

    Example:
        >>> halve = unflatten_optimizer(lambda grad, x, callback: x - 0.5 * grad(x, 0))
        >>> float(halve(lambda p, i: {"w": 2 * p["w"]}, {"w": 3.0})["w"])
        0.0
    """

    @functools.wraps(optimize)
    def of_pytrees(
        grad: Gradient, x0: Any, callback: Callback = None, *args: Any, **kwargs: Any
    ) -> Any:
        flat, unflatten = flatten(x0)
        slope = lambda x, i: flatten(grad(unflatten(x), i))[0]
        seen = callback and (lambda x, i, g: callback(unflatten(x), i, unflatten(g)))
        return unflatten(optimize(slope, flat, seen, *args, **kwargs))

    return of_pytrees
