"""Discrete Fourier transforms along axes.

The primitives work on one axis at its full length and take NumPy's `norm`; cropping, zeros at the
end and several axes are composed. The DFT matrix is symmetric, so `fft` and `ifft` are their own
transposes; those of `rfft` and `irfft` are each other up to weights.
"""

from collections.abc import Sequence
from typing import Any

from ..backend import array_namespace
from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..rules import draw, linear
from ..shaping import axis_of, fit
from .elementwise import conjugate
from .structural import pad_zeros, roll

SWAPPED = {"backward": "forward", "forward": "backward", "ortho": "ortho"}

# ---------------------------------------------------------------------------------- primitives


def _samples(complexes: Sequence[bool], n: Sequence[int | None]) -> Any:
    def samples(rng: Any) -> list[Any]:
        out = []
        for c in complexes:
            for shape, axis, norm, m in [((4,), 0, "backward", n[0]), ((2, 3), 1, "ortho", n[1])]:
                params = {"axis": axis, "norm": norm} | ({} if m is None else {"n": m})
                out.append(((draw(rng, shape, complex=c),), params))
        return out

    return samples


def _complex_transform(name: str) -> Any:
    transform = linear(
        name,
        lambda xp: lambda x, axis, norm: getattr(xp.fft, name)(x, axis=axis, norm=norm),
        lambda shape, dtype, **params: lambda g: fit(transform(g, **params), shape, dtype),
        batch=lambda x, axis, norm: transform(x, axis=axis + 1, norm=norm),
        samples=_samples((True, False), (None, None)),
    )
    return transform


_fft, _ifft = map(_complex_transform, ("fft", "ifft"))


def _weights(g: Any, axis: int, n: int, inner: float) -> Any:
    """How often a bin of half a spectrum of length n counts: `inner`, and 1 at its ends."""
    xp = array_namespace(g)
    bins = n // 2 + 1
    w = xp.full((bins,), inner, xp.finfo(dtype_of(g)).dtype)
    w[0] = 1
    if n % 2 == 0:
        w[-1] = 1
    return w.reshape((bins,) + (1,) * (len(shape_of(g)) - axis - 1))


def _rfft_transpose(shape: Any, dtype: Any, axis: int, norm: str) -> Any:
    n = shape[axis]

    def pull(g: Any) -> Any:
        half = conjugate(g) * _weights(g, axis, n, 0.5)
        return fit(_irfft(half, n=n, axis=axis, norm=SWAPPED[norm]), shape, dtype)

    return pull


def _irfft_transpose(shape: Any, dtype: Any, n: int, axis: int, norm: str) -> Any:
    def pull(g: Any) -> Any:
        half = conjugate(_rfft(g, axis=axis, norm=SWAPPED[norm]))
        return fit(half * _weights(half, axis, n, 2.0), shape, dtype)

    return pull


_rfft = linear(
    "rfft",
    lambda xp: lambda x, axis, norm: xp.fft.rfft(x, axis=axis, norm=norm),
    _rfft_transpose,
    batch=lambda x, axis, norm: _rfft(x, axis=axis + 1, norm=norm),
    samples=_samples((False,), (None, None)),
)
_irfft = linear(
    "irfft",
    lambda xp: lambda x, n, axis, norm: xp.fft.irfft(x, n, axis=axis, norm=norm),
    _irfft_transpose,
    batch=lambda x, n, axis, norm: _irfft(x, n=n, axis=axis + 1, norm=norm),
    samples=_samples((True, False), (7, 4)),
)

# ------------------------------------------------------------------------- arguments of the user


def _norm(name: str, norm: str | None) -> str:
    norm = "backward" if norm is None else norm
    if norm not in SWAPPED:
        raise ValueError(
            f"{name}: norm is {norm!r}; expected None, 'backward', 'ortho' or 'forward'. 'ortho' "
            "scales both directions by 1 / sqrt(n)."
        )
    return norm


def _resized(name: str, x: Any, n: int | None, axis: int) -> Any:
    """`x` cropped, or with zeros at its end, to `n` along `axis`."""
    size = shape_of(x)[axis]
    n = size if n is None else n
    if n < 1:
        raise ValueError(
            f"{name}: n is {n} along axis {axis}; expected at least 1 point. Give n to pad with "
            "zeros."
        )
    if n < size:
        return x[(slice(None),) * axis + (slice(0, n),)]
    if n == size:
        return x
    return pad_zeros(x, widths=tuple((0, (n - size) * (i == axis)) for i in range(len(x.shape))))


def _operand(name: str, x: Any, axis: int) -> tuple[Any, int]:
    x = coerce(x)
    if not shape_of(x):
        raise ValueError(
            f"{name}: a is a scalar; expected at least one axis. Use a one-point list."
        )
    return x, axis_of(len(shape_of(x)), axis)


# ------------------------------------------------------------------------------------- one axis


def fft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The Fourier transform of `n` points along an axis."""
    a, axis = _operand("fft", a, axis)
    return _fft(_resized("fft", a, n, axis), axis=axis, norm=_norm("fft", norm))


def ifft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The inverse of `fft`."""
    a, axis = _operand("ifft", a, axis)
    return _ifft(_resized("ifft", a, n, axis), axis=axis, norm=_norm("ifft", norm))


