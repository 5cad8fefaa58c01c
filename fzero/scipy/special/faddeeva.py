"""The error function of complex numbers, Dawson's function and Fresnel's integrals."""

import math
from typing import Any

import fzero.numpy as fnp

from ...rules import elementwise
from .precision import in_double, promoted

__all__ = ["dawsn", "fresnel", "wofz"]

# ------------------------------------------------------------------------- Faddeeva's function

#: Al Azah and Chandler-Wilde, "Computation of the complex error function using modified
#: trapezoidal rules", SIAM Journal on Numerical Analysis 59 (2021): the step for 11 terms.
_TERMS = 11
_STEP = math.sqrt(math.pi / (_TERMS + 1))


def _rule(z: Any, xp: Any, start: float) -> Any:
    """The rule of that step for w(z) in the first quadrant, its points at (k + start) steps."""
    square, total = z * z, 0.0
    for k in range(1 if start == 0 else 0, _TERMS + 1):
        t = (k + start) * _STEP
        total = total + math.exp(-t * t) / (square - t * t)
    found = 2j * _STEP / math.pi * z * total
    return found + 1j * _STEP / math.pi / z if start == 0 else found


def _quadrant(xp: Any, z: Any) -> Any:
    """w(z) for Re z, Im z >= 0: the residues of the poles are added where the strip holds them."""
    x, y = z.real, z.imag
    phase = x / _STEP - xp.floor(x / _STEP)
    midpoint = (y >= xp.maximum(x, math.pi / _STEP)) | (phase < 0.25) | (phase > 0.75)
    shift = xp.where(midpoint, 1.0, -1.0)
    near = y < xp.maximum(x, math.pi / _STEP)
    inner = xp.where(near & (y < 30) & (x < 30), z, 1.0)
    residue = 2 * xp.exp(-inner * inner) / (1 + shift * xp.exp(-2j * math.pi / _STEP * inner))
    first = _rule(xp.where(midpoint, z, 1.0 + 1.0j), xp, 0.5)
    second = _rule(xp.where(midpoint, 1.0 + 1.0j, z), xp, 0.0)
    found = xp.where(midpoint, first, second)
    return found + xp.where(near & (y < 30) & (x < 30), residue, 0.0)


def _raw_wofz(xp: Any, z: Any) -> Any:
    x, y = abs(z.real), abs(z.imag)
    large = (x > 1e7) | (y > 1e7)
    folded = xp.where(large, 1.0, x) + 1j * xp.where(large, 1.0, y)
    far = xp.where(large, x, 1.0) + 1j * xp.where(large, y, 1.0)
    found = xp.where(large, 1j / math.sqrt(math.pi) / far, _quadrant(xp, folded))
    found = xp.where(z.real * xp.where(z.imag < 0, -1.0, 1.0) < 0, xp.conj(found), found)
    below = xp.where(z.imag < 0, z, 0.0)
    return xp.where(z.imag < 0, 2 * xp.exp(-below * below) - found, found)


_wofz = elementwise(
    "wofz",
    lambda xp: lambda z: _raw_wofz(xp, z.astype(xp.complex128)).astype(z.dtype),
    lambda ans, z: lambda t: t * (2j / math.sqrt(math.pi) - 2 * z * ans),
    samples=lambda rng: [
        ((rng.uniform(-2, 2, shape) + 1j * rng.uniform(-1, 2, shape),), {})
        for shape in [(3,), (2, 3), ()]
    ],
)


def wofz(z: Any) -> Any:
    r"""Faddeeva's function: w(z) = exp(-z^2) erfc(-i z).

    Args:
        z: real or complex.

    Returns:
        A complex array of the shape and precision of z.

    Gradient: 2i / sqrt(pi) - 2 z w(z), which loses digits as |z|^-2 for large z.

    Source: Al Azah and Chandler-Wilde 2021, with 11 terms.

    Example:
        >>> complex(wofz(0.0))
        (1+0j)
    """
    (z,) = promoted(z)
    return _wofz(fnp.astype(z, fnp.result_type(z, 1j)))


# ------------------------------------------------------------------------------------- Dawson

#: Rybicki, "Dawson's integral and the sampling theorem", Computers in Physics 3 (1989): the
#: error is exp(-(pi / (2 h))^2).
_H = 0.25


