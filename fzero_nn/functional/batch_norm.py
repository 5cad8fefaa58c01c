"""Batch normalisation, with statistics that are given and returned."""

from typing import Any

import fzero
import fzero.numpy as fnp
from fzero.dtypes import shape_of
from fzero.fused import Fused

from ..kernels import normalization as kernels
from .floats import floats, like, wide

__all__ = ["batch_norm"]


def _along(v: Any, ndim: int, axis: int) -> Any:
    """A vector as an array that broadcasts along `axis` of one with `ndim` dimensions."""
    shape = [1] * ndim
    shape[axis] = -1
    return fnp.reshape(v, tuple(shape))


def _normalised(x: Any, mean: Any, var: Any, gamma: Any, beta: Any, axis: int, eps: float) -> Any:
    """(x - mean) / sqrt(var + eps) * gamma + beta in the dtype of x."""
    scale = gamma / fnp.sqrt(wide(var) + eps)
    mean, scale, beta = (_along(v, x.ndim, axis) for v in (mean, scale, beta))
    return like((wide(x) - wide(mean)) * scale + beta, x)


def _reference(x: Any, gamma: Any, beta: Any, *, axis: int, eps: float) -> tuple[Any, Any, Any]:
    others = tuple(i for i in range(x.ndim) if i != axis)
    mean = fnp.mean(wide(x), axis=others)
    away = wide(x) - _along(mean, x.ndim, axis)
    var = fnp.mean(away * away, axis=others)
    return _normalised(x, mean, var, gamma, beta, axis, eps), mean, var


def _samples(rng: Any) -> list[Any]:
    shapes = [((4, 3), 1), ((2, 3, 2, 3), 1), ((2, 3, 20), 1), ((3, 2, 4), 2), ((1, 2), 1)]
    return [
        (
            (rng.normal(size=s) + 1, rng.uniform(0.5, 2, s[axis]), rng.normal(size=s[axis])),
            {"axis": axis, "eps": 1e-2},
        )
        for s, axis in shapes
    ]


_batch_norm = Fused(
    "batch_norm",
    _reference,
    {"numpy": kernels.BATCH_NORM, "cupy": kernels.BATCH_NORM},
    samples=_samples,
    multiple=True,
)


def batch_norm(
    x: Any,
    gamma: Any,
    beta: Any,
    avg_mean: Any,
    avg_var: Any,
    train: bool = False,
    decay: Any = 0.9,
    eps: float = 2e-5,
    axis: int = 1,
) -> tuple[Any, tuple[Any, Any]]:
    """Each channel with mean 0 and variance 1, then scaled and shifted.

    y = gamma * (x - mean) / sqrt(var + eps) + beta. In training mean and var are those of the
    batch, over all axes but one, and the running ones follow them:
    avg = decay * avg + (1 - decay) * batch. Otherwise they are the running ones.

    Args:
        x: floats with channels along `axis`: (N, C), (N, C, W), (N, C, H, W), ...
        gamma, beta: the scale and the shift, shape (C,).
        avg_mean, avg_var: running statistics, shape (C,).
        train: whether this is a training step.
        decay: the share of the old running statistics that stays; PyTorch's 1 - momentum.
        eps: what is added to the variance; DeZero's by default.
        axis: the axis of the channels.

    Returns:
        `(y, (avg_mean, avg_var))`: y of the shape and dtype of x; the running statistics are the
        given objects outside of training. The running variance takes in the unbiased one, with
        the divisor max(m - 1, 1) for m elements per channel; x is divided by the biased one.

    Raises:
        TypeError: x is not of floats.
        ValueError: sizes that do not fit; no element per channel in training.

    Gradient: to all orders with respect to x, gamma and beta in both modes; none flows into the
        running statistics that are returned. Statistics of float16 are taken in float32.
    Cost: in training three reads of x and one write of y, in blocks that stay in the cache.

    Source: Ioffe, Szegedy, arXiv:1502.03167.

    Example:
        >>> import numpy as np
        >>> x, zero, one = np.arange(12.0).reshape(4, 3), np.zeros(3), np.ones(3)
        >>> batch_norm(x, one, zero, zero, one, train=True)[1][0]
        array([0.45, 0.55, 0.65])
    """
    x = floats("batch_norm", x)
    axis = _checked_axis(x, axis, gamma=gamma, beta=beta, avg_mean=avg_mean, avg_var=avg_var)
    if not train:
        y = _normalised(x, avg_mean, avg_var, gamma, beta, axis, eps)
        return y, (avg_mean, avg_var)
    count = x.size // x.shape[axis] if x.size else 0
    if count == 0:
        raise ValueError(
            f"batch_norm: x is of shape {x.shape} with train=True; expected at least one element "
            "per channel. Leave the empty batch out, or pass train=False."
        )
    y, mean, var = _batch_norm(x, gamma, beta, axis=axis, eps=eps)
    unbiased = var * (count / max(count - 1, 1))
    return y, (_moved(avg_mean, mean, decay), _moved(avg_var, unbiased, decay))


def _moved(average: Any, batch: Any, decay: Any) -> Any:
    """A running average after one more batch."""
    return like(decay * average + (1 - decay) * fzero.stop_gradient(batch), average)


def _checked_axis(x: Any, axis: int, **vectors: Any) -> int:
    """The axis of the channels counted from the front, after a look at all shapes."""
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(
            f"batch_norm: axis is {axis} with x of shape {x.shape}; expected an axis of x. "
            "Images are (N, C, H, W), with axis=1; with features last, pass axis=-1."
        )
    channels = x.shape[axis]
    if wrong := {n: shape_of(v) for n, v in vectors.items() if shape_of(v) != (channels,)}:
        raise ValueError(
            f"batch_norm: x is of shape {x.shape} with {wrong}; expected ({channels},) for each, "
            f"the size of axis {axis}. Name the axis of the channels with axis=..."
        )
    return axis % x.ndim
