"""Rectifiers: activations that let positive elements pass and hold negative ones back."""

import math
from typing import Any

import fzero.numpy as fnp
from fzero.ops import special

from ..kernels import pointwise as kernels
from .pointwise import fused_pointwise

__all__ = [
    "celu",
    "elu",
    "leaky_relu",
    "prelu",
    "relu",
    "relu6",
    "selu",
    "softplus",
    "sparse_plus",
    "squareplus",
]


def relu(x: Any) -> Any:
    """The positive part: relu(x) = max(x, 0).

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x; NaN stays NaN.

    Gradient: 1 where x > 0, 0 where x <= 0.

    Example:
        >>> import numpy as np
        >>> relu(np.array([-2.0, 0.0, 3.0]))
        array([0., 0., 3.])
    """
    return special.relu(x)


def relu6(x: Any) -> Any:
    """The positive part up to 6: relu6(x) = min(max(x, 0), 6).

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x.

    Gradient: 1 where 0 < x < 6, else 0, at both kinks too.

    Example:
        >>> import numpy as np
        >>> relu6(np.array([-2.0, 3.0, 8.0]))
        array([0., 3., 6.])
    """
    x = fnp.asarray(x)
    return fnp.where(x >= 6, 6, relu(x))


def leaky_relu(x: Any, slope: Any = 0.01) -> Any:
    """A rectifier that lets a part through: x where x > 0, slope * x elsewhere.

    Args:
        x: any shape.
        slope: a number, or an array that broadcasts. JAX and PyTorch have 0.01, DeZero 0.2.

    Returns:
        An array of the shape and dtype of x.

    Gradient: 1 where x > 0, slope where x <= 0.

    Source: Maas, Hannun, Ng, "Rectifier nonlinearities improve neural network acoustic models"
        (2013).

    Example:
        >>> import numpy as np
        >>> leaky_relu(np.array([-2.0, 3.0]), slope=0.25)
        array([-0.5,  3. ])
    """
    if isinstance(slope, (int, float)) and math.isfinite(slope) and slope:
        return _LEAKY_RELU(x, slope=slope)
    return _leaky_relu(x, slope)


def _leaky_relu(x: Any, slope: Any) -> Any:
    x = fnp.asarray(x)
    # The untaken side is 0 before it is multiplied, so that an infinity in it makes no NaN.
    return fnp.where(x > 0, x, slope * fnp.where(x > 0, 0, x))


_LEAKY_RELU = fused_pointwise("leaky_relu", _leaky_relu, kernels.leaky_relu, slope=0.2)


def prelu(x: Any, slope: Any, axis: int = 1) -> Any:
    """`leaky_relu` with slopes that are learnt: x where x > 0, slope * x elsewhere.

    Args:
        x: any shape.
        slope: one number, shape () or (1,), or one per channel, shape (C,).
        axis: the axis of the channels in x.

    Returns:
        An array of the shape and dtype of x.

    Raises:
        ValueError: the slopes are not as many as the channels.

    Source: He et al., "Delving deep into rectifiers", arXiv:1502.01852.

    Example:
        >>> import numpy as np
        >>> prelu(np.array([[-2.0, -2.0]]), np.array([0.5, 0.25]))
        array([[-1. , -0.5]])
    """
    x, slope = fnp.asarray(x), fnp.asarray(slope)
    if slope.ndim == 0 or slope.shape == (1,):
        return leaky_relu(x, fnp.reshape(slope, ()))
    if not -x.ndim <= axis < x.ndim or slope.shape != (x.shape[axis],):
        raise ValueError(
            f"prelu: slope is of shape {slope.shape} with x of shape {x.shape} and axis {axis}; "
            "expected one slope, or one for each element of that axis. Name the axis of the "
            "channels with axis=..."
        )
    shape = [1] * x.ndim
    shape[axis] = -1
    return leaky_relu(x, fnp.reshape(slope, tuple(shape)))


