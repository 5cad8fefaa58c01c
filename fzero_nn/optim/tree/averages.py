"""Decaying means of powers, over whole trees.

What is kept of squares is in float32 where the gradient is float16: see `optim.moments`.
"""

from typing import Any

import fzero.numpy as fnp

from ..moments import abs_square, as_dtype, corrected, frozen_map, mix, widened

__all__ = [
    "bias_correction",
    "update_infinity_moment",
    "update_moment",
    "update_moment_per_elem_norm",
]


def update_moment(updates: Any, moments: Any, decay: Any, order: Any) -> Any:
    """The decaying mean of a power: m <- decay m + (1 - decay) g^order.

    Args:
        updates, moments: pytrees of one structure: g and m.
        decay: 0 <= decay < 1.
        order: the power, usually 1 or 2.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> update_moment([4.0], [0.0], 0.75, 2)
        [4.0]
    """
    power = (lambda g: g) if order == 1 else lambda g: widened(g) ** order
    return frozen_map(lambda g, m: mix(decay, m, power(g)), updates, moments)


def update_moment_per_elem_norm(updates: Any, moments: Any, decay: Any, order: Any) -> Any:
    """The decaying mean of a power of the modulus: v <- decay v + (1 - decay) |g|^order.

    It is that of `update_moment` for even powers of real numbers.

    Args:
        updates, moments: pytrees of one structure: g and v.
        decay: 0 <= decay < 1.
        order: the power, usually 2.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> update_moment_per_elem_norm([3.0 + 4.0j], [0.0], 0.5, 2)
        [np.float64(12.5)]
    """

    def power(g: Any) -> Any:
        if order == 2:
            return abs_square(g)
        return abs_square(g) ** (order / 2) if fnp.iscomplexobj(g) else widened(g) ** order

    return frozen_map(lambda g, v: mix(decay, v, power(g)), updates, moments)


def update_infinity_moment(updates: Any, moments: Any, decay: Any, eps: Any) -> Any:
    """The decaying maximum of the modulus: v <- max(|g| + eps, decay v).

    Args:
        updates, moments: pytrees of one structure: g and v.
        decay: 0 <= decay < 1.
        eps: added to |g|.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> update_infinity_moment([fnp.array([-3.0, 0.0])], [fnp.ones(2)], 0.5, 0.0)
        [array([3. , 0.5])]
    """
    return frozen_map(
        lambda g, v: fnp.maximum(fnp.abs(g) + eps, as_dtype(decay, v) * v), updates, moments
    )


def bias_correction(moment: Any, decay: Any, count: Any) -> Any:
    """Decaying means that started from zero, without their bias: m / (1 - decay^count).

    Args:
        moment: a pytree of means of `count` values.
        decay: 0 <= decay < 1.
        count: >= 1.

    Example:
        >>> bias_correction([1.0], 0.75, 1)
        [4.0]
    """
    return frozen_map(lambda m: corrected(m, decay, count), moment)
