"""Cosine transforms, as in `scipy.fft`; the Fourier transforms are those of `fzero.numpy.fft`.

Example:
    >>> import numpy as np
    >>> from fzero.scipy import fft
    >>> fft.idct(fft.dct(np.array([1.0, 2.0, 4.0]))).round(12)
    array([1., 2., 4.])
"""

import math
from collections.abc import Sequence
from typing import Any

import fzero.numpy as fnp

from ..backend import array_namespace
from .special.precision import promoted

__all__ = ["dct", "dctn", "idct", "idctn"]

_NORMS = (None, "backward", "ortho", "forward")
#: The transform that undoes another.
_INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}


def dct(
    x: Any, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None
) -> Any:
    """The cosine transform of type 2: y_k = 2 sum_j x_j cos(pi k (2 j + 1) / (2 n)).

    Or another type.

    Args:
        x: real.
        type: 1 (two samples or more), 2, 3 or 4.
        n: the length; longer than `x` adds zeros, shorter cuts.
        axis: the axis to transform.
        norm: None or "backward" (no factor), "forward" (1/(2n), or 1/(2n - 2) for type 1), or
            "ortho", which makes the transform orthonormal.

    Returns:
        An array of the dtype of `x`.

    Raises:
        ValueError: for another type or norm.

    Cost: one Fourier transform of length n, 2n - 2 (type 1) or 2n (type 4).

    Source: Makhoul, "A fast cosine transform in one and two dimensions", 1980.

    Example:
        >>> dct([1.0, 1.0]).round(12)
        array([4., 0.])
    """
    _check("dct", type, norm)
    x = _resized(x, n, axis)
    size = x.shape[-1]
    y = _TRANSFORMS[type](_balanced(x, type, norm, before=True))
    factor = {None: 1.0, "backward": 1.0, "ortho": 1 / math.sqrt(_period(type, size))}
    y = y * factor.get(norm, 1 / _period(type, size))
    return fnp.moveaxis(_balanced(y, type, norm, before=False), -1, axis)


def idct(
    x: Any, type: int = 2, n: int | None = None, axis: int = -1, norm: str | None = None
) -> Any:
    """The inverse of `dct` of the same type and norm.

    Args, Returns, Raises: as in `dct`.

    Example:
        >>> idct([4.0, 0.0]).round(12)
        array([1., 1.])
    """
    _check("idct", type, norm)
    opposite = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}
    return dct(x, _INVERSE[type], n, axis, opposite[norm])


def dctn(x: Any, type: int = 2, s: Any = None, axes: Any = None, norm: str | None = None) -> Any:
    """`dct` along several axes: all, or the last len(s), or `axes`, to the lengths `s`.

    Example:
        >>> import numpy as np
        >>> dctn(np.ones((2, 2)))[0].round(12)
        array([16.,  0.])
    """
    for axis, n in _along("dctn", x, s, axes):
        x = dct(x, type, n, axis, norm)
    return x


def idctn(x: Any, type: int = 2, s: Any = None, axes: Any = None, norm: str | None = None) -> Any:
    """The inverse of `dctn`.

    Example:
        >>> import numpy as np
        >>> idctn(dctn(np.ones((2, 2)))).round(12)
        array([[1., 1.],
               [1., 1.]])
    """
    for axis, n in _along("idctn", x, s, axes):
        x = idct(x, type, n, axis, norm)
    return x


# --------------------------------------------------------------------- transforms without factors


def _first(x: Any) -> Any:
    """x_0 + (-1)^k x_{n-1} + 2 sum x_j cos(pi j k / (n - 1)): of the signal and its mirror."""
    return fnp.real(fnp.fft.rfft(fnp.concatenate([x, x[..., -2:0:-1]], axis=-1)))


def _second(x: Any) -> Any:
    """By a transform of length n of the even samples, then the odd ones backwards."""
    n = x.shape[-1]
    folded = fnp.concatenate([x[..., ::2], x[..., 1::2][..., ::-1]], axis=-1)
    return 2 * fnp.real(fnp.fft.fft(folded) * _turns(x, n, n, -1))


