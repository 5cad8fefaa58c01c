"""The gamma function, its logarithm and their derivatives."""

import math
from typing import Any

import fzero.numpy as fnp

from ...rules import draw, elementwise
from .precision import in_double, promoted

__all__ = [
    "beta", "betaln", "digamma", "factorial", "gamma", "gammaln", "gammasgn", "loggamma",
    "multigammaln", "poch", "polygamma", "zeta",
]  # fmt: skip

_EULER = 0.57721566490153286061
_HALF_LOG_TAU = 0.5 * math.log(2 * math.pi)
#: Bernoulli's numbers B2, B4, ...
_BERNOULLI = (
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798,
    -174611 / 330,
)  # fmt: skip
#: From here on the asymptotic series in 1/x hold to the last digit.
_FAR = 10.0


# ---------------------------------------------------------------- Hurwitz's zeta function


def _hurwitz(xp: Any, s: Any, q: Any) -> Any:
    r"""zeta(s, q) for s > 1 and q > 0, by Euler and Maclaurin's formula behind ten terms.

    sum_{k<N} (q+k)^-s + z^(1-s)/(s-1) + z^-s/2 + sum_j B_2j/(2j)! s(s+1)...(s+2j-2) z^(1-s-2j),
    with z = q + N.
    """
    total, z = q**-s, q + _FAR
    for k in range(1, int(_FAR)):
        total = total + (q + k) ** -s
    power, w = z**-s, 1 / (z * z)
    total = total + power * z / (s - 1) + 0.5 * power
    factor = power * s / z
    for j, b in enumerate(_BERNOULLI, 1):
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
    found = _hurwitz(fnp, fnp.where(inside, x, 2.0), fnp.where(inside, q, 1.0))
    outside = fnp.where((x == 1) & (q > 0), math.inf, fnp.full_like(x, math.nan))
    return fnp.where(inside, found, outside)


# ------------------------------------------------------------------------- log-gamma


def _taylor() -> list[float]:
    """Coefficients of log Gamma(2 + z), the highest power of z first; 0.5 is within reach."""
    tails = {k: float(_hurwitz(math, k, 2.0)) for k in range(2, 30)}
    powers = [(-1) ** k * tails[k] / k for k in range(2, 30)]
    return [*reversed(powers), 1 - _EULER, 0.0]


_TAYLOR = _taylor()


def _stirling(xp: Any, x: Any) -> Any:
    """log Gamma(x) for x >= 10."""
    w, total = 1 / (x * x), 0.0
    for j in range(len(_BERNOULLI), 0, -1):
        total = total * w + _BERNOULLI[j - 1] / (2 * j * (2 * j - 1))
    return (x - 0.5) * (xp.log(x) - 1) - 0.5 + _HALF_LOG_TAU + total / x


def _moderate(xp: Any, x: Any) -> Any:
    """log Gamma(x) for 0 < x < 10, from its Taylor series at 2; zeros at 1 and 2 keep digits."""
    low, middle = x < 0.5, x < 1.5
    z = xp.where(low, x, x - 1)
    product = xp.where(low, x * (x + 1), x)
    down = xp.ones_like(x)
    y = x
    for _ in range(8):
        far = y >= 2.5
        y = xp.where(far, y - 1, y)
        down = xp.where(far, down * y, down)
    z = xp.where(middle, z, y - 2)
    total = xp.zeros_like(z)
    for c in _TAYLOR:
        total = total * z + c
    return total + xp.where(middle, -xp.log(product), xp.log(down))


def _raw_gammaln(xp: Any, x: Any) -> Any:
    size = xp.where(x < 0, 1 - x, x)
    inner = xp.where((size > 0) & (size < _FAR), size, 1.0)
    outer = xp.where((size >= _FAR) & (size < math.inf), size, _FAR)
    found = xp.where(size < _FAR, _moderate(xp, inner), _stirling(xp, outer))
    found = xp.where(size == math.inf, math.inf, found)
    wave = abs(_sin_pi(xp, x))
    pole = (x <= 0) & (wave == 0)
    mirrored = xp.log(math.pi / xp.where(wave == 0, 1.0, wave)) - found
    found = xp.where(x < 0, xp.where(x == -math.inf, math.inf, mirrored), found)
    return xp.where(pole, math.inf, xp.where(xp.isnan(x), x, found))


def _sin_pi(xp: Any, x: Any) -> Any:
    """sin(pi x), exactly 0 at whole numbers; up to the sign. 0 at infinity."""
    x = xp.where(abs(x) < math.inf, x, 0.0)
    return xp.sin(math.pi * (x - xp.rint(x)))


_gammaln = elementwise(
    "gammaln",
    in_double(_raw_gammaln),
    lambda ans, x: lambda t: t * digamma(x),
    domain=(0.3, 4.0),
)


