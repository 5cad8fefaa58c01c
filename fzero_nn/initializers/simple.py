"""Initial values whose size does not depend on the shape."""

from collections.abc import Callable
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero import random

__all__ = ["Initializer", "constant", "normal", "ones", "truncated_normal", "uniform", "zeros"]

#: Takes a key, a shape and optionally a dtype (float32 if left out); returns an array.
Initializer = Callable[..., Any]


def constant(value: float) -> Initializer:
    """Every element is `value`.

    Example:
        >>> constant(0.5)(random.key(0), (2,))
        array([0.5, 0.5], dtype=float32)
    """

    def init(key: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
        return fzero.array_namespace(key).full(shape, value, dtype)

    return init


def zeros(key: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
    """Zeros, the usual start of a bias; the key only says the device.

    Example:
        >>> zeros(random.key(0), (2,))
        array([0., 0.], dtype=float32)
    """
    return constant(0)(key, shape, dtype)


def ones(key: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
    """Ones, the usual start of a scale; the key only says the device.

    Example:
        >>> ones(random.key(0), (2,))
        array([1., 1.], dtype=float32)
    """
    return constant(1)(key, shape, dtype)


def normal(stddev: float = 1e-2) -> Initializer:
    """Normal with mean 0 and standard deviation `stddev`.

    Example:
        >>> normal()(random.key(0), (3, 2)).shape
        (3, 2)
    """

    def init(key: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
        return fnp.astype(random.normal(key, shape, dtype) * stddev, dtype)

    return init


def truncated_normal(stddev: float = 1e-2, lower: float = -2.0, upper: float = 2.0) -> Initializer:
    """`stddev` times a standard normal that is drawn between `lower` and `upper`.

    Example:
        >>> bool(abs(truncated_normal(1.0)(random.key(0), (99,))).max() <= 2)
        True
    """

    def init(key: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
        return fnp.astype(random.truncated_normal(key, lower, upper, shape, dtype) * stddev, dtype)

    return init


def uniform(scale: float = 1e-2) -> Initializer:
    """Uniform from 0 to `scale`.

    Example:
        >>> bool(uniform(3.0)(random.key(0), (99,)).max() < 3)
        True
    """

    def init(key: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
        return fnp.astype(random.uniform(key, shape, dtype) * scale, dtype)

    return init
