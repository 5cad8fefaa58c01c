"""`custom_gradient`: a value and its pullback, stated by one function."""

import functools
from collections.abc import Callable
from typing import Any

from ..arguments import check_callable, describe
from .vjp import custom_vjp

__all__ = ["custom_gradient"]


def custom_gradient(fun: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose reverse-mode derivative it states itself, beside its value.

    Args:
        fun: (*pytrees) -> (value, pullback), where pullback(g) returns a tuple of cotangents, one
            for each argument, None for zero; for one argument also the cotangent alone.

    Returns:
        A function (*pytrees) -> value. As with `custom_vjp`, forward mode is refused.

    Raises:
        TypeError: `fun` returns no pair.

    Cost: `fun` runs once more in the backward pass, so that every nesting of transforms finds its
    own values in the pullback. State the residuals with `custom_vjp` where that is too much.

    Example:
        >>> import fzero
        >>> @fzero.custom_gradient
        ... def clipped(x): return x, lambda g: max(min(g, 1.0), -1.0)
        >>> float(fzero.grad(lambda x: 10.0 * clipped(x))(2.0))
        1.0
    """
    check_callable("custom_gradient", fun)

    def both(*args: Any) -> tuple[Any, Callable[[Any], Any]]:
        pair = fun(*args)
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(
                f"custom_gradient: the function returned {describe(pair)}; expected a pair "
                "(value, pullback). Return (y, lambda g: ...)."
            )
        return pair

    def bwd(args: Any, g: Any) -> Any:
        cotangents = both(*args)[1](g)
        return cotangents if isinstance(cotangents, tuple) else (cotangents,)

    stated = custom_vjp(functools.wraps(fun)(lambda *args: both(*args)[0]))
    stated.defvjp(lambda *args: (both(*args)[0], args), bwd)
    return stated
