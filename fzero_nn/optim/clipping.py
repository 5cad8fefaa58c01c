"""Bounds for gradients: of each number, of each array, of the whole tree."""

from typing import Any

import numpy as np

import fzero.numpy as fnp

from .base import GradientTransformation, require_params, stateless, stateless_with_tree_map
from .moments import abs_square, as_dtype, frozen_map
from .norms import global_norm, root_mean_square
from .selection import elementwise

__all__ = ["adaptive_grad_clip", "clip", "clip_by_block_rms", "clip_by_global_norm"]


def clip(max_delta: Any) -> GradientTransformation:
    """Clip each number: u = min(max(g, -max_delta), max_delta).

    Args:
        max_delta: the bound, > 0.

    Raises:
        ValueError: max_delta is not positive.

    Example:
        >>> clip(1.0).update(np.array([-3.0, 0.5]), ())[0]
        array([-1. ,  0.5])
    """
    _check_positive("clip", "max_delta", max_delta)

    def clipped(g: Any, p: Any) -> Any:
        bound = as_dtype(max_delta, g)
        return fnp.clip(g, -bound, bound)

    return elementwise(stateless_with_tree_map(clipped))


def clip_by_block_rms(threshold: Any) -> GradientTransformation:
    """Bound the root mean square of each array: u = g / max(1, rms(g) / threshold).

    Args:
        threshold: the bound, > 0.

    Raises:
        ValueError: threshold is not positive.

    Source: Shazeer and Stern 2018, arXiv:1804.04235.

    Example:
        >>> clip_by_block_rms(1.0).update(np.array([2.0, -2.0]), ())[0]
        array([ 1., -1.])
    """
    _check_positive("clip_by_block_rms", "threshold", threshold)

    def clipped(g: Any, p: Any) -> Any:
        return g / as_dtype(root_mean_square(g, threshold) / threshold, g)

    return stateless_with_tree_map(clipped)


def clip_by_global_norm(max_norm: Any, eps: Any = 0.0) -> GradientTransformation:
    """Bound the Euclidean norm of all gradients together.

        u = g min(1, max_norm / (||g|| + eps))

    Args:
        max_norm: the bound, > 0.
        eps: added to the norm; DeZero and PyTorch add 1e-6.

    Raises:
        ValueError: max_norm is not positive.

    Source: Pascanu et al. 2013, arXiv:1211.5063.

    Example:
        >>> clip_by_global_norm(1.0).update([np.array([3.0]), np.array([4.0])], ())[0]
        [array([0.6]), array([0.8])]
    """
    _check_positive("clip_by_global_norm", "max_norm", max_norm)

    def clipped(updates: Any, params: Any) -> Any:
        rate = max_norm / fnp.maximum(global_norm(updates) + eps, max_norm)
        return frozen_map(lambda g: g * as_dtype(rate, g), updates)

    return stateless(clipped)


def adaptive_grad_clip(
    clipping: Any, eps: Any = 1e-3, axis: int | tuple[int, ...] | None = None
) -> GradientTransformation:
    """Bound the norm of each unit's gradient by that of its weights.

        u = g min(1, clipping max(||p||, eps) / ||g||)

    A unit is an output of a matrix or of a convolution whose last axis is the output; the whole
    array, where there is one axis or none.

    Args:
        clipping: the largest ratio of the norms, > 0.
        eps: the least norm of weights.
        axis: the axes over which norms are taken; by default all but the last.

    Raises:
        ValueError: clipping is not positive; (from update) there are no params.

    Source: Brock et al. 2021, arXiv:2102.06171.

    Example:
        >>> g, p = np.array([3.0, 4.0]), np.array([0.0, 1.0])
        >>> adaptive_grad_clip(0.5).update(g, (), p)[0]
        array([0.3, 0.4])
    """
    _check_positive("adaptive_grad_clip", "clipping", clipping)

    def clipped(g: Any, p: Any) -> Any:
        bound = clipping * fnp.maximum(_unitwise_norm(p, axis), eps)
        size = _unitwise_norm(g, axis)
        rate = fnp.where(size < bound, 1.0, bound / fnp.maximum(size, 1e-6))
        return g * as_dtype(rate, g)

    def of_tree(updates: Any, params: Any) -> Any:
        require_params("adaptive_grad_clip", params)
        return frozen_map(clipped, updates, params)

    return stateless(of_tree)


def _unitwise_norm(x: Any, axis: int | tuple[int, ...] | None) -> Any:
    """The norm of each unit, with axes of length 1 for those that are summed."""
    if axis is None:
        axis = _input_axes(fnp.shape(x))
    return fnp.sqrt(fnp.sum(abs_square(x), axis=axis, keepdims=True))


def _input_axes(shape: tuple[int, ...]) -> tuple[int, ...]:
    if sum(n != 1 for n in shape) <= 1:
        return tuple(range(len(shape)))
    # Of three axes the first alone, as the paper has it for stacks of matrices.
    return (0,) if len(shape) < 4 else tuple(range(len(shape) - 1))


def _check_positive(function: str, argument: str, value: Any) -> None:
    if isinstance(value, (int, float, np.number)) and not value > 0:
        raise ValueError(
            f"{function}: {argument} is {value}; expected a positive number. "
            "Leave the transformation out to clip nothing."
        )
