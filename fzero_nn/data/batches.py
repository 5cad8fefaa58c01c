"""Minibatches of one epoch, in the order that a key decides."""

from collections.abc import Iterator
from typing import Any

import numpy as np

import fzero
from fzero import random

__all__ = ["batches", "check_batch_size", "gather", "row_count"]


def batches(key: Any, arrays: Any, batch_size: int, drop_last: bool = False) -> Iterator[Any]:
    """Minibatches of one epoch, shuffled by a key.

    Args:
        key: decides the order, the same one every time; None keeps the order.
        arrays: a pytree of arrays with the same first axis, of length N.
        batch_size: rows of a batch, > 0.
        drop_last: leave out a last batch of fewer rows.

    Yields:
        Pytrees like `arrays`, with at most `batch_size` rows, which are copies.

    Raises:
        ValueError: the arrays differ in length, there is none, or batch_size is no size.

    Cost: one gather for each array and batch. `Loader` also resumes within an epoch.

    Example:
        >>> import numpy as np
        >>> x, y = np.arange(5), np.arange(5) * 10
        >>> [b.tolist() for _, b in batches(None, (x, y), 2)]
        [[0, 10], [20, 30], [40]]
    """
    rows = row_count("batches", "arrays", arrays)
    check_batch_size("batches", batch_size)
    return _batches(key, arrays, rows, batch_size, drop_last)


def _batches(key: Any, arrays: Any, rows: int, batch_size: int, drop_last: bool) -> Iterator[Any]:
    xp = fzero.array_namespace(*fzero.tree.leaves(arrays))
    order = xp.arange(rows) if key is None else xp.asarray(random.permutation(key, rows))
    stop = rows - batch_size + 1 if drop_last else rows
    for start in range(0, stop, batch_size):
        yield gather(arrays, order[start : start + batch_size])


def gather(arrays: Any, chosen: Any) -> Any:
    """The chosen rows of each array."""
    return fzero.tree.map(lambda a: a[chosen], arrays)


def row_count(function: str, argument: str, arrays: Any) -> int:
    """The length of the first axis that all arrays share.

    Raises:
        TypeError: leaves are no arrays, such as the numbers of a list.
        ValueError: they differ in length, there is none, or one has no axis.
    """
    leaves = fzero.tree.leaves(arrays)
    if kinds := sorted({type(a).__name__ for a in leaves if not hasattr(a, "shape")}):
        raise TypeError(
            f"{function}: {argument} has leaves of type {', '.join(kinds)}; expected a pytree of "
            "arrays. Write numpy.asarray(...) around lists."
        )
    shapes: list[tuple[int, ...]] = [tuple(a.shape) for a in leaves]
    lengths = {shape[:1] for shape in shapes}
    if len(lengths) != 1 or lengths == {()}:
        raise ValueError(
            f"{function}: {argument} is of lengths {sorted(lengths)}; expected arrays with the "
            "same first axis. Slice them to the shortest one."
        )
    return shapes[0][0]


def check_batch_size(function: str, batch_size: int) -> None:
    """Raise TypeError for a size that is no integer, ValueError for a batch of no rows."""
    if not isinstance(batch_size, (int, np.integer)):
        raise TypeError(
            f"{function}: batch_size is {batch_size!r}; expected an integer. "
            "Write total // parts for a whole number."
        )
    if batch_size < 1:
        raise ValueError(
            f"{function}: batch_size is {batch_size}; expected 1 or more. Try batch_size=100."
        )
