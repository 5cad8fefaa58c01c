"""The distribution of von Mises: of angles about `loc`, the closer the larger `kappa`."""

import math
from typing import Any

import fzero.numpy as fnp

from ..special import i0e
from . import standard

__all__ = ["logpdf", "pdf"]


def _log_density(z: Any, kappa: Any) -> Any:
    below_top = -2 * fnp.square(fnp.sin(z / 2))  # cos(z) - 1, with its digits near 0
    return kappa * below_top - fnp.log(2 * math.pi * i0e(kappa))


def logpdf(x: Any, kappa: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """kappa (cos(z) - 1) - log(2 pi i0e(kappa)) - log(scale), z = (x - loc) / scale.

    Args:
        kappa: >= 0; 0 gives the uniform density.

    Example:
        >>> float(logpdf(0.0, 0.0).round(4))
        -1.8379
    """
    return standard.log_density(
        _log_density, x, kappa, loc=loc, scale=scale, allowed=lambda kappa: kappa >= 0
    )


pdf = standard.exponential_of(logpdf)
