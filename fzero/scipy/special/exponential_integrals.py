"""The exponential, sine and cosine integrals of real numbers."""

import math
from typing import Any

import fzero.numpy as fnp

from ...rules import draw, elementwise
from .gammas import raw_gammaln
from .polygammas import raw_polygamma
from .precision import in_double, promoted
from .tails import tail_sum

__all__ = ["exp1", "expi", "expn", "sici"]

_EULER = 0.57721566490153286061
#: From here on 40 terms of the asymptotic series of expi hold to the last digit.
_FAR = 40.0
#: Beyond it expi is infinite in float64.
_TOP = 716.35
#: Where the power series of the sine and cosine integrals hand over.
_WAVES = 4.0


# ------------------------------------------------------------------------ exponential integrals


def _expn_near(xp: Any, n: Any, x: Any) -> Any:
    """E_n(x) for whole n >= 1 and 0 < x <= 1, by its power series and one logarithm."""
    lead = xp.exp((n - 1) * xp.log(x) - raw_gammaln(xp, n)) * (1 - 2 * ((n - 1) % 2))
    total, power = lead * (raw_polygamma(xp, n, 0) - xp.log(x)), 1.0
    for m in range(20):
        gap = m - n + 1
        total = total - xp.where(gap == 0, 0.0, power / xp.where(gap == 0, 1.0, gap))
        power = power * -x / (m + 1)
    return total


def _expn_tail(xp: Any, v: Any, n: Any, x: Any) -> Any:
    """exp(x) E_n(x) = int_x^inf (t/x)^-n exp(x-t) dt/x, over t or, for larger n, over log t."""
    few = n < 5
    over_t = xp.exp(-v - n * xp.log1p(v / x)) / x
    spread = n - 1 + x
    s = xp.where(few, 0.0, v / spread)
    return xp.where(few, over_t, xp.exp((1 - n) * s - x * xp.expm1(s)) / spread)


def _expn_0(xp: Any, x: Any) -> Any:
    """exp(-x) / x for x > 0; inf where it overflows."""
    y = xp.where((x > 1e-308) & (x < math.inf), x, 1.0)
    return xp.where(x > 1e-308, xp.exp(-y) / y, math.inf)


def _raw_expn(xp: Any, n: Any, x: Any) -> Any:
    inside = (x > 0) & (x < math.inf) & (n >= 1)
    n_in, x_in = xp.where(inside, n, 1.0), xp.where(inside, x, 1.0)
    far = xp.maximum(x_in, 1.0)
    tail = xp.exp(-far) * tail_sum(xp, _expn_tail, n_in, far)
    found = xp.where(x_in <= 1, _expn_near(xp, n_in, xp.minimum(x_in, 1.0)), tail)
    found = xp.where((n == 0) & (x > 0), _expn_0(xp, x), found)
    at_0 = xp.where(n > 1, 1 / xp.where(n > 1, n - 1, 1.0), math.inf)
    found = xp.where(x == 0, at_0, xp.where(x == math.inf, 0.0, found))
    return xp.where((n >= 0) & (x >= 0) & (xp.rint(n) == n), found, math.nan)


def _expn_slope(n: Any, x: Any) -> Any:
    """d/dx E_n(x) = -E_(n-1)(x), where E_(-1)(x) = exp(-x) (1 + 1/x) / x."""
    first = n == 0
    y = fnp.where(first, x, 1.0)
    return -fnp.where(first, fnp.exp(-y) * (1 + 1 / y) / y, _expn(fnp.where(first, 1, n - 1), x))


def _of_order(xp: Any) -> Any:
    """The result has the dtype of x, whatever that of n."""
    wide = in_double(_raw_expn)(xp)
    return lambda n, x: wide(xp.asarray(n).astype(xp.asarray(x).dtype), x)


_expn = elementwise(
    "expn",
    _of_order,
    None,
    lambda ans, n, x: lambda t: t * _expn_slope(n, x),
    samples=lambda rng: [
        ((rng.integers(0, 4, shape), draw(rng, other, (0.3, 3.0))), {})
        for shape, other in [((3,), (3,)), ((2, 1), (3,)), ((), ())]
    ],
)
_exp1 = elementwise(
    "exp1",
    in_double(lambda xp, x: _raw_expn(xp, xp.ones_like(x), x)),
    lambda ans, x: lambda t: t * (-fnp.exp(-x) / x),
    domain=(0.3, 3.0),
)


def expn(n: Any, x: Any) -> Any:
    r"""The exponential integrals: E_n(x) = int_1^inf exp(-x t) t^-n dt.

    Args:
        n: whole numbers >= 0; NaN for others.
        x: >= 0; NaN below.

    Returns:
        A floating array of the joint shape.

    Gradient: -E_(n-1)(x) in x; none in n.

    Example:
        >>> float(expn(2, 0.0))
        1.0
    """
    return _expn(*promoted(n, x))


