"""Norms of trees and of arrays, with derivatives at zero, and in float32 for float16."""

from typing import Any

import fzero
import fzero.numpy as fnp

from .moments import abs_square

__all__ = ["global_norm", "norm", "root_mean_square", "square_norm"]


def global_norm(updates: Any) -> Any:
    """The Euclidean norm of all leaves together: sqrt(sum |g|^2).

    Args:
        updates: a pytree of arrays.

    Returns:
        A scalar; 0.0 for a tree without leaves. Float16 leaves are summed in float32.

    Gradient: 0 at 0.

    Example:
        >>> float(global_norm({"W": fnp.array([3.0]), "b": fnp.array([4.0])}))
        5.0
    """
    return _root(square_norm(updates))


def square_norm(tree: Any) -> Any:
    """The sum of |x|^2 over all leaves."""
    return sum((fnp.sum(abs_square(x)) for x in fzero.tree.leaves(tree)), start=0.0)


def norm(x: Any, least: Any = 0.0) -> Any:
    """The Euclidean norm of an array, but `least` at least."""
    return fnp.maximum(_root(fnp.sum(abs_square(x))), least)


def root_mean_square(x: Any, least: Any = 0.0) -> Any:
    """sqrt(mean |x|^2) of an array, but `least` at least."""
    return fnp.maximum(_root(fnp.mean(abs_square(x))), least)


def _root(square: Any) -> Any:
    """The root, with derivative 0 at 0. NaN stays NaN."""
    positive = square > 0
    return fnp.where(positive, fnp.sqrt(fnp.where(positive, square, 1.0)), square)
