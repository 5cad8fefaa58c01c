"""Shapes, dtypes and zeros of values: arrays, Python scalars and tracers alike."""

from typing import Any

import numpy as np

from .backend import known, namespace

__all__ = ["dtype_of", "is_inexact", "ones_of", "refuse_complex", "shape_of", "zeros_of"]

_PYTHON = {
    bool: np.dtype(bool),
    int: np.dtype(int),
    float: np.dtype(float),
    complex: np.dtype(complex),
}


def shape_of(x: Any) -> tuple[int, ...]:
    """The shape of an array, a scalar or a tracer."""
    return getattr(x, "shape", ())


def dtype_of(x: Any) -> np.dtype:
    """The dtype of an array, a scalar or a tracer (a Python float counts as float64)."""
    try:
        return x.dtype
    except AttributeError:
        return _PYTHON.get(type(x)) or np.asarray(x).dtype


def is_inexact(x: Any) -> bool:
    """Whether `x` is a real or complex floating value, the kind that has derivatives."""
    if type(x) in (float, complex):
        return True
    return getattr(getattr(x, "dtype", None), "kind", "") in ("f", "c")


def refuse_complex(dtype: np.dtype) -> None:
    """Raise for complex arguments of a function that is written for real numbers alone."""
    if dtype.kind == "c":
        raise TypeError(
            f"special function: an argument is {dtype}; expected real numbers. Take x.real if the "
            "imaginary part means nothing."
        )


def _raw(x: Any) -> Any:
    while not known(x):
        if not hasattr(x, "value"):
            raise TypeError(
                f"fzero: a value is a {type(x).__name__}; expected an array or a number. "
                "Convert it first, for example with numpy.asarray(x)."
            )
        x = x.value
    return x


def zeros_of(x: Any) -> Any:
    """Zeros of the shape, dtype and device of `x`; float64 where `x` has no derivative."""
    dtype = dtype_of(x) if is_inexact(x) else np.dtype(float)
    return namespace(_raw(x)).zeros(shape_of(x), dtype)


def ones_of(x: Any) -> Any:
    """Ones of the shape, dtype and device of `x`."""
    return namespace(_raw(x)).ones(shape_of(x), dtype_of(x))
