"""`scan` and `map`: steps along an axis."""

import builtins
from collections.abc import Callable
from typing import Any

from .. import tree
from ..arguments import check_callable, describe, leaves_like
from ..backend import array_namespace
from ..core import Tracer
from ..derivatives import eval_shape
from ..dtypes import shape_of
from ..mapping import vmap
from ..ops.structural import stack, unstack
from .loops import same_structure

__all__ = ["map", "scan"]


def _rows(name: str, xs: Any, length: int | None) -> tuple[list[list[Any]], Any, int]:
    """The slices of each leaf along axis 0, the structure, and how many there are."""
    leaves, treedef = tree.flatten(xs)
    bad = [describe(x) for x in leaves if not shape_of(x)]
    if bad:
        raise ValueError(
            f"{name}: xs has leaves without an axis: {', '.join(bad)}; expected arrays whose axis "
            "0 is the steps. Stack them, or pass constants through a closure."
        )
    lengths = {shape_of(x)[0] for x in leaves} | ({length} if length is not None else set())
    if len(lengths) != 1:
        raise ValueError(
            f"{name}: the lengths are {sorted(lengths)}; expected one number of steps, from the "
            "leaves of xs or from length=. Give xs with equal first axes."
        )
    return [_slices(x) for x in leaves], treedef, lengths.pop()


def _slices(x: Any) -> Any:
    return unstack(x, axis=0) if isinstance(x, Tracer) else x


def scan(
    f: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int = 1,
) -> tuple[Any, Any]:
    """Thread a carry through the steps of `xs`, and stack what each step returns.

    Args:
        f: `(carry, x) -> (carry, y)`; the carry keeps its structure and shapes.
        init: the first carry.
        xs: a pytree of arrays with the steps along axis 0, or None.
        length: the number of steps; needed if `xs` is None.
        reverse: start from the last step; the results stay in the order of `xs`.
        unroll: has no effect, since nothing is compiled; accepted for JAX's code.

    Returns:
        `(carry, ys)`, `ys` with the steps along axis 0.

    Raises:
        ValueError: lengths that differ, a carry that changes its structure or shapes.

    Gradient: both modes; cost linear in the number of steps.

    Example:
        >>> import fzero, numpy as np
        >>> carry, sums = fzero.scan(lambda c, x: (c + x, c + x), 0.0, np.arange(4.0))
        >>> sums.tolist()
        [0.0, 1.0, 3.0, 6.0]
    """
    check_callable("scan", f, "Write scan(f, init, xs).")
    slices, treedef, n = _rows("scan", xs, length)
    if n == 0:
        x0 = tree.unflatten(treedef, [x[:1].sum(0) for x in tree.leaves(xs)])
        y = eval_shape(lambda c, x: f(c, x)[1], init, x0)
        xp = array_namespace(*tree.leaves(xs))
        return init, tree.map(lambda s: xp.zeros((0, *s.shape), s.dtype), y)
    carry, ys, y_tree = init, [], tree.structure(None)
    for i in builtins.reversed(range(n)) if reverse else range(n):
        out = f(carry, tree.unflatten(treedef, [s[i] for s in slices]))
        if not isinstance(out, tuple) or len(out) != 2:
            raise TypeError(
                f"scan: the function returned {type(out).__name__}; expected a pair (carry, y). "
                "Return (carry, None) if there is nothing to stack."
            )
        carry = same_structure("scan", out[0], carry)
        if not ys:
            leaves, y_tree = tree.flatten(out[1])
        else:
            leaves = leaves_like(y_tree, out[1], "scan", "the result of a step")
        ys.append(leaves)
    if reverse:
        ys.reverse()
    stacked = [_stacked(i, column) for i, column in enumerate(zip(*ys, strict=True))]
    return carry, tree.unflatten(y_tree, stacked)


def _stacked(leaf: int, column: tuple[Any, ...]) -> Any:
    """What the steps returned, along a new axis 0."""
    shapes = [shape_of(y) for y in column]
    if len(set(shapes)) > 1:
        step = next(i for i, s in enumerate(shapes) if s != shapes[0])
        raise ValueError(
            f"scan: leaf {leaf} of the results has shape {shapes[0]}, and {shapes[step]} {step} "
            "steps later; expected one shape. Pad the results, or return them as the carry."
        )
    return stack(*column, axis=0)


def map(f: Callable[[Any], Any], xs: Any, *, batch_size: int | None = None) -> Any:
    """`f` of each slice of `xs` along axis 0, stacked.

    Args:
        f: pytree -> pytree.
        xs: a pytree of arrays with equal first axes.
        batch_size: run so many slices at once by `vmap`; None runs them one by one.

    Returns:
        The results, stacked along axis 0.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.map(lambda x: x**2, np.arange(3.0)).tolist()
        [0.0, 1.0, 4.0]
    """
    check_callable("map", f, "Write map(f, xs).")
    if batch_size is not None:
        return vmap(f, chunk_size=batch_size)(xs)
    return scan(lambda carry, x: (carry, f(x)), None, xs)[1]
