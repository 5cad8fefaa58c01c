"""Activations that gate their argument by a sigmoid."""

import math
from collections.abc import Callable
from typing import Any

import fzero.numpy as fnp
from fzero.ops.special import erfc
from fzero.shaping import axis_of

from ..kernels import pointwise as kernels
from .activations import hard_sigmoid, sigmoid
from .pointwise import fused_pointwise
from .rectifiers import softplus

__all__ = ["gelu", "glu", "hard_silu", "hard_swish", "mish", "silu", "swish"]


def _gated(x: Any, gate: Callable[[Any], Any], bound: float) -> Any:
    """x * gate(x), where the gate is 0 below -bound and 1 above bound: never 0 * inf."""
    x = fnp.asarray(x)
    inner = fnp.clip(x, -bound, bound)
    return fnp.where(x > bound, x, inner * gate(inner))


def gelu(x: Any, approximate: bool = True) -> Any:
    """x times the probability that a normal number is below it: gelu(x) = x P(X < x).

    Args:
        x: any shape.
        approximate: whether to use x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), which differs
            by at most 0.0005; JAX does by default, PyTorch does not.

    Returns:
        An array of the shape and dtype of x; 0 at -infinity.

    Source: Hendrycks, Gimpel, arXiv:1606.08415.

    Example:
        >>> import numpy as np
        >>> gelu(np.array([-np.inf, 0.0, 1.0]), approximate=False) + 0.0
        array([0.        , 0.        , 0.84134475])
    """
    return (_GELU_BY_TANH if approximate else _GELU)(x)


def _normal_cdf(x: Any) -> Any:
    return erfc(x * -math.sqrt(0.5)) / 2


def _normal_cdf_by_tanh(x: Any) -> Any:
    return (1 + fnp.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * (x * x * x)))) / 2


_GELU = fused_pointwise("gelu", lambda x: _gated(x, _normal_cdf, 40.0), kernels.gelu)
_GELU_BY_TANH = fused_pointwise(
    "gelu_by_tanh", lambda x: _gated(x, _normal_cdf_by_tanh, 40.0), kernels.gelu_by_tanh
)


def silu(x: Any) -> Any:
    """x gated by its sigmoid, also called swish: silu(x) = x sigmoid(x).

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x; 0 at -infinity.

    Source: Elfwing, Uchibe, Doya, arXiv:1702.03118.

    Example:
        >>> import numpy as np
        >>> silu(np.array([-np.inf, 0.0, np.inf])) + 0.0
        array([ 0.,  0., inf])
    """
    return _SILU(x)


_SILU = fused_pointwise("silu", lambda x: _gated(x, sigmoid, 1000.0), kernels.silu)


def hard_silu(x: Any) -> Any:
    """x gated by its hard sigmoid, also called hard_swish: x relu6(x + 3) / 6.

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x; 0 where x <= -3, x where x >= 3.

    Gradient: 0 at -3, and 1 at 3, where the formula's right side is taken.

    Source: Howard et al., "Searching for MobileNetV3", arXiv:1905.02244.

    Example:
        >>> import numpy as np
        >>> hard_silu(np.array([-4.0, 0.0, 4.0])) + 0.0
        array([0., 0., 4.])
    """
    return _gated(x, hard_sigmoid, 3.0)


def mish(x: Any) -> Any:
    """A smooth gate: mish(x) = x tanh(softplus(x)).

    Args:
        x: any shape.

    Returns:
        An array of the shape and dtype of x; 0 at -infinity.

    Source: Misra, arXiv:1908.08681.

    Example:
        >>> import numpy as np
        >>> mish(np.array([-np.inf, 0.0, np.inf])) + 0.0
        array([ 0.,  0., inf])
    """
    return _gated(x, lambda x: fnp.tanh(softplus(x)), 1000.0)


def glu(x: Any, axis: int = -1) -> Any:
    """One half gated by the other: glu([a, b]) = a sigmoid(b).

    Args:
        x: any shape, with an even size along `axis`.
        axis: the axis that is cut in half.

    Returns:
        An array of the dtype of x, half as long along `axis`.

    Raises:
        ValueError: the size is odd.

    Source: Dauphin et al., arXiv:1612.08083.

    Example:
        >>> import numpy as np
        >>> glu(np.array([2.0, 4.0, 0.0, 1000.0]))
        array([1., 4.])
    """
    x = fnp.asarray(x)
    if x.shape[axis_of(x.ndim, axis)] % 2:
        raise ValueError(
            f"glu: x is of shape {x.shape} with axis {axis}; expected an even size along it. "
            "Make the layer before it twice as wide."
        )
    a, b = fnp.split(x, 2, axis=axis)
    return a * sigmoid(b)


swish = silu
hard_swish = hard_silu
