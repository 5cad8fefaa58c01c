"""Distributions from their standard forms: shift, scale, supports and bad parameters in one place.

A distribution states its functions of z = (x - loc) / scale. Here they are evaluated where z lies
in the support, at a harmless point elsewhere, so that no derivative is NaN beside the support. A
scale that is not positive, and shapes that are not allowed, give NaN, as in SciPy.
"""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

import fzero.numpy as fnp

from ..special.precision import promoted

__all__ = [
    "CDF", "LINE", "LOGCDF", "LOGSF", "POSITIVE", "SF", "UNIT", "Support", "distribution",
    "exponential_of", "log_density", "log_mass", "logarithm_of", "quantile", "standardised",
]  # fmt: skip

_INF, _NAN = math.inf, math.nan

Condition = Callable[..., Any]


class Support(NamedTuple):
    """Where a distribution lives: from `low` to `high`, with a point `inside`."""

    low: Any
    high: Any
    inside: Any


LINE = Support(-_INF, _INF, 0.0)
POSITIVE = Support(0.0, _INF, 1.0)
UNIT = Support(0.0, 1.0, 0.5)

#: What the functions of a distribution are below and above its support.
CDF, SF, LOGCDF, LOGSF = (0.0, 1.0), (1.0, 0.0), (-_INF, 0.0), (0.0, -_INF)


def standardised(x: Any, shapes: Any, loc: Any, scale: Any, allowed: Condition | None) -> Any:
    """`(z, shapes, scale)` in one dtype; scale and shapes are NaN where one is not allowed."""
    x, loc, scale, *shapes = promoted(x, loc, scale, *shapes)
    good = scale > 0
    if allowed is not None:
        good = good & allowed(*shapes)
    scale, *shapes = (fnp.where(good, p, _NAN) for p in (scale, *shapes))
    return (x - loc) / scale, shapes, scale


def _select(inside: Any, found: Any, outside: Any, *given: Any) -> Any:
    """`found` inside, `outside` elsewhere, NaN where one of `given` is."""
    bad = fnp.isnan(given[0])
    for x in given[1:]:
        bad = bad | fnp.isnan(x)
    return fnp.where(bad, _NAN, fnp.where(inside, found, outside))


def log_density(
    standard: Callable[..., Any],
    x: Any,
    *shapes: Any,
    loc: Any,
    scale: Any,
    support: Support = LINE,
    allowed: Condition | None = None,
) -> Any:
    """standard(z, *shapes) - log(scale) at finite z in the closed support, else -inf."""
    z, shapes, scale = standardised(x, shapes, loc, scale, allowed)
    inside = (z >= support.low) & (z <= support.high) & (abs(z) < _INF)
    found = standard(fnp.where(inside, z, support.inside), *shapes) - fnp.log(scale)
    return _select(inside, found, -_INF, z, scale, *shapes)


def log_mass(
    standard: Callable[..., Any],
    k: Any,
    *shapes: Any,
    loc: Any,
    support: Support = POSITIVE,
    allowed: Condition | None = None,
) -> Any:
    """standard(n, *shapes) at whole numbers n = k - loc in the support, else -inf."""
    n, shapes, _ = standardised(k, shapes, loc, 1.0, allowed)
    inside = (n >= support.low) & (n <= support.high) & (abs(n) < _INF) & (fnp.floor(n) == n)
    found = standard(fnp.where(inside, n, support.inside), *shapes)
    return _select(inside, found, -_INF, n, *shapes)


def distribution(
    standard: Callable[..., Any],
    x: Any,
    *shapes: Any,
    loc: Any,
    scale: Any = 1.0,
    beyond: tuple[float, float],
    support: Support = LINE,
    closed: bool = False,
    allowed: Condition | None = None,
) -> Any:
    """standard(z, *shapes) in the open support, and `beyond` at and behind its ends.

    Args:
        beyond: one of CDF, SF, LOGCDF, LOGSF.
        closed: whether the lower end belongs to the support, as that of whole numbers does.
    """
    z, shapes, _ = standardised(x, shapes, loc, scale, allowed)
    below = z < support.low if closed else z <= support.low
    inside = ~below & (z < support.high)
    found = standard(fnp.where(inside, z, support.inside), *shapes)
    outside = fnp.where(below, fnp.full_like(z, beyond[0]), beyond[1])
    return _select(inside, found, outside, z, *shapes)


def quantile(
    standard: Callable[..., Any],
    q: Any,
    *shapes: Any,
    loc: Any,
    scale: Any,
    ends: tuple[Any, Any],
    allowed: Condition | None = None,
) -> Any:
    """loc + scale standard(q, *shapes) for 0 < q < 1; `ends` at 0 and 1; NaN beyond."""
    loc, scale, q, *given = promoted(loc, scale, q, *shapes)
    _, given, scale = standardised(loc, given, loc, scale, allowed)
    inside = (q > 0) & (q < 1)
    found = standard(fnp.where(inside, q, 0.5), *given)
    outside = fnp.where(q == 0, ends[0], fnp.where(q == 1, ends[1], fnp.full_like(q, _NAN)))
    return loc + scale * fnp.where(inside, found, outside)


# --------------------------------------------------------------------------- derived functions

_WORDS = {
    "pdf": "The density",
    "pmf": "The probability",
    "cdf": "P(X <= x)",
    "sf": "P(X > x)",
    "logcdf": "log P(X <= x)",
    "logsf": "log P(X > x)",
}


def _named(function: Callable[..., Any], source: Callable[..., Any], name: str, how: str) -> Any:
    derived = wraps(source)(function)
    derived.__name__ = derived.__qualname__ = name
    derived.__doc__ = f"{_WORDS[name]}: {how}."
    return derived


def exponential_of(logarithm: Callable[..., Any]) -> Callable[..., Any]:
    """`pdf` from `logpdf`, `sf` from `logsf`: exp of it, with its arguments."""
    name = logarithm.__name__.removeprefix("log")
    f = lambda *args, **kwargs: fnp.exp(logarithm(*args, **kwargs))
    return _named(f, logarithm, name, f"exp({logarithm.__name__})")


def logarithm_of(
    probability: Callable[..., Any], opposite: Callable[..., Any]
) -> Callable[..., Any]:
    """`logcdf` from `cdf` and `sf`: log(cdf), or log(1 - sf) where that keeps digits; -inf at 0."""

    def logarithm(*args: Any, **kwargs: Any) -> Any:
        p, rest = probability(*args, **kwargs), opposite(*args, **kwargs)
        zero, large = p == 0, p > 0.5
        small = fnp.log(fnp.where(zero | large, 1.0, p))
        return fnp.where(
            zero, -_INF, fnp.where(large, fnp.log1p(-fnp.where(large, rest, 0.0)), small)
        )

    name = probability.__name__
    return _named(logarithm, probability, f"log{name}", f"log({name})")
