"""The cross-entropy of a softmax, with integer labels or with probabilities as targets."""

from typing import Any

import fzero.numpy as fnp
from fzero.fused import Fused

from ..functional import log_softmax
from ..kernels.cross_entropy import CROSS_ENTROPY
from .reduction import (
    check_fraction,
    check_integers,
    check_labels,
    check_shape,
    floats,
    matched,
    reduced,
    weak,
)

__all__ = ["smooth_labels", "softmax_cross_entropy", "softmax_cross_entropy_with_probabilities"]


def _reference(logits: Any, labels: Any, *, label_smoothing: float) -> Any:
    found = log_softmax(logits)
    losses = -fnp.take_along_axis(found, fnp.expand_dims(labels, -1), axis=-1)[..., 0]
    if not label_smoothing:
        return losses
    return (1 - label_smoothing) * losses - label_smoothing * fnp.mean(found, axis=-1)


def _batched(call: Any, size: int, args: Any, batched: Any, params: Any) -> tuple[Any, bool]:
    """Rows are one more leading axis of both arguments."""
    full = [
        a if own else fnp.broadcast_to(a, (size, *a.shape))
        for a, own in zip(args, batched, strict=True)
    ]
    return call(*full, **params), True


def _samples(rng: Any) -> list[Any]:
    return [
        ((rng.normal(size=(4, 3)), rng.integers(0, 3, 4)), {"label_smoothing": 0.0}),
        ((rng.normal(size=(2, 3, 5)), rng.integers(0, 5, (2, 3))), {"label_smoothing": 0.1}),
        ((rng.normal(size=3), rng.integers(0, 3, ())), {"label_smoothing": 0.0}),
    ]


_cross_entropy = Fused(
    "cross_entropy",
    _reference,
    {"numpy": CROSS_ENTROPY, "cupy": CROSS_ENTROPY},
    samples=_samples,
    batch=_batched,
)


def softmax_cross_entropy(
    logits: Any,
    labels: Any,
    *,
    axis: int = -1,
    label_smoothing: float = 0.0,
    class_weights: Any = None,
    ignore_label: int | None = None,
    weights: Any = None,
    reduction: str = "mean",
) -> Any:
    """The cross-entropy of integer labels: -log softmax(logits)[label], stable at extremes.

    With label smoothing a, the target is 1 - a at the label, and a / C more everywhere.

    Args:
        logits: scores of C classes along `axis`.
        labels: integers, 0 <= label < C, of the shape of logits without `axis`.
        axis: the axis of the classes; 1 for images (N, C, H, W).
        label_smoothing: between 0 and 1.
        class_weights: shape (C,); a row weighs as much as the class of its label. (PyTorch also
            weighs what label smoothing adds, class by class.)
        ignore_label: rows with this label, which may be negative, weigh nothing.
        weights: of the rows, or a boolean mask; what broadcasts to the shape of labels.
        reduction: "mean" (weighted: the sum over the sum of the weights, and 0 if that is 0),
            "sum", "batch" (the sum over the length of axis 0) or "none".

    Returns:
        A scalar of the dtype of logits, or the losses in the shape of labels for "none".

    Raises:
        TypeError: labels are no integers.
        ValueError: shapes that do not fit, or an unknown option.
        IndexError: a label is no class, so -1 as well. On a GPU, where looking at the labels
            would wait for the device, the loss of such a row is NaN.

    Gradient: (softmax(logits) - target) times the cotangent; the probabilities are saved.
    Cost: one pass over the logits each way.

    Example:
        >>> import numpy as np
        >>> float(softmax_cross_entropy(np.array([[0.0, 1000.0]]), np.array([0])))
        1000.0
    """
    name = "softmax_cross_entropy"
    check_fraction(name, "label_smoothing", label_smoothing)
    logits, labels = floats(logits), fnp.asarray(labels)
    check_integers(name, labels)
    logits = fnp.moveaxis(logits, axis, -1) if axis != -1 else logits
    shape = tuple(logits.shape)
    check_shape(name, "labels", labels, shape[:-1], f"logits of shape (*rows, classes) = {shape}")
    if ignore_label is not None:
        keep = labels != ignore_label
        weights = keep if weights is None else keep * weights
        labels = fnp.where(keep, labels, 0)
        logits = fnp.where(fnp.expand_dims(keep, -1), logits, 0)
    seen = check_labels(name, labels, shape[-1])
    if class_weights is not None:
        class_weights = fnp.asarray(class_weights)
        check_shape(name, "class_weights", class_weights, shape[-1:], f"{shape[-1]} classes")
        own = fnp.take(class_weights, labels)
        weights = own if weights is None else own * weights
    losses = _of_rows(logits, labels, weak(label_smoothing), seen)
    return reduced(name, losses, reduction, weights)


def _of_rows(logits: Any, labels: Any, label_smoothing: float, seen: bool) -> Any:
    if seen:
        return _cross_entropy(logits, labels, label_smoothing=label_smoothing)
    # On a device nobody has looked at the labels: a wrong one must not pick a number.
    valid = (labels >= 0) & (labels < logits.shape[-1])
    losses = _cross_entropy(logits, fnp.where(valid, labels, 0), label_smoothing=label_smoothing)
    return fnp.where(valid, losses, float("nan"))


def softmax_cross_entropy_with_probabilities(
    logits: Any, targets: Any, *, axis: int = -1, weights: Any = None, reduction: str = "mean"
) -> Any:
    """The cross-entropy of soft targets: -sum(targets log softmax(logits)).

    Args:
        logits: scores along `axis`, of any shape.
        targets: probabilities of the same shape, one-hot rows for example. They need not sum to
            1: relevances of the items of a list make this the softmax loss of ranking.
        axis: the axis of the classes, which is summed over.
        weights: of the rows, or a boolean mask.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar, or the losses in the shape of logits without `axis` for "none".

    Raises:
        ValueError: shapes that do not fit, or an unknown reduction.

    Example:
        >>> import numpy as np
        >>> logits, targets = np.zeros((1, 4)), np.full((1, 4), 0.25)
        >>> round(float(softmax_cross_entropy_with_probabilities(logits, targets)), 4)
        1.3863
    """
    name = "softmax_cross_entropy_with_probabilities"
    logits, targets = matched(name, logits, targets)
    found = log_softmax(logits, axis)
    # A class of probability 0 may have a logit of -inf.
    found = fnp.where((targets == 0) & (found == -float("inf")), 0, found)
    return reduced(name, -fnp.sum(targets * found, axis=axis), reduction, weights)


def smooth_labels(targets: Any, alpha: float) -> Any:
    """Targets pulled towards the uniform distribution: (1 - alpha) targets + alpha / C.

    Args:
        targets: probabilities along the last axis, shape (..., C).
        alpha: between 0 and 1.

    Returns:
        An array of the shape and dtype of targets; float64 for integers.

    Raises:
        ValueError: alpha is outside 0 ... 1.

    Source: Szegedy et al. 2015, arXiv:1512.00567.

    Example:
        >>> import numpy as np
        >>> smooth_labels(np.array([1.0, 0.0]), 0.5)
        array([0.75, 0.25])
    """
    check_fraction("smooth_labels", "alpha", alpha)
    targets, alpha = floats(targets), weak(alpha)
    return (1 - alpha) * targets + alpha / targets.shape[-1]
