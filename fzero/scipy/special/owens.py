"""Owen's T function: the bivariate normal distribution of a wedge."""

import math
from typing import Any

import fzero.numpy as fnp

from ...ops.special import erf, raw_erfc
from ...rules import elementwise
from .precision import in_double, promoted
from .tails import panel

__all__ = ["owens_t"]

_ROOT_HALF = math.sqrt(0.5)
#: Standard deviations beyond which a Gaussian adds nothing.
_REACH = 9.0


def _wedge(xp: Any, h: Any, a: Any) -> Any:
    """T(h, a) for h >= 0 and 0 <= a <= 1, by Gauss and Legendre's rule."""
    top = xp.minimum(a, _REACH / xp.maximum(h, 1.0))
    total = 0.0
    for node, weight in panel(24):
        x = top * node
        total = total + weight * xp.exp(-0.5 * (h * x) ** 2) / (1 + x * x)
    return xp.exp(-0.5 * h * h) * top * total / (2 * math.pi)


def _raw_owens_t(xp: Any, h: Any, a: Any) -> Any:
    h_in, size = xp.minimum(abs(h), 50.0), abs(a)
    steep = size > 1
    slope = xp.where(steep, 1 / xp.where(steep, size, 1.0), size)
    scaled = xp.where(steep, xp.minimum(h_in * xp.minimum(size, 1e300), 50.0), h_in)
    found = _wedge(xp, scaled, slope)
    p, q = 0.5 * raw_erfc(xp, _ROOT_HALF * h_in), 0.5 * raw_erfc(xp, _ROOT_HALF * scaled)
    found = xp.where(steep, 0.5 * (p * (1 - q) + q * (1 - p)) - found, found)
    return xp.where(xp.isnan(h) | xp.isnan(a), math.nan, xp.copysign(found, a))


def _along_h(h: Any, a: Any) -> Any:
    return -math.sqrt(0.125 / math.pi) * fnp.exp(-0.5 * h * h) * erf(_ROOT_HALF * a * h)


def _along_a(h: Any, a: Any) -> Any:
    whole = 1 + a * a
    return fnp.exp(-0.5 * h * h * whole) / (2 * math.pi * whole)


_owens_t = elementwise(
    "owens_t",
    in_double(_raw_owens_t),
    lambda ans, h, a: lambda t: t * _along_h(h, a),
    lambda ans, h, a: lambda t: t * _along_a(h, a),
)


def owens_t(h: Any, a: Any) -> Any:
    r"""Owen's T: int_0^a exp(-h^2 (1 + x^2) / 2) / (1 + x^2) dx / (2 pi).

    The probability that X > h and 0 < Y < a X, for independent standard normal X and Y.

    Args:
        h, a: real.

    Returns:
        An array of the joint shape.

    Gradient: in closed form in both.

    Example:
        >>> bool(abs(owens_t(0.0, 1.0) - 0.125) < 1e-15)
        True
    """
    return _owens_t(*promoted(h, a))
