"""Sums, products and choices of trees, leaf by leaf."""

import functools
import operator
from typing import Any

import numpy as np

import fzero.numpy as fnp

from ..moments import as_float_dtype, frozen_map

__all__ = ["add", "add_scale", "clip", "conj", "div", "mul", "real", "scale", "sub", "where"]


def add(tree_x: Any, tree_y: Any, *other_trees: Any) -> Any:
    """The sum of two trees or more: x + y + ...

    Args:
        tree_x, tree_y, *other_trees: pytrees of one structure.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> add([1.0, 2.0], [10.0, 20.0], [100.0, 200.0])
        [111.0, 222.0]
    """
    return frozen_map(lambda *xs: functools.reduce(operator.add, xs), tree_x, tree_y, *other_trees)


def sub(tree_x: Any, tree_y: Any) -> Any:
    """The difference of two trees: x - y.

    Args:
        tree_x, tree_y: pytrees of one structure.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> sub([1.0, 2.0], [10.0, 20.0])
        [-9.0, -18.0]
    """
    return frozen_map(operator.sub, tree_x, tree_y)


def mul(tree_x: Any, tree_y: Any) -> Any:
    """The product of two trees, number by number: x y.

    Args:
        tree_x, tree_y: pytrees of one structure.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> mul([1.0, 2.0], [10.0, 20.0])
        [10.0, 40.0]
    """
    return frozen_map(operator.mul, tree_x, tree_y)


def div(tree_x: Any, tree_y: Any) -> Any:
    """The quotient of two trees, number by number: x / y.

    Args:
        tree_x, tree_y: pytrees of one structure.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> div([1.0, 2.0], [10.0, 20.0])
        [0.1, 0.1]
    """
    return frozen_map(operator.truediv, tree_x, tree_y)


def scale(scalar: Any, tree: Any) -> Any:
    """A multiple of a tree: scalar x.

    Args:
        scalar: a number; it may be traced.
        tree: a pytree.

    Returns:
        A tree of the structure and the floating dtypes of `tree`.

    Example:
        >>> scale(0.5, [1.0, 2.0])
        [0.5, 1.0]
    """
    return frozen_map(lambda x: as_float_dtype(scalar, x) * x, tree)


def add_scale(tree_x: Any, scalar: Any, tree_y: Any) -> Any:
    """A tree and a multiple of another: x + scalar y.

    Args:
        tree_x: a pytree.
        scalar: a number; it may be traced.
        tree_y: a pytree of the same structure.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> add_scale([1.0, 2.0], 0.5, [10.0, 20.0])
        [6.0, 12.0]
    """
    return frozen_map(lambda x, y: x + as_float_dtype(scalar, y) * y, tree_x, tree_y)


def conj(tree: Any) -> Any:
    """The complex conjugate of each number.

    Args:
        tree: a pytree.

    Example:
        >>> conj([1.0 + 2.0j])
        [np.complex128(1-2j)]
    """
    return frozen_map(fnp.conj, tree)


def real(tree: Any) -> Any:
    """The real part of each number.

    Args:
        tree: a pytree.

    Example:
        >>> real([fnp.array([1.0 + 2.0j])])
        [array([1.])]
    """
    return frozen_map(fnp.real, tree)


def clip(tree: Any, min_value: Any = None, max_value: Any = None) -> Any:
    """Cut each number at bounds: min(max(x, min_value), max_value).

    Args:
        tree: a pytree.
        min_value, max_value: numbers; None for no bound.

    Example:
        >>> clip([fnp.array([-3.0, 0.5])], -1.0)
        [array([-1. , 0.5])]
    """
    if min_value is not None:
        tree = frozen_map(lambda x: fnp.maximum(x, as_float_dtype(min_value, x)), tree)
    if max_value is not None:
        tree = frozen_map(lambda x: fnp.minimum(x, as_float_dtype(max_value, x)), tree)
    return tree


def where(condition: Any, tree_x: Any, tree_y: Any) -> Any:
    """One tree or the other: x where the condition holds, else y.

    Args:
        condition: a boolean, or an array of them that broadcasts with every leaf.
        tree_x, tree_y: pytrees of one structure.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> where(fnp.array([True, False]), [fnp.ones(2)], [fnp.zeros(2)])
        [array([1., 0.])]
    """
    if isinstance(condition, (bool, np.bool_)):
        return frozen_map(lambda x, y: x if condition else y, tree_x, tree_y)
    return frozen_map(lambda x, y: fnp.where(condition, x, y), tree_x, tree_y)