def rfft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The first n // 2 + 1 bins of the transform of real values; the others mirror them."""
    a, axis = _operand("rfft", a, axis)
    if dtype_of(a).kind == "c":
        raise TypeError(f"rfft: a has dtype {dtype_of(a)}; expected real values. Use fft.")
    return _rfft(_resized("rfft", a, n, axis), axis=axis, norm=_norm("rfft", norm))


def irfft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The inverse of `rfft`: `n` real values, by default 2 * (bins - 1)."""
    a, axis = _operand("irfft", a, axis)
    n = 2 * (shape_of(a)[axis] - 1) if n is None else n
    if n < 1:
        raise ValueError(f"irfft: n is {n}; expected at least 1. Give n for a single bin.")
    bins = _resized("irfft", a, n // 2 + 1, axis)
    return _irfft(bins, n=n, axis=axis, norm=_norm("irfft", norm))


def hfft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The real transform of a signal whose second half mirrors the first, conjugated."""
    return irfft(conjugate(coerce(a)), n, axis, SWAPPED[_norm("hfft", norm)])


def ihfft(a: Any, n: int | None = None, axis: int = -1, norm: str | None = None) -> Any:
    """The inverse of `hfft`."""
    return conjugate(rfft(a, n, axis, SWAPPED[_norm("ihfft", norm)]))


# ----------------------------------------------------------------------------------- several axes


def _sizes_and_axes(name: str, a: Any, s: Any, axes: Any) -> tuple[list[Any], list[int]]:
    """NumPy's `s` and `axes` as one size (or None) per axis."""
    rank = len(shape_of(a))
    if axes is None:
        axes = range(rank) if s is None else range(-len(s), 0)
    axes = [axis_of(rank, i) for i in axes]
    sizes = [None] * len(axes) if s is None else list(s)
    if len(sizes) != len(axes):
        raise ValueError(
            f"{name}: s has {len(sizes)} sizes for {len(axes)} axes; expected one each. Use -1 in "
            "s for an axis of unchanged size."
        )
    return [shape_of(a)[i] if n == -1 else n for n, i in zip(sizes, axes, strict=True)], axes


def _over_axes(function: Any, a: Any, sizes: Sequence[Any], axes: Sequence[int], norm: Any) -> Any:
    for n, axis in reversed(list(zip(sizes, axes, strict=True))):
        a = function(a, n, axis, norm)
    return a


def fftn(a: Any, s: Any = None, axes: Any = None, norm: str | None = None) -> Any:
    """`fft` along several axes (None: all, or the last ones that `s` gives sizes for)."""
    a = coerce(a)
    return _over_axes(fft, a, *_sizes_and_axes("fftn", a, s, axes), norm)


def ifftn(a: Any, s: Any = None, axes: Any = None, norm: str | None = None) -> Any:
    """The inverse of `fftn`."""
    a = coerce(a)
    return _over_axes(ifft, a, *_sizes_and_axes("ifftn", a, s, axes), norm)


def rfftn(a: Any, s: Any = None, axes: Any = None, norm: str | None = None) -> Any:
    """`rfft` along the last of the axes, `fft` along the others."""
    a = coerce(a)
    sizes, axes = _sizes_and_axes("rfftn", a, s, axes)
    return _over_axes(fft, rfft(a, sizes[-1], axes[-1], norm), sizes[:-1], axes[:-1], norm)


def irfftn(a: Any, s: Any = None, axes: Any = None, norm: str | None = None) -> Any:
    """The inverse of `rfftn`."""
    a = coerce(a)
    sizes, axes = _sizes_and_axes("irfftn", a, s, axes)
    return irfft(_over_axes(ifft, a, sizes[:-1], axes[:-1], norm), sizes[-1], axes[-1], norm)


def fft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None) -> Any:
    """`fftn` along two axes."""
    return fftn(a, s, axes, norm)


def ifft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None) -> Any:
    """`ifftn` along two axes."""
    return ifftn(a, s, axes, norm)


def rfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None) -> Any:
    """`rfftn` along two axes."""
    return rfftn(a, s, axes, norm)


def irfft2(a: Any, s: Any = None, axes: Any = (-2, -1), norm: str | None = None) -> Any:
    """`irfftn` along two axes."""
    return irfftn(a, s, axes, norm)


# ------------------------------------------------------------------------- frequencies and shifts


def fftfreq(n: int, d: Any = 1.0) -> Any:
    """The frequencies of the bins of `fft` for samples `d` apart."""
    return array_namespace(d).fft.fftfreq(n) / d


def rfftfreq(n: int, d: Any = 1.0) -> Any:
    """The frequencies of the bins of `rfft` for samples `d` apart."""
    return array_namespace(d).fft.rfftfreq(n) / d


def _shifted(x: Any, axes: Any, sign: int) -> Any:
    x = coerce(x)
    shape = shape_of(x)
    if axes is None:
        axes = range(len(shape))
    axes = tuple(axis_of(len(shape), i) for i in ((axes,) if isinstance(axes, int) else axes))
    return roll(x, shift=tuple(sign * (shape[i] // 2) for i in axes), axis=axes)


def fftshift(x: Any, axes: Any = None) -> Any:
    """The bins in ascending order of frequency, zero in the middle."""
    return _shifted(x, axes, 1)


def ifftshift(x: Any, axes: Any = None) -> Any:
    """The inverse of `fftshift`."""
    return _shifted(x, axes, -1)
