"""Dropout: elements, or whole channels, zeroed at random in training."""

import math
from numbers import Real
from typing import Any

import fzero
import fzero.numpy as fnp
from fzero import random
from fzero.dtypes import shape_of

from .floats import floats

__all__ = ["dropout", "spatial_dropout"]

#: How many uniform numbers there are: one for each value of 32 bits.
_STEPS = 1 << 32


def dropout(key: Any, x: Any, rate: Any, train: bool = True) -> Any:
    """Zero each element with probability `rate`, and scale the others by 1 / (1 - rate).

    y = x / (1 - rate) where u >= rate, else 0, with u uniform of 32 random bits per element:
    u = random.bits(key, x.shape, "uint32") / 2**32. The mean of y is x.

    Args:
        key: a key of `fzero.random`; not looked at outside of training.
        x: floats, any shape.
        rate: the probability of zeroing, 0 <= rate <= 1; a number, or an array of shape () that
            may change from step to step.
        train: False returns x.

    Returns:
        An array of the shape and dtype of x; x itself with train=False. Rate 1 gives zeros.

    Raises:
        TypeError: x is not of floats.
        ValueError: rate is a number outside [0, 1], or several.

    Gradient: g / (1 - rate) where an element was kept, 0 elsewhere, also where x was infinite or
        NaN. The rate is a constant to it.

    Source: Srivastava et al., Journal of Machine Learning Research 15 (2014).

    Example:
        >>> import numpy as np
        >>> y = dropout(random.key(0), np.ones(1000), 0.75)
        >>> np.unique(y)
        array([0., 4.])
    """
    x = floats("dropout", x)
    return _dropout("dropout", key, x, rate, train, x.shape)


def spatial_dropout(key: Any, x: Any, rate: Any, train: bool = True) -> Any:
    """Zero each channel of each example with probability `rate`, and scale the others.

    Args:
        key: a key of `fzero.random`; not looked at outside of training.
        x: floats, shape (N, C, ...) with at least one axis of positions.
        rate: as for `dropout`.
        train: False returns x.

    Returns:
        An array of the shape and dtype of x; x itself with train=False.

    Raises:
        TypeError: x is not of floats.
        ValueError: x has no axis of positions; rate is a number outside [0, 1].

    Source: Tompson et al., arXiv:1411.4280.

    Example:
        >>> import numpy as np
        >>> y = spatial_dropout(random.key(0), np.ones((2, 3, 4)), 0.5)
        >>> bool(np.all(y == y[:, :, :1]))
        True
    """
    x = floats("spatial_dropout", x)
    if x.ndim < 3:
        raise ValueError(
            f"spatial_dropout: x is of shape {x.shape}; expected (N, C, ...) with positions behind "
            "the channels. For features alone use dropout."
        )
    shape = x.shape[:2] + (1,) * (x.ndim - 2)
    return _dropout("spatial_dropout", key, x, rate, train, shape)


def _dropout(name: str, key: Any, x: Any, rate: Any, train: bool, shape: tuple[int, ...]) -> Any:
    """Dropout with a mask of `shape`, which broadcasts to that of `x`."""
    rate = fzero.stop_gradient(rate)
    number = isinstance(rate, Real)
    if number and not 0 <= float(rate) <= 1:
        raise ValueError(
            f"{name}: rate is {rate}; expected 0 <= rate <= 1, the probability of zeroing. "
            "To keep a share p of the elements, pass 1 - p."
        )
    if shape_of(rate) != ():
        raise ValueError(
            f"{name}: rate is of shape {shape_of(rate)}; expected (), one rate for all elements. "
            "Use fzero.vmap for several rates."
        )
    if not train:
        return x
    if not number:
        rate = fnp.astype(rate, "float64")
        scale = fnp.astype(1 / fnp.where(rate < 1, 1 - rate, 1), x.dtype)
        return fnp.where(random.bits(key, shape, "uint32") >= rate * _STEPS, x * scale, 0)
    # Compared as integers: no pass over the bits makes numbers of them.
    threshold = math.ceil(float(rate) * _STEPS)
    if threshold == _STEPS:
        return fnp.zeros_like(x)
    kept = random.bits(key, shape, "uint32") >= threshold
    return fnp.where(kept, x * (1 / (1 - float(rate))), 0)
