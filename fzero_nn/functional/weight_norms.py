"""Weights in another form: by length and direction, or divided by their largest singular value."""

from typing import Any

import fzero
import fzero.numpy as fnp

__all__ = ["power_iteration", "spectral_norm", "weight_norm"]


def weight_norm(v: Any, g: Any, axis: int = -1) -> Any:
    """Weights by length and direction, for each slice along an axis.

        W = g v / ||v||

    Args:
        v: the directions, of any length, of any shape with an axis or more.
        g: the lengths, shape (n,) for n slices of v along `axis`.
        axis: the axis that stays, mostly that of the outputs.

    Returns:
        The weights, in the shape of v. A direction of zeros stays zeros.

    Raises:
        ValueError: no such axis; a g of another shape.

    Source: Salimans and Kingma 2016, Weight normalization, arXiv:1602.07868.

    Example:
        >>> import numpy as np
        >>> weight_norm(np.array([[3.0, 0.0], [4.0, 2.0]]), np.array([10.0, 1.0])).tolist()
        [[6.0, 0.0], [8.0, 1.0]]
    """
    shape = fnp.shape(v)
    axis = _checked_axis("weight_norm", shape, axis)
    if fnp.shape(g) != (shape[axis],):
        raise ValueError(
            f"weight_norm: g has shape {fnp.shape(g)} for directions of shape {shape} along axis "
            f"{axis}; expected {(shape[axis],)}. Take the norm of v over the other axes."
        )
    others = tuple(i for i in range(len(shape)) if i != axis)
    squares = fnp.sum(v * v, axis=others, keepdims=True)
    # Under the root there is no zero, so that a direction of zeros has a derivative.
    length = fnp.sqrt(fnp.where(squares > 0, squares, 1))
    return v / length * fnp.reshape(g, [-1 if i == axis else 1 for i in range(len(shape))])


def spectral_norm(W: Any, u: Any, v: Any, axis: int = -1, eps: float = 1e-12) -> Any:
    """Weights divided by their largest singular value, as two singular vectors estimate it.

        y = W / max(|sigma|, eps),  sigma = u^T M v

    M is W as a matrix: the slices along `axis` are its rows.

    Args:
        W: weights, of any shape with two axes or more.
        u: shape (n,) for n slices along `axis`; v: shape (m,) for slices of m elements. No
            derivative goes through them: see `power_iteration`.
        axis: the axis of the outputs.
        eps: the least singular value.

    Returns:
        The weights, in the shape of W.

    Raises:
        ValueError: no such axis; vectors of other shapes.

    Gradient: that of the singular value at fixed u and v, exact where they have converged.

    Source: Miyato et al. 2018, Spectral normalization for GANs, arXiv:1802.05957.

    Example:
        >>> import numpy as np
        >>> W, e = np.diag([4.0, 2.0]), np.array([1.0, 0.0])
        >>> spectral_norm(W, e, e).tolist()
        [[1.0, 0.0], [0.0, 0.5]]
    """
    M = _matrix("spectral_norm", W, u, v, axis)
    u, v = fzero.stop_gradient(u), fzero.stop_gradient(v)
    return W / fnp.maximum(fnp.abs(u @ M @ v), eps)


def power_iteration(
    W: Any, u: Any, v: Any, axis: int = -1, steps: int = 1, eps: float = 1e-12
) -> tuple[Any, Any]:
    """Steps towards the singular vectors of the largest singular value; without derivatives.

        u = M v / max(||M v||, eps),  v = M^T u / max(||M^T u||, eps)

    Args:
        W, u, v, axis: as of `spectral_norm`.
        steps: how many.
        eps: the least length to divide by.

    Returns:
        `(u, v)`, after the steps.

    Raises:
        ValueError: no such axis; vectors of other shapes.

    Example:
        >>> import numpy as np
        >>> u, v = power_iteration(np.diag([4.0, 2.0]), np.ones(2), np.ones(2), steps=9)
        >>> v.round(3)
        array([1., 0.])
    """
    M = fzero.stop_gradient(_matrix("power_iteration", W, u, v, axis))
    u, v = fzero.stop_gradient(u), fzero.stop_gradient(v)
    for _ in range(steps):
        u = _unit(M @ v, eps)
        v = _unit(u @ M, eps)
    return u, v


def _unit(x: Any, eps: float) -> Any:
    return x / fnp.maximum(fnp.sqrt(fnp.sum(x * x)), eps)


def _checked_axis(name: str, shape: tuple[int, ...], axis: int) -> int:
    if not -len(shape) <= axis < len(shape):
        raise ValueError(
            f"{name}: axis is {axis} for weights of shape {shape}; expected one of its axes. "
            "Give that of the outputs: -1 of a matrix, 0 of the kernel of a convolution."
        )
    return axis % len(shape)


def _matrix(name: str, W: Any, u: Any, v: Any, axis: int) -> Any:
    """W with a row for each slice along `axis`, which must fit the vectors."""
    shape = fnp.shape(W)
    axis = _checked_axis(name, shape, axis)
    M = fnp.reshape(fnp.moveaxis(W, axis, 0), (shape[axis], -1))
    if (fnp.shape(u), fnp.shape(v)) != ((M.shape[0],), (M.shape[1],)):
        raise ValueError(
            f"{name}: u and v have shapes {fnp.shape(u)} and {fnp.shape(v)} for weights of shape "
            f"{shape} along axis {axis}; expected {M.shape[:1]} and {M.shape[1:]}. Start from "
            "random.normal of these shapes."
        )
    return M
