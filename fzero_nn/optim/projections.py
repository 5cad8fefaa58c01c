"""The nearest point of a set, to keep parameters in it: params = projection(params).

All leaves together are one point. What comes back is frozen, in the structure of the tree; it has
derivatives of every order wherever the projection is smooth.
"""

from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp

from . import tree as trees
from .flat import raveled
from .moments import as_float_dtype, frozen_map, widened
from .simplex import on_simplex

__all__ = [
    "projection_box",
    "projection_halfspace",
    "projection_hypercube",
    "projection_hyperplane",
    "projection_l1_ball",
    "projection_l1_sphere",
    "projection_l2_ball",
    "projection_l2_sphere",
    "projection_linf_ball",
    "projection_non_negative",
    "projection_simplex",
    "projection_vector",
]


def projection_non_negative(tree: Any) -> Any:
    """The nearest tree without negative numbers: max(x, 0).

    Args:
        tree: a pytree.

    Example:
        >>> projection_non_negative(np.array([-1.0, 2.0]))
        array([0., 2.])
    """
    return frozen_map(lambda x: fnp.where(x <= 0, 0, x), tree)


def projection_box(tree: Any, lower: Any, upper: Any) -> Any:
    """The nearest tree between two bounds: min(max(x, lower), upper).

    Args:
        tree: a pytree.
        lower, upper: numbers, or trees that are prefixes of `tree`.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> projection_box(np.array([-1.0, 0.5, 2.0]), 0.0, np.array([1.0, 1.0, 1.5]))
        array([0. , 0.5, 1.5])
    """

    def cut(x: Any, low: Any, high: Any) -> Any:
        return fnp.minimum(fnp.maximum(x, as_float_dtype(low, x)), as_float_dtype(high, x))

    bounds = [fzero.tree.broadcast(bound, tree) for bound in (lower, upper)]
    return frozen_map(cut, tree, *bounds)


def projection_hypercube(tree: Any, scale: Any = 1) -> Any:
    """The nearest tree of numbers between 0 and `scale`.

    Args:
        tree: a pytree.
        scale: a number, or a tree that is a prefix of `tree`.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> projection_hypercube(np.array([-1.0, 0.5, 2.0]))
        array([0. , 0.5, 1. ])
    """
    return projection_box(tree, 0, scale)


def projection_simplex(tree: Any, scale: Any = 1) -> Any:
    """The nearest tree of numbers that are not negative and whose sum is `scale`: max(x - t, 0).

    Args:
        tree: a pytree with a number at least.
        scale: the sum, > 0.

    Raises:
        ValueError: scale is not positive.

    Gradient: the mean over the numbers above 0 is subtracted; 0 for the others.
    Cost: a sort.

    Source: Duchi et al. 2008; Martins and Astudillo 2016, arXiv:1602.02068.

    Example:
        >>> projection_simplex({"W": np.array([2.5, 3.0]), "b": -1.0})
        FrozenDict({'W': array([0.25, 0.75]), 'b': np.float64(0.0)})
    """
    _check_scale("projection_simplex", scale)
    vector, unraveled = raveled(tree)
    return unraveled(on_simplex(widened(vector), scale))


def projection_l1_sphere(tree: Any, scale: Any = 1) -> Any:
    """The nearest tree with sum |x| = scale.

    Args:
        tree: a pytree of real numbers, one at least. Where several are nearest, as to zeros, one
            of them comes back.
        scale: the radius, > 0.

    Raises:
        ValueError: scale is not positive.

    Example:
        >>> projection_l1_sphere(np.array([-1.5, 1.0]))
        array([-0.75,  0.25])
    """
    _check_scale("projection_l1_sphere", scale)
    signs = frozen_map(_sign, tree)
    return trees.mul(signs, projection_simplex(trees.mul(signs, tree), scale))


def _sign(x: Any) -> Any:
    """-1 or 1, and 1 for 0."""
    return fzero.stop_gradient(fnp.where(x < 0, -fnp.ones_like(x), fnp.ones_like(x)))


