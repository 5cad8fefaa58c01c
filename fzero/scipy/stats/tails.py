"""Logarithms of probabilities near 0 and near 1 that keep their digits."""

import math
from typing import Any

import fzero.numpy as fnp

__all__ = ["log_of_gumbel_tail", "log_of_one_minus_exp"]


def log_of_one_minus_exp(x: Any) -> Any:
    """log(1 - exp(x)) for x < 0: by expm1 near 0, by log1p far below; -inf at 0.

    Source: Maechler, "Accurately computing log(1 - exp(-|a|))", 2012.

    Example:
        >>> float(log_of_one_minus_exp(-1e-300).round(3))
        -690.776
    """
    near, zero = x > -math.log(2), x == 0
    close = fnp.log(-fnp.expm1(fnp.where(near & ~zero, x, -1.0)))
    far = fnp.log1p(-fnp.exp(fnp.where(near, -1.0, x)))
    return fnp.where(zero, -math.inf, fnp.where(near, close, far))


def log_of_gumbel_tail(z: Any) -> Any:
    """log(1 - exp(-exp(-z))), which is -z - exp(-z) / 2 far out.

    Example:
        >>> float(log_of_gumbel_tail(1000.0))
        -1000.0
    """
    far = z > 36  # from there on the next term is below the last digit
    near = log_of_one_minus_exp(-fnp.exp(-fnp.where(far, 0.0, z)))
    return fnp.where(far, -z - 0.5 * fnp.exp(-fnp.where(far, z, 36.0)), near)
