"""A primitive at one sample, as a function of the arguments that have derivatives."""

from collections.abc import Callable, Sequence
from typing import Any

from ..dtypes import is_inexact

__all__ = ["Args", "Call", "as_function", "differentiated", "subsets"]

Call = Callable[..., Any]
Args = Sequence[Any]


def subsets(call: Call, args: Args) -> list[tuple[int, ...]]:
    """Which arguments to differentiate together: each alone, and all."""
    if not call.primitive.differentiable:  # type: ignore[attr-defined]
        return []
    every = tuple(i for i, x in enumerate(args) if is_inexact(x))
    return list(dict.fromkeys([*((i,) for i in every), every])) if every else []


def differentiated(call: Call, args: Args) -> tuple[int, ...]:
    """The arguments that have derivatives, none of a primitive that has none."""
    return (subsets(call, args) or [()])[-1]


def as_function(call: Call, args: Args, params: dict[str, Any], own: Sequence[int]) -> Call:
    """The primitive as a function of the arguments `own`, the others held."""

    def f(*xs: Any) -> Any:
        full = list(args)
        for i, x in zip(own, xs, strict=True):
            full[i] = x
        return call(*full, **params)

    return f
