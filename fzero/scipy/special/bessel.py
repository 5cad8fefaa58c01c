"""Bessel functions of the first kind, and the modified ones of orders 0 and 1."""

import math
from collections.abc import Sequence
from typing import Any

import fzero.numpy as fnp

from ...rules import draw, elementwise
from .precision import in_double, promoted

__all__ = ["bessel_jn", "i0", "i0e", "i1", "i1e"]

#: Where the power series hands over to the asymptotic one; both hold to the last digit there.
_EDGE = 20.0
#: Beyond it the functions are infinite in float64.
_TOP = 713.9
#: Up to it the recurrence of bessel_jn, which takes as many steps, is used.
_LARGEST = 1e4


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


# ------------------------------------------------------------------------- of the first kind


def _start(xp: Any, x: Any, n: int) -> int:
    """An order so high that all orders beyond it are negligible; the arguments are read."""
    top = float(xp.where(xp.isfinite(x), abs(x), 0.0).max(initial=0.0))
    top = max(min(top, _LARGEST), n)
    return 2 * math.ceil((top + 20 + 12 * top ** (1 / 3)) / 2)


def _raw_jn(xp: Any, x: Any, n: int) -> Any:
    """J_n by Miller's recurrence from high orders down, scaled by J_0 + 2 J_2 + 2 J_4 ... = 1."""
    inside = (abs(x) <= _LARGEST) & (x != 0)
    y = xp.where(inside, x, 1.0)
    above, now = xp.zeros_like(y), xp.full_like(y, 1e-30)
    total, found = xp.zeros_like(y), xp.zeros_like(y)
    for k in range(_start(xp, x, n), 0, -1):
        above, now = now, 2 * k / y * now - above  # orders k and k - 1
        shrink = xp.where(abs(now) > 1e100, 1e-100, 1.0)
        above, now, total, found = above * shrink, now * shrink, total * shrink, found * shrink
        if k - 1 == n:
            found = now
        if (k - 1) % 2 == 0:
            total = total + (now if k == 1 else 2 * now)
    found = xp.where(inside, found / total, math.nan)
    return xp.where(x == 0, 1.0 if n == 0 else 0.0, xp.where(abs(x) == math.inf, 0.0, found))


def _jn_slope(ans: Any, x: Any, n: int) -> Any:
    if n == 0:
        return -_jn(x, n=1)
    return 0.5 * (_jn(x, n=n - 1) - _jn(x, n=n + 1))


_jn = elementwise(
    "bessel_jn",
    in_double(_raw_jn),
    lambda ans, x, n: lambda t: t * _jn_slope(ans, x, n),
    samples=lambda rng: [
        ((draw(rng, shape),), {"n": n}) for shape, n in [((3,), 0), ((2, 3), 2), ((), 1)]
    ],
)


def bessel_jn(z: Any, *, v: int) -> Any:
    """The Bessel functions of the first kind of the orders 0 to v.

    Args:
        z: real, of absolute value up to 10000; NaN beyond.
        v: the last order, an int >= 0.

    Returns:
        An array of shape (v + 1, *z.shape).

    Raises:
        ValueError: if v is not such an int.

    Gradient: (J_(n-1) - J_(n+1)) / 2.

    Cost: |z| + v steps of a recurrence for each order; the largest |z| is read on the host.

    Example:
        >>> bessel_jn(0.0, v=1).tolist()
        [1.0, 0.0]
    """
    if not isinstance(v, int) or v < 0:
        raise ValueError(
            f"bessel_jn: v is {v!r}; expected an int of at least 0. Give the last order."
        )
    (z,) = promoted(z)
    return fnp.stack([_jn(z, n=n) for n in range(v + 1)])
