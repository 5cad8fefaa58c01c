"""`vmap` against a Python loop over the rows."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import tree
from ..mapping import vmap
from .compare import agree

__all__ = ["check_vmap"]


def check_vmap(
    f: Callable[..., Any],
    args: Sequence[Any],
    in_axes: Any = 0,
    out_axes: int = 0,
    *,
    atol: float = 1e-9,
    rtol: float = 1e-9,
) -> None:
    """Check `vmap(f, in_axes, out_axes)` at `args` against `f` called row by row.

    Args:
        f: a function of pytrees of arrays for one row, returning a pytree.
        args: a tuple of the arguments for all rows, at least one row.
        in_axes: as for `vmap`: an int, None, or a tuple with an entry per argument.
        out_axes: the axis of the results along which the rows lie.
        atol, rtol: the difference allowed: atol + rtol * max|expected|.

    Raises:
        AssertionError: a result differs, with both values.

    Example:
        >>> import numpy as np
        >>> from fzero.testing import check_vmap
        >>> check_vmap(np.multiply, (np.eye(3), np.ones(3)), in_axes=(1, None), out_axes=1)
    """
    args = tuple(args)
    leaves, treedef = tree.flatten(args)
    axes = tree.broadcast_prefix(in_axes, args, is_leaf=lambda a: a is None)
    size = next(np.shape(x)[a] for x, a in zip(leaves, axes, strict=True) if a is not None)
    each = []
    for i in range(size):
        row = [x if a is None else np.take(x, i, axis=a) for x, a in zip(leaves, axes, strict=True)]
        each.append(f(*tree.unflatten(treedef, row)))
    want = tree.map(lambda *ys: np.stack(ys, axis=out_axes), *each)
    got = vmap(f, in_axes, out_axes)(*args)
    agree(f"check_vmap: in_axes {in_axes}, out_axes {out_axes}", got, want, atol, rtol)
