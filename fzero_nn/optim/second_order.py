"""Diagonals of second derivatives, to see how curved a loss is in each parameter."""

from collections.abc import Callable
from typing import Any

import fzero
import fzero.numpy as fnp

from .flat import raveled

__all__ = ["fisher_diag", "hessian_diag"]


def hessian_diag(loss: Callable[..., Any], params: Any, inputs: Any, targets: Any) -> Any:
    """The diagonal of the Hessian of a loss.

    Args:
        loss: (params, inputs, targets) -> scalar.
        params: a pytree of n numbers.
        inputs, targets: what the loss is of.

    Returns:
        A vector of n numbers, in the order of the leaves.

    Cost: n products of the Hessian and a vector, each of a few gradients, all at once.

    Example:
        >>> loss = lambda p, x, y: ((p["W"] * x - y) ** 2).sum()
        >>> hessian_diag(loss, {"W": fnp.array([1.0, 1.0])}, fnp.array([1.0, 3.0]), 0.0)
        array([ 2., 18.])
    """
    vector, unraveled = raveled(params)
    of_vector = lambda v: loss(unraveled(v), inputs, targets)
    rows = fzero.array_namespace(vector).eye(fnp.size(vector), dtype=vector.dtype)
    return fzero.vmap(lambda row: fnp.sum(row * fzero.hvp(of_vector)(vector, row)))(rows)


def fisher_diag(
    negative_log_likelihood: Callable[..., Any], params: Any, inputs: Any, targets: Any
) -> Any:
    """The diagonal of the observed Fisher information: the squares of the gradient.

    Args:
        negative_log_likelihood: (params, inputs, targets) -> scalar.
        params: a pytree of n numbers.
        inputs, targets: what was observed. The square is of their gradient together; for a sum of
            squares, use `fzero.vmap` over rows.

    Returns:
        A vector of n numbers, in the order of the leaves.

    Cost: a gradient.

    Example:
        >>> loss = lambda p, x, y: ((p["W"] * x - y) ** 2).sum()
        >>> fisher_diag(loss, {"W": fnp.array([1.0, 1.0])}, fnp.array([1.0, 2.0]), 0.0)
        array([ 4., 64.])
    """
    gradient = fzero.grad(negative_log_likelihood)(params, inputs, targets)
    return fnp.square(raveled(gradient)[0])
