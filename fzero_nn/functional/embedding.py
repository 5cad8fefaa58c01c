"""Integers as vectors: rows of a table, or of the identity."""

from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero.dtypes import dtype_of

__all__ = ["embedding", "one_hot"]


def embedding(ids: Any, W: Any) -> Any:
    """The rows of a table: embedding(ids, W) = W[ids].

    Args:
        ids: integers in -size ... size - 1, any shape; negative ones count from the end, as an
            index does.
        W: the table, shape (size, features).

    Returns:
        An array of shape (*ids.shape, features) and the dtype of W.

    Raises:
        TypeError: the ids are not integers.
        ValueError: W is not of two axes.
        IndexError: an id is out of range, on the CPU. (CuPy does not look, and wraps around.)

    Gradient: the cotangents of equal ids add up in their row.

    Example:
        >>> embedding(np.array([2, 0, 2]), np.array([[0.0], [1.0], [2.0]]))
        array([[2.],
               [0.],
               [2.]])
    """
    _check_integers("embedding", "ids", ids)
    W = fnp.asarray(W)
    if W.ndim != 2:
        raise ValueError(
            f"embedding: W is of shape {W.shape}; expected (size, features). Give each id a row."
        )
    return fnp.take(W, ids, axis=0)


def one_hot(labels: Any, num_classes: int, dtype: Any = np.float32, axis: int = -1) -> Any:
    """Labels as vectors with a single 1; a label outside 0 ... num_classes - 1 gives zeros.

    Args:
        labels: integers, any shape.
        num_classes: the length of the new axis.
        dtype: the dtype of the result.
        axis: where the new axis comes to lie.

    Returns:
        An array of shape (*labels.shape, num_classes), or with the last axis moved to `axis`.

    Raises:
        TypeError: the labels are not integers.

    Example:
        >>> one_hot(np.array([2, 0]), 3)
        array([[0., 0., 1.],
               [1., 0., 0.]], dtype=float32)
    """
    _check_integers("one_hot", "labels", labels)
    classes = fzero.array_namespace(labels).arange(num_classes)
    rows = fnp.astype(fnp.expand_dims(labels, -1) == classes, dtype)
    return rows if axis == -1 else fnp.moveaxis(rows, -1, axis)


def _check_integers(name: str, argument: str, x: Any) -> None:
    if dtype_of(x).kind not in "iu":
        raise TypeError(
            f"{name}: {argument} is of {dtype_of(x)}; expected integers. Convert it with "
            f"{argument}.astype(int)."
        )
