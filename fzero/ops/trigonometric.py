"""Trigonometric and hyperbolic functions and their inverses."""

from typing import Any

from ..rules import REAL, elementwise
from .arithmetic import ALONE, POSITIVE, div0
from .exponential import sqrt
from .selection import where

__all__ = [
    "DEGREE",
    "PI",
    "PI2_10",
    "PI2_3",
    "UNIT",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "cos",
    "cosh",
    "deg2rad",
    "hypot",
    "rad2deg",
    "sin",
    "sinc",
    "sinh",
    "tan",
    "tanh",
]

UNIT = (-0.9, 0.9)


sin = elementwise("sin", lambda xp: xp.sin, lambda ans, x: lambda t: t * cos(x), complex=True)
cos = elementwise("cos", lambda xp: xp.cos, lambda ans, x: lambda t: t * -sin(x), complex=True)
tan = elementwise(
    "tan",
    lambda xp: xp.tan,
    lambda ans, x: lambda t: t * (1 + ans * ans),
    domain=UNIT,
    complex=True,
)
arcsin = elementwise(
    "arcsin",
    lambda xp: xp.arcsin,
    lambda ans, x: lambda t: div0(t, sqrt(1 - x * x)),
    domain=UNIT,
    complex=True,
)
arccos = elementwise(
    "arccos",
    lambda xp: xp.arccos,
    lambda ans, x: lambda t: -div0(t, sqrt(1 - x * x)),
    domain=UNIT,
    complex=True,
)
arctan = elementwise(
    "arctan", lambda xp: xp.arctan, lambda ans, x: lambda t: t / (1 + x * x), complex=True
)


def _over_square(x: Any, r: Any) -> Any:
    """t -> t * x / r**2, without the square, which could overflow (soon, in small types)."""
    return lambda t: div0(div0(t * x, r), r)


arctan2 = elementwise(
    "arctan2",
    lambda xp: xp.arctan2,
    lambda ans, y, x: _over_square(x, hypot(x, y)),
    lambda ans, y, x: lambda t: _over_square(y, hypot(x, y))(-t),
    domain=(POSITIVE, REAL),
)
hypot = elementwise(
    "hypot",
    lambda xp: xp.hypot,
    lambda ans, x, y: lambda t: div0(t * x, ans),
    lambda ans, x, y: lambda t: div0(t * y, ans),
    domain=POSITIVE,
)
sinh = elementwise("sinh", lambda xp: xp.sinh, lambda ans, x: lambda t: t * cosh(x), complex=True)
cosh = elementwise("cosh", lambda xp: xp.cosh, lambda ans, x: lambda t: t * sinh(x), complex=True)
tanh = elementwise(
    "tanh", lambda xp: xp.tanh, lambda ans, x: lambda t: t - t * (ans * ans), complex=True
)
arcsinh = elementwise(
    "arcsinh", lambda xp: xp.arcsinh, lambda ans, x: lambda t: t / sqrt(x * x + 1), complex=True
)
arccosh = elementwise(
    "arccosh",
    lambda xp: xp.arccosh,
    lambda ans, x: lambda t: div0(t, sqrt(x - 1) * sqrt(x + 1)),
    domain=(1.2, 3.0),
    complex=True,
)
arctanh = elementwise(
    "arctanh",
    lambda xp: xp.arctanh,
    lambda ans, x: lambda t: div0(t, 1 - x * x),
    domain=UNIT,
    complex=True,
)
DEGREE = 0.017453292519943295
deg2rad = elementwise(
    "deg2rad", lambda xp: xp.deg2rad, lambda ans, x: lambda t: t * DEGREE, linear=ALONE
)
rad2deg = elementwise(
    "rad2deg", lambda xp: xp.rad2deg, lambda ans, x: lambda t: t / DEGREE, linear=ALONE
)


def _sinc_slope(ans: Any, x: Any) -> Any:
    def push(t: Any) -> Any:
        near = abs(x) < 1e-4  # the series there: the difference below cancels
        safe = where(near, 1, x)
        series = -PI2_3 * x * (1 - PI2_10 * x * x)
        return t * where(near, series, (cos(PI * safe) - ans) / safe)

    return push


PI = 3.141592653589793
PI2_3, PI2_10 = PI * PI / 3, PI * PI / 10
sinc = elementwise("sinc", lambda xp: xp.sinc, _sinc_slope)
