"""The incomplete beta function, with derivatives in all its arguments."""

import math
from typing import Any

import fzero.numpy as fnp

from ...rules import draw, elementwise
from .gammas import betaln, raw_remainder
from .polygammas import polygamma, raw_polygamma
from .precision import in_double, promoted
from .stirling import HALF_LOG_TAU, log1pmx, log_minus_digamma
from .tails import tail_sum

__all__ = ["betainc"]


def _scale(xp: Any, a: Any, b: Any, x: Any, y: Any) -> Any:
    """x^a y^b / B(a, b) for a, b > 0 and y = 1 - x, by Stirling's formula."""
    away = b * x - a * y
    total = a + b
    rest = raw_remainder(xp, total) - raw_remainder(xp, a) - raw_remainder(xp, b)
    root = 0.5 * (xp.log(a) + xp.log(b / total))
    large = a * log1pmx(xp, away / a, total / a * x)
    large = large + b * log1pmx(xp, -away / b, total / b * y)
    return xp.exp(large + rest + root - HALF_LOG_TAU)


def _cumulants(digammas: Any, logs: Any, i: int, j: int) -> dict[tuple[int, int], Any]:
    """The derivatives of log(x^a y^b Gamma(a+b) / (Gamma(p) Gamma(q))) up to order i, j in a, b.

    Args:
        digammas: `n -> the n-th derivatives of digamma at p, q and a + b`.
        logs: log(x) and log(y).
    """
    found = {}
    for k, n in ((k, n) for k in range(i + 1) for n in range(j + 1) if k + n):
        at_p, at_q, at_sum = digammas(k + n - 1)
        found[k, n] = at_sum
        if n == 0:
            found[k, n] = at_sum - at_p + (logs[0] if k == 1 else 0.0)
        if k == 0:
            found[k, n] = at_sum - at_q + (logs[1] if n == 1 else 0.0)
    return found


def _mixed_bell(slopes: Any, i: int, j: int) -> Any:
    """The derivative of order (i, j) of f over f itself, from those of log f."""
    if i == j == 0:
        return 1.0
    along_a = i > 0
    p, q = (i - 1, j) if along_a else (i, j - 1)
    return sum(
        math.comb(p, k)
        * math.comb(q, n)
        * slopes[(k + 1, n) if along_a else (k, n + 1)]
        * _mixed_bell(slopes, p - k, q - n)
        for k in range(p + 1)
        for n in range(q + 1)
    )


def _edge(xp: Any, a: Any, b: Any, x: Any, y: Any, i: int, j: int) -> Any:
    """x^a y^b / (a B(a, b)), or its derivative of order i in a and j in b."""
    digammas = lambda n: [raw_polygamma(xp, z, n) for z in (a + 1, b, a + b)]
    slopes = _cumulants(digammas, (xp.log(x), xp.log(y)), i, j)
    return _scale(xp, a, b, x, y) / a * _mixed_bell(slopes, i, j)


# ----------------------------------------------------------------------------------- the tail


def _log_mixture(xp: Any, x: Any, y: Any, s: Any) -> tuple[Any, Any]:
    """L = log(y + x exp(-s)), and L + x s without cancellation at s = 0."""
    low = x <= 0.5
    near = s < 1
    z, other = xp.where(low, x, y), xp.where(low, -s, s)
    u = xp.where(near, other, 0.0)
    step = xp.expm1(u)
    slight = log1pmx(xp, z * step) + z * _expm1_less(xp, u)
    lower = xp.where(low, x, 0.0)
    far = xp.where(low, xp.log1p(lower * xp.expm1(-s)), xp.log(y + x * xp.exp(-s)))
    return xp.where(near, slight - x * s, far), xp.where(near, slight, far + x * s)


def _expm1_less(xp: Any, s: Any) -> Any:
    """exp(s) - 1 - s for |s| <= 1, without cancellation at 0."""
    total = 0.0
    for k in range(20, 2, -1):
        total = (1 + total) * s / k
    return 0.5 * s * s * (1 + total)


def _integrand(i: int, j: int) -> Any:
    """The tail of t^a (1-t)^b over u = log(t / (1-t)) to the left of x, over its value at x.

    The tail to the right is that to the left with the arguments swapped; `left` says which it is.
    """

    def integrand(xp: Any, v: Any, left: Any, a: Any, b: Any, x: Any, y: Any, *offsets: Any) -> Any:
        rate = a * y - b * x
        spread = xp.minimum(rate + xp.sqrt((a + b) * x * y), a)
        s = v / spread
        mixture, slight = _log_mixture(xp, x, y, s)
        f = xp.exp(-rate * s - (a + b) * slight) / spread
        if i == j == 0:
            return f
        own, other = -s - mixture, -mixture  # log(t / x) and log((1-t) / (1-x))
        changes = {(1, 0): xp.where(left > 0, own, other), (0, 1): xp.where(left > 0, other, own)}
        keys = _cumulants(lambda n: (0.0, 0.0, 0.0), (0.0, 0.0), i, j)
        slopes = {k: c + changes.get(k, 0.0) for k, c in zip(keys, offsets, strict=True)}
        return f * _mixed_bell(slopes, i, j)

    return integrand