def elu(x: Any, alpha: Any = 1.0) -> Any:
    """An exponential rectifier: x where x > 0, alpha * (exp(x) - 1) elsewhere.

    Args:
        x: any shape.
        alpha: minus the value at -infinity.

    Returns:
        An array of the shape and dtype of x.

    Gradient: alpha at 0.

    Source: Clevert, Unterthiner, Hochreiter, arXiv:1511.07289.

    Example:
        >>> import numpy as np
        >>> elu(np.array([-np.inf, 0.0, 2.0]))
        array([-1.,  0.,  2.])
    """
    if isinstance(alpha, (int, float)) and math.isfinite(alpha):
        return _ELU(x, alpha=alpha)
    return _elu(x, alpha)


def _elu(x: Any, alpha: Any) -> Any:
    x = fnp.asarray(x)
    return fnp.where(x > 0, x, alpha * fnp.expm1(fnp.where(x > 0, 0, x)))


_ELU = fused_pointwise("elu", _elu, kernels.elu, alpha=1.5)


def celu(x: Any, alpha: Any = 1.0) -> Any:
    """`elu` with a slope of 1 at 0: x where x > 0, alpha * (exp(x / alpha) - 1) elsewhere.

    Args:
        x: any shape.
        alpha: minus the value at -infinity; not 0.

    Returns:
        An array of the shape and dtype of x.

    Source: Barron, arXiv:1704.07483.

    Example:
        >>> import numpy as np
        >>> celu(np.array([-np.inf, 0.0, 2.0]), alpha=0.5)
        array([-0.5,  0. ,  2. ])
    """
    x = fnp.asarray(x)
    return fnp.where(x > 0, x, alpha * fnp.expm1(fnp.where(x > 0, 0, x) / alpha))


def selu(x: Any) -> Any:
    """An `elu` that keeps mean 0 and variance 1 from layer to layer: scale * elu(x, alpha).

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x.

    Gradient: scale * alpha, about 1.758, at 0.

    Source: Klambauer et al., "Self-normalizing neural networks", arXiv:1706.02515.

    Example:
        >>> import numpy as np
        >>> selu(np.array([0.0, 1.0]))
        array([0.        , 1.05070099])
    """
    return 1.0507009873554805 * elu(x, 1.6732632423543772)


def softplus(x: Any) -> Any:
    """A smooth relu: softplus(x) = log(1 + exp(x)), without overflow.

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x.

    Example:
        >>> import numpy as np
        >>> softplus(np.array([-1000.0, 1000.0]))
        array([   0., 1000.])
    """
    return _SOFTPLUS(x)


_SOFTPLUS = fused_pointwise("softplus", special.softplus, kernels.softplus)


def sparse_plus(x: Any) -> Any:
    """A smooth relu that reaches both its ends: 0, (x + 1)^2 / 4 between -1 and 1, x.

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x.

    Source: Blondel, Martins, Niculae, "Learning with Fenchel-Young losses", arXiv:1901.02324.

    Example:
        >>> import numpy as np
        >>> sparse_plus(np.array([-2.0, 0.0, 2.0]))
        array([0.  , 0.25, 2.  ])
    """
    x = fnp.asarray(x)
    bent = fnp.clip(x, -1, 1) + 1
    return fnp.where(x >= 1, x, bent * bent / 4)


def squareplus(x: Any, b: Any = 4.0) -> Any:
    """A smooth relu of algebra only: squareplus(x) = (x + sqrt(x^2 + b)) / 2, not cancelling.

    Args:
        x: any shape.
        b: how round the bend is, at least 0; with 0 it is relu.

    Returns:
        An array of the shape and dtype of x.

    Source: Barron, arXiv:2112.11687.

    Example:
        >>> import numpy as np
        >>> squareplus(np.array([-np.inf, 0.0, np.inf]))
        array([ 0.,  1., inf])
    """
    endless = fnp.isinf(x)
    x_ = fnp.where(endless, 0, x)
    root = fnp.hypot(x_, b**0.5)
    left = b / (2 * fnp.where(x_ < 0, root - x_, 1))  # the same quotient, without a difference
    return fnp.where(endless, relu(x), fnp.where(x_ < 0, left, (x_ + root) / 2))
