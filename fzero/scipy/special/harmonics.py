"""Spherical harmonics, by the recurrence of normalised Legendre functions in the degree."""

import math
from typing import Any

import numpy as np

import fzero.numpy as fnp

from ...backend import array_namespace
from .precision import promoted

__all__ = ["sph_harm_y"]


def _whole(name: str, x: Any) -> np.ndarray:
    found = np.asarray(x)
    if found.dtype.kind not in "iu":
        raise TypeError(
            f"sph_harm_y: {name} is of dtype {found.dtype}; expected integers on the host. "
            "Convert it with astype(int)."
        )
    return found.astype(np.int64)


def _sectoral(m: np.ndarray) -> np.ndarray:
    """The factor of sin(theta)^m in the function of degree and order m >= 0."""
    found = np.full(m.shape, math.sqrt(0.25 / math.pi))
    for k in range(1, int(m.max(initial=0)) + 1):
        found = np.where(k <= m, -found * math.sqrt((2 * k + 1) / (2 * k)), found)
    return found


def _legendre(n: np.ndarray, m: np.ndarray, theta: Any) -> Any:
    """Normalised Legendre functions of degrees n and orders 0 <= m <= n at cos(theta)."""
    xp = array_namespace(theta)
    own = lambda x: xp.asarray(x, dtype=theta.dtype)
    sine, cosine = fnp.sin(theta), fnp.cos(theta)
    now, before = own(_sectoral(m)) * _power(own, sine, m), 0.0
    for step in range(1, int((n - m).max(initial=0)) + 1):
        degree = (m + step).astype(float)
        ahead = np.sqrt((4 * degree**2 - 1) / (degree**2 - m**2))
        low = ((degree - 1) ** 2 - m**2) / np.maximum(4 * (degree - 1) ** 2 - 1, 1)
        after = own(ahead) * (cosine * now - own(np.sqrt(low)) * before)
        goes_on = xp.asarray(step <= n - m)
        now, before = fnp.where(goes_on, after, now), fnp.where(goes_on, now, before)
    return now


def _power(own: Any, x: Any, m: np.ndarray) -> Any:
    """x^m for whole m >= 0, by multiplication: its derivative at 0 is right."""
    found = own(np.ones(m.shape)) * fnp.ones_like(x)
    for k in range(1, int(m.max(initial=0)) + 1):
        found = fnp.where(own(k <= m) > 0, found * x, found)
    return found


def sph_harm_y(n: Any, m: Any, theta: Any, phi: Any) -> Any:
    r"""Spherical harmonics: Y_n^m = N P_n^m(cos(theta)) exp(i m phi), orthonormal on the sphere.

    Args:
        n: degrees, whole numbers >= 0 on the host.
        m: orders, whole numbers on the host; 0 results where |m| > n.
        theta: polar angles, in [0, pi].
        phi: azimuths.

    Returns:
        A complex array of the joint shape, with Condon and Shortley's phase.

    Raises:
        TypeError: n or m are no integers.
        ValueError: n is negative.

    Gradient: in theta and phi, also at the poles.

    Example:
        >>> bool(abs(sph_harm_y(0, 0, 0.3, 0.1) - 0.5 / 3.141592653589793**0.5) < 1e-15)
        True
    """
    n, m = np.broadcast_arrays(_whole("n", n), _whole("m", m))
    if (n < 0).any():
        raise ValueError(
            f"sph_harm_y: n has {int((n < 0).sum())} negative degrees; expected none. Leave them "
            "out."
        )
    theta, phi = promoted(theta, phi)
    size = abs(m)
    within = size <= n
    order = np.where(within, size, 0)
    xp = array_namespace(theta)
    sign = np.where(within, np.where((m < 0) & (size % 2 == 1), -1.0, 1.0), 0.0)
    value = xp.asarray(sign, dtype=theta.dtype) * _legendre(n, order, theta)
    angle = xp.asarray(m, dtype=theta.dtype) * phi
    return value * fnp.cos(angle) + 1j * (value * fnp.sin(angle))