def _offsets(xp: Any, a: Any, b: Any, x: Any, y: Any, i: int, j: int) -> list[Any]:
    """The cumulants at t = x, where log(x) - digamma(a) + digamma(a+b) keeps its digits."""
    digammas = lambda n: [raw_polygamma(xp, z, n) for z in (a, b, a + b)]
    found = _cumulants(digammas, (xp.log(x), xp.log(y)), i, j)
    rest = log_minus_digamma(xp, a + b)
    for key, p, q, z, w in [((1, 0), a, b, x, y), ((0, 1), b, a, y, x)]:
        if key in found:
            log = xp.where(z < 0.5, xp.log(z), xp.log1p(-w))
            found[key] = log + xp.log1p(q / p) + log_minus_digamma(xp, p) - rest
    return list(found.values())


def _inner(xp: Any, a: Any, b: Any, x: Any, i: int, j: int) -> Any:
    """The function, or its derivative of order i in a and j in b, for 0 < x < 1 and a, b > 0."""
    y = 1 - x
    # A tail needs a >= 1, and near x = 1 also b >= 1: else one step of the recurrences leads there.
    low_a, low_b = a < 1, (b < 1) & (x > 0.9)
    p, q = xp.where(low_a, a + 1, a), xp.where(low_b, b + 1, b)
    left = p * y > q * x
    turned = (xp.where(left, z, w) for z, w in [(p, q), (q, p), (x, y), (y, x)])
    offsets = _offsets(xp, p, q, x, y, i, j) if i + j else []
    tail = tail_sum(xp, _integrand(i, j), xp.where(left, 1.0, 0.0), *turned, *offsets)
    tail = _scale(xp, p, q, x, y) * tail
    found = xp.where(left, tail, -tail if i + j else 1 - tail)
    found = found - xp.where(low_b, _edge(xp, b, p, y, x, j, i), 0.0)
    return found + xp.where(low_a, _edge(xp, a, b, x, y, i, j), 0.0)


def _raw_betainc(xp: Any, a: Any, b: Any, x: Any, i: int, j: int) -> Any:
    inside = (a > 0) & (b > 0) & (x > 0) & (x < 1) & (a < math.inf) & (b < math.inf)
    one, half = xp.where(inside, a, 1.0), xp.where(inside, x, 0.5)
    found = _inner(xp, one, xp.where(inside, b, 1.0), half, i, j)
    above = (x == 1) | (a == 0) | ((b == math.inf) & (x > 0))
    below = (x == 0) | (b == 0) | ((a == math.inf) & (x < 1))
    end = xp.where(above == below, math.nan, xp.where(above, 1.0, 0.0))
    end = xp.where(x == 1, 1.0, xp.where(x == 0, 0.0, end))
    end = xp.where(xp.isnan(end), end, 0.0) if i + j else end
    outside = ~((a >= 0) & (b >= 0) & (x >= 0) & (x <= 1))
    return xp.where(inside, found, xp.where(outside, math.nan, end))


# ------------------------------------------------------------------------------- the primitive


def _slope(a: Any, b: Any, x: Any, i: int, j: int) -> Any:
    """The derivative in x of the derivative of order i, j: that of the density."""
    inside = (x > 0) & (x < 1) & (a > 0) & (b > 0) & fnp.isfinite(a + b)
    x, a, b = fnp.where(inside, x, 0.5), fnp.where(inside, a, 1.0), fnp.where(inside, b, 1.0)
    logs = fnp.log(x), fnp.log1p(-x)
    digammas = lambda n: [polygamma(n, z) for z in (a, b, a + b)]
    density = fnp.exp((a - 1) * logs[0] + (b - 1) * logs[1] - betaln(a, b))
    slopes = _cumulants(digammas, logs, i, j)
    return fnp.where(inside, density * _mixed_bell(slopes, i, j), 0.0)


def _samples(rng: Any) -> list[Any]:
    cases = [((2, 1), (), (2,), 0, 0), ((2,), (2,), (), 1, 0), ((), (), (), 0, 1)]
    return [
        (tuple(draw(rng, s, d) for s, d in zip(shapes, _DOMAINS, strict=True)), {"i": i, "j": j})
        for *shapes, i, j in cases
    ]


_DOMAINS = (0.3, 3.0), (0.3, 3.0), (0.1, 0.9)
_betainc = elementwise(
    "betainc",
    in_double(_raw_betainc),
    lambda ans, a, b, x, i, j: lambda t: t * _betainc(a, b, x, i=i + 1, j=j),
    lambda ans, a, b, x, i, j: lambda t: t * _betainc(a, b, x, i=i, j=j + 1),
    lambda ans, a, b, x, i, j: lambda t: t * _slope(a, b, x, i, j),
    samples=_samples,
)


def betainc(a: Any, b: Any, x: Any) -> Any:
    r"""The regularised incomplete beta function: int_0^x t^(a-1) (1-t)^(b-1) dt / B(a, b).

    Args:
        a, b: >= 0; NaN below.
        x: in [0, 1]; NaN outside.

    Returns:
        An array of the joint shape, in [0, 1]. A value far below 1 loses digits as 1 / b for
        b < 1 and x > 0.9; its absolute error stays at the resolution of float64.

    Gradient: the density in x; in a and b the integrals of log(t) and log(1-t), less their means,
        under it, to the same digits, and so on for higher orders.

    Cost: a sum over 54 nodes, about 6 microseconds for each element.

    Example:
        >>> bool(abs(betainc(2.0, 1.0, 0.5) - 0.25) < 1e-15)
        True
    """
    return _betainc(*promoted(a, b, x), i=0, j=0)
