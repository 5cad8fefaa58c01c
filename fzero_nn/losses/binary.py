"""Losses of two classes: from logits, from probabilities, and from scores with targets -1 and 1."""

from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp

from ..functional import sigmoid, softplus
from .reduction import check_between, matched, reduced, weak, wide

__all__ = [
    "binary_cross_entropy",
    "dice",
    "hinge",
    "perceptron",
    "sigmoid_binary_cross_entropy",
    "squared_hinge",
]


def logistic(logits: Any, targets: Any) -> Any:
    """-t log sigmoid(x) - (1 - t) log sigmoid(-x), accurate also where it is nearly 0.

    Seen from the nearer of the two classes, so that no large terms cancel for targets 0 and 1.
    """
    upper = targets > 0.5
    score = fnp.where(upper, -logits, logits)
    return softplus(score) - score * fnp.where(upper, 1 - targets, targets)


def sigmoid_binary_cross_entropy(
    logits: Any, targets: Any, *, weights: Any = None, reduction: str = "mean"
) -> Any:
    """The cross-entropy of two classes: -t log sigmoid(x) - (1 - t) log(1 - sigmoid(x)).

    Args:
        logits: scores of the class 1, any shape; several labels at once are several elements.
        targets: 0, 1 or between, of the same shape.
        weights: of the elements, or a boolean mask.
        reduction: "mean", "sum", "batch" (the sum over the length of axis 0) or "none".

    Returns:
        A scalar of the dtype of logits, or the losses for "none".

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.

    Gradient: sigmoid(logits) - targets, finite for every finite logit.

    Example:
        >>> import numpy as np
        >>> logits, targets = np.array([40.0, -800.0]), np.array([0, 1])
        >>> sigmoid_binary_cross_entropy(logits, targets, reduction="none")
        array([ 40., 800.])
    """
    name = "sigmoid_binary_cross_entropy"
    logits, targets = matched(name, logits, targets)
    check_between(name, "targets", targets)
    losses = logistic(logits, targets)
    return reduced(name, losses, reduction, weights)


def binary_cross_entropy(
    probabilities: Any,
    targets: Any,
    *,
    eps: float | None = None,
    weights: Any = None,
    reduction: str = "mean",
) -> Any:
    """The cross-entropy of probabilities: -t log p - (1 - t) log(1 - p).

    Args:
        probabilities: p of the class 1, 0 <= p <= 1, any shape. Prefer logits, with
            sigmoid_binary_cross_entropy: near 0 and 1 a probability has lost what they say.
        targets: 0, 1 or between, of the same shape.
        eps: p is cut at eps and 1 - eps, which bounds the loss; None for that of the dtype.
        weights: of the elements, or a boolean mask.
        reduction: "mean", "sum", "batch" (the sum over the length of axis 0) or "none".

    Returns:
        A scalar of the dtype of probabilities, or the losses for "none".

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.

    Gradient: 0 where p is cut.

    Example:
        >>> import numpy as np
        >>> round(float(binary_cross_entropy(np.array([0.5]), np.array([1]))), 4)
        0.6931
    """
    name = "binary_cross_entropy"
    probabilities, targets = matched(name, probabilities, targets)
    check_between(name, "probabilities", probabilities)
    check_between(name, "targets", targets)
    least: Any = float(fnp.finfo(probabilities.dtype).eps) if eps is None else weak(eps)
    p = fnp.clip(probabilities, least, 1 - least)
    losses = -(targets * fnp.log(p) + (1 - targets) * fnp.log1p(-p))
    return reduced(name, losses, reduction, weights)


def signed(function: str, scores: Any, targets: Any) -> tuple[Any, Any]:
    """Both as arrays of one shape; targets of 0 on the CPU are refused."""
    scores, targets = matched(function, scores, targets)
    found: Any = fzero.value(targets)
    if isinstance(found, (np.ndarray, np.generic)) and (found == 0).any():
        raise ValueError(
            f"{function}: targets has 0; expected -1 or 1. "
            "Write 2 * targets - 1 for targets of 0 and 1."
        )
    return scores, targets


def hinge(scores: Any, targets: Any, *, weights: Any = None, reduction: str = "mean") -> Any:
    """What a score lacks to a margin of 1: max(0, 1 - scores targets).

    Args:
        scores: any shape.
        targets: -1 or 1, the same shape.
        weights: of the elements, or a boolean mask.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar, or the losses for "none".

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.

    Example:
        >>> import numpy as np
        >>> hinge(np.array([0.25, 3.0]), np.array([1, 1]), reduction="none")
        array([0.75, 0.  ])
    """
    scores, targets = signed("hinge", scores, targets)
    losses = _lack(1 - scores * targets)
    return reduced("hinge", losses, reduction, weights)


def squared_hinge(
    scores: Any, targets: Any, *, weights: Any = None, reduction: str = "mean"
) -> Any:
    """The square of `hinge`, which is smooth: max(0, 1 - scores targets)**2.

    Args:
        scores: any shape.
        targets: -1 or 1, the same shape.
        weights: of the elements, or a boolean mask.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar, or the losses for "none".

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.

    Example:
        >>> import numpy as np
        >>> squared_hinge(np.array([0.5, 3.0]), np.array([1, 1]), reduction="none")
        array([0.25, 0.  ])
    """
    scores, targets = signed("squared_hinge", scores, targets)
    lack = _lack(1 - scores * targets)
    return reduced("squared_hinge", fnp.square(lack), reduction, weights)


def perceptron(scores: Any, targets: Any, *, weights: Any = None, reduction: str = "mean") -> Any:
    """How far a score is on the wrong side: max(0, -scores targets).

    Args:
        scores: any shape.
        targets: -1 or 1, the same shape.
        weights: of the elements, or a boolean mask.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar, or the losses for "none".

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.

    Source: Rosenblatt 1958, The perceptron.

    Example:
        >>> import numpy as np
        >>> perceptron(np.array([2.0, 2.0]), np.array([-1, 1]), reduction="none")
        array([2., 0.])
    """
    scores, targets = signed("perceptron", scores, targets)
    losses = _lack(-scores * targets)
    return reduced("perceptron", losses, reduction, weights)


def _lack(x: Any) -> Any:
    return fnp.where(x <= 0, 0, x)


def dice(
    logits: Any,
    targets: Any,
    *,
    smooth: float = 1.0,
    weights: Any = None,
    reduction: str = "mean",
) -> Any:
    """How little two masks overlap: 1 - (2 sum(p t) + smooth) / (sum(p) + sum(t) + smooth).

    Args:
        logits: of the mask, p = sigmoid(logits), shape (N, ...); the sums are over all but N.
        targets: 0, 1 or between, of the same shape.
        smooth: >= 0; with more than 0, two empty masks overlap.
        weights: of the masks, shape (N,), or a boolean mask.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar, or the losses of shape (N,) for "none".

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.

    Source: Milletari et al. 2016, arXiv:1606.04797.

    Example:
        >>> import numpy as np
        >>> round(float(dice(np.array([[99.0, -99.0]]), np.array([[1, 0]]))), 6)
        0.0
    """
    logits, targets = matched("dice", logits, targets)
    p, t, smooth = wide(sigmoid(logits)), wide(targets), weak(smooth)
    axes = tuple(range(1, len(p.shape)))
    overlap = 2 * fnp.sum(p * t, axis=axes) + smooth
    losses = 1 - overlap / (fnp.sum(p, axis=axes) + fnp.sum(t, axis=axes) + smooth)
    dtype = np.result_type(logits.dtype, targets.dtype)
    return reduced("dice", fnp.astype(losses, dtype), reduction, weights)
