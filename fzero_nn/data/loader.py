"""Minibatches of many epochs from a position, which is a value: training resumes anywhere."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

import fzero
from fzero import random

from .batches import check_batch_size, gather, row_count

__all__ = ["Loader", "Position", "order"]


class Position(NamedTuple):
    """Where a loader stands: save it with the parameters, and go on from it.

    Attributes:
        key: decides the order of every epoch, and the numbers that the transform draws.
        epoch: the epoch, from 0.
        offset: how many rows of this epoch are behind.
    """

    key: Any
    epoch: int = 0
    offset: int = 0


def order(key: Any, epoch: int, rows: int) -> Any:
    """The order of the rows in one epoch: permutation(fold_in(key, epoch), rows).

    Args:
        key: decides the orders of all epochs.
        epoch: the epoch, >= 0.
        rows: how many rows there are, >= 0.

    Returns:
        Each of 0 ... rows - 1 once, int64 of shape (rows,).

    Example:
        >>> from fzero import random
        >>> sorted(order(random.key(0), 3, 4).tolist())
        [0, 1, 2, 3]
    """
    return random.permutation(random.fold_in(key, epoch), rows)


@dataclass(frozen=True, eq=False)
class Loader:
    """How to cut rows into batches; it holds no state, the position is yours.

    Args:
        source: a pytree of arrays with the same first axis; or a data set, an object with
            `__len__` and with `__getitem__(i)` for one row, a pytree.
        batch_size: rows of a batch, > 0.
        shuffle: draw the order of each epoch from the position's key.
        drop_last: leave out a last batch of fewer rows.
        transform: `transform(key, batch) -> batch`, applied to each batch, with a key that
            depends on the position alone.
        prefetch: how many batches a thread prepares ahead; 0 for no thread.
        device: where the batches go, as in `fzero.device_put`; None leaves them.
        batched: a data set's `__getitem__` takes an array of indices and gives a whole batch.

    Raises:
        ValueError: the arrays differ in length, or there is not one batch.
        TypeError: the source is neither arrays nor a data set.

    Example:
        >>> loader, start = Loader(np.arange(5), 2), Position(random.key(0))
        >>> for position, batch in loader.run(start, epochs=3):
        ...     pass  # train on the batch; save `position` with the parameters
        >>> position.epoch, position.offset
        (3, 0)
    """

    source: Any
    batch_size: int
    shuffle: bool = True
    drop_last: bool = False
    transform: Callable[[Any, Any], Any] | None = None
    prefetch: int = 0
    device: Any = None
    batched: bool = False

    def __post_init__(self) -> None:
        check_batch_size("Loader", self.batch_size)
        if self.prefetch < 0:
            raise ValueError(
                f"Loader: prefetch is {self.prefetch}; expected 0 or more batches. Try prefetch=2."
            )
        if self.rows == 0 or (self.drop_last and self.rows < self.batch_size):
            raise ValueError(
                f"Loader: source is of {self.rows} rows with batch_size={self.batch_size} and "
                f"drop_last={self.drop_last}; expected at least one batch, as no epoch would end. "
                "Choose a smaller batch_size, or drop_last=False."
            )

    @property
    def rows(self) -> int:
        """How many rows there are."""
        if _is_data_set(self.source):
            return len(self.source)
        return row_count("Loader", "source", self.source)

    def __len__(self) -> int:
        """How many batches an epoch has."""
        return len(range(0, self._stop, self.batch_size))

    def run(self, start: Position, epochs: int) -> Iterator[tuple[Position, Any]]:
        """The batches from a position on, until so many epochs are through.

        Args:
            start: where to begin: `Position(key)`, or one that `run` gave before.
            epochs: counted from the very first, not from `start`.

        Yields:
            The position after the batch, and the batch.

        Raises:
            TypeError, ValueError: as `epoch`.
        """
        return self._run(self._checked(start), epochs)

    def _run(self, position: Position, epochs: int) -> Iterator[tuple[Position, Any]]:
        for epoch in range(position.epoch, epochs):
            yield from self.epoch(position)
            position = Position(position.key, epoch + 1)

    def epoch(self, position: Position) -> Iterator[tuple[Position, Any]]:
        """The batches of the rest of the position's epoch.

        Args:
            position: where to begin, in the middle of an epoch too.

        Yields:
            The position after the batch, and the batch. After the last batch that is the
            beginning of the next epoch.

        Raises:
            TypeError: the position is no `Position`.
            ValueError: the position is not one of these rows, or a key is needed and is None.
        """
        position = self._checked(position)
        starts = range(position.offset, self._stop, self.batch_size)
        where = [position._replace(offset=start) for start in starts]
        after = [*where[1:], position._replace(epoch=position.epoch + 1, offset=0)]
        chosen, key = self._order(position), self._transform_key(position)
        fetched = _in_turn(lambda p: self._batch(p.offset, chosen, key), where, self.prefetch)
        return _paired(after, fetched)

    @property
    def _stop(self) -> int:
        """Past the last offset at which a batch may begin."""
        return self.rows - self.batch_size + 1 if self.drop_last else self.rows

    def _checked(self, position: Position) -> Position:
        if not isinstance(position, Position):
            raise TypeError(
                f"Loader: position is a {type(position).__name__}; expected a Position. "
                "Write Position(key)."
            )
        key, epoch, offset = position.key, int(position.epoch), int(position.offset)
        if epoch < 0 or not 0 <= offset <= self.rows:
            raise ValueError(
                f"Loader: position is at epoch {epoch}, offset {offset}; expected an epoch of 0 or "
                f"more, and an offset of 0 to {self.rows}. Begin with Position(key)."
            )
        if key is None and (self.shuffle or self.transform is not None):
            raise ValueError(
                "Loader: position.key is None; expected a key, as the loader shuffles or "
                "transforms. Begin with Position(random.key(0))."
            )
        # Too few rows are left for a batch if the batch size has changed since.
        return Position(key, epoch, offset) if offset < self._stop else Position(key, epoch + 1)

    def _order(self, position: Position) -> Any:
        rows = self.rows
        chosen = order(position.key, position.epoch, rows) if self.shuffle else np.arange(rows)
        return chosen if _is_data_set(self.source) else _like(self.source, chosen)

    def _transform_key(self, position: Position) -> Any:
        """The key of the epoch, from which that of each batch comes."""
        if self.transform is None:
            return None
        # Folded with a name first: the bare epoch's key has drawn the order.
        return random.fold_in(random.fold_in(position.key, "transform"), position.epoch)

    def _batch(self, offset: int, chosen: Any, key: Any) -> Any:
        batch = self._fetch(chosen[offset : offset + self.batch_size])
        if self.transform is not None:
            batch = self.transform(random.fold_in(key, offset), batch)
        return batch if self.device is None else fzero.device_put(batch, self.device)

    def _fetch(self, chosen: Any) -> Any:
        if not _is_data_set(self.source):
            return gather(self.source, chosen)
        if self.batched:
            return self.source[chosen]
        return _stacked([self.source[i] for i in chosen.tolist()])


def _is_data_set(source: Any) -> bool:
    """Whether the source is one object that hands out rows, rather than a pytree of arrays.

    Raises:
        TypeError: a leaf of the pytree is neither.
    """
    leaves = fzero.tree.leaves(source)
    if all(hasattr(leaf, "shape") for leaf in leaves):
        return False
    if len(leaves) == 1 and leaves[0] is source and hasattr(source, "__getitem__"):
        return hasattr(source, "__len__")
    kinds = sorted({type(leaf).__name__ for leaf in leaves if not hasattr(leaf, "shape")})
    raise TypeError(
        f"Loader: source has leaves of type {', '.join(kinds)}; expected a pytree of arrays, or "
        "one object with __len__ and __getitem__. Write numpy.asarray(...) around lists."
    )


def _like(arrays: Any, indices: Any) -> Any:
    return fzero.array_namespace(*fzero.tree.leaves(arrays)).asarray(indices)


def _stacked(rows: list[Any]) -> Any:
    xp = fzero.array_namespace(*fzero.tree.leaves(rows[0]))
    return fzero.tree.map(lambda *leaves: xp.stack([xp.asarray(x) for x in leaves]), *rows)


def _paired(after: list[Position], fetched: Iterator[Any]) -> Iterator[tuple[Position, Any]]:
    # A generator, unlike zip, can be closed, and then closes the thread behind `fetched`.
    yield from zip(after, fetched, strict=True)


def _in_turn(
    fetch: Callable[[Position], Any], positions: list[Position], ahead: int
) -> Iterator[Any]:
    """`fetch` of each position, with up to `ahead` of them fetched before they are asked for."""
    return _by_thread(fetch, positions, ahead) if ahead else map(fetch, positions)


def _by_thread(
    fetch: Callable[[Position], Any], positions: list[Position], ahead: int
) -> Iterator[Any]:
    # Imported here, as it brings logging, which would slow the import of the package.
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="fzero-loader")
    waiting, rest = deque(), iter(positions)
    try:
        for position in rest:
            waiting.append(pool.submit(fetch, position))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        # Also when the consumer breaks off, or the fetching raises.
        pool.shutdown(wait=True, cancel_futures=True)
