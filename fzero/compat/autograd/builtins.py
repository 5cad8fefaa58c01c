"""Python's containers as they are, and `isinstance` and `type` that look behind a tracer."""

import builtins
from typing import Any

from ...core import innermost

__all__ = ["dict", "isinstance", "list", "tuple", "type"]

dict, list, tuple = builtins.dict, builtins.list, builtins.tuple


def isinstance(x: Any, kinds: Any) -> bool:
    """Whether `x`, or the array behind it, is an instance of `kinds`."""
    return builtins.isinstance(innermost(x), kinds)


def type(x: Any) -> builtins.type:
    """The type of `x`, or of the array behind it."""
    return builtins.type(innermost(x))
