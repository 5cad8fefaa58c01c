"""Activations that are sigmoids, between two bounds, and logarithms of them."""

import math
from typing import Any

import fzero.numpy as fnp
from fzero.numpy import tanh
from fzero.ops.special import logistic

from ..kernels import pointwise as kernels
from .pointwise import fused_pointwise
from .rectifiers import relu6, softplus

__all__ = [
    "hard_sigmoid",
    "hard_tanh",
    "identity",
    "log1mexp",
    "log_sigmoid",
    "sigmoid",
    "soft_sign",
    "sparse_sigmoid",
    "tanh",
]


def identity(x: Any) -> Any:
    """The argument itself: identity(x) = x.

    Args:
        x: any shape.

    Returns:
        x.

    Example:
        >>> identity(2.0)
        2.0
    """
    return x


def sigmoid(x: Any) -> Any:
    """The logistic function: sigmoid(x) = 1 / (1 + exp(-x)).

    It neither overflows nor rounds small values to 0.

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x, between 0 and 1.

    Example:
        >>> import numpy as np
        >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
        array([0. , 0.5, 1. ])
    """
    return _SIGMOID(x)


_SIGMOID = fused_pointwise("sigmoid", logistic, kernels.sigmoid)


def log_sigmoid(x: Any) -> Any:
    """The logarithm of a probability: log_sigmoid(x) = -log(1 + exp(-x)), without overflow.

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x, at most 0.

    Example:
        >>> import numpy as np
        >>> log_sigmoid(np.array([-1000.0, 1000.0])) + 0.0
        array([-1000.,     0.])
    """
    return -softplus(-fnp.asarray(x))


def log1mexp(x: Any) -> Any:
    """The logarithm of a complement: log1mexp(x) = log(1 - exp(-x)), not cancelling.

    Args:
        x: any shape, above 0. At 0 it is -inf, below NaN, with the warnings of `numpy.log`.

    Returns:
        An array of the shape and dtype of x, at most 0.

    Source: Maechler, "Accurately computing log(1 - exp(-|a|))", vignette of the R package Rmpfr.

    Example:
        >>> import numpy as np
        >>> log1mexp(np.array([np.log(2.0), np.inf])) + 0.0
        array([-0.69314718,  0.        ])
    """
    x = fnp.asarray(x)
    small = x < math.log(2)
    near = fnp.log(-fnp.expm1(-fnp.where(small, x, 1)))
    return fnp.where(small, near, fnp.log1p(-fnp.exp(-fnp.where(small, 1, x))))


def hard_sigmoid(x: Any) -> Any:
    """A sigmoid of straight lines: hard_sigmoid(x) = relu6(x + 3) / 6.

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x, between 0 and 1.

    Gradient: 1/6 where -3 < x < 3, else 0.

    Example:
        >>> import numpy as np
        >>> hard_sigmoid(np.array([-4.0, 0.0, 4.0]))
        array([0. , 0.5, 1. ])
    """
    return relu6(fnp.asarray(x) + 3) / 6


def sparse_sigmoid(x: Any) -> Any:
    """The slope of `sparse_plus`: 0, (x + 1) / 2 between -1 and 1, 1.

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x, between 0 and 1.

    Gradient: 1/2 where -1 <= x <= 1, else 0.

    Source: Blondel, Martins, Niculae, "Learning with Fenchel-Young losses", arXiv:1901.02324.

    Example:
        >>> import numpy as np
        >>> sparse_sigmoid(np.array([-2.0, 0.0, 2.0]))
        array([0. , 0.5, 1. ])
    """
    return (fnp.clip(x, -1, 1) + 1) / 2


def hard_tanh(x: Any) -> Any:
    """A tanh of straight lines: x limited to [-1, 1].

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x.

    Gradient: 1 where -1 <= x <= 1, else 0.

    Example:
        >>> import numpy as np
        >>> hard_tanh(np.array([-4.0, 0.5, 4.0]))
        array([-1. ,  0.5,  1. ])
    """
    return fnp.clip(x, -1, 1)


def soft_sign(x: Any) -> Any:
    """A sigmoid of algebra only: soft_sign(x) = x / (1 + |x|).

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x, between -1 and 1.

    Example:
        >>> import numpy as np
        >>> soft_sign(np.array([-np.inf, 1.0, np.inf]))
        array([-1. ,  0.5,  1. ])
    """
    x = fnp.asarray(x)
    endless = fnp.isinf(x)
    finite = fnp.where(endless, 0, x)
    return fnp.where(endless, fnp.sign(x), finite / (1 + abs(finite)))
