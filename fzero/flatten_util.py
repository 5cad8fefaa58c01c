"""Pytrees as vectors: `from fzero.flatten_util import ravel_pytree`, as in JAX."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import numpy as fnp
from . import tree
from .core import coerce
from .dtypes import dtype_of, shape_of

__all__ = ["ravel_pytree"]


def ravel_pytree(pytree: Any) -> tuple[Any, Callable[[Any], Any]]:
    """All elements of a pytree as one vector, and the function that takes a vector back.

    Args:
        pytree: leaves are arrays or numbers.

    Returns:
        The vector, of the dtype that the leaves' dtypes promote to, empty for a tree without
        leaves; and `unravel(vector)`, which returns leaves of the shapes and dtypes given here.

    Raises:
        ValueError: from `unravel`, for a vector of another shape.

    Gradient: through both.

    Example:
        >>> import numpy as np
        >>> flat, unravel = ravel_pytree({"a": np.ones(2), "b": 3.0})
        >>> unravel(2 * flat)["a"].tolist(), flat.tolist()
        ([2.0, 2.0], [1.0, 1.0, 3.0])
    """
    leaves, treedef = tree.flatten(pytree)
    leaves = [coerce(x) for x in leaves]
    shapes, dtypes = [shape_of(x) for x in leaves], [dtype_of(x) for x in leaves]
    ends = np.cumsum([math.prod(shape) for shape in shapes], dtype=int)
    size = int(ends[-1]) if leaves else 0

    def unravel(flat: Any) -> Any:
        flat = coerce(flat)
        if shape_of(flat) != (size,):
            raise ValueError(
                f"unravel: the vector has shape {shape_of(flat)}; expected {(size,)}, as "
                "ravel_pytree returned. Use reshape(-1) for its elements in order."
            )
        parts = fnp.split(flat, ends[:-1]) if leaves else []
        made = zip(parts, shapes, dtypes, strict=True)
        return tree.unflatten(treedef, [fnp.astype(fnp.reshape(p, s), d) for p, s, d in made])

    flat = fnp.concatenate([fnp.ravel(x) for x in leaves]) if leaves else np.zeros(0)
    return flat, unravel
