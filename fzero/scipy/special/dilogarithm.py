"""Spence's function, the dilogarithm of 1 - x."""

import math
from typing import Any

import fzero.numpy as fnp

from ...rules import elementwise
from .polygammas import BERNOULLI
from .precision import in_double

__all__ = ["spence"]


def _middle(xp: Any, x: Any) -> Any:
    """spence(x) for 1/2 <= x <= 2, as Bernoulli's series in w = -log(x)."""
    w = -xp.log(x)
    square, total = w * w, 0.0
    for j in range(len(BERNOULLI), 0, -1):
        total = (total + BERNOULLI[j - 1] / math.factorial(2 * j + 1)) * square
    return w * (1 + total) - 0.25 * square


def _raw_spence(xp: Any, x: Any) -> Any:
    inside = (x > 0) & (x < math.inf)
    y = xp.where(inside, x, 1.0)
    high = y > 1
    z = xp.where(high, 1 / y, y)  # then 1 - z, where z is small
    low = z < 0.5
    found, log = _middle(xp, xp.where(low, 1 - z, z)), xp.log(z)
    reflected = math.pi**2 / 6 - log * xp.log1p(-xp.where(low, z, 0.0)) - found
    found = xp.where(low, reflected, found)
    found = xp.where(high, -0.5 * log * log - found, found)
    ends = xp.where(x == 0, math.pi**2 / 6, xp.where(x == math.inf, -math.inf, math.nan))
    return xp.where(inside, found, ends)


def _slope(x: Any) -> Any:
    """log(x) / (1 - x), and its Taylor series about 1, where both vanish."""
    y = x - 1
    near = abs(y) < 0.05
    small, series = fnp.where(near, y, 0.0), 0.0
    for k in range(13, 0, -1):
        series = series * -small + 1 / k
    return fnp.where(near, -series, fnp.log(x) / fnp.where(near, 1.0, -y))


_spence = elementwise(
    "spence", in_double(_raw_spence), lambda ans, x: lambda t: t * _slope(x), domain=(0.3, 3.0)
)


def spence(x: Any) -> Any:
    r"""Spence's function: int_1^x log(t) / (1 - t) dt, the dilogarithm of 1 - x.

    Args:
        x: real, >= 0; NaN below.

    Returns:
        An array of the shape and dtype of x.

    Gradient: log(x) / (1 - x), also at 1.

    Example:
        >>> bool(abs(spence(0.0) - 3.14159265358979**2 / 6) < 1e-13)
        True
    """
    return _spence(x)
