"""A weighted mean over batches, as a value."""

from typing import Any, NamedTuple

import fzero

__all__ = ["Mean", "mean_init", "mean_merge", "mean_update", "mean_value"]


class Mean(NamedTuple):
    """A mean so far, of numbers or of a pytree of them.

    Attributes:
        total: the weighted sum; None before the first update.
        weight: the sum of the weights.
    """

    total: Any
    weight: Any


def mean_init() -> Mean:
    """The mean of nothing.

    Example:
        >>> mean_init()
        Mean(total=None, weight=0)
    """
    return Mean(None, 0)


def mean_update(mean: Mean, values: Any, weight: Any = 1) -> Mean:
    """A new mean, with one batch more.

    Args:
        mean: the mean so far, which stays as it is.
        values: the means of the batch, a number or a pytree such as {"loss": ..., "accuracy": ...}.
        weight: how many rows they are of.

    Returns:
        The new mean. Nothing is read on the host, so that a GPU is not waited for.

    Raises:
        ValueError: values are of another structure than before.

    Example:
        >>> mean = mean_update(mean_init(), {"loss": 4.0}, weight=100)
        >>> mean_value(mean_update(mean, {"loss": 1.0}, weight=50))
        {'loss': 3.0}
    """
    return mean_merge(mean, Mean(fzero.tree.map(lambda x: x * weight, values), weight))


def mean_merge(first: Mean, second: Mean) -> Mean:
    """The mean of two parts, such as those of two devices.

    Example:
        >>> mean_merge(Mean(6.0, 2), Mean(3.0, 1))
        Mean(total=9.0, weight=3)
    """
    if first.total is None or second.total is None:
        return second if first.total is None else first
    total = fzero.tree.map(lambda a, b: a + b, first.total, second.total)
    return Mean(total, first.weight + second.weight)


def mean_value(mean: Mean) -> Any:
    """The mean itself, in the structure of the values.

    Raises:
        ValueError: there was no update.

    Example:
        >>> mean_value(Mean(9.0, 3))
        3.0
    """
    if mean.total is None:
        raise ValueError(
            "mean_value: mean is without an update; expected one at least. "
            "Call mean_update(mean, values, weight) for each batch."
        )
    return fzero.tree.map(lambda x: x / mean.weight, mean.total)
