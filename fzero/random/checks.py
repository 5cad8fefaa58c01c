"""What every sampler checks of its arguments, and the messages that name the way out."""

import operator
from typing import Any

import numpy as np

from ..core import Tracer, coerce, innermost
from ..dtypes import dtype_of, shape_of

__all__ = [
    "as_shape",
    "check_fraction",
    "check_key",
    "check_positive",
    "float_dtype",
    "joint_shape",
    "on_host",
]

_KEY_DTYPES = (np.dtype(np.uint64), np.dtype(np.uint32))
_FLOATS = tuple(map(np.dtype, (np.float16, np.float32, np.float64)))


def check_key(name: str, key: Any, stack: bool = False) -> None:
    """Raise unless `key` is one key, or with `stack` also if it is a stack of keys."""
    array, shape = isinstance(key, Tracer) or hasattr(key, "dtype"), shape_of(key)
    if not array or dtype_of(key) not in _KEY_DTYPES:
        got = f"{dtype_of(key)} of shape {shape}" if array else f"{type(key).__name__} {key!r}"
        raise TypeError(f"random.{name}: key is {got}; expected a key array. Write random.key(0).")
    if shape == (2,) or stack and shape[-1:] == (2,):
        return
    if shape[-1:] != (2,):
        raise ValueError(
            f"random.{name}: key has shape {shape}; expected (2,). Write random.key(0)."
        )
    raise ValueError(
        f"random.{name}: key is a stack of keys of shape {shape}; expected one key. "
        "Take keys[0], or fzero.vmap over the stack."
    )


def as_shape(name: str, shape: Any, argument: str = "shape") -> tuple[int, ...]:
    """A shape given as an int or a sequence of ints."""
    try:
        sizes = (operator.index(shape),)
    except TypeError:
        try:
            sizes = tuple(map(operator.index, shape))
        except TypeError:
            raise TypeError(
                f"random.{name}: {argument} is {shape!r}; expected an int or a tuple of ints. "
                "Write () for one number."
            ) from None
    if min(sizes, default=0) < 0:
        raise ValueError(
            f"random.{name}: {argument} is {shape}; expected sizes of at least 0. "
            "Give each size as a count."
        )
    return sizes


def joint_shape(name: str, shape: Any, *params: Any) -> tuple[int, ...]:
    """`shape`, or that of the parameters if it is None; the parameters must broadcast to it."""
    shapes = [shape_of(p) for p in params]
    try:
        natural = np.broadcast_shapes(*shapes)
        if shape is None:
            return natural
        sizes = as_shape(name, shape)
        if np.broadcast_shapes(sizes, natural) == sizes:
            return sizes
    except ValueError:
        natural = ", ".join(map(str, shapes))
    if shape is None:
        raise ValueError(
            f"random.{name}: the parameters have shapes {natural}; expected shapes that broadcast. "
            "Reshape one of them."
        )
    raise ValueError(
        f"random.{name}: shape is {shape} and the parameters have shape {natural}; expected a "
        "shape that the parameters broadcast to. Leave shape out to take theirs."
    )


def float_dtype(name: str, dtype: Any) -> np.dtype:
    """`dtype` if it is a real floating dtype."""
    found = np.dtype(dtype)
    if found not in _FLOATS:
        raise TypeError(
            f"random.{name}: dtype is {found}; expected float64, float32 or float16. "
            "Leave it out for float64."
        )
    return found


def on_host(x: Any) -> Any:
    """The values of a parameter where looking at them costs no transfer, else None."""
    found = innermost(coerce(x))
    return np.asarray(found) if isinstance(found, (int, float, np.ndarray, np.generic)) else None


def check_fraction(name: str, argument: str, p: Any) -> None:
    """Raise if a probability on the CPU is outside [0, 1]."""
    values = on_host(p)
    if values is not None and not np.all((values >= 0) & (values <= 1)):
        low, high = values.min(), values.max()
        got = f"{low} to {high}" if low != high else f"{low}"
        raise ValueError(
            f"random.{name}: {argument} is {got}; expected 0 <= {argument} <= 1. "
            "Turn logits into probabilities with a sigmoid or a softmax."
        )


def check_positive(name: str, argument: str, x: Any) -> None:
    """Raise if a parameter on the CPU that must be positive is not."""
    values = on_host(x)
    if values is not None and not np.all(values > 0):
        raise ValueError(
            f"random.{name}: {argument} is as low as {values.min()}; expected {argument} > 0. "
            "Pass it through exp or softplus to keep it positive."
        )
