"""Losses that pull vectors together and push them apart."""

from typing import Any

import fzero
import fzero.numpy as fnp

from .cross_entropy import softmax_cross_entropy
from .reduction import check_shape, floats, matched, reduced, weak

__all__ = ["cosine_distance", "cosine_similarity", "margin_ranking", "ntxent", "triplet"]


def _sizes(x: Any, axis: int) -> Any:
    """The largest |x| along an axis, 1 for zeros; a constant, to divide by without overflow."""
    top = fnp.max(fnp.abs(x), axis=axis, keepdims=True)
    return fzero.stop_gradient(fnp.where(top == 0, 1, top))


def _unit(x: Any, axis: int) -> Any:
    """x over its length; a zero vector stays zero, with gradient 0."""
    x = x / _sizes(x, axis)
    square = fnp.sum(x * x, axis=axis, keepdims=True)
    return fnp.where(square == 0, 0, x / fnp.sqrt(fnp.where(square == 0, 1, square)))


def _length(x: Any, axis: int) -> Any:
    """The Euclidean length, with gradient 0 at the zero vector."""
    sizes = _sizes(x, axis)
    square = fnp.sum(fnp.square(x / sizes), axis=axis, keepdims=True)
    root = fnp.where(square == 0, 0, fnp.sqrt(fnp.where(square == 0, 1, square)))
    return fnp.squeeze(root * sizes, axis)


def cosine_similarity(predictions: Any, targets: Any, *, axis: int = -1) -> Any:
    """The cosine of the angle between vectors: x y / (|x| |y|).

    Args:
        predictions: vectors along `axis`.
        targets: the same shape.
        axis: the axis of a vector.

    Returns:
        An array in the shape without `axis`, between -1 and 1; 0 with a zero vector.

    Raises:
        ValueError: the shapes differ.

    Gradient: 0 at a zero vector; finite for vectors of every length.

    Example:
        >>> import numpy as np
        >>> float(cosine_similarity(np.array([3.0, 0.0]), np.array([1.0, 0.0])))
        1.0
    """
    return _cosine(*matched("cosine_similarity", predictions, targets), axis)


def _cosine(x: Any, y: Any, axis: int) -> Any:
    return fnp.sum(_unit(x, axis) * _unit(y, axis), axis=axis)


def cosine_distance(
    predictions: Any,
    targets: Any,
    *,
    axis: int = -1,
    weights: Any = None,
    reduction: str = "mean",
) -> Any:
    """One minus the cosine of the angle between vectors: 1 - x y / (|x| |y|).

    Args:
        predictions: vectors along `axis`.
        targets: the same shape.
        axis: the axis of a vector.
        weights: of the vectors, or a boolean mask.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar, or the distances in the shape without `axis` for "none", between 0 and 2.

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.

    Example:
        >>> import numpy as np
        >>> float(cosine_distance(np.array([3.0, 0.0]), np.array([0.0, 1.0])))
        1.0
    """
    losses = 1 - _cosine(*matched("cosine_distance", predictions, targets), axis)
    return reduced("cosine_distance", losses, reduction, weights)


def triplet(
    anchors: Any,
    positives: Any,
    negatives: Any,
    *,
    margin: float = 1.0,
    axis: int = -1,
    weights: Any = None,
    reduction: str = "mean",
) -> Any:
    """The negative shall be farther than the positive: max(0, |a - p| - |a - n| + margin).

    Args:
        anchors: a, vectors along `axis`.
        positives, negatives: p and n, of the same shape.
        margin: by how much farther.
        axis: the axis of a vector.
        weights: of the triplets, or a boolean mask.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar, or the losses in the shape without `axis` for "none".

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.

    Gradient: 0 for a distance of 0.

    Source: Schroff et al. 2015, arXiv:1503.03832.

    Example:
        >>> import numpy as np
        >>> a, p, n = np.array([[0.0, 0.0], [0.0, 2.0], [3.0, 0.0]])
        >>> float(triplet(a, p, n, margin=1.5))
        0.5
    """
    anchors, positives, negatives = map(floats, (anchors, positives, negatives))
    name, shape = "triplet", tuple(anchors.shape)
    for argument, x in (("positives", positives), ("negatives", negatives)):
        check_shape(name, argument, x, shape, f"anchors of shape {shape}")
    excess = _length(anchors - positives, axis) - _length(anchors - negatives, axis) + weak(margin)
    return reduced(name, fnp.where(excess <= 0, 0, excess), reduction, weights)


def margin_ranking(
    first: Any,
    second: Any,
    targets: Any,
    *,
    margin: float = 0.0,
    weights: Any = None,
    reduction: str = "mean",
) -> Any:
    """One score shall be above the other: max(0, margin - targets (first - second)).

    Args:
        first, second: scores of the same shape.
        targets: 1 where first shall be above, -1 where second shall; the same shape.
        margin: by how much.
        weights: of the pairs, or a boolean mask.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar, or the losses for "none".

    Raises:
        ValueError: the shapes differ, or the reduction is unknown.

    Example:
        >>> import numpy as np
        >>> float(margin_ranking(np.array([1.0]), np.array([3.0]), np.array([1])))
        2.0
    """
    first, second, name = floats(first), floats(second), "margin_ranking"
    shape = tuple(first.shape)
    check_shape(name, "second", second, shape, f"first of shape {shape}")
    first, targets = matched(name, first, targets)
    excess = weak(margin) - targets * (first - second)
    return reduced(name, fnp.where(excess <= 0, 0, excess), reduction, weights)


def ntxent(first: Any, second: Any, *, temperature: float = 0.1, reduction: str = "mean") -> Any:
    """Two views of a sample shall be more alike than it is to the others of the batch.

    The cross-entropy of finding the other view of each of the 2 N vectors among all the others,
    with cosine similarities over the temperature as logits.

    Args:
        first, second: the two views, shape (N, D); row i of both is the same sample.
        temperature: > 0.
        reduction: "mean", "sum", "batch" or "none".

    Returns:
        A scalar, or the 2 N losses for "none", those of `first` before those of `second`.

    Raises:
        ValueError: the shapes differ or are not (N, D) with N > 0, temperature <= 0, or an
            unknown reduction.

    Cost: a matrix of (2 N, 2 N).

    Source: Chen et al. 2020, arXiv:2002.05709.

    Example:
        >>> import numpy as np
        >>> round(float(ntxent(np.eye(2), np.eye(2), temperature=1.0)), 4)
        0.5514
    """
    first, second = floats(first), floats(second)
    _check_views(first, second, temperature)
    n = first.shape[0]
    units = _unit(fnp.concatenate([first, second]), -1)
    xp = fzero.array_namespace(units)
    logits = units @ fnp.matrix_transpose(units) / weak(temperature)
    # No vector is to be found in itself.
    logits = fnp.where(xp.eye(2 * n, dtype=bool), -float("inf"), logits)
    others = xp.roll(xp.arange(2 * n), n)
    losses = softmax_cross_entropy(logits, others, reduction="none")
    return reduced("ntxent", losses, reduction)


def _check_views(first: Any, second: Any, temperature: float) -> None:
    if len(first.shape) != 2 or first.shape[0] == 0:
        raise ValueError(
            f"ntxent: first is of shape {tuple(first.shape)}; expected (N, D) with N > 0. "
            "Flatten the features with first.reshape(len(first), -1)."
        )
    check_shape("ntxent", "second", second, first.shape, f"first of shape {tuple(first.shape)}")
    if not temperature > 0:
        raise ValueError(
            f"ntxent: temperature is {temperature}; expected temperature > 0. Leave it out for 0.1."
        )
