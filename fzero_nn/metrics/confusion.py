"""Precision, recall and F1 of the counts of a confusion matrix."""

from typing import Any

import fzero.numpy as fnp

__all__ = ["f1", "precision", "recall"]


def precision(matrix: Any, average: str | None = None) -> Any:
    """Of the rows said to be of a class, the share that is: TP / (TP + FP).

    Args:
        matrix: from confusion_matrix, shape (C, C).
        average: None for each class; "macro" for the mean of the classes, "weighted" for that
            weighted by their rows, "micro" for the ratio of the sums (then it is the accuracy).

    Returns:
        Shape (C,), or a scalar; 0 where no row was said to be of the class.

    Raises:
        ValueError: the matrix is not square, or the average is unknown.

    Example:
        >>> import numpy as np
        >>> precision(np.array([[1, 1], [0, 2]])).round(3)
        array([1.   , 0.667])
    """
    return _averaged("precision", matrix, average, lambda hits, labels, said: (hits, said))


def recall(matrix: Any, average: str | None = None) -> Any:
    """Of the rows of a class, the share that was said to be: TP / (TP + FN).

    Args:
        matrix: from confusion_matrix, shape (C, C).
        average: None, "macro", "weighted" or "micro", as in `precision`.

    Returns:
        Shape (C,), or a scalar; 0 where the class has no row.

    Raises:
        ValueError: the matrix is not square, or the average is unknown.

    Example:
        >>> import numpy as np
        >>> recall(np.array([[1, 1], [0, 2]]))
        array([0.5, 1. ])
    """
    return _averaged("recall", matrix, average, lambda hits, labels, said: (hits, labels))


def f1(matrix: Any, average: str | None = None) -> Any:
    """The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN).

    Args:
        matrix: from confusion_matrix, shape (C, C).
        average: None, "macro", "weighted" or "micro", as in `precision`.

    Returns:
        Shape (C,), or a scalar; 0 where the class has neither rows nor predictions.

    Raises:
        ValueError: the matrix is not square, or the average is unknown.

    Example:
        >>> import numpy as np
        >>> f1(np.array([[1, 1], [0, 2]])).round(3)
        array([0.667, 0.8  ])
    """
    return _averaged("f1", matrix, average, lambda hits, labels, said: (2 * hits, labels + said))


def _averaged(function: str, matrix: Any, average: str | None, terms: Any) -> Any:
    if average not in (None, "macro", "weighted", "micro"):
        raise ValueError(
            f"{function}: average is {average!r}; expected None, 'macro', 'weighted' or 'micro'. "
            "Leave it out for one number per class."
        )
    matrix = fnp.asarray(matrix)
    if len(matrix.shape) != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(
            f"{function}: matrix is of shape {matrix.shape}; expected (C, C). "
            "Take it from confusion_matrix(labels, predictions, num_classes)."
        )
    rows = fnp.sum(matrix, axis=1)
    counts = fnp.diagonal(matrix), rows, fnp.sum(matrix, axis=0)
    if average == "micro":
        return _ratio(*terms(*(fnp.sum(c) for c in counts)))
    each = _ratio(*terms(*counts))
    if average == "weighted":
        return _ratio(fnp.sum(each * rows), fnp.sum(rows))
    return each if average is None else fnp.mean(each)


def _ratio(part: Any, whole: Any) -> Any:
    return part / fnp.where(whole == 0, 1, whole)