def _raw_dawsn(xp: Any, x: Any) -> Any:
    near = abs(x) < 0.5
    square, series = xp.where(near, x, 0.0) ** 2, 0.0
    for k in range(15, 0, -1):
        series = -2 * square / (2 * k + 1) * (1 + series)
    size = xp.clip(abs(x), 0.5, 1e7)
    even = 2 * xp.rint(size / (2 * _H))
    rest, total = size - even * _H, 0.0
    for k in range(-25, 26, 2):
        total = total + xp.exp(-((rest - k * _H) ** 2)) / (even + k)
    far = total / math.sqrt(math.pi) * (size / xp.maximum(abs(x), size))
    return xp.where(near, x * (1 + series), xp.copysign(far, x))


_dawsn = elementwise("dawsn", in_double(_raw_dawsn), lambda ans, x: lambda t: t * (1 - 2 * x * ans))


def dawsn(x: Any) -> Any:
    r"""Dawson's function of real numbers: exp(-x^2) int_0^x exp(t^2) dt.

    Gradient: 1 - 2 x dawsn(x), which loses digits as x^-2 for large x.

    Example:
        >>> bool(abs(dawsn(1.0) - 0.5380795069127684) < 1e-15)
        True
    """
    return _dawsn(x)


# ------------------------------------------------------------------------------------- Fresnel

#: From here on the auxiliary integrals, by the trapezoidal rule of that step.
_EDGE, _WIDTH = 1.6, 0.22


def _waves(xp: Any, x: Any) -> tuple[Any, Any]:
    """The sine and cosine of pi x^2 / 2, the square reduced modulo 4 in two parts."""
    high = xp.asarray(x.astype(xp.float32), dtype=xp.float64)
    low = x - high
    turns = (high * high) % 4.0 + (2 * high * low) % 4.0 + low * low
    angle = math.pi / 2 * (turns % 4.0)
    return xp.sin(angle), xp.cos(angle)


def _fresnel_near(xp: Any, x: Any) -> tuple[Any, Any]:
    """The power series of both integrals."""
    square = (math.pi / 2 * x * x) ** 2
    sine, cosine, term = 0.0, 0.0, 1.0
    for k in range(0, 20):
        cosine = cosine + term / (4 * k + 1)
        sine = sine + term / ((2 * k + 1) * (4 * k + 3))
        term = term * -square / ((2 * k + 1) * (2 * k + 2))
    return math.pi / 2 * x**3 * sine, x * cosine


def _fresnel_far(xp: Any, x: Any) -> tuple[Any, Any]:
    """1/2 - f cos - g sin and 1/2 + f sin - g cos, for x above `_EDGE`.

    f and g: integrals of exp(-v^2) / (1 + (v/c)^4) and of (v/c)^2 times it, c^2 = pi x^2 / 2.
    """
    c = x * math.sqrt(math.pi / 2)
    f, g = 0.5, 0.0
    for k in range(1, 30):
        v = k * _WIDTH
        ratio = (v / c) ** 2
        weight = math.exp(-v * v) / (1 + ratio * ratio)
        f, g = f + weight, g + weight * ratio
    scale = math.sqrt(2) / math.pi * _WIDTH / c
    sin, cos = _waves(xp, x)
    return 0.5 - scale * (f * cos + g * sin), 0.5 + scale * (f * sin - g * cos)


def _raw_fresnel(which: int) -> Any:
    def compute(xp: Any, x: Any) -> Any:
        size = abs(x)
        near = _fresnel_near(xp, xp.minimum(size, _EDGE))[which]
        far = _fresnel_far(xp, xp.clip(size, _EDGE, 1e17))[which]
        found = xp.where(size <= _EDGE, near, xp.where(size < 1e17, far, 0.5))
        return xp.where(xp.isnan(x), x, xp.copysign(found, x))

    return compute


_fresnel_s = elementwise(
    "fresnel_s",
    in_double(_raw_fresnel(0)),
    lambda ans, x: lambda t: t * fnp.sin(math.pi / 2 * x * x),
)
_fresnel_c = elementwise(
    "fresnel_c",
    in_double(_raw_fresnel(1)),
    lambda ans, x: lambda t: t * fnp.cos(math.pi / 2 * x * x),
)


def fresnel(x: Any) -> tuple[Any, Any]:
    r"""Fresnel's integrals of real x: int_0^x sin(pi t^2 / 2) dt, and the same of the cosine.

    Args:
        x: real.

    Returns:
        Two arrays of the shape and dtype of x; 1/2 with the sign of x at infinity.

    Example:
        >>> [round(float(y), 6) for y in fresnel(1.0)]
        [0.438259, 0.779893]
    """
    return _fresnel_s(x), _fresnel_c(x)
