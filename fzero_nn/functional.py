"""Layers and activations as pure functions of arrays; every transform of fzero goes through them.

Features, or classes, are the last axis. float32 in gives float32 out.
"""

from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero.ops import reduction

__all__ = [
    "linear",
    "log_softmax",
    "logsumexp",
    "one_hot",
    "relu",
    "sigmoid",
    "softmax",
    "softplus",
]


def linear(x: Any, W: Any, b: Any = None) -> Any:
    """An affine map of the last axis: y = x W + b.

    Args:
        x: shape (..., inputs).
        W: the weights, shape (inputs, outputs).
        b: the bias, shape (outputs,), or None for none.

    Returns:
        y, shape (..., outputs).

    Raises:
        ValueError: the last axis of x is not the first of W.

    Example:
        >>> linear(np.array([1.0, 2.0]), np.array([[3.0], [4.0]]), np.array([5.0]))
        array([16.])
    """
    if len(W.shape) != 2 or x.shape[-1:] != W.shape[:1]:
        raise ValueError(
            f"linear: W is of shape {W.shape} with x of shape {x.shape}; expected W of shape "
            "(inputs, outputs) and x of shape (..., inputs). Reshape x, for example with "
            "x.reshape(len(x), -1)."
        )
    y = x @ W
    return y if b is None else y + b


def relu(x: Any) -> Any:
    """The positive part: relu(x) = max(x, 0).

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x; NaN stays NaN.

    Gradient: 1 where x > 0, 0 where x <= 0.

    Example:
        >>> relu(np.array([-2.0, 0.0, 3.0]))
        array([0., 0., 3.])
    """
    return fnp.where(x <= 0, 0, x)


def softplus(x: Any) -> Any:
    """A smooth relu: softplus(x) = log(1 + exp(x)), without overflow.

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x.

    Example:
        >>> softplus(np.array([-1000.0, 1000.0]))
        array([   0., 1000.])
    """
    return fnp.logaddexp(x, 0)


def sigmoid(x: Any) -> Any:
    """The logistic function: sigmoid(x) = 1 / (1 + exp(-x)).

    It is computed as exp(-softplus(-x)), which neither overflows nor rounds small values to 0.

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x, between 0 and 1.

    Example:
        >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
        array([0. , 0.5, 1. ])
    """
    return fnp.exp(-softplus(-x))


def logsumexp(x: Any, axis: Any = -1, keepdims: bool = False) -> Any:
    """A smooth maximum: logsumexp(x) = log(sum(exp(x))), without overflow.

    Args:
        x: any shape.
        axis: the axis or axes to reduce; None for all.
        keepdims: keep the reduced axes with length 1.

    Returns:
        An array of the dtype of x.

    Example:
        >>> bool(logsumexp(np.array([1000.0, 1000.0])) == 1000 + np.log(2))
        True
    """
    return reduction.logsumexp(fnp.asarray(x), axis, keepdims)


def log_softmax(x: Any, axis: Any = -1) -> Any:
    """Logarithms of probabilities: log_softmax(x) = x - logsumexp(x).

    Args:
        x: logits, any shape.
        axis: the axis along which the probabilities sum to 1.

    Returns:
        An array of the shape and dtype of x.

    Example:
        >>> log_softmax(np.array([0.0, 1000.0]))
        array([-1000.,     0.])
    """
    # Shifted before, not after: the difference is exact where x itself is large.
    shifted = x - _finite_max(x, axis)
    return shifted - fnp.log(fnp.sum(fnp.exp(shifted), axis=axis, keepdims=True))


def softmax(x: Any, axis: Any = -1) -> Any:
    """Probabilities: softmax(x) = exp(x) / sum(exp(x)), without overflow.

    Args:
        x: logits, any shape.
        axis: the axis along which the probabilities sum to 1.

    Returns:
        An array of the shape and dtype of x.

    Example:
        >>> softmax(np.array([1000.0, 1000.0]))
        array([0.5, 0.5])
    """
    weights = fnp.exp(x - _finite_max(x, axis))
    return weights / fnp.sum(weights, axis=axis, keepdims=True)


def one_hot(labels: Any, num_classes: int, dtype: Any = np.float32) -> Any:
    """Labels as rows with a single 1; a label outside 0 ... num_classes - 1 gives zeros.

    Args:
        labels: integers, any shape.
        num_classes: the length of the new last axis.
        dtype: the dtype of the result.

    Returns:
        An array of shape (*labels.shape, num_classes).

    Example:
        >>> one_hot(np.array([2, 0]), 3)
        array([[0., 0., 1.],
               [1., 0., 0.]], dtype=float32)
    """
    classes = fzero.array_namespace(labels).arange(num_classes)
    return fnp.astype(fnp.expand_dims(labels, -1) == classes, dtype)


def _finite_max(x: Any, axis: Any) -> Any:
    """The maximum, 0 where it is infinite; a constant, since any shift gives the same result."""
    top = fnp.max(x, axis=axis, keepdims=True)
    return fzero.stop_gradient(fnp.where(fnp.isfinite(top), top, 0))
