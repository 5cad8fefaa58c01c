"""Long sequences cut into lanes that run side by side, time first, for recurrent networks."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

import fzero

from .batches import check_batch_size, gather, row_count

__all__ = ["Lanes", "dezero_sequence_batches", "lanes", "sequence_batches"]


class Lanes(NamedTuple):
    """Sequences side by side.

    Attributes:
        data: a pytree of arrays of shape (T, B, ...).
        mask: bool of shape (T, B), False where a lane has ended and `data` is zero.
    """

    data: Any
    mask: Any


def lanes(arrays: Any, batch_size: int, tail: str = "mask") -> Lanes:
    """Cut a sequence of N steps into `batch_size` lanes of consecutive steps.

    The first N % B lanes have one step more than the others, so that every step is in one lane,
    once: data[t, k] is the step start_k + t, with start_k = k (N // B) + min(k, N % B).

    Args:
        arrays: a pytree of arrays with the same first axis, of length N, which is time.
        batch_size: how many lanes, B, of 1 to N.
        tail: "mask" for lanes of ceil(N / B) steps, whose last one is masked in the shorter
            lanes; "drop" for lanes of N // B steps, without the last N % B steps.

    Returns:
        The lanes. Average a loss over the steps with `(loss * mask).sum() / mask.sum()`.

    Raises:
        ValueError: the arrays differ in length, there are more lanes than steps, or no such tail.

    Example:
        >>> data, mask = lanes(np.arange(1, 8), 3)
        >>> data.tolist()
        [[1, 4, 6], [2, 5, 7], [3, 0, 0]]
        >>> mask.tolist()[-1], lanes(np.arange(1, 8), 3, "drop").data.tolist()
        ([True, False, False], [[1, 3, 5], [2, 4, 6]])
    """
    rows = _checked_rows("lanes", arrays, batch_size)
    if tail not in ("mask", "drop"):
        raise ValueError(f"lanes: tail is {tail!r}; expected 'mask' or 'drop'. Leave it out.")
    short, longer = divmod(rows, batch_size)
    longer = 0 if tail == "drop" else longer
    lane = np.arange(batch_size)
    lengths = short + (lane < longer)
    starts = lane * short + np.minimum(lane, longer)
    time = np.arange(short + (longer > 0))[:, None]
    return _gathered(arrays, starts + np.minimum(time, lengths - 1), time < lengths)


def _gathered(arrays: Any, chosen: np.ndarray, mask: np.ndarray) -> Lanes:
    xp = fzero.array_namespace(*fzero.tree.leaves(arrays))
    kept = xp.asarray(mask)

    def masked(a: Any) -> Any:
        wide = kept.reshape(kept.shape + (1,) * (a.ndim - 2))
        return a if mask.all() else xp.where(wide, a, xp.zeros((), a.dtype))

    return Lanes(fzero.tree.map(masked, gather(arrays, xp.asarray(chosen))), kept)


def sequence_batches(
    arrays: Any, batch_size: int, bptt: int, tail: str = "mask"
) -> Iterator[Lanes]:
    """The lanes of a sequence in chunks, for truncated backpropagation through time.

    The state of a recurrent network goes on from one chunk to the next, lane by lane.

    Args:
        arrays: a pytree of arrays with the same first axis, of length N, which is time.
        batch_size: how many lanes, B, of 1 to N.
        bptt: steps of a chunk, > 0; the last chunk may be shorter.
        tail: as in `lanes`.

    Yields:
        Lanes of `bptt` steps: data of shape (bptt, B, ...), mask of shape (bptt, B).

    Raises:
        ValueError: as `lanes`, or bptt is no length.

    Example:
        >>> [chunk.data.shape for chunk in sequence_batches(np.zeros((999, 1)), 30, 10)]
        [(10, 30, 1), (10, 30, 1), (10, 30, 1), (4, 30, 1)]
    """
    if bptt < 1:
        raise ValueError(f"sequence_batches: bptt is {bptt}; expected 1 or more. Try bptt=30.")
    whole = lanes(arrays, batch_size, tail)
    starts = range(0, whole.mask.shape[0], bptt)
    return (fzero.tree.map(lambda a, t=t: a[t : t + bptt], whole) for t in starts)


def dezero_sequence_batches(arrays: Any, batch_size: int) -> Iterator[Any]:
    """The batches of DeZero's `SeqDataLoader`, to repeat its results.

    Lane k takes the row (k (N // B) + i) % N at step i, of ceil(N / B) steps. Where B does not
    divide N, some rows come twice and the last ones may never come: see `lanes` for the others.

    Args:
        arrays: a pytree of arrays with the same first axis, of length N, which is time.
        batch_size: how many lanes, B, of 1 to N.

    Yields:
        Pytrees of arrays of shape (B, ...), one for each step.

    Raises:
        ValueError: the arrays differ in length, or there are more lanes than steps.

    Example:
        >>> [x.tolist() for x in dezero_sequence_batches(np.arange(7), 3)]
        [[0, 2, 4], [1, 3, 5], [2, 4, 6]]
    """
    rows = _checked_rows("dezero_sequence_batches", arrays, batch_size)
    xp = fzero.array_namespace(*fzero.tree.leaves(arrays))
    first = xp.arange(batch_size) * (rows // batch_size)
    return (gather(arrays, (first + i) % rows) for i in range(-(-rows // batch_size)))


def _checked_rows(function: str, arrays: Any, batch_size: int) -> int:
    rows = row_count(function, "arrays", arrays)
    check_batch_size(function, batch_size)
    if batch_size > rows:
        raise ValueError(
            f"{function}: batch_size is {batch_size} for {rows} steps; expected at most as many "
            f"lanes as steps. Try batch_size={max(rows, 1)}."
        )
    return rows
