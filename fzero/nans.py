"""`debug_nans`: name the operation and the user's line where the first NaN comes out.

The checks sit in the traces that transforms make while it is on; nothing is paid while it is off.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from .backend import namespace
from .core import Primitive, innermost, user_line
from .dtypes import is_inexact
from .errors import NaNError

__all__ = ["checking", "debug_nans", "traced"]

_ON: ContextVar[bool] = ContextVar("fzero_debug_nans", default=False)


@contextmanager
def debug_nans(on: bool = True) -> Iterator[None]:
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
    token = _ON.set(on)
    try:
        yield
    finally:
        _ON.reset(token)


def checking() -> bool:
    """Whether `debug_nans` is on here."""
    return _ON.get()


def _has_nan(x: Any) -> bool:
    if isinstance(x, (tuple, list)):
        return any(map(_has_nan, x))
    x = innermost(x)
    return is_inexact(x) and bool(namespace(x).isnan(x).any())


def _checked_pull(pull: Callable[[Any], Any], name: str, line: str) -> Callable[[Any], Any]:
    def checked(g: Any) -> Any:
        c = pull(g)
        if _has_nan(getattr(c, "g", c)) and not _has_nan(g):
            raise NaNError(
                f"debug_nans: the derivative of {name} returned a NaN in the backward pass; "
                f"expected numbers. The operation was called at {line}; guard its argument there, "
                "for example with numpy.where inside and outside."
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
            came_in = _has_nan(list(args))
            out = super().process(prim, args, params)
            parts = [p for x in (out if prim.multiple else (out,)) for p in self.parts_of(x)]
            if _has_nan(parts) and not came_in:
                raise NaNError(
                    f"debug_nans: {prim.name} returned a NaN; expected numbers. It was called at "
                    f"{user_line()}; look at its arguments there."
                )
            tape = getattr(self, "tape", [])
            if len(tape) > before and tape[before][0] is not None and not came_in:
                line = user_line()
                tape[before] = tuple(
                    _checked_pull(p, prim.name, line) if k % 2 else p
                    for k, p in enumerate(tape[before])
                )
            return out

        def parts_of(self, x: Any) -> tuple[Any, ...]:
            """What `x` carries if it is a tracer of this trace, else itself."""
            return self.parts(x) if getattr(x, "_trace", None) is self else (x,)

    return Checked


def traced(trace_class: type) -> type:
    """`trace_class`, or while `debug_nans` is on the variant of it that checks."""
    if not _ON.get():
        return trace_class
    if trace_class not in _CHECKED:
        _CHECKED[trace_class] = _checked_class(trace_class)
    return _CHECKED[trace_class]
