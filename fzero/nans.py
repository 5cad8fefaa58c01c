"""`debug_nans`, `debug_infs`: name the operation and the line where the first NaN or inf comes out.

The checks sit in the traces that transforms make while it is on; nothing is paid while it is off.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any

from .backend import namespace
from .core import Primitive, innermost, user_line
from .dtypes import is_inexact
from .errors import InfinityError, NaNError

__all__ = ["checking", "debug_infs", "debug_nans", "traced"]


class _Search:
    """What is looked for, with the function of the array library that finds it."""

    __slots__ = ("error", "name", "test", "what")

    def __init__(self, name: str, what: str, test: str, error: type[FloatingPointError]) -> None:
        self.name, self.what, self.test, self.error = name, what, test, error


_NANS = _Search("debug_nans", "a NaN", "isnan", NaNError)
_INFS = _Search("debug_infs", "an infinity", "isinf", InfinityError)
_ON: ContextVar[tuple[_Search, ...]] = ContextVar("fzero_debug_nans", default=())


@contextmanager
def _searching(search: _Search, on: bool) -> Iterator[None]:
    others = tuple(s for s in _ON.get() if s is not search)
    token = _ON.set((*others, search) if on else others)
    try:
        yield
    finally:
        _ON.reset(token)


def debug_nans(on: bool = True) -> AbstractContextManager[None]:
    """Inside this context, an operation of a transform that returns a NaN raises `NaNError`.

    The message names the operation and the line that called it: for a NaN of the forward pass,
    and for one of the backward pass. It holds for the current thread or asyncio task. Each
    operation is followed by a scan of its result, which on a GPU waits for the device.

    Args:
        on: False switches the check off inside an outer `debug_nans()`.

    Raises:
        NaNError: (inside) the first NaN.

    Example:
        >>> import fzero, numpy as np
        >>> with fzero.debug_nans():
        ...     g = fzero.grad(lambda x: np.sqrt(x))(4.0)
        >>> float(g)
        0.25
    """
    return _searching(_NANS, on)


def debug_infs(on: bool = True) -> AbstractContextManager[None]:
    """Inside this context, an operation that returns an infinity raises: see `debug_nans`.

    An infinity that comes in, as a mask of `-inf` does, is not an error.

    Args:
        on: False switches the check off inside an outer `debug_infs()`.

    Raises:
        InfinityError: (inside) the first infinity that an operation makes of finite numbers.

    Example:
        >>> import fzero, numpy as np
        >>> with fzero.debug_infs():
        ...     g = fzero.grad(lambda x: np.log(x))(4.0)
        >>> float(g)
        0.25
    """
    return _searching(_INFS, on)


def checking() -> bool:
    """Whether `debug_nans` or `debug_infs` is on here."""
    return bool(_ON.get())


def _has(search: _Search, x: Any) -> bool:
    if isinstance(x, (tuple, list)):
        return any(_has(search, part) for part in x)
    x = innermost(x)
    return is_inexact(x) and bool(getattr(namespace(x), search.test)(x).any())


def _checked_pull(
    pull: Callable[[Any], Any], name: str, line: str, searches: Sequence[_Search]
) -> Callable[[Any], Any]:
    def checked(g: Any) -> Any:
        c = pull(g)
        for s in searches:
            if _has(s, getattr(c, "g", c)) and not _has(s, g):
                raise s.error(
                    f"{s.name}: the derivative of {name} returned {s.what} in the backward pass; "
                    f"expected numbers. The operation was called at {line}; guard its argument "
                    "there, for example with numpy.where inside and outside."
                )
        return c

    return checked


_CHECKED: dict[type, type] = {}


def _checked_class(trace_class: type) -> type:
    """`trace_class` with a check after each operation, and around each pullback it records."""

    class Checked(trace_class):  # type: ignore[misc, valid-type]
        __slots__ = ()

        def process(self, prim: Primitive, args: Sequence[Any], params: dict[str, Any]) -> Any:
            before = len(getattr(self, "tape", ()))
            searches = [s for s in _ON.get() if not _has(s, list(args))]
            out = super().process(prim, args, params)
            parts = [p for x in (out if prim.multiple else (out,)) for p in self.parts_of(x)]
            for s in searches:
                if _has(s, parts):
                    raise s.error(
                        f"{s.name}: {prim.name} returned {s.what}; expected numbers. It was called "
                        f"at {user_line()}; look at its arguments there."
                    )
            tape = getattr(self, "tape", [])
            if searches and len(tape) > before and tape[before][0] is not None:
                line = user_line()
                tape[before] = tuple(
                    _checked_pull(p, prim.name, line, searches) if k % 2 else p
                    for k, p in enumerate(tape[before])
                )
            return out

        def parts_of(self, x: Any) -> tuple[Any, ...]:
            """What `x` carries if it is a tracer of this trace, else itself."""
            return self.parts(x) if getattr(x, "_trace", None) is self else (x,)

    return Checked


def traced(trace_class: type) -> type:
    """`trace_class`, or while a search is on the variant of it that checks."""
    if not _ON.get():
        return trace_class
    if trace_class not in _CHECKED:
        _CHECKED[trace_class] = _checked_class(trace_class)
    return _CHECKED[trace_class]
