"""Losses between distributions."""

import math
from typing import Any

import fzero.numpy as fnp

from .reduction import check_shape, floats, matched, reduced

__all__ = ["kl_divergence", "normal_nll"]


def kl_divergence(
    log_probabilities: Any,
    targets: Any,
    *,
    log_targets: bool = False,
    axis: int = -1,
    weights: Any = None,
    reduction: str = "mean",
) -> Any:
    """How far a distribution is from the target's: sum(t (log t - log p)).

    Args:
        log_probabilities: log p, such as from log_softmax; any shape.
        targets: probabilities t of the same shape, or their logarithms.
        log_targets: whether targets are logarithms.
        axis: the axis of the distribution, which is summed over.
        weights: of the rows, or a boolean mask.
        reduction: "mean" over the rows, "sum", "batch" or "none".

    Returns:
        A scalar, or the divergences in the shape without `axis` for "none".

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.

    Example:
        >>> import numpy as np
        >>> float(kl_divergence(np.log([0.5, 0.5]), np.array([0.0, 1.0])))
        0.693...
    """
    log_probabilities, targets = matched("kl_divergence", log_probabilities, targets)
    t = fnp.exp(targets) if log_targets else targets
    # t log t is 0 at 0; the logarithm of 1 stands in where it would be infinite.
    inside = t > 0
    log_t = fnp.where(inside, targets, 0) if log_targets else fnp.log(fnp.where(inside, t, 1))
    terms = fnp.where(inside, t * (log_t - fnp.where(inside, log_probabilities, 0)), 0)
    return reduced("kl_divergence", fnp.sum(terms, axis=axis), reduction, weights)


def normal_nll(
    mean: Any,
    log_variance: Any,
    targets: Any,
    *,
    weights: Any = None,
    reduction: str = "mean",
) -> Any:
    """Minus the log-density of a normal: ((t - mean)**2 / variance + log(2 pi variance)) / 2.

    Args:
        mean: any shape.
        log_variance: the logarithm of the variance, the same shape; a network can give any number.
        targets: t, the same shape.
        weights: of the elements, or a boolean mask.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar of the dtype of mean, or the losses for "none".

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.

    Source: Nix and Weigend 1994, Estimating the mean and variance of the target distribution.

    Example:
        >>> import numpy as np
        >>> round(float(normal_nll(np.zeros(1), np.zeros(1), np.zeros(1))), 4)
        0.9189
    """
    mean, log_variance, name = floats(mean), floats(log_variance), "normal_nll"
    shape = tuple(mean.shape)
    check_shape(name, "log_variance", log_variance, shape, f"mean of shape {shape}")
    mean, targets = matched(name, mean, targets)
    scaled = (targets - mean) * fnp.exp(log_variance / -2)
    losses = (fnp.square(scaled) + log_variance + math.log(2 * math.pi)) / 2
    return reduced(name, losses, reduction, weights)
