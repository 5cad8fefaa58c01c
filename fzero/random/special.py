"""The normal distribution function, its inverse and the logarithm of factorials, on raw arrays.

Each takes the array library `xp` first. On NumPy the inverse works in pieces that stay in the
cache and looks at the tails alone; elsewhere both branches run, so that nothing waits for a
device.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ops.special import raw_erfc

__all__ = ["log_factorial", "ndtr", "ndtri", "ndtri_of_centred", "normal_of_unit"]

_CHUNK = 1 << 15

# Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied
# Statistics 37 (1988): PPND7 for single and PPND16 for double precision. Numerators and
# denominators of the centre, the tail and the far tail, the highest power first.
_SINGLE = (
    (
        (5.9109374720e1, 1.5929113202e2, 5.0434271938e1, 3.3871327179),
        (6.7187563600e1, 7.8757757664e1, 1.7895169469e1, 1.0),
    ),
    (
        (1.7023821103e-1, 1.3067284816, 2.7568153900, 1.4234372777),
        (1.2021132975e-1, 7.3700164250e-1, 1.0),
    ),
    (
        (1.7337203997e-2, 4.2868294337e-1, 3.0812263860, 6.6579051150),
        (1.2258202635e-2, 2.4197894225e-1, 1.0),
    ),
)
_DOUBLE = (
    (
        (
            2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
            4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
            1.3314166789178437745e2, 3.3871328727963666080,
        ),
        (
            5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
            2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
            4.2313330701600911252e1, 1.0,
        ),
    ),
    (
        (
            7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
            1.27045825245236838258, 3.64784832476320460504, 5.76949722146069140550,
            4.63033784615654529590, 1.42343711074968357734,
        ),
        (
            1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
            1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940,
            2.05319162663775882187, 1.0,
        ),
    ),
    (
        (
            2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
            2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580,
            5.46378491116411436990, 6.65790464350110377720,
        ),
        (
            2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
            7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
            5.99832206555887937690e-1, 1.0,
        ),
    ),
)  # fmt: skip


def _horner(x: Any, coefficients: Sequence[float], out: Any = None) -> Any:
    total = x * coefficients[0] if out is None else np.multiply(x, coefficients[0], out=out)
    total += coefficients[1]
    for c in coefficients[2:]:
        total *= x
        total += c
    return total


def _ratio(x: Any, table: Any, out: Any = None, scratch: Any = None) -> Any:
    total = _horner(x, table[0], out)
    total /= _horner(x, table[1], scratch)
    return total


def _tables(dtype: Any) -> Any:
    return _DOUBLE if dtype.itemsize == 8 else _SINGLE


def _centre(q: Any, table: Any) -> Any:
    found = _ratio(0.180625 - q * q, table)
    found *= q
    return found


def _magnitude(xp: Any, r: Any, tables: Any) -> Any:
    """How far out the points lie that have the probability `r` beyond them."""
    depth = xp.sqrt(-xp.log(r))
    found = _ratio(depth - 1.6, tables[1])
    if xp is np and not (depth > 5).any():  # r < 1e-11: rare, and looking is cheap here
        return found
    return xp.where(depth <= 5, found, _ratio(depth - 5, tables[2]))


def _host_ndtri(q: Any, r: Any) -> Any:
    tables, out = _tables(q.dtype), np.empty_like(q)
    # Scratch of its own: pages that glibc returns and faults in again cost as much as the work.
    square, below = np.empty((2, min(q.size, _CHUNK)), q.dtype)
    for start in range(0, q.size, _CHUNK):
        piece, found = q[start : start + _CHUNK], out[start : start + _CHUNK]
        x = np.multiply(piece, piece, out=square[: piece.size])
        np.subtract(0.180625, x, out=x)
        _ratio(x, tables[0], found, below[: piece.size])
        found *= piece
        tail = np.flatnonzero(np.abs(piece, out=x) > 0.425)
        beyond = 0.5 - x[tail] if r is None else r[start : start + _CHUNK][tail]
        found[tail] = np.copysign(_magnitude(np, beyond, tables), piece[tail])
    return out


def ndtri_of_centred(xp: Any, q: Any, r: Any) -> Any:
    """The normal quantile from q = p - 1/2, and r = min(p, 1 - p) where q alone is too coarse."""
    if q.dtype.itemsize == 2:
        wide = None if r is None else r.astype(xp.float32)
        return ndtri_of_centred(xp, q.astype(xp.float32), wide).astype(q.dtype)
    if xp is np:
        flat = None if r is None else r.reshape(-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return _host_ndtri(q.reshape(-1), flat).reshape(q.shape)
    tables = _tables(q.dtype)
    beyond = _magnitude(xp, 0.5 - abs(q) if r is None else r, tables)
    return xp.where(abs(q) <= 0.425, _centre(q, tables[0]), xp.copysign(beyond, q))


def ndtri(xp: Any, p: Any) -> Any:
    """The normal quantile: x with P(X < x) = p. Floating array `p` in (0, 1), also tiny."""
    return ndtri_of_centred(xp, p - 0.5, xp.minimum(p, 1 - p))


def normal_of_unit(xp: Any, u: Any) -> Any:
    """Standard normals from uniforms on the grid k * eps in [0, 1); never infinite.

    The point is moved by almost half a step, where JAX has it, so that 0 stays inside.
    """
    u -= u.dtype.type(np.nextafter(u.dtype.type(1), u.dtype.type(0)) / 2)
    return ndtri_of_centred(xp, u, None)


def ndtr(xp: Any, x: Any) -> Any:
    """The normal distribution function P(X < x), in float64 whatever the dtype of `x`.

    Far lower tails keep their digits.
    """
    return raw_erfc(xp, x.astype(xp.float64) * -math.sqrt(0.5)) / 2


def log_factorial(xp: Any, k: Any) -> Any:
    """log(k!) for a floating array of whole numbers k >= 0, by Stirling's series at k + 10."""
    z = k + 10.0
    product = k + 1.0
    for i in range(2, 10):
        product = product * (k + i)
    w = 1 / (z * z)
    series = (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w / 1188)))) / z
    return (z - 0.5) * xp.log(z) - z + 0.5 * math.log(2 * math.pi) + series - xp.log(product)
