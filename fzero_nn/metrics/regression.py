"""Metrics of real-valued predictions."""

from typing import Any

import numpy as np

import fzero.numpy as fnp

__all__ = ["mean_absolute_error", "r2"]


def mean_absolute_error(predictions: Any, targets: Any) -> Any:
    """The mean distance to the targets: mean(abs(predictions - targets)).

    Args:
        predictions: any shape.
        targets: the same shape.

    Returns:
        A scalar; NaN without elements.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import numpy as np
        >>> float(mean_absolute_error(np.array([1.0, 2.0]), np.array([1.0, 4.0])))
        1.0
    """
    predictions, targets = _matched("mean_absolute_error", predictions, targets)
    errors = fnp.abs(predictions - targets)
    return fnp.mean(errors) if errors.size else fnp.sum(errors) + float("nan")


def r2(predictions: Any, targets: Any) -> Any:
    """The share of the targets' variance that is explained: 1 - sum (y - p)**2 / sum (y - mean)**2.

    Args:
        predictions: p, shape (N, ...); the axes after the first are several quantities.
        targets: y, the same shape.

    Returns:
        Shape (...): 1 for perfect predictions, 0 for the mean of the targets, below 0 for worse.
        For targets that do not vary, 1 if the predictions are perfect, else 0.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import numpy as np
        >>> float(r2(np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0, 3.0])))
        0.5
    """
    predictions, targets = _matched("r2", predictions, targets)
    left = fnp.sum(fnp.square(targets - predictions), axis=0)
    total = fnp.sum(fnp.square(targets - fnp.mean(targets, axis=0)), axis=0)
    constant = fnp.where(left == 0, 0, 1)
    return 1 - fnp.where(total == 0, constant, left / fnp.where(total == 0, 1, total))


def _matched(function: str, predictions: Any, targets: Any) -> tuple[Any, Any]:
    """Both as arrays of one shape, integers in float64: unsigned differences would wrap."""
    predictions, targets = _floats(predictions), _floats(targets)
    if predictions.shape != targets.shape:
        raise ValueError(
            f"{function}: targets is of shape {targets.shape} with predictions of shape "
            f"{predictions.shape}; expected the same shape. Reshape one of them."
        )
    return predictions, targets


def _floats(x: Any) -> Any:
    x = fnp.asarray(x)
    return fnp.astype(x, np.float64) if x.dtype.kind in "biu" else x
