"""Losses: pure functions of predictions and targets, reduced to a mean unless told otherwise."""

from typing import Any

import fzero.numpy as fnp

from .functional import log_softmax

__all__ = ["mse", "softmax_cross_entropy"]


def softmax_cross_entropy(logits: Any, labels: Any, reduction: str = "mean") -> Any:
    """The cross-entropy of integer labels: -log softmax(logits)[label], stable at extremes.

    Args:
        logits: shape (..., C).
        labels: integers of shape (...), 0 <= label < C; as in NumPy, a negative one counts from
            the last class.
        reduction: "mean", "sum" or "none".

    Returns:
        A scalar of the dtype of logits, or the losses of shape (...) for "none".

    Raises:
        TypeError: labels are no integers.
        ValueError: the shapes do not fit, or the reduction is unknown.
        IndexError: a label is outside the classes.

    Example:
        >>> import numpy as np
        >>> float(softmax_cross_entropy(np.array([[0.0, 1000.0]]), np.array([0])))
        1000.0
    """
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"softmax_cross_entropy: labels is of dtype {labels.dtype}; expected integers, one "
            "class index for each row of logits. Take one-hot rows with labels.argmax(-1)."
        )
    if labels.shape != logits.shape[:-1]:
        raise ValueError(
            f"softmax_cross_entropy: labels is of shape {labels.shape} with logits of shape "
            f"{logits.shape}; expected {logits.shape[:-1]}. Reshape labels to that."
        )
    chosen = fnp.take_along_axis(log_softmax(logits), fnp.expand_dims(labels, -1), axis=-1)
    return _reduce("softmax_cross_entropy", -chosen[..., 0], reduction)


def mse(predictions: Any, targets: Any, reduction: str = "mean") -> Any:
    """The mean squared error: mean((predictions - targets)**2).

    Args:
        predictions: any shape.
        targets: the same shape; (N,) and (N, 1) are not stretched to (N, N).
        reduction: "mean", "sum" or "none".

    Returns:
        A scalar, or the squared errors for "none".

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.

    Example:
        >>> import numpy as np
        >>> float(mse(np.array([1.0, 2.0]), np.array([1.0, 4.0])))
        2.0
    """
    if predictions.shape != targets.shape:
        raise ValueError(
            f"mse: targets is of shape {targets.shape} with predictions of shape "
            f"{predictions.shape}; expected the same shape. Reshape one of them."
        )
    return _reduce("mse", fnp.square(predictions - targets), reduction)


def _reduce(function: str, losses: Any, reduction: str) -> Any:
    if reduction == "none":
        return losses
    if reduction not in ("mean", "sum"):
        raise ValueError(
            f"{function}: reduction is {reduction!r}; expected 'mean', 'sum' or 'none'. "
            "Leave it out for the mean."
        )
    return fnp.mean(losses) if reduction == "mean" else fnp.sum(losses)
