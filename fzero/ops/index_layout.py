"""How an indexing looks when its operands carry a batch axis in front."""

from collections.abc import Sequence
from typing import Any

from ..backend import array_namespace
from ..dtypes import shape_of
from .index import ARRAY, Index, merge
from .structural import reshape, transpose

__all__ = ["Layout", "result_shape"]


class Layout:
    """How an indexing looks when operands carry a batch axis in front.

    `index` and `arrays` apply to operands with the batch axis; `order` brings the axes of the
    result into the order of one row's result, behind the batch axis.
    """

    def __init__(
        self, size: int, x_batched: bool, arrays: Sequence[Any], batched: Any, index: Index
    ) -> None:
        places = [k for k, i in enumerate(index) if i is ARRAY or isinstance(i, int)]
        together = not arrays or places[-1] - places[0] + 1 == len(places)
        ranks = [len(shape_of(a)) - b for a, b in zip(arrays, batched, strict=True)]
        inner = max(ranks, default=0)
        before = sum(not isinstance(i, int) for i in index[: places[0]]) if arrays else 0
        start = before if together else 0
        kept = sum(i is None or isinstance(i, slice) for i in index)
        if not any(batched):
            self.index, self.arrays = (slice(None), *index), list(arrays)
            batch_at = 0 if together else inner
            self.order = (batch_at, *(k for k in range(1 + inner + kept) if k != batch_at))
            if not arrays:
                self.order = ()
            return
        lined = [
            reshape(a, shape=(size, *(1,) * (inner - r), *a.shape[1:])) if b else a
            for a, b, r in zip(arrays, batched, ranks, strict=True)
        ]
        block = tuple(range(1, 1 + inner))
        if not x_batched:
            self.index, self.arrays = index, lined
            self.order = (start, *range(start), *range(start + 1, 1 + inner + kept))
            return
        xp = array_namespace(lined[0])
        self.index = (ARRAY, *index)
        self.arrays = [xp.arange(size).reshape((size,) + (1,) * inner), *lined]
        rest = tuple(range(1 + inner, 1 + inner + kept))
        self.order = (0, *rest[:start], *block, *rest[start:])

    def leave(self, y: Any) -> Any:
        """The result with the batch axis first."""
        done = self.order in ((), tuple(range(y.ndim)))
        return y if done else transpose(y, axes=self.order)

    def enter(self, v: Any) -> Any:
        """Values with the batch axis first, as the index wants them."""
        if self.order in ((), tuple(range(v.ndim))):
            return v
        back = [0] * v.ndim
        for i, a in enumerate(self.order):
            back[a] = i
        return transpose(v, axes=tuple(back))


def result_shape(shape: tuple[int, ...], rows: Sequence[Any], index: Index, xp: Any) -> Any:
    """The shape that reading an index with arrays of shapes `rows` would give."""
    arrays = [xp.zeros(r, int) for r in rows]
    wide = tuple(max(n, 1) if i is ARRAY else n for n, i in _axis_items(shape, index))
    dummy = xp.broadcast_to(xp.zeros(()), wide)
    return dummy[merge(index, arrays)].shape


def _axis_items(shape: tuple[int, ...], index: Index) -> list[tuple[int, Any]]:
    items = [i for i in index if i is not None and i is not Ellipsis]
    gap = len(shape) - len(items)
    at = next((k for k, i in enumerate(index) if i is Ellipsis), len(index))
    at = sum(i is not None for i in index[:at])
    full = [*items[:at], *[slice(None)] * gap, *items[at:]]
    return list(zip(shape, full, strict=True))
