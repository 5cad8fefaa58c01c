"""Stirling's formula and what is left of it: ratios of gamma functions that keep their digits.

log Gamma(x) = (x - 1/2) log x - x + log(2 pi)/2 + remainder(x). The large parts of a ratio cancel
on paper, which leaves remainders and a log(1 + z) - z. Arguments are raw float64 arrays.
"""

import math
from typing import Any

from .polygammas import BERNOULLI, FAR, raw_polygamma

__all__ = ["HALF_LOG_TAU", "log1pmx", "log_minus_digamma", "remainder_far"]

HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)


def remainder_far(x: Any) -> Any:
    """The remainder for x >= 10, by its asymptotic series."""
    w, total = (1 / x) ** 2, 0.0  # the square of x would overflow
    for j in range(len(BERNOULLI), 0, -1):
        total = total * w + BERNOULLI[j - 1] / (2 * j * (2 * j - 1))
    return total / x


def log1pmx(xp: Any, z: Any, whole: Any = None) -> Any:
    """log(1 + z) - z for z > -1, without cancellation at 0.

    2 artanh(r) - z with r = z / (2 + z), where 2 r - z = -z^2 / (2 + z). If z is near -1, give
    1 + z as `whole`.
    """
    near = abs(z) < 0.4
    u = xp.where(near, z, 0.0)
    r = u / (2 + u)
    square, total = r * r, 0.0
    for k in range(21, 1, -2):
        total = total * square + 1 / k
    series = 2 * r * square * total - u * u / (2 + u)
    v = xp.where(near, 1.0, z)
    log = xp.log1p(v) if whole is None else xp.log(xp.where(near, 2.0, whole))
    return xp.where(near, series, log - v)


def log_minus_digamma(xp: Any, x: Any) -> Any:
    """log(x) - digamma(x) for x > 0, without cancellation at large x."""
    far = xp.maximum(x, FAR)
    w, total = (1 / far) ** 2, 0.0
    for j in range(len(BERNOULLI), 0, -1):
        total = (total + BERNOULLI[j - 1] / (2 * j)) * w
    near = xp.minimum(x, FAR)
    return xp.where(x < FAR, xp.log(near) - raw_polygamma(xp, near, 0), 0.5 / far + total)
