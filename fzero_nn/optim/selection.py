"""Transformations of each number alone, and what they are on some leaves of a tree.

Where an update of a number depends on this number's gradient, parameter and state alone, a step
may go through a large array block by block. Such a transformation carries a mark on its `update`:
a function that takes the whole tree of gradients, since masks are functions of whole trees, and
returns a `Selection`.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

__all__ = ["Kernel", "Selection", "elementwise", "joined", "kernel_of", "parts_of", "selection"]

#: Numbers of leaves -> the transformation of the list of these leaves, or of blocks of them. None
#: in place of a number stands for a hole, which a mask around the transformation left there.
Selection = Callable[[Sequence[int | None]], Any]
#: (gradient, parameter, old state, new state, memory) -> update, of a block of an array. The arrays
#: of the new state are written to; the old ones may lie in the same memory.
Kernel = Callable[[Any, Any, Any, Any, Any], Any]
_SELECT, _KERNEL, _PARTS = "selection", "kernel", "parts"
T = TypeVar("T")


def elementwise(
    t: T,
    select: Callable[[Any], Selection | None] | None = None,
    kernel: Kernel | None = None,
    parts: Sequence[Any] = (),
) -> T:
    """Mark a transformation as one of each number alone.

    Args:
        t: a pair of functions, whose `update` is its own.
        select: the whole tree of gradients -> the selection, or None where it has parts that
            are not of this kind; by default t serves any leaves.
        kernel: does the same to one block of NumPy arrays of one dtype, if there is one.
        parts: what a chain is made of, whose last ones may be of this kind where it is not.

    Returns:
        The same pair.

    Example:
        >>> from fzero_nn.optim import scale
        >>> selection(scale(2.0), [1.0, 2.0])([1]).update([5.0], ())[0]
        [10.0]
    """
    update = getattr(t, "update")  # noqa: B009
    setattr(update, _SELECT, select or (lambda updates: lambda leaves: t))
    setattr(update, _KERNEL, kernel)
    setattr(update, _PARTS, list(parts))
    return t


def kernel_of(t: Any) -> Kernel | None:
    """The kernel of a transformation, if it has one."""
    return getattr(t.update, _KERNEL, None)


def selection(t: Any, updates: Any) -> Selection | None:
    """The selection of a transformation, None if it is not marked.

    Args:
        t: a pair of functions.
        updates: a tree like the gradients; only its structure, shapes and dtypes count.
    """
    select = getattr(t.update, _SELECT, None)
    return None if select is None else select(updates)


def parts_of(t: Any) -> list[Any]:
    """The transformations of a chain, whose state is the tuple of theirs; none of another."""
    return getattr(t.update, _PARTS, [])


def joined(
    parts: Sequence[Any], join: Callable[[list[Any]], Any]
) -> Callable[[Any], Selection | None]:
    """The mark of what is put together from parts: it holds where it holds for all of them.

    Args:
        parts: transformations.
        join: puts such parts together.
    """

    def select(updates: Any) -> Selection | None:
        found = [selection(part, updates) for part in parts]
        if None in found:
            return None
        return lambda leaves: join([of(leaves) for of in found if of is not None])

    return select
