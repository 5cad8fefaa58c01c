"""A tree as one vector, and back."""

from collections.abc import Callable
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp

from .moments import as_float_dtype

__all__ = ["raveled"]


def raveled(tree: Any) -> tuple[Any, Callable[[Any], Any]]:
    """All numbers of a tree in a row.

    Args:
        tree: a pytree.

    Returns:
        A vector, and the function that makes a tree of the structure, shapes and floating dtypes of
        `tree` from such a vector, frozen.

    Example:
        >>> vector, unraveled = raveled({"W": np.array([[1.0, 2.0]]), "b": 3.0})
        >>> vector, unraveled(vector * 2)
        (array([1., 2., 3.]), FrozenDict({'W': array([[2., 4.]]), 'b': np.float64(6.0)}))
    """
    leaves, treedef = fzero.tree.flatten(tree)
    ends = [int(n) for n in np.cumsum([fnp.size(x) for x in leaves])]

    def unraveled(vector: Any) -> Any:
        parts = [
            as_float_dtype(fnp.reshape(vector[end - fnp.size(x) : end], fnp.shape(x)), x)
            for x, end in zip(leaves, ends, strict=True)
        ]
        return fzero.freeze(fzero.tree.unflatten(treedef, parts))

    vector = fnp.concatenate([fnp.ravel(x) for x in leaves]) if leaves else np.zeros(0)
    return vector, unraveled
