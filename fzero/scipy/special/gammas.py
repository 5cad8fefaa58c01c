"""The gamma function and its logarithm, and the beta function made of it."""

import math
from typing import Any

import fzero.numpy as fnp

from ...rules import elementwise
from .polygammas import FAR, digamma, hurwitz
from .precision import in_double, promoted
from .stirling import HALF_LOG_TAU, log1pmx, remainder_far

__all__ = ["beta", "betaln", "gamma", "gammaln", "gammasgn", "loggamma", "multigammaln"]

_EULER = 0.57721566490153286061

# ------------------------------------------------------------------------- log-gamma


def _taylor() -> list[float]:
    """Coefficients of log Gamma(2 + z), the highest power of z first; 0.5 is within reach."""
    tails = {k: float(hurwitz(math, k, 2.0)) for k in range(2, 30)}
    powers = [(-1) ** k * tails[k] / k for k in range(2, 30)]
    return [*reversed(powers), 1 - _EULER, 0.0]


_TAYLOR = _taylor()


def _stirling(xp: Any, x: Any) -> Any:
    """log Gamma(x) for x >= 10."""
    return (x - 0.5) * (xp.log(x) - 1) - 0.5 + HALF_LOG_TAU + remainder_far(x)


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


def raw_gammaln(xp: Any, x: Any) -> Any:
    """log |Gamma(x)| of a raw float64 array."""
    size = xp.where(x < 0, 1 - x, x)
    inner = xp.where((size > 0) & (size < FAR), size, 1.0)
    outer = xp.where((size >= FAR) & (size < math.inf), size, FAR)
    found = xp.where(size < FAR, _moderate(xp, inner), _stirling(xp, outer))
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


def raw_gammaln1p(xp: Any, x: Any) -> Any:
    """log Gamma(1 + x) of a raw float64 array x >= 0, precise also where x is tiny."""
    z, total = xp.minimum(x, 0.5), 0.0
    for c in _TAYLOR:
        total = total * z + c
    return xp.where(x <= 0.5, total - xp.log1p(z), raw_gammaln(xp, 1 + x))


def raw_remainder(xp: Any, x: Any) -> Any:
    """What Stirling's formula leaves of log Gamma(x), for x > 0."""
    near = xp.minimum(x, FAR)
    found = raw_gammaln(xp, near) - ((near - 0.5) * xp.log(near) - near + HALF_LOG_TAU)
    return xp.where(x < FAR, found, remainder_far(xp.maximum(x, FAR)))


_gammaln = elementwise(
    "gammaln",
    in_double(raw_gammaln),
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


def capped_exp(x: Any) -> Any:
    """exp(x), and inf without a warning where it overflows."""
    above = x >= fnp.finfo(x.dtype).maxexp * math.log(2)
    return fnp.where(above, math.inf, fnp.exp(fnp.where(above, 0.0, x)))


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
    return gammasgn(x) * capped_exp(gammaln(x))


def _raw_betaln(xp: Any, a: Any, b: Any) -> Any:
    """log |B(a, b)|; if one is large, log Gamma(a) - log Gamma(a + b) by Stirling's formula."""
    low, high = xp.minimum(a, b), xp.maximum(a, b)
    far = (low > 0) & (high >= FAR) & (high < math.inf)
    s, big = xp.where(far, low, 1.0), xp.where(far, high, FAR)
    total = s + big
    ratio = remainder_far(big) - remainder_far(total) - big * log1pmx(xp, s / big)
    ratio = ratio + 0.5 * xp.log1p(s / big) - s * xp.log(total)
    infinite = (low > 0) & (high == math.inf)
    a, b = (xp.where(far | infinite, 1.0, z) for z in (low, high))
    near = raw_gammaln(xp, a) + raw_gammaln(xp, b) - raw_gammaln(xp, a + b)
    near = xp.where(infinite, -math.inf, near)
    return xp.where(far, raw_gammaln(xp, s) + ratio, near)


_betaln = elementwise(
    "betaln",
    in_double(_raw_betaln),
    lambda ans, a, b: lambda t: t * (digamma(a) - digamma(a + b)),
    lambda ans, a, b: lambda t: t * (digamma(b) - digamma(a + b)),
    domain=(0.3, 4.0),
)


def betaln(a: Any, b: Any) -> Any:
    """log |B(a, b)| = gammaln(a) + gammaln(b) - gammaln(a + b).

    It keeps its digits where one argument is far larger than the other.

    Example:
        >>> import numpy as np
        >>> bool(abs(betaln(2.0, 3.0) + np.log(12)) < 1e-12)
        True
    """
    return _betaln(*promoted(a, b))


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
