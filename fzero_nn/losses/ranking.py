"""A loss of lists that are to be put in order."""

from typing import Any

import fzero.numpy as fnp

from ..functional import log_softmax
from .reduction import check_shape, matched, reduced, wide

__all__ = ["ranking_softmax"]


def ranking_softmax(
    scores: Any,
    relevances: Any,
    *,
    mask: Any = None,
    weights: Any = None,
    reduction: str = "mean",
) -> Any:
    """How far the relevant items of a list are from its top: -sum y log softmax(s).

    Args:
        scores: s of the items, lists along the last axis.
        relevances: y >= 0, of the same shape.
        mask: of the same shape, False for items that are not there; None if all are.
        weights: of the lists, or a boolean mask.
        reduction: "mean" over the lists that have items, "sum", "batch" or "none".

    Returns:
        A scalar of the dtype of scores, or the losses for "none".

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.

    Source: Cao et al. 2007, Learning to rank: from pairwise approach to listwise approach.

    Example:
        >>> import numpy as np
        >>> round(float(ranking_softmax(np.array([[0.0, 0.0]]), np.array([[1, 0]]))), 4)
        0.6931
    """
    name = "ranking_softmax"
    scores, relevances = matched(name, scores, relevances)
    if mask is None:
        losses = -fnp.sum(relevances * log_softmax(scores), axis=-1)
        return reduced(name, losses, reduction, weights)
    mask, shape = fnp.asarray(mask), tuple(scores.shape)
    check_shape(name, "mask", mask, shape, f"scores of shape {shape}")
    x = wide(scores)
    # A finite number, as a list may be without items; next to it, every other one counts.
    lowest = float(fnp.finfo(x.dtype).min) / 2
    logs = fnp.where(mask, log_softmax(fnp.where(mask, x, lowest)), 0)
    losses = fnp.astype(-fnp.sum(fnp.where(mask, relevances, 0) * logs, axis=-1), scores.dtype)
    there = fnp.any(mask, axis=-1)
    return reduced(name, losses, reduction, there if weights is None else weights * there)
