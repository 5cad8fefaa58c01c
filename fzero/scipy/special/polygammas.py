"""Hurwitz's zeta function and the derivatives of log-gamma: digamma and polygamma."""

import math
from typing import Any

import fzero.numpy as fnp

from ...rules import draw, elementwise
from .precision import in_double, promoted

__all__ = ["digamma", "polygamma", "zeta"]

#: Bernoulli's numbers B2, B4, ...
BERNOULLI = (
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798,
    -174611 / 330,
)  # fmt: skip
#: From here on the asymptotic series in 1/x hold to the last digit.
FAR = 10.0


# ---------------------------------------------------------------- Hurwitz's zeta function


def hurwitz(xp: Any, s: Any, q: Any) -> Any:
    r"""zeta(s, q) for s > 1 and q > 0, by Euler and Maclaurin's formula behind ten terms.

    sum_{k<N} (q+k)^-s + z^(1-s)/(s-1) + z^-s/2 + sum_j B_2j/(2j)! s(s+1)...(s+2j-2) z^(1-s-2j),
    with z = q + N.
    """
    total, z = q**-s, q + FAR
    for k in range(1, int(FAR)):
        total = total + (q + k) ** -s
    power, w = z**-s, (1 / z) ** 2
    total = total + power * z / (s - 1) + 0.5 * power
    factor = power * s / z
    for j, b in enumerate(BERNOULLI, 1):
        total = total + factor * (b / math.factorial(2 * j))
        factor = factor * w * (s + (2 * j - 1)) * (s + 2 * j)
    return total


def zeta(x: Any, q: Any = 1.0) -> Any:
    """Hurwitz's zeta function: sum_{k >= 0} (k + q)^-x.

    Args:
        x: > 1; inf at 1 and NaN below.
        q: > 0 (NaN elsewhere); 1 gives Riemann's function.

    Returns:
        An array of the joint shape.

    Gradient: with respect to both.

    Example:
        >>> bool(abs(zeta(2.0) - 3.14159265358979**2 / 6) < 1e-12)
        True
    """
    x, q = promoted(x, q)
    inside = (x > 1) & (q > 0)
    found = hurwitz(fnp, fnp.where(inside, x, 2.0), fnp.where(inside, q, 1.0))
    outside = fnp.where((x == 1) & (q > 0), math.inf, fnp.full_like(x, math.nan))
    return fnp.where(inside, found, outside)


# ----------------------------------------------------------------------- polygamma


def _raw_digamma(xp: Any, x: Any) -> Any:
    """The digamma function for x > 0, by its asymptotic series ten steps on."""
    z = x + FAR
    w, total = (1 / z) ** 2, 0.0
    for j in range(len(BERNOULLI), 0, -1):
        total = (total + BERNOULLI[j - 1] / (2 * j)) * w
    found = xp.log(z) - 0.5 / z - total
    for k in range(int(FAR)):
        found = found - 1 / (x + k)
    return found


def _cot_derivative(c: Any, n: int) -> Any:
    """The n-th derivative of cot(u) as a polynomial in c = cot(u): d/du c = -(1 + c^2)."""
    p = [0, 1]
    for _ in range(n):
        slope = [k * a for k, a in enumerate(p)][1:]
        p = [-a - b for a, b in zip([*slope, 0, 0], [0, 0, *slope], strict=True)]
    total = 0.0
    for a in reversed(p):
        total = total * c + a
    return total


def raw_polygamma(xp: Any, x: Any, n: int) -> Any:
    """The n-th derivative of digamma of a raw float64 array."""
    whole = xp.rint(x) == x
    pole, mirror = (x <= 0) & whole, x < 0
    y = xp.where(mirror, 1 - x, xp.where(pole | ~(x > 0) | (x == math.inf), 1.0, x))
    if n == 0:
        found = _raw_digamma(xp, y)
    else:
        found = (-1) ** (n + 1) * math.factorial(n) * hurwitz(xp, float(n + 1), y)
    angle = math.pi * (xp.where(mirror & ~whole, x, 0.5) - xp.rint(xp.where(mirror, x, 0.0)))
    cot = xp.cos(angle) / xp.sin(angle)
    reflected = (-1) ** n * found - math.pi ** (n + 1) * _cot_derivative(cot, n)
    found = xp.where(mirror, reflected, found)
    found = xp.where(x == math.inf, math.inf if n == 0 else 0.0, found)
    at_pole = math.inf if n % 2 else -math.inf
    found = xp.where(pole, at_pole if n else xp.where(mirror, math.nan, at_pole), found)
    return xp.where(xp.isnan(x) | (x == -math.inf), math.nan, found)


_polygamma = elementwise(
    "polygamma",
    in_double(raw_polygamma),
    lambda ans, x, n: lambda t: t * _polygamma(x, n=n + 1),
    samples=lambda rng: [
        ((draw(rng, shape, (0.6, 4.0)),), {"n": n})
        for n, shape in [(0, (3,)), (1, (2, 3)), (2, ()), (0, (0,))]
    ],
)


def polygamma(n: int, x: Any) -> Any:
    """The n-th derivative of the digamma function.

    Args:
        n: the order, an int >= 0; not an array.
        x: real.

    Returns:
        An array of the shape and dtype of x.

    Raises:
        ValueError: if n is not such an int.

    Example:
        >>> bool(abs(polygamma(1, 1.0) - 3.14159265358979**2 / 6) < 1e-12)
        True
    """
    if not isinstance(n, int) or n < 0:
        raise ValueError(
            f"polygamma: n is {n!r}; expected an int of at least 0. Call it once for each order."
        )
    return _polygamma(x, n=n)


def digamma(x: Any) -> Any:
    """The derivative of gammaln: psi(x) = Gamma'(x) / Gamma(x).

    Args:
        x: real; -inf at 0, NaN at negative whole numbers.

    Returns:
        An array of the shape and dtype of x.

    Example:
        >>> bool(abs(digamma(1.0) + 0.5772156649015329) < 1e-12)
        True
    """
    return _polygamma(x, n=0)
