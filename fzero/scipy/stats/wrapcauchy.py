"""The Cauchy distribution wrapped around the circle: angles in [0, 2 pi]."""

import math
from typing import Any

import fzero.numpy as fnp

from . import standard

__all__ = ["logpdf", "pdf"]

_CIRCLE = standard.Support(0.0, 2 * math.pi, 1.0)


def _log_density(z: Any, c: Any) -> Any:
    distance = fnp.square(1 - c) + 4 * c * fnp.square(fnp.sin(z / 2))
    return fnp.log1p(-c) + fnp.log1p(c) - math.log(2 * math.pi) - fnp.log(distance)


def logpdf(x: Any, c: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """log(1 - c^2) - log(2 pi (1 + c^2 - 2 c cos(z))) - log(scale), z = (x - loc) / scale.

    Args:
        c: in (0, 1), the concentration about 0.

    Example:
        >>> float(logpdf(0.0, 0.5).round(4))
        -0.7393
    """
    return standard.log_density(
        _log_density,
        x,
        c,
        loc=loc,
        scale=scale,
        support=_CIRCLE,
        allowed=lambda c: (c > 0) & (c < 1),
    )


pdf = standard.exponential_of(logpdf)