def gammaln(x: Any) -> Any:
    """The logarithm of the absolute value of the gamma function: log |Gamma(x)|.

    Args:
        x: any real numbers; inf at 0 and at negative whole numbers.

    Returns:
        An array of the shape and dtype of x, to a few units in the last place for x > 0.

    Gradient: digamma(x).

    Example:
        >>> import numpy as np
        >>> gammaln(np.array([1.0, 2.0, 0.0]))
        array([ 0.,  0., inf])
    """
    return _gammaln(x)


loggamma = gammaln


def gammasgn(x: Any) -> Any:
    """The sign of the gamma function, 1 or -1; NaN at negative whole numbers. No derivative.

    Example:
        >>> import numpy as np
        >>> gammasgn(np.array([2.5, -0.5, -1.5]))
        array([ 1., -1.,  1.])
    """
    (x,) = promoted(x)
    odd = fnp.floor(fnp.where(abs(x) < math.inf, x, 0.0)) % 2 == 1
    sign = fnp.where((x < 0) & odd, fnp.full_like(x, -1.0), fnp.ones_like(x))
    return fnp.where((x < 0) & (fnp.floor(x) == x), math.nan, sign)


def gamma(x: Any) -> Any:
    """The gamma function: Gamma(x) = int_0^inf t^(x-1) exp(-t) dt, continued to x < 0.

    Args:
        x: real; NaN at negative whole numbers, inf at 0.

    Returns:
        An array of the shape and dtype of x; its relative error grows as that of exp(gammaln).

    Example:
        >>> bool(abs(gamma(5.0) - 24) < 1e-12)
        True
    """
    (x,) = promoted(x)
    size = gammaln(x)
    big = fnp.finfo(x.dtype).maxexp * math.log(2)
    finite = size < big
    return gammasgn(x) * fnp.where(finite, fnp.exp(fnp.where(finite, size, 0.0)), math.inf)


def factorial(n: Any) -> Any:
    """n! = Gamma(n + 1), for real n too; 0 for n < 0, as in SciPy.

    Example:
        >>> bool(abs(factorial(4.0) - 24) < 1e-12)
        True
    """
    (n,) = promoted(n)
    return fnp.where(n < 0, 0.0, gamma(fnp.where(n < 0, 0.0, n) + 1))


def poch(z: Any, m: Any) -> Any:
    """Pochhammer's symbol: Gamma(z + m) / Gamma(z), for z > 0 and z + m > 0.

    Example:
        >>> bool(abs(poch(3.0, 2.0) - 12) < 1e-12)
        True
    """
    z, m = promoted(z, m)
    return fnp.exp(gammaln(z + m) - gammaln(z))


def betaln(a: Any, b: Any) -> Any:
    """log |B(a, b)| = gammaln(a) + gammaln(b) - gammaln(a + b).

    Example:
        >>> import numpy as np
        >>> bool(abs(betaln(2.0, 3.0) + np.log(12)) < 1e-12)
        True
    """
    a, b = promoted(a, b)
    return gammaln(a) + gammaln(b) - gammaln(a + b)


def beta(a: Any, b: Any) -> Any:
    """The beta function: B(a, b) = Gamma(a) Gamma(b) / Gamma(a + b).

    Example:
        >>> bool(abs(beta(2.0, 3.0) - 1 / 12) < 1e-12)
        True
    """
    a, b = promoted(a, b)
    return gammasgn(a) * gammasgn(b) * gammasgn(a + b) * fnp.exp(betaln(a, b))


def multigammaln(a: Any, d: int) -> Any:
    """The logarithm of the gamma function of d x d matrices, for a > (d - 1) / 2.

    d (d-1)/4 log(pi) + sum_{i<d} gammaln(a - i/2).

    Example:
        >>> bool(abs(multigammaln(3.0, 1) - gammaln(3.0)) < 1e-12)
        True
    """
    (a,) = promoted(a)
    total = gammaln(a) + 0.25 * d * (d - 1) * math.log(math.pi)
    for i in range(1, d):
        total = total + gammaln(a - 0.5 * i)
    return total


# ----------------------------------------------------------------------- polygamma


def _raw_digamma(xp: Any, x: Any) -> Any:
    """The digamma function for x > 0, by its asymptotic series ten steps on."""
    z = x + _FAR
    w, total = 1 / (z * z), 0.0
    for j in range(len(_BERNOULLI), 0, -1):
        total = (total + _BERNOULLI[j - 1] / (2 * j)) * w
    found = xp.log(z) - 0.5 / z - total
    for k in range(int(_FAR)):
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


def _raw_polygamma(xp: Any, x: Any, n: int) -> Any:
    whole = xp.rint(x) == x
    pole, mirror = (x <= 0) & whole, x < 0
    y = xp.where(mirror, 1 - x, xp.where(pole | ~(x > 0) | (x == math.inf), 1.0, x))
    if n == 0:
        found = _raw_digamma(xp, y)
    else:
        found = (-1) ** (n + 1) * math.factorial(n) * _hurwitz(xp, float(n + 1), y)
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
    in_double(_raw_polygamma),
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
