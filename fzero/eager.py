"""Names of compilers' users, where nothing is compiled: `jit`, `block_until_ready`."""

from collections.abc import Callable, Iterable
from typing import Any

__all__ = ["block_until_ready", "jit"]


def jit(
    fun: Callable[..., Any] | None = None,
    *,
    static_argnums: int | Iterable[int] | None = None,
    static_argnames: str | Iterable[str] | None = None,
    donate_argnums: int | Iterable[int] | None = None,
    donate_argnames: str | Iterable[str] | None = None,
    keep_unused: bool = False,
    inline: bool = False,
) -> Any:
    """`fun` itself: nothing is compiled here, and code written for JAX runs as it is.

    Args:
        fun: any function; without it, the result is the decorator.
        static_argnums, static_argnames: ignored, every argument has its value when it runs.
        donate_argnums, donate_argnames: ignored, no buffer is reused.
        keep_unused, inline: ignored.

    Returns:
        `fun`, or a function that returns its argument.

    Raises:
        TypeError: `fun` is no function.

    Example:
        >>> import fzero
        >>> @fzero.jit(static_argnames="n")
        ... def power(x, n): return x**n
        >>> power(3, n=2)
        9
    """
    if fun is None:
        return jit
    if not callable(fun):
        raise TypeError(
            f"jit: fun is a {type(fun).__name__}; expected a function. "
            "Write fzero.jit(f)(x), not fzero.jit(f(x))."
        )
    return fun


def block_until_ready(x: Any) -> Any:
    """`x` as it is: NumPy's results are there when a call returns.

    CuPy's are computed meanwhile; an operation that reads one waits for it.

    Example:
        >>> import fzero
        >>> fzero.block_until_ready({"loss": 1.0})
        {'loss': 1.0}
    """
    return x
