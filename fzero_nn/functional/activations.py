"""Activations: functions of each element, or of the elements along an axis."""

from typing import Any

import fzero
import fzero.numpy as fnp
from fzero.ops import reduction

__all__ = [
    "log_softmax",
    "logsumexp",
    "relu",
    "sigmoid",
    "softmax",
    "softplus",
]


def relu(x: Any) -> Any:
    """The positive part: relu(x) = max(x, 0).

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x; NaN stays NaN.

    Gradient: 1 where x > 0, 0 where x <= 0.

    Example:
        >>> import numpy as np
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
        >>> import numpy as np
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
        >>> import numpy as np
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
        >>> import numpy as np
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
        >>> import numpy as np
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
        >>> import numpy as np
        >>> softmax(np.array([1000.0, 1000.0]))
        array([0.5, 0.5])
    """
    weights = fnp.exp(x - _finite_max(x, axis))
    return weights / fnp.sum(weights, axis=axis, keepdims=True)


def _finite_max(x: Any, axis: Any) -> Any:
    """The maximum, 0 where it is infinite; a constant, since any shift gives the same result."""
    top = fnp.max(x, axis=axis, keepdims=True)
    return fzero.stop_gradient(fnp.where(fnp.isfinite(top), top, 0))
