"""Modified Bessel functions of the first kind, of orders 0 and 1."""

import math
from collections.abc import Sequence
from typing import Any

import fzero.numpy as fnp

from ...rules import elementwise
from .precision import in_double

__all__ = ["i0", "i0e", "i1", "i1e"]

#: Where the power series hands over to the asymptotic one; both hold to the last digit there.
_EDGE = 20.0
#: Beyond it the functions are infinite in float64.
_TOP = 713.9


def _near(order: int) -> list[float]:
    """I(x) / (x/2)^order in powers of x^2/4, the highest first."""
    return [1 / (math.factorial(k) * math.factorial(k + order)) for k in range(37, -1, -1)]


def _far(order: int) -> list[float]:
    """exp(-x) I(x) sqrt(2 pi x) in powers of 1/x, the highest first."""
    found = [1.0]
    for k in range(1, 26):
        found.append(found[-1] * ((2 * k - 1) ** 2 - 4 * order**2) / (8 * k))
    return found[::-1]


def _horner(x: Any, coefficients: Sequence[float]) -> Any:
    total = x * 0.0
    for c in coefficients:
        total = total * x + c
    return total


def _bessel(order: int, scaled: bool) -> Any:
    """(xp, x) -> I(x), times exp(-|x|) if `scaled`; all terms of both series are of one sign."""
    near, far = _near(order), _far(order)

    def compute(xp: Any, x: Any) -> Any:
        size = abs(x)
        inner, outer = xp.minimum(size, _EDGE), xp.maximum(size, _EDGE)
        small = _horner(inner * inner / 4, near) * (inner / 2) ** order
        large = _horner(1 / outer, far) / xp.sqrt(2 * math.pi * outer)
        if scaled:
            found = xp.where(size <= _EDGE, small * xp.exp(-inner), large)
        else:
            # In two factors, the first of which would overflow alone.
            half = xp.exp(xp.minimum(outer, _TOP) / 2)
            large = xp.where(outer > _TOP, math.inf, half * (large * half))
            found = xp.where(size <= _EDGE, small, large)
        return xp.copysign(found, x) if order else found

    return compute


def _over(y: Any, x: Any) -> Any:
    """y / x for y = I1(x), and its limit 1/2 at 0."""
    origin = x == 0
    return fnp.where(origin, 0.5, y / fnp.where(origin, 1.0, x))


_i0 = elementwise("i0", in_double(_bessel(0, False)), lambda ans, x: lambda t: t * i1(x))
_i1 = elementwise(
    "i1", in_double(_bessel(1, False)), lambda ans, x: lambda t: t * (i0(x) - _over(i1(x), x))
)
_i0e = elementwise(
    "i0e",
    in_double(_bessel(0, True)),
    lambda ans, x: lambda t: t * (i1e(x) - fnp.sign(x) * i0e(x)),
    domain=(0.3, 3.0),
)
_i1e = elementwise(
    "i1e",
    in_double(_bessel(1, True)),
    lambda ans, x: lambda t: t * (i0e(x) - _over(i1e(x), x) - fnp.sign(x) * i1e(x)),
    domain=(0.3, 3.0),
)


def i0(x: Any) -> Any:
    """The modified Bessel function of order 0, for real x; inf from |x| = 714 on.

    Gradient: i1(x).

    Example:
        >>> float(i0(0.0))
        1.0
    """
    return _i0(x)


def i0e(x: Any) -> Any:
    """exp(-|x|) i0(x), without overflow.

    Example:
        >>> float(i0e(0.0))
        1.0
    """
    return _i0e(x)


def i1(x: Any) -> Any:
    """The modified Bessel function of order 1, for real x; infinite from |x| = 714 on.

    Gradient: i0(x) - i1(x) / x.

    Example:
        >>> float(i1(0.0))
        0.0
    """
    return _i1(x)


def i1e(x: Any) -> Any:
    """exp(-|x|) i1(x), without overflow.

    Example:
        >>> float(i1e(0.0))
        0.0
    """
    return _i1e(x)
