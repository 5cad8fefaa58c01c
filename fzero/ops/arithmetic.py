"""Sums, products, quotients and remainders."""

from typing import Any

from ..backend import namespace
from ..rules import REAL, elementwise
from .steps import floor_divide, sign, trunc

__all__ = [
    "ALONE",
    "EACH",
    "JOINTLY",
    "POSITIVE",
    "add",
    "div0",
    "divide",
    "fabs",
    "fmod",
    "mul0",
    "multiply",
    "negative",
    "positive",
    "remainder",
    "subtract",
]

JOINTLY = (frozenset({0, 1}),)
ALONE = (frozenset({0}),)
EACH = (frozenset({0}), frozenset({1}))
POSITIVE = (0.3, 3.0)
#: Up to so many elements, to count the zeros is cheaper than to silence a warning.
SMALL = 512


def _same(t: Any) -> Any:
    return t


def _drop_zeros(name: str, either: bool = False) -> Any:
    """namespace -> `ufunc(t, d)`, and zero where `t` (or `either`) is zero (0/0, 0 * inf)."""

    def implement(xp: Any) -> Any:
        ufunc, count = getattr(xp, name), xp.count_nonzero

        def masked(t: Any, d: Any) -> Any:
            none = xp.zeros((), xp.result_type(t, d))
            drop = (t == 0) | (d == 0) if either else t == 0
            return xp.where(drop, none, ufunc(t, xp.where(drop, 1, d)))

        def repaired(t: Any, d: Any) -> Any:
            # A result that a zero spoils is NaN, and rare: to look for one costs less than masks.
            if not either and hasattr(t, "size") and t.size <= SMALL and count(t) == t.size > 0:
                return ufunc(t, d)
            with xp.errstate(invalid="ignore"):
                r = ufunc(t, d)
            total = xp.vdot(r, r)  # NaN if any element is
            return masked(t, d) if total != total else r

        # On a device a look at the result would wait for it.
        return repaired if xp is namespace() else masked

    return implement


# A zero tangent or cotangent stays zero, so that the untaken side of `where` cannot make a NaN.
div0 = elementwise(
    "div0",
    _drop_zeros("divide"),
    lambda ans, t, d: lambda u: div0(u, d),
    lambda ans, t, d: lambda u: -both0(u, div0(ans, d)),
    domain=(REAL, POSITIVE),
    complex=True,
    linear=ALONE,
)
mul0 = elementwise(
    "mul0",
    _drop_zeros("multiply"),
    lambda ans, t, d: lambda u: mul0(u, d),
    lambda ans, t, d: lambda u: both0(u, t),
    complex=True,
    linear=EACH,
)
# For derivatives of the two in `d`: where `t` is zero, the tangent of `d` may be as spoilt as `d`.
both0 = elementwise(
    "both0",
    _drop_zeros("multiply", either=True),
    lambda ans, x, y: lambda u: both0(u, y),
    lambda ans, x, y: lambda u: both0(u, x),
    complex=True,
    linear=EACH,
)


add = elementwise(
    "add",
    lambda xp: xp.add,
    lambda ans, x, y: _same,
    lambda ans, x, y: _same,
    complex=True,
    linear=JOINTLY,
)
subtract = elementwise(
    "subtract",
    lambda xp: xp.subtract,
    lambda ans, x, y: _same,
    lambda ans, x, y: negative,
    complex=True,
    linear=JOINTLY,
)
multiply = elementwise(
    "multiply",
    lambda xp: xp.multiply,
    lambda ans, x, y: lambda t: t * y,
    lambda ans, x, y: lambda t: t * x,
    complex=True,
    linear=EACH,
)


def _over(d: Any) -> Any:
    """t -> t / d, without the guard where `d` is a nonzero Python number."""
    if type(d) in (int, float) and d != 0:
        return lambda t: t / d
    return lambda t: div0(t, d)


divide = elementwise(
    "divide",
    lambda xp: xp.divide,
    lambda ans, x, y: _over(y),
    lambda ans, x, y: lambda t: -mul0(t, ans / y),
    domain=(REAL, POSITIVE),
    complex=True,
    linear=ALONE,
)
negative = elementwise(
    "negative",
    lambda xp: xp.negative,
    lambda ans, x: negative,
    complex=True,
    linear=ALONE,
)


remainder = elementwise(
    "remainder",
    lambda xp: xp.remainder,
    lambda ans, x, y: _same,
    lambda ans, x, y: lambda t: -t * floor_divide(x, y),
    domain=((0.1, 0.9), (1.0, 2.0)),
)
fmod = elementwise(
    "fmod",
    lambda xp: xp.fmod,
    lambda ans, x, y: _same,
    lambda ans, x, y: lambda t: -t * trunc(x / y),
    domain=((1.1, 1.9), (0.95, 1.05)),
)
positive = elementwise(
    "positive", lambda xp: xp.positive, lambda ans, x: _same, complex=True, linear=ALONE
)
fabs = elementwise("fabs", lambda xp: xp.fabs, lambda ans, x: lambda t: t * sign(x))
