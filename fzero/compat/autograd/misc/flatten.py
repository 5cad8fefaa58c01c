"""Pytrees as vectors, and functions of pytrees as functions of vectors."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .... import numpy as fnp
from .... import tree
from ....dtypes import shape_of

__all__ = ["flatten", "flatten_func"]


def flatten(value: Any) -> tuple[Any, Callable[[Any], Any]]:
    """All elements as a vector, and the function that puts a vector back into the structure.

    Example:
        >>> from fzero.compat.autograd.misc import flatten
        >>> flat, unflatten = flatten({"b": 3.0, "a": [1.0, 2.0]})
        >>> flat.tolist()
        [1.0, 2.0, 3.0]
    """
    leaves, treedef = tree.flatten(value)
    shapes = [shape_of(x) for x in leaves]
    ends = np.cumsum([math.prod(shape) for shape in shapes])

    def unflatten(flat: Any) -> Any:
        parts = zip(fnp.split(flat, ends[:-1]), shapes, strict=True) if leaves else ()
        return tree.unflatten(treedef, [fnp.reshape(part, shape) for part, shape in parts])

    flat = fnp.concatenate([fnp.ravel(x) for x in leaves]) if leaves else np.zeros(0)
    return flat, unflatten


def flatten_func(func: Callable[..., Any], example: Any) -> Any:
    """`(function of vectors, unflatten, example as a vector)`, for a function between pytrees."""
    flat_example, unflatten = flatten(example)
    flat_func = lambda x, *args: flatten(func(unflatten(x), *args))[0]
    return flat_func, unflatten, flat_example
