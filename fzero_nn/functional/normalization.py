"""Normalisation of each example by itself: over features, or over groups of channels."""

import math
from typing import Any

import fzero.numpy as fnp
from fzero.dtypes import shape_of
from fzero.fused import Fused
from fzero.shaping import axes_of

from ..kernels import normalization as kernels
from .floats import floats, like, wide
from .windows import per_axis

__all__ = ["group_norm", "instance_norm", "layer_norm", "rms_norm", "standardize"]


def standardize(
    x: Any,
    axis: Any = -1,
    mean: Any = None,
    variance: Any = None,
    epsilon: float = 1e-5,
    where: Any = None,
) -> Any:
    """Mean 0 and variance 1: standardize(x) = (x - mean) / sqrt(variance + epsilon).

    Args:
        x: floats, any shape.
        axis: the axis or axes over which mean and variance are taken; None for all.
        mean, variance: to use instead of those of x; they broadcast with it.
        epsilon: what is added to the variance.
        where: booleans that broadcast with x; elements where it is False do not count in either.

    Returns:
        An array of the shape and dtype of x.

    Raises:
        TypeError: x is not of floats.

    Cost: two passes for the variance, which does not cancel; float16 is taken in float32.

    Example:
        >>> import numpy as np
        >>> standardize(np.array([1.0, 3.0]), epsilon=0.0)
        array([-1.,  1.])
    """
    x = floats("standardize", x)
    given = {} if where is None else {"where": where}
    if mean is None:
        mean = fnp.mean(wide(x), axis=axis, keepdims=True, **given)
    away = wide(x) - mean
    if variance is None:
        variance = fnp.mean(away * away, axis=axis, keepdims=True, **given)
    return like(away / fnp.sqrt(variance + epsilon), x)


# -------------------------------------------------------------------------------- over features


def _layer_norm_reference(x: Any, gamma: Any, beta: Any, *, ndim: int, eps: float) -> Any:
    y = standardize(wide(x), tuple(range(x.ndim - ndim, x.ndim)), epsilon=eps)
    return like(_affine(y, gamma, beta), x)


def _affine(y: Any, gamma: Any, beta: Any) -> Any:
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


def _layer_norm_batch(call: Any, size: int, args: Any, batched: Any, params: Any) -> Any:
    """Rows are rows: one call, where gamma and beta are common to all."""
    if batched != [True, False, False] or args[0].ndim == params["ndim"]:
        return None
    return call(*args, **params), True


def _layer_norm_samples(rng: Any) -> list[Any]:
    kinds = [((4, 3), 1), ((2, 3, 4), 1), ((2, 3, 4), 2), ((5,), 1)]
    samples = []
    for shape, ndim in kinds:
        size = shape[len(shape) - ndim :]
        gamma, beta = rng.uniform(0.5, 2, size), rng.normal(size=size)
        samples.append(((rng.normal(size=shape), gamma, beta), {"ndim": ndim, "eps": 1e-2}))
    plain = rng.normal(size=(2, 3))
    return [*samples, ((plain, None, None), {"ndim": 1, "eps": 1e-2})]


_layer_norm = Fused(
    "layer_norm",
    _layer_norm_reference,
    {"numpy": kernels.LAYER_NORM, "cupy": kernels.LAYER_NORM},
    samples=_layer_norm_samples,
    batch=_layer_norm_batch,
)


def layer_norm(
    x: Any, gamma: Any = None, beta: Any = None, axis: Any = -1, eps: float = 1e-5
) -> Any:
    """Each row with mean 0 and variance 1, then scaled and shifted.

    y = gamma * (x - mean) / sqrt(var + eps) + beta, mean and var over the axes of the features.

    Args:
        x: floats, any shape.
        gamma, beta: of the shape that x has along `axis`, or None to leave them out.
        axis: the axis or axes of the features.
        eps: what is added to the variance.

    Returns:
        An array of the shape and dtype of x.

    Raises:
        TypeError: x is not of floats.
        ValueError: gamma or beta has another shape.

    Cost: two reads of x and one write of y for trailing axes, in blocks that stay in the cache.

    Source: Ba, Kiros, Hinton, arXiv:1607.06450.

    Example:
        >>> import numpy as np
        >>> layer_norm(np.array([[1.0, 3.0], [5.0, 5.0]]), eps=0.0001).round(3)
        array([[-1.,  1.],
               [ 0.,  0.]])
    """
    x = floats("layer_norm", x)
    axes = _checked_features("layer_norm", x, axis, gamma=gamma, beta=beta)
    trailing = tuple(range(x.ndim - len(axes), x.ndim))
    if axes == trailing:
        return _layer_norm(x, gamma, beta, ndim=len(axes), eps=eps)
    moved = _layer_norm(fnp.moveaxis(x, axes, trailing), gamma, beta, ndim=len(axes), eps=eps)
    return fnp.moveaxis(moved, trailing, axes)


