"""A loss whose probabilities may be exactly 0."""

from typing import Any

import fzero.numpy as fnp

from ..optim.simplex import on_simplex
from .reduction import check_integers, check_labels, check_shape, floats, reduced, wide

__all__ = ["sparsemax"]


def sparsemax(logits: Any, labels: Any, *, weights: Any = None, reduction: str = "mean") -> Any:
    """The loss of sparsemax, the projection p of the logits on the simplex.

        p (x - x[label]) + (1 - p p) / 2

    It is 0 where x[label] is 1 above the others or more.

    Args:
        logits: x, scores of C classes along the last axis.
        labels: integers, 0 <= label < C, of the shape of logits without the last axis.
        weights: of the rows, or a boolean mask.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar of the dtype of logits, or the losses for "none".

    Raises:
        ValueError: the shapes do not fit, or the reduction is unknown.
        TypeError: labels are no integers.
        IndexError: a label is no class.

    Gradient: p with 1 subtracted at the label.
    Cost: a sort.

    Source: Martins and Astudillo 2016, arXiv:1602.02068.

    Example:
        >>> import numpy as np
        >>> sparsemax(np.array([[2.0, 0.5], [0.0, 0.0]]), np.array([0, 1]), reduction="none")
        array([0.  , 0.25])
    """
    logits, labels = floats(logits), fnp.asarray(labels)
    shape = tuple(logits.shape)
    check_shape("sparsemax", "labels", labels, shape[:-1], f"logits of shape {shape}")
    check_integers("sparsemax", labels)
    check_labels("sparsemax", labels, shape[-1])
    x = wide(logits)
    at_label = fnp.take_along_axis(x, fnp.expand_dims(labels, -1), axis=-1)
    p = on_simplex(x, 1)
    gain = fnp.sum(fnp.where(p > 0, p * (x - at_label), 0), axis=-1)
    losses = gain + (1 - fnp.sum(p * p, axis=-1)) / 2
    return reduced("sparsemax", fnp.astype(losses, logits.dtype), reduction, weights)
