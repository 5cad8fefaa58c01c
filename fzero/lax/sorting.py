"""Sorting, and the places and values of the largest elements."""

from typing import Any

import numpy as np

from .. import numpy as fnp
from ..core import coerce
from ..dtypes import shape_of
from ..ops import sorting as ops

__all__ = ["argmax", "argmin", "sort", "sort_key_val", "top_k"]


def argmax(operand: Any, axis: int, index_dtype: Any) -> Any:
    """The place of the first largest element along an axis, as integers of `index_dtype`."""
    return fnp.astype(fnp.asarray(fnp.argmax(operand, axis)), np.dtype(index_dtype))


def argmin(operand: Any, axis: int, index_dtype: Any) -> Any:
    """The place of the first smallest element along an axis, as integers of `index_dtype`."""
    return fnp.astype(fnp.asarray(fnp.argmin(operand, axis)), np.dtype(index_dtype))


def sort(operand: Any, dimension: int = -1, is_stable: bool = True, num_keys: int = 1) -> Any:
    """An array in ascending order along an axis, or several arrays in the order of the first.

    Args:
        operand: an array, or a tuple or list of arrays of one shape.
        dimension: the axis.
        is_stable: has no effect: the order of equal elements always stays.
        num_keys: by how many of the arrays to sort; the first counts most.

    Returns:
        The sorted array, or a tuple of the arrays, all put in the same order.

    Raises:
        ValueError: shapes that differ, or not 1 <= num_keys <= the number of arrays.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> [x.tolist() for x in lax.sort((np.array([2, 1]), np.array([5.0, 6.0])))]
        [[1, 2], [6.0, 5.0]]
    """
    if not isinstance(operand, (tuple, list)):
        return fnp.sort(operand, dimension)
    arrays = [coerce(x) for x in operand]
    shapes = [shape_of(x) for x in arrays]
    if len(set(shapes)) != 1 or not 1 <= num_keys <= len(arrays):
        raise ValueError(
            f"sort: num_keys is {num_keys} for arrays of shapes {shapes}; expected one shape, and "
            "from 1 to as many keys as there are arrays. Broadcast the arrays first."
        )
    order = ops.lexsort(arrays[:num_keys][::-1], dimension)
    return tuple(ops.take_along_axis(x, order, dimension, unique=True) for x in arrays)


def sort_key_val(keys: Any, values: Any, dimension: int = -1) -> tuple[Any, Any]:
    """The keys in ascending order along an axis, and the values in the same order."""
    return sort((keys, values), dimension)


def top_k(operand: Any, k: int, *, axis: int = -1) -> tuple[Any, Any]:
    """The `k` largest values along an axis, in descending order, and their places.

    Equal values stay in their order; NaN counts as the largest. The places are NumPy's integers.

    Raises:
        ValueError: `k` above the size of the axis.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> [x.tolist() for x in lax.top_k(np.array([1.0, 3.0, 2.0]), 2)]
        [[3.0, 2.0], [1, 2]]
    """
    return ops.top_k(operand, k, axis)
