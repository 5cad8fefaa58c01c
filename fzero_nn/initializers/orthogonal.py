"""Initial values that keep lengths and angles."""

import math
from typing import Any

import numpy as np

import fzero.numpy as fnp
from fzero import random

from .simple import Initializer

__all__ = ["delta_orthogonal", "orthogonal"]


def orthogonal(scale: float = 1.0, out_axis: int | None = None) -> Initializer:
    """`scale` times a matrix with orthonormal rows or columns, uniform among them.

    Args:
        scale: the singular values of the matrix.
        out_axis: the axis of the outputs, against all the others together; by default 1 of a
            matrix, 0 of a convolution's kernel.

    Returns:
        The initializer. With fewer inputs than outputs the rows are orthonormal, else the columns.

    Raises:
        ValueError: (from the initializer) the shape has fewer than two axes.

    Source: Saxe et al. 2013, arXiv:1312.6120; Mezzadri 2007, arXiv:math-ph/0609050.

    Example:
        >>> W = orthogonal()(random.key(0), (3, 2), np.float64)
        >>> bool(np.allclose(W.T @ W, np.eye(2)))
        True
    """

    def init(key: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
        if len(shape) < 2:
            raise ValueError(
                f"orthogonal: shape is {tuple(shape)}; expected two axes or more, inputs and "
                "outputs. Use normal, uniform or zeros for other parameters."
            )
        axis = (1 if len(shape) == 2 else 0) if out_axis is None else out_axis
        rest = [n for i, n in enumerate(shape) if i != axis % len(shape)]
        matrix = _matrix(key, math.prod(rest), shape[axis])
        kernel = fnp.moveaxis(fnp.reshape(matrix, (*rest, shape[axis])), -1, axis)
        return fnp.astype(kernel * scale, dtype)

    return init


def delta_orthogonal(scale: float = 1.0) -> Initializer:
    """A convolution that is an orthogonal matrix at the centre of the window, 0 around it.

    Args:
        scale: the singular values of the matrix.

    Returns:
        The initializer, for kernels of shape (outputs, inputs, *window) with odd windows.

    Raises:
        ValueError: (from the initializer) another shape, or fewer outputs than inputs, which
            could not keep every length.

    Source: Xiao et al. 2018, arXiv:1806.05393.

    Example:
        >>> W = delta_orthogonal()(random.key(0), (4, 4, 3, 3), np.float64)
        >>> bool(np.allclose(W[:, :, 1, 1].T @ W[:, :, 1, 1], np.eye(4))), float(W[0, 0, 0, 0])
        (True, 0.0)
    """

    def init(key: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
        _check_kernel(shape)
        outputs, inputs, *window = shape
        centre = fnp.reshape(_matrix(key, outputs, inputs), (outputs, inputs, *(1 for _ in window)))
        around = [(0, 0), (0, 0), *((n // 2, n // 2) for n in window)]
        return fnp.astype(fnp.pad(centre * scale, around), dtype)

    return init


def _matrix(key: Any, rows: int, columns: int) -> Any:
    """A matrix whose longer side is orthonormal, in float64, the same on every device."""
    long, short = max(rows, columns), min(rows, columns)
    q, r = fnp.linalg.qr(random.normal(key, (long, short), np.float64))
    # The factors are unique, and q is uniform, once the diagonal of r is positive.
    q = q * fnp.where(fnp.diagonal(r, axis1=-2, axis2=-1) < 0, -1.0, 1.0)
    return q if rows >= columns else fnp.matrix_transpose(q)


def _check_kernel(shape: tuple[int, ...]) -> None:
    if len(shape) < 3 or shape[0] < shape[1] or any(n % 2 == 0 for n in shape[2:]):
        raise ValueError(
            f"delta_orthogonal: shape is {tuple(shape)}; expected (outputs, inputs, *window) with "
            "outputs >= inputs and odd windows. Use orthogonal() for other kernels."
        )