def _third(x: Any) -> Any:
    """x_0 + 2 sum x_j cos(pi j (2 k + 1) / (2 n)): the second one's steps backwards."""
    n = x.shape[-1]
    mirrored = fnp.concatenate([0 * x[..., :1], x[..., :0:-1]], axis=-1)
    folded = fnp.real(fnp.fft.ifft((x - 1j * mirrored) * _turns(x, n, n, 1))) * n
    half = (n + 1) // 2
    even, odd = folded[..., :half], folded[..., half:][..., ::-1]
    if n % 2:
        odd = fnp.concatenate([odd, 0 * even[..., :1]], axis=-1)
    both = fnp.stack([even, odd], axis=-1)
    return fnp.reshape(both, (*x.shape[:-1], 2 * half))[..., :n]


def _fourth(x: Any) -> Any:
    """2 sum x_j cos(pi (2 k + 1) (2 j + 1) / (4 n)), by a transform of length 2 n."""
    n = x.shape[-1]
    spectrum = fnp.fft.fft(x * _turns(x, n, n, -1), 2 * n)[..., :n]
    quarter = complex(math.cos(math.pi / (4 * n)), -math.sin(math.pi / (4 * n)))
    return 2 * fnp.real(spectrum * _turns(x, n, n, -1) * quarter)


_TRANSFORMS = {1: _first, 2: _second, 3: _third, 4: _fourth}


def _turns(like: Any, count: int, n: int, sign: int) -> Any:
    """exp(sign i pi k / (2 n)) for k = 0 ... count - 1, in the precision of `like`."""
    xp = array_namespace(like)
    return xp.exp((0.5j * sign * math.pi / n) * xp.arange(count, dtype=like.dtype)).astype(
        xp.result_type(like.dtype, xp.complex64)
    )


def _period(type: int, n: int) -> int:
    return 2 * (n - 1) if type == 1 else 2 * n


def _balanced(x: Any, type: int, norm: str | None, before: bool) -> Any:
    """The ends of an orthonormal transform: they count with the square root of two."""
    root = {
        (1, True): (math.sqrt(2), math.sqrt(2)),
        (1, False): (math.sqrt(0.5), math.sqrt(0.5)),
        (2, False): (math.sqrt(0.5), 1.0),
        (3, True): (math.sqrt(2), 1.0),
    }.get((type, before))
    if norm != "ortho" or root is None:
        return x
    weights = array_namespace(x).ones(x.shape[-1], dtype=x.dtype)
    weights[0], weights[-1] = root if x.shape[-1] > 1 else (root[0], root[0])
    return x * weights


# --------------------------------------------------------------------------------- arguments


def _check(name: str, type: int, norm: str | None) -> None:
    if type not in _TRANSFORMS:
        raise ValueError(f"{name}: type is {type!r}; expected 1, 2, 3 or 4. Leave it out for 2.")
    if norm not in _NORMS:
        raise ValueError(f"{name}: norm is {norm!r}; expected one of {_NORMS}. Leave it out.")


def _resized(x: Any, n: int | None, axis: int) -> Any:
    (x,) = promoted(fnp.asarray(x))
    x = fnp.moveaxis(x, axis, -1)
    size = x.shape[-1]
    if n is None or n == size:
        return x
    return x[..., :n] if n < size else fnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, n - size)])


def _along(name: str, x: Any, s: Any, axes: Any) -> list[tuple[int, int | None]]:
    """Pairs of an axis and its length."""
    rank = fnp.ndim(x)
    if axes is None:
        axes = range(rank) if s is None else range(rank - len(s), rank)
    axes = list(axes) if isinstance(axes, (Sequence, range)) else [axes]
    sizes = [None] * len(axes) if s is None else list(s)
    if len(sizes) != len(axes):
        raise ValueError(
            f"{name}: s has {len(sizes)} lengths; expected {len(axes)}, one for each axis. Leave s "
            "out to keep the lengths."
        )
    return list(zip(axes, sizes, strict=True))
