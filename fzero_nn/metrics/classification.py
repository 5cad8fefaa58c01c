"""Metrics of predicted classes."""

from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp

__all__ = ["accuracy", "auc", "confusion_matrix", "perplexity", "top_k_accuracy"]


def accuracy(logits: Any, labels: Any, *, ignore_label: int | None = None) -> Any:
    """The share of rows whose largest logit is at the label.

    Args:
        logits: shape (..., C); probabilities do as well. Of equal ones the first counts.
        labels: integers of shape (...).
        ignore_label: rows with this label are left out.

    Returns:
        A scalar between 0 and 1, float64; 0 if no row is left.

    Raises:
        TypeError: labels are no integers.
        ValueError: the shapes do not fit.

    Example:
        >>> import numpy as np
        >>> float(accuracy(np.array([[0.1, 0.9], [0.8, 0.2]]), np.array([1, 1])))
        0.5
    """
    logits, labels = _rows("accuracy", logits, labels)
    return _share(fnp.argmax(logits, axis=-1) == labels, labels, ignore_label)


def top_k_accuracy(logits: Any, labels: Any, k: int = 5, *, ignore_label: int | None = None) -> Any:
    """The share of rows whose label is among the k largest logits.

    Args:
        logits: shape (..., C); probabilities do as well.
        labels: integers of shape (...), 0 <= label < C.
        k: from 1 to C. Of equal logits at the border, the earlier classes count.
        ignore_label: rows with this label are left out.

    Returns:
        A scalar between 0 and 1, float64; 0 if no row is left.

    Raises:
        TypeError: labels are no integers.
        ValueError: the shapes do not fit, or k is outside 1 ... C.
        IndexError: a label is C or more (on the CPU).

    Example:
        >>> import numpy as np
        >>> float(top_k_accuracy(np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0]]), np.array([1, 2]), 2))
        0.5
    """
    logits, labels = _rows("top_k_accuracy", logits, labels)
    if not 1 <= k <= logits.shape[-1]:
        raise ValueError(
            f"top_k_accuracy: k is {k} with {logits.shape[-1]} classes; expected 1 <= k <= "
            f"{logits.shape[-1]}. Take accuracy for k = 1."
        )
    kept = labels if ignore_label is None else fnp.where(labels == ignore_label, 0, labels)
    column = fnp.expand_dims(kept, -1)
    own = fnp.take_along_axis(logits, column, axis=-1)
    earlier = fzero.array_namespace(labels).arange(logits.shape[-1]) < column
    ahead = (logits > own) | ((logits == own) & earlier)
    # A negative label, and one whose logit is NaN, is among none.
    right = (fnp.sum(ahead, axis=-1) < k) & (kept >= 0) & ~fnp.isnan(own[..., 0])
    return _share(right, labels, ignore_label)


def _rows(function: str, logits: Any, labels: Any) -> tuple[Any, Any]:
    """Both as arrays, checked."""
    logits, labels = fnp.asarray(logits), fnp.asarray(labels)
    _check_integers(function, "labels", labels)
    if labels.shape != logits.shape[:-1]:
        raise ValueError(
            f"{function}: labels is of shape {labels.shape} with logits of shape {logits.shape}; "
            f"expected {logits.shape[:-1]}. Reshape labels to that."
        )
    return logits, labels


def _check_integers(function: str, argument: str, x: Any) -> None:
    if x.size and x.dtype.kind not in "biu":
        raise TypeError(
            f"{function}: {argument} is of dtype {x.dtype}; expected integers, one class for each "
            "row. Take logits or one-hot rows with x.argmax(-1)."
        )


def _share(right: Any, labels: Any, ignore_label: int | None) -> Any:
    kept = fnp.ones_like(right) if ignore_label is None else labels != ignore_label
    return fnp.sum(right & kept) / fnp.maximum(fnp.sum(kept), 1)