def _checked_features(name: str, x: Any, axis: Any, **arrays: Any) -> tuple[int, ...]:
    """The axes of the features in rising order, after a look at the shapes."""
    axes = tuple(sorted(axes_of(x.ndim, axis)))
    size = tuple(x.shape[i] for i in axes)
    given = {n: shape_of(v) for n, v in arrays.items() if v is not None}
    if wrong := {n: shape for n, shape in given.items() if shape != size}:
        raise ValueError(
            f"{name}: x is of shape {x.shape} with {wrong}; expected {size} for each, the sizes "
            f"of the axes {axes}. Name the axes of the features with axis=..."
        )
    return axes


def rms_norm(x: Any, gamma: Any = None, axis: Any = -1, eps: float = 1e-6) -> Any:
    """Each row with mean square 1, then scaled: y = gamma * x / sqrt(mean(x^2) + eps).

    Args:
        x: floats, any shape.
        gamma: of the shape that x has along `axis`, or None to leave it out.
        axis: the axis or axes of the features.
        eps: what is added to the mean square.

    Returns:
        An array of the shape and dtype of x.

    Raises:
        TypeError: x is not of floats.
        ValueError: gamma has another shape.

    Source: Zhang, Sennrich, arXiv:1910.07467.

    Example:
        >>> import numpy as np
        >>> rms_norm(np.array([3.0, -3.0]), eps=0.0)
        array([ 1., -1.])
    """
    x = floats("rms_norm", x)
    axes = _checked_features("rms_norm", x, axis, gamma=gamma)
    y = wide(x)
    y = y / fnp.sqrt(fnp.mean(y * y, axis=axes, keepdims=True) + eps)
    if gamma is not None:
        shape = tuple(n if i in axes else 1 for i, n in enumerate(x.shape))
        y = y * fnp.reshape(gamma, shape)
    return like(y, x)


# -------------------------------------------------------------------------------- over channels


def group_norm(x: Any, groups: int, gamma: Any = None, beta: Any = None, eps: float = 1e-5) -> Any:
    """Each group of channels of each example with mean 0 and variance 1, then scaled and shifted.

    y = gamma * (x - mean) / sqrt(var + eps) + beta, mean and var over a group and all positions.

    Args:
        x: floats, shape (N, C, ...).
        groups: into how many groups of neighbours the channels are cut; it divides C.
        gamma, beta: shape (C,), or None to leave them out.
        eps: what is added to the variance.

    Returns:
        An array of the shape and dtype of x.

    Raises:
        TypeError: x is not of floats, or groups is not an integer.
        ValueError: x has no channels, groups does not divide them, or a size does not fit.

    Source: Wu, He, arXiv:1803.08494.

    Example:
        >>> import numpy as np
        >>> group_norm(np.array([[1.0, 3.0, 10.0, 30.0]]), 2, eps=0.0)
        array([[-1.,  1., -1.,  1.]])
    """
    x = floats("group_norm", x)
    (groups,) = per_axis("group_norm", "groups", groups, 1)
    return _by_groups("group_norm", x, groups, gamma, beta, eps)


def instance_norm(x: Any, gamma: Any = None, beta: Any = None, eps: float = 1e-5) -> Any:
    """Each channel of each example with mean 0 and variance 1, then scaled and shifted.

    y = gamma * (x - mean) / sqrt(var + eps) + beta, mean and var over all positions.

    Args:
        x: floats, shape (N, C, ...) with at least one axis of positions.
        gamma, beta: shape (C,), or None to leave them out.
        eps: what is added to the variance.

    Returns:
        An array of the shape and dtype of x.

    Raises:
        TypeError: x is not of floats.
        ValueError: x has no axis of positions, or a size does not fit.

    Source: Ulyanov, Vedaldi, Lempitsky, arXiv:1607.08022.

    Example:
        >>> import numpy as np
        >>> instance_norm(np.array([[[1.0, 3.0], [10.0, 30.0]]]), eps=0.0)
        array([[[-1.,  1.],
                [-1.,  1.]]])
    """
    x = floats("instance_norm", x)
    if x.ndim < 3:
        raise ValueError(
            f"instance_norm: x is of shape {x.shape}; expected (N, C, ...) with positions behind "
            "the channels. For features alone use layer_norm."
        )
    return _by_groups("instance_norm", x, x.shape[1], gamma, beta, eps)


def _by_groups(name: str, x: Any, groups: int, gamma: Any, beta: Any, eps: float) -> Any:
    if x.ndim < 2 or x.shape[1] % groups:
        raise ValueError(
            f"{name}: x is of shape {x.shape} with {groups} groups; expected (N, C, ...) with "
            "groups that divide C. Choose a divisor of the number of channels."
        )
    _checked_features(name, x, 1, gamma=gamma, beta=beta)
    size = math.prod(x.shape[1:]) // groups
    rows = fnp.reshape(wide(x), (x.shape[0], groups, size))
    y = fnp.reshape(_layer_norm(rows, None, None, ndim=1, eps=eps), x.shape)
    along = (-1,) + (1,) * (x.ndim - 2)
    gamma, beta = (None if v is None else fnp.reshape(v, along) for v in (gamma, beta))
    return like(_affine(y, gamma, beta), x)