def exp1(x: Any) -> Any:
    r"""The exponential integral E_1(x) = int_x^inf exp(-t) / t dt, for x >= 0; NaN below.

    Gradient: -exp(-x) / x.

    Example:
        >>> bool(abs(exp1(1.0) - 0.21938393439552029) < 1e-15)
        True
    """
    return _exp1(x)


def _raw_expi(xp: Any, x: Any) -> Any:
    inner = xp.clip(x, 1e-320, _FAR)
    total, term = 0.0, 1.0
    for k in range(1, 130):
        term = term * inner / k
        total = total + term / k
    near = _EULER + xp.log(inner) + total
    outer = xp.clip(x, _FAR, _TOP)
    total = 1.0
    for k in range(40, 0, -1):
        total = 1 + total * k / outer
    half = xp.exp(outer / 2)  # in two factors, as exp(x) overflows before exp(x) / x does
    far = half * (half / outer * total)
    found = xp.where(x < _FAR, near, xp.where(x > _TOP, math.inf, far))
    below = -_raw_expn(xp, xp.ones_like(x), xp.where(x < 0, -x, 1.0))
    found = xp.where(x < 0, below, xp.where(x == 0, -math.inf, found))
    return xp.where(xp.isnan(x), x, found)


_expi = elementwise(
    "expi",
    in_double(_raw_expi),
    lambda ans, x: lambda t: t * (fnp.exp(x) / x),
    domain=(0.3, 3.0),
)


def expi(x: Any) -> Any:
    r"""The exponential integral Ei(x) = -pv int_-x^inf exp(-t) / t dt, for real x; -inf at 0.

    Gradient: exp(x) / x.

    Example:
        >>> bool(abs(expi(1.0) - 1.8951178163559368) < 1e-15)
        True
    """
    return _expi(x)


# ---------------------------------------------------------------------- sine and cosine integrals


def _auxiliary(xp: Any, x: Any) -> tuple[Any, Any]:
    """f and g with Si = pi/2 - f cos - g sin and Ci = f sin - g cos, for x >= 4."""
    f = tail_sum(xp, lambda xp, v, x: xp.exp(-v) / (1 + (v / x) ** 2), x) / x
    g = tail_sum(xp, lambda xp, v, x: v * xp.exp(-v) / (1 + (v / x) ** 2), x) / x / x
    return f, g


def _raw_sici(xp: Any, x: Any) -> tuple[Any, Any]:
    """Si and Ci of |x|."""
    size = xp.where(xp.isfinite(x), abs(x), 1.0)
    inner = xp.clip(size, 1e-320, _WAVES)
    square = xp.where(inner > 1e-150, inner, 0.0) ** 2
    sine, cosine, term = 1.0, 0.0, 1.0
    for k in range(1, 20):
        term = term * -square / (2 * k * (2 * k - 1))
        cosine = cosine + term / (2 * k)
        sine = sine + term / (2 * k + 1) ** 2
    f, g = _auxiliary(xp, xp.maximum(size, _WAVES))
    near, cos, sin = size <= _WAVES, xp.cos(size), xp.sin(size)
    si = xp.where(near, inner * sine, math.pi / 2 - f * cos - g * sin)
    ci = xp.where(near, _EULER + xp.log(inner) + cosine, f * sin - g * cos)
    return xp.where(size == 0, 0.0, si), xp.where(size == 0, -math.inf, ci)


def _raw_si(xp: Any, x: Any) -> Any:
    found = xp.where(abs(x) == math.inf, math.pi / 2, _raw_sici(xp, x)[0])
    return xp.where(xp.isnan(x), x, xp.copysign(found, x))


def _raw_ci(xp: Any, x: Any) -> Any:
    found = xp.where(x == math.inf, 0.0, _raw_sici(xp, x)[1])
    return xp.where(x >= 0, found, math.nan)


_si = elementwise(
    "sine_integral",
    in_double(_raw_si),
    lambda ans, x: lambda t: t * fnp.sinc(x / math.pi),
    domain=(0.3, 6.0),
)
_ci = elementwise(
    "cosine_integral",
    in_double(_raw_ci),
    lambda ans, x: lambda t: t * (fnp.cos(x) / x),
    domain=(0.3, 6.0),
)


def sici(x: Any) -> tuple[Any, Any]:
    r"""The sine and cosine integrals.

    Si(x) = int_0^x sin(t) / t dt, and Ci(x) = gamma + log(x) + int_0^x (cos(t) - 1) / t dt.

    Args:
        x: real; the cosine integral is -inf at 0 and NaN below.

    Returns:
        Two arrays of the shape and dtype of x.

    Example:
        >>> [round(float(y), 6) for y in sici(1.0)]
        [0.946083, 0.337404]
    """
    return _si(x), _ci(x)
