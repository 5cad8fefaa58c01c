"""Metrics: what is reported beside the loss."""

from typing import Any

import fzero.numpy as fnp

__all__ = ["accuracy"]


def accuracy(logits: Any, labels: Any) -> Any:
    """The share of rows whose largest logit is at the label.

    Args:
        logits: shape (..., C); probabilities do as well.
        labels: integers of shape (...).

    Returns:
        A scalar between 0 and 1, float64.

    Raises:
        ValueError: the shapes do not fit.

    Example:
        >>> import numpy as np
        >>> float(accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1])))
        0.5
    """
    if labels.shape != logits.shape[:-1]:
        raise ValueError(
            f"accuracy: labels is of shape {labels.shape} with logits of shape {logits.shape}; "
            f"expected {logits.shape[:-1]}. Reshape labels to that."
        )
    return fnp.mean(fnp.argmax(logits, axis=-1) == labels)
