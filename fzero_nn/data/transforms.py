"""Transforms of one array, and how to put them in a row."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import fzero

__all__ = [
    "CAFFE_MEAN",
    "IMAGENET_MEAN",
    "IMAGENET_STD",
    "as_type",
    "compose",
    "flatten",
    "normalize",
    "to_float",
    "to_int",
]

#: Mean and standard deviation of ImageNet's red, green and blue in [0, 1], as torch's models take.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
#: Mean of ImageNet's blue, green and red in [0, 255], as the models of Caffe take.
CAFFE_MEAN = (103.939, 116.779, 123.68)

Transform = Callable[[Any], Any]


def compose(*transforms: Transform) -> Transform:
    """One transform that applies several, from left to right.

    Example:
        >>> scale = compose(flatten, to_float, normalize(0.0, 255.0))
        >>> scale(np.array([[0, 51], [102, 255]], np.uint8))
        array([0. , 0.2, 0.4, 1. ], dtype=float32)
    """

    def composed(x: Any) -> Any:
        for transform in transforms:
            x = transform(x)
        return x

    return composed


def normalize(
    mean: float | Sequence[float] = 0.0, std: float | Sequence[float] = 1.0, axis: int = -3
) -> Transform:
    """A transform that shifts and scales: y = (x - mean) / std, in the dtype of x.

    Args:
        mean: a number, or one for each channel.
        std: a number, or one for each channel, not 0.
        axis: that of the channels; -3 for (C, H, W) and (N, C, H, W).

    Returns:
        The transform. It refuses arrays of integers with a TypeError, and with a ValueError
        arrays of another number of channels.

    Raises:
        ValueError: std is 0 somewhere.

    Example:
        >>> normalize((0.5, 0.0), 0.5)(np.ones((2, 1, 1)))[:, 0, 0]
        array([1., 2.])
    """
    if not np.all(np.asarray(std)):
        raise ValueError(
            f"normalize: std is {std!r}; expected numbers other than 0. Leave it out to only shift."
        )
    return lambda x: (x - _channels("mean", mean, x, axis)) / _channels("std", std, x, axis)


def _channels(name: str, values: float | Sequence[float], x: Any, axis: int) -> Any:
    """The values along the axis of the channels, in x's dtype."""
    if x.dtype.kind not in "fc":
        raise TypeError(
            f"normalize: x is of dtype {x.dtype.name}; expected a float dtype, as integers would "
            "wrap around. Apply to_float first."
        )
    if np.ndim(values) == 0:
        return float(np.asarray(values))
    array = fzero.array_namespace(x).asarray(values, dtype=x.dtype)
    if not -x.ndim <= axis < x.ndim or array.shape != (x.shape[axis],):
        raise ValueError(
            f"normalize: {name} is of shape {array.shape} for x of shape {x.shape} with "
            f"axis={axis}; expected one number for each channel. Pass the axis of the channels."
        )
    return array.reshape(-1, *(1,) * (x.ndim - 1 - axis % x.ndim))


def flatten(x: Any, start: int = 0) -> Any:
    """The array with the axes from `start` on in one; start=1 keeps the axis of a batch.

    Example:
        >>> flatten(np.zeros((5, 2, 3)), start=1).shape
        (5, 6)
    """
    rest = 1
    for size in x.shape[start:]:
        rest *= size
    return x.reshape(*x.shape[:start], rest)


def as_type(dtype: Any = np.float32) -> Transform:
    """A transform to another dtype.

    Example:
        >>> as_type(np.int8)(np.array([1.7]))
        array([1], dtype=int8)
    """
    return lambda x: x.astype(dtype)


def to_float(x: Any) -> Any:
    """The array in float32. Bytes stay in [0, 255]: `normalize(0.0, 255.0)` scales them.

    Example:
        >>> to_float(np.array([7], np.uint8))
        array([7.], dtype=float32)
    """
    return x.astype(np.float32)


def to_int(x: Any) -> Any:
    """The array in int64, rounded towards zero.

    Example:
        >>> to_int(np.array([1.7, -1.7]))
        array([ 1, -1])
    """
    return x.astype(np.int64)