def confusion_matrix(labels: Any, predictions: Any, num_classes: int) -> Any:
    """How many rows of each class were said to be of which class.

    Args:
        labels: the right classes, integers of any shape; rows with a negative one are left out.
        predictions: the classes that were said, in the same shape, such as logits.argmax(-1).
        num_classes: the number of classes C.

    Returns:
        Integers of shape (C, C): at [i, j] the rows of class i that were said to be of class j.
        The matrices of several batches may be added.

    Raises:
        TypeError: labels or predictions are no integers.
        ValueError: the shapes differ.
        IndexError: a class is C or more, or a prediction is negative (on the CPU).

    Example:
        >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
        array([[1, 1],
               [0, 1]])
    """
    labels, predictions = fnp.asarray(labels), fnp.asarray(predictions)
    if predictions.shape != labels.shape:
        raise ValueError(
            f"confusion_matrix: predictions is of shape {predictions.shape} with labels of shape "
            f"{labels.shape}; expected the same. Take logits.argmax(-1) for predictions."
        )
    for argument, classes in (("labels", labels), ("predictions", predictions)):
        _check_integers("confusion_matrix", argument, classes)
    kept = labels >= 0
    _check_classes("labels", labels, num_classes, least=None)
    _check_classes("predictions", predictions, num_classes, least=0)
    counts = fzero.array_namespace(labels).zeros((num_classes, num_classes), np.int64)
    places = fnp.where(kept, labels, 0), fnp.where(kept, predictions, 0)
    return fzero.at(counts, places).add(fnp.astype(kept, np.int64))


def _check_classes(argument: str, classes: Any, most: int, least: int | None) -> None:
    """Raise if some classes on the CPU are none of `most`; negative ones may be allowed."""
    found: Any = fzero.value(classes)
    if not isinstance(found, (np.ndarray, np.generic)):
        return
    found = np.asarray(found)
    wrong = (found >= most) if least is None else (found >= most) | (found < least)
    if wrong.any():
        raise IndexError(
            f"confusion_matrix: {argument} has {np.unique(found[wrong])[:10].tolist()}; expected "
            f"0 or more, and less than num_classes = {most}. Mark rows to leave out by a negative "
            "label."
        )


def auc(scores: Any, labels: Any) -> Any:
    """The area under the ROC curve: how often a positive's score is above a negative's.

    Args:
        scores: shape (N,), any scale.
        labels: 0 or 1, shape (N,).

    Returns:
        A scalar between 0 and 1, float64; equal scores count half. NaN without both classes, or
        if a score is NaN.

    Raises:
        ValueError: the shapes are not (N,).

    Cost: one sort.

    Example:
        >>> float(auc(np.array([0.1, 0.4, 0.35, 0.8]), np.array([0, 0, 1, 1])))
        0.75
    """
    scores, labels = fnp.asarray(scores), fnp.asarray(labels)
    if len(scores.shape) != 1 or labels.shape != scores.shape:
        raise ValueError(
            f"auc: scores is of shape {scores.shape}, labels of {labels.shape}; expected (N,) "
            "for both. Flatten them with reshape(-1)."
        )
    ordered = fnp.sort(scores)
    below = fnp.searchsorted(ordered, scores, side="left")
    ranks = (below + fnp.searchsorted(ordered, scores, side="right") + 1) / 2
    positive = labels > 0
    positives = fnp.sum(positive)
    pairs = positives * (labels.shape[0] - positives)
    above = fnp.sum(fnp.where(positive, ranks, 0)) - positives * (positives + 1) / 2
    unknown = (pairs == 0) | fnp.any(fnp.isnan(scores))
    return fnp.where(unknown, float("nan"), above / fnp.maximum(pairs, 1))


def perplexity(loss: Any) -> Any:
    """exp of a mean cross-entropy: between how many classes a model is in doubt.

    Args:
        loss: a mean cross-entropy with natural logarithms.

    Returns:
        A number >= 1 of the dtype of loss.

    Example:
        >>> round(float(perplexity(np.log(10.0))), 6)
        10.0
    """
    return fnp.exp(loss)
