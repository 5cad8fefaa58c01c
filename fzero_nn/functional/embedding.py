"""Integers as vectors."""

from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp

__all__ = ["one_hot"]


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
