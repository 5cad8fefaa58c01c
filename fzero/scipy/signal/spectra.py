"""Spectra of signals by windowed segments: `stft`, its inverse, `csd`, `welch`."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import fzero.numpy as fnp

from ...backend import array_namespace
from ...ops.conv import fold
from ..special.precision import promoted
from .trends import detrend as without_trend
from .windows import window_of

__all__ = ["csd", "istft", "stft", "welch"]

Detrend = str | bool | Callable[[Any], Any]


class _Plan(NamedTuple):
    """The segments of a spectrum: window, their length, their step, the length of transforms."""

    window: Any
    length: int
    step: int
    nfft: int
    onesided: bool


def stft(
    x: Any,
    fs: Any = 1.0,
    window: Any = "hann",
    nperseg: int | None = 256,
    noverlap: int | None = None,
    nfft: int | None = None,
    detrend: Detrend = False,
    return_onesided: bool = True,
    boundary: str | None = "zeros",
    padded: bool = True,
    axis: int = -1,
) -> tuple[Any, Any, Any]:
    """The short-time Fourier transform: spectra of overlapping segments.

    Z[f, j] = sum_m w[m] x[m + j step] exp(-2 pi i f m / nfft) / sum_m w[m].

    Args:
        x: real or complex.
        fs: the frequency of sampling.
        window: a name, or an array of `nperseg` elements.
        nperseg: the length of a segment; at most that of the signal.
        noverlap: what two segments share; None is the half.
        nfft: the length of the transforms; None is `nperseg`.
        detrend: False, "constant", "linear" or a function, for each segment.
        return_onesided: leave out the negative frequencies of a real signal.
        boundary: how the ends are extended: "zeros", "even", "odd", "constant" or None.
        padded: add zeros for a whole number of segments.
        axis: the axis of time.

    Returns:
        Frequencies, times, and Z, with frequencies along `axis` and times along the last axis.

    Raises:
        ValueError: for an unknown boundary, and sizes that do not fit each other.

    Example:
        >>> import numpy as np
        >>> stft(np.ones(8), nperseg=4)[2].real[0].round(12)
        array([0.75, 1.  , 1.  , 1.  , 0.25])
    """
    (x,) = promoted(fnp.asarray(x))
    x = fnp.moveaxis(x, axis, -1)
    plan = _planned("stft", x, window, nperseg, noverlap, nfft, return_onesided)
    half = plan.length // 2 if boundary is not None else 0
    x = _extended(x, half, boundary)
    if padded:
        missing = -(x.shape[-1] - plan.length) % plan.step % plan.length
        x = fnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, missing)])
    spectra = _spectra(x, plan, detrend) / float(np.sum(plan.window))
    start = plan.length / 2 if boundary is None else 0.0
    times = (start + plan.step * _range(spectra, spectra.shape[-2])) / fs
    return _frequencies(spectra, plan, fs), times, _placed(spectra, axis)


def csd(
    x: Any,
    y: Any,
    fs: Any = 1.0,
    window: Any = "hann",
    nperseg: int | None = None,
    noverlap: int | None = None,
    nfft: int | None = None,
    detrend: Detrend = "constant",
    return_onesided: bool = True,
    scaling: str = "density",
    axis: int = -1,
    average: str = "mean",
) -> tuple[Any, Any]:
    """The cross spectral density of two signals, by Welch's method: averages over segments.

    Args:
        x, y: signals; y None stands for x.
        nperseg: the length of a segment; None is 256.
        scaling: "density" (per frequency) or "spectrum".
        average: "mean" or "median", which is divided by its bias.
        fs, window, noverlap, nfft, detrend, return_onesided, axis: as in `stft`.

    Returns:
        Frequencies, and the density of conj(X) Y along `axis`.

    Raises:
        ValueError: for an unknown scaling or average, and sizes that do not fit each other.

    Source: Welch, "The use of fast Fourier transform for the estimation of power spectra", 1967.

    Example:
        >>> import numpy as np
        >>> csd([1.0, -1.0] * 4, None, nperseg=4, window="boxcar")[1].real.round(12)
        array([0., 0., 4.])
    """
    for name, word, words in (
        ("scaling", scaling, ("density", "spectrum")),
        ("average", average, ("mean", "median")),
    ):
        if word not in words:
            raise ValueError(f"csd: {name} is {word!r}; expected one of {words}. Leave it out.")
    x, y = promoted(fnp.asarray(x), fnp.asarray(x if y is None else y))
    x, y = (fnp.moveaxis(each, axis, -1) for each in (x, y))
    n = max(x.shape[-1], y.shape[-1])
    x, y = (
        fnp.pad(each, [(0, 0)] * (each.ndim - 1) + [(0, n - each.shape[-1])]) for each in (x, y)
    )
    onesided = return_onesided and "c" not in (x.dtype.kind, y.dtype.kind)
    plan = _planned("csd", x, window, nperseg or 256, noverlap, nfft, onesided)
    products = fnp.conjugate(_spectra(x, plan, detrend)) * _spectra(y, plan, detrend)
    products = products * _scale(plan, scaling, fs)
    if onesided:
        last = plan.nfft // 2 if plan.nfft % 2 == 0 else plan.nfft
        place = _range(products, products.shape[-1])
        products = products * fnp.where((place > 0) & (place < last), fnp.full_like(place, 2), 1)
    found = _averaged(products, average)
    return _frequencies(products, plan, fs), fnp.moveaxis(found, -1, axis)


def welch(
    x: Any,
    fs: Any = 1.0,
    window: Any = "hann",
    nperseg: int | None = None,
    noverlap: int | None = None,
    nfft: int | None = None,
    detrend: Detrend = "constant",
    return_onesided: bool = True,
    scaling: str = "density",
    axis: int = -1,
    average: str = "mean",
) -> tuple[Any, Any]:
    """The power spectral density, by Welch's method: `csd` of a signal with itself, real.

    Args, Returns, Raises: as in `csd`.

    Example:
        >>> import numpy as np
        >>> welch([1.0, -1.0] * 4, nperseg=4, window="boxcar")[1].round(12)
        array([0., 0., 4.])
    """
    frequencies, found = csd(
        x, None, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis,
        average,
    )  # fmt: skip
    return frequencies, fnp.real(found)


def istft(
    Zxx: Any,
    fs: Any = 1.0,
    window: Any = "hann",
    nperseg: int | None = None,
    noverlap: int | None = None,
    nfft: int | None = None,
    input_onesided: bool = True,
    boundary: bool = True,
    time_axis: int = -1,
    freq_axis: int = -2,
) -> tuple[Any, Any]:
    """The signal of a short-time Fourier transform: segments added, divided by their windows.

    Args:
        Zxx: what `stft` returned.
        nperseg, noverlap, nfft, window, fs: as they were in `stft`.
        input_onesided: whether negative frequencies are left out.
        boundary: whether `stft` extended the ends.
        time_axis, freq_axis: the axes of Zxx.

    Returns:
        Times, and the signal, along the last axis.

    Raises:
        ValueError: sizes that do not fit each other.

    Example:
        >>> import numpy as np
        >>> x = np.arange(8.0)
        >>> istft(stft(x, nperseg=4)[2], nperseg=4)[1].round(12)
        array([0., 1., 2., 3., 4., 5., 6., 7.])
    """
    z = fnp.moveaxis(fnp.asarray(Zxx), (time_axis, freq_axis), (-2, -1))
    count, bins = z.shape[-2:]
    natural = 2 * (bins - 1) if input_onesided else bins
    length = natural if nperseg is None else nperseg
    if nfft is None:
        nfft = length if input_onesided and length == natural + 1 else max(natural, length)
    plan = _planned("istft", None, window, length, noverlap, nfft, input_onesided)
    inverse = fnp.fft.irfft if input_onesided else fnp.fft.ifft
    pieces = inverse(z, plan.nfft)[..., :length]
    weights = array_namespace(z).asarray(plan.window, dtype=fnp.real(pieces).dtype)
    added = _added(pieces * (weights * float(np.sum(plan.window))), plan)
    norm = _added(fnp.broadcast_to(weights * weights, (count, length)), plan)
    half = length // 2 if boundary else 0
    end = added.shape[-1] - half
    found = added[..., half:end] / fnp.where(norm > 1e-10, norm, 1.0)[half:end]
    return _range(found, end - half) / fs, found


# ------------------------------------------------------------------------------------ segments


def _planned(
    name: str, x: Any, window: Any, nperseg: Any, noverlap: Any, nfft: Any, onesided: bool
) -> _Plan:
    named = isinstance(window, (str, tuple))
    length = int(nperseg or 256) if named else len(window)
    if named and x is not None:
        length = min(length, x.shape[-1])
    overlap = length // 2 if noverlap is None else noverlap
    size = length if nfft is None else nfft
    if not (0 < length <= size and overlap < length):
        raise ValueError(
            f"{name}: nperseg is {length}, noverlap {overlap} and nfft {size}; expected 0 < nperseg"
            " <= nfft and noverlap < nperseg. Leave noverlap and nfft out."
        )
    weights = window_of(window, length) if named else np.asarray(window, np.float64)
    real = x is None or x.dtype.kind != "c"
    return _Plan(weights, length, length - overlap, size, onesided and real)


def _spectra(x: Any, plan: _Plan, detrend: Detrend) -> Any:
    """The transforms of the segments: (..., segments, frequencies)."""
    pieces = fnp.sliding_window_view(x, plan.length, -1)[..., :: plan.step, :]
    if callable(detrend):
        pieces = detrend(pieces)
    elif detrend:
        pieces = without_trend(pieces, type=str(detrend))
    real = fnp.real(pieces) if x.dtype.kind == "c" else pieces
    pieces = pieces * array_namespace(x).asarray(plan.window, dtype=real.dtype)
    return (fnp.fft.rfft if plan.onesided else fnp.fft.fft)(pieces, plan.nfft)


def _added(pieces: Any, plan: _Plan) -> Any:
    """Segments as one signal: overlapping ones are added."""
    shape = (*pieces.shape[:-2], plan.length + plan.step * (pieces.shape[-2] - 1))
    return fold(
        pieces, shape=shape, window=(plan.length,), axis=(len(shape) - 1,), step=(plan.step,),
        dilation=(1,),
    )  # fmt: skip


def _scale(plan: _Plan, scaling: str, fs: Any) -> Any:
    if scaling == "density":
        return 1.0 / (fs * float(np.sum(plan.window**2)))
    return 1.0 / float(np.sum(plan.window)) ** 2


def _averaged(products: Any, average: str) -> Any:
    if average == "mean":
        return fnp.mean(products, axis=-2)
    odd = 2 * np.arange(1, (products.shape[-2] - 1) // 2 + 1)
    bias = 1 + float(np.sum(1 / (odd + 1) - 1 / odd))
    parts = [fnp.median(f(products), axis=-2) / bias for f in (fnp.real, fnp.imag)]
    return parts[0] + 1j * parts[1]


def _range(like: Any, n: int) -> Any:
    return array_namespace(like).arange(n, dtype=fnp.real(like).dtype)


def _frequencies(spectra: Any, plan: _Plan, fs: Any) -> Any:
    places = _range(spectra, spectra.shape[-1])
    if not plan.onesided:
        places = fnp.where(places < math.ceil(plan.nfft / 2), places, places - plan.nfft)
    return places * (fs / plan.nfft)


def _placed(spectra: Any, axis: int) -> Any:
    """The frequencies at the axis that was time's, the segments last."""
    return fnp.moveaxis(spectra, -1, axis - 1 if axis < 0 else axis)


def _extended(x: Any, half: int, boundary: str | None) -> Any:
    if boundary not in ("zeros", "even", "odd", "constant", None):
        raise ValueError(
            f"stft: boundary is {boundary!r}; expected 'zeros', 'even', 'odd', 'constant' or None. "
            "Leave it out."
        )
    if half == 0:
        return x
    first, last = x[..., :1], x[..., -1:]
    left, right = x[..., half:0:-1], x[..., -2 : -2 - half : -1]
    ends = {
        "zeros": (0 * left, 0 * right),
        "even": (left, right),
        "odd": (2 * first - left, 2 * last - right),
        "constant": (first + 0 * left, last + 0 * right),
    }[str(boundary)]
    return fnp.concatenate([ends[0], x, ends[1]], axis=-1)
