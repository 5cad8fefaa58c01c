"""The dtypes of the arrays of a tree."""

import functools
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp

from ..moments import as_dtype, frozen_map

__all__ = ["cast", "cast_like", "dtype"]


def cast(tree: Any, dtype: Any) -> Any:
    """A tree in one dtype.

    Args:
        tree: a pytree.
        dtype: of the arrays; None leaves the tree as it is.

    Example:
        >>> cast([np.ones(2, "int64")], "float32")
        [array([1., 1.], dtype=float32)]
    """
    return tree if dtype is None else frozen_map(lambda x: fnp.asarray(x).astype(dtype), tree)


def cast_like(tree: Any, other_tree: Any) -> Any:
    """A tree in the dtypes of another.

    Args:
        tree: a pytree.
        other_tree: a pytree of the same structure. A leaf without a dtype asks for none.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> cast_like([np.ones(2)], [np.zeros(2, "float32")])
        [array([1., 1.], dtype=float32)]
    """
    return frozen_map(as_dtype, tree, other_tree)


def dtype(tree: Any, mixed_dtype_handler: str | None = None) -> np.dtype[Any]:
    """The dtype of a tree.

    Args:
        tree: a pytree.
        mixed_dtype_handler: what to do with several dtypes: None raises; "promote" gives the
            dtype to which all promote; "highest" and "lowest" give the one among them to which
            the others promote, and the one that promotes to the others.

    Returns:
        A dtype; float64 for a tree without leaves.

    Raises:
        ValueError: an unknown handler; several dtypes without one; two dtypes of which neither
            promotes to the other, for "highest" and "lowest".

    Example:
        >>> dtype([np.ones(2, "float32"), np.ones(2, "float16")], "lowest")
        dtype('float16')
    """
    join = {
        None: functools.partial(_only, tree),
        "promote": np.promote_types,
        "highest": functools.partial(_extreme, 1),
        "lowest": functools.partial(_extreme, 0),
    }
    if mixed_dtype_handler not in join:
        raise ValueError(
            f"dtype: mixed_dtype_handler is {mixed_dtype_handler!r}; expected 'promote', 'highest' "
            "or 'lowest'. Leave it out where all dtypes are one."
        )
    found = [_dtype_of(x) for x in fzero.tree.leaves(tree)]
    return functools.reduce(join[mixed_dtype_handler], found) if found else np.dtype(float)


def _dtype_of(x: Any) -> np.dtype[Any]:
    return x.dtype if hasattr(x, "dtype") else np.asarray(x).dtype


def _only(tree: Any, a: np.dtype[Any], b: np.dtype[Any]) -> np.dtype[Any]:
    if a == b:
        return a
    found = [
        f"tree{fzero.tree.keystr(path)} is {_dtype_of(x)}"
        for path, x in fzero.tree.leaves_with_path(tree)
    ]
    raise ValueError(
        f"dtype: {', '.join(found)}; expected one dtype. Choose with mixed_dtype_handler."
    )


def _extreme(index: int, a: np.dtype[Any], b: np.dtype[Any]) -> np.dtype[Any]:
    """Of two dtypes the lower one, for 0, or the higher one, for 1."""
    higher = np.promote_types(a, b)
    if higher not in (a, b):
        raise ValueError(
            f"dtype: neither of {a} and {b} holds all of the other; expected that one does. "
            "Use mixed_dtype_handler='promote'."
        )
    return (b if higher == a else a, higher)[index]
