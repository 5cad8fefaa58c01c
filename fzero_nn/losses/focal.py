"""Cross-entropies that weigh easy and hard examples differently."""

from typing import Any

import fzero.numpy as fnp

from ..functional import sigmoid
from .binary import logistic
from .cross_entropy import softmax_cross_entropy
from .reduction import check_between, matched, reduced, weak

__all__ = ["poly_cross_entropy", "sigmoid_focal", "softmax_focal"]


def sigmoid_focal(
    logits: Any,
    targets: Any,
    *,
    gamma: float = 2.0,
    alpha: float | None = None,
    weights: Any = None,
    reduction: str = "mean",
) -> Any:
    """The binary cross-entropy, times (1 - p)**gamma with p the probability of the target.

    Args:
        logits: scores of the class 1, any shape.
        targets: 0, 1 or between, of the same shape.
        gamma: >= 0; the larger, the less a well-classified element counts.
        alpha: the weight of the class 1, and 1 - alpha that of the class 0; None for neither.
        weights: of the elements, or a boolean mask.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar of the dtype of logits, or the losses for "none".

    Raises:
        ValueError: the shapes differ, gamma < 0, or the reduction is unknown.

    Source: Lin et al. 2017, arXiv:1708.02002.

    Example:
        >>> import numpy as np
        >>> round(float(sigmoid_focal(np.array([0.0]), np.array([1]))), 4)
        0.1733
    """
    logits, targets = matched("sigmoid_focal", logits, targets)
    check_between("sigmoid_focal", "targets", targets)
    miss = sigmoid(logits) * (1 - targets) + sigmoid(-logits) * targets
    losses = logistic(logits, targets) * _power("sigmoid_focal", miss, gamma)
    if alpha is not None:
        share = weak(alpha)
        losses = losses * (share * targets + (1 - share) * (1 - targets))
    return reduced("sigmoid_focal", losses, reduction, weights)


def softmax_focal(
    logits: Any,
    labels: Any,
    *,
    gamma: float = 2.0,
    axis: int = -1,
    weights: Any = None,
    reduction: str = "mean",
) -> Any:
    """The cross-entropy of integer labels, times (1 - p)**gamma with p that of the label.

    Args:
        logits: scores of C classes along `axis`.
        labels: integers, 0 <= label < C, of the shape of logits without `axis`.
        gamma: >= 0; the larger, the less a well-classified row counts.
        axis: the axis of the classes.
        weights: of the rows, or a boolean mask.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar of the dtype of logits, or the losses in the shape of labels for "none".

    Raises:
        TypeError, IndexError: as softmax_cross_entropy.
        ValueError: shapes that do not fit, gamma < 0, or an unknown reduction.

    Source: Lin et al. 2017, arXiv:1708.02002.

    Example:
        >>> import numpy as np
        >>> round(float(softmax_focal(np.zeros((1, 2)), np.array([1]))), 4)
        0.1733
    """
    losses = softmax_cross_entropy(logits, labels, axis=axis, reduction="none")
    losses = losses * _power("softmax_focal", -fnp.expm1(-losses), gamma)
    return reduced("softmax_focal", losses, reduction, weights)


def _power(function: str, miss: Any, gamma: float) -> Any:
    """miss**gamma, with a finite derivative at 0."""
    if not gamma >= 0:
        raise ValueError(f"{function}: gamma is {gamma}; expected gamma >= 0. Leave it out for 2.")
    if gamma == 0:
        return fnp.ones_like(miss)
    return fnp.maximum(miss, float(fnp.finfo(miss.dtype).tiny)) ** weak(gamma)


def poly_cross_entropy(
    logits: Any,
    labels: Any,
    *,
    epsilon: float = 2.0,
    axis: int = -1,
    weights: Any = None,
    reduction: str = "mean",
) -> Any:
    """The cross-entropy, plus epsilon (1 - p) with p the probability of the label.

    Args:
        logits: scores of C classes along `axis`.
        labels: integers, 0 <= label < C, of the shape of logits without `axis`.
        epsilon: the weight of the first term of the logarithm's series; 0 for cross-entropy.
        axis: the axis of the classes.
        weights: of the rows, or a boolean mask.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar of the dtype of logits, or the losses in the shape of labels for "none".

    Raises:
        TypeError, IndexError, ValueError: as softmax_cross_entropy.

    Source: Leng et al. 2022, arXiv:2204.12511.

    Example:
        >>> import numpy as np
        >>> round(float(poly_cross_entropy(np.zeros((1, 2)), np.array([1]))), 4)
        1.6931
    """
    losses = softmax_cross_entropy(logits, labels, axis=axis, reduction="none")
    losses = losses - weak(epsilon) * fnp.expm1(-losses)
    return reduced("poly_cross_entropy", losses, reduction, weights)
