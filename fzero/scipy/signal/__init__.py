"""Signals: convolutions, spectra, trends, as in `scipy.signal`.

Example:
    >>> import fzero, numpy as np
    >>> from fzero.scipy import signal
    >>> fzero.grad(lambda w: signal.convolve(np.ones(3), w).sum())(np.zeros(2))
    array([3., 3.])
"""

from .convolution import (
    convolve,
    convolve2d,
    correlate,
    correlate2d,
    fftconvolve,
    oaconvolve,
)
from .spectra import csd, istft, stft, welch
from .trends import detrend

__all__ = [
    "convolve", "convolve2d", "correlate", "correlate2d", "csd", "detrend", "fftconvolve",
    "istft", "oaconvolve", "stft", "welch",
]  # fmt: skip
