"""Affine maps of the last axis."""

from typing import Any

import fzero.numpy as fnp
from fzero.fused import Fused

from ..kernels.linear import LINEAR

__all__ = ["linear"]


def _turned(x: Any, W: Any) -> bool:
    """Whether W would fit transposed, as PyTorch keeps it."""
    return len(W.shape) == 2 and x.shape[-1:] == W.shape[1:]


def linear(x: Any, W: Any, b: Any = None) -> Any:
    """An affine map of the last axis: y = x W + b.

    Args:
        x: shape (..., inputs).
        W: the weights, shape (inputs, outputs).
        b: the bias, shape (outputs,), or None for none.

    Returns:
        y, shape (..., outputs).

    Raises:
        ValueError: the last axis of x is not the first of W, or b is of another shape.

    Example:
        >>> import numpy as np
        >>> linear(np.array([1.0, 2.0]), np.array([[3.0], [4.0]]), np.array([5.0]))
        array([16.])
    """
    x, W, b = fnp.asarray(x), fnp.asarray(W), None if b is None else fnp.asarray(b)
    if len(W.shape) != 2 or x.shape[-1:] != W.shape[:1]:
        way = "Transpose W: pass W.T" if _turned(x, W) else "Reshape x: x.reshape(len(x), -1)"
        raise ValueError(
            f"linear: W is of shape {W.shape} with x of shape {x.shape}; expected W of shape "
            f"(inputs, outputs) and x of shape (..., inputs). {way}."
        )
    if b is not None and b.shape != W.shape[1:]:
        raise ValueError(
            f"linear: b is of shape {b.shape} with W of shape {W.shape}; expected {W.shape[1:]}. "
            "Leave it out for no bias."
        )
    return _LINEAR(x, W, b)


def _linear(x: Any, W: Any, b: Any) -> Any:
    y = x @ W
    return y if b is None else y + b


def _samples(rng: Any) -> list[Any]:
    draw = rng.normal
    return [
        ((draw(size=(4, 3)), draw(size=(3, 2)), draw(size=2)), {}),
        ((draw(size=(2, 1, 3)), draw(size=(3, 4)), None), {}),
        ((draw(size=3), draw(size=(3, 2)), draw(size=2)), {}),
    ]


def _batch(call: Any, size: int, args: Any, batched: Any, params: Any) -> Any:
    return (call(*args), True) if batched == [True, False, False] else None


_LINEAR = Fused(
    "linear", _linear, {"numpy": LINEAR, "cupy": LINEAR}, samples=_samples, batch=_batch
)
