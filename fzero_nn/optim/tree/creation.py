"""Trees of one number in the shapes of another tree, and trees with more axes."""

from typing import Any

import fzero.numpy as fnp

from ..moments import frozen_map

__all__ = ["batch_shape", "full_like", "ones_like", "zeros_like"]


def full_like(tree: Any, fill_value: Any, dtype: Any = None) -> Any:
    """One number in the shapes of a tree.

    Args:
        tree: a pytree.
        fill_value: the number.
        dtype: of the arrays; None for those of the tree.

    Example:
        >>> full_like({"W": fnp.ones(2)}, 0.5)
        FrozenDict({'W': array([0.5, 0.5])})
    """
    return frozen_map(lambda x: fnp.full_like(x, fill_value, dtype=dtype), tree)


def zeros_like(tree: Any, dtype: Any = None) -> Any:
    """Zeros in the shapes of a tree.

    Args:
        tree: a pytree.
        dtype: of the arrays; None for those of the tree.

    Example:
        >>> zeros_like({"W": fnp.ones(2)})
        FrozenDict({'W': array([0., 0.])})
    """
    return full_like(tree, 0, dtype)


def ones_like(tree: Any, dtype: Any = None) -> Any:
    """Ones in the shapes of a tree.

    Args:
        tree: a pytree.
        dtype: of the arrays; None for those of the tree.

    Example:
        >>> ones_like({"W": fnp.zeros(2)})
        FrozenDict({'W': array([1., 1.])})
    """
    return full_like(tree, 1, dtype)


def batch_shape(tree: Any, shape: tuple[int, ...] = ()) -> Any:
    """Repeat each array along new first axes.

    Args:
        tree: a pytree.
        shape: the lengths of the new axes.

    Returns:
        A tree of arrays of shape (*shape, *the old one).

    Example:
        >>> batch_shape([fnp.zeros(2)], (4, 3))[0].shape
        (4, 3, 2)
    """
    return frozen_map(lambda x: fnp.broadcast_to(x, (*shape, *fnp.shape(x))), tree)