def projection_l1_ball(tree: Any, scale: Any = 1) -> Any:
    """The nearest tree with sum |x| <= scale.

    Args:
        tree: a pytree of real numbers.
        scale: the radius, > 0.

    Raises:
        ValueError: scale is not positive.

    Example:
        >>> projection_l1_ball(np.array([-1.5, 1.0])), projection_l1_ball(np.array([0.5, 0.25]))
        (array([-0.75,  0.25]), array([0.5 , 0.25]))
    """
    _check_scale("projection_l1_ball", scale)
    inside = trees.norm(tree, 1) <= scale
    return fzero.cond(inside, lambda: fzero.freeze(tree), lambda: projection_l1_sphere(tree, scale))


def projection_l2_sphere(tree: Any, scale: Any = 1) -> Any:
    """The nearest tree of the Euclidean norm `scale`: scale x / ||x||.

    Args:
        tree: a pytree. To zeros all points are as near, and NaN comes back.
        scale: the radius, > 0.

    Raises:
        ValueError: scale is not positive.

    Example:
        >>> projection_l2_sphere(np.array([3.0, 4.0]), 10.0)
        array([6., 8.])
    """
    _check_scale("projection_l2_sphere", scale)
    return trees.scale(scale / trees.norm(tree), tree)


def projection_l2_ball(tree: Any, scale: Any = 1) -> Any:
    """The nearest tree of a Euclidean norm of `scale` at most: x min(1, scale / ||x||).

    Args:
        tree: a pytree.
        scale: the radius, > 0.

    Raises:
        ValueError: scale is not positive.

    Example:
        >>> projection_l2_ball(np.array([3.0, 4.0])), projection_l2_ball(np.array([0.3, 0.4]))
        (array([0.6, 0.8]), array([0.3, 0.4]))
    """
    _check_scale("projection_l2_ball", scale)
    size = trees.norm(tree)
    outside = size > scale
    return trees.scale(fnp.where(outside, scale / fnp.where(outside, size, 1.0), 1.0), tree)


def projection_linf_ball(tree: Any, scale: Any = 1) -> Any:
    """The nearest tree with max |x| <= scale.

    Args:
        tree: a pytree.
        scale: the radius, > 0.

    Raises:
        ValueError: scale is not positive.

    Example:
        >>> projection_linf_ball(np.array([-3.0, 0.5]))
        array([-1. ,  0.5])
    """
    _check_scale("projection_linf_ball", scale)
    return trees.clip(tree, -scale, scale)


def projection_vector(x: Any, a: Any) -> Any:
    """The nearest multiple of a vector: a <a, x> / <a, a>.

    Args:
        x: a pytree.
        a: a pytree of the same structure, not all zeros.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> projection_vector(np.array([2.0, 5.0]), np.array([4.0, 0.0]))
        array([2., 0.])
    """
    return trees.scale(trees.vdot(a, x) / trees.vdot(a, a), a)


def projection_hyperplane(x: Any, a: Any, b: Any) -> Any:
    """The nearest tree y with <a, y> = b: x + a (b - <a, x>) / <a, a>.

    Args:
        x: a pytree.
        a: a pytree of the same structure, not all zeros.
        b: a number.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> projection_hyperplane(np.array([2.0, 5.0]), np.array([1.0, 1.0]), 3.0)
        array([0., 3.])
    """
    return trees.add_scale(x, _distance(x, a, b), a)


def projection_halfspace(x: Any, a: Any, b: Any) -> Any:
    """The nearest tree y with <a, y> <= b: x itself if it is there.

    Args:
        x: a pytree.
        a: a pytree of the same structure, not all zeros.
        b: a number.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> projection_halfspace(np.array([2.0, 5.0]), np.array([1.0, 1.0]), 3.0)
        array([0., 3.])
        >>> projection_halfspace(np.array([1.0, 1.0]), np.array([1.0, 1.0]), 3.0)
        array([1., 1.])
    """
    distance = _distance(x, a, b)
    return trees.add_scale(x, fnp.where(distance < 0, distance, 0.0), a)


def _distance(x: Any, a: Any, b: Any) -> Any:
    """How far the hyperplane is along a."""
    return (b - trees.vdot(a, x)) / trees.vdot(a, a)


def _check_scale(function: str, scale: Any) -> None:
    if isinstance(scale, (int, float, np.number)) and not scale > 0:
        raise ValueError(
            f"{function}: scale is {scale}; expected a positive number. Leave it out for 1."
        )
