"""`np.add.reduce(x)`, `np.multiply.outer(x, y)` and the like, on tracers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..array import UFUNCS
from ..core import coerce
from ..dtypes import shape_of
from ..ops import structural as st
from . import reductions
from .entry import asked_axis, for_tracers, refuse_out

__all__: list[str] = []


def _folding(reduce: Callable[..., Any]) -> Callable[..., Any]:
    """`ufunc.reduce`, whose axis is 0 by default."""

    def method(array: Any, axis: Any = 0, dtype: Any = None, out: Any = None, *args: Any,
               **keywords: Any) -> Any:  # fmt: skip
        array = coerce(array) if dtype is None else coerce(array).astype(dtype)
        names = ("keepdims", "initial", "where")
        return reduce(array, axis, out=out, **dict(zip(names, args, strict=False)), **keywords)

    return method


def _running(accumulate: Callable[..., Any]) -> Callable[..., Any]:
    """`ufunc.accumulate`, whose axis is 0 by default."""

    def method(array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        return accumulate(array, axis, dtype, out)

    return method


def _stepwise(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """`ufunc.accumulate` one slice after the other."""

    def method(array: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        refuse_out(f"{name}.accumulate", out)
        array = coerce(array) if dtype is None else coerce(array).astype(dtype)
        axis = asked_axis(f"{name}.accumulate", array, axis)
        first, *rest = st.unstack(array, axis=axis)
        made = [first]
        for x in rest:
            made.append(function(made[-1], x))
        return st.stack(*made, axis=axis)

    return method


def _outer(function: Callable[..., Any]) -> Callable[..., Any]:
    """`ufunc.outer`: every element of the one with every element of the other."""

    def method(A: Any, B: Any, /, **keywords: Any) -> Any:
        A, B = coerce(A), coerce(B)
        wide = st.reshape(A, shape=(*shape_of(A), *(1,) * len(shape_of(B))))
        return function(wide, B, **keywords)

    return method


_REDUCTIONS = {
    "add": reductions.sum,
    "multiply": reductions.prod,
    "maximum": reductions.max,
    "minimum": reductions.min,
    "logical_and": reductions.all,
    "logical_or": reductions.any,
}
_STEPWISE = ("subtract", "divide", "maximum", "minimum", "fmax", "fmin", "logaddexp", "power")


def _register() -> None:
    UFUNCS.update({f"{name}.reduce": _folding(for_tracers(f)) for name, f in _REDUCTIONS.items()})
    UFUNCS["add.accumulate"] = _running(for_tracers(reductions.cumsum))
    UFUNCS["multiply.accumulate"] = _running(for_tracers(reductions.cumprod))
    for name in _STEPWISE:
        UFUNCS[f"{name}.accumulate"] = _stepwise(UFUNCS[name], name)
    for name, function in tuple(UFUNCS.items()):
        theirs = getattr(np, name, None)
        if isinstance(theirs, np.ufunc) and theirs.nin == 2 and theirs.signature is None:
            UFUNCS[f"{name}.outer"] = _outer(function)


_register()
