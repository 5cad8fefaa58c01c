"""Spectra of signals by windowed segments: `stft`, its inverse, `csd`, `welch`."""

from typing import Any

import numpy as np

import fzero.numpy as fnp

from ...backend import array_namespace
from ..special.precision import promoted
from .segments import (
    Detrend,
    Plan,
    added_up,
    extended,
    frequencies_of,
    places,
    planned,
    spectra_of,
)

__all__ = ["csd", "istft", "stft", "welch"]


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
    plan = planned("stft", x, window, nperseg, noverlap, nfft, return_onesided)
    half = plan.length // 2 if boundary is not None else 0
    x = extended(x, half, boundary)
    if padded:
        missing = -(x.shape[-1] - plan.length) % plan.step % plan.length
        x = fnp.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, missing)])
    spectra = spectra_of(x, plan, detrend) / float(np.sum(plan.window))
    start = plan.length / 2 if boundary is None else 0.0
    times = (start + plan.step * places(spectra, spectra.shape[-2])) / fs
    return frequencies_of(spectra, plan, fs), times, _placed(spectra, axis)


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
    plan = planned("csd", x, window, nperseg or 256, noverlap, nfft, onesided)
    products = fnp.conjugate(spectra_of(x, plan, detrend)) * spectra_of(y, plan, detrend)
    products = products * _scale(plan, scaling, fs)
    if onesided:
        last = plan.nfft // 2 if plan.nfft % 2 == 0 else plan.nfft
        place = places(products, products.shape[-1])
        products = products * fnp.where((place > 0) & (place < last), fnp.full_like(place, 2), 1)
    found = _averaged(products, average)
    return frequencies_of(products, plan, fs), fnp.moveaxis(found, -1, axis)


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
    plan = planned("istft", None, window, length, noverlap, nfft, input_onesided)
    inverse = fnp.fft.irfft if input_onesided else fnp.fft.ifft
    pieces = inverse(z, plan.nfft)[..., :length]
    weights = array_namespace(z).asarray(plan.window, dtype=fnp.real(pieces).dtype)
    added = added_up(pieces * (weights * float(np.sum(plan.window))), plan)
    norm = added_up(fnp.broadcast_to(weights * weights, (count, length)), plan)
    half = length // 2 if boundary else 0
    end = added.shape[-1] - half
    found = added[..., half:end] / fnp.where(norm > 1e-10, norm, 1.0)[half:end]
    return places(found, end - half) / fs, found


# ------------------------------------------------------------------------------------ averages


def _scale(plan: Plan, scaling: str, fs: Any) -> Any:
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


def _placed(spectra: Any, axis: int) -> Any:
    """The frequencies at the axis that was time's, the segments last."""
    return fnp.moveaxis(spectra, -1, axis - 1 if axis < 0 else axis)
