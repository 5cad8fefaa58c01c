"""Sums, products, quotients and remainders."""

from typing import Any

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


def _same(t: Any) -> Any:
    return t


# Division that keeps zeros.
def _drop_zeros(xp: Any, ufunc: Any) -> Any:
    """`ufunc(t, d)`, and zero where `t` is zero whatever `d` is (0/0, 0 * inf)."""

    def masked(t: Any, d: Any) -> Any:
        return xp.where(
            t == 0, xp.zeros((), xp.result_type(t, d)), ufunc(t, xp.where(t == 0, 1, d))
        )

    return masked


# A zero tangent or cotangent stays zero, so that the untaken side of `where` cannot make a NaN.
div0 = elementwise(
    "div0",
    lambda xp: _drop_zeros(xp, xp.divide),
    lambda ans, t, d: lambda u: div0(u, d),
    lambda ans, t, d: lambda u: -mul0(u, div0(ans, d)),
    domain=(REAL, POSITIVE),
    complex=True,
    linear=ALONE,
)
mul0 = elementwise(
    "mul0",
    lambda xp: _drop_zeros(xp, xp.multiply),
    lambda ans, t, d: lambda u: mul0(u, d),
    lambda ans, t, d: lambda u: mul0(u, t),
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
