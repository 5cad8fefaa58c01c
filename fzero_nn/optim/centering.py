"""Gradients without their mean."""

from typing import Any

import fzero.numpy as fnp

from .base import GradientTransformation, stateless_with_tree_map

__all__ = ["centralize"]


def centralize() -> GradientTransformation:
    """Subtract from each row its mean: u = g - mean of g over all axes but the first.

    Arrays of one axis or none stay as they are.

    Source: Yong et al. 2020, arXiv:2004.01461.

    Example:
        >>> centralize().update(fnp.array([[1.0, 3.0], [0.0, 0.0]]), ())[0]
        array([[-1.,  1.],
               [ 0.,  0.]])
    """
    return stateless_with_tree_map(lambda g, p: _centered(g))


def _centered(g: Any) -> Any:
    axes = tuple(range(1, fnp.ndim(g)))
    return g - fnp.mean(g, axis=axes, keepdims=True) if axes else g
