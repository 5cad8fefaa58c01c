"""`associative_scan`: all prefixes in a logarithmic number of calls."""

from collections.abc import Callable
from typing import Any

from .. import tree
from ..arguments import check_callable
from ..dtypes import shape_of
from ..ops.structural import concatenate, flip, reshape, stack
from ..shaping import axis_of

__all__ = ["associative_scan"]


def associative_scan(
    fn: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0
) -> Any:
    """All prefixes combined by an associative function, in O(log n) calls on whole arrays.

    Args:
        fn: `(a, b) -> c` on pytrees of arrays that hold many elements along `axis`; associative.
        elems: a pytree of arrays of equal size along `axis`.
        reverse: combine from the end.
        axis: the axis of the elements.

    Returns:
        The structure and shapes of `elems`; element i is elems[0] * ... * elems[i].

    Raises:
        ValueError: sizes that differ along `axis`.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.associative_scan(np.add, np.arange(5.0)).tolist()
        [0.0, 1.0, 3.0, 6.0, 10.0]
    """
    check_callable("associative_scan", fn, "Write associative_scan(fn, elems).")
    leaves, treedef = tree.flatten(elems)
    axes = [axis_of(len(shape_of(x)), axis) for x in leaves]
    sizes = {shape_of(x)[a] for x, a in zip(leaves, axes, strict=True)}
    if len(sizes) != 1:
        raise ValueError(
            f"associative_scan: the sizes along axis {axis} are {sorted(sizes)}; expected one "
            "size. Pass arrays with as many elements each."
        )
    if reverse:
        leaves = [flip(x, axis=(a,)) for x, a in zip(leaves, axes, strict=True)]

    def combine(a: list[Any], b: list[Any]) -> list[Any]:
        return tree.leaves(fn(tree.unflatten(treedef, a), tree.unflatten(treedef, b)))

    out = _prefixes(combine, leaves, axes)
    if reverse:
        out = [flip(x, axis=(a,)) for x, a in zip(out, axes, strict=True)]
    return tree.unflatten(treedef, out)


def _prefixes(combine: Any, xs: list[Any], axes: list[int]) -> list[Any]:
    """Combine neighbours, solve the half-length problem, fill in the other half."""
    n = shape_of(xs[0])[axes[0]]
    if n < 2:
        return xs

    def part(values: list[Any], rows: slice) -> list[Any]:
        return [v[(slice(None),) * a + (rows,)] for v, a in zip(values, axes, strict=True)]

    pairs = combine(part(xs, slice(0, n - 1, 2)), part(xs, slice(1, n, 2)))
    odd = _prefixes(combine, pairs, axes)
    rest = part(xs, slice(2, n, 2))
    even = combine(part(odd, slice(0, shape_of(rest[0])[axes[0]])), rest) if n > 2 else rest
    even = [
        concatenate(first, v, axis=a)
        for first, v, a in zip(part(xs, slice(0, 1)), even, axes, strict=True)
    ]
    return [_interleave(e, o, a) for e, o, a in zip(even, odd, axes, strict=True)]


def _interleave(even: Any, odd: Any, axis: int) -> Any:
    """even[0], odd[0], even[1], ... along `axis`."""
    n = shape_of(odd)[axis]
    head = (slice(None),) * axis
    pairs = stack(even[(*head, slice(0, n))], odd, axis=axis + 1)
    shape = shape_of(odd)
    mixed = reshape(pairs, shape=(*shape[:axis], 2 * n, *shape[axis + 1 :]))
    if shape_of(even)[axis] == n:
        return mixed
    return concatenate(mixed, even[(*head, slice(n, None))], axis=axis)
