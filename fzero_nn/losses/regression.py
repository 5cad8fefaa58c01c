"""Losses of real-valued predictions: distances to targets, element by element."""

import math
from typing import Any

import fzero.numpy as fnp

from ..functional import softplus
from .reduction import matched, reduced, weak

__all__ = ["huber", "l1", "log_cosh", "mse", "squared_error"]


def squared_error(predictions: Any, targets: Any) -> Any:
    """The squared error of each element: (predictions - targets)**2.

    Args:
        predictions: any shape.
        targets: the same shape; (N,) and (N, 1) are not stretched to (N, N).

    Returns:
        An array of the shape of predictions, in the wider dtype of both.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import numpy as np
        >>> squared_error(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
        array([0., 4.])
    """
    predictions, targets = matched("squared_error", predictions, targets)
    return fnp.square(predictions - targets)


def mse(predictions: Any, targets: Any, *, weights: Any = None, reduction: str = "mean") -> Any:
    """The mean squared error: mean((predictions - targets)**2).

    Args:
        predictions: any shape.
        targets: the same shape; (N,) and (N, 1) are not stretched to (N, N).
        weights: of the elements, or a boolean mask.
        reduction: "mean", "sum", "none", or "batch": the sum over the length of axis 0, which is
            the mean_squared_error of DeZero.

    Returns:
        A scalar, or the squared errors for "none".

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.

    Example:
        >>> import numpy as np
        >>> float(mse(np.array([1.0, 2.0]), np.array([1.0, 4.0])))
        2.0
    """
    predictions, targets = matched("mse", predictions, targets)
    return reduced("mse", fnp.square(predictions - targets), reduction, weights)


def l1(predictions: Any, targets: Any, *, weights: Any = None, reduction: str = "mean") -> Any:
    """The mean absolute error: mean(abs(predictions - targets)).

    Args:
        predictions: any shape.
        targets: the same shape.
        weights: of the elements, or a boolean mask.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar, or the absolute errors for "none".

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.

    Gradient: the sign of the error, 0 at 0.

    Example:
        >>> import numpy as np
        >>> float(l1(np.array([1.0, 2.0]), np.array([1.0, 4.0])))
        1.0
    """
    predictions, targets = matched("l1", predictions, targets)
    return reduced("l1", fnp.abs(predictions - targets), reduction, weights)


def huber(
    predictions: Any,
    targets: Any,
    *,
    delta: float = 1.0,
    weights: Any = None,
    reduction: str = "mean",
) -> Any:
    """A square near 0 and a line far out: e**2 / 2 up to |e| = delta, else delta (|e| - delta / 2).

    Args:
        predictions: any shape.
        targets: the same shape.
        delta: where the line starts, > 0.
        weights: of the elements, or a boolean mask.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar, or the losses for "none".

    Raises:
        ValueError: the shapes differ, delta <= 0, or the reduction is unknown.

    Gradient: the error, cut at -delta and delta.

    Source: Huber 1964, Robust Estimation of a Location Parameter.

    Example:
        >>> import numpy as np
        >>> huber(np.array([0.5, 3.0]), np.zeros(2), reduction="none")
        array([0.125, 2.5  ])
    """
    if not delta > 0:
        raise ValueError(
            f"huber: delta is {delta}; expected delta > 0. Take l1 for a line everywhere."
        )
    predictions, targets = matched("huber", predictions, targets)
    distance, delta = fnp.abs(predictions - targets), weak(delta)
    inner = fnp.minimum(distance, delta)
    losses = inner * inner / 2 + delta * (distance - inner)
    return reduced("huber", losses, reduction, weights)


def log_cosh(
    predictions: Any, targets: Any, *, weights: Any = None, reduction: str = "mean"
) -> Any:
    """A smooth absolute error: log(cosh(predictions - targets)), without overflow.

    Args:
        predictions: any shape.
        targets: the same shape.
        weights: of the elements, or a boolean mask.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar, or the losses for "none".

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.

    Gradient: tanh of the error.

    Example:
        >>> import numpy as np
        >>> float(log_cosh(np.array([1000.0]), np.array([0.0])))
        999.30...
    """
    predictions, targets = matched("log_cosh", predictions, targets)
    return reduced("log_cosh", _log_cosh(predictions - targets), reduction, weights)


def _log_cosh(x: Any) -> Any:
    # log((exp(x) + exp(-x)) / 2), with the larger term outside.
    far = x + softplus(-2 * x) - math.log(2)
    # Near 0 those terms cancel; cosh(x) = 1 + 2 sinh(x / 2)^2.
    near = fnp.abs(x) < 1
    return fnp.where(near, fnp.log1p(2 * fnp.square(fnp.sinh(fnp.where(near, x, 0) / 2))), far)
