"""Segments of signals: their windows, their transforms, and their sum."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import fzero.numpy as fnp

from ...backend import array_namespace
from ...ops.conv import fold
from .trends import detrend as without_trend
from .windows import window_of

__all__ = [
    "Detrend", "Plan", "added_up", "extended", "frequencies_of", "places", "planned", "spectra_of",
]  # fmt: skip

Detrend = str | bool | Callable[[Any], Any]


class Plan(NamedTuple):
    """The segments of a spectrum: window, their length, their step, the length of transforms."""

    window: Any
    length: int
    step: int
    nfft: int
    onesided: bool


def planned(
    name: str, x: Any, window: Any, nperseg: Any, noverlap: Any, nfft: Any, onesided: bool
) -> Plan:
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
    return Plan(weights, length, length - overlap, size, onesided and real)


def spectra_of(x: Any, plan: Plan, detrend: Detrend) -> Any:
    """The transforms of the segments: (..., segments, frequencies)."""
    pieces = fnp.sliding_window_view(x, plan.length, -1)[..., :: plan.step, :]
    if callable(detrend):
        pieces = detrend(pieces)
    elif detrend:
        pieces = without_trend(pieces, type=str(detrend))
    real = fnp.real(pieces) if x.dtype.kind == "c" else pieces
    pieces = pieces * array_namespace(x).asarray(plan.window, dtype=real.dtype)
    return (fnp.fft.rfft if plan.onesided else fnp.fft.fft)(pieces, plan.nfft)


def added_up(pieces: Any, plan: Plan) -> Any:
    """Segments as one signal: overlapping ones are added."""
    shape = (*pieces.shape[:-2], plan.length + plan.step * (pieces.shape[-2] - 1))
    return fold(
        pieces, shape=shape, window=(plan.length,), axis=(len(shape) - 1,), step=(plan.step,),
        dilation=(1,),
    )  # fmt: skip


def extended(x: Any, half: int, boundary: str | None) -> Any:
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


def frequencies_of(spectra: Any, plan: Plan, fs: Any) -> Any:
    found = places(spectra, spectra.shape[-1])
    if not plan.onesided:
        found = fnp.where(found < math.ceil(plan.nfft / 2), found, found - plan.nfft)
    return found * (fs / plan.nfft)


def places(like: Any, n: int) -> Any:
    return array_namespace(like).arange(n, dtype=fnp.real(like).dtype)
